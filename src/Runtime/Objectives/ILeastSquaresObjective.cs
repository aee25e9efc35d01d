using System.Numerics;

namespace SymbolicGD;

/// <summary>A least-squares objective ½·Σ r² that multiplies vectors by the Jacobian J of its residuals, without ever forming it.</summary>
/// <remarks>
/// Those generated for <c>[Residual]</c> are, on the CPU and on devices. Row i·m + k of residuals and Jacobian is output k of example i, where m is
/// <see cref="ResidualsPerExample"/>. Vectors as long as the residuals are made with <see cref="IObjective{T}.CreateVector(int)"/>.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ILeastSquaresObjective<T> : IExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number m of residuals of one example.</summary>
    int ResidualsPerExample { get; }

    /// <summary>The number of all residuals: examples times <see cref="ResidualsPerExample"/>.</summary>
    int ResidualCount { get; }

    /// <summary><paramref name="residuals"/> is overwritten with the residuals of all examples.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="residuals">As long as <see cref="ResidualCount"/>.</param>
    void Residuals(VectorHandle<T> parameters, VectorHandle<T> residuals);

    /// <summary><paramref name="product"/> is overwritten with J·<paramref name="direction"/>.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as <see cref="ResidualCount"/>.</param>
    void JacobianVectorProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product);

    /// <summary><paramref name="product"/> is overwritten with Jᵀ·<paramref name="vector"/>. (Jᵀ·r, r the residuals, is the gradient.)</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="vector">As long as <see cref="ResidualCount"/>.</param>
    /// <param name="product">As long as the parameter vector.</param>
    void JacobianTransposedProduct(VectorHandle<T> parameters, VectorHandle<T> vector, VectorHandle<T> product);

    /// <summary><paramref name="product"/> is overwritten with JᵀJ·<paramref name="direction"/>: the Gauss–Newton approximation of the Hessian times a vector.</summary>
    /// <param name="parameters">The point.</param>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector.</param>
    void GaussNewtonProduct(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product);
}
