using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>The second half of a fused step that leaves alone the rows that its batch has not touched.</summary>
/// <remarks>
/// Rows are short and lie anywhere: what a loop does beside its one or two vectors per row is most of its time. Rows of one element, such as biases, are gone through
/// together with the rows of a vector that go with them, or in loops of their own, and no row is checked again: <see cref="TouchedRows"/> names rows that the block has.
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
        for (int block = 0; block < touched.BlockCount; block++)
        {
            int companion = touched.Companion(block);
            if (companion != TouchedRows.Follows) sum += RowNorm.SumOfSquares(gradient, touched[block], OffsetOf(companion));
        }

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
        }

        for (int block = 0; applies && block < touched.BlockCount; block++)
        {
            int companion = touched.Companion(block);
            if (companion == TouchedRows.Follows) continue;
            TouchedRows.Stretches stretches = touched[block];
            if (stretches.Width == 1) UpdateElements(parameters, gradient, state, stretches, rule);
            else if (companion >= 0 && stretches.Width == Vector512<T>.Count) UpdateVectorsAndElements(parameters, gradient, state, stretches, OffsetOf(companion), rule);
            else Update(parameters, gradient, state, stretches, OffsetOf(companion), rule);
        }

        return new StepOutcome<T>(value, norm, applies);

        // Negative: there is none.
        int OffsetOf(int companion) => companion < 0 ? -1 : touched[companion].Offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Update<T, TRule>(Span<T> parameters, Span<T> gradient, Span<T> state, TouchedRows.Stretches stretches, int elements, TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint length = (nuint)parameters.Length;
        ref T point = ref MemoryMarshal.GetReference(parameters);
        ref T slopes = ref MemoryMarshal.GetReference(gradient);
        ref T states = ref MemoryMarshal.GetReference(state);
        int lanes = Vector512<T>.Count, width = stretches.Width;
        nint offset = stretches.Offset;
        foreach (int row in stretches.Index)
        {
            nint start = offset + ((nint)row * width);
            int i = 0;
            for (; i <= width - lanes; i += lanes) UpdateVector(ref point, ref slopes, ref states, start + i, rule, length);
            for (; i < width; i++) UpdateElement(ref point, ref slopes, ref states, start + i, rule, length);
            if (elements >= 0) UpdateElement(ref point, ref slopes, ref states, elements + row, rule, length);
        }
    }

    // Rows of one vector, each with one of one element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UpdateVectorsAndElements<T, TRule>(
        Span<T> parameters, Span<T> gradient, Span<T> state, TouchedRows.Stretches stretches, int elements, TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint length = (nuint)parameters.Length;
        ref T point = ref MemoryMarshal.GetReference(parameters[stretches.Offset..]);
        ref T slopes = ref MemoryMarshal.GetReference(gradient[stretches.Offset..]);
        ref T states = ref Unsafe.Add(ref MemoryMarshal.GetReference(state), stretches.Offset);
        nint beyond = elements - stretches.Offset;
        foreach (int row in stretches.Index)
        {
            UpdateVector(ref point, ref slopes, ref states, (nint)row * Vector512<T>.Count, rule, length);
            UpdateElement(ref point, ref slopes, ref states, beyond + row, rule, length);
        }
    }

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
