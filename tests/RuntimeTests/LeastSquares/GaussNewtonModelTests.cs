using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>Solvers with conjugate gradients whose model is JᵀJ.</summary>
public sealed class GaussNewtonModelTests
{
    public static TheoryData<string> Names => ["TrustRegion", "NewtonCg"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_minimum_is_that_of_LevenbergMarquardt(string name)
    {
        double[] time = [.. Enumerable.Range(0, 40).Select(i => 0.1 * i)], start = [1, 1, 0];
        var objective = new OverExamples.DecayObjective(
            t: time, y: time.Select(t => (2 * Math.Exp(-0.7 * t)) + 0.5 + (0.01 * Math.Sin(9 * t))).ToArray(), z: time.Select(t => 1.4 * Math.Exp(-0.7 * t)).ToArray());
        LeastSquaresFit<double> expected = new LevenbergMarquardt().Minimize(objective, start);
        FitResult<double> fit = Solver(name, useGaussNewton: true).Minimize(objective, start);
        Assert.True(fit.Converged, fit.ToString());
        Assert.InRange(fit.Epochs, 2, 30);
        Assert.True(fit.HessianProducts > 0);
        Assert.Equal(expected.Value, fit.Value, 1e-12);
        for (int j = 0; j < start.Length; j++) Assert.Equal(expected.Parameters[j], fit.Parameters[j], 1e-6);

        // The Hessian is another matrix.
        FitResult<double> newton = Solver(name, useGaussNewton: false).Minimize(objective, start);
        Assert.NotEqual(newton.History[1].Value, fit.History[1].Value);
        Assert.Equal(expected.Value, newton.Value, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_derivatives_of_the_residuals_are_enough(string name)
    {
        float[] time = [.. Enumerable.Range(0, 20).Select(i => 0.2f * i)];
        var objective = new Meshes.DecayObjective(time: time, seen: time.Select(t => 3 * MathF.Exp(-0.5f * t)).ToArray());
        string message = Assert.Throws<InvalidOperationException>(() => Solver(name, useGaussNewton: false).Minimize(objective, [1f, 1f])).Message;
        Assert.Contains($"needs none with {name} {{ UseGaussNewton = true }}", message);
        FitResult<float> fit = Solver(name, useGaussNewton: true).Minimize(objective, [1f, 1f]);
        Assert.Equal(3, fit.Parameters[0], 1e-3f);
        Assert.Equal(0.5f, fit.Parameters[1], 1e-3f);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_has_no_residuals_is_refused(string name)
    {
        string message = Assert.Throws<ArgumentException>(() => Solver(name, useGaussNewton: true).Minimize(new Rosenbrock(2), [1.0, 1])).Message;
        Assert.Contains($"{name} with UseGaussNewton minimizes sums of squared residuals; Rosenbrock has none", message);
    }

    [Fact]
    public void Products_over_vectors_are_those_over_spans()
    {
        double[] data = [0.5, 1.5, 2.5];
        ILeastSquaresObjective<double> objective = new OverExamples.DecayObjective(t: data, y: data, z: data);
        var host = (ResidualObjective<double>)objective;
        double[] point = [1.5, 0.5, 0.25], direction = [1, -2, 3], vector = [1, 2, 3, 4, 5, 6], ofResiduals = new double[6], ofParameters = new double[3];
        using VectorHandle<double> at = new HostVector<double>(point), v = new HostVector<double>(direction), u = new HostVector<double>(vector);
        using var r = new HostVector<double>(6);
        using var p = new HostVector<double>(3);
        objective.Residuals(at, r);
        host.Residuals(point, ofResiduals);
        Assert.Equal(ofResiduals, r.AsSpan().ToArray());
        objective.JacobianVectorProduct(at, v, r);
        host.JacobianVectorProduct(point, direction, ofResiduals);
        Assert.Equal(ofResiduals, r.AsSpan().ToArray());
        objective.JacobianTransposedProduct(at, u, p);
        host.JacobianTransposedProduct(point, vector, ofParameters);
        Assert.Equal(ofParameters, p.AsSpan().ToArray());
        objective.GaussNewtonProduct(at, v, p);
        host.GaussNewtonProduct(point, direction, ofParameters);
        Assert.Equal(ofParameters, p.AsSpan().ToArray());
        Assert.Throws<ArgumentException>(() => objective.GaussNewtonProduct(at, v, v));
    }

    private static ISolver Solver(string name, bool useGaussNewton) =>
        name == "TrustRegion" ? new TrustRegion { UseGaussNewton = useGaussNewton } : new NewtonCg { UseGaussNewton = useGaussNewton };
}
