using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>
/// The gradient of a small triangular matrix: for each of its elements a sum over the examples along the lanes, without the transposition of the vectors that larger
/// ones are worth.
/// </summary>
/// <remarks>
/// What is added to an element is the sum over the lanes of chains of fused multiply-adds, one over every eighth (double) or sixteenth (float) example: the same on every machine.
/// </remarks>
internal static class TrianglePairs
{
    /// <summary>Matrices of so many rows are small: up to here the lanes of 16 elements are added up faster than the vectors are transposed.</summary>
    internal const int LargestSize = 16;

    /// <summary>matrix[i·stride + k] += Σ signals[i, e]·vectors[k, e] on one side of the diagonal, by tiles whose last rows and columns may lie beyond the size; the number of examples is a multiple of that of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Accumulate<T>(ref T signals, ref T vectors, ref T matrix, int stride, bool isUpper, int size, int examples, bool wide)
        where T : unmanaged, INumber<T>
    {
        int side = wide ? 4 : 2;
        for (int i = 0; i < size; i += side)
        {
            (int from, int to) = isUpper ? (i, size) : (0, Math.Min(size, i + side));
            for (int k = from; k < to; k += side)
            {
                ref T s = ref Unsafe.Add(ref signals, (nint)i * 64);
                ref T v = ref Unsafe.Add(ref vectors, (nint)k * 64);
                ref T m = ref Unsafe.Add(ref matrix, ((nint)i * stride) + k);
                if (wide && size - i > 2) FourByFour(ref s, ref v, ref m, stride, examples);
                else if (wide) TwoByFour(ref s, ref v, ref m, stride, examples);
                else TwoByTwo(ref s, ref v, ref m, stride, examples);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourByFour<T>(ref T signals, ref T vectors, ref T matrix, int stride, int examples)
        where T : unmanaged, INumber<T>
    {
        Vector512<T> s00 = Vector512<T>.Zero, s01 = Vector512<T>.Zero, s02 = Vector512<T>.Zero, s03 = Vector512<T>.Zero;
        Vector512<T> s10 = Vector512<T>.Zero, s11 = Vector512<T>.Zero, s12 = Vector512<T>.Zero, s13 = Vector512<T>.Zero;
        Vector512<T> s20 = Vector512<T>.Zero, s21 = Vector512<T>.Zero, s22 = Vector512<T>.Zero, s23 = Vector512<T>.Zero;
        Vector512<T> s30 = Vector512<T>.Zero, s31 = Vector512<T>.Zero, s32 = Vector512<T>.Zero, s33 = Vector512<T>.Zero;
        for (nuint e = 0; e < (nuint)examples; e += (nuint)Vector512<T>.Count)
        {
            Vector512<T> v0 = Vector512.LoadUnsafe(ref vectors, e);
            Vector512<T> v1 = Vector512.LoadUnsafe(ref vectors, e + 64);
            Vector512<T> v2 = Vector512.LoadUnsafe(ref vectors, e + 128);
            Vector512<T> v3 = Vector512.LoadUnsafe(ref vectors, e + 192);
            Vector512<T> a0 = Vector512.LoadUnsafe(ref signals, e);
            s00 = ProductTiles.Fma(a0, v0, s00);
            s01 = ProductTiles.Fma(a0, v1, s01);
            s02 = ProductTiles.Fma(a0, v2, s02);
            s03 = ProductTiles.Fma(a0, v3, s03);
            Vector512<T> a1 = Vector512.LoadUnsafe(ref signals, e + 64);
            s10 = ProductTiles.Fma(a1, v0, s10);
            s11 = ProductTiles.Fma(a1, v1, s11);
            s12 = ProductTiles.Fma(a1, v2, s12);
            s13 = ProductTiles.Fma(a1, v3, s13);
            Vector512<T> a2 = Vector512.LoadUnsafe(ref signals, e + 128);
            s20 = ProductTiles.Fma(a2, v0, s20);
            s21 = ProductTiles.Fma(a2, v1, s21);
            s22 = ProductTiles.Fma(a2, v2, s22);
            s23 = ProductTiles.Fma(a2, v3, s23);
            Vector512<T> a3 = Vector512.LoadUnsafe(ref signals, e + 192);
            s30 = ProductTiles.Fma(a3, v0, s30);
            s31 = ProductTiles.Fma(a3, v1, s31);
            s32 = ProductTiles.Fma(a3, v2, s32);
            s33 = ProductTiles.Fma(a3, v3, s33);
        }

        AddSums(ref matrix, s00, s01, s02, s03);
        AddSums(ref Unsafe.Add(ref matrix, stride), s10, s11, s12, s13);
        AddSums(ref Unsafe.Add(ref matrix, 2 * stride), s20, s21, s22, s23);
        AddSums(ref Unsafe.Add(ref matrix, 3 * stride), s30, s31, s32, s33);
    }

    /// <summary>For the last rows, if they are one or two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TwoByFour<T>(ref T signals, ref T vectors, ref T matrix, int stride, int examples)
        where T : unmanaged, INumber<T>
    {
        Vector512<T> s00 = Vector512<T>.Zero, s01 = Vector512<T>.Zero, s02 = Vector512<T>.Zero, s03 = Vector512<T>.Zero;
        Vector512<T> s10 = Vector512<T>.Zero, s11 = Vector512<T>.Zero, s12 = Vector512<T>.Zero, s13 = Vector512<T>.Zero;
        for (nuint e = 0; e < (nuint)examples; e += (nuint)Vector512<T>.Count)
        {
            Vector512<T> v0 = Vector512.LoadUnsafe(ref vectors, e);
            Vector512<T> v1 = Vector512.LoadUnsafe(ref vectors, e + 64);
            Vector512<T> v2 = Vector512.LoadUnsafe(ref vectors, e + 128);
            Vector512<T> v3 = Vector512.LoadUnsafe(ref vectors, e + 192);
            Vector512<T> a0 = Vector512.LoadUnsafe(ref signals, e);
            s00 = ProductTiles.Fma(a0, v0, s00);
            s01 = ProductTiles.Fma(a0, v1, s01);
            s02 = ProductTiles.Fma(a0, v2, s02);
            s03 = ProductTiles.Fma(a0, v3, s03);
            Vector512<T> a1 = Vector512.LoadUnsafe(ref signals, e + 64);
            s10 = ProductTiles.Fma(a1, v0, s10);
            s11 = ProductTiles.Fma(a1, v1, s11);
            s12 = ProductTiles.Fma(a1, v2, s12);
            s13 = ProductTiles.Fma(a1, v3, s13);
        }

        AddSums(ref matrix, s00, s01, s02, s03);
        AddSums(ref Unsafe.Add(ref matrix, stride), s10, s11, s12, s13);
    }

    /// <summary>Adds to four elements the sums of the lanes, each in the order of <see cref="Lanes.Sum"/>: halves onto halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums<T>(ref T to, Vector512<T> a, Vector512<T> b, Vector512<T> c, Vector512<T> d)
        where T : unmanaged, INumber<T>
    {
        if (!Avx512F.IsSupported)
        {
            to += Lanes.Sum(a);
            Unsafe.Add(ref to, 1) += Lanes.Sum(b);
            Unsafe.Add(ref to, 2) += Lanes.Sum(c);
            Unsafe.Add(ref to, 3) += Lanes.Sum(d);
        }
        else if (typeof(T) == typeof(float))
        {
            Vector512<float> q = Quarters(a.AsDouble(), b.AsDouble(), c.AsDouble(), d.AsDouble(), singles: true).AsSingle();
            q += Avx512F.Permute4x32(q, 0xB1);
            q += Avx512F.Permute4x32(q, 0x4E);
            Vector128<float> sums = Avx512F.PermuteVar16x32(q, Vector512.Create(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12)).GetLower().GetLower();
            (Vector128.LoadUnsafe(ref to) + sums.As<float, T>()).StoreUnsafe(ref to);
        }
        else
        {
            Vector512<double> q = Quarters(a.AsDouble(), b.AsDouble(), c.AsDouble(), d.AsDouble(), singles: false);
            q += Avx512F.Permute2x64(q, 0x55);
            Vector256<double> sums = Avx512F.PermuteVar8x64(q, Vector512.Create(0L, 2, 4, 6, 0, 2, 4, 6)).GetLower();
            (Vector256.LoadUnsafe(ref to) + sums.As<double, T>()).StoreUnsafe(ref to);
        }
    }

    // Of each vector the sum of its four quarters, as the halves of its halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Quarters(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d, bool singles)
    {
        Vector512<double> ab = Add(Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(a, b, 0xEE), singles);
        Vector512<double> cd = Add(Avx512F.Shuffle4x128(c, d, 0x44), Avx512F.Shuffle4x128(c, d, 0xEE), singles);
        return Add(Avx512F.Shuffle4x128(ab, cd, 0x88), Avx512F.Shuffle4x128(ab, cd, 0xDD), singles);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<double> Add(Vector512<double> x, Vector512<double> y, bool singles) => singles ? (x.AsSingle() + y.AsSingle()).AsDouble() : x + y;
    }

    /// <summary>For 16 registers of 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TwoByTwo<T>(ref T signals, ref T vectors, ref T matrix, int stride, int examples)
        where T : unmanaged, INumber<T>
    {
        Vector512<T> s00 = Vector512<T>.Zero, s01 = Vector512<T>.Zero;
        Vector512<T> s10 = Vector512<T>.Zero, s11 = Vector512<T>.Zero;
        for (nuint e = 0; e < (nuint)examples; e += (nuint)Vector512<T>.Count)
        {
            Vector512<T> v0 = Vector512.LoadUnsafe(ref vectors, e);
            Vector512<T> v1 = Vector512.LoadUnsafe(ref vectors, e + 64);
            Vector512<T> a0 = Vector512.LoadUnsafe(ref signals, e);
            s00 = ProductTiles.Fma(a0, v0, s00);
            s01 = ProductTiles.Fma(a0, v1, s01);
            Vector512<T> a1 = Vector512.LoadUnsafe(ref signals, e + 64);
            s10 = ProductTiles.Fma(a1, v0, s10);
            s11 = ProductTiles.Fma(a1, v1, s11);
        }

        matrix += Lanes.Sum(s00);
        Unsafe.Add(ref matrix, 1) += Lanes.Sum(s01);
        matrix = ref Unsafe.Add(ref matrix, stride);
        matrix += Lanes.Sum(s10);
        Unsafe.Add(ref matrix, 1) += Lanes.Sum(s11);
    }
}
