using System.Numerics;

namespace SymbolicGD;

/// <summary>An objective that multiplies vectors by its Hessian, without ever forming it.</summary>
/// <remarks>The objectives generated for <c>[Loss(Order = 2)]</c> are; those generated for a plain <c>[Loss]</c> are not.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ITwiceDifferentiable<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary><paramref name="product"/> is overwritten with ∇²f(<paramref name="parameters"/>)·<paramref name="direction"/>.</summary>
    void HessianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product);
}
