using DigitsSample;
using ILGPU.Runtime;
using SymbolicGD;

namespace GpuSample;

/// <summary>The network of samples/Digits, trained on the CPU and on a device by the same optimizer, from the same start, with the same batches.</summary>
internal static class DigitsTraining
{
    /// <summary>Prints how it went.</summary>
    /// <returns>Whether both have learned the digits, and both saw the same loss in the first epoch.</returns>
    public static bool Run(Accelerator accelerator, bool isSmall)
    {
        ImageSet images = ImageSet.Load();
        if (isSmall) images = Shrunk(images, 4);
        (int count, int hidden, int epochs, double required) = isSmall ? (512, 12, 8, 0.6) : (8000, 128, 12, 0.94);
        ImageSet training = images.Part(0, count), test = images.Part(8000, images.Count - 8000);
        var objective = new Digits.CrossEntropyObjective(image: training.Pixels, digit: training.Digits, hidden: hidden, classes: 10);
        Digits.CrossEntropyObjective.Parameters start = objective.CreateParameters(Initializer.Xavier(seed: 1));
        var adam = new Adam { LearningRate = isSmall ? 0.02 : 2e-3 };
        var options = new FitOptions { Epochs = epochs, BatchSize = 64, Seed = 1, Schedule = Schedule.CosineAnnealing(epochs: epochs) };
        Console.WriteLine();
        Console.WriteLine($"Digits: {count:N0} images of {images.PixelsPerImage} pixels, {objective.Layout.Length:N0} parameters, float, Adam with batches of 64 for {epochs} epochs");

        FitResult<float> onCpu = adam.Minimize(objective, start, options);
        using DeviceExampleObjective<float> onDevice = objective.On(accelerator);       // the images stay there, and so do the parameters while they are fitted
        FitResult<float> fit = adam.Minimize(onDevice, start, options);

        (double cpuAccuracy, double accuracy) = (Accuracy(objective, onCpu, test), Accuracy(objective, fit, test));
        Comparison.Header();
        Comparison.Row("loss, first epoch", fit.History[0].Value, onCpu.History[0].Value, "F6");
        Comparison.Row("loss, last epoch", fit.History[^1].Value, onCpu.History[^1].Value, "F6");
        Comparison.Row("unseen digits right", accuracy, cpuAccuracy, "P2");
        Comparison.Row("first epoch, ms", FirstEpoch(fit), FirstEpoch(onCpu), "N1");    // with the compilation of kernels and of methods
        Comparison.Row("fastest epoch, ms", FastestEpoch(fit), FastestEpoch(onCpu), "N1");

        // Rounding differs between the two and grows from epoch to epoch; in the first one it is small still.
        return Comparison.Agree(fit.History[0].Value, onCpu.History[0].Value, 1e-4) && accuracy >= required && cpuAccuracy >= required;
    }

    /// <summary>Square images with a pixel for each square of so many pixels: their mean.</summary>
    private static ImageSet Shrunk(ImageSet images, int factor)
    {
        int side = (int)Math.Sqrt(images.PixelsPerImage), newSide = side / factor;
        float[] pixels = new float[images.Count * newSide * newSide];
        for (int k = 0; k < images.Count; k++)
        {
            ReadOnlySpan<float> image = images.Image(k);
            for (int i = 0; i < newSide * factor; i++)
            {
                for (int j = 0; j < newSide * factor; j++) pixels[(k * newSide + i / factor) * newSide + j / factor] += image[i * side + j] / (factor * factor);
            }
        }

        return new ImageSet(pixels, images.Digits, newSide * newSide);
    }

    private static double Accuracy(Digits.CrossEntropyObjective objective, FitResult<float> fit, ImageSet test)
    {
        Digits.CrossEntropyObjective.Parameters network = objective.View(fit.Parameters);
        return Enumerable.Range(0, test.Count).Count(i => Digits.Classify(network, test.Image(i)) == test.Digits[i]) / (double)test.Count;
    }

    private static double FirstEpoch(FitResult<float> fit) => fit.History[0].Elapsed.TotalMilliseconds;

    private static double FastestEpoch(FitResult<float> fit) =>
        fit.History.Zip(fit.History.Skip(1), (before, epoch) => (epoch.Elapsed - before.Elapsed).TotalMilliseconds).Min();
}
