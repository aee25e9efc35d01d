using System.Globalization;

namespace SymbolicGD;

/// <summary>How a fit runs. All lengths of time are wall-clock time; the defaults are those of a first attempt.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// The largest number of epochs. An epoch is one pass over the examples; for an objective without examples one step; for a
    /// solver that sees all examples at once one iteration. Null: the solver's own default.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>Examples per step: 1 is stochastic descent, null all of them. Only update rules can use less than all.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The seed of the order of the examples. Runs with equal seeds are equal, on every machine.</summary>
    public int Seed { get; init; }

    /// <summary>Whether mini-batches are drawn in a new order in each epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether the last batch of an epoch is left out where it is smaller than the others.</summary>
    public bool DropLast { get; init; }

    /// <summary>What the learning rate is multiplied by in the course of the run; null: 1.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Gradients with a Euclidean norm above this are scaled down to it. Infinite: none.</summary>
    public double MaxGradientNorm { get; init; } = double.PositiveInfinity;

    /// <summary>Elements of the gradient are clamped to ± this, after <see cref="MaxGradientNorm"/>. Infinite: not at all.</summary>
    public double MaxGradientValue { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// Whether a step on a mini-batch also updates rows of the parameters that no example of the batch touches. Matters where integers of the
    /// data choose the rows, as the users and items of a recommender do. False: such rows and the optimizer's state of them stay as they are, so
    /// that a step costs what its batch touches: momentum, averages and weight decay of a row move only when it is touched, as in
    /// <c>torch.optim.SparseAdam</c>. For rules without state and weight decay both give the same. True: every step updates all rows, as
    /// <c>torch.optim.Adam</c> does.
    /// </summary>
    public bool UpdateAllRows { get; init; }

    /// <summary>
    /// The run ends where no element of the gradient over all examples is larger. (Update rules ask it of the Euclidean norm, which they know,
    /// and only of steps over all examples.) Null: the solver's own default, 0 for update rules.
    /// </summary>
    public double? GradientTolerance { get; init; }

    /// <summary>
    /// The run ends where |f − f′| ≤ tolerance·max(|f|, |f′|, 1) for the values f, f′ of two successive epochs or iterations.
    /// Null: the solver's own default; 0: never.
    /// </summary>
    public double? ValueTolerance { get; init; }

    /// <summary>
    /// An objective over other examples, evaluated after each epoch: an <see cref="IObjective{T}"/> with the same parameters and
    /// element type. The point with its lowest value is the result (see <see cref="RestoreBest"/>). It is evaluated at the vectors of the
    /// objective that is minimized: where that is on a device, this one must be on the same.
    /// </summary>
    public IObjective? Validation { get; init; }

    /// <summary>
    /// Early stopping: the run ends after this many successive epochs without improvement of the validation value, or, if there is no
    /// <see cref="Validation"/>, of the training value. Null: never.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>By how much a value must be lower than the lowest so far to count as an improvement.</summary>
    public double MinImprovement { get; init; }

    /// <summary>
    /// Whether the result is the best point (by validation value, or else by training value where each step sees all examples or
    /// <see cref="Patience"/> is set) rather than the last.
    /// </summary>
    public bool RestoreBest { get; init; } = true;

    /// <summary>Receives reports, at most one per <see cref="ProgressInterval"/> and one at the end, on the fitting thread.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>The least time between two reports.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The run ends at the first step after this time. Null: never.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>What is done when a value or a gradient is not finite.</summary>
    public NonFinitePolicy NonFinite { get; init; } = NonFinitePolicy.Stop;

    internal static FitOptions Default { get; } = new();

    /// <summary>Checks every option by itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names option and value.</exception>
    internal void Validate()
    {
        Require(Epochs is null or > 0, nameof(Epochs), Epochs, "must be 1 or more");
        Require(BatchSize is null or > 0, nameof(BatchSize), BatchSize, "must be 1 or more, or null for all examples");
        Require(MaxGradientNorm > 0, nameof(MaxGradientNorm), MaxGradientNorm, "must be above 0; infinite means no clipping");
        Require(MaxGradientValue > 0, nameof(MaxGradientValue), MaxGradientValue, "must be above 0; infinite means no clipping");
        Require(GradientTolerance is null or >= 0, nameof(GradientTolerance), GradientTolerance, "must be 0 or more");
        Require(ValueTolerance is null or >= 0, nameof(ValueTolerance), ValueTolerance, "must be 0 or more");
        Require(Patience is null or > 0, nameof(Patience), Patience, "must be 1 or more, or null for no early stopping");
        Require(MinImprovement >= 0 && double.IsFinite(MinImprovement), nameof(MinImprovement), MinImprovement, "must be finite and 0 or more");
        Require(ProgressInterval >= TimeSpan.Zero, nameof(ProgressInterval), ProgressInterval, "must be 0 or more");
        Require(TimeLimit is null || TimeLimit > TimeSpan.Zero, nameof(TimeLimit), TimeLimit, "must be above 0");
        Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "must be a member of NonFinitePolicy");
    }

    /// <summary>Refuses what a solver that works on all examples, with step lengths of its own, cannot do.</summary>
    /// <exception cref="ArgumentException">The message names option, value and solver.</exception>
    internal void RequireDeterministic(string solver, bool allowSchedule = false)
    {
        Validate();
        Refuse(BatchSize is not null, nameof(BatchSize), BatchSize, $"{solver} works on all examples at once");
        Refuse(Schedule is not null && !allowSchedule, nameof(Schedule), Schedule, $"{solver} chooses its step lengths itself");
        Refuse(!double.IsPositiveInfinity(MaxGradientNorm), nameof(MaxGradientNorm), MaxGradientNorm, $"{solver} cannot work on clipped gradients");
        Refuse(!double.IsPositiveInfinity(MaxGradientValue), nameof(MaxGradientValue), MaxGradientValue, $"{solver} cannot work on clipped gradients");
        Refuse(
            NonFinite != NonFinitePolicy.Stop, nameof(NonFinite), NonFinite,
            $"{solver} shortens steps that lead to non-finite values and stops where that does not help");
    }

    private static void Require(bool holds, string option, object? value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(option, value, string.Create(CultureInfo.InvariantCulture, $"FitOptions.{option} is {value}; it {rule}."));
        }
    }

    private static void Refuse(bool set, string option, object? value, string reason)
    {
        if (set)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"FitOptions.{option} is {value}, but {reason}; leave it at its default, or use an update rule."), option);
        }
    }
}

/// <summary>What is done when the value or the gradient of a step is not finite. The step itself is never applied.</summary>
public enum NonFinitePolicy
{
    /// <summary>The run ends with <see cref="StopReason.NonFinite"/> and a message that says where.</summary>
    Stop,

    /// <summary>The run goes on with the next batch; it ends where a whole epoch was skipped.</summary>
    SkipStep,

    /// <summary>
    /// The run goes back to the point and the state before the last step and continues with half the learning rate. This costs one copy
    /// of both per step. It ends after 40 halvings without a finite step between them.
    /// </summary>
    HalveLearningRate,
}
