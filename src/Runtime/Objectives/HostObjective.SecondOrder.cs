using System.Numerics;
using System.Runtime.CompilerServices;

namespace SymbolicGD;

public abstract partial class HostObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether there are second-order products: whether this is an <see cref="ITwiceDifferentiable{T}"/>.</summary>
    public bool HasSecondOrder => this is ITwiceDifferentiable<T>;

    /// <summary>The derivative along a direction: ∇f(<paramref name="parameters"/>)·<paramref name="direction"/>.</summary>
    /// <exception cref="ArgumentException">An argument is not as long as the parameter vector.</exception>
    public T DirectionalDerivative(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction)
    {
        CheckLength(parameters.Length, Layout.Length, nameof(parameters));
        CheckLength(direction.Length, Layout.Length, nameof(direction));
        Workspace<T> workspace = pool.Rent();
        T derivative = SlopeAt(parameters, direction, workspace);
        pool.Return(workspace);
        return derivative;
    }

    /// <summary><paramref name="product"/> is overwritten with ∇²f(<paramref name="parameters"/>)·<paramref name="direction"/>.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the product overlaps an argument.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckProduct(parameters, direction, product);
        if (needsNoWorkspace)
        {
            HessianVectorProductCore(parameters, direction, product, []);
            return;
        }

        Workspace<T> workspace = pool.Rent();
        ProductAt(parameters, direction, product, workspace);
        pool.Return(workspace);
    }

    /// <inheritdoc cref="ITwiceDifferentiable{T}.HessianVectorProduct"/>
    /// <exception cref="ArgumentException">A length is wrong, a vector does not lie in host memory, or the product is one of the arguments.</exception>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only; see <see cref="HasSecondOrder"/>.</exception>
    public void HessianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product) => HessianVectorProduct(
        HostVector<T>.Unwrap(parameters, nameof(parameters)),
        HostVector<T>.Unwrap(direction, nameof(direction)),
        HostVector<T>.Unwrap(product, nameof(product)));

    /// <summary>The derivative along a direction. By default the gradient times the direction.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="gradient">Scratch memory as long as the parameter vector, of undefined content.</param>
    /// <param name="workspace">Scratch memory as for <see cref="ValueCore"/>.</param>
    protected virtual T DirectionalDerivativeCore(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> gradient, Span<T> workspace)
    {
        GradientCore(parameters, gradient, workspace);
        return VectorKernels.Dot(gradient, direction);
    }

    /// <summary>The Hessian times a vector. An objective that overrides it is also declared <see cref="ITwiceDifferentiable{T}"/>.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector, apart from the arguments, of undefined content: every element is to be overwritten.</param>
    /// <param name="workspace">Scratch memory as for <see cref="ValueCore"/>.</param>
    protected virtual void HessianVectorProductCore(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace) =>
        throw FirstOrderOnly();

    /// <summary>
    /// Names the parameters that meet in each term of the objective, for the pattern of the sparse Hessian. By default all of them meet: the
    /// Hessian is dense.
    /// </summary>
    /// <param name="cliques">Receives the terms. A term too many costs time; a term that is missing makes the sparse Hessian wrong.</param>
    protected virtual void RecordHessianCliques(HessianCliques cliques)
    {
        ArgumentNullException.ThrowIfNull(cliques);
        cliques.AddAll();
    }

    private protected InvalidOperationException FirstOrderOnly() => SecondOrder.Missing(this);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void CheckProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        if (parameters.Length != length || direction.Length != length || product.Length != length || Overlap(parameters, product) || Overlap(direction, product))
        {
            ThrowProduct(parameters.Length, direction.Length, product.Length);
        }
    }

    private void ThrowProduct(int parameters, int direction, int product)
    {
        CheckLength(parameters, length, nameof(parameters));
        CheckLength(direction, length, nameof(direction));
        CheckLength(product, length, nameof(product));
        throw new ArgumentException("The product overlaps the parameters or the direction; it needs memory of its own.", nameof(product));
    }
}
