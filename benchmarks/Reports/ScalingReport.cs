using System.Globalization;
using Benchmarks.Losses;
using SymbolicGD;

namespace Benchmarks.Reports;

/// <summary>How many evaluations L-BFGS takes with one scale for all parameters, and with one for each.</summary>
internal static class ScalingReport
{
    private const int Parameters = 200;

    /// <summary>Writes the table.</summary>
    /// <returns>Whether all fits converged.</returns>
    internal static bool Write(TextWriter output)
    {
        output.WriteLine("| function | parameters | ‖g‖∞ | one scale | one for each | |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|");
        (double[] x, double[] label) = Spambase();
        double[] curvatures = [.. Enumerable.Range(0, Parameters).Select(i => Math.Pow(1e4, i / (Parameters - 1.0)))], ones = [.. Enumerable.Repeat(1.0, Parameters)];
        bool met = Row("spambase as it comes, l2 = 0.001", new Spam.NegativeLogLikelihoodObjective(x, label, l2: 0.001), new double[Features + 1], 1e-6);
        met &= Row("spambase, columns standardized", new Spam.NegativeLogLikelihoodObjective(Standardized(x), label, l2: 0.001), new double[Features + 1], 1e-6);
        met &= Row("quadratic, condition 10⁴, diagonal", new Quadratic(curvatures, mirrors: false), ones, 1e-6);
        met &= Row("quadratic, condition 10⁴, rotated", new Quadratic(curvatures, mirrors: true), ones, 1e-6);
        met &= Row("Rosenbrock, a chain of neighbours", new Functions.RosenbrockObjective(x: 1000), [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? -1.2 : 1)], 1e-6);
        output.WriteLine();
        output.WriteLine("- Evaluations of value and gradient by `LBfgs` from zero, from ones, and from the customary start of Rosenbrock's function.");
        return met;

        bool Row(string name, IObjective<double> objective, double[] start, double tolerance)
        {
            FitResult<double>[] fits = [.. new[] { LBfgsScaling.Scalar, LBfgsScaling.Diagonal }
                .Select(scaling => new LBfgs { Scaling = scaling, GradientTolerance = tolerance, MaxIterations = 20_000 }.Minimize(objective, start))];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {start.Length:N0} | {tolerance:0e-0} | {fits[0].GradientEvaluations:N0} | {fits[1].GradientEvaluations:N0} | {(double)fits[1].GradientEvaluations / fits[0].GradientEvaluations:0.###} |"));
            return fits.All(fit => fit.Converged);
        }
    }

    private const int Features = 57;

    private static (double[] X, double[] Label) Spambase()
    {
        double[][] rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "spambase.csv")).Skip(1)
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        return ([.. rows.SelectMany(row => row[..Features])], [.. rows.Select(row => row[Features])]);
    }

    private static double[] Standardized(double[] x)
    {
        double[] result = [.. x];
        int rows = x.Length / Features;
        for (int j = 0; j < Features; j++)
        {
            double mean = Enumerable.Range(0, rows).Average(i => x[(i * Features) + j]);
            double deviation = Math.Sqrt(Enumerable.Range(0, rows).Average(i => Math.Pow(x[(i * Features) + j] - mean, 2)));
            for (int i = 0; i < rows; i++) result[(i * Features) + j] = (x[(i * Features) + j] - mean) / deviation;
        }

        return result;
    }

    /// <summary>½·Σ cᵢ·yᵢ², with y the parameters, or their mirror image in a plane that meets all axes.</summary>
    private sealed class Quadratic(double[] curvatures, bool mirrors)
        : HostObjective<double>(new ParameterLayout(("x", [curvatures.Length])), workspaceLength: curvatures.Length)
    {
        private readonly double[] normal = [.. curvatures.Select((_, i) => Math.Sin((7 * i) + 1))];

        protected override double ValueCore(ReadOnlySpan<double> parameters, Span<double> workspace)
        {
            Mirror(parameters, workspace);
            double sum = 0;
            for (int i = 0; i < workspace.Length; i++) sum += 0.5 * curvatures[i] * workspace[i] * workspace[i];
            return sum;
        }

        protected override double GradientCore(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> workspace)
        {
            double value = ValueCore(parameters, workspace);
            for (int i = 0; i < workspace.Length; i++) workspace[i] *= curvatures[i];
            Mirror(workspace, gradient);
            return value;
        }

        private void Mirror(ReadOnlySpan<double> from, Span<double> to)
        {
            double dot = 0, square = 0;
            for (int i = 0; mirrors && i < normal.Length; i++) (dot, square) = (dot + (from[i] * normal[i]), square + (normal[i] * normal[i]));
            for (int i = 0; i < normal.Length; i++) to[i] = from[i] - (mirrors ? 2 * dot / square * normal[i] : 0);
        }
    }
}
