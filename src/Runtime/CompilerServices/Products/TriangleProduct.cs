using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>
/// Products of a triangular matrix that all examples share with the vectors of a block of examples, for emitted kernels. What is zero is not multiplied, by whole tiles.
/// </summary>
/// <remarks>
/// <para>
/// Matrices and arrays are laid out so that no tile has an edge: the rows of a matrix and of what is written are padded to <see cref="TileRows"/>, the columns of a
/// matrix to two vectors of 512 bits, and an array of the examples has 64 values per element. So operands are read where they are; only
/// the vectors are transposed for the matrix's gradient.
/// </para>
/// <para>
/// Each element of a result is one chain of fused multiply-adds in ascending order, begun with zero or with what it is added to, as <see cref="MatrixProduct"/> has it; gradients of
/// small matrices are sums of one such chain per lane of 512 bits. So machines of 256 and of 512 bits have the same bits.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TriangleProduct
{
    /// <summary>The rows of a tile: rows of matrices and of results are padded to a multiple of it.</summary>
    public const int TileRows = 12;

    private const int Examples = 64;

    // The last tile has as many, where they are enough.
    private const int FewRows = 8;

    // Up to so many rows, tiles of four, each as deep as its longest row: with 10 rows 68 multiply-adds per example instead of 120.
    private const int SmallSize = 16;

    /// <summary>The number of values that the gradient of a matrix needs to work in, for matrices of so many columns.</summary>
    public static int WorkspaceLength(int columns) => checked((columns + 63) / 32 * 32 * Examples);

    /// <summary>sums[i, e] = (sums[i, e] +) Σₖ m(i, k)·vectors[k, e] for the examples e of a block, where m(i, k) is matrix[i·stride + k] or, transposed, matrix[k·stride + i].</summary>
    /// <param name="matrix">The matrix, from its first element; rows padded.</param>
    /// <param name="stride">The distance of its rows.</param>
    /// <param name="transposed">Whether the sums run along its columns.</param>
    /// <param name="isUpper">Whether it is zero below the diagonal rather than above it.</param>
    /// <param name="vectors">64 values per element, of which the first <paramref name="examples"/> are used.</param>
    /// <param name="sums">Likewise; padded to whole tiles, beyond which nothing is written.</param>
    /// <param name="size">The number of rows and columns of the matrix.</param>
    /// <param name="examples">The number of examples, at most 64.</param>
    /// <param name="accumulate">Whether sums begin with what is there.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The matrix or an array is too short, or the stride.</exception>
    public static void Multiply<T>(
        ReadOnlySpan<T> matrix, int stride, bool transposed, bool isUpper, ReadOnlySpan<T> vectors, Span<T> sums, int size, int examples, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Multiply(matrix, stride, transposed, isUpper, vectors, sums, size, examples, accumulate, Vector512.IsHardwareAccelerated);

    internal static void Multiply<T>(
        ReadOnlySpan<T> matrix, int stride, bool transposed, bool isUpper, ReadOnlySpan<T> vectors, Span<T> sums, int size, int examples, bool accumulate, bool wide)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(matrix, stride, size, examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors.Length, size * Examples, nameof(vectors));
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, Padded(size) * Examples, nameof(sums));
        if (size == 0) return;
        if (wide && size <= SmallSize)
        {
            MultiplyLowTiles(
                ref MemoryMarshal.GetReference(matrix), stride, transposed, isUpper != transposed, ref MemoryMarshal.GetReference(vectors), ref MemoryMarshal.GetReference(sums), size, examples, accumulate);
            return;
        }

        MultiplyTiles(ref MemoryMarshal.GetReference(matrix), stride, transposed, isUpper != transposed, ref MemoryMarshal.GetReference(vectors), ref MemoryMarshal.GetReference(sums), size, examples, accumulate, wide);
    }

    /// <summary>matrix[i·stride + k] += Σ signals[i, e]·vectors[k, e] over the examples e of a block, on one side of the diagonal; what is on the other side is undefined.</summary>
    /// <param name="signals">64 values per element, padded to whole tiles.</param>
    /// <param name="vectors">Likewise.</param>
    /// <param name="matrix">The gradient of the matrix, from its first element; rows padded.</param>
    /// <param name="stride">The distance of its rows.</param>
    /// <param name="isUpper">Whether the side above the diagonal is wanted rather than that below it.</param>
    /// <param name="size">The number of rows and columns of the matrix.</param>
    /// <param name="examples">The number of examples, at most 64.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> values.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The matrix or an array is too short, or the stride.</exception>
    public static void Accumulate<T>(
        ReadOnlySpan<T> signals, ReadOnlySpan<T> vectors, Span<T> matrix, int stride, bool isUpper, int size, int examples, Span<T> workspace)
        where T : unmanaged, IFloatingPointIeee754<T>
        => Accumulate(signals, vectors, matrix, stride, isUpper, size, examples, workspace, Vector512.IsHardwareAccelerated);

    internal static void Accumulate<T>(
        ReadOnlySpan<T> signals, ReadOnlySpan<T> vectors, Span<T> matrix, int stride, bool isUpper, int size, int examples, Span<T> workspace, bool wide)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check<T>(matrix, stride, size, examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors.Length, Padded(size) * Examples, nameof(vectors));
        ArgumentOutOfRangeException.ThrowIfLessThan(signals.Length, Padded(size) * Examples, nameof(signals));
        ArgumentOutOfRangeException.ThrowIfLessThan(workspace.Length, WorkspaceLength(size), nameof(workspace));
        if (size == 0) return;
        if (size <= TrianglePairs.LargestSize && examples % Vector512<T>.Count == 0)
        {
            TrianglePairs.Accumulate(ref MemoryMarshal.GetReference(signals), ref MemoryMarshal.GetReference(vectors), ref MemoryMarshal.GetReference(matrix), stride, isUpper, size, examples, wide);
            return;
        }

        int width = wide ? 2 * Vector512<T>.Count : 2 * Vector256<T>.Count;
        ref T panels = ref MemoryMarshal.GetReference(workspace);
        ProductPanels.Pack(ProductOperand<T>.Rows(vectors, Examples), 0, size, 0, examples, examples, width, ref panels);
        AccumulateTiles(ref MemoryMarshal.GetReference(signals), ref panels, ref MemoryMarshal.GetReference(matrix), stride, isUpper, size, examples, wide, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyTiles<T>(
        ref T matrix, int stride, bool transposed, bool isUpper, ref T vectors, ref T sums, int size, int examples, bool accumulate, bool wide)
        where T : unmanaged
    {
        (int height, int width) = wide ? (TileRows, 2 * Vector512<T>.Count) : (TileRows / 2, 2 * Vector256<T>.Count);
        (nint row, nint step) = transposed ? (1, stride) : (stride, 1);
        for (int i = 0; i < size; i += height)
        {
            // The steps of these rows' sums that are not zero for all of them.
            (int from, int to) = isUpper ? (i, size) : (0, Math.Min(size, i + height));
            ref T a = ref Unsafe.Add(ref matrix, (i * row) + (from * step));
            for (int e = 0; e < examples; e += width)
            {
                Tile(size - i, ref a, row, step, ref Unsafe.Add(ref vectors, ((nint)from * Examples) + e), Examples, to - from, ref Unsafe.Add(ref sums, ((nint)i * Examples) + e), Examples, accumulate, wide);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MultiplyLowTiles<T>(
        ref T matrix, int stride, bool transposed, bool isUpper, ref T vectors, ref T sums, int size, int examples, bool accumulate)
        where T : unmanaged
    {
        const int Height = 4;
        (nint row, nint step) = transposed ? (1, stride) : (stride, 1);
        for (int i = 0; i < size; i += Height)
        {
            (int from, int to) = isUpper ? (i, size) : (0, Math.Min(size, i + Height));
            ref T a = ref Unsafe.Add(ref matrix, (i * row) + (from * step));
            for (int e = 0; e < examples; e += 4 * Vector512<T>.Count)
            {
                ref T b = ref Unsafe.Add(ref vectors, ((nint)from * Examples) + e);
                ref T c = ref Unsafe.Add(ref sums, ((nint)i * Examples) + e);
                if (size - i > 2) ProductTiles.Four(ref a, row, step, ref b, Examples, to - from, ref c, Examples, accumulate);
                else ProductTiles.Two(ref a, row, step, ref b, Examples, to - from, ref c, Examples, accumulate);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AccumulateTiles<T>(ref T signals, ref T panels, ref T matrix, int stride, bool isUpper, int size, int examples, bool wide, int width)
        where T : unmanaged
    {
        int height = wide ? TileRows : TileRows / 2;
        for (int i = 0; i < size; i += height)
        {
            (int from, int to) = isUpper ? (i / width * width, size) : (0, Math.Min(size, i + height));
            for (int k = from; k < to; k += width)
            {
                Tile(
                    size - i, ref Unsafe.Add(ref signals, (nint)i * Examples), Examples, 1, ref Unsafe.Add(ref panels, (nint)k * examples), width, examples,
                    ref Unsafe.Add(ref matrix, ((nint)i * stride) + k), stride, accumulate: true, wide);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<T>(int rows, ref T a, nint row, nint step, ref T b, nint line, int depth, ref T c, nint width, bool accumulate, bool wide)
        where T : unmanaged
    {
        ref nint even = ref Unsafe.NullRef<nint>();
        if (!wide) ProductTiles.Six<T, EvenLines>(ref a, row, step, ref b, line, ref even, depth, ref c, width, accumulate);
        else if (rows > FewRows) ProductTiles.Twelve<T, EvenLines, TwoVectors>(ref a, row, step, ref b, line, ref even, depth, ref c, width, accumulate);
        else ProductTiles.Eight<T, EvenLines, TwoVectors>(ref a, row, step, ref b, line, ref even, depth, ref c, width, accumulate);
    }

    private static int Padded(int rows) => (rows + TileRows - 1) / TileRows * TileRows;

    private static void Check<T>(ReadOnlySpan<T> matrix, int stride, int size, int examples)
        where T : unmanaged
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double)) throw new ArgumentException("Products are of float or double.", nameof(matrix));
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(examples, Examples);
        int columns = 2 * Vector512<T>.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, (size + columns - 1) / columns * columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(matrix.Length, (long)Padded(size) * stride, nameof(matrix));
    }
}
