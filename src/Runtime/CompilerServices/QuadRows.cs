using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>The places of four rows that a generated kernel works on together.</summary>
/// <remarks>Rows are checked where they are made; what is read or written must lie inside of them.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct QuadRows<T>
    where T : unmanaged
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
    public QuadRows(ref T a, ref T b, ref T c, ref T d)
    {
        _a = ref a;
        _b = ref b;
        _c = ref c;
        _d = ref d;
    }

    /// <summary>The rows from an element of theirs on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QuadRows<T> From(int element) => new(ref Unsafe.Add(ref _a, element), ref Unsafe.Add(ref _b, element), ref Unsafe.Add(ref _c, element), ref Unsafe.Add(ref _d, element));

    /// <summary>A vector of each row, the one that begins at an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad<T> Load(int element) => new(
        Vector512.LoadUnsafe(ref _a, (nuint)element), Vector512.LoadUnsafe(ref _b, (nuint)element), Vector512.LoadUnsafe(ref _c, (nuint)element), Vector512.LoadUnsafe(ref _d, (nuint)element));

    /// <summary>The last vector of each row of <paramref name="count"/> values, as <see cref="Lanes.LoadTail"/> gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad<T> LoadTail(int count) => count >= Vector512<T>.Count
        ? Load(count - Vector512<T>.Count)
        : new(Lanes.LoadShort(ref _a, count), Lanes.LoadShort(ref _b, count), Lanes.LoadShort(ref _c, count), Lanes.LoadShort(ref _d, count));

    /// <summary>Stores a vector into each row, from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int element, Quad<T> values)
    {
        values.A.StoreUnsafe(ref _a, (nuint)element);
        values.B.StoreUnsafe(ref _b, (nuint)element);
        values.C.StoreUnsafe(ref _c, (nuint)element);
        values.D.StoreUnsafe(ref _d, (nuint)element);
    }

    /// <summary>Stores those lanes that the mask names to the end of each row of <paramref name="count"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTail(int count, Quad<T> values, Vector512<T> mask)
    {
        Lanes.StoreTail(ref _a, count, values.A, mask);
        Lanes.StoreTail(ref _b, count, values.B, mask);
        Lanes.StoreTail(ref _c, count, values.C, mask);
        Lanes.StoreTail(ref _d, count, values.D, mask);
    }

    /// <summary>Asks for the cache lines from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element)
    {
        Lanes.Prefetch(ref Unsafe.Add(ref _a, element));
        Lanes.Prefetch(ref Unsafe.Add(ref _b, element));
        Lanes.Prefetch(ref Unsafe.Add(ref _c, element));
        Lanes.Prefetch(ref Unsafe.Add(ref _d, element));
    }
}

/// <summary>The place of one row, to prefetch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct OneRow<T>
{
    private readonly ref T _row;

    /// <param name="row">The first value of the row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OneRow(ref T row) => _row = ref row;

    /// <inheritdoc cref="QuadRows{T}.Prefetch"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element) => Lanes.Prefetch(ref Unsafe.Add(ref _row, element));
}

/// <summary>The places of two rows, to prefetch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct TwoRows<T>
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

    /// <inheritdoc cref="QuadRows{T}.Prefetch"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int element)
    {
        Lanes.Prefetch(ref Unsafe.Add(ref _a, element));
        Lanes.Prefetch(ref Unsafe.Add(ref _b, element));
    }
}
