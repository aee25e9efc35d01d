using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A least-squares objective on a device: ½·Σ r² over the residuals of all examples, not divided by their number, with the residuals and products with their
/// Jacobian J. See <see cref="DeviceObjective{T}"/>.
/// </summary>
/// <remarks>
/// Row i·m + k of residuals and Jacobian is output k of example i, where m is <see cref="ResidualsPerExample"/>. Vectors as long as the residuals are made with
/// <see cref="DeviceObjective{T}.CreateVector(int)"/>. A residual, and what J gives for it, is NaN where a loop of its example wants more iterations than <c>MaxTrips</c> allows;
/// so may those of other examples be then.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public abstract class DeviceResidualObjective<T> : DeviceExampleObjective<T>, ILeastSquaresObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private VectorHandle<T>? ofResiduals, along;         // what the overloads over spans copy to, and J·d on the way to JᵀJ·d

    /// <param name="host">The objective in host memory whose residuals and data this one has.</param>
    protected DeviceResidualObjective(ResidualObjective<T> host)
        : base(host)
    {
        ResidualsPerExample = host.ResidualsPerExample;
        ResidualCount = host.ResidualCount;
    }

    /// <inheritdoc/>
    public int ResidualsPerExample { get; }

    /// <inheritdoc/>
    public int ResidualCount { get; }

    private VectorHandle<T> OfResiduals => ofResiduals ??= CreateVector(ResidualCount);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, or both are the same.</exception>
    public void Residuals(VectorHandle<T> parameters, VectorHandle<T> residuals)
    {
        CheckVector(parameters, nameof(parameters));
        CheckResiduals(residuals, nameof(residuals));
        CheckApart(parameters, residuals, nameof(residuals));
        ResidualsCore(parameters, residuals);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, or the product is one of the arguments.</exception>
    public void JacobianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product)
    {
        CheckVector(parameters, nameof(parameters));
        CheckVector(direction, nameof(direction));
        CheckResiduals(product, nameof(product));
        CheckApart(parameters, product, nameof(product));
        CheckApart(direction, product, nameof(product));
        JacobianVectorProductCore(parameters, direction, product);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, or the product is one of the arguments.</exception>
    public void JacobianTransposedProduct(VectorHandle<T> parameters, VectorHandle<T> vector, VectorHandle<T> product)
    {
        CheckVector(parameters, nameof(parameters));
        CheckResiduals(vector, nameof(vector));
        CheckVector(product, nameof(product));
        CheckApart(parameters, product, nameof(product));
        CheckApart(vector, product, nameof(product));
        JacobianTransposedProductCore(parameters, vector, product);
    }

    /// <inheritdoc/>
    /// <remarks>It takes memory for one more vector as long as the residuals, from the first call on.</remarks>
    /// <exception cref="ArgumentException">A vector lies elsewhere or has another length, or the product is one of the arguments.</exception>
    public void GaussNewtonProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product)
    {
        CheckVector(parameters, nameof(parameters));
        CheckVector(direction, nameof(direction));
        CheckVector(product, nameof(product));
        CheckApart(parameters, product, nameof(product));
        CheckApart(direction, product, nameof(product));
        lock (Gate)
        {
            along ??= CreateVector(ResidualCount);
            JacobianVectorProductCore(parameters, direction, along);
            JacobianTransposedProductCore(parameters, along, product);
        }
    }

    /// <summary><paramref name="residuals"/> is overwritten with the residuals of all examples. Both vectors are copied.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="residuals">As long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Residuals(ReadOnlySpan<T> parameters, Span<T> residuals)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckResiduals(residuals.Length, nameof(residuals));
        lock (Gate)
        {
            Point.CopyFrom(parameters);
            ResidualsCore(Point, OfResiduals);
            OfResiduals.CopyTo(residuals);
        }
    }

    /// <summary><paramref name="product"/> is overwritten with J·<paramref name="direction"/>; all are copied.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as <see cref="ResidualCount"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void JacobianVectorProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckLength(direction.Length, nameof(direction));
        CheckResiduals(product.Length, nameof(product));
        lock (Gate)
        {
            Point.CopyFrom(parameters);
            Direction.CopyFrom(direction);
            JacobianVectorProductCore(Point, Direction, OfResiduals);
            OfResiduals.CopyTo(product);
        }
    }

    /// <summary><paramref name="product"/> is overwritten with Jᵀ·<paramref name="vector"/>; all are copied.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="vector">As long as <see cref="ResidualCount"/>.</param>
    /// <param name="product">As long as the parameter vector.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void JacobianTransposedProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> vector, Span<T> product)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckResiduals(vector.Length, nameof(vector));
        CheckLength(product.Length, nameof(product));
        lock (Gate)
        {
            Point.CopyFrom(parameters);
            OfResiduals.CopyFrom(vector);
            JacobianTransposedProductCore(Point, OfResiduals, Result);
            Result.CopyTo(product);
        }
    }

    /// <summary><paramref name="product"/> is overwritten with JᵀJ·<paramref name="direction"/>; all are copied.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void GaussNewtonProduct(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product)
    {
        CheckLength(parameters.Length, nameof(parameters));
        CheckLength(direction.Length, nameof(direction));
        CheckLength(product.Length, nameof(product));
        lock (Gate)
        {
            Point.CopyFrom(parameters);
            Direction.CopyFrom(direction);
            GaussNewtonProduct(Point, Direction, Result);
            Result.CopyTo(product);
        }
    }

    /// <summary>The residuals of all examples.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="residuals">As long as <see cref="ResidualCount"/>: every element is to be overwritten.</param>
    protected abstract void ResidualsCore(VectorHandle<T> parameters, VectorHandle<T> residuals);

    /// <summary>The Jacobian of the residuals times a vector.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="direction">As long.</param>
    /// <param name="product">As long as <see cref="ResidualCount"/>, apart from both: every element is to be overwritten.</param>
    protected abstract void JacobianVectorProductCore(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product);

    /// <summary>The transposed Jacobian of the residuals times a vector.</summary>
    /// <param name="parameters">Not null, and as long as the parameter vector; where it lies is not checked.</param>
    /// <param name="vector">As long as <see cref="ResidualCount"/>.</param>
    /// <param name="product">As long as the parameter vector, apart from both: every element is to be overwritten.</param>
    protected abstract void JacobianTransposedProductCore(VectorHandle<T> parameters, VectorHandle<T> vector, VectorHandle<T> product);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            ofResiduals?.Dispose();
            along?.Dispose();
        }
    }

    private void CheckResiduals(VectorHandle<T> vector, string name)
    {
        ArgumentNullException.ThrowIfNull(vector, name);
        CheckResiduals(vector.Length, name);
    }

    private void CheckResiduals(int length, string name)
    {
        if (length != ResidualCount)
        {
            throw new ArgumentException($"{name} has {length} elements; there are {ResidualCount} residuals.", name);
        }
    }

    private static void CheckApart(VectorHandle<T> argument, VectorHandle<T> result, string name)
    {
        if (ReferenceEquals(argument, result))
        {
            throw new ArgumentException($"{name} is also an argument; it needs a vector of its own.", name);
        }
    }
}
