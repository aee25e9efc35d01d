using System.Globalization;
using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>The nonlinear regressions of the NIST Statistical Reference Datasets, from both starts, with default options.</summary>
public sealed class NistTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string name in NistProblem.Models.Keys)
            {
                cases.Add(name, 1);
                cases.Add(name, 2);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LevenbergMarquardt_reaches_the_certified_result(string name, int start)
    {
        NistProblem problem = NistProblem.Load(name);
        LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(problem.Create(), problem.Starts[start - 1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.True(NistProblem.Digits(fit.Parameters, problem.Certified) >= 6.5, fit.ToString());
        Assert.True(NistProblem.Digits(fit.StandardErrors, problem.Deviations) >= 6, fit.ToString());
        Assert.True(NistProblem.Digits([2 * fit.Value], [problem.SquareSum]) >= 9, fit.ToString());
        Assert.Equal(problem.Y.Length - problem.Certified.Length, fit.DegreesOfFreedom);
        Assert.Equal(problem.Certified.Length, fit.Rank);
    }

    [Theory]
    [InlineData("Misra1a")]
    [InlineData("DanWood")]
    [InlineData("Kirby2")]
    [InlineData("Gauss2")]
    [InlineData("Roszman1")]
    public void GaussNewton_reaches_it_from_the_near_start(string name)
    {
        NistProblem problem = NistProblem.Load(name);
        LeastSquaresFit<double> fit = new GaussNewton().Minimize(problem.Create(), problem.Starts[1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.True(NistProblem.Digits(fit.Parameters, problem.Certified) >= 6.5, fit.ToString());
        Assert.True(NistProblem.Digits(fit.StandardErrors, problem.Deviations) >= 6, fit.ToString());
    }

    [Fact]
    public void The_result_does_not_hang_on_the_last_bits_of_the_start()
    {
        NistProblem problem = NistProblem.Load("MGH17");
        foreach (double factor in new[] { 0.999, 1.001, 1.01 })
        {
            LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(problem.Create(), problem.Starts[0].Select(b => factor * b).ToArray());
            Assert.True(NistProblem.Digits(fit.Parameters, problem.Certified) >= 6, string.Create(CultureInfo.InvariantCulture, $"{factor}: {fit}"));
        }
    }
}
