using System.Numerics;

namespace SymbolicGD;

/// <summary>A queue of steps of an objective on a device: it checks what the steps are given.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class DeviceStepQueue<T> : StepQueue<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly DeviceObjective<T> objective;
    private int[] stretches = [];

    /// <param name="objective">The objective whose steps these are.</param>
    protected DeviceStepQueue(DeviceObjective<T> objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        this.objective = objective;
    }

    /// <inheritdoc/>
    public sealed override void Add<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
    {
        objective.CheckStep<TRule>(parameters, batch, state, transform);
        int? touched = objective.TouchedBy(batch, transform, ref stretches);
        AddCore(parameters, batch, state, rule, transform, touched is null, stretches.AsSpan(0, touched ?? 0));
    }

    /// <summary>Queues one step whose arguments are checked, but for where the vectors lie.</summary>
    /// <param name="parameters">The point, as long as the parameter vector.</param>
    /// <param name="batch">Indices of examples; empty: all.</param>
    /// <param name="state">As many blocks of that length as the rule keeps values for a parameter.</param>
    /// <param name="rule">The update rule, prepared.</param>
    /// <param name="transform">What is done to the gradient first.</param>
    /// <param name="updatesAll">Whether the step updates all parameters, and not only those that the batch touches.</param>
    /// <param name="stretches">Else the stretches of the parameter vector that it updates: the first element and the length of each.</param>
    protected abstract void AddCore<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform, bool updatesAll,
        ReadOnlySpan<int> stretches)
        where TRule : struct, IUpdateRule<T>;
}
