using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.CompilerServices;

/// <summary>The place of one row, to prefetch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct OneRow<T, TRows>
    where TRows : struct, IRowSelector, allows ref struct
{
    private readonly ref T _row;

    /// <param name="row">The first value of the row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OneRow(ref T row) => _row = ref row;

    /// <inheritdoc cref="FourRows{T, TRows}.Prefetch"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element) => RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _row, element));
}

/// <summary>The places of two rows, to prefetch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct TwoRows<T, TRows>
    where TRows : struct, IRowSelector, allows ref struct
{
    private readonly ref T _a;
    private readonly ref T _b;

    /// <param name="a">The first value of the first row.</param>
    /// <param name="b">The first value of the second row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TwoRows(ref T a, ref T b)
    {
        _a = ref a;
        _b = ref b;
    }

    /// <inheritdoc cref="FourRows{T, TRows}.Prefetch"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element)
    {
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _a, element));
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _b, element));
    }

    /// <inheritdoc cref="FourRows{T, TRows}.PrefetchFour"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchFour(int element)
    {
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _a, element));
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _b, element));
    }
}

/// <summary>The places of four rows, to prefetch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct FourRows<T, TRows>
    where TRows : struct, IRowSelector, allows ref struct
{
    private readonly ref T _a;
    private readonly ref T _b;
    private readonly ref T _c;
    private readonly ref T _d;

    /// <param name="a">The first value of the first row.</param>
    /// <param name="b">The first value of the second row.</param>
    /// <param name="c">The first value of the third row.</param>
    /// <param name="d">The first value of the fourth row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FourRows(ref T a, ref T b, ref T c, ref T d)
    {
        _a = ref a;
        _b = ref b;
        _c = ref c;
        _d = ref d;
    }

    /// <summary>Asks for the cache line of each row that a vector from an element on begins in, where the processor does not do so by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element)
    {
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _a, element));
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _b, element));
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _c, element));
        RowsAhead.Prefetch<T, TRows>(ref Unsafe.Add(ref _d, element));
    }

    /// <summary>The same as <see cref="Prefetch"/>, for four vectors that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchFour(int element)
    {
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _a, element));
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _b, element));
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _c, element));
        RowsAhead.PrefetchFour<T, TRows>(ref Unsafe.Add(ref _d, element));
    }
}

/// <summary>Which rows kernels ask for ahead, and into which cache: that depends on the processor. Results do not.</summary>
internal static class RowsAhead
{
    /// <summary>
    /// AMD's processors follow a few streams of rows in the order of memory by themselves, and prefetches keep them from it: a gradient over 25.6 MB takes 790 µs without
    /// and 1,490 with. Rows of shuffled batches are asked for into the second cache, which has more requests on their way than the first: an epoch of batches takes 2.6
    /// instead of 4.2 ms where memory delivers them, 99 instead of 93 µs where the third cache does (Zen 4). On Intel's (Sapphire Rapids), prefetches into the first cache take a
    /// quarter off the time of rows in order.
    /// </summary>
    private static readonly bool s_processorFollowsRows = X86Base.IsSupported && IsMadeByAmd();

    /// <summary>Has it found out, so that kernels, which are compiled later, have a constant instead of a question.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Initialize() => _ = s_processorFollowsRows;

    /// <summary>Asks for a cache line, if that is of use for these rows.</summary>
    /// <remarks>The address may be stale or outside of the array: a prefetch has no effect but on time.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T, TRows>(ref T value)
        where TRows : struct, IRowSelector, allows ref struct
    {
        if (!Sse.IsSupported) return;
        if (!s_processorFollowsRows || typeof(TRows) == typeof(AllRows)) Sse.Prefetch0(Unsafe.AsPointer(ref value));
        else if (typeof(TRows) == typeof(BatchRows)) Sse.Prefetch1(Unsafe.AsPointer(ref value));
    }

    /// <summary>The same, for the four cache lines from a value on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchFour<T, TRows>(ref T first)
        where TRows : struct, IRowSelector, allows ref struct
    {
        for (int line = 0; line < 4; line++) Prefetch<T, TRows>(ref Unsafe.Add(ref first, line * Vector512<T>.Count));
    }

    // "AuthenticAMD"
    private static bool IsMadeByAmd()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        return (b, d, c) == (0x68747541, 0x69746E65, 0x444D4163);
    }
}
