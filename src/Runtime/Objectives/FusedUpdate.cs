using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>The second half of a fused step: from a gradient in cache to updated parameters.</summary>
internal static class FusedUpdate
{
    /// <summary>One pass for norm and finiteness, then, if both allow it, one pass that clips and updates.</summary>
    /// <remarks>The square of the norm is given where somebody has computed it, who shares the update with other threads, and what is fetched meanwhile.</remarks>
    public static StepOutcome<T> Apply<T, TRule>(
        T value, Span<T> parameters, ReadOnlySpan<T> gradient, Span<T> state, in TRule rule, GradientTransform<T> transform, T? squaredNorm = null,
        PartsRun<T>? sharing = null, RowFetch? rows = null)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        T norm = VectorKernels.Norm(gradient, squaredNorm);
        if (!T.IsFinite(value) || !T.IsFinite(norm))
        {
            return new StepOutcome<T>(value, norm, Applied: false);
        }

        T scale = norm > transform.MaxNorm ? transform.MaxNorm / norm : T.One;
        if (sharing is not null)
        {
            sharing.Update(parameters, gradient, state, rule, scale, transform.MaxValue);
        }
        else if (rows is not null && scale == T.One && T.IsPositiveInfinity(transform.MaxValue))
        {
            UpdateAndFetch(
                ref MemoryMarshal.GetReference(parameters), ref MemoryMarshal.GetReference(gradient), ref MemoryMarshal.GetReference(state), (nuint)parameters.Length, rule, rows);
        }
        else
        {
            Run(
                ref MemoryMarshal.GetReference(parameters), ref MemoryMarshal.GetReference(gradient), ref MemoryMarshal.GetReference(state), (nuint)parameters.Length,
                (nuint)parameters.Length, rule, scale, transform.MaxValue);
        }

        return new StepOutcome<T>(value, norm, Applied: true);
    }

    /// <summary>Updates some parameters, from the first on that the references are to; numbers of one state are <paramref name="stride"/> apart.</summary>
    internal static void Run<T, TRule>(ref T parameters, ref T gradient, ref T state, nuint length, nuint stride, in TRule rule, T scale, T maxValue)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        if (scale == T.One && T.IsPositiveInfinity(maxValue)) Update(ref parameters, ref gradient, ref state, length, stride, rule);
        else ClipAndUpdate(ref parameters, ref gradient, ref state, length, stride, rule, scale, maxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Update<T, TRule>(ref T p, ref T g, ref T s, nuint length, nuint stride, TRule rule)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint width = (nuint)Vector512<T>.Count;
        nuint i = 0;
        for (; i + width <= length; i += width)
        {
            Vector512<T> v = Vector512.LoadUnsafe(ref p, i);
            rule.Update(ref v, Vector512.LoadUnsafe(ref g, i), ref Unsafe.Add(ref s, i), stride);
            v.StoreUnsafe(ref p, i);
        }

        for (; i < length; i++)
        {
            rule.Update(ref Unsafe.Add(ref p, i), Unsafe.Add(ref g, i), ref Unsafe.Add(ref s, i), stride);
        }
    }

    /// <summary>The same for all parameters, with a line of data fetched between vectors: most rules wait for divisions and leave the memory alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void UpdateAndFetch<T, TRule>(ref T p, ref T g, ref T s, nuint length, TRule rule, RowFetch rows)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint width = (nuint)Vector512<T>.Count;
        nuint i = 0;
        for (; i + (2 * width) <= length && rows.FetchLine(); i += 2 * width)
        {
            Vector512<T> v = Vector512.LoadUnsafe(ref p, i);
            rule.Update(ref v, Vector512.LoadUnsafe(ref g, i), ref Unsafe.Add(ref s, i), length);
            v.StoreUnsafe(ref p, i);
            Vector512<T> w = Vector512.LoadUnsafe(ref p, i + width);
            rule.Update(ref w, Vector512.LoadUnsafe(ref g, i + width), ref Unsafe.Add(ref s, i + width), length);
            w.StoreUnsafe(ref p, i + width);
        }

        Update(ref Unsafe.Add(ref p, i), ref Unsafe.Add(ref g, i), ref Unsafe.Add(ref s, i), length - i, length, rule);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ClipAndUpdate<T, TRule>(ref T p, ref T g, ref T s, nuint length, nuint stride, TRule rule, T scale, T maxValue)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        nuint width = (nuint)Vector512<T>.Count;
        nuint i = 0;
        Vector512<T> factor = Vector512.Create(scale), high = Vector512.Create(maxValue), low = -high;
        for (; i + width <= length; i += width)
        {
            Vector512<T> v = Vector512.LoadUnsafe(ref p, i);
            Vector512<T> clipped = Vector512.Min(Vector512.Max(factor * Vector512.LoadUnsafe(ref g, i), low), high);
            rule.Update(ref v, clipped, ref Unsafe.Add(ref s, i), stride);
            v.StoreUnsafe(ref p, i);
        }

        for (; i < length; i++)
        {
            T clipped = T.Min(T.Max(scale * Unsafe.Add(ref g, i), -maxValue), maxValue);
            rule.Update(ref Unsafe.Add(ref p, i), clipped, ref Unsafe.Add(ref s, i), stride);
        }
    }
}
