using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <content>Four rows together.</content>
public static partial class Lanes
{
    /// <summary>Four rows of a column, from that of an example on.</summary>
    /// <param name="column">The column, row after row.</param>
    /// <param name="rows">The examples.</param>
    /// <param name="block">The position of the block.</param>
    /// <param name="example">The example's place in the block, a multiple of four.</param>
    /// <param name="width">The length of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadRows<T> Rows<T, TRows>(ref T column, TRows rows, int block, int example, int width)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        ref T a = ref FirstOfFour(ref column, rows, block, example, width);
        ref T b = ref NextRow(ref a, ref column, rows, block + example + 1, width);
        ref T c = ref NextRow(ref b, ref column, rows, block + example + 2, width);
        ref T d = ref NextRow(ref c, ref column, rows, block + example + 3, width);
        return new QuadRows<T>(ref a, ref b, ref c, ref d);
    }

    // Kernels find rows eight times in each block: with a few stretches it is an addition to what they know of the block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T FirstOfFour<T, TRows>(ref T column, TRows rows, int block, int example, int width)
        where TRows : struct, IRowSelector, allows ref struct
        => ref typeof(TRows) == typeof(StripedRows)
            ? ref Unsafe.Add(ref column, (nint)Unsafe.As<TRows, StripedRows>(ref rows).Row(block, example) * width)
            : ref Row(ref column, rows, block + example, width);

    /// <summary>Four rows of a working array that has one for each example of a block.</summary>
    public static QuadRows<T> Rows<T>(Span<T> array, int row, int width)
        where T : unmanaged
    {
        ref T a = ref MemoryMarshal.GetReference(array.Slice(row * width, 4 * width));
        ref T b = ref Unsafe.Add(ref a, width);
        ref T c = ref Unsafe.Add(ref b, width);
        ref T d = ref Unsafe.Add(ref c, width);
        return new QuadRows<T>(ref a, ref b, ref c, ref d);
    }

    /// <summary>Four rows to prefetch, never to read: their positions, that of the block and an example's place from there, may lie past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourRows<T, TRows> RowsAhead<T, TRows>(ref T column, TRows rows, int block, int example, int width)
        where TRows : struct, IRowSelector, allows ref struct
    {
        ref T a = ref RowAhead(ref column, rows, block + example, width);
        ref T b = ref NextRowAhead(ref a, ref column, rows, block + example + 1, width);
        ref T c = ref NextRowAhead(ref b, ref column, rows, block + example + 2, width);
        ref T d = ref NextRowAhead(ref c, ref column, rows, block + example + 3, width);
        return new FourRows<T, TRows>(ref a, ref b, ref c, ref d);
    }

    /// <summary>Two rows to prefetch, never to read: their positions, that of the block and an example's place from there, may lie past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoRows<T, TRows> TwoRowsAhead<T, TRows>(ref T column, TRows rows, int block, int example, int width)
        where TRows : struct, IRowSelector, allows ref struct
    {
        ref T a = ref RowAhead(ref column, rows, block + example, width);
        return new TwoRows<T, TRows>(ref a, ref NextRowAhead(ref a, ref column, rows, block + example + 1, width));
    }

    /// <summary>One row to prefetch, never to read: its position may lie past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneRow<T, TRows> OneRowAhead<T, TRows>(ref T column, TRows rows, int position, int width)
        where TRows : struct, IRowSelector, allows ref struct
        => new(ref RowAhead(ref column, rows, position, width));

    /// <summary>A row of a working array that has one for each example of a block.</summary>
    public static ref T Row<T>(Span<T> array, int row, int width)
        where T : unmanaged
        => ref MemoryMarshal.GetReference(array.Slice(row * width, width));

    /// <inheritdoc cref="StoreSums(ref float, System.Runtime.Intrinsics.Vector512{float}, System.Runtime.Intrinsics.Vector512{float}, System.Runtime.Intrinsics.Vector512{float}, System.Runtime.Intrinsics.Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(ref float destination, Quad<float> rows) => StoreSums(ref destination, rows.A, rows.B, rows.C, rows.D);

    /// <inheritdoc cref="StoreSums(ref double, System.Runtime.Intrinsics.Vector512{double}, System.Runtime.Intrinsics.Vector512{double}, System.Runtime.Intrinsics.Vector512{double}, System.Runtime.Intrinsics.Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(ref double destination, Quad<double> rows) => StoreSums(ref destination, rows.A, rows.B, rows.C, rows.D);

    /// <summary>Stores the largest lane of each of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMax<T>(ref T destination, Quad<T> rows)
        where T : unmanaged, INumber<T>
    {
        destination = Max(rows.A);
        Unsafe.Add(ref destination, 1) = Max(rows.B);
        Unsafe.Add(ref destination, 2) = Max(rows.C);
        Unsafe.Add(ref destination, 3) = Max(rows.D);
    }

    /// <summary>Stores the smallest lane of each of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreMin<T>(ref T destination, Quad<T> rows)
        where T : unmanaged, INumber<T>
    {
        destination = Min(rows.A);
        Unsafe.Add(ref destination, 1) = Min(rows.B);
        Unsafe.Add(ref destination, 2) = Min(rows.C);
        Unsafe.Add(ref destination, 3) = Min(rows.D);
    }

    /// <summary>Whether rows are read in strips of four vectors: where memory delivers them, so that their order counts. A constant of each instantiation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool InStrips<TRows>(TRows rows)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(StripedRows);
}
