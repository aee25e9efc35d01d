using Xunit;

namespace SymbolicGD.RuntimeTests.Solvers;

/// <summary>Losses of order 2 as users write them, from generated products to solvers and checks.</summary>
public sealed class GeneratedSecondOrderTests
{
    [Fact]
    public void Every_solver_takes_a_generated_objective()
    {
        var objective = new SecondOrderLosses.RosenbrockObjective(x: 1000);
        double[] start = Enumerable.Repeat(0.5, 1000).ToArray();
        foreach (ISolver solver in new ISolver[] { new LBfgs(), new NewtonCg(), new TrustRegion(), new NonlinearCg() })
        {
            FitResult<double> fit = solver.Minimize(objective, start);
            Assert.True(fit.StopReason == StopReason.GradientTolerance, fit.ToString());
            Assert.All(fit.Parameters, x => Assert.Equal(1, x, 1e-6));
        }
    }

    [Fact]
    public void Generated_products_are_those_written_by_hand()
    {
        var objective = new SecondOrderLosses.RosenbrockObjective(x: 37);
        var byHand = new Rosenbrock(37);
        double[] point = Enumerable.Range(0, 37).Select(i => Math.Sin(i)).ToArray(), direction = Enumerable.Range(0, 37).Select(i => Math.Cos(3 * i)).ToArray();
        double[] product = new double[37], expected = new double[37], hessian = new double[37 * 37], expectedHessian = new double[37 * 37];
        objective.HessianVectorProduct(point, direction, product);
        byHand.HessianVectorProduct(point, direction, expected);
        Assert.All(product.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        objective.Hessian(point, hessian);
        byHand.Hessian(point, expectedHessian);
        Assert.All(hessian.Zip(expectedHessian), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.Equal(0, Allocations.Of(() => objective.HessianVectorProduct(point, direction, product)));
    }

    [Fact]
    public void Generated_derivatives_pass_the_check()
    {
        GradientCheckReport report = GradientCheck.Run(new SecondOrderLosses.RosenbrockObjective(x: 5), [-1.2, 1, 0.3, -0.7, 2]);
        Assert.True(report.Passed, report.ToString());
        Assert.Equal(10, report.Entries.Count);
        var random = new Random(1);
        double[] x = Enumerable.Range(0, 60).Select(_ => random.NextDouble() - 0.5).ToArray(), label = Enumerable.Range(0, 20).Select(i => (double)(i % 2)).ToArray();
        report = GradientCheck.Run(new SecondOrderLosses.LogisticObjective(x: x, label: label, l2: 0.1), [0.5, -1, 2, 0.3]);
        Assert.True(report.Passed, report.ToString());
        Assert.Contains("w[2]", report.ToString());
    }

    [Fact]
    public void Newton_on_a_logistic_regression_takes_few_iterations()
    {
        var random = new Random(1);
        double[] x = Enumerable.Range(0, 300).Select(_ => random.NextDouble() - 0.5).ToArray();
        double[] label = Enumerable.Range(0, 100).Select(i => x[3 * i] + (0.3 * x[(3 * i) + 1]) > 0 ? 1.0 : 0).ToArray();
        var objective = new SecondOrderLosses.LogisticObjective(x: x, label: label, l2: 0.01);
        double[] expected = new LBfgs().Minimize(objective, new double[4]).Parameters;
        foreach (ISolver solver in new ISolver[] { new NewtonCg(), new TrustRegion() })
        {
            FitResult<double> fit = solver.Minimize(objective, new double[4]);
            Assert.True(fit.Converged, fit.ToString());
            Assert.InRange(fit.Epochs, 1, 12);
            Assert.All(fit.Parameters.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        }
    }
}

public static partial class SecondOrderLosses
{
    [Loss(Order = 2)]
    public static double Rosenbrock([Parameter] ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double a = x[i + 1] - (x[i] * x[i]), b = 1 - x[i];
            sum += (100 * a * a) + (b * b);
        }

        return sum;
    }

    [Loss(Order = 2)]
    public static double Logistic(
        [Parameter, Shape("features")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2,
        [Shape("features")] ReadOnlySpan<double> x, double label)
    {
        double z = bias, penalty = 0;
        for (int j = 0; j < x.Length; j++)
        {
            z += w[j] * x[j];
        }

        foreach (double wj in w)
        {
            penalty += wj * wj;
        }

        return Math.Log(1 + Math.Exp(z)) - (label * z) + (l2 * penalty);
    }
}
