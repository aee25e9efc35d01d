using Xunit;

namespace SymbolicGD.RuntimeTests.Fitting;

public sealed class FitOptionsTests
{
    public static TheoryData<FitOptions, string> Invalid => new()
    {
        { new FitOptions { Epochs = 0 }, "FitOptions.Epochs is 0" },
        { new FitOptions { BatchSize = -2 }, "FitOptions.BatchSize is -2" },
        { new FitOptions { MaxGradientNorm = 0 }, "FitOptions.MaxGradientNorm is 0" },
        { new FitOptions { MaxGradientValue = double.NaN }, "FitOptions.MaxGradientValue is NaN" },
        { new FitOptions { GradientTolerance = -1 }, "FitOptions.GradientTolerance is -1" },
        { new FitOptions { ValueTolerance = double.NaN }, "FitOptions.ValueTolerance is NaN" },
        { new FitOptions { Patience = 0 }, "FitOptions.Patience is 0" },
        { new FitOptions { MinImprovement = double.PositiveInfinity }, "FitOptions.MinImprovement is Infinity" },
        { new FitOptions { ProgressInterval = TimeSpan.FromSeconds(-1) }, "FitOptions.ProgressInterval is -00:00:01" },
        { new FitOptions { TimeLimit = TimeSpan.Zero }, "FitOptions.TimeLimit is 00:00:00" },
        { new FitOptions { NonFinite = (NonFinitePolicy)9 }, "FitOptions.NonFinite is 9" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_option_that_makes_no_sense_is_named_with_its_value(FitOptions options, string expected)
    {
        var objective = new Rosenbrock(2);
        foreach (ISolver solver in new ISolver[] { new HandSgd(0.1), new GradientDescent(), new LBfgs() })
        {
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => solver.Minimize(objective, [1.0, 1], options)).Message);
        }
    }

    public static TheoryData<FitOptions, string> NotForDescents => new()
    {
        { new FitOptions { BatchSize = 10 }, "BatchSize is 10" },
        { new FitOptions { Schedule = Schedule.WarmUp(5) }, "Schedule is Linear(5, 0.01, 1)" },
        { new FitOptions { MaxGradientNorm = 1 }, "MaxGradientNorm is 1" },
        { new FitOptions { MaxGradientValue = 1 }, "MaxGradientValue is 1" },
        { new FitOptions { NonFinite = NonFinitePolicy.SkipStep }, "NonFinite is SkipStep" },
    };

    [Theory]
    [MemberData(nameof(NotForDescents))]
    public void An_option_that_a_solver_cannot_follow_is_refused_not_ignored(FitOptions options, string expected)
    {
        foreach (ISolver solver in new ISolver[] { new GradientDescent(), new LBfgs() })
        {
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => solver.Minimize(new Rosenbrock(2), [1.0, 1], options)).Message);
        }
    }

    [Fact]
    public void A_start_of_the_wrong_length_is_named_with_the_blocks()
    {
        LeastSquares<double> objective = LeastSquares<double>.Create(10, 3, 1);
        foreach (ISolver solver in new ISolver[] { new HandSgd(0.1), new GradientDescent(), new LBfgs() })
        {
            ArgumentException e = Assert.Throws<ArgumentException>(() => solver.Minimize(objective, [1.0, 1]));
            Assert.Contains("start has 2 elements; the parameter vector has 4: w[3], b", e.Message);
        }
    }

    [Fact]
    public void A_validation_objective_must_fit()
    {
        LeastSquares<double> objective = LeastSquares<double>.Create(10, 3, 1);
        foreach (ISolver solver in new ISolver[] { new HandSgd(0.1), new GradientDescent(), new LBfgs() })
        {
            ArgumentException e = Assert.Throws<ArgumentException>(
                () => solver.Minimize(objective, new double[4], new FitOptions { Validation = LeastSquares<float>.Create(10, 3, 1) }));
            Assert.Contains("no objective over Double", e.Message);
            e = Assert.Throws<ArgumentException>(() => solver.Minimize(objective, new double[4], new FitOptions { Validation = new Rosenbrock(2) }));
            Assert.Contains("Validation has 2 parameters; the objective that is minimized has 4", e.Message);
        }
    }

    [Fact]
    public void A_batch_size_needs_examples()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new HandSgd(0.1).Minimize(new Rosenbrock(2), [1.0, 1], new FitOptions { BatchSize = 5 }));
        Assert.Contains("BatchSize is 5, but the objective has no examples", e.Message);
    }
}
