using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

public sealed class LevenbergMarquardtTests
{
    // y = 2 + 3·x with residuals ±1 that are orthogonal to both columns.
    private static readonly Curve Line = new(2, 4, (b, i) => b[0] + (b[1] * i) - (2 + (3 * i) + (i is 0 or 3 ? 1 : -1)));

    public static TheoryData<string> Names => ["LevenbergMarquardt", "GaussNewton"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Statistics_of_a_straight_line_are_those_of_the_textbook(string name)
    {
        LeastSquaresFit<double> fit = Fit(name, Line, [0, 0]);
        Assert.Equal(2, fit.Parameters[0], 1e-9);
        Assert.Equal(3, fit.Parameters[1], 1e-9);
        Assert.Equal(2, fit.Value, 1e-12);                         // ½·4
        Assert.Equal(2, fit.DegreesOfFreedom);
        Assert.Equal(Math.Sqrt(2), fit.ResidualStandardDeviation, 1e-12);

        // s²·(XᵀX)⁻¹ with XᵀX = [4 6; 6 14], of determinant 20.
        Assert.Equal(2 * 14.0 / 20, fit.Covariance[0, 0], 1e-9);
        Assert.Equal(2 * -6.0 / 20, fit.Covariance[0, 1], 1e-9);
        Assert.Equal(fit.Covariance[0, 1], fit.Covariance[1, 0]);
        Assert.Equal(2 * 4.0 / 20, fit.Covariance[1, 1], 1e-9);
        Assert.Equal([Math.Sqrt(fit.Covariance[0, 0]), Math.Sqrt(fit.Covariance[1, 1])], fit.StandardErrors);
        Assert.Contains("b[1]           3 ± 0.6325", fit.ToString());
        Assert.Contains("2 degrees of freedom", fit.ToString());
        Assert.True(fit.Converged, fit.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void As_any_solver_it_is_an_ISolver(string name)
    {
        ISolver solver = name == "GaussNewton" ? new GaussNewton() : new LevenbergMarquardt();
        FitResult<double> fit = solver.Minimize(Line, [0.0, 0]);
        Assert.IsType<LeastSquaresFit<double>>(fit);
        string message = Assert.Throws<ArgumentException>(() => solver.Minimize(new Rosenbrock(2), [1.0, 1])).Message;
        Assert.Contains($"{name} minimizes sums of squared residuals; Rosenbrock has none", message);
        Assert.Contains("[Residual]", message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_that_the_data_do_not_determine_are_reported(string name)
    {
        var twins = new Linear([[1, 1, 0], [1, 1, 1], [1, 1, 4], [1, 1, 9], [1, 1, 16]], [1, 1.3, 1.8, 2.5, 3.3]);
        LeastSquaresFit<double> fit = Fit(name, twins, [1, 1, 1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.Equal(2, fit.Rank);
        Assert.All(fit.StandardErrors, e => Assert.True(double.IsNaN(e)));
        Assert.Contains("2 of 3: the data do not determine all parameters", fit.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_parameters_than_residuals_are_fitted_without_errors(string name)
    {
        var few = new Curve(3, 2, (b, i) => b[0] + (b[1] * i) + (b[2] * i * i) - 4 - i);
        LeastSquaresFit<double> fit = Fit(name, few, [0, 0, 0]);
        Assert.Equal(0, fit.Value, 1e-20);
        Assert.Equal(-1, fit.DegreesOfFreedom);
        Assert.True(double.IsNaN(fit.ResidualStandardDeviation));
        Assert.All(fit.StandardErrors, e => Assert.True(double.IsNaN(e)));
    }

    [Fact]
    public void Parameters_of_any_unit_take_the_same_way()
    {
        int[] iterations = new[] { 1e-9, 1, 1e9 }.Select(unit =>
        {
            var growth = new Curve(2, 12, (b, i) => (b[0] * Math.Exp(b[1] / unit * i)) - (3 * Math.Exp(0.2 * i)) - (0.1 * Math.Sin(i)));
            LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(growth, [1, 0.1 * unit]);
            Assert.Equal(0.2, fit.Parameters[1] / unit, 0.01);
            return fit.Epochs;
        }).ToArray();
        Assert.InRange(iterations.Max() - iterations.Min(), 0, 1);
    }

    [Fact]
    public void Single_precision_is_solved_to_its_precision()
    {
        var line = new Curve32(2, 4, (b, i) => b[0] + (b[1] * i) - (2 + (3 * i) + (i is 0 or 3 ? 1 : -1)));
        LeastSquaresFit<float> fit = new LevenbergMarquardt().Minimize(line, [0f, 0f]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.Equal(2f, fit.Parameters[0], 1e-5f);
        Assert.Equal(3f, fit.Parameters[1], 1e-5f);
        Assert.Equal(1.1832f, fit.StandardErrors[0], 1e-3f);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_back_out_of_regions_without_a_value(string name)
    {
        var root = new Curve(1, 3, (b, i) => Math.Sqrt(b[0]) + (i * Math.Log(b[0])) - 1 - (0.01 * i));
        LeastSquaresFit<double> fit = Fit(name, root, [0.01]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.Equal(1, fit.Parameters[0], 0.1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Limits_cancellation_and_starts_without_a_value_end_the_run(string name)
    {
        var growth = new Curve(2, 12, (b, i) => (b[0] * Math.Exp(b[1] * i)) - (3 * Math.Exp(0.2 * i)) - (0.1 * Math.Sin(i)));
        Assert.Equal(StopReason.EpochLimit, Fit(name, growth, [1, 0.1], new FitOptions { Epochs = 2 }).StopReason);
        Assert.Equal(StopReason.TimeLimit, Fit(name, growth, [1, 0.1], new FitOptions { TimeLimit = TimeSpan.FromTicks(1) }).StopReason);
        Assert.Equal(StopReason.Cancelled, Fit(name, growth, [1, 0.1], null, new CancellationToken(true)).StopReason);
        LeastSquaresFit<double> bad = Fit(name, growth, [double.NaN, 1]);
        Assert.Equal(StopReason.NonFinite, bad.StopReason);
        Assert.Contains("parameter b[0] = NaN", bad.Message);
        Assert.Equal(0, bad.Rank);
        LeastSquaresFit<double> done = Fit(name, Line, [2, 3]);
        Assert.Equal(0, done.Epochs);
        Assert.True(done.Converged, done.ToString());
        Assert.Throws<ArgumentException>(() => Fit(name, Line, [2]));
        Assert.Throws<ArgumentException>(() => Fit(name, Line, [2, 3], new FitOptions { BatchSize = 2 }));
    }

    [Fact]
    public void A_perfect_fit_ends_at_zero()
    {
        var exact = new Curve(2, 8, (b, i) => (b[0] * Math.Exp(-b[1] * i)) - (5 * Math.Exp(-0.7 * i)));
        LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(exact, [1, 1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.Equal(5, fit.Parameters[0], 1e-10);
        Assert.Equal(0.7, fit.Parameters[1], 1e-10);
    }

    [Fact]
    public void A_wrong_Jacobian_does_not_pass_for_convergence()
    {
        var wrong = new Curve(1, 3, (b, i) => b[0] - i, sign: -1);
        Assert.False(new LevenbergMarquardt().Minimize(wrong, [10.0]).Converged);
        LeastSquaresFit<double> fit = new GaussNewton().Minimize(wrong, [10.0]);
        Assert.Equal(StopReason.LineSearchFailed, fit.StopReason);
        Assert.Contains("the gradient does not belong to the value", fit.Message);
    }

    [Fact]
    public void Properties_that_make_no_sense_are_named_with_their_value()
    {
        Check(new LevenbergMarquardt { InitialDamping = 0 }, "InitialDamping is 0");
        Check(new LevenbergMarquardt { CosineTolerance = -1 }, "CosineTolerance is -1");
        Check(new LevenbergMarquardt { StepTolerance = double.NaN }, "StepTolerance is NaN");
        Check(new GaussNewton { SufficientDecrease = 1 }, "SufficientDecrease is 1");
        Check(new GaussNewton { MaxIterations = 0 }, "MaxIterations is 0");

        static void Check(ISolver solver, string expected) =>
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => solver.Minimize(Line, [1.0, 1])).Message);
    }

    private static LeastSquaresFit<double> Fit(
        string name, ResidualObjective<double> objective, double[] start, FitOptions? options = null, CancellationToken cancellation = default) =>
        name == "GaussNewton" ? new GaussNewton().Minimize(objective, start, options, cancellation) : new LevenbergMarquardt().Minimize(objective, start, options, cancellation);

    /// <summary>Residuals as a function of parameters and example; rows by fourth-order differences.</summary>
    private sealed class Curve(int n, int examples, Func<double[], int, double> residual, double sign = 1)
        : ResidualObjective<double>(new ParameterLayout(("b", [n])), examples, 1, 0)
    {
        protected override void ResidualCore(ReadOnlySpan<double> parameters, int example, Span<double> residuals, Span<double> workspace) =>
            residuals[0] = residual(parameters.ToArray(), example);

        protected override void ResidualRowCore(ReadOnlySpan<double> parameters, int example, int output, GradientRow<double> row, Span<double> workspace)
        {
            double[] b = parameters.ToArray();
            for (int j = 0; j < n; j++)
            {
                double at = b[j], h = at == 0 ? 1e-3 : 1e-3 * Math.Abs(at);
                double At(double d)
                {
                    b[j] = at + d;
                    double value = residual(b, example);
                    b[j] = at;
                    return value;
                }

                row.Add(j, sign * ((8 * (At(h) - At(-h))) - (At(2 * h) - At(-2 * h))) / (12 * h));
            }
        }
    }

    /// <summary>r = X·b − y.</summary>
    private sealed class Linear(double[][] x, double[] y) : ResidualObjective<double>(new ParameterLayout(("b", [x[0].Length])), y.Length, 1, 0)
    {
        protected override void ResidualCore(ReadOnlySpan<double> parameters, int example, Span<double> residuals, Span<double> workspace)
        {
            residuals[0] = -y[example];
            for (int j = 0; j < parameters.Length; j++)
            {
                residuals[0] += x[example][j] * parameters[j];
            }
        }

        protected override void ResidualRowCore(ReadOnlySpan<double> parameters, int example, int output, GradientRow<double> row, Span<double> workspace) =>
            x[example].CopyTo(row.Range(0, parameters.Length));
    }

    /// <summary>Residuals in single precision that are linear in the parameters.</summary>
    private sealed class Curve32(int n, int examples, Func<float[], int, float> residual) : ResidualObjective<float>(new ParameterLayout(("b", [n])), examples, 1, 0)
    {
        protected override void ResidualCore(ReadOnlySpan<float> parameters, int example, Span<float> residuals, Span<float> workspace) =>
            residuals[0] = residual(parameters.ToArray(), example);

        protected override void ResidualRowCore(ReadOnlySpan<float> parameters, int example, int output, GradientRow<float> row, Span<float> workspace)
        {
            for (int j = 0; j < n; j++)
            {
                var unit = new float[n];
                unit[j] = 1;
                row.Add(j, residual(unit, example) - residual(new float[n], example));
            }
        }
    }
}
