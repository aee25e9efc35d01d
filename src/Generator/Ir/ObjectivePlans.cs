namespace SymbolicGD.Generator.Ir;

/// <summary>The functions of one objective, each with its shape: one kernel is written for each.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Gradient">The loss and its gradient.</param>
/// <param name="Product">The product of the Hessian with a direction; null for an objective of first order, as is the next.</param>
/// <param name="Along">The derivative along a direction.</param>
internal sealed record ObjectivePlans(KernelPlan Value, KernelPlan Gradient, KernelPlan? Product = null, KernelPlan? Along = null)
{
    /// <summary>What was proved of the loss's curvature.</summary>
    public CurvatureCertificate Certificate { get; init; } = CurvatureCertificate.None;

    /// <summary>The gradient of the certificate's majorant.</summary>
    public KernelPlan? Curvature { get; init; }
}
