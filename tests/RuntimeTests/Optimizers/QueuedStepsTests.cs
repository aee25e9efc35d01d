using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

/// <summary>A fit whose steps are queued is the fit whose steps are waited for.</summary>
public sealed class QueuedStepsTests
{
    public static TheoryData<Reduction, FitOptions> Runs()
    {
        FitOptions batches = new() { BatchSize = 8, Epochs = 7, Seed = 5 };
        var runs = new TheoryData<Reduction, FitOptions>();
        foreach (Reduction reduction in new[] { Reduction.Mean, Reduction.Sum })
        {
            runs.Add(reduction, batches);
            runs.Add(reduction, batches with { Shuffle = false, DropLast = true });
            runs.Add(reduction, batches with { Schedule = Schedule.Exponential(0.9) });
            runs.Add(reduction, batches with { Schedule = Schedule.CosineAnnealing(40).InSteps() });
            runs.Add(reduction, batches with { ValueTolerance = 1e-3, Epochs = 100 });
            runs.Add(reduction, batches with { Patience = 2, MinImprovement = 1e-3, Epochs = 100 });
            runs.Add(reduction, batches with { MaxGradientNorm = 0.1, MaxGradientValue = 0.05 });
            runs.Add(reduction, new FitOptions { Epochs = 30, RestoreBest = false });
            runs.Add(reduction, new FitOptions { Epochs = 3000, RestoreBest = false, GradientTolerance = 1e-2 });
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_queued_fit_is_the_same(Reduction reduction, FitOptions options)
    {
        LeastSquares<double> host = LeastSquares<double>.Create(45, 3, seed: 1, reduction: reduction);
        var deferred = new DeferredObjective<double>(host);
        UpdateRuleOptimizer optimizer = new Adam { LearningRate = 0.02 };
        FitResult<double> expected = optimizer.Minimize(host, new double[4], options), found = optimizer.Minimize(deferred, new double[4], options);
        Same(expected, found);
        Assert.Equal((1, 0, 0), (deferred.Queues, deferred.OpenQueues, deferred.StepsAtOnce));
        Assert.Equal(expected.Steps, deferred.Reads.Sum());
    }

    [Fact]
    public void Steps_are_read_when_the_clock_is_due_and_at_the_end_of_an_epoch()
    {
        var deferred = new DeferredObjective<double>(LeastSquares<double>.Create(4000, 3, seed: 1));
        new Sgd { LearningRate = 0.01 }.Minimize(deferred, new double[4], new FitOptions { BatchSize = 2, Epochs = 3 });
        Assert.Equal(6000, deferred.Reads.Sum());
        Assert.True(deferred.Reads.Count < 600, $"{deferred.Reads.Count} reads");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(39)]
    public void The_first_step_that_is_not_finite_ends_the_fit(int bad)
    {
        double[] x = [.. Enumerable.Range(0, 40).Select(i => i == bad ? double.NaN : i / 40.0)];
        var host = new LeastSquares<double>(x, new double[40]);
        var options = new FitOptions { BatchSize = 4, Epochs = 3, Shuffle = false, Schedule = Schedule.CosineAnnealing(40).InSteps() };
        FitResult<double> expected = new HandSgd(0.01).Minimize(host, [1, 1], options), found = new HandSgd(0.01).Minimize(new DeferredObjective<double>(host), [1, 1], options);
        Assert.Equal(StopReason.NonFinite, found.StopReason);
        Assert.Contains($"epoch 1, step {(bad / 4) + 1}", found.Message, StringComparison.Ordinal);
        Assert.Contains($"example {bad} is the first", found.Message, StringComparison.Ordinal);
        Same(expected, found);
    }

    [Fact]
    public void A_later_epoch_may_be_the_one_that_fails()
    {
        LeastSquares<double> host = LeastSquares<double>.Create(40, 3, seed: 1);
        var options = new FitOptions { BatchSize = 4, Epochs = 1000 };
        FitResult<double> expected = new HandSgd(3).Minimize(host, new double[4], options), found = new HandSgd(3).Minimize(new DeferredObjective<double>(host), new double[4], options);
        Assert.Equal(StopReason.NonFinite, expected.StopReason);
        Assert.True(expected.Epochs > 1);
        Same(expected, found);
    }

    [Fact]
    public void Cancellation_ends_a_queued_fit_after_the_step_at_hand()
    {
        using var source = new CancellationTokenSource();
        var deferred = new DeferredObjective<double>(LeastSquares<double>.Create(400, 3, seed: 1));
        var progress = new Report(p =>
        {
            if (p.Epoch == 2)
            {
                source.Cancel();
            }
        });
        FitResult<double> fit = new Sgd { LearningRate = 0.01 }.Minimize(
            deferred, new double[4], new FitOptions { BatchSize = 2, Epochs = 100000, Progress = progress, ProgressInterval = TimeSpan.Zero }, source.Token);
        Assert.Equal(StopReason.Cancelled, fit.StopReason);
        Assert.Equal(deferred.Reads.Sum(), fit.Steps);
        Assert.Equal(0, deferred.OpenQueues);
    }

    [Fact]
    public void The_time_limit_holds_for_queued_steps()
    {
        var deferred = new DeferredObjective<double>(LeastSquares<double>.Create(20000, 3, seed: 1));
        FitResult<double> fit = new Sgd { LearningRate = 1e-3 }.Minimize(
            deferred, new double[4], new FitOptions { BatchSize = 2, Epochs = int.MaxValue, TimeLimit = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(StopReason.TimeLimit, fit.StopReason);
        Assert.True(fit.Timings.Total < TimeSpan.FromSeconds(5), fit.Timings.ToString());
        Assert.Equal(deferred.Reads.Sum(), fit.Steps);
    }

    [Theory]
    [InlineData(NonFinitePolicy.SkipStep)]
    [InlineData(NonFinitePolicy.HalveLearningRate)]
    public void Policies_that_need_each_step_wait_for_it(NonFinitePolicy policy)
    {
        var deferred = new DeferredObjective<double>(LeastSquares<double>.Create(40, 3, seed: 1));
        new Sgd().Minimize(deferred, new double[4], new FitOptions { BatchSize = 8, Epochs = 2, NonFinite = policy });
        Assert.Equal((0, 10), (deferred.Queues, deferred.StepsAtOnce));
    }

    [Fact]
    public void The_best_point_of_steps_over_all_examples_is_kept()
    {
        var deferred = new DeferredObjective<double>(LeastSquares<double>.Create(40, 3, seed: 1));
        new Sgd().Minimize(deferred, new double[4], new FitOptions { Epochs = 5 });
        Assert.Equal((0, 5), (deferred.Queues, deferred.StepsAtOnce));
    }

    [Fact]
    public void Totals_end_at_the_first_step_that_is_not_finite()
    {
        StepTotals totals = StepTotals.None.With(2, 3, 4).With(5, 6, 1);
        Assert.Equal(new StepTotals(2, 13, 9, 5, 6, false, double.NaN, double.NaN), totals);
        Assert.Equal(totals with { HasFailed = true, FailedValue = double.NaN, FailedNorm = 1 }, totals.With(double.NaN, 1, 1).With(7, 7, 7));
        Assert.True(totals.With(1, double.PositiveInfinity, 1).HasFailed);
    }

    [Fact]
    public void A_rule_that_is_written_by_hand_says_how_it_gets_onto_a_device()
    {
        IUpdateRule<double> rule = new SgdStruct<double>(1);
        string message = Assert.Throws<NotSupportedException>(() => rule.OnDevice(null!)).Message;
        Assert.Contains("SgdStruct", message, StringComparison.Ordinal);
        Assert.Contains("IDeviceRule<T>", message, StringComparison.Ordinal);
    }

    private static void Near(double expected, double found) =>
        Assert.True(expected.Equals(found) || Math.Abs(expected - found) <= 1e-12 * Math.Abs(expected), $"{expected} and {found}");

    private sealed class Report(Action<FitProgress> action) : IProgress<FitProgress>
    {
        void IProgress<FitProgress>.Report(FitProgress value) => action(value);
    }

    private static void Same(FitResult<double> expected, FitResult<double> found)
    {
        Assert.Equal(expected.Parameters, found.Parameters);
        Assert.Equal(expected.Value, found.Value);
        Assert.Equal(expected.GradientNorm, found.GradientNorm);
        Assert.Equal((expected.StopReason, expected.Message), (found.StopReason, found.Message));
        Assert.Equal(
            (expected.Epochs, expected.BestEpoch, expected.Steps, expected.SkippedSteps, expected.GradientEvaluations),
            (found.Epochs, found.BestEpoch, found.Steps, found.SkippedSteps, found.GradientEvaluations));
        Assert.Equal(expected.History.Count, found.History.Count);
        foreach ((FitEpoch e, FitEpoch f) in expected.History.Zip(found.History))
        {
            // Sums of parts: in the last bits they depend on when the clock was due.
            Near(e.Value, f.Value);
            Near(e.GradientNorm, f.GradientNorm);
            Assert.Equal((e.Epoch, e.Steps, e.SkippedSteps, e.LearningRateFactor), (f.Epoch, f.Steps, f.SkippedSteps, f.LearningRateFactor));
        }
    }
}
