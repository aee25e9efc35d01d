using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>The second half of a fused step that leaves alone the rows that its batch has not touched.</summary>
internal static class RowUpdate
{
    /// <summary>
    /// One pass over the touched rows for norm and finiteness, then, if both allow it, one that clips and updates; the gradient is zero
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
        for (int block = 0; block < touched.BlockCount; block++)
        {
            if (applies) Update(parameters, gradient, state, touched[block], rule, scale, transform.MaxValue);
            else Clear(gradient, touched[block]);
        }

        return new StepOutcome<T>(value, norm, applies);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T SumOfSquares<T>(Span<T> gradient, TouchedRows.Stretches stretches)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int lanes = Vector512<T>.Count;
        Vector512<T> sums = default, others = default;
        T sum = T.Zero;
        foreach (int row in stretches.Index)
        {
            Span<T> values = gradient.Slice(stretches.Offset + (row * stretches.Width), stretches.Width);
            ref T g = ref MemoryMarshal.GetReference(values);
            int i = 0;
            for (; i <= values.Length - (2 * lanes); i += 2 * lanes)
            {
                Vector512<T> a = Vector512.LoadUnsafe(ref g, (nuint)i), b = Vector512.LoadUnsafe(ref g, (nuint)(i + lanes));
                sums += a * a;
                others += b * b;
            }

            if (i <= values.Length - lanes)
            {
                Vector512<T> a = Vector512.LoadUnsafe(ref g, (nuint)i);
                sums += a * a;
                i += lanes;
            }

            for (; i < values.Length; i++) sum += Unsafe.Add(ref g, i) * Unsafe.Add(ref g, i);
        }

        return sum + Lanes.Sum(sums + others);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<T, TRule>(
        Span<T> parameters, Span<T> gradient, Span<T> state, TouchedRows.Stretches stretches, TRule rule, T scale, T maxValue)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        bool clips = scale != T.One || !T.IsPositiveInfinity(maxValue);
        Vector512<T> factor = Vector512.Create(scale), high = Vector512.Create(maxValue), low = -high;
        nuint length = (nuint)parameters.Length;
        ref T s = ref MemoryMarshal.GetReference(state);
        int lanes = Vector512<T>.Count;
        foreach (int row in stretches.Index)
        {
            int start = stretches.Offset + (row * stretches.Width), i = 0;
            ref T p = ref MemoryMarshal.GetReference(parameters.Slice(start, stretches.Width));
            ref T g = ref MemoryMarshal.GetReference(gradient.Slice(start, stretches.Width));
            for (; i <= stretches.Width - lanes; i += lanes)
            {
                Vector512<T> v = Vector512.LoadUnsafe(ref p, (nuint)i), slope = Vector512.LoadUnsafe(ref g, (nuint)i);
                Vector512<T>.Zero.StoreUnsafe(ref g, (nuint)i);
                if (clips) slope = Vector512.Min(Vector512.Max(factor * slope, low), high);
                rule.Update(ref v, slope, ref Unsafe.Add(ref s, start + i), length);
                v.StoreUnsafe(ref p, (nuint)i);
            }

            for (; i < stretches.Width; i++)
            {
                T slope = Unsafe.Add(ref g, i);
                Unsafe.Add(ref g, i) = T.Zero;
                if (clips) slope = T.Min(T.Max(scale * slope, -maxValue), maxValue);
                rule.Update(ref Unsafe.Add(ref p, i), slope, ref Unsafe.Add(ref s, start + i), length);
            }
        }
    }

    private static void Clear<T>(Span<T> gradient, TouchedRows.Stretches stretches)
        where T : unmanaged
    {
        foreach (int row in stretches.Index) gradient.Slice(stretches.Offset + (row * stretches.Width), stretches.Width).Clear();
    }
}
