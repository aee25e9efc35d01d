using Xunit;

namespace SymbolicGD.RuntimeTests.Verification;

public sealed class GradientCheckTests
{
    [Fact]
    public void Right_derivatives_pass()
    {
        GradientCheckReport report = GradientCheck.Run(new Rosenbrock(5), [-1.2, 1, 0.3, -0.7, 2]);
        Assert.True(report.Passed, report.ToString());
        Assert.InRange(report.MaxRelativeError, 0, 1e-9);
        Assert.Equal(10, report.Entries.Count);
        Assert.Equal([CheckedDerivative.Gradient, CheckedDerivative.HessianVectorProduct], report.Entries.Select(e => e.Derivative).Distinct());
        Assert.All(report.Entries, e => Assert.InRange(e.Uncertainty, 0, 1e-6));
    }

    [Fact]
    public void The_report_shows_each_parameter()
    {
        var objective = new TwoBlocks(wrong: false);
        string text = GradientCheck.Run(objective, [1, 2, 3]).ToString();
        string[] lines = text.Split(Environment.NewLine);
        Assert.StartsWith("Gradient of TwoBlocks: passed; largest relative error ", lines[0]);
        Assert.Contains("analytic", lines[1]);
        Assert.StartsWith("  weights[0] ", lines[2]);
        Assert.StartsWith("  weights[1] ", lines[3]);
        Assert.StartsWith("  bias       ", lines[4]);
        Assert.Contains(" 20 ", lines[3]);
        using var writer = new StringWriter();
        GradientCheck.Run(objective, [1, 2, 3]).Write(writer);
        Assert.Equal(text, writer.ToString());
    }

    [Fact]
    public void A_wrong_element_is_named()
    {
        GradientCheckReport report = GradientCheck.Run(new TwoBlocks(wrong: true), [1, 2, 3]);
        Assert.False(report.Passed);
        GradientCheckEntry entry = Assert.Single(report.Entries, e => e.Verdict == CheckVerdict.Differs);
        Assert.Equal("weights[1]", entry.Name);
        Assert.Equal(1, entry.Index);
        Assert.Equal(20, entry.Numeric, 1e-6);
        Assert.Equal(20.001, entry.Analytic, 1e-9);
        Assert.Equal(5e-5, report.MaxRelativeError, 1e-5);
        Assert.Contains("1 differ", report.ToString());
        Assert.True(GradientCheck.Run(new TwoBlocks(wrong: true), [1, 2, 3], new GradientCheckOptions { Tolerance = 1e-3 }).Passed);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e-4)]
    [InlineData(1e9)]
    public void Parameters_of_any_unit_are_checked_as_well(double unit)
    {
        var f = new Function<double>(1, x => Math.Exp(x[0] / unit), x => [Math.Exp(x[0] / unit) / unit]);
        GradientCheckReport report = GradientCheck.Run(f, [1.5 * unit]);
        Assert.True(report.Entries[0].Verdict == CheckVerdict.Agrees, report.ToString());
        Assert.InRange(report.Entries[0].Uncertainty * unit, 0, 1e-8);
        var wrong = new Function<double>(1, x => Math.Exp(x[0] / unit), x => [1.00001 * Math.Exp(x[0] / unit) / unit]);
        Assert.Equal(CheckVerdict.Differs, GradientCheck.Run(wrong, [1.5 * unit]).Entries[0].Verdict);
    }

    [Fact]
    public void At_zero_the_neighbours_give_the_scale()
    {
        var f = new Function<double>(2, x => Math.Sin(x[0] / 1e-6) + (x[1] * x[1]), x => [Math.Cos(x[0] / 1e-6) / 1e-6, 2 * x[1]]);
        GradientCheckReport report = GradientCheck.Run(f, [0, 1e-6]);
        Assert.True(report.Entries[0].Verdict == CheckVerdict.Agrees, report.ToString());
    }

    [Fact]
    public void A_kink_is_undetermined_and_does_not_pass()
    {
        var f = new Function<double>(1, x => Math.Abs(x[0] - 1), x => [Math.Sign(x[0] - 1)]);
        GradientCheckReport report = GradientCheck.Run(f, [1 + 1e-7]);
        Assert.False(report.Passed);
        var edge = new Function<double>(1, x => Math.Sqrt(x[0]), x => [0.5 / Math.Sqrt(x[0])]);
        report = GradientCheck.Run(edge, [0]);
        Assert.False(report.Passed);
        Assert.Equal(CheckVerdict.Undetermined, report.Entries[0].Verdict);
        Assert.Contains("undetermined", report.ToString());
    }

    [Fact]
    public void A_derivative_that_is_not_finite_differs()
    {
        var f = new Function<double>(1, x => x[0] * x[0], _ => [double.NaN]);
        GradientCheckReport report = GradientCheck.Run(f, [1]);
        Assert.Equal(CheckVerdict.Differs, report.Entries[0].Verdict);
        Assert.Equal(double.PositiveInfinity, report.MaxRelativeError);
    }

    [Fact]
    public void First_steps_may_leave_the_domain()
    {
        var f = new Function<double>(1, x => Math.Log(x[0] - 0.99), x => [1 / (x[0] - 0.99)]);
        GradientCheckReport report = GradientCheck.Run(f, [1]);
        Assert.True(report.Entries[0].Verdict == CheckVerdict.Agrees, report.ToString());
    }

    [Fact]
    public void Single_precision_is_checked_within_its_rounding()
    {
        LeastSquares<float> objective = LeastSquares<float>.Create(50, 4, seed: 3);
        GradientCheckReport report = GradientCheck.Run(objective, [0.5f, -1, 2, 0.1f, 0]);
        Assert.True(report.Passed, report.ToString());
        Assert.Equal(1e-3, report.Tolerance);
    }

    [Fact]
    public void A_wrong_Hessian_is_found()
    {
        GradientCheckReport report = GradientCheck.Run(new WrongHessian(), [1, 2]);
        Assert.All(report.Entries.Where(e => e.Derivative == CheckedDerivative.Gradient), e => Assert.Equal(CheckVerdict.Agrees, e.Verdict));
        Assert.Contains(report.Entries, e => e is { Derivative: CheckedDerivative.HessianVectorProduct, Index: 1, Verdict: CheckVerdict.Differs });
    }

    [Fact]
    public void A_wrong_Jacobian_is_found_with_its_residual()
    {
        Assert.True(GradientCheck.Run(new Pair(1), [0.5, 2]).Passed);
        GradientCheckReport report = GradientCheck.Run(new Pair(1.01), [0.5, 2]);
        GradientCheckEntry entry = Assert.Single(report.Entries, e => e is { Derivative: CheckedDerivative.Jacobian, Verdict: CheckVerdict.Differs });
        Assert.Equal("b of residual 5", entry.Name);
    }

    [Fact]
    public void Of_many_parameters_a_sample_is_drawn()
    {
        var point = new double[500];
        Array.Fill(point, 0.5);
        GradientCheckReport report = GradientCheck.Run(new Rosenbrock(500), point, new GradientCheckOptions { MaxParameters = 120, Seed = 3 });
        Assert.Equal(240, report.Entries.Count);
        Assert.Equal(120, report.Entries.Select(e => e.Index).Distinct().Count());
        Assert.Contains("at 120 of 500 parameters", report.ToString());
        Assert.Contains("and 20 more with smaller errors", report.ToString());
        Assert.True(report.Passed, report.ToString());
    }

    [Fact]
    public void Derivatives_written_by_hand_are_checked()
    {
        static double Density(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
        GradientCheckReport report = GradientCheck.Derivative<double>(Sym.NormalCdf, Density, -2, 0, 0.5, 3);
        Assert.True(report.Passed, report.ToString());
        Assert.Equal(4, report.Entries.Count);
        Assert.Contains("x = 0.5", report.ToString());
        Assert.False(GradientCheck.Derivative<double>(Sym.NormalCdf, x => Density(x) * 1.001, 0.5).Passed);
        Assert.True(GradientCheck.Derivative<float>(MathF.Sin, MathF.Cos, 0.3f, 1, 2).Passed);
    }

    [Fact]
    public void Vector_Jacobian_products_written_by_hand_are_checked()
    {
        VectorFunction<double> f = (x, y) => (y[0], y[1]) = (x[0] * x[1], Math.Sin(x[2]));
        Assert.True(GradientCheck.VectorJacobian(
            f, (x, a, g) => (g[0], g[1], g[2]) = (a[0] * x[1], a[0] * x[0], a[1] * Math.Cos(x[2])), [1.0, 2, 3], outputs: 2).Passed);
        Assert.False(GradientCheck.VectorJacobian(
            f, (x, a, g) => (g[0], g[1], g[2]) = (a[0] * x[1], a[1] * x[0], a[1] * Math.Cos(x[2])), [1.0, 2, 3], outputs: 2).Passed);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Contains("start has 1", Assert.Throws<ArgumentException>(() => GradientCheck.Run(new Rosenbrock(2), [1.0])).Message);
        Assert.Contains("x[1] is NaN", Assert.Throws<ArgumentException>(() => GradientCheck.Run(new Rosenbrock(2), [1, double.NaN])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.Run(new Rosenbrock(2), [1.0, 1], new GradientCheckOptions { Tolerance = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientCheck.Run(new Rosenbrock(2), [1.0, 1], new GradientCheckOptions { MaxParameters = 0 }));
        Assert.Throws<ArgumentNullException>(() => GradientCheck.Run<double>(null!, [1]));
    }

    /// <summary>weights[0]² + 5·weights[1]² + bias³, perhaps with a wrong second element.</summary>
    private sealed class TwoBlocks(bool wrong) : HostObjective<double>(new ParameterLayout(("weights", [2]), ("bias", [])), 0)
    {
        protected override double ValueCore(ReadOnlySpan<double> x, Span<double> workspace) => (x[0] * x[0]) + (5 * x[1] * x[1]) + (x[2] * x[2] * x[2]);

        protected override double GradientCore(ReadOnlySpan<double> x, Span<double> gradient, Span<double> workspace)
        {
            gradient[0] = 2 * x[0];
            gradient[1] = (10 * x[1]) + (wrong ? 0.001 : 0);
            gradient[2] = 3 * x[2] * x[2];
            return ValueCore(x, workspace);
        }
    }

    private sealed class WrongHessian() : HostObjective<double>(new ParameterLayout(("x", [2])), 0), ITwiceDifferentiable<double>
    {
        protected override double ValueCore(ReadOnlySpan<double> x, Span<double> workspace) => x[0] * x[0] * x[1] * x[1];

        protected override double GradientCore(ReadOnlySpan<double> x, Span<double> gradient, Span<double> workspace)
        {
            gradient[0] = 2 * x[0] * x[1] * x[1];
            gradient[1] = 2 * x[0] * x[0] * x[1];
            return ValueCore(x, workspace);
        }

        protected override void HessianVectorProductCore(ReadOnlySpan<double> x, ReadOnlySpan<double> d, Span<double> product, Span<double> workspace)
        {
            product[0] = (2 * x[1] * x[1] * d[0]) + (4 * x[0] * x[1] * d[1]);
            product[1] = 2 * x[0] * x[0] * d[1];                   // the mixed derivative is missing
        }
    }

    /// <summary>Two residuals for each of three examples; the derivative of the last by b is wrong unless the factor is 1.</summary>
    private sealed class Pair(double factor) : ResidualObjective<double>(new ParameterLayout(("a", []), ("b", [])), 3, 2, 0)
    {
        protected override void ResidualCore(ReadOnlySpan<double> p, int example, Span<double> residuals, Span<double> workspace)
        {
            residuals[0] = p[0] * (example + 1);
            residuals[1] = Math.Exp(p[0]) + (p[1] * example);
        }

        protected override void ResidualRowCore(ReadOnlySpan<double> p, int example, int output, GradientRow<double> row, Span<double> workspace)
        {
            row.Add(0, output == 0 ? example + 1 : Math.Exp(p[0]));
            if (output == 1)
            {
                row.Add(1, example == 2 ? 2 * factor : example);
            }
        }
    }
}
