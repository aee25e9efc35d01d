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
    internal readonly ref T A;

    internal readonly ref T B;

    internal readonly ref T C;

    internal readonly ref T D;

    /// <param name="a">The first value of the first row.</param>
    /// <param name="b">The first value of the second row.</param>
    /// <param name="c">The first value of the third row.</param>
    /// <param name="d">The first value of the fourth row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QuadRows(ref T a, ref T b, ref T c, ref T d)
    {
        A = ref a;
        B = ref b;
        C = ref c;
        D = ref d;
    }

    /// <summary>The rows from an element of theirs on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QuadRows<T> From(int element) => new(ref Unsafe.Add(ref A, element), ref Unsafe.Add(ref B, element), ref Unsafe.Add(ref C, element), ref Unsafe.Add(ref D, element));

    /// <summary>A vector of each row, the one that begins at an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad<T> Load(int element) => new(
        Vector512.LoadUnsafe(ref A, (nuint)element), Vector512.LoadUnsafe(ref B, (nuint)element), Vector512.LoadUnsafe(ref C, (nuint)element), Vector512.LoadUnsafe(ref D, (nuint)element));

    /// <summary>The last vector of each row of <paramref name="count"/> values, as <see cref="Lanes.LoadTail"/> gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Quad<T> LoadTail(int count) => count >= Vector512<T>.Count
        ? Load(count - Vector512<T>.Count)
        : new(Lanes.LoadShort(ref A, count), Lanes.LoadShort(ref B, count), Lanes.LoadShort(ref C, count), Lanes.LoadShort(ref D, count));

    /// <summary>Stores a vector into each row, from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int element, Quad<T> values)
    {
        values.A.StoreUnsafe(ref A, (nuint)element);
        values.B.StoreUnsafe(ref B, (nuint)element);
        values.C.StoreUnsafe(ref C, (nuint)element);
        values.D.StoreUnsafe(ref D, (nuint)element);
    }

    /// <summary>Stores those lanes that the mask names to the end of each row of <paramref name="count"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreTail(int count, Quad<T> values, Vector512<T> mask)
    {
        Lanes.StoreTail(ref A, count, values.A, mask);
        Lanes.StoreTail(ref B, count, values.B, mask);
        Lanes.StoreTail(ref C, count, values.C, mask);
        Lanes.StoreTail(ref D, count, values.D, mask);
    }
}
