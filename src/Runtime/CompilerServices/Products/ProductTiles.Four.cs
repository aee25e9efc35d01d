using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <content>Tiles of few rows, for triangular matrices that are hardly larger: tall tiles would multiply as much above the diagonal as below it.</content>
internal static partial class ProductTiles
{
    /// <summary>c[i, j] (+)= Σₖ a[i·row + k·step]·b[k·line + j] for 4 rows of four 512-bit vectors; c has rows of <paramref name="width"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Four<T>(ref T a, nint row, nint step, ref T b, nint line, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
    {
        nuint lanes = (nuint)Vector512<T>.Count;
        Vector512<T> s00 = Vector512<T>.Zero, s01 = Vector512<T>.Zero, s02 = Vector512<T>.Zero, s03 = Vector512<T>.Zero;
        Vector512<T> s10 = Vector512<T>.Zero, s11 = Vector512<T>.Zero, s12 = Vector512<T>.Zero, s13 = Vector512<T>.Zero;
        Vector512<T> s20 = Vector512<T>.Zero, s21 = Vector512<T>.Zero, s22 = Vector512<T>.Zero, s23 = Vector512<T>.Zero;
        Vector512<T> s30 = Vector512<T>.Zero, s31 = Vector512<T>.Zero, s32 = Vector512<T>.Zero, s33 = Vector512<T>.Zero;
        if (accumulate)
        {
            ref T from = ref c;
            s00 = Vector512.LoadUnsafe(ref from);
            s01 = Vector512.LoadUnsafe(ref from, lanes);
            s02 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s03 = Vector512.LoadUnsafe(ref from, 3 * lanes);
            from = ref Unsafe.Add(ref from, width);
            s10 = Vector512.LoadUnsafe(ref from);
            s11 = Vector512.LoadUnsafe(ref from, lanes);
            s12 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s13 = Vector512.LoadUnsafe(ref from, 3 * lanes);
            from = ref Unsafe.Add(ref from, width);
            s20 = Vector512.LoadUnsafe(ref from);
            s21 = Vector512.LoadUnsafe(ref from, lanes);
            s22 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s23 = Vector512.LoadUnsafe(ref from, 3 * lanes);
            from = ref Unsafe.Add(ref from, width);
            s30 = Vector512.LoadUnsafe(ref from);
            s31 = Vector512.LoadUnsafe(ref from, lanes);
            s32 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s33 = Vector512.LoadUnsafe(ref from, 3 * lanes);
        }

        for (; depth > 0; depth--)
        {
            Vector512<T> b0 = Vector512.LoadUnsafe(ref b);
            Vector512<T> b1 = Vector512.LoadUnsafe(ref b, lanes);
            Vector512<T> b2 = Vector512.LoadUnsafe(ref b, 2 * lanes);
            Vector512<T> b3 = Vector512.LoadUnsafe(ref b, 3 * lanes);
            Vector512<T> x = Vector512.Create(a);
            s00 = Fma(x, b0, s00);
            s01 = Fma(x, b1, s01);
            s02 = Fma(x, b2, s02);
            s03 = Fma(x, b3, s03);
            x = Vector512.Create(Unsafe.Add(ref a, row));
            s10 = Fma(x, b0, s10);
            s11 = Fma(x, b1, s11);
            s12 = Fma(x, b2, s12);
            s13 = Fma(x, b3, s13);
            x = Vector512.Create(Unsafe.Add(ref a, 2 * row));
            s20 = Fma(x, b0, s20);
            s21 = Fma(x, b1, s21);
            s22 = Fma(x, b2, s22);
            s23 = Fma(x, b3, s23);
            x = Vector512.Create(Unsafe.Add(ref a, 3 * row));
            s30 = Fma(x, b0, s30);
            s31 = Fma(x, b1, s31);
            s32 = Fma(x, b2, s32);
            s33 = Fma(x, b3, s33);
            a = ref Unsafe.Add(ref a, step);
            b = ref Unsafe.Add(ref b, line);
        }

        ref T to = ref c;
        s00.StoreUnsafe(ref to);
        s01.StoreUnsafe(ref to, lanes);
        s02.StoreUnsafe(ref to, 2 * lanes);
        s03.StoreUnsafe(ref to, 3 * lanes);
        to = ref Unsafe.Add(ref to, width);
        s10.StoreUnsafe(ref to);
        s11.StoreUnsafe(ref to, lanes);
        s12.StoreUnsafe(ref to, 2 * lanes);
        s13.StoreUnsafe(ref to, 3 * lanes);
        to = ref Unsafe.Add(ref to, width);
        s20.StoreUnsafe(ref to);
        s21.StoreUnsafe(ref to, lanes);
        s22.StoreUnsafe(ref to, 2 * lanes);
        s23.StoreUnsafe(ref to, 3 * lanes);
        to = ref Unsafe.Add(ref to, width);
        s30.StoreUnsafe(ref to);
        s31.StoreUnsafe(ref to, lanes);
        s32.StoreUnsafe(ref to, 2 * lanes);
        s33.StoreUnsafe(ref to, 3 * lanes);
    }

    /// <summary>The same as <see cref="Four"/>, for 2 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Two<T>(ref T a, nint row, nint step, ref T b, nint line, int depth, ref T c, nint width, bool accumulate)
        where T : unmanaged
    {
        nuint lanes = (nuint)Vector512<T>.Count;
        Vector512<T> s00 = Vector512<T>.Zero, s01 = Vector512<T>.Zero, s02 = Vector512<T>.Zero, s03 = Vector512<T>.Zero;
        Vector512<T> s10 = Vector512<T>.Zero, s11 = Vector512<T>.Zero, s12 = Vector512<T>.Zero, s13 = Vector512<T>.Zero;
        if (accumulate)
        {
            ref T from = ref c;
            s00 = Vector512.LoadUnsafe(ref from);
            s01 = Vector512.LoadUnsafe(ref from, lanes);
            s02 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s03 = Vector512.LoadUnsafe(ref from, 3 * lanes);
            from = ref Unsafe.Add(ref from, width);
            s10 = Vector512.LoadUnsafe(ref from);
            s11 = Vector512.LoadUnsafe(ref from, lanes);
            s12 = Vector512.LoadUnsafe(ref from, 2 * lanes);
            s13 = Vector512.LoadUnsafe(ref from, 3 * lanes);
        }

        for (; depth > 0; depth--)
        {
            Vector512<T> b0 = Vector512.LoadUnsafe(ref b);
            Vector512<T> b1 = Vector512.LoadUnsafe(ref b, lanes);
            Vector512<T> b2 = Vector512.LoadUnsafe(ref b, 2 * lanes);
            Vector512<T> b3 = Vector512.LoadUnsafe(ref b, 3 * lanes);
            Vector512<T> x = Vector512.Create(a);
            s00 = Fma(x, b0, s00);
            s01 = Fma(x, b1, s01);
            s02 = Fma(x, b2, s02);
            s03 = Fma(x, b3, s03);
            x = Vector512.Create(Unsafe.Add(ref a, row));
            s10 = Fma(x, b0, s10);
            s11 = Fma(x, b1, s11);
            s12 = Fma(x, b2, s12);
            s13 = Fma(x, b3, s13);
            a = ref Unsafe.Add(ref a, step);
            b = ref Unsafe.Add(ref b, line);
        }

        ref T to = ref c;
        s00.StoreUnsafe(ref to);
        s01.StoreUnsafe(ref to, lanes);
        s02.StoreUnsafe(ref to, 2 * lanes);
        s03.StoreUnsafe(ref to, 3 * lanes);
        to = ref Unsafe.Add(ref to, width);
        s10.StoreUnsafe(ref to);
        s11.StoreUnsafe(ref to, lanes);
        s12.StoreUnsafe(ref to, 2 * lanes);
        s13.StoreUnsafe(ref to, 3 * lanes);
    }
}
