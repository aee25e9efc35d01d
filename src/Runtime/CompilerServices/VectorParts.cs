using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>The elements of a loop that are worked on together. A loop's body that is written for any of them is there once, and compiled for each.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IVectorPart<T>
    where T : unmanaged
{
    /// <summary>The element in the first lane; below zero where lanes lie in front of the first one.</summary>
    int At { get; }

    /// <summary>The elements of a range.</summary>
    /// <param name="range">Its first element.</param>
    Vector512<T> Load(ref T range);

    /// <summary>Stores the lanes that count to a range.</summary>
    /// <param name="range">Its first element.</param>
    /// <param name="values">What to store.</param>
    void Store(ref T range, Vector512<T> values);

    /// <summary><paramref name="next"/> in the lanes that count, <paramref name="before"/> in the others.</summary>
    /// <param name="next">What a sum becomes.</param>
    /// <param name="before">What it was.</param>
    Vector512<T> Select(Vector512<T> next, Vector512<T> before);
}

/// <summary>As many elements as a vector has lanes.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="at">The first of them.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WholeVector<T>(int at) : IVectorPart<T>
    where T : unmanaged
{
    private readonly int at = at;

    /// <inheritdoc/>
    public int At => at;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Load(ref T range) => Vector512.LoadUnsafe(ref range, (nuint)at);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T range, Vector512<T> values) => values.StoreUnsafe(ref range, (nuint)at);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Select(Vector512<T> next, Vector512<T> before) => next;
}

/// <summary>The elements that whole vectors have left: the last lanes of the vector that ends where the loop ends.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct LastVector<T> : IVectorPart<T>
    where T : unmanaged
{
    private readonly int count;
    private readonly Vector512<T> active;

    /// <param name="done">How many elements are done.</param>
    /// <param name="count">How many there are; fewer than a vector has lanes are left.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LastVector(int done, int count)
    {
        this.count = count;
        active = typeof(T) == typeof(float)
            ? Lanes.TailMask((float)(count - done)).As<float, T>()
            : Lanes.TailMask((double)(count - done)).As<double, T>();
    }

    /// <inheritdoc/>
    public int At => count - Vector512<T>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Load(ref T range) => Lanes.LoadTail(ref range, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T range, Vector512<T> values) => Lanes.StoreTail(ref range, count, values, active);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Select(Vector512<T> next, Vector512<T> before) => Vector512.ConditionalSelect(active, next, before);
}
