using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>What generated kernels need to move data between rows, lanes and scalars.</summary>
/// <remarks>
/// Every sum over lanes adds halves (512 → 256 → 128 bits) and then pairs, so that the result has the same bits on every
/// machine, whatever the width of its registers.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Lanes
{
    // With fewer blocks the data lie in the second or third cache, and rows in order are faster by 3 to 50%.
    private const int ManyBlocks = 4096;

    /// <summary>Takes the next <paramref name="length"/> values of a workspace.</summary>
    public static Span<T> Take<T>(ref Span<T> rest, int length)
    {
        Span<T> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    /// <summary>What remains of a workspace from the next cache line on: at most 64 bytes less.</summary>
    public static unsafe Span<T> Aligned<T>(Span<T> rest)
        where T : unmanaged
    {
        // Where a vector lies only decides how fast it is read, so that it does not matter if the array is moved.
        nuint beyond = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(rest)) % 64;
        return beyond == 0 ? rest : rest[(int)((64 - beyond) / (nuint)sizeof(T))..];
    }

    /// <summary>Whether all examples are fewer than a block has lanes: then they are a batch, which may be short.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreShort<TRows>(TRows rows, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(AllRows) && rows.Count < lanes;

    /// <summary>Whether all examples are so many that memory, not a cache, delivers them: then they are read in several stretches at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreMany<TRows>(TRows rows, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(AllRows) && Unsafe.As<TRows, AllRows>(ref rows).Total >= ManyBlocks * lanes;

    /// <summary>The same examples with a stretch for every four lanes, where <see cref="AreMany"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StripedRows Striped<TRows>(TRows rows, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(AllRows) ? Unsafe.As<TRows, AllRows>(ref rows).Striped(lanes) : default;

    /// <summary>The first value of the row of the example at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Row<T, TRows>(ref T column, TRows rows, int position, int width)
        where TRows : struct, IRowSelector, allows ref struct
        => ref Unsafe.Add(ref column, (nint)rows[position] * width);

    /// <summary>The same as <see cref="Row{T, TRows}(ref T, TRows, int, int)"/>, when the row before it, of the same four, is at hand: where those are contiguous it is one addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T NextRow<T, TRows>(ref T before, ref T column, TRows rows, int position, int width)
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (typeof(TRows) == typeof(AllRows) || typeof(TRows) == typeof(StripedRows)) return ref Unsafe.Add(ref before, width);
        return ref Row(ref column, rows, position, width);
    }

    /// <summary>A row to prefetch, never to read: its position may lie past the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T RowAhead<T, TRows>(ref T column, TRows rows, int position, int width)
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (typeof(TRows) == typeof(BatchRows)) position = Math.Min(position, Unsafe.As<TRows, BatchRows>(ref rows).Listed - 1);

        // Kernels ask two blocks ahead. One is right where there are several stretches: the streams together are far enough ahead.
        if (typeof(TRows) == typeof(StripedRows)) position -= Unsafe.As<TRows, StripedRows>(ref rows).Lanes;
        return ref Row(ref column, rows, position, width);
    }

    /// <summary>The same as <see cref="RowAhead"/>, when the row before it, of the same four, is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T NextRowAhead<T, TRows>(ref T before, ref T column, TRows rows, int position, int width)
        where TRows : struct, IRowSelector, allows ref struct
        => ref typeof(TRows) == typeof(BatchRows) ? ref RowAhead(ref column, rows, position, width) : ref NextRow(ref before, ref column, rows, position, width);

    /// <summary>The value of a scalar column for the example at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Item<T, TRows>(ref T column, TRows rows, int position)
        where TRows : struct, IRowSelector, allows ref struct
        => Unsafe.Add(ref column, rows[position]);

    /// <summary>The index of the example at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Example<TRows>(TRows rows, int position)
        where TRows : struct, IRowSelector, allows ref struct
        => rows[position];

    /// <summary>The values of a scalar column for one block of examples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Column<T, TRows>(ref T column, TRows rows, int position)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(AllRows) ? Vector512.LoadUnsafe(ref column, (nuint)rows[position])
            : typeof(TRows) == typeof(StripedRows) ? ByFours(ref column, Unsafe.As<TRows, StripedRows>(ref rows), position)
            : Gather(ref column, rows, position, 1);

    // Four of each stretch: of float there are four, of double two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> ByFours<T>(ref T column, StripedRows rows, int position)
        where T : unmanaged
    {
        ref T a = ref Unsafe.Add(ref column, rows.Row(position, 0)), b = ref Unsafe.Add(ref column, rows.Row(position, 4));
        if (typeof(T) == typeof(double)) return Vector512.Create(Vector256.LoadUnsafe(ref a), Vector256.LoadUnsafe(ref b));
        ref T c = ref Unsafe.Add(ref b, rows.Stride), d = ref Unsafe.Add(ref c, rows.Stride);
        return Vector512.Create(
            Vector256.Create(Vector128.LoadUnsafe(ref a), Vector128.LoadUnsafe(ref b)), Vector256.Create(Vector128.LoadUnsafe(ref c), Vector128.LoadUnsafe(ref d)));
    }

    /// <summary>Element <paramref name="index"/> of the rows of one block of examples.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is not from 0 to <paramref name="width"/> − 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Column<T, TRows>(ref T column, TRows rows, int position, int width, int index)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
        => typeof(TRows) == typeof(AllRows) && Vector512.IsHardwareAccelerated
            ? Strided(ref Unsafe.Add(ref Row(ref column, rows, position, width), Index(index, width)), width)
            : Gather(ref Unsafe.Add(ref column, Index(index, width)), rows, position, width);

    private static Vector512<T> Gather<T, TRows>(ref T column, TRows rows, int position, int width)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        Unsafe.SkipInit(out Vector512<T> result);
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref result);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            Unsafe.Add(ref lanes, lane) = Unsafe.Add(ref column, (nint)rows[position + lane] * width);
        }

        return result;
    }

    /// <summary>An index into a row, checked against its width.</summary>
    /// <exception cref="IndexOutOfRangeException">The index is not from 0 to <paramref name="width"/> − 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index(int index, int width) => (uint)index < (uint)width ? index : ThrowIndex(index, width);

    /// <summary>The start of a range of a row, checked against its width; an empty range may start anywhere.</summary>
    /// <exception cref="IndexOutOfRangeException">The range is not inside the row.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Start(int start, int count, int width) =>
        count <= 0 ? 0 : start >= 0 && start + count <= width ? start : ThrowIndex(start < 0 ? start : start + count - 1, width);

    private static int ThrowIndex(int index, int width) =>
        throw new IndexOutOfRangeException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The loss reads element {index} of a row of {width} values."));

    /// <summary>Asks for the cache line of a value that will be read soon.</summary>
    /// <remarks>The address may be stale or outside of the array: a prefetch has no effect but on time.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T value)
    {
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref value));
    }

    /// <summary>c − a·b, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplyAddNegated(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(a, b, c) : Vector512.FusedMultiplyAdd(-a, b, c);

    /// <inheritdoc cref="MultiplyAddNegated(Vector512{double}, Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAddNegated(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAddNegated(a, b, c) : Vector512.FusedMultiplyAdd(-a, b, c);

    /// <summary>a·b − c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> MultiplySubtract(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplySubtract(a, b, c) : Vector512.FusedMultiplyAdd(a, b, -c);

    /// <inheritdoc cref="MultiplySubtract(Vector512{double}, Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplySubtract(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplySubtract(a, b, c) : Vector512.FusedMultiplyAdd(a, b, -c);

    /// <summary>True in the lanes of a block that are left to do, when the block before has done the first <paramref name="done"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Active(float done) => Vector512.GreaterThanOrEqual(Vector512<float>.Indices, Vector512.Create(done));

    /// <inheritdoc cref="Active(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Active(double done) => Vector512.GreaterThanOrEqual(Vector512<double>.Indices, Vector512.Create(done));

    /// <summary>True in the lanes of the block at <paramref name="position"/> that no block has done before, where blocks would start at <paramref name="block"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Active<T, TRows>(TRows rows, int block, int position)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        int done = block - position;
        if (typeof(TRows) == typeof(StripedRows)) done = Unsafe.As<TRows, StripedRows>(ref rows).Done(position);
        return typeof(T) == typeof(float) ? Active((float)done).As<float, T>() : Active((double)done).As<double, T>();
    }

    /// <summary>A mask of all lanes or none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Mask<T>(bool condition)
        where T : unmanaged
        => condition ? Vector512<T>.AllBitsSet : Vector512<T>.Zero;

    /// <summary>The sum of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum<T>(Vector512<T> values)
        where T : unmanaged, INumberBase<T>
    {
        Vector256<T> half = values.GetLower() + values.GetUpper();
        Vector128<T> quarter = half.GetLower() + half.GetUpper();
        if (typeof(T) != typeof(float)) return quarter[0] + quarter[1];

        // (q₀ + q₁) + (q₂ + q₃)
        Vector128<float> q = quarter.As<T, float>(), pairs = q + Vector128.Shuffle(q, Vector128.Create(1, 1, 3, 3));
        return (pairs + Vector128.Shuffle(pairs, Vector128.Create(2, 3, 2, 3))).As<float, T>().ToScalar();
    }

    /// <summary>The largest lane; NaN if any is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Max<T>(Vector512<T> values)
        where T : unmanaged, INumber<T>
    {
        Vector256<T> half = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<T> quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        T pair = T.Max(quarter[0], quarter[1]);
        return Vector128<T>.Count == 2 ? pair : T.Max(pair, T.Max(quarter[2], quarter[3]));
    }

    /// <summary>The smallest lane; NaN if any is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Min<T>(Vector512<T> values)
        where T : unmanaged, INumber<T>
    {
        Vector256<T> half = Vector256.Min(values.GetLower(), values.GetUpper());
        Vector128<T> quarter = Vector128.Min(half.GetLower(), half.GetUpper());
        T pair = T.Min(quarter[0], quarter[1]);
        return Vector128<T>.Count == 2 ? pair : T.Min(pair, T.Min(quarter[2], quarter[3]));
    }

    /// <summary>
    /// Begins the sums over lanes of four rows: stores four quarters of each, 16 values. <see cref="LoadSums(ref float)"/> ends those of a
    /// block together. What is stored is a whole vector, and read back as one: pieces would have to reach the cache first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(ref float destination, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (Avx512F.IsSupported)
        {
            Vector512<float> ab = Avx512F.Shuffle4x128(a, b, 0x44) + Avx512F.Shuffle4x128(a, b, 0xEE);
            Vector512<float> cd = Avx512F.Shuffle4x128(c, d, 0x44) + Avx512F.Shuffle4x128(c, d, 0xEE);
            (Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD)).StoreUnsafe(ref destination);
        }
        else
        {
            Vector512.Create(Vector256.Create(Quarter(a), Quarter(b)), Vector256.Create(Quarter(c), Quarter(d))).StoreUnsafe(ref destination);
        }
    }

    /// <summary>Begins the sums over lanes of four rows: stores two quarters of each, 8 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(ref double destination, Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
    {
        if (Avx512F.IsSupported)
        {
            Vector512<double> ab = Avx512F.Shuffle4x128(a, b, 0x44) + Avx512F.Shuffle4x128(a, b, 0xEE);
            Vector512<double> cd = Avx512F.Shuffle4x128(c, d, 0x44) + Avx512F.Shuffle4x128(c, d, 0xEE);
            (Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD)).StoreUnsafe(ref destination);
        }
        else
        {
            Vector512.Create(Vector256.Create(Quarter(a), Quarter(b)), Vector256.Create(Quarter(c), Quarter(d))).StoreUnsafe(ref destination);
        }
    }

    /// <summary>The sums of 16 rows that were begun four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadSums(ref float begun)
    {
        Vector512<float> a = Vector512.LoadUnsafe(ref begun), b = Vector512.LoadUnsafe(ref begun, 16), c = Vector512.LoadUnsafe(ref begun, 32), d = Vector512.LoadUnsafe(ref begun, 48);
        if (!Avx512F.IsSupported) return Vector512.Create(Vector256.Create(Four(a), Four(b)), Vector256.Create(Four(c), Four(d)));

        // Lane k of 128 bits: of a the four quarters of row k, of b those of row 4 + k, ….
        Vector512<float> ab = Avx512F.Shuffle(a, b, 0x88) + Avx512F.Shuffle(a, b, 0xDD), cd = Avx512F.Shuffle(c, d, 0x88) + Avx512F.Shuffle(c, d, 0xDD);
        Vector512<float> sums = Avx512F.Shuffle(ab, cd, 0x88) + Avx512F.Shuffle(ab, cd, 0xDD);
        return Avx512F.PermuteVar16x32(sums, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));

        static Vector128<float> Four(Vector512<float> rows) => PairSums(
            PairSums(rows.GetLower().GetLower(), rows.GetLower().GetUpper()), PairSums(rows.GetUpper().GetLower(), rows.GetUpper().GetUpper()));
    }

    /// <summary>The sums of 8 rows that were begun four at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LoadSums(ref double begun)
    {
        Vector512<double> a = Vector512.LoadUnsafe(ref begun), b = Vector512.LoadUnsafe(ref begun, 8);
        if (!Avx512F.IsSupported) return Vector512.Create(Four(a), Four(b));

        // Lane k of 128 bits: of a the two quarters of row k, of b those of row 4 + k.
        Vector512<double> sums = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        return Avx512F.PermuteVar8x64(sums, Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7));

        static Vector256<double> Four(Vector512<double> rows) => Vector256.Create(
            PairSums(rows.GetLower().GetLower(), rows.GetLower().GetUpper()), PairSums(rows.GetUpper().GetLower(), rows.GetUpper().GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Quarter<T>(Vector512<T> values)
        where T : unmanaged
    {
        Vector256<T> half = values.GetLower() + values.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    /// <summary>(a₀+a₁, a₂+a₃, b₀+b₁, b₂+b₃).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PairSums(Vector128<float> a, Vector128<float> b)
    {
        if (Sse3.IsSupported) return Sse3.HorizontalAdd(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.AddPairwise(a, b);
        return Vector128.Create(a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]);
    }

    /// <summary>(a₀+a₁, b₀+b₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> PairSums(Vector128<double> a, Vector128<double> b)
    {
        if (Sse3.IsSupported) return Sse3.HorizontalAdd(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.AddPairwise(a, b);
        return Vector128.Create(a[0] + a[1], b[0] + b[1]);
    }

    /// <summary>−1, 0 or 1 with the sign of the operand; NaN for NaN.</summary>
    public static double Sign(double x) => x > 0 ? 1 : x < 0 ? -1 : x;

    /// <inheritdoc cref="Sign(double)"/>
    public static float Sign(float x) => x > 0 ? 1 : x < 0 ? -1 : x;
}
