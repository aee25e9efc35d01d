using Xunit;

namespace SymbolicGD.RuntimeTests.Solvers;

/// <summary>The scales that L-BFGS learns for the parameters.</summary>
public sealed class DiagonalModelTests
{
    private static readonly double[] Curvatures = [.. Enumerable.Range(0, 50).Select(i => Math.Pow(1e4, i / 49.0))];

    [Fact]
    public void It_follows_the_formula_of_Gilbert_and_Lemarechal()
    {
        var objective = new Function<double>(3, _ => 0, x => x);
        using var model = new DiagonalModel<double>(objective);
        double[] b = [1, 1, 1];
        (double[] Step, double[] Difference)[] pairs =
        [
            ([1, 2, -1], [3, 1, -0.5]),
            ([0.5, -1, 0.25], [1, -2, 2]),
            ([0, 0, 2], [0, 0, 5]),
        ];
        foreach ((double[] s, double[] y) in pairs)
        {
            double ys = Dot(y, s), factor = y.Zip(b, (v, d) => v * v / d).Sum() / ys;
            double[] resized = [.. b.Select(d => d * factor)];
            double modelled = resized.Zip(s, (d, v) => d * v * v).Sum();
            b = [.. Enumerable.Range(0, 3).Select(i => resized[i] + (y[i] * y[i] / ys) - (Math.Pow(resized[i] * s[i], 2) / modelled))];

            using var step = new HostVector<double>(s);
            using var difference = new HostVector<double>(y);
            using var d = new HostVector<double>([1, 1, 1]);
            model.Update(step, difference, ys);
            model.Divide(d);
            Assert.All(d.AsSpan().ToArray().Zip(b), v => Assert.Equal(1 / v.Second, v.First, 1e-12));
        }

        static double Dot(double[] a, double[] c) => a.Zip(c, (x, y) => x * y).Sum();
    }

    [Fact]
    public void What_overflowed_is_forgotten()
    {
        var objective = new Function<float>(2, _ => 0, x => x);
        using var model = new DiagonalModel<float>(objective);
        using var small = new HostVector<float>([1e-30f, 0]);
        using var large = new HostVector<float>([1e15f, 0]);
        using var unit = new HostVector<float>([1, 1]);
        using var d = new HostVector<float>([1, 1]);
        model.Update(small, large, 1e-15f);         // a curvature of 1e45
        model.Update(unit, unit, 2);
        model.Divide(d);
        Assert.Equal([1, 1], d.AsSpan().ToArray());
    }

    [Fact]
    public void Parameters_of_different_units_take_fewer_evaluations()
    {
        FitResult<double> one = Fit(LBfgsScaling.Scalar), each = Fit(LBfgsScaling.Diagonal);
        Assert.InRange(each.GradientEvaluations, 1, one.GradientEvaluations / 2);
        Assert.All(each.Parameters, x => Assert.Equal(0, x, 1e-6));

        static FitResult<double> Fit(LBfgsScaling scaling)
        {
            var bowl = new Function<double>(50, x => x.Zip(Curvatures, (v, c) => 0.5 * c * v * v).Sum(), x => [.. x.Zip(Curvatures, (v, c) => c * v)]);
            FitResult<double> fit = new LBfgs { Scaling = scaling, GradientTolerance = 1e-6 }.Minimize(bowl, [.. Enumerable.Repeat(1.0, 50)]);
            Assert.True(fit.Converged, fit.ToString());
            return fit;
        }
    }
}
