namespace SymbolicGD.Generator.Ir;

/// <summary>The functions of an objective on a device.</summary>
/// <param name="Value">The value.</param>
/// <param name="Gradient">Value and gradient.</param>
internal sealed record DevicePlans(DevicePlan Value, DevicePlan Gradient)
{
    /// <summary>The product of the Hessian and a direction; null where it is not wanted.</summary>
    public DevicePlan? Product { get; init; }

    /// <summary>All residuals; null for a loss, as are the next two.</summary>
    public DevicePlan? Residuals { get; init; }

    /// <summary>The product of the Jacobian of the residuals and a direction.</summary>
    public DevicePlan? JacobianVectorProduct { get; init; }

    /// <summary>The product of the transposed Jacobian and a vector with an element for each residual.</summary>
    public DevicePlan? JacobianTransposedProduct { get; init; }
}
