using Xunit;

namespace SymbolicGD.RuntimeTests.Optimizers;

public sealed class UpdateRuleDriverTests
{
    private static readonly double[] Plane = [1, 2, 3, 0.5];

    private readonly LeastSquares<double> objective = LeastSquares<double>.Create(200, 3, seed: 1);

    [Theory]
    [InlineData(null)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(32)]
    [InlineData(1)]
    public void Batch_mini_batch_and_stochastic_descent_find_the_plane(int? batchSize)
    {
        FitResult<double> fit = new HandSgd(0.05).Minimize(objective, new double[4], new FitOptions { Epochs = 300, BatchSize = batchSize, Seed = 3 });
        Assert.Equal(StopReason.EpochLimit, fit.StopReason);
        Assert.All(fit.Parameters.Zip(Plane), pair => Assert.Equal(pair.Second, pair.First, 0.1));
        Assert.Equal(300 * (batchSize is null or >= 200 ? 1 : batchSize == 32 ? 7 : 200), fit.Steps);
        Assert.Equal(objective.Value(fit.Parameters), fit.Value);
    }

    [Fact]
    public void Floats_are_driven_the_same_way()
    {
        LeastSquares<float> floats = LeastSquares<float>.Create(200, 3, seed: 1);
        FitResult<float> fit = new HandMomentum(0.01).Minimize(floats, [0, 0, 0, 0], new FitOptions { Epochs = 100, BatchSize = 20 });
        Assert.All(fit.Parameters.Zip(Plane), pair => Assert.Equal(pair.Second, pair.First, 0.1));
    }

    [Fact]
    public void Full_batch_steps_are_those_of_the_formula()
    {
        var rosenbrock = new Rosenbrock(2);
        double[] x = [-1.2, 1], g = new double[2];
        for (int t = 0; t < 20; t++)
        {
            rosenbrock.Gradient(x, g);
            x = [x[0] - (1e-3 * g[0]), x[1] - (1e-3 * g[1])];
        }

        FitResult<double> fit = new HandSgd(1e-3).Minimize(rosenbrock, [-1.2, 1], new FitOptions { Epochs = 20, RestoreBest = false });
        Assert.Equal(x, fit.Parameters);
    }

    [Fact]
    public void Equal_seeds_give_equal_runs_and_other_seeds_others()
    {
        double[] Run(int seed) =>
            new HandSgd(0.05).Minimize(objective, new double[4], new FitOptions { Epochs = 3, BatchSize = 7, Seed = seed }).Parameters;
        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    [Theory]
    [InlineData(false, 7)]
    [InlineData(true, 6)]
    public void Each_epoch_takes_every_example_once_and_the_last_batch_is_kept_or_dropped(bool drop, int batches)
    {
        var recording = new Recording(200);
        new HandSgd(0.1).Minimize(recording, new double[1], new FitOptions { Epochs = 2, BatchSize = 32, DropLast = drop, Seed = 4 });
        Assert.Equal(2 * batches, recording.Batches.Count);
        int[] first = recording.Batches.Take(batches).SelectMany(b => b).ToArray(), second = recording.Batches.Skip(batches).SelectMany(b => b).ToArray();
        Assert.Equal(drop ? 192 : 200, first.Distinct().Count());
        Assert.Equal(first.Length, first.Distinct().Count());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void The_order_is_the_same_on_every_machine()
    {
        var recording = new Recording(10);
        new HandSgd(0.1).Minimize(recording, new double[1], new FitOptions { Epochs = 1, BatchSize = 5, Seed = 42 });
        Assert.Equal("2 5 0 9 4 7 8 6 3 1", string.Join(" ", recording.Batches.SelectMany(b => b)));
    }

    [Fact]
    public void Without_shuffling_examples_come_in_order()
    {
        var recording = new Recording(10);
        new HandSgd(0.1).Minimize(recording, new double[1], new FitOptions { Epochs = 1, BatchSize = 4, Shuffle = false });
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], recording.Batches);
    }

    [Fact]
    public void Schedules_count_epochs_or_steps()
    {
        var byEpoch = new HandMomentum(0.01);
        byEpoch.Minimize(objective, new double[4], new FitOptions { Epochs = 3, BatchSize = 100, Schedule = Schedule.Exponential(0.5) });
        Assert.Equal([(1, 1), (2, 1), (3, 0.5), (4, 0.5), (5, 0.25), (6, 0.25)], byEpoch.Prepared);

        var byStep = new HandMomentum(0.01);
        FitResult<double> fit = byStep.Minimize(
            objective, new double[4], new FitOptions { Epochs = 2, BatchSize = 100, Schedule = Schedule.Exponential(0.5).InSteps() });
        Assert.Equal([(1, 1), (2, 0.5), (3, 0.25), (4, 0.125)], byStep.Prepared);
        Assert.Equal([0.5, 0.125], fit.History.Select(e => e.LearningRateFactor));
    }

    [Fact]
    public void Clipping_reaches_the_step()
    {
        var steep = new Function<double>(2, x => 300 * x[0], _ => [300, 400]);
        double[] Run(FitOptions options) => new HandSgd(1).Minimize(steep, [0, 0], options with { Epochs = 1, RestoreBest = false }).Parameters;
        Assert.Equal([-300, -400], Run(new FitOptions()));
        Assert.Equal([-3, -4], Run(new FitOptions { MaxGradientNorm = 5 }).Select(v => Math.Round(v, 12)));
        Assert.Equal([-300, -350], Run(new FitOptions { MaxGradientValue = 350 }));
        Assert.Equal([-3, -3.5], Run(new FitOptions { MaxGradientNorm = 5, MaxGradientValue = 3.5 }).Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void A_full_batch_run_gives_the_best_point_seen()
    {
        // With this rate the iteration of x² from 1 jumps 1 → −1.2 → 1.44: the start is the best.
        var parabola = new Function<double>(1, x => x[0] * x[0], x => [2 * x[0]]);
        FitResult<double> fit = new HandSgd(1.1).Minimize(parabola, [1], new FitOptions { Epochs = 5 });
        Assert.Equal([1], fit.Parameters);
        Assert.Equal(1, fit.Value);
        Assert.Equal(0, fit.BestEpoch);
        FitResult<double> last = new HandSgd(1.1).Minimize(parabola, [1], new FitOptions { Epochs = 2, RestoreBest = false });
        Assert.Equal(1.44, last.Parameters[0], 1e-12);
        Assert.Equal(2, last.BestEpoch);
    }

    [Fact]
    public void A_small_gradient_ends_the_run_at_the_point_where_it_is_small()
    {
        FitResult<double> fit = new HandMomentum(0.1).Minimize(objective, new double[4], new FitOptions { Epochs = 10_000, GradientTolerance = 1e-6 });
        Assert.Equal(StopReason.GradientTolerance, fit.StopReason);
        Assert.True(fit.Converged);
        Assert.InRange(fit.GradientNorm, 0, 1e-6);
        Assert.Contains("is not above 1E-06", fit.Message);
    }

    [Fact]
    public void A_value_that_no_longer_changes_ends_the_run()
    {
        FitResult<double> fit = new HandSgd(0.1).Minimize(objective, new double[4], new FitOptions { Epochs = 10_000, ValueTolerance = 1e-9 });
        Assert.Equal(StopReason.ValueTolerance, fit.StopReason);
        Assert.InRange(fit.Epochs, 10, 1000);
        Assert.True(Math.Abs(fit.History[^1].Value - fit.History[^2].Value) <= 1e-9);
    }

    [Fact]
    public void Early_stopping_restores_the_best_validation_point()
    {
        // Training pulls towards (1, 2, 3); the validation value is best on the way there.
        var validation = new Function<double>(4, x => Math.Abs(x[2] - 1.5), _ => new double[4]);
        FitResult<double> fit = new HandSgd(0.02).Minimize(
            objective, new double[4], new FitOptions { Epochs = 1000, BatchSize = 50, Validation = validation, Patience = 5, Seed = 1 });
        Assert.Equal(StopReason.EarlyStopping, fit.StopReason);
        Assert.Equal(fit.BestEpoch + 5, fit.Epochs);
        Assert.Equal(fit.History.Min(e => e.ValidationValue), fit.ValidationValue);
        Assert.Equal(Math.Abs(fit.Parameters[2] - 1.5), fit.ValidationValue);
        Assert.Contains("validation value has not improved", fit.Message);
    }

    [Fact]
    public void Early_stopping_without_validation_watches_the_training_value()
    {
        FitResult<double> fit = new HandSgd(0.1).Minimize(
            objective, new double[4], new FitOptions { Epochs = 5000, BatchSize = 100, Patience = 20, MinImprovement = 1e-3 });
        Assert.Equal(StopReason.EarlyStopping, fit.StopReason);
        Assert.Contains("training value has not improved", fit.Message);
    }

    [Fact]
    public void A_cancelled_run_gives_what_it_has()
    {
        using var source = new CancellationTokenSource();
        var cancelling = new Function<double>(1, x => x[0] * x[0], x =>
        {
            if (x[0] < 0.5)
            {
                source.Cancel();
            }

            return [2 * x[0]];
        });
        FitResult<double> fit = new HandSgd(0.1).Minimize(cancelling, [1], new FitOptions { Epochs = 1000 }, source.Token);
        Assert.Equal(StopReason.Cancelled, fit.StopReason);
        Assert.InRange(fit.Parameters[0], 0.3, 0.5);
        FitResult<double> never = new HandSgd(0.1).Minimize(cancelling, [1], null, new CancellationToken(true));
        Assert.Equal(0, never.Steps);
        Assert.Equal([1], never.Parameters);
    }

    [Fact]
    public void A_time_limit_ends_the_run()
    {
        var slow = new Function<double>(1, x => x[0], x =>
        {
            Thread.Sleep(2);
            return [1];
        });
        FitResult<double> fit = new HandSgd(0.1).Minimize(slow, [1], new FitOptions { Epochs = 100_000, TimeLimit = TimeSpan.FromMilliseconds(20) });
        Assert.Equal(StopReason.TimeLimit, fit.StopReason);
        Assert.InRange(fit.Epochs, 1, 20);
    }

    [Fact]
    public void Progress_is_reported_at_a_bounded_rate_and_at_the_end()
    {
        var reports = new Reports();
        new HandSgd(0.01).Minimize(
            objective, new double[4], new FitOptions { Epochs = 50, BatchSize = 10, Progress = reports, ProgressInterval = TimeSpan.FromDays(1) });
        FitProgress end = Assert.Single(reports.All);
        Assert.Equal((50, 50, 20, 20), (end.Epoch, end.Epochs, end.Step, end.StepsPerEpoch));

        reports.All.Clear();
        new HandSgd(0.01).Minimize(
            objective, new double[4], new FitOptions { Epochs = 50, BatchSize = 10, Progress = reports, ProgressInterval = TimeSpan.Zero });
        Assert.InRange(reports.All.Count, 2, 1001);
    }

    [Fact]
    public void History_has_one_entry_per_epoch_with_the_mean_over_its_examples()
    {
        var recording = new Recording(10);
        FitResult<double> fit = new HandSgd(0).Minimize(recording, [3.0], new FitOptions { Epochs = 3, BatchSize = 4 });
        Assert.Equal([1, 2, 3], fit.History.Select(e => e.Epoch));
        Assert.All(fit.History, e => Assert.Equal(4.5, e.Value, 1e-12));      // example i has the loss i, in batches of 4, 4 and 2
        Assert.All(fit.History, e => Assert.Equal(3, e.Steps));
        Assert.All(fit.History, e => Assert.True(double.IsNaN(e.ValidationValue)));
    }

    [Fact]
    public void The_history_of_a_sum_is_a_sum()
    {
        LeastSquares<double> sum = LeastSquares<double>.Create(200, 3, seed: 1, reduction: Reduction.Sum);
        FitResult<double> fit = new HandSgd(0).Minimize(sum, new double[4], new FitOptions { Epochs = 1, BatchSize = 32 });
        Assert.Equal(sum.Value(new double[4]), fit.History[0].Value, 1e-9);
        Assert.Equal(fit.Value, fit.History[0].Value, 1e-9);
    }

    [Fact]
    public void A_warm_step_allocates_nothing()
    {
        void Run(int epochs) => new HandSgd(0.01).Minimize(
            objective, new double[4], new FitOptions { Epochs = epochs, BatchSize = 10, Schedule = Schedule.CosineAnnealing(1000), MaxGradientNorm = 1 });

        int entry = System.Runtime.CompilerServices.Unsafe.SizeOf<FitEpoch>();
        Assert.InRange(Allocations.Between(200, 400, Run), 0, (200 * entry) + 512);          // the history is all that grows
    }

    [Fact]
    public void The_report_says_why_it_stopped_with_the_numbers()
    {
        string report = new HandSgd(0.05).Minimize(objective, new double[4], new FitOptions { Epochs = 30, Validation = objective }).ToString();
        Assert.StartsWith("HandSgd: stopped after 30 epochs, the limit.", report);
        Assert.Contains("validation", report);
        Assert.Contains("30, 30 steps", report);
        Assert.Contains("gradient norm", report);
        Assert.Contains("31 gradients", report);
    }

    private sealed class Reports : IProgress<FitProgress>
    {
        public List<FitProgress> All { get; } = [];

        public void Report(FitProgress value) => All.Add(value);
    }

    /// <summary>Example i has the loss i and the gradient 1; notes the batches that it is asked for.</summary>
    private sealed class Recording(int count) : ExampleObjective<double>(new ParameterLayout(("x", [])), count, 0)
    {
        public List<int[]> Batches { get; } = [];

        protected override double SumCore(ReadOnlySpan<double> parameters, ExampleRows rows, Span<double> workspace)
        {
            double sum = 0;
            for (int i = 0; i < rows.Count; i++) sum += rows[i];
            return sum;
        }

        protected override double AddGradientCore(ReadOnlySpan<double> parameters, ExampleRows rows, double weight, Span<double> gradient, Span<double> workspace)
        {
            var examples = new int[rows.Count];
            for (int i = 0; i < examples.Length; i++) examples[i] = rows[i];
            if (rows.IsBatch) Batches.Add(examples);
            gradient[0] += 1;
            return SumCore(parameters, rows, workspace);
        }
    }
}
