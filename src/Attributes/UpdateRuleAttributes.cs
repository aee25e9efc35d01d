namespace SymbolicGD;

/// <summary>
/// Marks a generic method <c>static void Rule&lt;T&gt;(ref T parameter, T gradient, …)</c> as an optimizer's update of one
/// element. At build time an optimizer class with one property per <see cref="HyperAttribute"/> argument is generated
/// beside it, in scalar and vector form, for <see cref="float"/> and <see cref="double"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpdateRuleAttribute : Attribute
{
    /// <summary>The name of the generated optimizer class. The default is the method's name.</summary>
    public string? Name { get; set; }
}

/// <summary>Marks a <c>ref T</c> argument of an update rule that is kept per parameter from step to step, zero at first.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class StateAttribute : Attribute;

/// <summary>Marks an argument of an update rule that becomes a property of the optimizer.</summary>
/// <param name="defaultValue">The property's default.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HyperAttribute(double defaultValue) : Attribute
{
    /// <summary>The default of the generated property.</summary>
    public double DefaultValue { get; } = defaultValue;
}

/// <summary>Marks an <see cref="int"/> argument of an update rule that receives the number of the step, 1 for the first.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class StepAttribute : Attribute;
