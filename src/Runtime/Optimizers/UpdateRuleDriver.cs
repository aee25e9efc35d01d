using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>One run of an update rule over an objective. Made by <see cref="UpdateRuleOptimizer.Minimize"/>.</summary>
/// <remarks>After the first epoch a step allocates nothing.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed partial class UpdateRuleDriver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int DefaultEpochsOverExamples = 100;
    private const int DefaultSteps = 1000;
    private const int MostHalvings = 40;

    private readonly string name;
    private readonly IObjective<T> objective;
    private readonly IExampleObjective<T>? batched;      // null where each step sees all examples
    private readonly IObjective<T>? validation;
    private readonly FitOptions options;
    private readonly CancellationToken cancellation;
    private readonly GradientTransform<T> transform;
    private readonly double gradientTolerance;
    private readonly double valueTolerance;
    private readonly int epochs;
    private readonly int batchSize;
    private readonly int stepsPerEpoch;
    private readonly int[] order;
    private readonly FitClock clock;
    private readonly FitHistory history = new();
    private readonly VectorHandle<T> parameters;
    private readonly bool halves;
    private readonly bool keepsPoint;                    // whether the point before a step is copied
    private readonly bool keepsBest;

    private VectorHandle<T>? before;                     // the point before the current step
    private VectorHandle<T>? finite;                     // the last point where value and gradient were finite, and the state there
    private VectorHandle<T>? finiteState;
    private VectorHandle<T>? stateBefore;
    private VectorHandle<T>? best;
    private double bestValue = double.NaN;
    private int bestEpoch;
    private bool isAtPointBefore;                        // whether the last step was taken back
    private double patienceValue = double.NaN;
    private int epochsWithoutImprovement;
    private Xoshiro256 random;
    private int epoch;
    private int stepInEpoch;
    private int schedulePosition;
    private int applied;
    private int skippedTotal;
    private long evaluations;
    private int halvings;
    private int halvingsInARow;
    private double factor = 1;
    private double validationValue = double.NaN;
    private double lastNorm = double.NaN;
    private long stepTicks;
    private long validationTicks;
    private StopReason? stop;
    private string message = "";

    internal UpdateRuleDriver(
        string name, IObjective<T> objective, ReadOnlySpan<T> start, FitOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objective);
        options.Validate();
        this.name = name;
        this.objective = objective;
        this.options = options;
        cancellation = cancellationToken;
        FitChecks.Start(objective, start);
        validation = FitChecks.Validation(objective, options);

        var examples = objective as IExampleObjective<T>;
        if (examples is null && options.BatchSize is { } size)
        {
            throw new ArgumentException($"FitOptions.BatchSize is {size}, but the objective has no examples; leave it null.", nameof(options));
        }

        int count = examples?.ExampleCount ?? 1;
        batched = options.BatchSize < count ? examples : null;
        batchSize = batched is null ? count : options.BatchSize!.Value;
        stepsPerEpoch = batched is null ? 1 : options.DropLast ? count / batchSize : (count + batchSize - 1) / batchSize;
        order = batched is null ? [] : Enumerable.Range(0, count).ToArray();
        epochs = options.Epochs ?? (examples is null ? DefaultSteps : DefaultEpochsOverExamples);
        transform = new GradientTransform<T>(T.CreateSaturating(options.MaxGradientNorm), T.CreateSaturating(options.MaxGradientValue)) { UpdatesAllRows = options.UpdateAllRows };
        gradientTolerance = options.GradientTolerance ?? 0;
        valueTolerance = options.ValueTolerance ?? 0;
        halves = options.NonFinite == NonFinitePolicy.HalveLearningRate;
        keepsBest = options.RestoreBest && (validation is not null || batched is null || options.Patience is not null);
        keepsPoint = halves || KeepsBestByStep;
        random = new Xoshiro256((ulong)(uint)options.Seed);
        parameters = objective.CreateVector();
        parameters.CopyFrom(start);
        clock = new FitClock(options);
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="rule">The update of one step.</param>
    public FitResult<T> Run<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<T>
    {
        using VectorHandle<T> state = objective.CreateVector(checked(TRule.StateCount * objective.Layout.Length));
        using StepQueue<T>? queue = CreateQueue();
        try
        {
            for (epoch = 1; stop is null; epoch++)
            {
                Shuffle();
                if (queue is null) RunEpoch(ref rule, state);
                else QueueEpoch(ref rule, state, queue);
                if (stop is null && epoch == epochs)
                {
                    Stop(StopReason.EpochLimit, $"stopped after {epochs} epochs, the limit");
                }
            }

            epoch--;
            return Finish();
        }
        finally
        {
            parameters.Dispose();
            before?.Dispose();
            finite?.Dispose();
            finiteState?.Dispose();
            stateBefore?.Dispose();
            best?.Dispose();
            history.Dispose();
        }
    }

    // Each step sees all examples: its value belongs to the point before it.
    private bool KeepsBestByStep => keepsBest && validation is null && batched is null;

    private bool IsSum => objective is IExampleObjective<T> { Reduction: Reduction.Sum };

    private void Shuffle()
    {
        if (batched is not null && options.Shuffle)
        {
            random.Shuffle(order);
        }
    }

    private void RunEpoch<TRule>(ref TRule rule, VectorHandle<T> state)
        where TRule : struct, IUpdateRule<T>
    {
        long began = clock.Now;
        int steps = 0, skipped = 0;
        double sum = 0, weight = 0, norms = 0, value = double.NaN;
        for (stepInEpoch = 0; stepInEpoch < stepsPerEpoch && stop is null; stepInEpoch++)
        {
            if (cancellation.IsCancellationRequested)
            {
                Stop(StopReason.Cancelled, $"cancelled in epoch {epoch}");
                break;
            }

            ReadOnlySpan<int> batch = Batch(stepInEpoch);
            StepOutcome<T> outcome = Step(ref rule, state, batch);
            lastNorm = double.CreateSaturating(outcome.GradientNorm);
            if (outcome.Applied)
            {
                double length = IsSum ? 1 : Math.Max(1, batch.Length);
                sum += length * double.CreateSaturating(outcome.Value);
                weight = IsSum ? 1 : weight + length;
                norms += lastNorm;
                steps++;
                applied++;
                value = sum / weight;
                AfterFiniteStep(value);
            }
            else
            {
                skipped++;
                skippedTotal++;
                AfterNonFiniteStep(outcome, batch, state);
            }

            if (clock.IsDue)
            {
                Look(value);
            }
        }

        stepTicks += clock.Now - began;
        if (steps + skipped > 0)
        {
            EndEpoch(steps, skipped, value, steps > 0 ? norms / steps : double.NaN);
        }
    }

    private StepOutcome<T> Step<TRule>(ref TRule rule, VectorHandle<T> state, ReadOnlySpan<int> batch)
        where TRule : struct, IUpdateRule<T>
    {
        if (keepsPoint)
        {
            (before ??= objective.CreateVector()).CopyFrom(parameters);
        }

        if (halves)
        {
            (stateBefore ??= objective.CreateVector(state.Length)).CopyFrom(state);
        }

        Prepare(ref rule);
        return batched is null
            ? objective.Step(parameters, state, rule, transform)
            : batched.Step(parameters, batch, state, rule, transform, stepInEpoch + 1 < stepsPerEpoch ? Batch(stepInEpoch + 1) : []);
    }

    private void Prepare<TRule>(ref TRule rule)
        where TRule : struct, IUpdateRule<T>
    {
        if (options.Schedule is { } schedule)
        {
            factor = schedule.Factor(schedule.Unit == ScheduleUnit.Step ? schedulePosition++ : epoch - 1);
        }

        rule.Prepare(applied + 1, Math.ScaleB(factor, -halvings));
        evaluations++;
    }

    private ReadOnlySpan<int> Batch(int index)
    {
        int from = index * batchSize;
        return batched is null ? [] : order.AsSpan(from, Math.Min(batchSize, order.Length - from));
    }

    private void AfterFiniteStep(double value)
    {
        halvingsInARow = 0;
        if (batched is null && lastNorm <= gradientTolerance)
        {
            Stop(
                StopReason.GradientTolerance,
                string.Create(CultureInfo.InvariantCulture, $"converged in epoch {epoch}: the gradient norm {lastNorm:G4} is not above {gradientTolerance:G4}"));
            if (keepsPoint)
            {
                parameters.CopyFrom(before!);    // the tolerance holds there, not after the step
                isAtPointBefore = true;
            }
        }
        else if (KeepsBestByStep && !(value >= bestValue))
        {
            (best ??= objective.CreateVector()).CopyFrom(before!);
            bestValue = value;
            bestEpoch = epoch - 1;
        }

        if (halves)
        {
            (finite, before) = (before, finite);
            (finiteState, stateBefore) = (stateBefore, finiteState);
        }
    }

    private void AfterNonFiniteStep(StepOutcome<T> outcome, ReadOnlySpan<int> batch, VectorHandle<T> state)
    {
        switch (options.NonFinite)
        {
            case NonFinitePolicy.SkipStep:
                return;                          // EndEpoch stops where a whole epoch was skipped
            case NonFinitePolicy.HalveLearningRate when finite is not null && halvingsInARow < MostHalvings:
                halvings++;
                halvingsInARow++;
                parameters.CopyFrom(finite);
                state.CopyFrom(finiteState!);
                return;
            default:
                StopNonFinite(outcome.Value, outcome.GradientNorm, batch);
                return;
        }
    }

    private void StopNonFinite(T value, T norm, ReadOnlySpan<int> batch)
    {
        string where = NonFiniteReport.Describe(objective, parameters, batch, value, norm);
        string tried = halvings > 0 ? string.Create(CultureInfo.InvariantCulture, $", {halvings} halvings of the learning rate notwithstanding") : "";
        Stop(StopReason.NonFinite, string.Create(CultureInfo.InvariantCulture, $"stopped in epoch {epoch}, step {stepInEpoch + 1}{tried}: {where}"));
    }
}
