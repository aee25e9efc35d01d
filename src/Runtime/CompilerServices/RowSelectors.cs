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

    /// <summary>As many of the blocks whose lanes have several stretches.</summary>
    internal StripedRows Striped(int lanes) => new(Total, lanes, _start, Count);
}

/// <summary>
/// All examples, or blocks of them, in several stretches of one length that are read at once and of which a block has four examples each: of the last stretch, block b has the
/// rows 4·b to 4·b + 3 after its first.
/// </summary>
/// <remarks>
/// Memory delivers a few streams faster than one: a logistic gradient over 25.6 MB takes up to 15% less, and with a stretch for each lane, as here once,
/// 70% more (Zen 4; 3 to 4% less on Sapphire Rapids). The last stretch ends with the last example, and so would the first one begin before the first example, unless their number is
/// a multiple of the lanes: its first blocks have rows from 0 on instead, and those that another block has are masked.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct StripedRows : IRowSelector
{
    private const int Together = 4;

    private readonly int _first;
    private readonly int _start;
    private readonly int _stride;
    private readonly int _shift;

    /// <summary>Stretches for so many examples, which must be at least four times the lanes, and a power of two of lanes, 4 or more.</summary>
    public StripedRows(int count, int lanes)
        : this(count, lanes, 0, count)
    {
    }

    /// <summary>The blocks from a position on, a multiple of the lanes; if they end with the last example, so do the blocks.</summary>
    internal StripedRows(int total, int lanes, int start, int count)
    {
        (_start, _shift) = (start, BitOperations.Log2((uint)lanes));
        int positions = (total + lanes - 1) & -lanes;
        _stride = (positions >> _shift) * Together;
        _first = total - positions;
        Count = start + count < total ? count : positions - start;
    }

    /// <summary>The number of positions, a multiple of the lanes where the last example is among them.</summary>
    public int Count { get; }

    /// <summary>The number of lanes of a block.</summary>
    internal int Lanes => 1 << _shift;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int lane = position & (Lanes - 1);
            return Row(position - lane, lane & -Together) + (lane & (Together - 1));
        }
    }

    /// <summary>How far two stretches lie apart.</summary>
    internal int Stride => _stride;

    /// <summary>The row of an example of the block at a position, the first one of a stretch: its place is a multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Row(int block, int example) => Math.Max(First(block) + ((example >> 2) * _stride), 0);

    /// <summary>How many lanes of the block at a position, from the first on, have nothing to do: other blocks have their examples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Done(int position) => First(position) switch
    {
        >= Together => 0,
        > 0 and var row => Together - row,       // the block before had the rows from 0 on
        > -Together => 0,                        // this one has them
        _ => Together,                           // before the first example
    };

    // Where the first stretch is, which may be before the first example.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int First(int position) => _first + (((position + _start) >> _shift) * Together);
}

/// <summary>The examples whose rows are listed in a batch, of any length.</summary>
/// <remarks>
/// A block ends with the last example. In a batch of fewer examples than a block has lanes it starts before the first one: positions below
/// zero repeat that one.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct BatchRows : IRowSelector
{
    private readonly ReadOnlySpan<int> _listed;

    /// <summary>The examples of a batch.</summary>
    public BatchRows(ReadOnlySpan<int> batch)
        : this(batch, batch.Length)
    {
    }

    /// <summary>The first of the examples that are listed; those that follow will be read next, by somebody else.</summary>
    internal BatchRows(ReadOnlySpan<int> listed, int count)
    {
        _listed = listed;
        Count = count;
    }

    /// <summary>The first examples, fewer than a block has lanes: at most 15.</summary>
    public static BatchRows First(int count) => new(((ReadOnlySpan<int>)[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])[..count]);

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _listed[Math.Max(position, 0)];
    }

    /// <summary>How many positions may be asked for, if only to prefetch their rows.</summary>
    internal int Listed => _listed.Length;
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

    /// <summary>The values of a column for these examples, side by side: of the k-th at k. Where a kernel is over other examples, the column itself.</summary>
    /// <param name="rows">The examples.</param>
    /// <param name="column">The column, from the first value on.</param>
    /// <param name="number">The number of the column among those of the kernel, from 0 on.</param>
    public static ref TValue Column<TValue, TRows>(TRows rows, ref TValue column, int number)
        where TValue : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (typeof(TRows) == typeof(NamedRows)) return ref Unsafe.As<TRows, NamedRows>(ref rows).Gather(ref column, number);
        if (typeof(TRows) == typeof(NamedVectors)) return ref Unsafe.As<TRows, NamedVectors>(ref rows).Rows.Gather(ref column, number);
        return ref column;
    }

    /// <summary>Begins to name rows of a parameter.</summary>
    /// <param name="rows">The examples. Where they are other ones than these, nothing must be named.</param>
    /// <param name="block">Which block of the layout.</param>
    public static RowNames Names<TRows>(TRows rows, int block)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(NamedRows) ? Unsafe.As<TRows, NamedRows>(ref rows)._touched.Names(block)
            : typeof(TRows) == typeof(NamedVectors) ? Unsafe.As<TRows, NamedVectors>(ref rows).Rows._touched.Names(block)
            : default;

    private ref TValue Gather<TValue>(ref TValue column, int number)
        where TValue : unmanaged => ref _touched.Gather(_batch, ref column, number);
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
