namespace SymbolicGD;

/// <summary>Marks an argument of a loss that is fitted: the gradient is taken with respect to it.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ParameterAttribute : Attribute;

/// <summary>
/// Marks an argument of a loss that is the same for all examples and is not differentiated: a scalar, or a span that may
/// hold a whole data set. It is passed to the constructor of the generated objective.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ConstantAttribute : Attribute;

/// <summary>Marks an <see cref="int"/> argument of a loss that receives the index of the example.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ExampleAttribute : Attribute;

/// <summary>Marks an <see cref="int"/> argument of a loss that receives the number of examples.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class CountAttribute : Attribute;

/// <summary>
/// Marks the span of a <see cref="ResidualAttribute"/> method that receives the residuals of an example. It is all zeros at first. Its
/// length is that of its <see cref="ShapeAttribute"/>; without one it is the highest constant index that the method writes to, plus one.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OutputAttribute : Attribute;

/// <summary>
/// Names the extents of a span or matrix argument. Extents of the same name are equal: a disagreement that can be seen
/// at compile time is an error at the expression, any other is an exception of the objective's constructor.
/// </summary>
/// <param name="extents">One name per dimension, slowest first.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ShapeAttribute(params string[] extents) : Attribute
{
    /// <summary>One name per dimension, slowest first.</summary>
    public IReadOnlyList<string> Extents { get; } = extents;
}
