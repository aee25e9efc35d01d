using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

public sealed class NonFiniteTests
{
    // log x has no value below 0, where long steps lead.
    private readonly Function<double> barrier = new(1, x => x[0] - Math.Log(x[0]), x => [1 - (1 / x[0])]);

    [Fact]
    public void Stop_names_example_block_and_step()
    {
        double[] x = Enumerable.Range(0, 40).Select(i => i == 23 ? double.NaN : 1.0).ToArray();
        var objective = new LeastSquares<double>(x, new double[40]);
        FitResult<double> fit = new HandSgd(0.01).Minimize(objective, [1, 1], new FitOptions { BatchSize = 8, Shuffle = false });
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Equal(2, fit.Steps);
        Assert.Contains("epoch 1, step 3", fit.Message);
        Assert.Contains("the value is NaN", fit.Message);
        Assert.Contains("example 23 is the first", fit.Message);
        Assert.Contains("w[0] = NaN", fit.Message);
    }

    [Fact]
    public void Stop_names_a_parameter_that_is_not_finite()
    {
        FitResult<double> fit = new HandSgd(0.01).Minimize(new Rosenbrock(3), [1, double.PositiveInfinity, 1]);
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Contains("parameter x[1] = Infinity", fit.Message);
        Assert.Equal(0, fit.Steps);
    }

    [Fact]
    public void Stop_keeps_the_best_finite_point()
    {
        FitResult<double> fit = new HandSgd(10).Minimize(barrier, [0.8]);
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Equal([0.8], fit.Parameters);             // 0.8 → 3.3 → −3.7: the start is the best
        Assert.Equal(2, fit.Steps);
        Assert.True(double.IsFinite(fit.Value));
    }

    [Fact]
    public void Skipping_leaves_out_the_bad_batch_only()
    {
        double[] x = Enumerable.Range(0, 40).Select(i => i == 23 ? double.NaN : i / 10.0).ToArray();
        double[] y = Enumerable.Range(0, 40).Select(i => 1 + (2 * i / 10.0)).ToArray();
        var options = new FitOptions { BatchSize = 4, Shuffle = false, Epochs = 500, NonFinite = NonFinitePolicy.SkipStep };
        FitResult<double> fit = new HandSgd(0.05).Minimize(new LeastSquares<double>(x, y), [0, 0], options);
        Assert.Equal(StopReason.EpochLimit, fit.StopReason);
        Assert.Equal(500, fit.SkippedSteps);
        Assert.Equal(2, fit.Parameters[0], 0.05);
        Assert.Equal(1, fit.Parameters[1], 0.1);
        Assert.All(fit.History, e => Assert.Equal((9, 1), (e.Steps, e.SkippedSteps)));
        Assert.Contains("500 skipped", fit.ToString());
    }

    [Fact]
    public void Skipping_ends_where_every_step_is_bad()
    {
        var options = new FitOptions { NonFinite = NonFinitePolicy.SkipStep };
        FitResult<double> fit = new HandSgd(0.05).Minimize(new LeastSquares<double>([1, double.NaN], [1, 1]), [0, 0], options);
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Contains("every step of epoch 1 was skipped", fit.Message);
        Assert.Contains("example 1", fit.Message);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(1e6)]
    public void Halving_goes_back_and_continues_with_smaller_steps(double rate)
    {
        var options = new FitOptions { NonFinite = NonFinitePolicy.HalveLearningRate, Epochs = 500 };
        FitResult<double> fit = new HandSgd(rate).Minimize(barrier, [2], options);
        Assert.True(fit.SkippedSteps > 0);
        Assert.Equal(StopReason.EpochLimit, fit.StopReason);
        Assert.Equal(1, fit.Parameters[0], 0.1);
        Assert.True(fit.History[^1].LearningRateFactor < 1);
    }

    [Fact]
    public void Halving_restores_the_state_too()
    {
        var options = new FitOptions { NonFinite = NonFinitePolicy.HalveLearningRate, Epochs = 2000 };
        FitResult<double> fit = new HandMomentum(30).Minimize(barrier, [2], options);
        Assert.Equal(1, fit.Parameters[0], 1e-3);
    }

    [Fact]
    public void Halving_cannot_help_a_start_that_is_not_finite()
    {
        var options = new FitOptions { NonFinite = NonFinitePolicy.HalveLearningRate };
        FitResult<double> fit = new HandSgd(1).Minimize(barrier, [-1], options);
        Assert.Equal(StopReason.NonFinite, fit.StopReason);
        Assert.Equal([-1], fit.Parameters);
    }
}
