using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Kernels with products of matrices: a block has several vectors of examples. Its contractions are calls of <c>MatrixProduct</c> over all of them;
/// what lies between two of those runs for one vector after the other, as in any block. An element of a working array has a value
/// per example of the block.
/// </summary>
internal sealed partial class KernelWriter
{
    /// <summary>The examples of a block: few enough for a hidden layer to stay in the second cache, many enough for full tiles.</summary>
    public const int BlockExamples = 64;

    private readonly int _examplesPerElement;

    // While a part between two contractions is written: its items, and the variable with the first of its examples in the block.
    private List<Item>? _partItems;
    private readonly List<(Accumulate Target, string Sum)> _partSums = [];
    private readonly Dictionary<string, string> _partRows = [];
    private CodeWriter.Bookmark? _partStart;

    // What is the same for all examples of a block is read once, not for each vector of them.
    private bool _inHead;

    // The part only touches working arrays, one vector of examples after the other.
    private bool _isPlain;
    private string? _column;

    private string ColumnShift => _column is null ? string.Empty : " + " + _column;

    private void WriteContractionBlocks(Loop examples)
    {
        var varying = VaryingValues.Of(_function, examples);
        var segments = new ContractionSegments(_function, _index, examples, varying, _plan.IsContraction, _plan.IsBlockLoop);
        string position = _names.Unique("i"), start = _names.Unique("block"), count = _names.Unique("columns"), column = _names.Unique("column");
        string rows = _names.Unique("examples"), kept = _names.Unique("kept"), packing = _names.Unique("packing");
        if (_function.Body.AllItems().OfType<Alloc>().Any(a => _plan.LayoutOf(a.Buffer) == BufferLayout.Shared))
        {
            _code.Line("rest = Lanes.Aligned(rest);");
            WorkspaceTerms.Add("16");
        }

        if (segments.KeptValues.Count > 0)
        {
            string length = NumberText.Integer(segments.KeptValues.Count * BlockExamples);
            _code.Line($"Span<{_real}> {kept} = Lanes.Take(ref rest, {length});");
            WorkspaceTerms.Add(length);
        }

        _code.Line($"Span<{_real}> {packing} = rest;");
        string[] triangles = [.. _plan.Contractions.Where(IsTriangular).Select(c => LengthText(c.Rows, AtConstruction)).Distinct()];
        string[] sizes = [.. _plan.Contractions.Where(c => !IsTriangular(c)).SelectMany(c => new[] { c.Rows, c.Columns }).Select(v => LengthText(v, AtConstruction)).Distinct()];
        if (sizes.Length > 0) WorkspaceTerms.Add($"MatrixProduct.WorkspaceLengthUpTo({NumberText.Integer(BlockExamples)}, {string.Join(", ", sizes)})");
        foreach (string size in triangles) WorkspaceTerms.Add($"TriangleProduct.WorkspaceLength({size})");
        _code.Line($"Span<int> {rows} = stackalloc int[{NumberText.Integer(BlockExamples)}];");
        CodeWriter.Bookmark before = _code.Mark();
        _block = new BlockState(position, varying, [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)], _code, before);
        _block.PerLane[examples.Counter] = at => new Text($"Lanes.Example(rows, {at})");
        StartSums(examples);
        using (Block($"for (int {start} = 0; {start} < rows.Count; {start} += {NumberText.Integer(BlockExamples)})"))
        {
            _code.Line($"int {count} = ExampleBlock.Fill({rows}, rows, {start}, {_lanes});");
            WriteSegment(segments.Body, new ContractionBlock(examples, segments, start, count, column, kept, rows, packing));
        }

        EndSums(examples, before);
    }

    /// <summary>The names of the variables of a block.</summary>
    private sealed record ContractionBlock(
        Loop Examples, ContractionSegments Segments, string Start, string Count, string Column, string Kept, string Rows, string Packing);

    private void WriteSegment(ContractionSegments.Segment segment, ContractionBlock block)
    {
        _inHead = true;
        foreach (Item item in segment.Head) WriteItem(item);
        _inHead = false;
        foreach (Alloc alloc in segment.Allocs)
        {
            if (NeedsZeros(alloc)) _code.Line($"{_bufferNames[alloc.Buffer]}.Clear();");
        }

        foreach (ContractionSegments.Part part in segment.Parts)
        {
            if (part.IsIdle)
            {
                // Integers of the examples: texts that are written where they are used.
                foreach (Item item in part.Items.Where(i => IrFacts.Definitions(i).Any(v => _function.TypeOf(v) == ScalarType.I32))) WriteItem(item);
            }
            else if (part.Contraction is { } nest)
            {
                WriteProduct(_plan.Contractions.First(c => c.Counter == nest.Counter), block);
            }
            else if (part.Loop is { } loop)
            {
                string counter = NameOf(loop.Counter, "k");
                _scalars[loop.Counter] = new Text(counter);
                _currentLoopDepth++;
                using (Block(LoopHeader(loop, counter))) WriteSegment(part.Body!, block);
                _currentLoopDepth--;
            }
            else
            {
                WritePart(part, block);
            }
        }
    }

    private void WritePart(ContractionSegments.Part part, ContractionBlock names)
    {
        (Loop examples, ContractionSegments segments, string start, string count, string column, string kept, _, _) = names;
        List<Carried> sums = [.. examples.Carried.Items.Where(c => c.Next != c.Id && segments.PartOf(c) == part)];
        _block!.Forget(v => _index.LetOf(v) is { Op: Op.Extent } || (_index.LetOf(v) is { Op: Op.Argument } argument && argument.Payload != SpecialArgument.Seed));
        _partItems = [.. part.Again, .. part.Items];

        // Elements that other parts load again themselves.
        HashSet<int> read = [.. _partItems.SelectMany(i => i is Loop or If ? IrFacts.FreeValues(new Region(new[] { i }.ToEquatableArray())).Concat(i.Reads()) : i.Reads()), .. part.Kept, .. sums.Select(c => c.Next)];
        _partItems.RemoveAll(i => i is Load load && !read.Contains(load.Id));
        _column = column;
        _code.Gap();
        _partStart = _code.Mark();
        bool usesMask = sums.Any(c => c.Result == _function.Result) || _partItems.Any(i => i is Let { Op: Op.Argument, Payload: SpecialArgument.Seed });
        _isPlain = !usesMask && _partItems.All(IsPlain);
        using (Block(_isPlain ? $"for (nuint {column} = 0; {column} < (nuint){count}; {column} += {_lanes})" : $"for (int {column} = 0; {column} < {count}; {column} += {_lanes})"))
        {
            CodeWriter.Bookmark body = _code.Mark();
            if (usesMask)
            {
                _code.Line($"var active = Lanes.Active(({_real})({start} + {column} - {_block.Position}));");
            }

            foreach (int value in part.Taken)
            {
                string name = NameOf(value);
                _code.Line($"var {name} = Vector512.LoadUnsafe(ref {Slot(value)});");
                _block.Vectors[value] = new Text(name);
            }

            foreach (Item item in _partItems) WriteItem(item);
            foreach (int value in part.Kept) _code.Line($"{Vector(value).Under(Text.Atom)}.StoreUnsafe(ref {Slot(value)});");
            foreach (Carried carried in sums) AddToSum(carried, masked: true);
            if (_code.NamesSince(body, _block.Position)) _code.InsertAt(body, $"int {_block.Position} = Math.Min({start} + {column}, rows.Count - {_lanes});");
            if (usesMask) _code.InsertAt(body, LastBlockComment);
        }

        _partRows.Clear();

        foreach ((Accumulate target, string sum) in _partSums) _code.Line($"{_bufferNames[target.Buffer]}[{Scalar(target.Index)}] += Lanes.Sum({sum});");
        _partSums.Clear();
        _partItems = null;
        _column = null;

        string Slot(int value) => Row($"{kept}.Slice({NumberText.Integer(segments.KeptValues.IndexOf(value) * BlockExamples)}, {NumberText.Integer(BlockExamples)})", kept);
    }

    private bool IsPlain(Item item)
    {
        return item switch
        {
            Let let => _function.TypeOf(let.Id) != ScalarType.I32 && let.Operands.All(o => _function.TypeOf(o) != ScalarType.I32 || !IsLane(o)),
            Load load => IsPlainElement(load.Buffer, load.Index),
            Store store => IsPlainElement(store.Buffer, store.Index),
            Accumulate accumulate => IsPlainElement(accumulate.Buffer, accumulate.Index, orShared: true),
            _ => false,
        };

        bool IsPlainElement(int buffer, int index, bool orShared = false) =>
            _plan.LayoutOf(buffer) is var layout && (layout == BufferLayout.PerLane || (orShared && layout == BufferLayout.Shared))
            && !IsLane(index) && !_partItems!.Any(i => IrFacts.Definitions(i).Contains(index));
    }

    /// <summary>The arguments, after <c>ref</c>, for a vector of examples in what a slice has for all examples of the block: the slice is made once, before the part.</summary>
    private string Row(string slice, string array)
    {
        if (!_partRows.TryGetValue(slice, out string name))
        {
            name = _partRows[slice] = _names.UniqueAtTop(array + "At");
            _code.InsertAt(_partStart!, $"ref {_real} {name} = ref {slice}[0];");
        }

        return $"{name}, {(_isPlain ? string.Empty : "(nuint)")}{_column}";
    }

    /// <summary>The arguments, after <c>ref</c>, for an element of a working array and a vector of examples: from a reference to the element's first example where the index is known before the part.</summary>
    private string? ElementInBlock(int buffer, int index)
    {
        if (_partItems is null || _column is null || _partItems.Any(i => i is Loop or If || IrFacts.Definitions(i).Contains(index))) return null;
        string first = _index.LetOf(index) is { Op: Op.Const } constant ? NumberText.Integer(constant.Payload * _examplesPerElement) : $"{Scalar(index).Under(Text.Product)} * {_examplesPerElement}";
        return Row($"{_bufferNames[buffer]}.Slice({first}, {_examplesPerElement})", _bufferNames[buffer]);
    }

    /// <summary>What a part adds to one element of the gradient, for all examples of the block: their lanes are added up once.</summary>
    private bool AddOverBlock(Accumulate accumulate, Text value)
    {
        if (_partItems is null || !_partItems.Contains(accumulate) || _partItems.Any(i => IrFacts.Definitions(i).Contains(accumulate.Index))) return false;
        string sum = _names.UniqueAtTop("sum");
        _code.InsertAt(_partStart!, $"var {sum} = {VectorType}.Zero;");
        _code.Line($"{sum} += {value};");
        _partSums.Add((accumulate, sum));
        return true;
    }

    /// <summary>How many rows and columns the product has, and how many terms its sums, in the order in which <c>MatrixProduct</c> takes them.</summary>
    private static string[] Shape(Contraction c, Func<int, string> length, string examples) => c.Kind switch
    {
        ContractionKind.Forward => [length(c.Rows), examples, length(c.Columns)],
        ContractionKind.Backward => [length(c.Columns), examples, length(c.Rows)],
        _ when c.ColumnStride == MatrixIndex.One => [length(c.Rows), length(c.Columns), examples],
        _ => [length(c.Columns), length(c.Rows), examples],
    };

    // Triangular products write whole tiles, and may read them.
    private static readonly string BeyondTiles = $" + {NumberText.Integer(MatrixTiles.Rows - 1)}";

    private bool IsWrittenInTiles(int buffer) => _plan.Contractions.Any(c => IsTriangular(c) && (c.Signal == buffer || (c.Kind != ContractionKind.Forward && c.Vector == buffer)));

    /// <summary>Whether a product is one with a triangular matrix that was laid out for it, and what it writes may be padded.</summary>
    private bool IsTriangular(Contraction c)
    {
        if (_function.Buffers[c.Matrix].Triangle == Triangle.None || c.ColumnStride != MatrixIndex.One || _function.Buffers[c.Vector].Kind == BufferKind.Data) return false;
        string size = LengthText(c.Rows, null);
        if (LengthText(c.Columns, null) != size) return false;
        return c.Kind != ContractionKind.Backward || (c.VectorShift.Count == 0 && c.VectorConstant == 0
            && _function.Body.AllItems().OfType<Alloc>().All(a => a.Buffer != c.Vector || LengthText(a.Length, null) == size));
    }

    private void WriteTriangularProduct(Contraction c, string matrix, string signal, string vector, ContractionBlock block)
    {
        string stride = Scalar(c.RowStride).Code, size = Scalar(c.Rows).Code, upper = _function.Buffers[c.Matrix].Triangle == Triangle.Upper ? "true" : "false";
        string m = _bufferNames[c.Matrix], v = _bufferNames[c.Vector], s = _bufferNames[c.Signal];
        _code.Gap();
        switch (c.Kind)
        {
            case ContractionKind.Forward:
                _code.Line($"// {s} = {m} · {v}, for all examples of the block");
                _code.Line($"TriangleProduct.Multiply<{_real}>({matrix}, {stride}, transposed: false, isUpper: {upper}, {vector}, {signal}, {size}, {block.Count}, accumulate: false);");
                break;
            case ContractionKind.Backward:
                _code.Line($"// {v} += {m}ᵀ · {s}, for all examples of the block");
                _code.Line($"TriangleProduct.Multiply<{_real}>({matrix}, {stride}, transposed: true, isUpper: {upper}, {signal}, {vector}, {size}, {block.Count}, accumulate: true);");
                break;
            default:
                _code.Line($"// {m} += {s} · {v}ᵀ, for all examples of the block");
                _code.Line($"TriangleProduct.Accumulate<{_real}>({signal}, {vector}, {matrix}, {stride}, isUpper: {upper}, {size}, {block.Count}, {block.Packing});");
                break;
        }
    }

    private void WriteProduct(Contraction c, ContractionBlock block)
    {
        (string count, string rows, string packing) = (block.Count, block.Rows, block.Packing);
        bool rowMajor = c.ColumnStride == MatrixIndex.One;
        string stride = Scalar(rowMajor ? c.RowStride : c.ColumnStride).Code, perElement = NumberText.Integer(BlockExamples);
        string matrix = _bufferNames[c.Matrix] + ShiftText(c.Shift, c.Constant, 1), signal = _bufferNames[c.Signal] + ShiftText(c.SignalShift, c.SignalConstant, BlockExamples);
        string vector = _bufferNames[c.Vector] + ShiftText(c.VectorShift, c.VectorConstant, BlockExamples);
        if (IsTriangular(c))
        {
            WriteTriangularProduct(c, matrix, signal, vector, block);
            return;
        }

        (string comment, string a, string b, string result, string width) = c.Kind switch
        {
            ContractionKind.Forward => ($"{_bufferNames[c.Signal]} = {_bufferNames[c.Matrix]} · {_bufferNames[c.Vector]}", Operand(rowMajor, matrix, stride), VectorOperand(alongSum: false), signal, perElement),
            ContractionKind.Backward => ($"{_bufferNames[c.Vector]} += {_bufferNames[c.Matrix]}ᵀ · {_bufferNames[c.Signal]}", Operand(!rowMajor, matrix, stride), Operand(false, signal, perElement), vector, perElement),
            _ when rowMajor => ($"{_bufferNames[c.Matrix]} += {_bufferNames[c.Signal]} · {_bufferNames[c.Vector]}ᵀ", Operand(true, signal, perElement), VectorOperand(alongSum: true), matrix, stride),
            _ => ($"{_bufferNames[c.Matrix]} += {_bufferNames[c.Vector]} · {_bufferNames[c.Signal]}ᵀ", VectorOperand(alongSum: true), Operand(true, signal, perElement), matrix, stride),
        };
        string[] shape = Shape(c, v => Scalar(v).Code, count);
        string accumulate = c.Kind == ContractionKind.Forward ? "false" : OverwrittenGradients.Of(_plan).Contains(c.Matrix) ? $"{block.Start} > 0" : "true";
        _code.Gap();
        _code.Line($"// {comment}, for all examples of the block");
        _code.Line("MatrixProduct.Multiply(");
        _code.Line($"    {a}, {b},");
        _code.Line($"    {result}, {width}, {string.Join(", ", shape)}, accumulate: {accumulate}, {packing});");

        string Operand(bool areRows, string values, string distance) => $"ProductOperand<{_real}>.{(areRows ? "Rows" : "Columns")}({values}, {distance})";

        // Data are row-major by example; a working array has the examples side by side.
        string VectorOperand(bool alongSum) => _function.Buffers[c.Vector].Kind == BufferKind.Data
            ? $"ProductOperand<{_real}>.{(alongSum ? "Columns" : "Rows")}({_model.DataField(_function.Buffers[c.Vector].Argument)}.Span, {_lengthTexts[c.Vector]}, {rows})"
            : Operand(alongSum, vector, perElement);
    }

    /// <summary>Where a matrix or an array begins, as the beginning of a slice.</summary>
    private string ShiftText(EquatableArray<ShiftTerm> shift, int constant, int valuesPerElement)
    {
        string text = constant == 0 ? string.Empty : NumberText.Integer(constant);
        foreach (ShiftTerm term in shift)
        {
            string value = term.Factor >= 0 ? $"{Scalar(term.Value).Under(Text.Product)} * {Scalar(term.Factor).RightUnder(Text.Product)}" : Scalar(term.Value).RightUnder(Text.Sum);
            text += (text.Length == 0 && term.Sign > 0 ? string.Empty : term.Sign > 0 ? " + " : " - ") + value;
        }

        return text.Length == 0 ? string.Empty
            : valuesPerElement == 1 ? $"[({text})..]"
            : $"[(({text}) * {NumberText.Integer(valuesPerElement)})..]";
    }
}
