using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>Products of matrices for emitted kernels: c[i, j] (+)= Σₖ a(i, k)·b(j, k), on one thread, in memory that the caller gives.</summary>
/// <remarks>
/// <para>
/// Each element of the result is one chain of fused multiply-adds over ascending k, which begins with zero or, accumulating, with what c holds. The
/// bits are therefore the same on every machine with fused multiply-add, and do not depend on how the result is cut into blocks, nor on
/// which other elements are computed with it.
/// </para>
/// <para>
/// The scheme is that of K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008: a panel of b
/// stays in the first cache while tiles of rows of a, from a block in the second cache, run over it. Operands that are already laid out well are read where they are.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatrixProduct
{
    // Steps of a sum, rows and columns of a block: a panel of b takes 32 KiB at most, a block of a 144 or, of doubles, 288.
    private const int DepthOfBlock = 256, RowsOfBlock = 144, ColumnsOfBlock = 512;

    // A result that the second cache does not keep is better read and written less often, even though panels of b then come from there.
    private const int DepthForLargeResult = 512, LargeResult = 1 << 17;

    // Panels are so many steps farther apart than they are long: at distances of whole pages, the same place in all of them would be in few lines of the first cache.
    private const int StepsBetweenPanels = 1;

    // The larger of the tiles, whichever the machine uses: workspace lengths must not depend on it.
    private const int TileRows = 12, TileColumns = 32;

    /// <summary>How much a panel may span when it is read in place: lines of a larger one would drive each other out of the first cache.</summary>
    private const int InPlaceBytes = 16 * 1024;

    /// <summary>Rows of a are rearranged when at least so many panels of b run over them.</summary>
    private const int PanelsWorthPacking = 4;

    /// <summary>The rows of the lower tile, for the last ones.</summary>
    private const int LowTileRows = 8;

    /// <summary>How many tiles read a panel of large strides where it is; for more it is rearranged.</summary>
    private const int MostReadersInPlace = 24;

    private const int LineBytes = 64;

    /// <summary>The number of values that a product of an m×k and a k×n matrix needs to work in.</summary>
    /// <exception cref="OverflowException">There are too many.</exception>
    public static int WorkspaceLength(int m, int n, int k)
    {
        long depth = Math.Min(Math.Max(k, 1), MostSteps(m, n)) + StepsBetweenPanels;
        long rows = RoundUp(Math.Min(m, RowsOfBlock), TileRows), columns = RoundUp(Math.Min(n, ColumnsOfBlock), TileColumns);
        return checked((int)((depth * (rows + columns)) + (TileRows * TileColumns) + (LineBytes / sizeof(float))));
    }

    /// <summary>The number of values that products need to work in whose m, n and k are among the given sizes.</summary>
    /// <exception cref="OverflowException">There are too many.</exception>
    public static int WorkspaceLengthUpTo(params ReadOnlySpan<int> sizes)
    {
        int largest = 0;
        foreach (int size in sizes) largest = Math.Max(largest, size);
        return WorkspaceLength(largest, largest, largest);
    }

    /// <summary>The product without an epilogue.</summary>
    /// <inheritdoc cref="Multiply{T, TEpilogue}"/>
    public static void Multiply<T>(ProductOperand<T> a, ProductOperand<T> b, Span<T> c, int stride, int m, int n, int k, bool accumulate, Span<T> workspace)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Multiply(a, b, c, stride, m, n, k, accumulate, workspace, default(PlainProduct<T>));

    /// <summary>c[i·stride + j] = (c[i·stride + j] +) Σₖ a(i, k)·b(j, k) for i &lt; m, j &lt; n and k &lt; k, and the epilogue of it.</summary>
    /// <param name="a">The factor with the rows of the result.</param>
    /// <param name="b">The factor with its columns.</param>
    /// <param name="c">The result, row-major; it must not overlap the factors or the workspace.</param>
    /// <param name="stride">The distance of the result's rows, at least n.</param>
    /// <param name="m">The number of rows of the result.</param>
    /// <param name="n">The number of its columns.</param>
    /// <param name="k">The number of terms of each sum; if there are none, it is zero.</param>
    /// <param name="accumulate">Whether sums begin with what c holds.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> values; what they are does not matter.</param>
    /// <param name="epilogue">What is made of each sum when it is finished.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <typeparam name="TEpilogue">The epilogue's type, for which the product is specialized.</typeparam>
    /// <exception cref="ArgumentException">Operands, result or workspace are too short, or T is another type.</exception>
    public static void Multiply<T, TEpilogue>(
        ProductOperand<T> a, ProductOperand<T> b, Span<T> c, int stride, int m, int n, int k, bool accumulate, Span<T> workspace, TEpilogue epilogue)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TEpilogue : IProductEpilogue<T>, allows ref struct
        => MultiplyInTiles(a, b, c, stride, m, n, k, accumulate, workspace, epilogue, Vector512.IsHardwareAccelerated);

    /// <summary>The product in tiles of vectors of 512 or of 256 bits.</summary>
    internal static void MultiplyInTiles<T, TEpilogue>(
        ProductOperand<T> a, ProductOperand<T> b, Span<T> c, int stride, int m, int n, int k, bool accumulate, Span<T> workspace, TEpilogue epilogue, bool wide)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TEpilogue : IProductEpilogue<T>, allows ref struct
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) throw new ArgumentException("Products are of float or double.", nameof(c));
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (m == 0 || n == 0) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(((long)(m - 1) * stride) + n, c.Length, nameof(c));
        ArgumentOutOfRangeException.ThrowIfLessThan(workspace.Length, WorkspaceLength(m, n, k), nameof(workspace));
        a.Check(m, k);
        b.Check(n, k);
        Run(a, b, ref MemoryMarshal.GetReference(c), stride, m, n, k, accumulate, ref Aligned(workspace), wide, epilogue);
    }

    /// <summary>How many steps of the sums are made at once, at most.</summary>
    private static int MostSteps(int m, int n) => (long)m * n < LargeResult ? DepthOfBlock : DepthForLargeResult;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<T, TEpilogue>(
        ProductOperand<T> a, ProductOperand<T> b, ref T c, int stride, int m, int n, int k, bool accumulate,
        ref T workspace, bool wide, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : IProductEpilogue<T>, allows ref struct
    {
        (int tileRows, int tileColumns) = wide ? (TileRows, 2 * Vector512<T>.Count) : (TileRows / 2, 2 * Vector256<T>.Count);

        // Blocks of about the same depth: a short last one would load and store the result for little.
        int mostSteps = MostSteps(m, n);
        int parts = Math.Max(1, (k + mostSteps - 1) / mostSteps);
        int maxDepth = (k + parts - 1) / parts;
        ref T edge = ref workspace;
        ref T packedB = ref Unsafe.Add(ref edge, TileRows * TileColumns);
        ref T packedA = ref Unsafe.Add(ref packedB, (maxDepth + StepsBetweenPanels) * RoundUp(Math.Min(n, ColumnsOfBlock), TileColumns));
        bool packsA = !a.IsPlain || (n + tileColumns - 1) / tileColumns >= PanelsWorthPacking;
        bool packsB = b.IsAlongSum || !StaysInPlace(b, (m + tileRows - 1) / tileRows, maxDepth);
        Span<nint> lines = stackalloc nint[packsB || b.IsPlain ? 1 : mostSteps];

        for (int column = 0; column < n; column += ColumnsOfBlock)
        {
            int columns = Math.Min(ColumnsOfBlock, n - column);
            for (int part = 0; part < parts; part++)
            {
                int start = (int)((long)k * part / parts), depth = (int)((long)k * (part + 1) / parts) - start, pitch = depth + StepsBetweenPanels;
                bool first = part == 0, last = part == parts - 1;
                if (lines.Length > 1) b.ListLines(start, lines[..depth]);
                int packedFrom = packsB ? 0 : wide && columns % tileColumns == Vector512<T>.Count ? columns : columns / tileColumns * tileColumns;
                ProductPanels.Pack(b, column + packedFrom, columns - packedFrom, start, depth, pitch, tileColumns, ref Unsafe.Add(ref packedB, packedFrom * pitch));
                for (int row = 0; row < m; row += RowsOfBlock)
                {
                    int rows = Math.Min(RowsOfBlock, m - row);
                    packedFrom = packsA ? 0 : wide && rows % TileRows == LowTileRows ? rows : rows / tileRows * tileRows;
                    ProductPanels.Pack(a, row + packedFrom, rows - packedFrom, start, depth, pitch, tileRows, ref Unsafe.Add(ref packedA, packedFrom * pitch));
                    for (int j = 0; j < columns; j += tileColumns)
                    {
                        int width = Math.Min(tileColumns, columns - j);
                        int broad = wide && width <= Vector512<T>.Count ? Vector512<T>.Count : tileColumns;
                        bool inPlaceB = !packsB && width == broad;
                        ref T panelB = ref !inPlaceB ? ref Unsafe.Add(ref packedB, j * pitch) : ref b.IsPlain ? ref b.At(column + j, start) : ref b.Column(column + j);
                        int line = !inPlaceB ? tileColumns : b.IsPlain ? b.Stride : 0;
                        for (int i = 0; i < rows; i += tileRows)
                        {
                            int height = Math.Min(tileRows, rows - i);
                            int high = wide && height <= LowTileRows ? LowTileRows : tileRows;
                            bool inPlaceA = !packsA && height == high;
                            ref T panelA = ref inPlaceA ? ref a.At(row + i, start) : ref Unsafe.Add(ref packedA, i * pitch);
                            (int toNextRow, int toNextStep) = !inPlaceA ? (1, tileRows) : a.IsAlongSum ? (a.Stride, 1) : (1, a.Stride);
                            ref T tile = ref Unsafe.Add(ref c, ((nint)(row + i) * stride) + column + j);
                            if (height == high && width == broad)
                            {
                                Tile(high, broad, ref panelA, toNextRow, toNextStep, ref panelB, line, ref lines[0], depth, ref tile, stride, accumulate || !first, wide);
                            }
                            else
                            {
                                if (accumulate || !first) Move(ref tile, stride, ref edge, tileColumns, height, width);
                                Tile(high, broad, ref panelA, toNextRow, toNextStep, ref panelB, line, ref lines[0], depth, ref edge, tileColumns, accumulate || !first, wide);
                                Move(ref edge, tileColumns, ref tile, stride, height, width);
                            }

                            if (typeof(TEpilogue) != typeof(PlainProduct<T>) && last) Finish(ref tile, stride, row + i, column + j, height, width, epilogue);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Whether panels of b are read where they are, by so many tiles of rows.</summary>
    /// <remarks>
    /// A small one is, whoever reads it. A larger one costs each reader more (its lines are pages apart), and the lines must not drive each other out of the first cache,
    /// which those of a stride by a high power of two would.
    /// </remarks>
    private static bool StaysInPlace<T>(ProductOperand<T> b, int readers, int depth)
        where T : unmanaged
    {
        if (b.Stride == 0) return false;
        long stride = (long)b.Stride * Unsafe.SizeOf<T>();
        if (b.IsPlain && stride * depth <= InPlaceBytes) return true;
        const int Sets = 64, Ways = 8;
        long sets = Math.Max(1, Sets / Math.Max(1, (stride & -stride) / LineBytes));
        return readers <= MostReadersInPlace && depth <= sets * Ways / 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<T>(
        int rows, int columns, ref T a, nint row, nint step, ref T b, nint line, ref nint lines, int depth, ref T c, nint width, bool accumulate, bool wide)
        where T : unmanaged
    {
        if (!wide)
        {
            if (line == 0) ProductTiles.Six<T, ListedLines>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
            else ProductTiles.Six<T, EvenLines>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
        }
        else if (columns == Vector512<T>.Count)
        {
            WideTile<T, OneVector>(rows, ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
        }
        else
        {
            WideTile<T, TwoVectors>(rows, ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WideTile<T, TWidth>(
        int rows, ref T a, nint row, nint step, ref T b, nint line, ref nint lines, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
        where TWidth : struct
    {
        if (rows == TileRows)
        {
            if (line == 0) ProductTiles.Twelve<T, ListedLines, TWidth>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
            else if (depth > DepthOfBlock) ProductTiles.Twelve<T, FarLines, TWidth>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
            else ProductTiles.Twelve<T, EvenLines, TWidth>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
        }
        else
        {
            if (line == 0) ProductTiles.Eight<T, ListedLines, TWidth>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
            else ProductTiles.Eight<T, EvenLines, TWidth>(ref a, row, step, ref b, line, ref lines, depth, ref c, width, accumulate);
        }
    }

    /// <summary>Copies a part of a tile at an edge of the result.</summary>
    private static void Move<T>(ref T from, int fromStride, ref T to, int toStride, int height, int width)
        where T : unmanaged
    {
        for (int i = 0; i < height; i++)
        {
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref from, (nint)i * fromStride), width)
                .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, (nint)i * toStride), width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Finish<T, TEpilogue>(ref T tile, int stride, int row, int column, int height, int width, TEpilogue epilogue)
        where T : unmanaged
        where TEpilogue : IProductEpilogue<T>, allows ref struct
    {
        for (int i = 0; i < height; i++)
        {
            ref T line = ref Unsafe.Add(ref tile, (nint)i * stride);
            int j = 0;
            for (; j <= width - Vector512<T>.Count; j += Vector512<T>.Count)
            {
                epilogue.Apply(Vector512.LoadUnsafe(ref line, (nuint)j), row + i, column + j, Vector512<T>.Count).StoreUnsafe(ref line, (nuint)j);
            }

            if (j == width) continue;
            Vector512<T> partial = Vector512<T>.Zero;
            ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref partial);
            Move(ref Unsafe.Add(ref line, j), 0, ref lanes, 0, 1, width - j);
            partial = epilogue.Apply(partial, row + i, column + j, width - j);
            Move(ref lanes, 0, ref Unsafe.Add(ref line, j), 0, 1, width - j);
        }
    }

    /// <summary>The first value of a workspace that begins a cache line. Where it is only decides how fast vectors are read.</summary>
    private static unsafe ref T Aligned<T>(Span<T> workspace)
        where T : unmanaged
    {
        ref T first = ref MemoryMarshal.GetReference(workspace);
        nuint beyond = (nuint)Unsafe.AsPointer(ref first) % LineBytes;
        return ref beyond == 0 ? ref first : ref Unsafe.AddByteOffset(ref first, (nint)(LineBytes - beyond));
    }

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;
}
