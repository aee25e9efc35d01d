using System.Globalization;
using DigitsSample;
using Xunit;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>
/// Trains the digits network for an epoch, on the CPU and on a device, from the same start and with the same batches. All 8,000 images are
/// <c>SYMBOLICGD_DIGITS=8000 dotnet test tests/IlgpuTests -c Release --filter DigitsEpoch</c>; else it is some of them.
/// </summary>
public sealed class DigitsEpochTests
{
    private static readonly int Images = int.TryParse(Environment.GetEnvironmentVariable("SYMBOLICGD_DIGITS"), CultureInfo.InvariantCulture, out int n) ? n : 256;

    [Fact]
    public void After_an_epoch_the_loss_is_that_of_the_CPU()
    {
        ImageSet training = ImageSet.Load().Part(0, Images);
        var objective = new Digits.CrossEntropyObjective(image: training.Pixels, digit: training.Digits, hidden: 128, classes: 10);
        float[] start = objective.CreateParameters(Initializer.Xavier(seed: 1)).Values;
        var adam = new Adam { LearningRate = 2e-3 };
        var options = new FitOptions { Epochs = 1, BatchSize = 64, Seed = 1 };
        FitResult<float> onCpu = adam.Minimize(objective, start, options);
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<float> onDevice = objective.On(accelerator.Device);
        FitResult<float> fit = adam.Minimize(onDevice, start, options);

        Assert.Equal(onCpu.Steps, fit.Steps);
        Near(onCpu.Value, fit.Value);
        Near(onCpu.History[^1].Value, fit.History[^1].Value);
        Assert.True(fit.Value < 0.7 * objective.Value(start), $"the loss is {fit.Value} after the epoch");

        static void Near(double expected, double found) =>
            Assert.True(Math.Abs(expected - found) <= 1e-4 * expected, string.Create(CultureInfo.InvariantCulture, $"{found} on the device, {expected} on the CPU"));
    }
}
