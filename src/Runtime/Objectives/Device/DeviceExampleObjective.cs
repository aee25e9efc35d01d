using System.Numerics;

namespace SymbolicGD;

/// <summary>An objective on a device that is a mean or sum over examples and can be evaluated on a batch of them. See <see cref="DeviceObjective{T}"/>.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class DeviceExampleObjective<T> : DeviceObjective<T>, IExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ExampleObjective<T> host;
    private readonly bool choosesRows;

    /// <param name="host">The objective in host memory whose loss and data this one has.</param>
    protected DeviceExampleObjective(ExampleObjective<T> host)
        : base((host ?? throw new ArgumentNullException(nameof(host))).Layout)
    {
        this.host = host;
        ExampleCount = host.ExampleCount;
        Reduction = host.Reduction;
        choosesRows = host.ChoosesRows;
    }

    /// <inheritdoc/>
    public int ExampleCount { get; }

    /// <inheritdoc/>
    public Reduction Reduction { get; }

    /// <summary>The value over the examples whose indices are in <paramref name="batch"/>; an index may occur more than once. The parameters are copied to the device.</summary>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> is not as long as the parameter vector, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Value(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch)
    {
        BatchCheck.Indices(batch, ExampleCount);
        return ValueOf(parameters, batch);
    }

    /// <summary>The value over a batch of examples; <paramref name="gradient"/> is overwritten with its gradient. Both vectors are copied.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Gradient(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient)
    {
        BatchCheck.Indices(batch, ExampleCount);
        return GradientOf(parameters, batch, gradient);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The vector lies elsewhere or is not as long as the parameter vector, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Value(VectorHandle<T> parameters, ReadOnlySpan<int> batch)
    {
        CheckVector(parameters, nameof(parameters));
        BatchCheck.Indices(batch, ExampleCount);
        return ValueCore(parameters, batch);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, both are the same, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    public T Gradient(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> gradient)
    {
        CheckGradient(parameters, gradient);
        BatchCheck.Indices(batch, ExampleCount);
        return GradientCore(parameters, batch, gradient);
    }

    /// <inheritdoc/>
    /// <remarks>It waits for the device; a queue of steps (<see cref="DeviceObjective{T}.CreateStepQueue"/>) does not.</remarks>
    public StepOutcome<T> Step<TRule>(
        VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, in TRule rule, GradientTransform<T> transform)
        where TRule : struct, IUpdateRule<T>
    {
        BatchCheck.Indices(batch, ExampleCount);
        return StepNow(parameters, batch, state, rule, transform);
    }

    /// <summary><paramref name="product"/> is overwritten with the Hessian over a batch of examples times <paramref name="direction"/>.</summary>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, the product is one of the arguments, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="DeviceObjective{T}.HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> direction, VectorHandle<T> product)
    {
        BatchCheck.Indices(batch, ExampleCount);
        ProductOf(parameters, batch, direction, product);
    }

    /// <inheritdoc/>
    internal override void CheckStep<TRule>(VectorHandle<T> parameters, ReadOnlySpan<int> batch, VectorHandle<T> state, GradientTransform<T> transform)
    {
        base.CheckStep<TRule>(parameters, batch, state, transform);
        if (!batch.IsEmpty)
        {
            BatchCheck.Indices(batch, ExampleCount);
        }
    }

    /// <inheritdoc/>
    internal override int? TouchedBy(ReadOnlySpan<int> batch, GradientTransform<T> transform, ref int[] stretches) =>
        choosesRows && !batch.IsEmpty && !transform.UpdatesAllRows ? host.TouchedBy(batch, ref stretches) : null;
}
