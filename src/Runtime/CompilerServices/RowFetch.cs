using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>The rows of data that the batch after this one reads: a step asks for them, cache line by cache line, while it updates the parameters.</summary>
/// <remarks>
/// They go to the second cache. Only addresses are kept, and nothing is read from them: data that move meanwhile are fetched from where they were, which is of no use and does no harm.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class RowFetch
{
    private const int LineBytes = 64;

    // An eighth of a large second cache: more would drive out what the update works on, before anybody reads it.
    private const int MostLines = 4096;

    private (nint Start, nint Bytes)[] rows = [];
    private int count;
    private int lines;
    private int row;
    private nint at;

    internal RowFetch()
    {
    }

    /// <summary>Adds the rows of a column that a batch reads, as many as there is room for.</summary>
    /// <param name="column">The column, row after row.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="batch">Which rows. Those that the column does not have are not fetched.</param>
    public void Add<T>(ReadOnlySpan<T> column, int width, ReadOnlySpan<int> batch)
        where T : unmanaged
    {
        nint bytes = (nint)width * sizeof(T), first = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(column));
        int linesPerRow = (int)Math.Min(MostLines, (bytes + LineBytes - 1) / LineBytes);
        if (linesPerRow == 0) return;
        int most = Math.Min(batch.Length, (MostLines - lines) / linesPerRow);
        if (rows.Length < count + most) Array.Resize(ref rows, Math.Max(count + most, 2 * rows.Length));
        foreach (int example in batch[..most])
        {
            if ((uint)example >= (uint)(column.Length / width)) continue;
            rows[count++] = (first + (example * bytes), bytes);
            lines += linesPerRow;
        }
    }

    internal void Clear() => (count, lines, row, at) = (0, 0, 0, 0);

    /// <summary>Asks for one line.</summary>
    /// <returns>Whether there was one left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool FetchLine()
    {
        if (row == count || !Sse.IsSupported) return false;
        (nint start, nint bytes) = rows[row];
        Sse.Prefetch1((void*)(start + at));
        at += LineBytes;
        if (at >= bytes) (row, at) = (row + 1, 0);
        return true;
    }
}
