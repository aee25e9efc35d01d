using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>Sums of products with four rows, four vectors of each at a time.</summary>
/// <remarks>Written out, and for each type: generated kernels inline them, and the just-in-time compiler stops inlining where one method has had enough of it.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Strip
{
    /// <summary>Adds to four sums, one for each row, the products of four vectors that follow each other in the row with those in an array that the rows share, in their order.</summary>
    /// <remarks>
    /// Row by row, cache lines in the order of memory: Zen 4 fetches ahead only for those who read so (a gradient over 25.6 MB in C: 660 µs, and 990 with one line of each
    /// row in turn).
    /// </remarks>
    /// <param name="shared">The array, from its first element on.</param>
    /// <param name="rows">The four rows.</param>
    /// <param name="k">Where the first of the vectors begins, in each row and in the array.</param>
    /// <param name="sums">The sums so far.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> AddProducts(ref float shared, QuadRows<float> rows, int k, Quad<float> sums)
    {
        ref float f = ref Unsafe.Add(ref shared, k), p = ref Unsafe.Add(ref rows.A, k), q = ref Unsafe.Add(ref rows.B, k), r = ref Unsafe.Add(ref rows.C, k), s = ref Unsafe.Add(ref rows.D, k);
        Vector512<float>
            x = Vector512.LoadUnsafe(ref f), y = Vector512.LoadUnsafe(ref f, 16),
            z = Vector512.LoadUnsafe(ref f, 32), w = Vector512.LoadUnsafe(ref f, 48),
            a = sums.A, b = sums.B, c = sums.C, d = sums.D;
        a = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref p), a);
        a = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref p, 16), a);
        a = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref p, 32), a);
        a = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref p, 48), a);
        b = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref q), b);
        b = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref q, 16), b);
        b = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref q, 32), b);
        b = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref q, 48), b);
        c = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref r), c);
        c = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref r, 16), c);
        c = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref r, 32), c);
        c = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref r, 48), c);
        d = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref s), d);
        d = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref s, 16), d);
        d = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref s, 32), d);
        d = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref s, 48), d);
        return new Quad<float>(a, b, c, d);
    }

    /// <summary>Adds the four rows, each times a factor, to four vectors that follow each other.</summary>
    /// <param name="factors">The factor of each row, in all lanes.</param>
    /// <param name="rows">The four rows.</param>
    /// <param name="k">Where the first of the vectors begins in each row.</param>
    /// <param name="to">What they are added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> AddRows(Quad<float> factors, QuadRows<float> rows, int k, Quad<float> to)
    {
        ref float p = ref Unsafe.Add(ref rows.A, k), q = ref Unsafe.Add(ref rows.B, k), r = ref Unsafe.Add(ref rows.C, k), s = ref Unsafe.Add(ref rows.D, k);

        // In two chains that do not wait for each other, as Quad.AddProducts.
        Vector512<float> a = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p), to.A))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s), factors.B * Vector512.LoadUnsafe(ref q));
        Vector512<float> b = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 16), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 16), to.B))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 16), factors.B * Vector512.LoadUnsafe(ref q, 16));
        Vector512<float> c = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 32), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 32), to.C))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 32), factors.B * Vector512.LoadUnsafe(ref q, 32));
        Vector512<float> d = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 48), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 48), to.D))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 48), factors.B * Vector512.LoadUnsafe(ref q, 48));
        return new Quad<float>(a, b, c, d);
    }

    /// <inheritdoc cref="AddProducts(ref float, QuadRows{float}, int, Quad{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<double> AddProducts(ref double shared, QuadRows<double> rows, int k, Quad<double> sums)
    {
        ref double f = ref Unsafe.Add(ref shared, k), p = ref Unsafe.Add(ref rows.A, k), q = ref Unsafe.Add(ref rows.B, k), r = ref Unsafe.Add(ref rows.C, k), s = ref Unsafe.Add(ref rows.D, k);
        Vector512<double>
            x = Vector512.LoadUnsafe(ref f), y = Vector512.LoadUnsafe(ref f, 8),
            z = Vector512.LoadUnsafe(ref f, 16), w = Vector512.LoadUnsafe(ref f, 24),
            a = sums.A, b = sums.B, c = sums.C, d = sums.D;
        a = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref p), a);
        a = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref p, 8), a);
        a = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref p, 16), a);
        a = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref p, 24), a);
        b = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref q), b);
        b = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref q, 8), b);
        b = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref q, 16), b);
        b = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref q, 24), b);
        c = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref r), c);
        c = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref r, 8), c);
        c = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref r, 16), c);
        c = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref r, 24), c);
        d = Vector512.FusedMultiplyAdd(x, Vector512.LoadUnsafe(ref s), d);
        d = Vector512.FusedMultiplyAdd(y, Vector512.LoadUnsafe(ref s, 8), d);
        d = Vector512.FusedMultiplyAdd(z, Vector512.LoadUnsafe(ref s, 16), d);
        d = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref s, 24), d);
        return new Quad<double>(a, b, c, d);
    }

    /// <inheritdoc cref="AddRows(Quad{float}, QuadRows{float}, int, Quad{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<double> AddRows(Quad<double> factors, QuadRows<double> rows, int k, Quad<double> to)
    {
        ref double p = ref Unsafe.Add(ref rows.A, k), q = ref Unsafe.Add(ref rows.B, k), r = ref Unsafe.Add(ref rows.C, k), s = ref Unsafe.Add(ref rows.D, k);

        // In two chains that do not wait for each other, as Quad.AddProducts.
        Vector512<double> a = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p), to.A))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s), factors.B * Vector512.LoadUnsafe(ref q));
        Vector512<double> b = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 8), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 8), to.B))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 8), factors.B * Vector512.LoadUnsafe(ref q, 8));
        Vector512<double> c = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 16), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 16), to.C))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 16), factors.B * Vector512.LoadUnsafe(ref q, 16));
        Vector512<double> d = Vector512.FusedMultiplyAdd(factors.C, Vector512.LoadUnsafe(ref r, 24), Vector512.FusedMultiplyAdd(factors.A, Vector512.LoadUnsafe(ref p, 24), to.D))
            + Vector512.FusedMultiplyAdd(factors.D, Vector512.LoadUnsafe(ref s, 24), factors.B * Vector512.LoadUnsafe(ref q, 24));
        return new Quad<double>(a, b, c, d);
    }
}
