using System.Numerics;

namespace SymbolicGD;

/// <summary>What happens where second-order products are asked of an objective that has none.</summary>
internal static class SecondOrder
{
    public static InvalidOperationException Missing(IObjective objective) => new(
        $"{objective.GetType().Name} has first derivatives only. Second-order products are generated for [Loss(Order = 2)] and [Residual(Order = 2)]; an objective that is written "
        + $"by hand overrides HessianVectorProductCore and is declared {nameof(ITwiceDifferentiable<double>)}<T>.");

    /// <summary>The objective as one with second-order products.</summary>
    /// <exception cref="InvalidOperationException">It has none; the message names solver and remedy.</exception>
    public static ITwiceDifferentiable<T> Require<T>(IObjective<T> objective, string solver)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective as ITwiceDifferentiable<T> ?? throw new InvalidOperationException($"{solver} needs Hessian-vector products. {Missing(objective).Message}");
    }

    /// <summary>The largest number of Hessian-vector products for one step: in exact arithmetic, one per parameter would do.</summary>
    public static int InnerLimit(int? given, IObjective objective) => given ?? (int)Math.Clamp(2L * objective.Layout.Length, 20, int.MaxValue);
}
