using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>The squared norm of the rows of a gradient that a batch has touched.</summary>
internal static class RowNorm
{
    /// <summary>The sum of squares over the rows of a block and, in the same pass, over those of one element that go with them.</summary>
    /// <param name="gradient">As long as the parameter vector.</param>
    /// <param name="stretches">The rows.</param>
    /// <param name="elements">Where the block of those of one element begins; negative if there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static T SumOfSquares<T>(Span<T> gradient, TouchedRows.Stretches stretches, int elements)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<int> rows = stretches.Index;
        ref T first = ref MemoryMarshal.GetReference(gradient[stretches.Offset..]);
        if (stretches.Width == 1) return OfElements(ref first, rows);
        if (stretches.Width != Vector512<T>.Count) return OfRows(ref first, rows, stretches.Width) + (elements < 0 ? T.Zero : OfElements(ref gradient[elements], rows));
        return elements < 0 ? OfVectors(ref first, rows) : OfVectorsAndElements(ref first, ref gradient[elements], rows);
    }

    // Here and below several sums: one would wait for its own addition, row after row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T OfElements<T>(ref T first, ReadOnlySpan<int> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T a = T.Zero, b = T.Zero, c = T.Zero, d = T.Zero;
        int k = 0;
        for (; k < rows.Length - 3; k += 4)
        {
            T w = Unsafe.Add(ref first, rows[k]), x = Unsafe.Add(ref first, rows[k + 1]), y = Unsafe.Add(ref first, rows[k + 2]), z = Unsafe.Add(ref first, rows[k + 3]);
            a += w * w;
            b += x * x;
            c += y * y;
            d += z * z;
        }

        for (; k < rows.Length; k++) a += Unsafe.Add(ref first, rows[k]) * Unsafe.Add(ref first, rows[k]);
        return a + b + (c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T OfVectors<T>(ref T first, ReadOnlySpan<int> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> a = default, b = default, c = default, d = default;
        int k = 0;
        for (; k < rows.Length - 3; k += 4)
        {
            Vector512<T> w = Row(ref first, rows[k]), x = Row(ref first, rows[k + 1]), y = Row(ref first, rows[k + 2]), z = Row(ref first, rows[k + 3]);
            a += w * w;
            b += x * x;
            c += y * y;
            d += z * z;
        }

        for (; k < rows.Length; k++) a += Row(ref first, rows[k]) * Row(ref first, rows[k]);
        return Lanes.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T OfVectorsAndElements<T>(ref T first, ref T elements, ReadOnlySpan<int> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector512<T> a = default, b = default, c = default, d = default;
        T e = T.Zero, f = T.Zero, g = T.Zero, h = T.Zero;
        int k = 0;
        for (; k < rows.Length - 3; k += 4)
        {
            int i = rows[k], j = rows[k + 1], m = rows[k + 2], n = rows[k + 3];
            Vector512<T> w = Row(ref first, i), x = Row(ref first, j), y = Row(ref first, m), z = Row(ref first, n);
            T p = Unsafe.Add(ref elements, i), q = Unsafe.Add(ref elements, j), r = Unsafe.Add(ref elements, m), s = Unsafe.Add(ref elements, n);
            a += w * w;
            b += x * x;
            c += y * y;
            d += z * z;
            e += p * p;
            f += q * q;
            g += r * r;
            h += s * s;
        }

        for (; k < rows.Length; k++)
        {
            Vector512<T> w = Row(ref first, rows[k]);
            T p = Unsafe.Add(ref elements, rows[k]);
            a += w * w;
            e += p * p;
        }

        return Lanes.Sum(a + b + (c + d)) + (e + f + (g + h));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T OfRows<T>(ref T first, ReadOnlySpan<int> rows, int width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> sums = default, others = default;
        T sum = T.Zero;
        foreach (int row in rows)
        {
            ref T g = ref Unsafe.Add(ref first, (nint)row * width);
            int i = 0;
            for (; i <= width - (2 * lanes); i += 2 * lanes)
            {
                Vector512<T> a = Vector512.LoadUnsafe(ref g, (nuint)i), b = Vector512.LoadUnsafe(ref g, (nuint)(i + lanes));
                sums += a * a;
                others += b * b;
            }

            if (i <= width - lanes)
            {
                Vector512<T> a = Vector512.LoadUnsafe(ref g, (nuint)i);
                sums += a * a;
                i += lanes;
            }

            for (; i < width; i++) sum += Unsafe.Add(ref g, i) * Unsafe.Add(ref g, i);
        }

        return sum + Lanes.Sum(sums + others);
    }

    // A row of one vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Row<T>(ref T first, int row)
        where T : unmanaged => Vector512.LoadUnsafe(ref Unsafe.Add(ref first, (nint)row * Vector512<T>.Count));
}
