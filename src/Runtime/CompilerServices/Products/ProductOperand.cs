using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <summary>
/// A factor of a product Σₖ a(i, k)·b(j, k): the place of the value at (i, k), where k is what the sum runs over and i is the row of the
/// result (of the first factor) or its column (of the second). Values are row-major, and either i or k runs along their rows.
/// </summary>
/// <remarks>
/// By the usual names: A·Bᵀ (NT) has two factors of <see cref="Rows(ReadOnlySpan{T}, int)"/>; A·B (NN) has one of rows and one of
/// <see cref="Columns(ReadOnlySpan{T}, int)"/>; Aᵀ·B (TN) has two of columns.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct ProductOperand<T>
    where T : unmanaged
{
    private readonly ReadOnlySpan<T> _values;
    private readonly ReadOnlySpan<int> _selected;
    private readonly bool _selects;

    private ProductOperand(ReadOnlySpan<T> values, int stride, bool alongSum, ReadOnlySpan<int> selected, bool selects)
    {
        _values = values;
        Stride = stride;
        IsAlongSum = alongSum;
        _selected = selected;
        _selects = selects;
    }

    /// <summary>The distance of rows.</summary>
    internal int Stride { get; }

    /// <summary>Whether a row runs along the sum.</summary>
    internal bool IsAlongSum { get; }

    /// <summary>Whether rows are where they are by themselves, rather than by a list.</summary>
    internal bool IsPlain => !_selects;

    /// <summary>The value at (i, k) is values[i·stride + k].</summary>
    public static ProductOperand<T> Rows(ReadOnlySpan<T> values, int stride) => new(values, stride, alongSum: true, [], selects: false);

    /// <summary>The value at (i, k) is values[k·stride + i].</summary>
    public static ProductOperand<T> Columns(ReadOnlySpan<T> values, int stride) => new(values, stride, alongSum: false, [], selects: false);

    /// <summary>The value at (i, k) is values[selected[i]·stride + k].</summary>
    public static ProductOperand<T> Rows(ReadOnlySpan<T> values, int stride, ReadOnlySpan<int> selected) =>
        new(values, stride, alongSum: true, selected, selects: true);

    /// <summary>The value at (i, k) is values[selected[k]·stride + i].</summary>
    public static ProductOperand<T> Columns(ReadOnlySpan<T> values, int stride, ReadOnlySpan<int> selected) =>
        new(values, stride, alongSum: false, selected, selects: true);

    /// <summary>The value at (i, k), and those after it in its row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T At(int i, int k)
    {
        (int row, int column) = IsAlongSum ? (i, k) : (k, i);
        if (_selects) row = _selected[row];
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(_values), ((nint)row * Stride) + column);
    }

    /// <summary>The value at (i, 0) if the list had row 0 first: what the distances of <see cref="ListLines"/> are counted from.</summary>
    internal ref T Column(int i) => ref Unsafe.Add(ref MemoryMarshal.GetReference(_values), i);

    /// <summary>The distances, in bytes, of listed rows that follow one another in the sum.</summary>
    internal void ListLines(int start, Span<nint> lines)
    {
        for (int k = 0; k < lines.Length; k++) lines[k] = (nint)_selected[start + k] * Stride * Unsafe.SizeOf<T>();
    }

    /// <summary>Checks that the values at all (i, k) with i &lt; <paramref name="count"/> and k &lt; <paramref name="depth"/> exist.</summary>
    internal void Check(int count, int depth)
    {
        (int rows, int width) = IsAlongSum ? (count, depth) : (depth, count);
        if (rows == 0 || width == 0) return;

        int last = rows - 1;
        if (_selects)
        {
            last = 0;
            foreach (int row in _selected[..rows])
            {
                ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(_selected));
                last = Math.Max(last, row);
            }
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(((long)last * Stride) + width, _values.Length, nameof(_values));
    }
}
