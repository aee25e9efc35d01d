using SymbolicGD.RuntimeTests.LeastSquares;
using Xunit;

namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>Residual methods compiled by the generator, fitted to NIST's certified results from both starts with default options.</summary>
public sealed class CurveFittingTests
{
    public static TheoryData<string, int> Cases => NistTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_residuals_reach_the_certified_result(string name, int start)
    {
        NistProblem problem = NistProblem.Load(name);
        LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(Nist.Create(name, problem.X, problem.Y), problem.Starts[start - 1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.True(NistProblem.Digits(fit.Parameters, problem.Certified) >= 6, fit.ToString());
        Assert.True(NistProblem.Digits(fit.StandardErrors, problem.Deviations) >= 4, fit.ToString());
        Assert.True(NistProblem.Digits([2 * fit.Value], [problem.SquareSum]) >= 8, fit.ToString());
    }

    [Fact]
    public void Methods_stay_methods()
    {
        var objective = new Nist.Misra1aObjective(new double[] { 1, 2 }, new double[] { 3, 4 });
        double[] residuals = new double[2];
        objective.Residuals([0.5, 0.25], residuals);
        Assert.Equal(Nist.Misra1a(0.5, 0.25, 1, 3), residuals[0], 1e-15);
        Assert.Equal(Nist.Misra1a(0.5, 0.25, 2, 4), residuals[1], 1e-15);
        Assert.Equal(0.5 * ((residuals[0] * residuals[0]) + (residuals[1] * residuals[1])), objective.Value([0.5, 0.25]), 1e-14);
    }
}
