using Xunit;

namespace SymbolicGD.RuntimeTests.Solvers;

/// <summary>Every solver on every problem of Moré, Garbow and Hillstrom (1981) that is listed here, from their starts.</summary>
public sealed class ProblemTests
{
    private static readonly Dictionary<string, Problem> Problems = new()
    {
        ["Rosenbrock"] = new([-1.2, 1], x => Sum(10 * (x[1] - (x[0] * x[0])), 1 - x[0])),
        ["Freudenstein and Roth"] = new(
            [0.5, -2],
            x => Sum(-13 + x[0] + ((((5 - x[1]) * x[1]) - 2) * x[1]), -29 + x[0] + ((((x[1] + 1) * x[1]) - 14) * x[1])),
            48.9842536792400),
        ["Beale"] = new([1, 1], x => Sum(1.5 - (x[0] * (1 - x[1])), 2.25 - (x[0] * (1 - (x[1] * x[1]))), 2.625 - (x[0] * (1 - (x[1] * x[1] * x[1]))))),
        ["Helical valley"] = new(
            [-1, 0, 0],
            x => Sum(10 * (x[2] - (10 * Angle(x[0], x[1]))), 10 * (Math.Sqrt((x[0] * x[0]) + (x[1] * x[1])) - 1), x[2])),
        ["Wood"] = new(
            [-3, -1, -3, -1],
            x => Sum(
                10 * (x[1] - (x[0] * x[0])), 1 - x[0], Math.Sqrt(90) * (x[3] - (x[2] * x[2])), 1 - x[2],
                Math.Sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / Math.Sqrt(10))),
        ["Variably dimensioned"] = new(
            Enumerable.Range(1, 10).Select(j => 1 - (j / 10.0)).ToArray(),
            x =>
            {
                double s = x.Index().Sum(v => (v.Index + 1) * (v.Item - 1));
                return x.Sum(v => (v - 1) * (v - 1)) + (s * s) + (s * s * s * s);
            }),
        ["Trigonometric"] = new(
            Enumerable.Repeat(0.1, 10).ToArray(),
            x => x.Index().Sum(v =>
            {
                double f = 10 - x.Sum(Math.Cos) + ((v.Index + 1) * (1 - Math.Cos(v.Item))) - Math.Sin(v.Item);
                return f * f;
            }),
            null),
    };

    public static TheoryData<string> Names => new(Problems.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void LBfgs_finds_the_minimum(string name) => Check(new LBfgs { GradientTolerance = 1e-5 }, Problems[name], 500);

    [Theory]
    [MemberData(nameof(Names))]
    public void LBfgs_with_one_scale_finds_the_minimum(string name) =>
        Check(new LBfgs { GradientTolerance = 1e-5, Scaling = LBfgsScaling.Scalar }, Problems[name], 500);

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientDescent_finds_the_minimum_in_its_own_time(string name) =>
        Check(new GradientDescent { GradientTolerance = 1e-5, MaxIterations = 200_000 }, Problems[name], 200_000);

    [Theory]
    [MemberData(nameof(Names))]
    public void NewtonCg_finds_the_minimum(string name) => Check(new NewtonCg { GradientTolerance = 1e-5 }, Problems[name], 250);

    [Theory]
    [MemberData(nameof(Names))]
    public void TrustRegion_finds_the_minimum(string name) => Check(new TrustRegion { GradientTolerance = 1e-5 }, Problems[name], 200);

    [Theory]
    [MemberData(nameof(Names))]
    public void NonlinearCg_finds_the_minimum(string name) => Check(new NonlinearCg { GradientTolerance = 1e-5 }, Problems[name], 1000);

    private static void Check(ISolver solver, Problem problem, int limit)
    {
        FitResult<double> fit = solver.Minimize(problem.Create(), problem.Start);
        Assert.True(fit.StopReason == StopReason.GradientTolerance, fit.ToString());
        Assert.InRange(fit.Epochs, 1, limit);
        if (problem.Minimum is { } minimum)
        {
            Assert.Equal(minimum, fit.Value, 1e-6);
        }
        else
        {
            Assert.InRange(fit.Value, 0, 1e-3);          // it has several minima near zero
        }
    }

    private static double Sum(params ReadOnlySpan<double> residuals)
    {
        double sum = 0;
        foreach (double r in residuals)
        {
            sum += r * r;
        }

        return sum;
    }

    private static double Angle(double x, double y) => (Math.Atan(y / x) / (2 * Math.PI)) + (x < 0 ? 0.5 : 0);

    /// <param name="Minimum">The value at the minimum; null: there are several, all near zero.</param>
    private sealed record Problem(double[] Start, Func<double[], double> Value, double? Minimum)
    {
        public Problem(double[] start, Func<double[], double> value)
            : this(start, value, 0)
        {
        }

        // Central differences of fourth order: an error near 1e-11, far below the tolerances.
        public Function<double> Create() => new(Start.Length, Value, x =>
        {
            var gradient = new double[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                double h = 1e-3 * Math.Max(1, Math.Abs(x[i])), at = x[i];
                double At(double d)
                {
                    x[i] = at + d;
                    return Value(x);
                }

                gradient[i] = ((8 * (At(h) - At(-h))) - (At(2 * h) - At(-2 * h))) / (12 * h);
                x[i] = at;
            }

            return gradient;
        });
    }
}
