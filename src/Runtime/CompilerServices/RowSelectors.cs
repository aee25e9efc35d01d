using System.ComponentModel;
using System.Numerics;
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

/// <summary>All examples, in order, or a stretch of them: rows are contiguous. Blocks need at least as many as they have lanes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct AllRows : IRowSelector
{
    private readonly int _start;

    /// <summary>All of so many examples.</summary>
    public AllRows(int count)
        : this(count, 0, count)
    {
    }

    /// <summary>Those from a position on.</summary>
    internal AllRows(int total, int start, int count)
    {
        Total = total;
        _start = start;
        Count = count;
    }

    /// <summary>The number of examples of which these are a stretch.</summary>
    internal int Total { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _start + position;
    }

    /// <summary>As many of the blocks in which each lane has a stretch of its own.</summary>
    internal StripedRows Striped(int lanes) => new(Total, lanes, _start, Count);
}

/// <summary>All examples, or blocks of them, each lane of a block in a stretch of its own: block b has rows b, stride + b, 2·stride + b, ….</summary>
/// <remarks>
/// Memory delivers several streams faster than one: a logistic gradient over 25.6 MB takes 4 to 8% less. All stretches but the last one
/// are <see cref="Stride"/> rows long; the last one ends with the last example, so that it is up to a block's lanes less one longer. What
/// the others read in the meantime is masked.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct StripedRows : IRowSelector
{
    private readonly int _lane;
    private readonly int _shift;
    private readonly int _first;

    /// <summary>Stretches for so many examples, which must be at least the lanes, and a power of two of lanes.</summary>
    public StripedRows(int count, int lanes)
        : this(count, lanes, 0, count)
    {
    }

    /// <summary>The blocks from a position on, a multiple of the lanes; if they end with the last example, so do the blocks.</summary>
    internal StripedRows(int total, int lanes, int start, int count)
    {
        _lane = lanes - 1;
        _shift = BitOperations.Log2((uint)lanes);
        _first = start >> _shift;
        Stride = total >> _shift;
        Count = start + count < total ? count : ((total - (_lane * Stride)) << _shift) - start;
    }

    /// <summary>The number of positions: where all blocks are meant, those of the longest stretch.</summary>
    public int Count { get; }

    /// <summary>How far the rows of two lanes lie apart.</summary>
    public int Stride { get; }

    /// <summary>The number of stretches.</summary>
    internal int Lanes => _lane + 1;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ((position & _lane) * Stride) + (position >> _shift) + _first;
    }

    /// <summary>Whether all lanes have an example of their own in the block that starts at a position; if not, the last lane alone has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool AllActive(int position) => (position >> _shift) + _first < Stride;
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

/// <summary>The examples of a batch, of which a kernel names the rows of the parameters that they touch while it runs over them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct NamedRows : IRowSelector
{
    private readonly ReadOnlySpan<int> _batch;
    private readonly TouchedRows _touched;

    internal NamedRows(ReadOnlySpan<int> batch, TouchedRows touched)
    {
        _batch = batch;
        _touched = touched;
    }

    /// <inheritdoc/>
    public int Count => _batch.Length;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _batch[position];
    }

    /// <summary>Whether a kernel over these examples names rows: a constant of its instantiation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Are<TRows>()
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(NamedRows) || typeof(TRows) == typeof(NamedVectors);

    /// <summary>Begins to name rows of a parameter.</summary>
    /// <param name="rows">The examples. Where they are other ones than these, nothing must be named.</param>
    /// <param name="block">Which block of the layout.</param>
    public static RowNames Names<TRows>(TRows rows, int block)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(NamedRows) ? Unsafe.As<TRows, NamedRows>(ref rows)._touched.Names(block)
            : typeof(TRows) == typeof(NamedVectors) ? Unsafe.As<TRows, NamedVectors>(ref rows).Rows._touched.Names(block)
            : default;
}

/// <summary>The same as <see cref="NamedRows"/>, where what the kernel loops over is as long as a vector: the loops disappear.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct NamedVectors : IRowSelector
{
    internal NamedVectors(NamedRows rows) => Rows = rows;

    /// <inheritdoc/>
    public int Count => Rows.Count;

    internal NamedRows Rows { get; }

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Rows[position];
    }
}
