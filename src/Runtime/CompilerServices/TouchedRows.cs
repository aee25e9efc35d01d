using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <summary>The rows of the parameters that the examples of a batch name. A generated objective fills it, block by block of its layout.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TouchedRows
{
    private readonly ParameterLayout layout;
    private readonly Rows?[] blocks;
    private readonly int[] widths;
    private readonly int[] companions;    // of each block: the block of one-element rows that goes with it; Alone, or Follows where it goes with another one
    private byte[][] columns = [];        // the values of a batch of each column that a kernel gathers
    private int batches;

    internal TouchedRows(ParameterLayout layout)
    {
        this.layout = layout;
        blocks = new Rows?[layout.Blocks.Count];
        widths = [.. layout.Blocks.Select(block => block.Shape.Count == 0 || block.Shape[0] == 0 ? block.Length : block.Length / block.Shape[0])];
        companions = new int[blocks.Length];
        Array.Fill(companions, Alone);
    }

    /// <summary>What <see cref="Companion"/> says of a block whose rows go with those of no other.</summary>
    internal const int Alone = -1;

    /// <summary>What <see cref="Companion"/> says of a block that is the companion of another one.</summary>
    internal const int Follows = -2;

    /// <summary>Names the rows of a parameter that are numbered as the examples of the batch.</summary>
    /// <param name="block">Which block of the layout.</param>
    /// <param name="batch">Numbers of examples.</param>
    public void Add(int block, ReadOnlySpan<int> batch)
    {
        RowsOf(block).Add(batch, batches);
    }

    /// <summary>Names the rows of a parameter that a column of the data gives for the examples of the batch.</summary>
    /// <param name="block">Which block of the layout.</param>
    /// <param name="batch">Numbers of examples.</param>
    /// <param name="column">Numbers of rows. Those that the block does not have are passed over: a loss may guard against them.</param>
    /// <param name="width">How many numbers the column has for an example.</param>
    /// <param name="element">Which of them.</param>
    public void Add(int block, ReadOnlySpan<int> batch, ReadOnlySpan<int> column, int width = 1, int element = 0)
    {
        RowsOf(block).Add(batch, batches, column, width, element);
    }

    /// <summary>Names the rows of a parameter that were named of another one, with as many rows.</summary>
    /// <param name="block">Which block of the layout.</param>
    /// <param name="other">The other one.</param>
    public void AddSame(int block, int other)
    {
        if (blocks[block] is not null) return;
        blocks[block] = RowsOf(other);

        // A vector and its bias: what names them both is gone through once.
        if (widths[block] == 1 && widths[other] > 1 && companions[other] == Alone) (companions[other], companions[block]) = (block, Follows);
    }

    /// <summary>Begins to name rows of a block, row by row.</summary>
    internal RowNames Names(int block) => RowsOf(block).Names(batches);

    /// <summary>Copies the values of a column for the examples of a batch to one place, where they stay until the next batch.</summary>
    /// <remarks>A loop of its own: the processor has many of its reads on their way, which in a kernel wait for what it computes in between.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal ref TValue Gather<TValue>(ReadOnlySpan<int> batch, ref TValue column, int number)
        where TValue : unmanaged
    {
        int bytes = batch.Length * Unsafe.SizeOf<TValue>();
        if (number >= columns.Length || columns[number].Length < bytes) Grow(number, bytes);
        ref TValue values = ref Unsafe.As<byte, TValue>(ref MemoryMarshal.GetArrayDataReference(columns[number]));
        for (int k = 0; k < batch.Length; k++) Unsafe.Add(ref values, k) = Unsafe.Add(ref column, batch[k]);
        return ref values;
    }

    private void Grow(int number, int bytes)
    {
        int known = columns.Length;
        if (number >= known)
        {
            Array.Resize(ref columns, number + 1);
            Array.Fill(columns, [], known, number + 1 - known);
        }

        columns[number] = new byte[bytes];
    }

    /// <summary>Begins a new batch, of which no row is named.</summary>
    internal void Clear()
    {
        batches++;
        foreach (Rows? rows in blocks) rows?.Clear(batches == int.MaxValue);
        if (batches == int.MaxValue) batches = 1;
    }

    /// <summary>The stretches of the parameter vector to update: the rows of one block that were named, or a block of which rows never were.</summary>
    internal Stretches this[int block] => blocks[block] is { } rows
        ? new Stretches(rows.Named, layout.Blocks[block].Offset, widths[block])
        : new Stretches(WholeBlock, layout.Blocks[block].Offset, layout.Blocks[block].Length);

    internal int BlockCount => blocks.Length;

    /// <summary>The block with rows of one element that are named whenever those of this block are, to be treated together with it; <see cref="Alone"/> or <see cref="Follows"/>.</summary>
    internal int Companion(int block) => companions[block];

    private static ReadOnlySpan<int> WholeBlock => [0];

    private Rows RowsOf(int block) => blocks[block] ??= new Rows(layout.Blocks[block].Shape[0]);

    /// <summary>Stretches of equal width: the k-th starts at offset + index[k]·width.</summary>
    internal readonly ref struct Stretches(ReadOnlySpan<int> index, int offset, int width)
    {
        public ReadOnlySpan<int> Index { get; } = index;

        public int Offset { get; } = offset;

        public int Width { get; } = width;

        /// <summary>One of them.</summary>
        public Span<T> Of<T>(Span<T> vector, int row) => vector.Slice(Offset + (row * Width), Width);
    }

    private sealed class Rows(int rows)
    {
        private readonly int[] lastBatch = new int[rows];    // of each row
        private readonly int[] named = new int[rows + 1];    // the place after the last one is written to
        private int count;

        public ReadOnlySpan<int> Named => named.AsSpan(0, count);

        public RowNames Names(int batch) => new(named, lastBatch, ref count, batch);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Add(ReadOnlySpan<int> examples, int batch)
        {
            RowNames names = Names(batch);
            foreach (int row in examples) names.Add(row);
            names.End();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Add(ReadOnlySpan<int> examples, int batch, ReadOnlySpan<int> column, int width, int element)
        {
            RowNames names = Names(batch);
            if (width == 1)
            {
                foreach (int example in examples) names.Add(column[example]);
            }
            else
            {
                foreach (int example in examples) names.Add(column[(example * width) + element]);
            }

            names.End();
        }

        public void Clear(bool forget)
        {
            count = 0;
            if (forget) Array.Clear(lastBatch);
        }
    }
}
