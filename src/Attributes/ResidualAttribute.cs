namespace SymbolicGD;

/// <summary>
/// Marks a <see langword="static"/> method of a <see langword="static partial"/> class as the residuals of one example of a least-squares
/// problem: at build time a nested <c>sealed class {Method}Objective</c> is generated, whose value is ½·Σ r² over all residuals of all
/// examples, not divided by their number (the convention of Ceres and SciPy), with residuals, Jacobian and their products.
/// </summary>
/// <remarks>
/// The method returns one residual, <see cref="float"/> or <see cref="double"/>; or it returns <see langword="void"/> and writes several
/// into an argument <c>[Output] Span&lt;T&gt;</c>. All other arguments are as for <see cref="LossAttribute"/>.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResidualAttribute : Attribute
{
    /// <inheritdoc cref="LossAttribute.MathMode"/>
    public MathMode MathMode { get; set; } = MathMode.Ieee;

    /// <inheritdoc cref="LossAttribute.Stabilize"/>
    public bool Stabilize { get; set; } = true;

    /// <summary>
    /// Up to which order derivatives are generated: 1, the default, gives the Jacobian, which is all that Gauss–Newton methods need; 2 adds
    /// the product of the Hessian of ½·Σ r² with a vector.
    /// </summary>
    public int Order { get; set; } = 1;

    /// <summary>
    /// How many times the operations of ½·Σ r² its gradient, with the value, may take; 0, the default: any number. Where it takes more, the
    /// build fails. Counted as for <see cref="LossAttribute.MaxOverhead"/>.
    /// </summary>
    public double MaxOverhead { get; set; }

    /// <inheritdoc cref="LossAttribute.Targets"/>
    public Target Targets { get; set; } = Target.All;

    /// <inheritdoc cref="LossAttribute.MaxTrips"/>
    public int MaxTrips { get; set; }

    /// <inheritdoc cref="LossAttribute.Name"/>
    public string? Name { get; set; }
}
