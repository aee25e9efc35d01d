namespace SymbolicGD.GeneratorTests.RandomPrograms;

internal sealed partial class ProgramWriter
{
    /// <param name="CanCapture">Whether a local function may use it: references cannot be captured.</param>
    private sealed record Variable(string Name, double Size, double Low, bool IsMutable, bool CanCapture = true);

    /// <param name="Extent">Arrays of the same extent are equally long; a number, a name from <c>[Shape]</c>, or the array's own name.</param>
    /// <param name="IsArray">Whether it is a <c>T[]</c>; else a span.</param>
    private sealed record ArrayVariable(string Name, string Extent, double Size, bool IsWritable, bool MayBeEmpty = false, bool IsArray = false)
    {
        /// <summary>Spans of one root lie in the same memory.</summary>
        public string Root { get; init; } = Name;

        /// <summary>By its name: arrays and spans that can be written to start with h, but for the residuals.</summary>
        public bool IsReadOnlySpan => Name[0] != 'h' && Name != Residuals;
    }

    /// <param name="IsArray">Whether it is a <c>T[,]</c>, which has no rows as spans.</param>
    /// <param name="IsContiguous">Whether its rows follow each other without gaps.</param>
    private sealed record MatrixVariable(string Name, string Rows, string Columns, double Size, bool IsWritable, bool IsArray = false, bool IsContiguous = true)
    {
        public string Root { get; init; } = Name;

        public string RowCount => IsArray ? $"{Name}.GetLength(0)" : $"{Name}.Rows";

        public string ColumnCount => IsArray ? $"{Name}.GetLength(1)" : $"{Name}.Columns";
    }

    /// <summary>An integer that is an index of the extent's arrays.</summary>
    private sealed record IndexVariable(string Name, string Extent);

    /// <summary>An array or span of integers, each an index of all arrays of the extents <paramref name="Into"/>.</summary>
    private sealed record IndexArray(string Name, string Extent, string[] Into, bool IsArray);

    /// <param name="Size">Bounds every number in it.</param>
    private sealed record AggregateVariable(string Name, AggregateType Type, double Size, bool IsMutable, bool CanCapture = true);

    private sealed record AggregateArray(string Name, AggregateType Type, string Extent, double Size, bool IsWritable = true);

    /// <summary>What can be named at a place in the program. A scope works on a copy.</summary>
    private sealed class Known
    {
        public List<Variable> Variables { get; init; } = [];

        public List<ArrayVariable> Arrays { get; init; } = [];

        public List<MatrixVariable> Matrices { get; init; } = [];

        public List<IndexVariable> Indices { get; init; } = [];

        public List<IndexArray> IndexArrays { get; init; } = [];

        public List<AggregateVariable> Aggregates { get; init; } = [];

        public List<AggregateArray> AggregateArrays { get; init; } = [];

        public List<Function> Functions { get; init; } = [];

        public List<string> Flags { get; init; } = [];

        public List<string> Integers { get; init; } = [];

        public Known Copy() => new()
        {
            Variables = [.. Variables],
            Arrays = [.. Arrays],
            Matrices = [.. Matrices],
            Indices = [.. Indices],
            IndexArrays = [.. IndexArrays],
            Aggregates = [.. Aggregates],
            AggregateArrays = [.. AggregateArrays],
            Functions = [.. Functions],
            Flags = [.. Flags],
            Integers = [.. Integers],
        };

        /// <summary>What a local function may use: no spans, no references.</summary>
        public Known Captured() => new()
        {
            Variables = [.. Variables.Where(v => v.CanCapture)],
            Arrays = [.. Arrays.Where(a => a.IsArray)],
            Matrices = [.. Matrices.Where(m => m.IsArray)],
            Indices = [.. Indices.Where(i => Arrays.Any(a => a.IsArray && a.Extent == i.Extent) || Matrices.Any(m => m.IsArray && (m.Rows == i.Extent || m.Columns == i.Extent)))],
            IndexArrays = [.. IndexArrays.Where(a => a.IsArray)],
            Aggregates = [.. Aggregates.Where(a => a.CanCapture)],
            AggregateArrays = [.. AggregateArrays],
            Functions = [.. Functions],
            Flags = [.. Flags],
            Integers = [.. Integers],
        };

        /// <summary>The same, with nothing that can be changed: what a lambda may use.</summary>
        public Known ReadOnly() => new()
        {
            Variables = [.. Variables.Select(v => v with { IsMutable = false })],
            Arrays = [.. Arrays.Select(a => a with { IsWritable = false })],
            Matrices = [.. Matrices.Select(m => m with { IsWritable = false })],
            Indices = Indices,
            IndexArrays = IndexArrays,
            Aggregates = [.. Aggregates.Select(a => a with { IsMutable = false })],
            AggregateArrays = [.. AggregateArrays.Select(a => a with { IsWritable = false })],
            Functions = Functions,
            Flags = Flags,
            Integers = Integers,
        };
    }
}
