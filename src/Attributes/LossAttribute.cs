namespace SymbolicGD;

/// <summary>
/// Marks a <see langword="static"/> method of a <see langword="static partial"/> class as a loss: at build time a nested
/// <c>sealed class {Method}Objective</c> with its value, gradient and fused optimizer step is generated.
/// </summary>
/// <remarks>
/// The method stays an ordinary method. It returns <see cref="float"/> or <see cref="double"/>. Arguments marked
/// <see cref="ParameterAttribute"/> are differentiated, those marked <see cref="ConstantAttribute"/> are fixed for a run,
/// and all others are the data of one example: a scalar is a column of n values, a span is a row of an n × d block.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LossAttribute : Attribute
{
    /// <summary>How the losses of the examples become one number. The default is their mean, as in PyTorch.</summary>
    public Reduction Reduction { get; set; } = Reduction.Mean;

    /// <summary>Which algebra the compiler may use. The default keeps NaN and infinity exactly where IEEE 754 has them.</summary>
    public MathMode MathMode { get; set; } = MathMode.Ieee;

    /// <summary>
    /// Whether formulas that overflow or cancel, such as <c>log(1 + exp(x))</c>, are replaced by stable ones before
    /// the derivative is taken. The replacements made are listed in the header of the generated file.
    /// </summary>
    public bool Stabilize { get; set; } = true;

    /// <summary>
    /// How many iterations a loop may run whose trip count only its condition knows (<c>while (error &gt; tolerance)</c>). What such a loop records for the
    /// derivative then has a fixed place; a loop that wants more iterations ends in an <see cref="InvalidOperationException"/> that names it.
    /// 0, the default, is no bound: the record grows with the loop and is kept.
    /// </summary>
    public int MaxTrips { get; set; }

    /// <summary>What the gradient keeps of a long loop that carries state: memory against time.</summary>
    public Checkpoint Checkpoint { get; set; } = Checkpoint.None;

    /// <summary>
    /// Up to which order derivatives are generated: 1, the default, gives the gradient; 2 adds the product of the Hessian with a vector,
    /// and all that is made of it.
    /// </summary>
    public int Order { get; set; } = 1;

    /// <summary>
    /// How many times the operations of the loss its gradient, with the value, may take; 0, the default: any number. Where it takes more, the
    /// build fails. Counted is one for each addition, multiplication, division, root, minimum or maximum and call of a function, with 100 for
    /// every length and trip count that is known at run time only, and 100 examples.
    /// </summary>
    public double MaxOverhead { get; set; }

    /// <summary>
    /// What is generated: everything, by default. Kernels for devices are generated only where the project references ILGPU, too.
    /// </summary>
    public Target Targets { get; set; } = Target.All;

    /// <summary>
    /// The generated class is <c>{Name}Objective</c> instead of <c>{Method}Objective</c>. Needed for overloads.
    /// </summary>
    public string? Name { get; set; }
}

/// <summary>What an objective is generated for.</summary>
[Flags]
public enum Target
{
    /// <summary>The CPU: always generated.</summary>
    Cpu = 1,

    /// <summary>Devices, by ILGPU: the objective gets a method <c>On(Accelerator)</c>.</summary>
    Ilgpu = 2,

    /// <summary>All of them.</summary>
    All = Cpu | Ilgpu,
}

/// <summary>How the losses of the examples become one number.</summary>
public enum Reduction
{
    /// <summary>The sum over the examples divided by their number.</summary>
    Mean,

    /// <summary>The sum over the examples.</summary>
    Sum,
}

/// <summary>Which algebraic identities the compiler may use.</summary>
public enum MathMode
{
    /// <summary>
    /// Only identities that hold for every IEEE 754 operand, NaN and infinities included. Sums over loops may still be
    /// reassociated and a product with a sum fused, as the header of the generated file says.
    /// </summary>
    Ieee,

    /// <summary>
    /// Also identities that hold for finite operands only: <c>0·x → 0</c>, <c>x − x → 0</c>, <c>x / x → 1</c>,
    /// <c>x / c → x · (1/c)</c>.
    /// </summary>
    Fast,
}

/// <summary>What the gradient keeps of a loop that carries state from one iteration to the next.</summary>
public enum Checkpoint
{
    /// <summary>Of each iteration, what its derivative needs.</summary>
    None,

    /// <summary>
    /// The state at the head of every √n-th of n iterations; the reverse sweep computes the iterations between again. Memory for about 2·√n iterations
    /// instead of n, for one more run of the loop. For loops whose greatest number of iterations is known when they start and that stand in the loss itself,
    /// not within a branch or another loop; others keep everything.
    /// </summary>
    SquareRoot,
}
