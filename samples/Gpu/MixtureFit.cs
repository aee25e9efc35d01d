using GradBench.Losses;
using ILGPU.Runtime;
using SymbolicGD;

namespace GpuSample;

/// <summary>A mixture of Gaussians, fitted by L-BFGS on the CPU and on a device. Its vectors lie on the device, too.</summary>
internal static class MixtureFit
{
    private const int Components = 3;
    private const int Dimensions = 2;

    // In units of the clusters' standard deviations: far enough apart to tell them from each other.
    private static readonly double[][] s_means = [[0, 0], [8, 1], [2, 9]];

    /// <summary>Prints how it went.</summary>
    /// <returns>Whether both fits end at the same value, at means that are those of the data.</returns>
    public static bool Run(Accelerator accelerator, bool isSmall)
    {
        int count = isSmall ? 600 : 200_000;
        double[] points = Draw(count, seed: 3);
        var objective = new GaussianMixture.NegativeLogPosteriorObjective(
            x: points, gamma: 1, m: 0, components: Components, dimensions: Dimensions, triangle: Dimensions * (Dimensions - 1) / 2);
        double[] start = Start(objective, points);
        var solver = new LBfgs { MaxIterations = 200, GradientTolerance = 1e-6 * count };
        Console.WriteLine();
        Console.WriteLine($"Mixture of Gaussians: {count:N0} points, {objective.Layout.Length:N0} parameters, double, L-BFGS");

        DeviceExampleObjective<double> onDevice;
        try
        {
            onDevice = objective.On(accelerator);
        }
        catch (NotSupportedException exception)
        {
            Console.WriteLine($"  left out: {exception.Message}");
            return true;
        }

        using (onDevice)
        {
            // Compiles methods and kernels, so that the times below are without it.
            foreach (IObjective<double> each in new IObjective<double>[] { objective, onDevice }) new LBfgs { MaxIterations = 2 }.Minimize(each, start);
            FitResult<double> onCpu = solver.Minimize(objective, start);
            FitResult<double> fit = solver.Minimize(onDevice, start);
            (double cpuDistance, double distance) = (Distance(objective, onCpu), Distance(objective, fit));
            Comparison.Header();
            Comparison.Row("loss", fit.Value, onCpu.Value, "F6");
            Comparison.Row("iterations", fit.Steps, onCpu.Steps, "N0");
            Comparison.Row("means, off by at most", distance, cpuDistance, "F4");
            Comparison.Row("time per iteration, ms", PerIteration(fit), PerIteration(onCpu), "F3");
            return Comparison.Agree(fit.Value, onCpu.Value, 1e-6) && Math.Max(distance, cpuDistance) < 0.25;
        }
    }

    private static double[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        double[] points = new double[count * Dimensions];
        for (int i = 0; i < points.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            points[i] = s_means[i / Dimensions % Components][i % Dimensions] + radius * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        return points;
    }

    /// <summary>Means at three of the points, apart from each other; the rest zero: equal weights, and precisions of 1.</summary>
    private static double[] Start(GaussianMixture.NegativeLogPosteriorObjective objective, double[] points)
    {
        GaussianMixture.NegativeLogPosteriorObjective.Parameters start = objective.CreateParameters();
        for (int k = 0; k < Components; k++)
        {
            for (int i = 0; i < Dimensions; i++) start.Mu[k, i] = points[k * Dimensions + i];
        }

        return start.Values.ToArray();
    }

    /// <summary>The largest distance of a mean of the data from the nearest that was found.</summary>
    private static double Distance(GaussianMixture.NegativeLogPosteriorObjective objective, FitResult<double> fit)
    {
        GaussianMixture.NegativeLogPosteriorObjective.Parameters found = objective.View(fit.Parameters);
        return s_means.Max(mean => Enumerable.Range(0, Components).Min(k => Math.Sqrt(
            Enumerable.Range(0, Dimensions).Sum(i => (found.Mu[k, i] - mean[i]) * (found.Mu[k, i] - mean[i])))));
    }

    private static double PerIteration(FitResult<double> fit) => fit.Timings.Total.TotalMilliseconds / Math.Max(1, fit.Steps);
}
