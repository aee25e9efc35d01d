using System.Globalization;
using CurveFitting;
using Xunit;

namespace SymbolicGD.RuntimeTests.LeastSquares;

/// <summary>
/// The nonlinear regressions of the NIST Statistical Reference Datasets, from both starts, with default options: with the objectives that the
/// curve-fitting sample has generated, and with others whose derivatives are dual numbers.
/// </summary>
public sealed class NistTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string name in Problems.All.Keys)
            {
                cases.Add(name, 0);
                cases.Add(name, 1);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void LevenbergMarquardt_reaches_the_certified_result(string name, int start)
    {
        NistFile problem = NistProblems.Load(name);
        foreach (ResidualObjective<double> objective in new[] { Problems.All[name](problem.X, problem.Y), NistProblems.Create(problem) })
        {
            LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(objective, problem.Starts[start]);
            Assert.True(fit.Converged, fit.ToString());
            Assert.True(NistFile.Digits(fit.Parameters, problem.Parameters) >= 6.5, fit.ToString());
            Assert.True(NistFile.Digits(fit.StandardErrors, problem.StandardErrors) >= 6, fit.ToString());
            Assert.True(NistFile.Digits([2 * fit.Value], [problem.SquareSum]) >= 9, fit.ToString());
            Assert.Equal(problem.Y.Length - problem.Parameters.Length, fit.DegreesOfFreedom);
            Assert.Equal(problem.Parameters.Length, fit.Rank);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_Jacobians_are_those_of_dual_numbers(string name, int start)
    {
        NistFile problem = NistProblems.Load(name);
        ResidualObjective<double> generated = Problems.All[name](problem.X, problem.Y), dual = NistProblems.Create(problem);
        double[] point = problem.Starts[start], actual = new double[generated.ResidualCount * point.Length], expected = new double[actual.Length];
        generated.Jacobian(point, actual);
        dual.Jacobian(point, expected);
        double[] largest = [.. Enumerable.Range(0, point.Length).Select(j => Enumerable.Range(0, dual.ResidualCount).Max(i => Math.Abs(expected[(i * point.Length) + j])))];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-11 * largest[i % point.Length]);
        }

        Assert.Equal(dual.Value(point), generated.Value(point), 1e-12 * dual.Value(point));
        GradientCheckReport report = GradientCheck.Run(generated, point);
        Assert.All(report.Entries, entry => Assert.True(entry.Verdict != CheckVerdict.Differs, report.ToString()));
    }

    [Theory]
    [InlineData("Misra1a")]
    [InlineData("DanWood")]
    [InlineData("Kirby2")]
    [InlineData("Gauss2")]
    [InlineData("Roszman1")]
    public void GaussNewton_reaches_it_from_the_near_start(string name)
    {
        NistFile problem = NistProblems.Load(name);
        LeastSquaresFit<double> fit = new GaussNewton().Minimize(Problems.All[name](problem.X, problem.Y), problem.Starts[1]);
        Assert.True(fit.Converged, fit.ToString());
        Assert.True(NistFile.Digits(fit.Parameters, problem.Parameters) >= 6.5, fit.ToString());
        Assert.True(NistFile.Digits(fit.StandardErrors, problem.StandardErrors) >= 6, fit.ToString());
    }

    [Fact]
    public void The_result_does_not_hang_on_the_last_bits_of_the_start()
    {
        NistFile problem = NistProblems.Load("MGH17");
        foreach (double factor in new[] { 0.999, 1.001, 1.01 })
        {
            LeastSquaresFit<double> fit = new LevenbergMarquardt().Minimize(NistProblems.Create(problem), problem.Starts[0].Select(b => factor * b).ToArray());
            Assert.True(NistFile.Digits(fit.Parameters, problem.Parameters) >= 6, string.Create(CultureInfo.InvariantCulture, $"{factor}: {fit}"));
        }
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

    [Fact]
    public void Files_of_another_form_are_refused()
    {
        using var reader = new StringReader("Data: y x\n 1 2\n");
        Assert.Contains("Other", Assert.Throws<FormatException>(() => NistFile.Read("Other", reader)).Message);
    }
}
