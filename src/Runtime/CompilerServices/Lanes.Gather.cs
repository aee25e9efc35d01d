using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>Where the rows begin that the examples of a block name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct LaneStarts
{
    internal readonly Vector512<int> Starts;

    internal LaneStarts(Vector512<int> starts) => Starts = starts;
}

/// <content>Elements of an array that each example of a block names by an integer of its own.</content>
public static partial class Lanes
{
    /// <summary>For each of at most 16 examples of a block where its row begins: <paramref name="width"/> · its value of the column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneStarts Starts<TRows>(ref int column, TRows rows, int position, int width, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (typeof(TRows) == typeof(AllRows) && Vector512.IsHardwareAccelerated)
        {
            ref int first = ref Unsafe.Add(ref column, rows[position]);
            return new LaneStarts((lanes == 16 ? Vector512.LoadUnsafe(ref first) : Vector256.LoadUnsafe(ref first).ToVector512()) * width);
        }

        return EachStart(ref column, rows, position, width, lanes);
    }

    private static LaneStarts EachStart<TRows>(ref int column, TRows rows, int position, int width, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        Vector512<int> starts = default;
        ref int start = ref Unsafe.As<Vector512<int>, int>(ref starts);
        for (int lane = 0; lane < lanes; lane++)
        {
            Unsafe.Add(ref start, lane) = Item(ref column, rows, position + lane) * width;
        }

        return new LaneStarts(starts);
    }

    /// <summary>For each of at most 16 examples of a block where its row begins: <paramref name="width"/> · its index.</summary>
    public static LaneStarts Starts<TRows>(TRows rows, int position, int width, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        Vector512<int> starts = default;
        ref int start = ref Unsafe.As<Vector512<int>, int>(ref starts);
        for (int lane = 0; lane < lanes; lane++)
        {
            Unsafe.Add(ref start, lane) = rows[position + lane] * width;
        }

        return new LaneStarts(starts);
    }

    /// <summary>For each example of a block the element at an offset in its row.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Gather<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset)
        where T : unmanaged
    {
        return Vector512.IsHardwareAccelerated ? GatherHere(array, rows, offset) : GatherElsewhere(array, rows, offset);
    }

    // Where vectors are two halves, their operations, inlined, make the just-in-time compiler stop inlining.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<T> GatherElsewhere<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset)
        where T : unmanaged
        => GatherHere(array, rows, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> GatherHere<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset)
        where T : unmanaged
    {
        if (AreBeyond<T>(rows, offset, array.Length)) ThrowGather(array.Length);
        return Elements(ref Unsafe.Add(ref MemoryMarshal.GetReference(array), offset), ref Unsafe.As<LaneStarts, int>(ref Unsafe.AsRef(in rows)));
    }

    /// <summary>For each example of a block two elements from an offset in its row on.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset, out Vector512<T> a, out Vector512<T> b)
        where T : unmanaged
    {
        if (Avx512F.IsSupported)
        {
            Turn(array, rows, offset, 2, out a, out b, out _, out _);
            return;
        }

        a = GatherElsewhere(array, rows, offset);
        b = GatherElsewhere(array, rows, offset + 1);
    }

    /// <summary>For each example of a block three elements from an offset in its row on.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset, out Vector512<T> a, out Vector512<T> b, out Vector512<T> c)
        where T : unmanaged
    {
        if (Avx512F.IsSupported)
        {
            Turn(array, rows, offset, 3, out a, out b, out _, out c);
            return;
        }

        a = GatherElsewhere(array, rows, offset);
        b = GatherElsewhere(array, rows, offset + 1);
        c = GatherElsewhere(array, rows, offset + 2);
    }

    /// <summary>For each example of a block four elements from an offset in its row on.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset, out Vector512<T> a, out Vector512<T> b, out Vector512<T> c, out Vector512<T> d)
        where T : unmanaged
    {
        if (Avx512F.IsSupported)
        {
            Turn(array, rows, offset, 4, out a, out b, out c, out d);
            return;
        }

        a = GatherElsewhere(array, rows, offset);
        b = GatherElsewhere(array, rows, offset + 1);
        c = GatherElsewhere(array, rows, offset + 2);
        d = GatherElsewhere(array, rows, offset + 3);
    }

    /// <summary>
    /// Up to four elements of each row, which are read together and put into vectors in registers. Of three, the one in the middle is read twice, since nothing after the
    /// last one may be read: they are <paramref name="a"/>, <paramref name="b"/> and <paramref name="d"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<T>(
        ReadOnlySpan<T> array, in LaneStarts rows, int offset, int count, out Vector512<T> a, out Vector512<T> b, out Vector512<T> c, out Vector512<T> d)
        where T : unmanaged
    {
        if (AreBeyond<T>(rows, offset, Math.Max(array.Length - count + 1, 0))) ThrowGather(array.Length);
        ref T first = ref Unsafe.Add(ref MemoryMarshal.GetReference(array), offset);
        ref int at = ref Unsafe.As<LaneStarts, int>(ref Unsafe.AsRef(in rows));
        if (typeof(T) == typeof(double))
        {
            // Rows 0 and 2, 1 and 3; 4 and 6, 5 and 7: elements 0 and 2 of two rows each, then 1 and 3.
            Vector512<double> r02 = Halves(ref first, ref at, 0, count), r13 = Halves(ref first, ref at, 1, count);
            Vector512<double> r46 = Halves(ref first, ref at, 4, count), r57 = Halves(ref first, ref at, 5, count);
            Vector512<double> even0 = Avx512F.UnpackLow(r02, r13), even4 = Avx512F.UnpackLow(r46, r57);
            Vector512<double> odd0 = Avx512F.UnpackHigh(r02, r13), odd4 = Avx512F.UnpackHigh(r46, r57);
            a = Avx512F.Shuffle4x128(even0, even4, 0x88).As<double, T>();
            b = Avx512F.Shuffle4x128(odd0, odd4, 0x88).As<double, T>();
            c = Avx512F.Shuffle4x128(even0, even4, 0xDD).As<double, T>();
            d = Avx512F.Shuffle4x128(odd0, odd4, 0xDD).As<double, T>();
            return;
        }

        // Rows 0, 4, 8, 12; 1, 5, 9, 13; …: in each quarter four rows.
        Vector512<float> r0 = Quarters(ref first, ref at, 0, count), r1 = Quarters(ref first, ref at, 1, count);
        Vector512<float> r2 = Quarters(ref first, ref at, 2, count), r3 = Quarters(ref first, ref at, 3, count);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> high01 = Avx512F.UnpackHigh(r0, r1).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        a = Avx512F.UnpackLow(low01, low23).As<double, T>();
        b = Avx512F.UnpackHigh(low01, low23).As<double, T>();
        c = Avx512F.UnpackLow(high01, high23).As<double, T>();
        d = Avx512F.UnpackHigh(high01, high23).As<double, T>();
    }

    /// <summary>The elements of a row, and of the second one after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Halves<T>(ref T first, ref int at, int row, int count)
        where T : unmanaged
    {
        ref double x = ref Unsafe.As<T, double>(ref Unsafe.Add(ref first, Unsafe.Add(ref at, row))), y = ref Unsafe.As<T, double>(ref Unsafe.Add(ref first, Unsafe.Add(ref at, row + 2)));
        if (count == 4) return Avx512F.InsertVector256(Vector256.LoadUnsafe(ref x).ToVector512Unsafe(), Vector256.LoadUnsafe(ref y), 1);
        Vector256<double> a = Vector128.LoadUnsafe(ref x).ToVector256Unsafe(), b = Vector128.LoadUnsafe(ref y).ToVector256Unsafe();
        if (count == 3) (a, b) = (Avx.InsertVector128(a, Vector128.LoadUnsafe(ref x, 1), 1), Avx.InsertVector128(b, Vector128.LoadUnsafe(ref y, 1), 1));
        return Avx512F.InsertVector256(a.ToVector512Unsafe(), b, 1);
    }

    /// <summary>The elements of a row, and of the fourth, eighth and twelfth after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters<T>(ref T first, ref int at, int row, int count)
        where T : unmanaged
    {
        Vector256<float> lower = Avx.InsertVector128(Quarter(ref first, ref at, row, count).ToVector256Unsafe(), Quarter(ref first, ref at, row + 4, count), 1);
        Vector256<float> upper = Avx.InsertVector128(Quarter(ref first, ref at, row + 8, count).ToVector256Unsafe(), Quarter(ref first, ref at, row + 12, count), 1);
        return Avx512F.InsertVector256(lower.AsDouble().ToVector512Unsafe(), upper.AsDouble(), 1).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter<T>(ref T first, ref int at, int row, int count)
        where T : unmanaged
    {
        ref T x = ref Unsafe.Add(ref first, Unsafe.Add(ref at, row));
        if (count == 4) return Vector128.LoadUnsafe(ref Unsafe.As<T, float>(ref x));
        Vector128<double> pair = Vector128.CreateScalarUnsafe(Unsafe.As<T, double>(ref x));
        return (count == 2 ? pair : Sse2.UnpackLow(pair, Vector128.CreateScalarUnsafe(Unsafe.As<T, double>(ref Unsafe.Add(ref x, 1))))).AsSingle();
    }

    /// <summary>For each example of a block the element at an offset from its index.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Gather<T, TRows>(ReadOnlySpan<T> array, TRows rows, int position, int offset)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (typeof(TRows) == typeof(AllRows))
        {
            int start = rows[position] + offset;
            if ((ulong)(uint)start + (uint)Vector512<T>.Count > (uint)array.Length) ThrowGather(array.Length);
            return Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(array), (nuint)(uint)start);
        }

        LaneStarts starts = Starts(rows, position, 1, Vector512<T>.Count);
        return Gather(array, in starts, offset);
    }

    /// <summary>Whether any of the elements at an offset in the rows is not among so many, in one comparison.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreBeyond<T>(in LaneStarts rows, int offset, int length)
        where T : unmanaged
    {
        // As unsigned numbers, negative ones are larger than any length.
        return Vector512<T>.Count == 8 ? Beyond(rows.Starts.GetLower(), offset, length)
            : Vector512.IsHardwareAccelerated ? Vector512.GreaterThanOrEqualAny((rows.Starts + Vector512.Create(offset)).AsUInt32(), Vector512.Create((uint)length))
            : Beyond(rows.Starts.GetLower(), offset, length) || Beyond(rows.Starts.GetUpper(), offset, length);

        static bool Beyond(Vector256<int> starts, int offset, int length) =>
            Vector256.GreaterThanOrEqualAny((starts + Vector256.Create(offset)).AsUInt32(), Vector256.Create((uint)length));
    }

    private static void ThrowGather(int length) => throw new IndexOutOfRangeException($"The data name an element outside of an array of {length}.");

    /// <summary>The elements at places that were checked, put together in registers: what is stored piece by piece must reach the cache before it can be read as a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Elements<T>(ref T first, ref int place)
        where T : unmanaged
    {
        return typeof(T) == typeof(double)
            ? Vector512.Create(
                At<double>(ref first, ref place, 0), At<double>(ref first, ref place, 1), At<double>(ref first, ref place, 2), At<double>(ref first, ref place, 3),
                At<double>(ref first, ref place, 4), At<double>(ref first, ref place, 5), At<double>(ref first, ref place, 6), At<double>(ref first, ref place, 7)).As<double, T>()
            : Vector512.Create(
                At<float>(ref first, ref place, 0), At<float>(ref first, ref place, 1), At<float>(ref first, ref place, 2), At<float>(ref first, ref place, 3),
                At<float>(ref first, ref place, 4), At<float>(ref first, ref place, 5), At<float>(ref first, ref place, 6), At<float>(ref first, ref place, 7),
                At<float>(ref first, ref place, 8), At<float>(ref first, ref place, 9), At<float>(ref first, ref place, 10), At<float>(ref first, ref place, 11),
                At<float>(ref first, ref place, 12), At<float>(ref first, ref place, 13), At<float>(ref first, ref place, 14), At<float>(ref first, ref place, 15)).As<float, T>();

        static TReal At<TReal>(ref T first, ref int place, int lane) => Unsafe.As<T, TReal>(ref Unsafe.Add(ref first, Unsafe.Add(ref place, lane)));
    }

    /// <summary>Elements that lie <paramref name="width"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Strided<T>(ref T first, int width)
        where T : unmanaged
    {
        return typeof(T) == typeof(double)
            ? Vector512.Create(
                By<double>(ref first, 0 * width), By<double>(ref first, 1 * width), By<double>(ref first, 2 * width), By<double>(ref first, 3 * width),
                By<double>(ref first, 4 * width), By<double>(ref first, 5 * width), By<double>(ref first, 6 * width), By<double>(ref first, 7 * width)).As<double, T>()
            : Vector512.Create(
                By<float>(ref first, 0 * width), By<float>(ref first, 1 * width), By<float>(ref first, 2 * width), By<float>(ref first, 3 * width),
                By<float>(ref first, 4 * width), By<float>(ref first, 5 * width), By<float>(ref first, 6 * width), By<float>(ref first, 7 * width),
                By<float>(ref first, 8 * width), By<float>(ref first, 9 * width), By<float>(ref first, 10 * width), By<float>(ref first, 11 * width),
                By<float>(ref first, 12 * width), By<float>(ref first, 13 * width), By<float>(ref first, 14 * width), By<float>(ref first, 15 * width)).As<float, T>();

        static TReal By<TReal>(ref T first, nint place) => Unsafe.As<T, TReal>(ref Unsafe.Add(ref first, place));
    }

    /// <summary>Adds a value for each example of a block to the element at an offset in its row, in the order of the examples.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static void Scatter<T>(Span<T> array, in LaneStarts rows, int offset, Vector512<T> values)
        where T : unmanaged, INumberBase<T>
    {
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref values);
        ref int starts = ref Unsafe.As<Vector512<int>, int>(ref Unsafe.AsRef(in rows.Starts));
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            array[Unsafe.Add(ref starts, lane) + offset] += Unsafe.Add(ref lanes, lane);
        }
    }
}
