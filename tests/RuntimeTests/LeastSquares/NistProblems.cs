using System.Globalization;
using System.Text.RegularExpressions;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>A nonlinear regression of the NIST Statistical Reference Datasets, with its certified result.</summary>
/// <param name="Starts">Two starting points, the first far away.</param>
/// <param name="Certified">The parameters, to 11 digits.</param>
/// <param name="Deviations">Their standard deviations.</param>
/// <param name="SquareSum">The residual sum of squares.</param>
internal sealed partial record NistProblem(
    string Name, double[][] Starts, double[] Certified, double[] Deviations, double SquareSum, double[] X, double[] Y)
{
    public static IReadOnlyDictionary<string, Func<Dual[], double, Dual>> Models { get; } = new Dictionary<string, Func<Dual[], double, Dual>>
    {
        ["Chwirut2"] = (b, x) => Dual.Exp(-b[0] * x) / (b[1] + (b[2] * x)),
        ["DanWood"] = (b, x) => b[0] * Dual.Pow(x, b[1]),
        ["ENSO"] = (b, x) => b[0] + (b[1] * Math.Cos(2 * Math.PI * x / 12)) + (b[2] * Math.Sin(2 * Math.PI * x / 12))
            + (b[4] * Dual.Cos(2 * Math.PI * x / b[3])) + (b[5] * Dual.Sin(2 * Math.PI * x / b[3]))
            + (b[7] * Dual.Cos(2 * Math.PI * x / b[6])) + (b[8] * Dual.Sin(2 * Math.PI * x / b[6])),
        ["Gauss1"] = Gauss,
        ["Gauss2"] = Gauss,
        ["Hahn1"] = (b, x) => (b[0] + (b[1] * x) + (b[2] * x * x) + (b[3] * x * x * x)) / (1 + (b[4] * x) + (b[5] * x * x) + (b[6] * x * x * x)),
        ["Kirby2"] = (b, x) => (b[0] + (b[1] * x) + (b[2] * x * x)) / (1 + (b[3] * x) + (b[4] * x * x)),
        ["Lanczos3"] = (b, x) => (b[0] * Dual.Exp(-b[1] * x)) + (b[2] * Dual.Exp(-b[3] * x)) + (b[4] * Dual.Exp(-b[5] * x)),
        ["MGH17"] = (b, x) => b[0] + (b[1] * Dual.Exp(-x * b[3])) + (b[2] * Dual.Exp(-x * b[4])),
        ["Misra1a"] = (b, x) => b[0] * (1 - Dual.Exp(-b[1] * x)),
        ["Misra1b"] = (b, x) => b[0] * (1 - Dual.Pow(1 + (b[1] * x / 2), -2)),
        ["Misra1c"] = (b, x) => b[0] * (1 - Dual.Pow(1 + (2 * b[1] * x), -0.5)),
        ["Roszman1"] = (b, x) => b[0] - (b[1] * x) - (Dual.Atan(b[2] / (x - b[3])) / Math.PI),
    };

    public static NistProblem Load(string name)
    {
        string[] lines = Read(name);
        double[][] rows = [.. lines.Where(line => ParameterLine().IsMatch(line)).Select(line => Numbers(line[(line.IndexOf('=') + 1)..]))];
        double[][] data = [.. lines.Skip(Array.FindLastIndex(lines, line => line.StartsWith("Data:", StringComparison.Ordinal)) + 1)
            .Where(line => line.Trim().Length > 0).Select(Numbers)];
        string sum = lines.Single(line => line.StartsWith("Residual Sum of Squares:", StringComparison.Ordinal));
        return new NistProblem(
            name, [Column(rows, 0), Column(rows, 1)], Column(rows, 2), Column(rows, 3), Numbers(sum[(sum.IndexOf(':') + 1)..])[0],
            Column(data, 1), Column(data, 0));
    }

    public ResidualObjective<double> Create() => new Residuals(this, Models[Name]);

    /// <summary>−log₁₀ of the largest relative error: the digits that are right in every one of the values.</summary>
    public static double Digits(ReadOnlySpan<double> values, ReadOnlySpan<double> expected)
    {
        double worst = 1e-11;                                  // the certificates have 11 digits
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(values[i] - expected[i]) / Math.Abs(expected[i]);
            worst = error <= worst ? worst : error;            // NaN is the worst of all
        }

        return -Math.Log10(worst);
    }

    private static Dual Gauss(Dual[] b, double x)
    {
        Dual u = (x - b[3]) / b[4], v = (x - b[6]) / b[7];
        return (b[0] * Dual.Exp(-b[1] * x)) + (b[2] * Dual.Exp(-u * u)) + (b[5] * Dual.Exp(-v * v));
    }

    private static string[] Read(string name)
    {
        using Stream stream = typeof(NistProblem).Assembly.GetManifestResourceStream($"{name}.dat")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }

    private static double[] Numbers(string line) =>
        [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(part => double.Parse(part, CultureInfo.InvariantCulture))];

    private static double[] Column(double[][] rows, int column) => [.. rows.Select(row => row[column])];

    [GeneratedRegex(@"^\s*b\d+ =")]
    private static partial Regex ParameterLine();

    private sealed class Residuals(NistProblem problem, Func<Dual[], double, Dual> model)
        : ResidualObjective<double>(new ParameterLayout(("b", [problem.Certified.Length])), problem.X.Length, 1, 0)
    {
        protected override void ResidualCore(ReadOnlySpan<double> parameters, int example, Span<double> residuals, Span<double> workspace) =>
            residuals[0] = Evaluate(parameters, example).Value;

        protected override void ResidualRowCore(ReadOnlySpan<double> parameters, int example, int output, GradientRow<double> row, Span<double> workspace) =>
            Evaluate(parameters, example).Partials.CopyTo(row.Range(0, parameters.Length));

        private Dual Evaluate(ReadOnlySpan<double> parameters, int example)
        {
            var b = new Dual[parameters.Length];
            for (int i = 0; i < b.Length; i++)
            {
                b[i] = Dual.Variable(parameters[i], i, b.Length);
            }

            return problem.Y[example] - model(b, problem.X[example]);
        }
    }
}
