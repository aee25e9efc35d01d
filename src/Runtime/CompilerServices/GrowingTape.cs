using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace SymbolicGD.CompilerServices;

/// <summary>What a loop records for the reverse sweep when nobody knows beforehand how often it runs: an array that a store past its end makes longer, and that is kept.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GrowingTape<T>
    where T : unmanaged
{
    private const int FirstLength = 256;

    private T[] items = [];
    private string loop = string.Empty;
    private long limit;

    internal GrowingTape<T> For(string owner, long bytes)
    {
        loop = owner;
        limit = bytes;
        return this;
    }

    /// <summary>How many elements it has room for.</summary>
    public int Length => items.Length;

    /// <summary>The element; one past the end comes into being. What was never stored is undefined.</summary>
    /// <param name="index">At least 0.</param>
    /// <exception cref="InvalidOperationException">The tape would take more bytes than it may; the message names the loop.</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            T[] elements = items;
            return ref (uint)index < (uint)elements.Length ? ref elements[index] : ref Grow(index);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref T Grow(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        long most = Math.Min(limit / Unsafe.SizeOf<T>(), Array.MaxLength);
        if (index >= most)
        {
            ThrowFull();
        }

        Array.Resize(ref items, (int)Math.Min(most, Math.Max(FirstLength, Math.Max(index + 1L, 2L * items.Length))));
        return ref items[index];
    }

    [DoesNotReturn]
    private void ThrowFull() => throw new InvalidOperationException(
        $"The gradient records what the loop '{loop}' computes, and that takes more than {limit} bytes. Does the loop end? If it needs that many iterations, "
        + "raise TapeLimit of the objective; [Loss(MaxTrips = n)] bounds the iterations.");
}

/// <summary>The arrays of one call that are not part of the workspace: tapes that grow, and working arrays of other types.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TapeSet
{
    private readonly object?[] items;

    internal TapeSet(int count) => items = new object?[count];

    /// <summary>The tape with a number.</summary>
    /// <typeparam name="T">The type of an element: the same in each call.</typeparam>
    /// <param name="number">From 0 to the number of arrays of the set − 1.</param>
    /// <param name="loop">The loop that it records, as the user wrote it.</param>
    /// <param name="limit">How many bytes it may take.</param>
    public GrowingTape<T> Growing<T>(int number, string loop, long limit)
        where T : unmanaged => ((GrowingTape<T>)(items[number] ??= new GrowingTape<T>())).For(loop, limit);

    /// <summary>An array of at least the length, of undefined content.</summary>
    /// <typeparam name="T">The type of an element: the same in each call.</typeparam>
    /// <param name="number">From 0 to the number of arrays of the set − 1.</param>
    /// <param name="length">Not negative.</param>
    public Span<T> Fixed<T>(int number, int length)
        where T : unmanaged
    {
        if (items[number] is not T[] array || array.Length < length)
        {
            items[number] = array = new T[length];
        }

        return array.AsSpan(0, length);
    }
}

/// <summary>Keeps the tapes of an objective, so that a warm one allocates nothing and concurrent callers get their own.</summary>
/// <param name="count">The number of arrays of a set.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TapePool(int count)
{
    private readonly TapeSet?[] others = new TapeSet?[Math.Max(1, Environment.ProcessorCount - 1)];
    private TapeSet? first;

    /// <summary>A set for one call, to be given back with <see cref="Return"/>; after an exception it may be left to the garbage collector.</summary>
    public TapeSet Rent()
    {
        TapeSet? set = Interlocked.Exchange(ref first, null);
        for (int i = 0; set is null && i < others.Length; i++)
        {
            set = Interlocked.Exchange(ref others[i], null);
        }

        return set ?? new TapeSet(count);
    }

    /// <summary>Takes back what <see cref="Rent"/> gave.</summary>
    public void Return(TapeSet set)
    {
        if (Interlocked.CompareExchange(ref first, set, null) is null)
        {
            return;
        }

        for (int i = 0; i < others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref others[i], set, null) is null)
            {
                return;
            }
        }
    }
}

/// <summary>What a loop says that would run more often than <c>[Loss(MaxTrips = n)]</c> allows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LoopLimit
{
    /// <summary>Always throws.</summary>
    /// <exception cref="InvalidOperationException">Names the loop and the limit.</exception>
    [DoesNotReturn]
    public static void Reached(string loop, int trips) =>
        throw new InvalidOperationException($"The loop '{loop}' wants more than the {trips} iterations that [Loss(MaxTrips = {trips})] allows.");
}
