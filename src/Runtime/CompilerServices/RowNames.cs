using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <summary>The rows of a parameter that the examples of a batch name, while they are being named: see <see cref="TouchedRows"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct RowNames
{
    private readonly ref int _named;
    private readonly ref int _marks;
    private readonly ref int _count;
    private readonly int _rows;
    private readonly int _batch;
    private int _next;

    /// <param name="named">Where they are listed: as many places as there are rows, and one more, which is written to but never counts.</param>
    /// <param name="marks">Of each row, the batch that named it last.</param>
    /// <param name="count">How many are listed.</param>
    /// <param name="batch">This batch.</param>
    internal RowNames(int[] named, int[] marks, ref int count, int batch)
    {
        _named = ref MemoryMarshal.GetArrayDataReference(named);
        _marks = ref MemoryMarshal.GetArrayDataReference(marks);
        _count = ref count;
        _rows = marks.Length;
        _batch = batch;
        _next = count;
    }

    /// <summary>Names a row. One that the block does not have is passed over: a loss may guard against it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int row)
    {
        if ((uint)row < (uint)_rows) AddKnown(row);
    }

    /// <summary>Names a row that the block has.</summary>
    /// <remarks>Whether a row is a new one is a coin's toss: written without a branch on it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddKnown(int row)
    {
        ref int mark = ref Unsafe.Add(ref _marks, (nint)(uint)row);
        Unsafe.Add(ref _named, (nint)(uint)_next) = row;
        _next += mark != _batch ? 1 : 0;
        mark = _batch;
    }

    /// <summary>Ends naming: before, nobody knows of it.</summary>
    /// <remarks>Not a call: across one, the sums of a kernel's loop would not stay in registers, and be stored in each turn.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void End() => _count = _next;
}
