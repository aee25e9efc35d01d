using System.Numerics;

namespace SymbolicGD;

public abstract partial class ResidualObjective<T> : ILeastSquaresObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, a vector does not lie in host memory, or both are the same.</exception>
    public void Residuals(VectorHandle<T> parameters, VectorHandle<T> residuals) => Residuals(
        HostVector<T>.Unwrap(parameters, nameof(parameters)),
        HostVector<T>.Unwrap(residuals, nameof(residuals)));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, a vector does not lie in host memory, or the product is one of the arguments.</exception>
    public void JacobianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product) => JacobianVectorProduct(
        HostVector<T>.Unwrap(parameters, nameof(parameters)),
        HostVector<T>.Unwrap(direction, nameof(direction)),
        HostVector<T>.Unwrap(product, nameof(product)));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, a vector does not lie in host memory, or the product is one of the arguments.</exception>
    public void JacobianTransposedProduct(VectorHandle<T> parameters, VectorHandle<T> vector, VectorHandle<T> product) => JacobianTransposedProduct(
        HostVector<T>.Unwrap(parameters, nameof(parameters)),
        HostVector<T>.Unwrap(vector, nameof(vector)),
        HostVector<T>.Unwrap(product, nameof(product)));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A length is wrong, a vector does not lie in host memory, or the product is one of the arguments.</exception>
    public void GaussNewtonProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product) => GaussNewtonProduct(
        HostVector<T>.Unwrap(parameters, nameof(parameters)),
        HostVector<T>.Unwrap(direction, nameof(direction)),
        HostVector<T>.Unwrap(product, nameof(product)));
}
