using System.Numerics;

namespace SymbolicGD;

public abstract partial class ExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Pool<GradientRow<T>>? rows;

    /// <summary><paramref name="product"/> is overwritten with the Hessian over a batch of examples times <paramref name="direction"/>.</summary>
    /// <exception cref="ArgumentException">A length is wrong, the product overlaps an argument, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index of the batch is not one of an example.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HostObjective{T}.HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckProduct(parameters, direction, product);
        CheckBatch(batch);
        Workspace<T> workspace = Pool.Rent();
        HessianVectorProductCore(parameters, batch, direction, product, workspace.Scratch);
        Pool.Return(workspace);
    }

    /// <summary>The Hessian over a batch times a vector. See <see cref="HostObjective{T}.HessianVectorProductCore"/>.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="batch">Indices of examples, checked, not empty.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector, apart from the arguments, of undefined content: every element is to be overwritten.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    protected virtual void HessianVectorProductCore(
        ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace) => throw FirstOrderOnly();

    /// <summary>
    /// The loss and the gradient of one example, neither divided by the number of examples. By default the gradient over a batch of one, with
    /// every element touched.
    /// </summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="row">Empty; receives the gradient.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    /// <returns>The loss of the example.</returns>
    protected virtual T ExampleGradientCore(ReadOnlySpan<T> parameters, int example, GradientRow<T> row, Span<T> workspace)
    {
        ArgumentNullException.ThrowIfNull(row);
        return GradientCore(parameters, [example], row.Range(0, row.Length), workspace);
    }

    private protected Pool<GradientRow<T>> Rows => rows ?? Interlocked.CompareExchange(ref rows, CreateRows(), null) ?? rows;

    private Pool<GradientRow<T>> CreateRows()
    {
        int length = Layout.Length;
        return new Pool<GradientRow<T>>(() => new GradientRow<T>(length));
    }
}
