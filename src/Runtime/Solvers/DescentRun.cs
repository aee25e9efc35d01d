using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// What the runs of all descents have in common: the line, the stopping rules, history, validation, reports and the result. A descent adds
/// the direction and the search.
/// </summary>
internal sealed class DescentRun<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostStalls = 10;

    private readonly string solver;
    private readonly IObjective<T> objective;
    private readonly IObjective<T>? validation;
    private readonly FitOptions options;
    private readonly CancellationToken cancellation;
    private readonly FitClock clock;
    private readonly double gradientTolerance;
    private readonly double valueTolerance;
    private readonly int limit;
    private readonly bool searchesSteps;
    private readonly FitHistory history = new();

    private VectorHandle<T>? best;
    private double bestValidation = double.NaN;
    private double validationValue = double.NaN;
    private int bestIteration;
    private int withoutImprovement;
    private double patienceValue = double.NaN;
    private double lowestValue = double.PositiveInfinity;
    private double lowestNorm = double.PositiveInfinity;
    private int stalls;
    private bool isTakenBack;
    private long validationTicks;
    private StopReason stop;
    private string message = "";

    public DescentRun(
        string solver, IObjective<T> objective, ReadOnlySpan<T> start, FitOptions options, CancellationToken cancellation,
        double? gradientTolerance, double valueTolerance, int maxIterations, bool searchesSteps = true,
        IObjective<T>? evaluator = null)
    {
        Check(solver, options, gradientTolerance, valueTolerance, maxIterations, allowSchedule: !searchesSteps);
        FitChecks.Start(objective, start);
        this.solver = solver;
        this.objective = objective;
        this.options = options;
        this.cancellation = cancellation;
        validation = FitChecks.Validation(objective, options);
        this.gradientTolerance = options.GradientTolerance ?? gradientTolerance ?? (typeof(T) == typeof(float) ? 1e-4 : 1e-8);
        this.valueTolerance = options.ValueTolerance ?? valueTolerance;
        this.searchesSteps = searchesSteps;
        limit = options.Epochs ?? maxIterations;
        clock = new FitClock(options);
        Line = new LineFunction<T>(evaluator ?? objective, start, clock);
    }

    /// <summary>The checks of what all descents are told: their stopping rules, and that nothing asks for batches or clipped gradients.</summary>
    public static void Check(string solver, FitOptions options, double? gradientTolerance, double valueTolerance, int maxIterations, bool allowSchedule = false)
    {
        SolverChecks.Tolerances(gradientTolerance, valueTolerance, maxIterations);
        options.RequireDeterministic(solver, allowSchedule);
    }

    public LineFunction<T> Line { get; }

    /// <summary>The iterations made.</summary>
    public int Iterations { get; private set; }

    /// <summary>Whether the caller wants the run to end; for the inner loops of a descent, whose next <see cref="Advance"/> then ends it.</summary>
    public bool IsCancelled => cancellation.IsCancellationRequested;

    /// <summary>The Euclidean norm of the gradient at the point.</summary>
    public double GradientNorm { get; private set; }

    /// <summary>The Euclidean norm of the gradient at the start.</summary>
    public double FirstGradientNorm { get; private set; }

    /// <summary>Evaluates the start.</summary>
    /// <returns>Whether there is anything to do.</returns>
    public bool Begin()
    {
        Line.EvaluatePoint();
        GradientNorm = double.CreateSaturating(Line.Gradient.Norm());
        lowestValue = double.CreateSaturating(Line.Value);
        lowestNorm = FirstGradientNorm = GradientNorm;
        if (!T.IsFinite(Line.Value) || !double.IsFinite(GradientNorm))
        {
            string where = NonFiniteReport.Describe(objective, Line.Point, [], Line.Value, T.CreateSaturating(GradientNorm));
            Stop(StopReason.NonFinite, $"stopped at the start: {where}");
            return false;
        }

        return !IsDone(double.NaN);
    }

    /// <summary>Makes the line's trial the next point, and notes it.</summary>
    /// <param name="step">The step length.</param>
    /// <returns>Whether to go on.</returns>
    public bool Advance(double step)
    {
        double previous = double.CreateSaturating(Line.Value), norm = GradientNorm;
        Line.Accept();
        Iterations++;
        double value = double.CreateSaturating(Line.Value);
        GradientNorm = double.CreateSaturating(Line.Gradient.Norm());
        Validate();
        history.Add(new FitEpoch(Iterations, 1, 0, previous, validationValue, norm, step, clock.Elapsed));
        if (!double.IsFinite(value) || !double.IsFinite(GradientNorm))
        {
            string where = NonFiniteReport.Describe(objective, Line.Point, [], Line.Value, T.CreateSaturating(GradientNorm));
            Stop(StopReason.NonFinite, $"stopped in iteration {Iterations}: {where}; try a smaller learning rate, or none (then steps are searched)");
            Line.Accept();                               // back to the last finite point
            isTakenBack = true;
            return false;
        }

        stalls = value < lowestValue || GradientNorm < lowestNorm ? 0 : stalls + 1;
        lowestValue = Math.Min(lowestValue, value);
        lowestNorm = Math.Min(lowestNorm, GradientNorm);
        return !IsDone(previous);
    }

    /// <summary>Ends the run because the search found no step.</summary>
    public void FailSearch() => Stop(
        StopReason.LineSearchFailed,
        string.Create(
            CultureInfo.InvariantCulture,
            $"stopped in iteration {Iterations + 1}: no lower value than {Line.Value:G9} was found along the descent direction, where the slope is {Line.Origin.Slope:G4}; ")
        + $"this is the end of the precision of {typeof(T).Name}, or the gradient does not belong to the value");

    /// <summary>Ends the run for a reason of the descent's own.</summary>
    /// <param name="reason">What the result says.</param>
    /// <param name="why">A sentence without its full stop.</param>
    public void End(StopReason reason, string why) => Stop(reason, why);

    public FitResult<T> Finish()
    {
        VectorHandle<T> point = Line.Point;
        T value = Line.Value;
        int from = isTakenBack ? Iterations - 1 : Iterations;
        using VectorHandle<T> gradient = objective.CreateVector();
        gradient.CopyFrom(Line.Gradient);
        long evaluations = Line.Evaluations;
        if (best is not null && options.RestoreBest && bestIteration != Iterations)
        {
            point = best;
            from = bestIteration;
            value = objective.Gradient(point, gradient);
            evaluations++;
        }

        var parameters = new T[point.Length];
        point.CopyTo(parameters);
        double validated = options.RestoreBest && best is not null ? bestValidation : validationValue;
        TimeSpan total = clock.Elapsed, steps = FitClock.ToTime(Line.Ticks), validating = FitClock.ToTime(validationTicks);
        options.Progress?.Report(Report(total));
        return new FitResult<T>
        {
            Solver = solver,
            Parameters = parameters,
            Value = value,
            GradientNorm = gradient.Norm(),
            GradientNormInfinity = gradient.NormInfinity(),
            ValidationValue = validated,
            StopReason = stop,
            Message = message,
            Epochs = Iterations,
            BestEpoch = from,
            Steps = Iterations,
            GradientEvaluations = evaluations,
            HessianProducts = Line.HessianProducts,
            History = history.ToArray(),
            Timings = new FitTimings(steps, validating, total - steps - validating),
        };
    }

    public void Dispose()
    {
        Line.Dispose();
        best?.Dispose();
        history.Dispose();
    }

    private bool IsDone(double previous)
    {
        double value = double.CreateSaturating(Line.Value), largest = double.CreateSaturating(Line.Gradient.NormInfinity());
        CultureInfo culture = CultureInfo.InvariantCulture;
        (bool timeIsUp, bool reportIsDue) = clock.IsDue ? clock.Look() : default;
        if (reportIsDue)
        {
            options.Progress!.Report(Report(clock.Elapsed));
        }

        if (largest <= gradientTolerance)
        {
            return Stop(
                StopReason.GradientTolerance,
                string.Create(culture, $"converged after {Iterations} iterations: the largest element of the gradient, {largest:G4}, is not above {gradientTolerance:G4}"));
        }

        if (valueTolerance > 0 && Math.Abs(previous - value) <= valueTolerance * Math.Max(1, Math.Max(Math.Abs(previous), Math.Abs(value))))
        {
            return Stop(
                StopReason.ValueTolerance,
                string.Create(culture, $"converged after {Iterations} iterations: the value went from {previous:G9} to {value:G9}, a relative change not above {valueTolerance:G4}"));
        }

        if (searchesSteps && stalls >= MostStalls)
        {
            return Stop(
                StopReason.LineSearchFailed,
                string.Create(culture, $"stopped after {Iterations} iterations: {MostStalls} of them lowered neither the value nor the gradient; ")
                + $"this is the end of the precision of {typeof(T).Name}");
        }

        if (options.Patience is { } patience && withoutImprovement >= patience)
        {
            return Stop(
                StopReason.EarlyStopping,
                string.Create(culture, $"stopped early after {Iterations} iterations: the {(validation is null ? "training" : "validation")} value has not improved on {patienceValue:G9} for {patience} of them"));
        }

        if (Iterations >= limit)
        {
            return Stop(StopReason.EpochLimit, string.Create(culture, $"stopped after {Iterations} iterations, the limit"));
        }

        if (timeIsUp)
        {
            return Stop(
                StopReason.TimeLimit,
                string.Create(culture, $"stopped after {Iterations} iterations: the time limit of {options.TimeLimit!.Value.TotalSeconds:G4} s is reached"));
        }

        return cancellation.IsCancellationRequested
            && Stop(StopReason.Cancelled, string.Create(culture, $"cancelled after {Iterations} iterations"));
    }

    private void Validate()
    {
        if (validation is not null)
        {
            long began = clock.Now;
            validationValue = double.CreateSaturating(validation.Value(Line.Point));
            validationTicks += clock.Now - began;
            if (!(validationValue >= bestValidation) && !double.IsNaN(validationValue))
            {
                bestValidation = validationValue;
                bestIteration = Iterations;
                (best ??= objective.CreateVector()).CopyFrom(Line.Point);
            }
        }

        double monitored = validation is null ? double.CreateSaturating(Line.Value) : validationValue;
        if (double.IsNaN(patienceValue) || monitored < patienceValue - options.MinImprovement)
        {
            patienceValue = monitored;
            withoutImprovement = 0;
        }
        else
        {
            withoutImprovement++;
        }
    }

    private FitProgress Report(TimeSpan elapsed) =>
        new(Math.Max(1, Iterations), limit, 1, 1, double.CreateSaturating(Line.Value), validationValue, GradientNorm, elapsed);

    private bool Stop(StopReason reason, string why)
    {
        stop = reason;
        message = why + ".";
        return true;
    }
}
