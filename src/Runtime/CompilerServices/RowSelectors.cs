using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SymbolicGD.CompilerServices;

/// <summary>Which examples a generated kernel runs over. A kernel is specialized for each implementation.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IRowSelector
{
    /// <summary>The number of examples selected.</summary>
    int Count { get; }

    /// <summary>The row of the example at a position below <see cref="Count"/>.</summary>
    int this[int position] { get; }
}

/// <summary>All examples, in order: rows are contiguous. Blocks need at least as many as they have lanes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct AllRows(int count) : IRowSelector
{
    /// <inheritdoc/>
    public int Count { get; } = count;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => position;
    }
}

/// <summary>The examples whose rows are listed in a batch, of any length.</summary>
/// <remarks>
/// A block ends with the last example. In a batch of fewer examples than a block has lanes it starts before the first one: positions below
/// zero repeat that one.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct BatchRows(ReadOnlySpan<int> batch) : IRowSelector
{
    private readonly ReadOnlySpan<int> _batch = batch;

    /// <summary>The first examples, fewer than a block has lanes: at most 15.</summary>
    public static BatchRows First(int count) => new(((ReadOnlySpan<int>)[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])[..count]);

    /// <inheritdoc/>
    public int Count => _batch.Length;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _batch[Math.Max(position, 0)];
    }
}
