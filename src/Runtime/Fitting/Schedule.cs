namespace SymbolicGD;

/// <summary>
/// What the learning rate of an update rule is multiplied by in the course of a run. All numbers count epochs, unless
/// <see cref="InSteps"/> says steps. The formulas are those of PyTorch's <c>lr_scheduler</c>, as factors of the optimizer's learning rate.
/// </summary>
public abstract partial class Schedule
{
    /// <summary>Whether the numbers of this schedule count epochs or steps.</summary>
    public virtual ScheduleUnit Unit => ScheduleUnit.Epoch;

    /// <summary>How many epochs (or steps) this schedule describes, after which <see cref="Then(Schedule)"/> goes on; null: no end of its own.</summary>
    public virtual int? Length => null;

    /// <summary>The factor in an epoch (or step).</summary>
    /// <param name="index">From 0.</param>
    public abstract double Factor(int index);

    /// <summary>The same schedule with its numbers counting steps instead of epochs.</summary>
    public Schedule InSteps() => Unit == ScheduleUnit.Step ? this : new StepUnit(this);

    /// <summary>This schedule to its end, then <paramref name="next"/> from its beginning.</summary>
    /// <exception cref="InvalidOperationException">This schedule has no end of its own: use <see cref="Then(int, Schedule)"/>.</exception>
    public Schedule Then(Schedule next) => Then(
        Length ?? throw new InvalidOperationException($"{this} has no end of its own; say after how many epochs the next schedule begins: Then(epochs, next)."),
        next);

    /// <summary>The first <paramref name="length"/> epochs (or steps) of this schedule, then <paramref name="next"/> from its beginning.</summary>
    /// <exception cref="ArgumentException">One counts steps, the other epochs.</exception>
    public Schedule Then(int length, Schedule next)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(next);
        return next.Unit == Unit
            ? new Sequence(this, length, next)
            : throw new ArgumentException($"{this} counts {Name(Unit)} and {next} counts {Name(next.Unit)}; call InSteps() on the whole composition.", nameof(next));
    }

    private static string Name(ScheduleUnit unit) => unit == ScheduleUnit.Step ? "steps" : "epochs";

    private sealed class StepUnit(Schedule inner) : Schedule
    {
        public override ScheduleUnit Unit => ScheduleUnit.Step;

        public override int? Length => inner.Length;

        public override double Factor(int index) => inner.Factor(index);

        public override string ToString() => $"{inner} in steps";
    }

    private sealed class Sequence(Schedule first, int length, Schedule next) : Schedule
    {
        public override ScheduleUnit Unit => first.Unit;

        public override int? Length => next.Length is { } rest ? length + rest : null;

        public override double Factor(int index) => index < length ? first.Factor(index) : next.Factor(index - length);

        public override string ToString() => $"{first}, then {next}";
    }
}

/// <summary>What the numbers of a schedule count.</summary>
public enum ScheduleUnit
{
    /// <summary>The factor changes from epoch to epoch.</summary>
    Epoch,

    /// <summary>The factor changes from step to step.</summary>
    Step,
}
