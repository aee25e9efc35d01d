using System.Numerics;

namespace SymbolicGD;

/// <summary>An objective whose steps can be queued: a queued step brings nothing back to the host, which goes on without waiting for it.</summary>
/// <remarks>
/// Optimizers use it by themselves where they need not know of a step before the next one: a step that is not finite ends the run
/// (<see cref="NonFinitePolicy.Stop"/>), and no point is kept as the best by its own step.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface IDeferredSteps<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a queue of steps for one run. Each run has one of its own, and disposes it.</summary>
    StepQueue<T> CreateStepQueue();
}

/// <summary>The steps of one run of an optimizer that wait where their objective computes. Used by one thread at a time.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class StepQueue<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Queues one fused step: value and gradient at <paramref name="parameters"/> and, if both are finite, the update of
    /// <paramref name="parameters"/> by <paramref name="rule"/>. After a step whose value or gradient is not finite none is applied until <see cref="Read"/>.
    /// </summary>
    /// <param name="parameters">The point, updated in place.</param>
    /// <param name="batch">The examples; empty: all of them. Free for other use when the call returns.</param>
    /// <param name="state">The rule's state: <c>TRule.StateCount</c> blocks as long as the parameter vector.</param>
    /// <param name="rule">The update rule, already prepared for this step.</param>
    /// <param name="transform">What is done to the gradient before the rule sees it.</param>
    /// <exception cref="ArgumentException">A length is wrong, or a vector lies elsewhere.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    /// <exception cref="NotSupportedException">The rule has no form for the device.</exception>
    public abstract void Add<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>;

    /// <summary>Waits for the queued steps and says what those since the last call saw. Steps are applied again after it, also if one was not finite.</summary>
    public abstract StepTotals Read();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what a device holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What the steps of a <see cref="StepQueue{T}"/> saw, up to the first one that was not finite.</summary>
/// <param name="Applied">How many steps were applied: those before the first whose value or gradient norm is not finite.</param>
/// <param name="ValueSum">The sum over the applied steps of the value; that of a mean over the examples of a batch counts as often as the batch has examples.</param>
/// <param name="NormSum">The sum over the applied steps of the Euclidean norm of the gradient, before any clipping.</param>
/// <param name="LastValue">The value of the last applied step; NaN if there is none.</param>
/// <param name="LastNorm">The gradient norm of the last applied step; NaN if there is none.</param>
/// <param name="HasFailed">Whether a step was not finite. Its number, counted from 0 since the last read, is <paramref name="Applied"/>; no step after it was applied.</param>
/// <param name="FailedValue">The value of the step that was not finite, or else NaN.</param>
/// <param name="FailedNorm">The gradient norm of the step that was not finite, or else NaN.</param>
public readonly record struct StepTotals(
    int Applied, double ValueSum, double NormSum, double LastValue, double LastNorm, bool HasFailed, double FailedValue, double FailedNorm)
{
    /// <summary>Of no steps.</summary>
    public static StepTotals None => new(0, 0, 0, double.NaN, double.NaN, false, double.NaN, double.NaN);

    /// <summary>With one more step. Steps after one that was not finite are left out.</summary>
    /// <param name="value">The value that the step saw.</param>
    /// <param name="norm">The gradient norm that it saw.</param>
    /// <param name="weight">How often the value counts in the sum.</param>
    public StepTotals With(double value, double norm, int weight)
    {
        if (HasFailed)
        {
            return this;
        }

        return double.IsFinite(value) && double.IsFinite(norm)
            ? this with
            {
                Applied = Applied + 1,
                ValueSum = ValueSum + (weight * value),
                NormSum = NormSum + norm,
                LastValue = value,
                LastNorm = norm,
            }
            : this with { HasFailed = true, FailedValue = value, FailedNorm = norm };
    }
}
