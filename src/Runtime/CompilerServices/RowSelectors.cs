using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SymbolicGD.CompilerServices;

/// <summary>Which examples a generated kernel runs over. A kernel is specialized for each implementation.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IRowSelector
{
    /// <summary>The number of examples selected.</summary>
    int Count { get; }

    /// <summary>The row of the example at a position from 0 to <see cref="Count"/> − 1.</summary>
    int this[int position] { get; }
}

/// <summary>All examples, in order: rows are contiguous.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct AllRows(int count) : IRowSelector
{
    /// <inheritdoc/>
    public int Count { get; } = count;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => position;
    }
}

/// <summary>The examples whose rows are listed in a batch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct BatchRows(ReadOnlySpan<int> batch) : IRowSelector
{
    private readonly ReadOnlySpan<int> _batch = batch;

    /// <inheritdoc/>
    public int Count => _batch.Length;

    /// <inheritdoc/>
    public int this[int position]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _batch[position];
    }
}
