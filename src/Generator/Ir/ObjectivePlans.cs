namespace SymbolicGD.Generator.Ir;

/// <summary>The functions of one objective, each with its shape: one kernel is written for each.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Gradient">The loss and its gradient.</param>
/// <param name="Product">The product of the Hessian with a direction; null for an objective of first order, as is the next.</param>
/// <param name="Along">The derivative along a direction.</param>
internal sealed record ObjectivePlans(KernelPlan Value, KernelPlan Gradient, KernelPlan? Product = null, KernelPlan? Along = null);
