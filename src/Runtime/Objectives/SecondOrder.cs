using System.Numerics;

namespace SymbolicGD;

/// <summary><paramref name="product"/> is overwritten with the matrix H of a quadratic model at <paramref name="parameters"/>, times <paramref name="direction"/>.</summary>
internal delegate void CurvatureProduct<T>(VectorHandle<T> parameters, VectorHandle<T> direction, VectorHandle<T> product)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>What happens where second-order products are asked of an objective that has none.</summary>
internal static class SecondOrder
{
    public static InvalidOperationException Missing(IObjective objective) => new(
        $"{objective.GetType().Name} has first derivatives only. Second-order products are generated for [Loss(Order = 2)] and [Residual(Order = 2)]; an objective that is written "
        + $"by hand overrides HessianVectorProductCore and is declared {nameof(ITwiceDifferentiable<double>)}<T>.");

    /// <summary>How vectors are multiplied by the matrix of the quadratic model of a solver.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="isGaussNewton">Whether it is JᵀJ, J the Jacobian of the residuals, and not the Hessian.</param>
    /// <param name="solver">The solver, for messages.</param>
    /// <exception cref="ArgumentException">JᵀJ is wanted, and the objective has no residuals; the message names solver and remedy.</exception>
    /// <exception cref="InvalidOperationException">The Hessian is wanted, and the objective has first derivatives only; likewise.</exception>
    public static CurvatureProduct<T> Require<T>(IObjective<T> objective, bool isGaussNewton, string solver)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (isGaussNewton)
        {
            return objective is ILeastSquaresObjective<T> squares ? squares.GaussNewtonProduct : throw new ArgumentException(
                $"{solver} with UseGaussNewton minimizes sums of squared residuals; {objective.GetType().Name} has none. Write the loss as a [Residual] method, or leave it off.",
                nameof(objective));
        }

        return objective is ITwiceDifferentiable<T> twice ? twice.HessianVectorProduct : throw new InvalidOperationException(
            $"{solver} needs Hessian-vector products. {Missing(objective).Message}"
            + (objective is ILeastSquaresObjective<T> ? $" A sum of squared residuals needs none with {solver} {{ UseGaussNewton = true }}." : string.Empty));
    }

    /// <summary>The largest number of Hessian-vector products for one step: in exact arithmetic, one per parameter would do.</summary>
    public static int InnerLimit(int? given, IObjective objective) => given ?? (int)Math.Clamp(2L * objective.Layout.Length, 20, int.MaxValue);
}
