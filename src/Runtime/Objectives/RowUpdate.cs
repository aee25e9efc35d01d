using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>The second half of a fused step that leaves alone the rows that its batch has not touched.</summary>
/// <remarks>
/// Rows are short and lie anywhere: what a loop does beside its one or two vectors per row is most of its time. Rows of one element, such as biases, have
/// loops of their own, and no row is checked again: <see cref="TouchedRows"/> names rows that the block has.
/// </remarks>
internal static class RowUpdate
{
    /// <summary>
    /// One pass over the touched rows for norm and finiteness, then, if both allow it, one that updates; the gradient is zero
    /// afterwards, as it has to be everywhere else.
    /// </summary>
    public static StepOutcome<T> Apply<T, TRule>(
        T value, Span<T> parameters, Span<T> gradient, Span<T> state, in TRule rule, GradientTransform<T> transform, TouchedRows touched)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        T sum = T.Zero;
        for (int block = 0; block < touched.BlockCount; block++) sum += SumOfSquares(gradient, touched[block]);
        T norm = VectorKernels.IsSafeSum(sum) ? T.Sqrt(sum) : VectorKernels.Norm<T>(gradient);
        bool applies = T.IsFinite(value) && T.IsFinite(norm);
        T scale = norm > transform.MaxNorm ? transform.MaxNorm / norm : T.One;
        bool clips = scale != T.One || !T.IsPositiveInfinity(transform.MaxValue);
        for (int block = 0; block < touched.BlockCount; block++)
        {
            TouchedRows.Stretches stretches = touched[block];
            if (!applies)
            {
                Clear(gradient, stretches);
                continue;
            }

            if (clips) Clip(gradient, stretches, scale, transform.MaxValue);
            if (stretches.Width == 1) UpdateElements(parameters, gradient, state, stretches, rule);
            else Update(parameters, gradient, state, stretches, rule);
        }

        return new StepOutcome<T>(value, norm, applies);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static T SumOfSquares<T>(Span<T> gradient, TouchedRows.Stretches stretches)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<int> rows = stretches.Index;
        ref T first = ref MemoryMarshal.GetReference(gradient[stretches.Offset..]);
        int width = stretches.Width;

        // Four sums: one would wait for its own addition, row after row.
        if (width == 1)
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

        int lanes = Vector512<T>.Count;
        if (width == lanes)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Update<T, TRule>(Span<T> parameters, Span<T> gradient, Span<T> state, TouchedRows.Stretches stretches, TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint length = (nuint)parameters.Length;
        ref T point = ref MemoryMarshal.GetReference(parameters[stretches.Offset..]);
        ref T slopes = ref MemoryMarshal.GetReference(gradient[stretches.Offset..]);
        ref T states = ref Unsafe.Add(ref MemoryMarshal.GetReference(state), stretches.Offset);
        int lanes = Vector512<T>.Count, width = stretches.Width;
        if (width == lanes)
        {
            foreach (int row in stretches.Index) UpdateVector(ref point, ref slopes, ref states, (nint)row * Vector512<T>.Count, rule, length);
            return;
        }

        foreach (int row in stretches.Index)
        {
            nint start = (nint)row * width;
            int i = 0;
            for (; i <= width - lanes; i += lanes) UpdateVector(ref point, ref slopes, ref states, start + i, rule, length);
            for (; i < width; i++) UpdateElement(ref point, ref slopes, ref states, start + i, rule, length);
        }
    }

    // A row of one vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Row<T>(ref T first, int row)
        where T : unmanaged => Vector512.LoadUnsafe(ref Unsafe.Add(ref first, (nint)row * Vector512<T>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UpdateVector<T, TRule>(ref T point, ref T slopes, ref T states, nint at, TRule rule, nuint length)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        ref T p = ref Unsafe.Add(ref point, at), g = ref Unsafe.Add(ref slopes, at);
        Vector512<T> v = Vector512.LoadUnsafe(ref p), slope = Vector512.LoadUnsafe(ref g);
        Vector512<T>.Zero.StoreUnsafe(ref g);
        rule.Update(ref v, slope, ref Unsafe.Add(ref states, at), length);
        v.StoreUnsafe(ref p);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UpdateElements<T, TRule>(Span<T> parameters, Span<T> gradient, Span<T> state, TouchedRows.Stretches stretches, TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint length = (nuint)parameters.Length;
        ref T point = ref MemoryMarshal.GetReference(parameters[stretches.Offset..]);
        ref T slopes = ref MemoryMarshal.GetReference(gradient[stretches.Offset..]);
        ref T states = ref Unsafe.Add(ref MemoryMarshal.GetReference(state), stretches.Offset);
        foreach (int row in stretches.Index) UpdateElement(ref point, ref slopes, ref states, row, rule, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UpdateElement<T, TRule>(ref T point, ref T slopes, ref T states, nint at, TRule rule, nuint length)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        T slope = Unsafe.Add(ref slopes, at);
        Unsafe.Add(ref slopes, at) = T.Zero;
        rule.Update(ref Unsafe.Add(ref point, at), slope, ref Unsafe.Add(ref states, at), length);
    }

    private static void Clip<T>(Span<T> gradient, TouchedRows.Stretches stretches, T scale, T maxValue)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (int row in stretches.Index)
        {
            foreach (ref T slope in stretches.Of(gradient, row)) slope = T.Min(T.Max(scale * slope, -maxValue), maxValue);
        }
    }

    private static void Clear<T>(Span<T> gradient, TouchedRows.Stretches stretches)
        where T : unmanaged
    {
        foreach (int row in stretches.Index) stretches.Of(gradient, row).Clear();
    }
}
