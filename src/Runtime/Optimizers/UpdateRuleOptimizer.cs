using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The base of the optimizers that are generated from <see cref="UpdateRuleAttribute"/> methods: drives a fused step over all
/// examples, or over mini-batches of them.
/// </summary>
public abstract class UpdateRuleOptimizer : ISolver
{
    /// <inheritdoc/>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Drive(new UpdateRuleDriver<T>(GetType().Name, objective, start, options ?? FitOptions.Default, cancellationToken));

    /// <summary>Hands the driver this optimizer's rule: <c>driver.Run(new Rule&lt;T&gt;(this))</c>.</summary>
    /// <remarks>A method of its own because the rule's type is a type argument of the fused step, and only this class knows it.</remarks>
    protected abstract FitResult<T> Drive<T>(UpdateRuleDriver<T> driver)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
