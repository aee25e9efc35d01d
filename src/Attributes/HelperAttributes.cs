namespace SymbolicGD;

/// <summary>
/// Marks a method as the derivative of another method of the same type, which is then used in place of what the compiler would derive
/// from that method's body.
/// </summary>
/// <remarks>
/// <para>
/// The other method, <c>F</c>, is static and returns <see cref="float"/> or <see cref="double"/>. Its differentiable arguments are those of type
/// <see cref="float"/> and <see cref="double"/> and the spans of them. The derivative is static, takes the arguments of <c>F</c> in the same order,
/// and has one of these forms:
/// </para>
/// <list type="bullet">
/// <item>It returns a number: the partial derivative in the only differentiable argument, or in the one that <see cref="WithRespectTo"/> names.
/// With several arguments there is one such method for each.</item>
/// <item>It returns a tuple of numbers: the partial derivatives in all differentiable arguments, in their order.</item>
/// <item>It returns nothing (the vector-Jacobian form): after the arguments of <c>F</c> it takes the adjoint of the result, and then for each
/// differentiable argument, in order, where its adjoint goes: <c>out</c> a number for a number, a <c>Span</c> of the same length,
/// filled with zeros, for a span. It writes adjoint · ∂F/∂argument.</item>
/// </list>
/// <para>
/// Second derivatives are the derivatives of what the method computes. A method may call <c>F</c>. That it is right is not checked when the project is
/// built; <c>GradientCheck</c> compares with finite differences.
/// </para>
/// </remarks>
/// <param name="of">The name of the method whose derivative this is: <c>nameof(F)</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DerivativeAttribute(string of) : Attribute
{
    /// <summary>The name of the method whose derivative this is.</summary>
    public string Of { get; } = of;

    /// <summary>The argument in which this is the partial derivative; needed where there are several.</summary>
    public string? WithRespectTo { get; set; }
}

/// <summary>
/// Marks a helper that calls itself, directly or through others, to a depth that depends on data: at most <see cref="MaxDepth"/> nested
/// calls. Of each level only what the data ask for is computed.
/// </summary>
/// <remarks>
/// Where an example asks for a deeper call, its loss is NaN, whatever is done with the result of the helper, and the run reports the example.
/// A helper that calls itself in one place, outside of loops, that writes no array and passes the arrays that it reads on as they are, becomes
/// loops over the levels, whose code does not depend on the depth. Any other is written out call by call, at most 1000 times: one that calls itself
/// twice, to a depth of 5, 31 times. A helper whose calls are bounded by constants (<c>Power(x, 5)</c>) needs no attribute.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecursionAttribute : Attribute
{
    /// <summary>How many calls of the helper may be active at once, the outermost included.</summary>
    public int MaxDepth { get; set; }
}
