using CurveFitting;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>The models of the NIST regressions over dual numbers, and objectives made of them: derivatives that share nothing with generated ones.</summary>
internal static class NistProblems
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

    public static NistFile Load(string name)
    {
        using Stream stream = typeof(NistProblems).Assembly.GetManifestResourceStream($"{name}.dat")!;
        using var reader = new StreamReader(stream);
        return NistFile.Read(name, reader);
    }

    public static ResidualObjective<double> Create(NistFile problem) => new Residuals(problem, Models[problem.Name]);

    private static Dual Gauss(Dual[] b, double x)
    {
        Dual u = (x - b[3]) / b[4], v = (x - b[6]) / b[7];
        return (b[0] * Dual.Exp(-b[1] * x)) + (b[2] * Dual.Exp(-u * u)) + (b[5] * Dual.Exp(-v * v));
    }

    private sealed class Residuals(NistFile problem, Func<Dual[], double, Dual> model)
        : ResidualObjective<double>(new ParameterLayout(("b", [problem.Parameters.Length])), problem.X.Length, 1, 0)
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
