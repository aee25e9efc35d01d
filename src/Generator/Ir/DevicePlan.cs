namespace SymbolicGD.Generator.Ir;

/// <summary>
/// A function whose shape on a device is decided. The loop over examples is one kernel, in which a group of threads takes a tile of examples at a time;
/// what comes before it and after it runs in kernels of one group. What the examples add to something that they share, to the gradient above all, is an
/// accumulator: each group, or each thread, has a copy of its own, and all are added up in a fixed order. Where the copies of threads take too much memory,
/// the host decides that there is one copy, which all threads add to atomically.
/// </summary>
internal sealed class DevicePlan(Function function)
{
    public Function Function => function;

    /// <summary>The loop over examples; null for a function that has none.</summary>
    public Loop? Examples { get; init; }

    /// <summary>The items in front of the loop over examples; all of them where there is none.</summary>
    public IReadOnlyList<Item> Before { get; init; } = [];

    public IReadOnlyList<Item> After { get; init; } = [];

    /// <summary>The body of the loop over examples.</summary>
    public DeviceSegment Body { get; init; } = new();

    /// <summary>
    /// Values from in front of the loop over examples that are cheap and read nothing that is written: every kernel computes them again. Others are kept in
    /// memory.
    /// </summary>
    public HashSet<int> ComputedAgain { get; init; } = [];

    /// <summary>Values of an example that sums over the examples of a tile read: each has a place in memory per example.</summary>
    public List<int> Cells { get; init; } = [];

    /// <summary>The buffers that examples add to, and whether each thread has a copy of its own; else each group has.</summary>
    public SortedDictionary<int, bool> Accumulators { get; init; } = [];

    /// <summary>Those that products of matrices add to: products add without atomics.</summary>
    public HashSet<int> SumsOfProducts { get; init; } = [];

    /// <summary>Counters of the loops, in front of the examples and after them, whose iterations the threads of a group share.</summary>
    public HashSet<int> ParallelLoops { get; init; } = [];

    /// <summary>Those of them that do nothing but run another loop: the threads share the iterations of both, by the counter of the outer one.</summary>
    public Dictionary<int, Loop> ParallelNests { get; init; } = [];

    /// <summary>Data whose rows are copied to the memory of the group, all threads side by side, before they are read.</summary>
    public List<int> Staged { get; init; } = [];

    /// <summary>Whether threads work on examples other than their own.</summary>
    public bool SharesTiles { get; init; }

    /// <summary>The buffers that lie once in memory: those that are made outside of the loop over examples.</summary>
    public HashSet<int> SharedArrays { get; init; } = [];
}

/// <summary>A region of the loop over examples, cut into parts between which the threads of a group wait for each other.</summary>
internal sealed class DeviceSegment
{
    /// <summary>What is the same for all examples: computed by every thread.</summary>
    public List<Item> Head { get; } = [];

    public List<DevicePart> Parts { get; } = [];
}

internal abstract class DevicePart;

/// <summary>Runs for one example per thread.</summary>
internal sealed class RowsPart : DevicePart
{
    public List<Item> Items { get; } = [];
}

/// <summary>A loop whose iterations do not depend on each other: the threads share out iterations and examples.</summary>
internal sealed class ElementsPart(Loop loop) : DevicePart
{
    public Loop Loop => loop;
}

/// <summary>A product of matrices for the examples of the tile.</summary>
internal sealed class ProductPart(Contraction contraction) : DevicePart
{
    public Contraction Contraction => contraction;
}

/// <summary>A loop that all threads run together, with the parts of its body.</summary>
internal sealed class LoopPart(Loop loop, DeviceSegment body) : DevicePart
{
    public Loop Loop => loop;

    public DeviceSegment Body => body;
}

/// <summary>
/// Additions to elements that the examples share: for each element, one thread adds up what the examples of the tile give, and adds that.
/// </summary>
internal sealed class SumsPart(Loop? loop, IReadOnlyList<Item> items) : DevicePart
{
    /// <summary>The threads share its iterations: each adds to elements of its own. Null for single elements.</summary>
    public Loop? Loop => loop;

    /// <summary>What is computed for each example, and the additions.</summary>
    public IReadOnlyList<Item> Items => items;
}

/// <summary>Why a loss that the CPU computes has no kernels for devices.</summary>
internal sealed class NotOnDevicesException(string reason) : Exception(reason);
