using System.Numerics;

namespace SymbolicGD;

/// <summary>One run of an update rule over an objective. Made by <see cref="UpdateRuleOptimizer.Minimize"/>.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class UpdateRuleDriver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal UpdateRuleDriver(
        string name, IObjective<T> objective, ReadOnlySpan<T> start, FitOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(objective);
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="rule">The update of one step.</param>
    public FitResult<T> Run<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<T> => throw new NotImplementedException();
}
