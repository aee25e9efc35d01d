using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>How the loop over examples runs.</summary>
internal enum ExampleMode : byte
{
    /// <summary>The function has no examples.</summary>
    None,

    /// <summary>One example after the other.</summary>
    OneByOne,

    /// <summary>One example, which the caller names.</summary>
    Single,

    /// <summary>In blocks of one vector's lanes: a scalar of the example is a vector across the block.</summary>
    Blocks,
}

/// <summary>Where the elements of a local, adjoint or tape buffer lie.</summary>
internal enum BufferLayout : byte
{
    /// <summary>One copy: index.</summary>
    Shared,

    /// <summary>One copy per example of the block, row after row: row · length + index.</summary>
    PerRow,

    /// <summary>One vector across the block per element: index · lanes + lane.</summary>
    PerLane,
}

/// <summary>A function whose shape on the CPU is decided: what Write needs to write it down.</summary>
/// <param name="VectorLoops">Counters of the loops that are vectorized along their own counter; all others run one iteration after the other.</param>
/// <param name="Layouts">Per buffer.</param>
/// <param name="Reason">Why examples run one by one where blocks were possible in principle; for the header.</param>
internal sealed record KernelPlan(
    Function Function,
    ExampleMode Examples,
    EquatableArray<int> VectorLoops,
    EquatableArray<BufferLayoutEntry> Layouts,
    string? Reason)
{
    /// <summary>The loops in the body of the loop over examples that are products of matrices for a block of examples.</summary>
    public EquatableArray<Contraction> Contractions { get; init; } = EquatableArray<Contraction>.Empty;

    /// <summary>
    /// What the loop over examples carries for its inner vector loops, one vector each: sums that start where the example before has ended, and whose
    /// lanes are added up after the last one.
    /// </summary>
    public EquatableArray<int> VectorSums { get; init; } = EquatableArray<int>.Empty;

    /// <summary>With <see cref="Contractions"/>, the counters of the loops that run once for a block of examples; others run for one vector of examples after the other.</summary>
    public EquatableArray<int> BlockLoops { get; init; } = EquatableArray<int>.Empty;

    public bool IsBlockLoop(Loop loop) => BlockLoops.Items.Contains(loop.Counter);

    public bool IsContraction(Loop loop) => Contractions.Any(c => c.Counter == loop.Counter);

    public bool IsVectorLoop(Loop loop) => VectorLoops.Items.Contains(loop.Counter);

    public BufferLayout LayoutOf(int buffer) => Layouts[buffer].Layout;
}

internal readonly record struct BufferLayoutEntry(BufferLayout Layout);
