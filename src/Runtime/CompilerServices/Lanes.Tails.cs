using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <content>The last vector of a range, and ranges shorter than a vector.</content>
public static partial class Lanes
{
    /// <summary>
    /// The last vector of a range of <paramref name="count"/> values: its lanes end where the range ends. If the range is shorter than a
    /// vector, the lanes before it are zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> LoadTail<T>(ref T range, int count)
        where T : unmanaged
        => count >= Vector512<T>.Count ? Vector512.LoadUnsafe(ref range, (nuint)(count - Vector512<T>.Count)) : LoadShort(ref range, count);

    /// <summary>Stores those lanes of <paramref name="values"/> that <paramref name="mask"/> names to the end of a range of <paramref name="count"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreTail<T>(ref T range, int count, Vector512<T> values, Vector512<T> mask)
        where T : unmanaged
    {
        if (count >= Vector512<T>.Count)
        {
            ref T end = ref Unsafe.Add(ref range, count - Vector512<T>.Count);
            Vector512.ConditionalSelect(mask, values, Vector512.LoadUnsafe(ref end)).StoreUnsafe(ref end);
        }
        else
        {
            StoreShort(ref range, count, values);
        }
    }

    /// <summary>The lanes of a tail vector that no full vector has covered, when <paramref name="left"/> values are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> TailMask(float left) =>
        Vector512.GreaterThanOrEqual(Vector512<float>.Indices, Vector512.Create(Vector512<float>.Count - left));

    /// <inheritdoc cref="TailMask(float)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> TailMask(double left) =>
        Vector512.GreaterThanOrEqual(Vector512<double>.Indices, Vector512.Create(Vector512<double>.Count - left));

    // Rows of a dozen features are common. The lanes in front of the range are masked off: what is there is not read, be it another object's, or no memory at
    // all. The array is pinned for the one instruction, since the collector does not follow an address. No call: no vector register survives one, so that a
    // kernel's sums would live in memory, in its main loop too. Only where a vector is two, or four, that is the smaller evil: inlined, it is so much code that
    // the just-in-time compiler begins to call additions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe Vector512<T> LoadShort<T>(ref T range, int count)
        where T : unmanaged
    {
        if (!Avx512F.IsSupported) return LoadParts(ref range, count);
        fixed (T* first = &range)
        {
            int before = Vector512<T>.Count - count;
            return typeof(T) == typeof(float)
                ? Avx512F.MaskLoad((float*)first - before, TailMask((float)count), Vector512<float>.Zero).As<float, T>()
                : Avx512F.MaskLoad((double*)first - before, TailMask((double)count), Vector512<double>.Zero).As<double, T>();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void StoreShort<T>(ref T range, int count, Vector512<T> values)
        where T : unmanaged
    {
        if (!Avx512F.IsSupported)
        {
            StoreParts(ref range, count, values);
            return;
        }

        fixed (T* first = &range)
        {
            int before = Vector512<T>.Count - count;
            if (typeof(T) == typeof(float)) Avx512F.MaskStore((float*)first - before, TailMask((float)count), values.As<T, float>());
            else Avx512F.MaskStore((double*)first - before, TailMask((double)count), values.As<T, double>());
        }
    }

    // Put together from the last half, quarter, … of the range. (AVX's masked loads of 256 bits took twice as long where this was measured.)
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<T> LoadParts<T>(ref T range, int count)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        return count >= half
            ? Vector512.Create(LoadShort256(ref range, count - half), Vector256.LoadUnsafe(ref range, (nuint)(count - half)))
            : Vector512.Create(Vector256<T>.Zero, LoadShort256(ref range, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> LoadShort256<T>(ref T range, int count)
        where T : unmanaged
    {
        int half = Vector128<T>.Count;
        return count >= half
            ? Vector256.Create(LoadShort128(ref range, count - half), Vector128.LoadUnsafe(ref range, (nuint)(count - half)))
            : Vector256.Create(Vector128<T>.Zero, LoadShort128(ref range, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> LoadShort128<T>(ref T range, int count)
        where T : unmanaged
    {
        Vector128<T> result = Vector128<T>.Zero;
        ref T first = ref Unsafe.Add(ref Unsafe.As<Vector128<T>, T>(ref result), Vector128<T>.Count - count);
        for (int i = 0; i < count; i++) Unsafe.Add(ref first, i) = Unsafe.Add(ref range, i);
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreParts<T>(ref T range, int count, Vector512<T> values)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Vector256<T> rest = values.GetUpper();
        if (count >= half)
        {
            rest.StoreUnsafe(ref range, (nuint)(count - half));
            count -= half;
            rest = values.GetLower();
        }

        int quarter = Vector128<T>.Count;
        Vector128<T> last = rest.GetUpper();
        if (count >= quarter)
        {
            last.StoreUnsafe(ref range, (nuint)(count - quarter));
            count -= quarter;
            last = rest.GetLower();
        }

        for (int i = 0; i < count; i++) Unsafe.Add(ref range, i) = last.GetElement(quarter - count + i);
    }
}
