using System.Numerics;
using System.Runtime.Intrinsics;
using Xunit;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>Steps on a device, one at a time and queued, are those of the host.</summary>
public sealed class DeviceStepTests : IDisposable
{
    private const int Width = 6;
    private readonly TestAccelerator device = new(16, 2);
    private readonly ScaledRegression host = ScaledRegression.Create(100, Width);
    private readonly ScaledRegressionOnDevice objective;

    public DeviceStepTests() => objective = host.On(device);

    public void Dispose()
    {
        objective.Dispose();
        device.Dispose();
    }

    [Fact]
    public void Each_rule_takes_the_steps_that_it_takes_on_the_host()
    {
        Follow(new Sgd.Rule<float>(new Sgd { LearningRate = 0.1, WeightDecay = 0.01 }));
        Follow(new Momentum.Rule<float>(new Momentum { LearningRate = 0.05, Dampening = 0.1 }));
        Follow(new Nesterov.Rule<float>(new Nesterov { LearningRate = 0.05 }));
        Follow(new AdaGrad.Rule<float>(new AdaGrad { LearningRateDecay = 0.1, InitialSum = 0.1 }));
        Follow(new RmsProp.Rule<float>(new RmsProp()));
        Follow(new Adam.Rule<float>(new Adam { LearningRate = 0.01, WeightDecay = 0.1 }));
        Follow(new AdamW.Rule<float>(new AdamW { LearningRate = 0.01 }));
        Follow(new Lion.Rule<float>(new Lion { LearningRate = 0.01 }));
        Follow(new Own.FourStates.Rule<float>(new Own.FourStates()));
        Follow(new Own.Constants.Rule<float>(new Own.Constants()));
    }

    [Theory]
    [InlineData(0.05f, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, 0.02f)]
    [InlineData(0.3f, 0.02f)]
    [InlineData(1e30f, 1e30f)]
    public void Gradients_are_clipped_as_on_the_host(float norm, float value) =>
        Follow(new Momentum.Rule<float>(new Momentum { LearningRate = 0.05 }), new GradientTransform<float>(norm, value));

    [Fact]
    public void A_step_that_is_not_finite_changes_nothing_and_stops_the_ones_behind_it()
    {
        host.Y[17] = float.NaN;
        objective.Refresh();
        float[] start = ScaledRegression.Start(Width);
        using VectorHandle<float> p = objective.Vector(start), state = objective.CreateVector(Width + 2);
        var rule = new Momentum.Rule<float>(new Momentum { LearningRate = 0.05 });
        rule.Prepare(1, 1);
        StepOutcome<float> outcome = objective.Step(p, [3, 17, 4], state, rule, GradientTransform<float>.None);
        Assert.True(!outcome.Applied && float.IsNaN(outcome.Value) && float.IsNaN(outcome.GradientNorm));
        Assert.Equal(start, p.ToArray());
        Assert.Equal(new float[Width + 2], state.ToArray());

        using StepQueue<float> steps = objective.CreateStepQueue();
        steps.Add(p, [3, 4], state, rule, GradientTransform<float>.None);
        steps.Add(p, [5], state, rule, GradientTransform<float>.None);
        Assert.Equal(2, steps.Read().Applied);
        float[] after = p.ToArray();
        steps.Add(p, [17], state, rule, GradientTransform<float>.None);
        steps.Add(p, [5], state, rule, GradientTransform<float>.None);
        StepTotals totals = steps.Read();
        Assert.Equal((0, true), (totals.Applied, totals.HasFailed));
        Assert.Equal(after, p.ToArray());
        steps.Add(p, [5], state, rule, GradientTransform<float>.None);
        Assert.Equal((1, false), (steps.Read().Applied, steps.Read().HasFailed));
        Assert.NotEqual(after, p.ToArray());
        Assert.Equal(StepTotals.None, steps.Read());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(700)]
    public void Queued_steps_give_the_totals_of_steps_on_the_host(int count)
    {
        float[] start = ScaledRegression.Start(Width);
        using VectorHandle<float> p = objective.Vector(start), hp = host.Vector(start), none = objective.CreateVector(0), hnone = host.CreateVector(0);
        using StepQueue<float> steps = objective.CreateStepQueue();
        var rule = new Sgd.Rule<float>(new Sgd { LearningRate = 0.01 });
        rule.Prepare(1, 1);
        StepTotals expected = StepTotals.None;
        for (int i = 0; i < count; i++)
        {
            int[] batch = [.. Enumerable.Range(i, 1 + (i % 20)).Select(k => k % 100)];
            steps.Add(p, batch, none, rule, GradientTransform<float>.None);
            StepOutcome<float> outcome = host.Step(hp, batch, hnone, rule, GradientTransform<float>.None);
            expected = expected.With(outcome.Value, outcome.GradientNorm, batch.Length);
        }

        StepTotals found = steps.Read();
        Assert.Equal(count, found.Applied);
        Assert.Equal(expected.ValueSum, found.ValueSum, 1e-4 * expected.ValueSum);
        Assert.Equal(expected.NormSum, found.NormSum, 1e-4 * expected.NormSum);
        Assert.Equal(expected.LastNorm, found.LastNorm, 1e-4 * expected.LastNorm);
        Near.Equal(hp.ToArray(), p.ToArray(), 1e-4f);
    }

    [Fact]
    public void A_fit_on_the_device_is_the_fit_on_the_host()
    {
        var options = new FitOptions { BatchSize = 7, Epochs = 5, Seed = 3, MaxGradientNorm = 1, Validation = host };
        var onDevice = options with { Validation = objective };
        FitResult<float> expected = new Adam { LearningRate = 0.02 }.Minimize(host, ScaledRegression.Start(Width), options);
        FitResult<float> found = new Adam { LearningRate = 0.02 }.Minimize(objective, ScaledRegression.Start(Width), onDevice);
        Near.Equal(expected.Parameters, found.Parameters, 1e-4f);
        Assert.Equal(expected.Steps, found.Steps);
        foreach ((FitEpoch e, FitEpoch f) in expected.History.Zip(found.History))
        {
            Assert.Equal(e.Value, f.Value, 1e-4 * e.Value);
            Assert.Equal(e.ValidationValue, f.ValidationValue, 1e-4 * e.ValidationValue);
        }

        host.Y[17] = float.NaN;
        objective.Refresh();
        found = new Adam().Minimize(objective, ScaledRegression.Start(Width), new FitOptions { BatchSize = 10, Shuffle = false });
        Assert.Equal(StopReason.NonFinite, found.StopReason);
        Assert.Contains("epoch 1, step 2", found.Message, StringComparison.Ordinal);
        Assert.Contains("example 17 is the first", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_fits_may_share_an_objective()
    {
        FitResult<float>[] fits = new FitResult<float>[2];
        var options = new FitOptions { BatchSize = 7, Epochs = 4 };
        Parallel.For(0, 2, k => fits[k] = new Adam().Minimize(objective, ScaledRegression.Start(Width), options));
        FitResult<float> alone = new Adam().Minimize(objective, ScaledRegression.Start(Width), options);
        foreach (FitResult<float> fit in fits)
        {
            Assert.Equal(alone.Parameters, fit.Parameters);
            Assert.Equal(alone.History.Select(e => e.Steps), fit.History.Select(e => e.Steps));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_that_a_batch_does_not_touch_are_updated_only_on_demand(bool all)
    {
        const int Rows = 20, Columns = 3, Length = (Rows * Columns) + 1;
        Ratings ratings = Ratings.Create(100, Rows, Columns);
        using var onDevice = new RatingsOnDevice(ratings, device);
        float[] start = Ratings.Start(Rows, Columns);
        using VectorHandle<float> p = onDevice.Vector(start), hp = ratings.Vector(start), s = onDevice.CreateVector(2 * Length), hs = ratings.CreateVector(2 * Length);
        using StepQueue<float> steps = onDevice.CreateStepQueue();
        var rule = new AdamW.Rule<float>(new AdamW { LearningRate = 0.05, WeightDecay = 0.1 });
        var transform = new GradientTransform<float>(2, float.PositiveInfinity) { UpdatesAllRows = all };
        for (int step = 1; step <= 20; step++)
        {
            rule.Prepare(step, 1);
            int[] batch = [.. Enumerable.Range(0, 1 + (step % 7)).Select(i => ((i * i) + step) % 100)];
            ratings.Step(hp, batch, hs, rule, transform);
            steps.Add(p, batch, s, rule, transform);
            if (step == 1)
            {
                Assert.Equal(all, p.ToArray()[30] != start[30]);
                Assert.Equal(1, steps.Read().Applied);
            }
        }

        Assert.Equal(19, steps.Read().Applied);
        Near.Equal(hp.ToArray(), p.ToArray(), 1e-4f);
        Near.Equal(hs.ToArray(), s.ToArray(), 1e-4f);
        ratings.Step(hp, hs, rule, transform);
        onDevice.Step(p, s, rule, transform);
        Near.Equal(hp.ToArray(), p.ToArray(), 1e-4f);

        var options = new FitOptions { BatchSize = 9, Epochs = 3, UpdateAllRows = all };
        Near.Equal(new Adam().Minimize(ratings, start, options).Parameters, new Adam().Minimize(onDevice, start, options).Parameters, 1e-4f);
    }

    [Fact]
    public void A_rule_that_devices_cannot_take_is_refused_by_name()
    {
        using VectorHandle<float> p = objective.CreateVector(), none = objective.CreateVector(0), five = objective.CreateVector(5 * (Width + 2));
        Refused(new HandWritten(), none, "HandWritten");
        Refused(new Own.Erratic.Rule<float>(new Own.Erratic()), none, "Erratic", "Tanh");
        Refused(new Own.FiveStates.Rule<float>(new Own.FiveStates()), five, "FiveStates", "5 values");
        Assert.Throws<ArgumentException>(() => objective.Step(p, none, default(Adam.Rule<float>), GradientTransform<float>.None));
        Assert.Throws<ArgumentException>(() => objective.Step(p, [], none, default(Sgd.Rule<float>), GradientTransform<float>.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.Step(p, [100], none, default(Sgd.Rule<float>), GradientTransform<float>.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.Value(p, [0, -1]));

        void Refused<TRule>(TRule rule, VectorHandle<float> state, params string[] names)
            where TRule : struct, IUpdateRule<float>
        {
            string message = Assert.Throws<NotSupportedException>(() => objective.Step(p, state, rule, GradientTransform<float>.None)).Message;
            Assert.All(names, name => Assert.Contains(name, message, StringComparison.Ordinal));
        }
    }

    private void Follow<TRule>(TRule rule, GradientTransform<float>? transform = null)
        where TRule : struct, IUpdateRule<float>
    {
        float[] start = ScaledRegression.Start(Width);
        int length = start.Length;
        GradientTransform<float> clip = transform ?? GradientTransform<float>.None;
        using VectorHandle<float> p = objective.Vector(start), hp = host.Vector(start), s = objective.CreateVector(TRule.StateCount * length), hs = host.CreateVector(TRule.StateCount * length);
        for (int step = 1; step <= 5; step++)
        {
            rule.Prepare(step, 1);
            int[] batch = [.. Enumerable.Range(3 * step, 30)];
            StepOutcome<float> expected = host.Step(hp, batch, hs, rule, clip), found = objective.Step(p, batch, s, rule, clip);
            Assert.True(expected.Applied && found.Applied);
            Near.Equal(expected.Value, found.Value);
            Near.Equal(expected.GradientNorm, found.GradientNorm);
            Near.Equal(hp.ToArray(), p.ToArray(), 1e-4f);
            Near.Equal(hs.ToArray(), s.ToArray(), 1e-4f);
            expected = host.Step(hp, hs, rule, clip);
            found = objective.Step(p, s, rule, clip);
            Near.Equal(expected.Value, found.Value);
            Near.Equal(hp.ToArray(), p.ToArray(), 1e-4f);
        }
    }

    private struct HandWritten : IUpdateRule<float>
    {
        public static int StateCount => 0;

        public readonly void Prepare(int step, double learningRateFactor)
        {
        }

        public readonly void Update(ref float parameter, float gradient, ref float state, nuint stride) => parameter -= gradient;

        public readonly void Update(ref Vector512<float> parameter, Vector512<float> gradient, ref float state, nuint stride) => parameter -= gradient;
    }
}
