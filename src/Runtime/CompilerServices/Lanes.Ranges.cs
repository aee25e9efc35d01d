using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <content>Ranges of arrays, checked once.</content>
public static partial class Lanes
{
    /// <summary>A reference to the first of <paramref name="count"/> values from <paramref name="start"/>, checked against the span.</summary>
    /// <remarks>Where the range is empty, the reference must not be used. One comparison: loops along rows that data name check a range for each row.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the span.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Range<T>(ReadOnlySpan<T> values, int start, int count)
    {
        // As unsigned numbers, negative ones are larger than any length.
        if ((ulong)(uint)start + (uint)count > (uint)values.Length && count > 0) ThrowRange(start, count, values.Length);
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)(uint)start);
    }

    /// <inheritdoc cref="Range{T}(ReadOnlySpan{T}, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Range<T>(Span<T> values, int start, int count)
    {
        if ((ulong)(uint)start + (uint)count > (uint)values.Length && count > 0) ThrowRange(start, count, values.Length);
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)(uint)start);
    }

    private static void ThrowRange(int start, int count, int length) =>
        throw new ArgumentOutOfRangeException(nameof(start), $"The loss reads {count} elements from element {start} of an array of {length}.");

    /// <summary>The first value of a range that was checked in a span as long as this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Known<T>(ReadOnlySpan<T> values, int start) => ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)(uint)start);

    /// <inheritdoc cref="Known{T}(ReadOnlySpan{T}, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Known<T>(Span<T> values, int start) => ref Unsafe.Add(ref MemoryMarshal.GetReference(values), (nint)(uint)start);

    /// <summary>The number of a row of parameters, checked: its elements need no checks of their own.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such row: the data were changed since the objective was constructed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowNumber(int row, int rows)
    {
        if ((uint)row >= (uint)rows) ThrowRow(row, rows);
        return row;
    }

    private static void ThrowRow(int row, int rows) =>
        throw new IndexOutOfRangeException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The data name row {row} of parameters with {rows} rows."));

    /// <summary>A range of a sparse row, all of it touched; where the range is empty, the reference must not be used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Range<T>(GradientRow<T> row, int start, int count)
        where T : unmanaged, IFloatingPointIeee754<T> => ref MemoryMarshal.GetReference(row.Range(count > 0 ? start : 0, Math.Max(count, 0)));
}
