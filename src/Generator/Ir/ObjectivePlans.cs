using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>The functions of one objective, each with its shape: one kernel is written for each.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Gradient">The loss and its gradient.</param>
internal sealed record ObjectivePlans(KernelPlan Value, KernelPlan Gradient)
{
    /// <summary>The product of the Hessian with a direction; null for an objective of first order, as is the next.</summary>
    public KernelPlan? Product { get; init; }

    /// <summary>The derivative along a direction.</summary>
    public KernelPlan? Along { get; init; }

    /// <summary>Names the parameters that meet in each term; null where the Hessian is taken for dense.</summary>
    public KernelPlan? Cliques { get; init; }

    /// <summary>Names the parameters that one example uses, where some are gathered by its data; null where all are used, or it is not known which.</summary>
    public KernelPlan? Touches { get; init; }

    /// <summary>Loss and gradient of one example, where parameters are gathered and <see cref="Touches"/> is null; else a batch of one is as good.</summary>
    public KernelPlan? ExampleGradient { get; init; }

    /// <summary>The residuals of one example; null for a loss, as is the next.</summary>
    public KernelPlan? Residuals { get; init; }

    /// <summary>The gradient of one residual of one example.</summary>
    public KernelPlan? ResidualRow { get; init; }

    /// <summary>The residuals of a block of examples and the entries of their Jacobian; null where these are not the same for every example, and the two above are used.</summary>
    public KernelPlan? Jacobian { get; init; }

    /// <summary>Names the columns of the places of one example's entries.</summary>
    public KernelPlan? JacobianColumns { get; init; }

    /// <inheritdoc cref="JacobianFunctions" path="/param[@name='Starts']"/>
    public EquatableArray<int> JacobianStarts { get; init; } = EquatableArray<int>.Empty;

    /// <inheritdoc cref="JacobianFunctions" path="/param[@name='Places']"/>
    public EquatableArray<int> JacobianPlaces { get; init; } = EquatableArray<int>.Empty;

    /// <summary>What was proved of the loss's curvature.</summary>
    public CurvatureCertificate Certificate { get; init; } = CurvatureCertificate.None;

    /// <summary>The gradient of the certificate's majorant.</summary>
    public KernelPlan? Curvature { get; init; }
}
