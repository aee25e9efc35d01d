using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>
/// All that the later stages know of one annotated loss. Compares by content; holds no symbol, syntax or location.
/// </summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="ContainingTypes">The types around the method, outermost first.</param>
/// <param name="Method">The user's method.</param>
/// <param name="ClassName">The generated class, <c>{Method}Objective</c> or <c>{Name}Objective</c>.</param>
/// <param name="IsMean">Whether the objective is the mean over the examples; else it is their sum.</param>
/// <param name="IsFast">Whether <c>MathMode.Fast</c> was asked for.</param>
/// <param name="Stabilize">Whether Condition may replace formulas.</param>
/// <param name="Summary">The text of the user's own summary comment, if any.</param>
/// <param name="Function">The loss.</param>
/// <param name="IndexChecks">What can be checked of indices when the objective is constructed.</param>
internal sealed record LossSpec(
    string Namespace,
    EquatableArray<ContainingType> ContainingTypes,
    string Method,
    string ClassName,
    bool IsMean,
    bool IsFast,
    bool Stabilize,
    string? Summary,
    Function Function,
    IndexChecks IndexChecks = default)
{
    /// <summary>Whether long loops that carry state keep only the state at the head of each of √n segments.</summary>
    public bool Checkpoints { get; init; }

    /// <summary>Up to which order derivatives are wanted: 1 or 2.</summary>
    public int Order { get; init; } = 1;

    /// <summary>Whether kernels for devices are wanted: the compilation references ILGPU, and the attribute does not say otherwise.</summary>
    public bool HasDevice { get; init; }

    /// <summary>What a <c>[Residual]</c> method gives beside <see cref="Function"/>, which is ½·Σ r² then; null for a loss.</summary>
    public ResidualSpec? Residual { get; init; }

    /// <summary>How many times the operations of the loss its gradient may take; 0: any.</summary>
    public double MaxOverhead { get; init; }
}

/// <summary>The residuals of one example.</summary>
/// <param name="Values">Stores them in the <see cref="BufferKind.Output"/> buffer, and has no result.</param>
/// <param name="One">Its result is the residual number <see cref="SpecialArgument.Output"/>, where there are several.</param>
/// <param name="Extent">Index into <see cref="Function.Extents"/> of their number; -1 where the method returns one.</param>
internal sealed record ResidualSpec(Function Values, Function One, int Extent)
{
    /// <summary>Its result is the sum of the residuals, each times its element of the <see cref="BufferKind.Multipliers"/> buffer; null where no kernels for devices are wanted.</summary>
    public Function? Multiplied { get; init; }
}

/// <summary>Uses of indices that happen whatever the values of the data.</summary>
/// <param name="Data">Integer data and constants that index.</param>
/// <param name="Counters">Counters of loops that index.</param>
internal readonly record struct IndexChecks(EquatableArray<IndexUse> Data, EquatableArray<CounterUse> Counters);

/// <summary>A length: an index into <see cref="Function.Extents"/>, or a literal, where the other is -1.</summary>
internal readonly record struct LengthRef(int Extent, int Literal);

/// <summary>Elements of an integer argument are used as indices.</summary>
/// <param name="Argument">The integer argument.</param>
/// <param name="Length">The length that is indexed.</param>
internal readonly record struct IndexUse(int Argument, LengthRef Length);

/// <summary>The counter of a loop over from ≤ counter &lt; end is used, with a shift, as an index.</summary>
/// <param name="Counter">The user's name for it.</param>
/// <param name="Length">The length that is indexed.</param>
internal readonly record struct CounterUse(string Counter, int From, LengthRef End, int Shift, LengthRef Length);

/// <param name="Keyword">How the type is declared: <c>class</c>, <c>struct</c>, <c>record</c>, <c>interface</c>.</param>
internal readonly record struct ContainingType(string Keyword, string Name);

/// <summary>All that the later stages know of one <c>[UpdateRule]</c> method.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="IsPublic">Whether the generated optimizer is public; else it is internal.</param>
/// <param name="Method">The fully qualified method, without <c>global::</c>, for the scalar form to call.</param>
/// <param name="ClassName">The generated optimizer class.</param>
/// <param name="Summary">The text of the user's own summary comment, if any.</param>
/// <param name="Arguments">The method's arguments in order.</param>
/// <param name="Function">
/// The body, over reals of type F64 standing for T: the parameter, the gradient and each state are Local buffers of length 1 (in argument order,
/// filled before the body runs and read after it, without <see cref="Alloc"/>); hyper-parameters and the step are <see cref="Op.Argument"/> by argument index (the step I32).
/// </param>
internal sealed record UpdateRuleSpec(
    string Namespace,
    bool IsPublic,
    string Method,
    string ClassName,
    string? Summary,
    EquatableArray<RuleArgument> Arguments,
    Function Function);

internal enum RuleRole : byte
{
    Parameter,
    Gradient,
    State,
    Hyper,
    Step,
}

/// <param name="Buffer">The index of its Local buffer for parameter, gradient and state; -1 for others.</param>
/// <param name="Default">The default of a hyper-parameter.</param>
internal readonly record struct RuleArgument(string Name, RuleRole Role, int Buffer, double Default);
