using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <content>A lower tile, for the last rows.</content>
internal static partial class ProductTiles
{
    /// <summary>The same as <see cref="Twelve{T, TLines, TWidth}"/>, for 8 rows: what is left of, say, 128 rows after tiles of twelve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Eight<T, TLines, TWidth>(ref T a, nint row, nint step, ref T b, nint line, ref nint lines, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
        where TLines : struct
        where TWidth : struct
    {
        row *= Unsafe.SizeOf<T>();
        step *= Unsafe.SizeOf<T>();
        line *= Unsafe.SizeOf<T>();
        nint twoRows = 2 * row, ahead = 8 * step;
        Prefetch(ref Unsafe.Add(ref c, 8 * width), width, 8);
        Vector512<T> l0 = Vector512<T>.Zero, h0 = Vector512<T>.Zero;
        Vector512<T> l1 = Vector512<T>.Zero, h1 = Vector512<T>.Zero;
        Vector512<T> l2 = Vector512<T>.Zero, h2 = Vector512<T>.Zero;
        Vector512<T> l3 = Vector512<T>.Zero, h3 = Vector512<T>.Zero;
        Vector512<T> l4 = Vector512<T>.Zero, h4 = Vector512<T>.Zero;
        Vector512<T> l5 = Vector512<T>.Zero, h5 = Vector512<T>.Zero;
        Vector512<T> l6 = Vector512<T>.Zero, h6 = Vector512<T>.Zero;
        Vector512<T> l7 = Vector512<T>.Zero, h7 = Vector512<T>.Zero;
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
        }

        ref T a0 = ref a;
        ref T a3 = ref Unsafe.AddByteOffset(ref a0, row + twoRows);
        ref T a6 = ref Unsafe.AddByteOffset(ref a3, row + twoRows);
        for (; depth > 0; depth--)
        {
            // Where a is packed, it streams in from the second cache.
            Lanes.Prefetch(ref Unsafe.AddByteOffset(ref a0, ahead));
            ref T values = ref b;
            if (typeof(TLines) == typeof(ListedLines))
            {
                values = ref Unsafe.AddByteOffset(ref b, lines);
                lines = ref Unsafe.Add(ref lines, 1);
                Lanes.Prefetch(ref Unsafe.Add(ref values, 2 * Vector512<T>.Count));
                Lanes.Prefetch(ref Unsafe.Add(ref values, 3 * Vector512<T>.Count));
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
            a0 = ref Unsafe.AddByteOffset(ref a0, step);
            a3 = ref Unsafe.AddByteOffset(ref a3, step);
            a6 = ref Unsafe.AddByteOffset(ref a6, step);
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
    }
}
