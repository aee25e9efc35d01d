using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>The innermost loops of matrix products: a tile of the result stays in registers while the sum runs.</summary>
/// <remarks>
/// Twelve rows of two vectors of 512 bits fill 24 of 32 registers, six rows of two vectors of 256 bits 12 of 16; the rest is for two
/// vectors of b and a value of a. Each element is a chain of fused multiply-adds in ascending order that begins with what c held, so
/// that neither the tile nor the number of steps a sum is cut into changes a bit. The text is spelled out, since an array of vectors would live in memory.
/// </remarks>
internal static partial class ProductTiles
{
    /// <summary>
    /// c[i, j] (+)= Σₖ a[i·row + k·step]·b[line(k) + j] for 12 rows of two 512-bit vectors; c has rows of <paramref name="width"/> values. The lines
    /// of b are <paramref name="line"/> values apart, or where <paramref name="lines"/> has their distances from b, in bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Twelve<T, TLines, TWidth>(ref T a, nint row, nint step, ref T b, nint line, ref nint lines, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
        where TLines : struct
        where TWidth : struct
    {
        row *= Unsafe.SizeOf<T>();
        step *= Unsafe.SizeOf<T>();
        line *= Unsafe.SizeOf<T>();
        nint twoRows = 2 * row, ahead = 8 * step, aheadB = 8 * line;
        Prefetch(ref Unsafe.Add(ref c, 12 * width), width, 12);
        Vector512<T> l0 = Vector512<T>.Zero, h0 = Vector512<T>.Zero;
        Vector512<T> l1 = Vector512<T>.Zero, h1 = Vector512<T>.Zero;
        Vector512<T> l2 = Vector512<T>.Zero, h2 = Vector512<T>.Zero;
        Vector512<T> l3 = Vector512<T>.Zero, h3 = Vector512<T>.Zero;
        Vector512<T> l4 = Vector512<T>.Zero, h4 = Vector512<T>.Zero;
        Vector512<T> l5 = Vector512<T>.Zero, h5 = Vector512<T>.Zero;
        Vector512<T> l6 = Vector512<T>.Zero, h6 = Vector512<T>.Zero;
        Vector512<T> l7 = Vector512<T>.Zero, h7 = Vector512<T>.Zero;
        Vector512<T> l8 = Vector512<T>.Zero, h8 = Vector512<T>.Zero;
        Vector512<T> l9 = Vector512<T>.Zero, h9 = Vector512<T>.Zero;
        Vector512<T> l10 = Vector512<T>.Zero, h10 = Vector512<T>.Zero;
        Vector512<T> l11 = Vector512<T>.Zero, h11 = Vector512<T>.Zero;
        if (accumulate)
        {
            ref T from = ref c;
            l0 = Vector512.LoadUnsafe(ref from);
            h0 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l1 = Vector512.LoadUnsafe(ref from);
            h1 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l2 = Vector512.LoadUnsafe(ref from);
            h2 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l3 = Vector512.LoadUnsafe(ref from);
            h3 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l4 = Vector512.LoadUnsafe(ref from);
            h4 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l5 = Vector512.LoadUnsafe(ref from);
            h5 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l6 = Vector512.LoadUnsafe(ref from);
            h6 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l7 = Vector512.LoadUnsafe(ref from);
            h7 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l8 = Vector512.LoadUnsafe(ref from);
            h8 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l9 = Vector512.LoadUnsafe(ref from);
            h9 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l10 = Vector512.LoadUnsafe(ref from);
            h10 = LoadHigh<T, TWidth>(ref from);
            from = ref Unsafe.Add(ref from, width);
            l11 = Vector512.LoadUnsafe(ref from);
            h11 = LoadHigh<T, TWidth>(ref from);
        }

        ref T a0 = ref a;
        ref T a3 = ref Unsafe.AddByteOffset(ref a0, row + twoRows);
        ref T a6 = ref Unsafe.AddByteOffset(ref a3, row + twoRows);
        ref T a9 = ref Unsafe.AddByteOffset(ref a6, row + twoRows);
        for (; depth > 0; depth--)
        {
            // Where a is packed, it streams in from the second cache.
            Lanes.Prefetch(ref Unsafe.AddByteOffset(ref a0, ahead));
            Lanes.Prefetch(ref Unsafe.AddByteOffset(ref a6, ahead));
            ref T values = ref b;
            if (typeof(TLines) == typeof(ListedLines))
            {
                values = ref Unsafe.AddByteOffset(ref b, lines);
                lines = ref Unsafe.Add(ref lines, 1);
                Lanes.Prefetch(ref Unsafe.Add(ref values, 2 * Vector512<T>.Count));
                Lanes.Prefetch(ref Unsafe.Add(ref values, 3 * Vector512<T>.Count));
            }
            else if (typeof(TLines) == typeof(FarLines))
            {
                Lanes.Prefetch(ref Unsafe.AddByteOffset(ref b, aheadB));
                if (typeof(TWidth) == typeof(TwoVectors)) Lanes.Prefetch(ref Unsafe.AddByteOffset(ref b, aheadB + (nint)Vector512<byte>.Count));
            }

            Vector512<T> low = Vector512.LoadUnsafe(ref values), high = LoadHigh<T, TWidth>(ref values), x;
            x = Vector512.Create(a0);
            l0 = Fma(x, low, l0);
            h0 = FmaHigh<T, TWidth>(x, high, h0);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a0, row));
            l1 = Fma(x, low, l1);
            h1 = FmaHigh<T, TWidth>(x, high, h1);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a0, twoRows));
            l2 = Fma(x, low, l2);
            h2 = FmaHigh<T, TWidth>(x, high, h2);
            x = Vector512.Create(a3);
            l3 = Fma(x, low, l3);
            h3 = FmaHigh<T, TWidth>(x, high, h3);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a3, row));
            l4 = Fma(x, low, l4);
            h4 = FmaHigh<T, TWidth>(x, high, h4);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a3, twoRows));
            l5 = Fma(x, low, l5);
            h5 = FmaHigh<T, TWidth>(x, high, h5);
            x = Vector512.Create(a6);
            l6 = Fma(x, low, l6);
            h6 = FmaHigh<T, TWidth>(x, high, h6);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a6, row));
            l7 = Fma(x, low, l7);
            h7 = FmaHigh<T, TWidth>(x, high, h7);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a6, twoRows));
            l8 = Fma(x, low, l8);
            h8 = FmaHigh<T, TWidth>(x, high, h8);
            x = Vector512.Create(a9);
            l9 = Fma(x, low, l9);
            h9 = FmaHigh<T, TWidth>(x, high, h9);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a9, row));
            l10 = Fma(x, low, l10);
            h10 = FmaHigh<T, TWidth>(x, high, h10);
            x = Vector512.Create(Unsafe.AddByteOffset(ref a9, twoRows));
            l11 = Fma(x, low, l11);
            h11 = FmaHigh<T, TWidth>(x, high, h11);
            a0 = ref Unsafe.AddByteOffset(ref a0, step);
            a3 = ref Unsafe.AddByteOffset(ref a3, step);
            a6 = ref Unsafe.AddByteOffset(ref a6, step);
            a9 = ref Unsafe.AddByteOffset(ref a9, step);
            if (typeof(TLines) != typeof(ListedLines)) b = ref Unsafe.AddByteOffset(ref b, line);
        }

        ref T to = ref c;
        l0.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h0, ref to);
        to = ref Unsafe.Add(ref to, width);
        l1.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h1, ref to);
        to = ref Unsafe.Add(ref to, width);
        l2.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h2, ref to);
        to = ref Unsafe.Add(ref to, width);
        l3.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h3, ref to);
        to = ref Unsafe.Add(ref to, width);
        l4.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h4, ref to);
        to = ref Unsafe.Add(ref to, width);
        l5.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h5, ref to);
        to = ref Unsafe.Add(ref to, width);
        l6.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h6, ref to);
        to = ref Unsafe.Add(ref to, width);
        l7.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h7, ref to);
        to = ref Unsafe.Add(ref to, width);
        l8.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h8, ref to);
        to = ref Unsafe.Add(ref to, width);
        l9.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h9, ref to);
        to = ref Unsafe.Add(ref to, width);
        l10.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h10, ref to);
        to = ref Unsafe.Add(ref to, width);
        l11.StoreUnsafe(ref to);
        StoreHigh<T, TWidth>(h11, ref to);
    }

    /// <summary>The same as <see cref="Twelve{T, TLines, TWidth}"/>, for 6 rows of two 256-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Six<T, TLines>(ref T a, nint row, nint step, ref T b, nint line, ref nint lines, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
        where TLines : struct
    {
        row *= Unsafe.SizeOf<T>();
        step *= Unsafe.SizeOf<T>();
        line *= Unsafe.SizeOf<T>();
        nint twoRows = 2 * row;
        Prefetch(ref Unsafe.Add(ref c, 6 * width), width, 6);
        Vector256<T> l0 = Vector256<T>.Zero, h0 = Vector256<T>.Zero;
        Vector256<T> l1 = Vector256<T>.Zero, h1 = Vector256<T>.Zero;
        Vector256<T> l2 = Vector256<T>.Zero, h2 = Vector256<T>.Zero;
        Vector256<T> l3 = Vector256<T>.Zero, h3 = Vector256<T>.Zero;
        Vector256<T> l4 = Vector256<T>.Zero, h4 = Vector256<T>.Zero;
        Vector256<T> l5 = Vector256<T>.Zero, h5 = Vector256<T>.Zero;
        if (accumulate)
        {
            ref T from = ref c;
            l0 = Vector256.LoadUnsafe(ref from);
            h0 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
            from = ref Unsafe.Add(ref from, width);
            l1 = Vector256.LoadUnsafe(ref from);
            h1 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
            from = ref Unsafe.Add(ref from, width);
            l2 = Vector256.LoadUnsafe(ref from);
            h2 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
            from = ref Unsafe.Add(ref from, width);
            l3 = Vector256.LoadUnsafe(ref from);
            h3 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
            from = ref Unsafe.Add(ref from, width);
            l4 = Vector256.LoadUnsafe(ref from);
            h4 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
            from = ref Unsafe.Add(ref from, width);
            l5 = Vector256.LoadUnsafe(ref from);
            h5 = Vector256.LoadUnsafe(ref from, (nuint)Vector256<T>.Count);
        }

        ref T a0 = ref a;
        ref T a3 = ref Unsafe.AddByteOffset(ref a0, row + twoRows);
        for (; depth > 0; depth--)
        {
            ref T values = ref b;
            if (typeof(TLines) == typeof(ListedLines))
            {
                values = ref Unsafe.AddByteOffset(ref b, lines);
                lines = ref Unsafe.Add(ref lines, 1);
            }

            Vector256<T> low = Vector256.LoadUnsafe(ref values), high = Vector256.LoadUnsafe(ref values, (nuint)Vector256<T>.Count), x;
            x = Vector256.Create(a0);
            l0 = Fma(x, low, l0);
            h0 = Fma(x, high, h0);
            x = Vector256.Create(Unsafe.AddByteOffset(ref a0, row));
            l1 = Fma(x, low, l1);
            h1 = Fma(x, high, h1);
            x = Vector256.Create(Unsafe.AddByteOffset(ref a0, twoRows));
            l2 = Fma(x, low, l2);
            h2 = Fma(x, high, h2);
            x = Vector256.Create(a3);
            l3 = Fma(x, low, l3);
            h3 = Fma(x, high, h3);
            x = Vector256.Create(Unsafe.AddByteOffset(ref a3, row));
            l4 = Fma(x, low, l4);
            h4 = Fma(x, high, h4);
            x = Vector256.Create(Unsafe.AddByteOffset(ref a3, twoRows));
            l5 = Fma(x, low, l5);
            h5 = Fma(x, high, h5);
            a0 = ref Unsafe.AddByteOffset(ref a0, step);
            a3 = ref Unsafe.AddByteOffset(ref a3, step);
            if (typeof(TLines) != typeof(ListedLines)) b = ref Unsafe.AddByteOffset(ref b, line);
        }

        ref T to = ref c;
        l0.StoreUnsafe(ref to);
        h0.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
        to = ref Unsafe.Add(ref to, width);
        l1.StoreUnsafe(ref to);
        h1.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
        to = ref Unsafe.Add(ref to, width);
        l2.StoreUnsafe(ref to);
        h2.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
        to = ref Unsafe.Add(ref to, width);
        l3.StoreUnsafe(ref to);
        h3.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
        to = ref Unsafe.Add(ref to, width);
        l4.StoreUnsafe(ref to);
        h4.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
        to = ref Unsafe.Add(ref to, width);
        l5.StoreUnsafe(ref to);
        h5.StoreUnsafe(ref to, (nuint)Vector256<T>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> FmaHigh<T, TWidth>(Vector512<T> x, Vector512<T> y, Vector512<T> sum)
        where T : unmanaged
        => typeof(TWidth) == typeof(TwoVectors) ? Fma(x, y, sum) : sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> LoadHigh<T, TWidth>(ref T from)
        where T : unmanaged
        => typeof(TWidth) == typeof(TwoVectors) ? Vector512.LoadUnsafe(ref from, (nuint)Vector512<T>.Count) : Vector512<T>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHigh<T, TWidth>(Vector512<T> high, ref T to)
        where T : unmanaged
    {
        if (typeof(TWidth) == typeof(TwoVectors)) high.StoreUnsafe(ref to, (nuint)Vector512<T>.Count);
    }

    /// <summary>Asks for the rows of the tile below, which is the next one: what it holds is the beginning of its sums, and must not be waited for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<T>(ref T c, nint width, int rows)
        where T : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            Lanes.Prefetch(ref c);
            Lanes.Prefetch(ref Unsafe.Add(ref c, Vector512<T>.Count));
            c = ref Unsafe.Add(ref c, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<T> Fma<T>(Vector512<T> x, Vector512<T> y, Vector512<T> sum)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), sum.AsSingle()).As<float, T>()
            : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), sum.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Fma<T>(Vector256<T> x, Vector256<T> y, Vector256<T> sum)
        where T : unmanaged
        => typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), sum.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), sum.AsDouble()).As<double, T>();
}

/// <summary>Lines of a panel lie one after the other.</summary>
internal readonly struct EvenLines;

/// <summary>Lines of a panel lie one after the other; it is so long that it streams in from the second cache.</summary>
internal readonly struct FarLines;

/// <summary>A list says where each line of a panel is.</summary>
internal readonly struct ListedLines;

/// <summary>A tile is two vectors wide.</summary>
internal readonly struct TwoVectors;

/// <summary>A tile is one vector wide: the last columns.</summary>
internal readonly struct OneVector;
