using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>Which examples a part of an evaluation runs over: a stretch of all of them, or of a batch.</summary>
/// <remarks>An evaluation has one part or several, by the number of its examples alone. A part that is not the only one has 64 examples or more.</remarks>
public readonly ref struct ExampleRows
{
    private readonly ReadOnlySpan<int> batch;       // and what will be read after it
    private readonly TouchedRows? touched;
    private readonly int total;
    private readonly int start;

    /// <summary>Examples of a batch, indices that are checked and not empty.</summary>
    internal ExampleRows(ReadOnlySpan<int> batch)
        : this(batch, batch.Length)
    {
    }

    /// <summary>The first of those that are listed. What follows them will be read next: such indices need not be checked.</summary>
    internal ExampleRows(ReadOnlySpan<int> listed, int count)
    {
        batch = listed;
        Count = count;
    }

    /// <summary>The same, of which the evaluation names the rows of the parameters that they touch.</summary>
    internal ExampleRows(ReadOnlySpan<int> batch, TouchedRows? touched)
        : this(batch) => this.touched = touched;

    /// <summary>Of so many examples in all those from a position on.</summary>
    internal ExampleRows(int total, int start, int count)
    {
        this.total = total;
        this.start = start;
        Count = count;
    }

    /// <summary>The number of examples, 1 or more.</summary>
    public int Count { get; }

    /// <summary>The index of the example at a position below <see cref="Count"/>.</summary>
    public int this[int position] => IsBatch ? batch[position] : start + position;

    /// <summary>Whether the examples are those of a batch: <see cref="Batch"/> lists them; if not, <see cref="All"/> does.</summary>
    public bool IsBatch => !batch.IsEmpty;

    /// <summary>Whether the examples are those of a batch and the evaluation names the rows that they touch: see <see cref="Named"/>.</summary>
    public bool AreNamed => touched is not null;

    /// <summary>What a generated kernel takes that names rows.</summary>
    public NamedRows Named => new(batch, touched!);

    /// <summary>What a generated kernel takes that names rows, each of one vector.</summary>
    public NamedVectors NamedVectors => new(Named);

    /// <summary>What a generated kernel over a batch takes.</summary>
    public BatchRows Batch => new(batch, Count);

    /// <summary>What a generated kernel over all examples takes.</summary>
    public AllRows All => new(total, start, Count);
}
