using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>What an argument of the user's method is to the objective.</summary>
internal enum ArgumentRole : byte
{
    Parameter,
    Constant,
    Data,
    Example,
    Count,

    /// <summary>Where a residual method writes: see <see cref="BufferKind.Output"/>.</summary>
    Output,
}

/// <summary>
/// One argument of the user's method, in order. An array argument, and every data argument, has a buffer; other scalars
/// are read with <see cref="Op.Argument"/>. <c>[Example]</c> is the counter of the loop over examples.
/// </summary>
/// <param name="Name">The user's name.</param>
/// <param name="Extent">Index into <see cref="Function.Extents"/> of an array argument's length, of a matrix's number of rows; -1 for scalars.</param>
/// <param name="Buffer">Index into <see cref="Function.Buffers"/>; -1 where there is none.</param>
/// <param name="Columns">
/// Index into <see cref="Function.Extents"/> of a matrix's number of columns; -1 for others. The buffer holds row after row without gaps:
/// element (i, j) has the index i·columns + j.
/// </param>
internal sealed record Argument(string Name, ArgumentRole Role, ScalarType Type, bool IsArray, int Extent, int Buffer, int Columns = -1)
{
    public bool IsMatrix => Columns >= 0;

    /// <summary>The extents, slowest first: none for a scalar, one for a span, two for a matrix.</summary>
    public IEnumerable<int> Dimensions => !IsArray ? [] : IsMatrix ? [Extent, Columns] : [Extent];

    /// <summary>The number of elements (of one example, for data) where each extent has the given value.</summary>
    public int LengthAt(IReadOnlyList<int> extents) => Dimensions.Aggregate(1, (length, extent) => length * extents[extent]);
}

/// <summary>A length that several arrays share. Its value is known when the objective is constructed.</summary>
/// <param name="Name">The name from <c>[Shape]</c>, else that of the first array that has it.</param>
/// <param name="Literal">The value that the loss itself gives it, by an array of constant length; -1 where there is none.</param>
internal sealed record Extent(string Name, int Literal = -1);

internal enum BufferKind : byte
{
    /// <summary>A parameter array: read only.</summary>
    Parameter,

    /// <summary>A constant array: read only.</summary>
    Constant,

    /// <summary>The current example's row of a data column (a scalar column has rows of length 1): read only, valid inside the loop over examples.</summary>
    Data,

    /// <summary>An array of the user's method, or one that a pass made. Zero-initialized by its <see cref="Alloc"/>.</summary>
    Local,

    /// <summary>Where the derivative with respect to a parameter is accumulated (length 1 for a scalar parameter). Zero on entry, live on exit.</summary>
    Gradient,

    /// <summary>Adjoints of a local array. Zero-initialized by its <see cref="Alloc"/>.</summary>
    Adjoint,

    /// <summary>Values of the forward sweep that the reverse sweep reads. Not initialized.</summary>
    Tape,

    /// <summary>Where the residuals of an example are stored. Zero on entry, live on exit.</summary>
    Output,

    /// <summary>The direction along which a parameter moves (length 1 for a scalar parameter): read only.</summary>
    Direction,

    /// <summary>What each residual of the current example is multiplied by: read only, valid inside the loop over examples.</summary>
    Multipliers,
}

/// <param name="Argument">Index of the argument that it holds (for Gradient: is the derivative of; for Direction: moves); -1 for others.</param>
/// <param name="Overwritten">
/// For Gradient: if it has <see cref="OverwrittenFrom"/> elements or more, each is stored to, and need not be zero on entry. For Local: each element is
/// stored before it is read, so that its <see cref="Alloc"/> need not fill it. For Tape: it is the schedule's, a working array rather than a record.
/// </param>
/// <param name="Growing">
/// For Tape and Local: a store past the end makes it longer; its <see cref="Alloc"/> has length 0 and fills nothing. What is read was stored before.
/// </param>
/// <param name="Owner">For a growing one, the loop whose iterations it records, as the user wrote it: for the message when memory runs out.</param>
/// <param name="Triangle">For an array that holds triangular matrices, or their adjoints, in rows and blocks of rows that are padded to whole tiles: see <see cref="MatrixTiles"/>.</param>
internal sealed record BufferInfo(
    string Name, BufferKind Kind, ScalarType Type, int Argument, bool Overwritten = false, bool Growing = false, string? Owner = null, Triangle Triangle = Triangle.None)
{
    public const int OverwrittenFrom = 8;

    /// <summary>Whether it is the caller's and only read: an argument, data or a direction. Its version is 0 throughout.</summary>
    public bool IsReadOnly => Kind is BufferKind.Parameter or BufferKind.Constant or BufferKind.Data or BufferKind.Direction or BufferKind.Multipliers;

    /// <summary>Whether it holds what belongs to the current example, and is the caller's.</summary>
    public bool IsOfExample => Kind is BufferKind.Data or BufferKind.Multipliers;
}

/// <summary>On which side of the diagonal a matrix has elements; those on the other side are zero, and nothing reads their adjoints.</summary>
internal enum Triangle : byte
{
    None,

    /// <summary>On the diagonal and below it.</summary>
    Lower,

    /// <summary>On the diagonal and above it.</summary>
    Upper,
}

/// <summary>How matrices that the generator lays out itself are padded, so that products run over whole tiles and have no edges.</summary>
internal static class MatrixTiles
{
    /// <summary>Rows of a tile; on machines of 256 bits it has half as many.</summary>
    public const int Rows = 12;

    /// <summary>Columns of a tile: two vectors of 512 bits.</summary>
    public static int Columns(ScalarType real) => real == ScalarType.F32 ? 32 : 16;
}

/// <summary>
/// A function of the IR: structured regions of single-assignment values, with loops kept as loops.
/// </summary>
/// <remarks>
/// Equality is structural, over flat data: two captures of the same source compare equal whatever the compilation, which
/// is what the incremental driver relies on. No Roslyn object can hide here.
/// </remarks>
/// <param name="Real">The type of the loss and of the flat parameter vector.</param>
/// <param name="Values">Per value id: its type and the user's name for it, if any.</param>
/// <param name="Result">The value id of the loss, summed over the examples; -1 where only the gradient buffers are wanted.</param>
internal sealed record Function(
    string Name,
    ScalarType Real,
    EquatableArray<Argument> Arguments,
    EquatableArray<Extent> Extents,
    EquatableArray<BufferInfo> Buffers,
    EquatableArray<ValueInfo> Values,
    Region Body,
    int Result)
{
    public ScalarType TypeOf(int value) => Values[value].Type;
}

internal readonly record struct ValueInfo(ScalarType Type, string? Name);

/// <summary>A sequence of items; a value is visible from its definition to the end of its region, nested regions included.</summary>
internal sealed record Region(EquatableArray<Item> Items)
{
    public static Region Empty { get; } = new(EquatableArray<Item>.Empty);
}

/// <summary>One step of a region.</summary>
internal abstract record Item;

/// <summary>A pure operation. Unused operands are -1.</summary>
internal sealed record Let(int Id, Op Op, int A, int B, int C, long Payload) : Item
{
    public IEnumerable<int> Operands
    {
        get
        {
            if (A >= 0) yield return A;
            if (B >= 0) yield return B;
            if (C >= 0) yield return C;
        }
    }

    public double RealConstant => BitConverter.Int64BitsToDouble(Payload);
}

/// <summary>Reads <c>buffer[index]</c> at the given version of the buffer: 0 for read-only ones, see <see cref="IrBuilder"/>.</summary>
internal sealed record Load(int Id, int Buffer, int Version, int Index) : Item;

/// <summary>Overwrites <c>buffer[index]</c> and so makes a new version of the buffer.</summary>
internal sealed record Store(int Buffer, int Index, int Value) : Item;

/// <summary>
/// <c>buffer[index] += value</c>. Accumulations into one buffer commute, so loops over them may be reordered.
/// </summary>
internal sealed record Accumulate(int Buffer, int Index, int Value) : Item;

/// <summary>Brings a local, adjoint or tape buffer of the given length (a value id) into being; local and adjoint buffers are filled with zeros.</summary>
internal sealed record Alloc(int Buffer, int Length) : Item;

/// <summary>
/// A counted loop: the counter takes from, from+1, …, to−1 (or, with <paramref name="Descending"/>, to−1, …, from).
/// </summary>
/// <param name="Counter">Value id of the counter (I32), visible in the body.</param>
/// <param name="IsExamples">The loop over the examples of the objective: data buffers are read at the current example.</param>
/// <param name="While">The id of a carried Bool, or -1: before each iteration the loop ends if it is false.</param>
/// <param name="Limited">
/// For a loop whose trip count only <paramref name="While"/> knows, its text in the user's source: <paramref name="To"/> is then how many iterations
/// may be recorded (<see cref="int.MaxValue"/>: any number), and to want more is an error that names the loop. Else null.
/// </param>
internal sealed record Loop(
    int Counter, int From, int To, bool Descending, bool IsExamples, EquatableArray<Carried> Carried, Region Body,
    int While = -1, string? Limited = null) : Item
{
    /// <summary>Whether it may end before the counter has taken all its values.</summary>
    public bool EndsEarly => While >= 0;
}

/// <summary>A value that a loop carries from one iteration to the next.</summary>
/// <param name="Id">Its value id inside the body.</param>
/// <param name="Init">Its value before the first iteration.</param>
/// <param name="Next">Its value for the next iteration, defined in or visible from the body.</param>
/// <param name="Result">Its value id after the loop: <paramref name="Init"/> if no iteration ran.</param>
internal readonly record struct Carried(int Id, int Init, int Next, int Result);

/// <summary>A branch. Only the region taken is evaluated.</summary>
internal sealed record If(int Condition, Region Then, Region Else, EquatableArray<Merge> Results) : Item;

/// <summary>A value that a branch gives, from either side.</summary>
internal readonly record struct Merge(int Result, int Then, int Else);
