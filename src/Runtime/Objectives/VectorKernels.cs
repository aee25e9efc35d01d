using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD;

/// <summary>
/// Loops over host vectors, written once at the fixed logical width of 512 bits and without fused multiply-add: a solver
/// takes the same path, to the last bit, on every machine.
/// </summary>
internal static class VectorKernels
{
    // Four accumulators hide the latency of the addition and shorten the chains in which rounding errors add up.
    private const int Accumulators = 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T x = ref MemoryMarshal.GetReference(a);
        ref T y = ref MemoryMarshal.GetReference(b);
        nuint width = (nuint)Vector512<T>.Count;
        nuint length = (nuint)Math.Min(a.Length, b.Length);
        nuint i = 0;
        Vector512<T> s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i + (Accumulators * width) <= length; i += Accumulators * width)
        {
            s0 += Vector512.LoadUnsafe(ref x, i) * Vector512.LoadUnsafe(ref y, i);
            s1 += Vector512.LoadUnsafe(ref x, i + width) * Vector512.LoadUnsafe(ref y, i + width);
            s2 += Vector512.LoadUnsafe(ref x, i + (2 * width)) * Vector512.LoadUnsafe(ref y, i + (2 * width));
            s3 += Vector512.LoadUnsafe(ref x, i + (3 * width)) * Vector512.LoadUnsafe(ref y, i + (3 * width));
        }

        for (; i + width <= length; i += width)
        {
            s0 += Vector512.LoadUnsafe(ref x, i) * Vector512.LoadUnsafe(ref y, i);
        }

        T sum = SumByHalves(s0 + s1 + (s2 + s3));
        for (; i < length; i++)
        {
            sum += Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        }

        return sum;
    }

    /// <summary>
    /// The Euclidean norm. One pass where the sum of the squares neither overflows nor loses small elements; else a second one
    /// over elements that are scaled by a power of two. Infinite or NaN if any element is.
    /// </summary>
    /// <param name="values">The elements.</param>
    /// <param name="squared">The sum of their squares, if it is known: it may have been added in another order.</param>
    public static T Norm<T>(ReadOnlySpan<T> values, T? squared = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T sum = squared ?? Dot(values, values);
        if (IsSafeSum(sum))
        {
            return T.Sqrt(sum);
        }

        T largest = NormInfinity(values);
        if (largest == T.Zero || !T.IsFinite(largest))
        {
            return largest;
        }

        int exponent = T.ILogB(largest);
        T scaled = T.Zero;
        foreach (T value in values)
        {
            T v = T.ScaleB(value, -exponent);
            scaled += v * v;
        }

        return T.ScaleB(T.Sqrt(scaled), exponent);
    }

    /// <summary>Whether a sum of squares has neither overflowed nor lost small elements.</summary>
    public static bool IsSafeSum<T>(T sum)
        where T : unmanaged, IFloatingPointIeee754<T> => T.IsFinite(sum) && sum >= SmallestSafeSum<T>();

    /// <summary>The largest magnitude; NaN if any element is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T NormInfinity<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T x = ref MemoryMarshal.GetReference(values);
        nuint width = (nuint)Vector512<T>.Count;
        nuint length = (nuint)values.Length;
        nuint i = 0;
        Vector512<T> largest = default;
        for (; i + width <= length; i += width)
        {
            largest = Vector512.Max(largest, Vector512.Abs(Vector512.LoadUnsafe(ref x, i)));   // Max hands a NaN on
        }

        T result = T.Zero;
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            result = T.Max(result, largest[lane]);
        }

        for (; i < length; i++)
        {
            result = T.Max(result, T.Abs(Unsafe.Add(ref x, i)));
        }

        return result;
    }

    /// <summary>destination ← scale·destination.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<T>(Span<T> destination, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T x = ref MemoryMarshal.GetReference(destination);
        nuint width = (nuint)Vector512<T>.Count;
        nuint length = (nuint)destination.Length;
        nuint i = 0;
        Vector512<T> factor = Vector512.Create(scale);
        for (; i + width <= length; i += width)
        {
            (Vector512.LoadUnsafe(ref x, i) * factor).StoreUnsafe(ref x, i);
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref x, i) *= scale;
        }
    }

    /// <summary>destination ← a + scale·b; spans of one length, each pair of them the same or apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SetToSum<T>(Span<T> destination, ReadOnlySpan<T> a, T scale, ReadOnlySpan<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T to = ref MemoryMarshal.GetReference(destination);
        ref T x = ref MemoryMarshal.GetReference(a);
        ref T y = ref MemoryMarshal.GetReference(b);
        nuint width = (nuint)Vector512<T>.Count;
        nuint length = (nuint)destination.Length;
        nuint i = 0;
        Vector512<T> factor = Vector512.Create(scale);
        for (; i + width <= length; i += width)
        {
            (Vector512.LoadUnsafe(ref x, i) + (factor * Vector512.LoadUnsafe(ref y, i))).StoreUnsafe(ref to, i);
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref x, i) + (scale * Unsafe.Add(ref y, i));
        }
    }

    private static T SumByHalves<T>(Vector512<T> v)
    {
        Vector256<T> half = v.GetLower() + v.GetUpper();
        return Vector128.Sum(half.GetLower() + half.GetUpper());
    }

    // Below it, squares that were flushed towards zero may matter: the smallest normal number over the square of the precision.
    private static T SmallestSafeSum<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        typeof(T) == typeof(float) ? T.CreateChecked(1e-24) : T.CreateChecked(1e-270);
}
