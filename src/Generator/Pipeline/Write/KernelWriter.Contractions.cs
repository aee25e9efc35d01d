using SymbolicGD.Generator.Ir;

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
    private string? _column;

    private string ColumnShift => _column is null ? string.Empty : " + " + _column;

    private void WriteContractionBlocks(Loop examples)
    {
        var varying = VaryingValues.Of(_function, examples);
        var segments = new ContractionSegments(_function, _index, examples, varying, _plan.IsContraction);
        string position = _names.Unique("i"), start = _names.Unique("block"), count = _names.Unique("columns"), column = _names.Unique("column");
        string rows = _names.Unique("examples"), kept = _names.Unique("kept"), packing = _names.Unique("packing");
        if (segments.KeptValues.Count > 0)
        {
            string length = NumberText.Integer(segments.KeptValues.Count * BlockExamples);
            _code.Line($"Span<{_real}> {kept} = Lanes.Take(ref rest, {length});");
            WorkspaceTerms.Add(length);
        }

        _code.Line($"Span<{_real}> {packing} = rest;");
        string[] sizes = [.. _plan.Contractions.Items.SelectMany(c => new[] { c.Rows, c.Columns }).Select(v => LengthText(v, _model.ExtentAtConstruction)).Distinct()];
        WorkspaceTerms.Add($"MatrixProduct.WorkspaceLengthUpTo({NumberText.Integer(BlockExamples)}, {string.Join(", ", sizes)})");
        _code.Line($"Span<int> {rows} = stackalloc int[{NumberText.Integer(BlockExamples)}];");
        CodeWriter.Bookmark before = _code.Mark();
        _block = new BlockState(position, varying, [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)], _code, before);
        _block.PerLane[examples.Counter] = at => new Text($"Lanes.Example(rows, {at})");
        StartSums(examples);
        using (Block($"for (int {start} = 0; {start} < rows.Count; {start} += {NumberText.Integer(BlockExamples)})"))
        {
            _code.Line($"int {count} = ExampleBlock.Fill({rows}, rows, {start}, {_lanes});");
            foreach (Item item in segments.Head) WriteItem(item);
            foreach (Alloc alloc in segments.Allocs)
            {
                if (_function.Buffers[alloc.Buffer].Kind != BufferKind.Tape) _code.Line($"{_bufferNames[alloc.Buffer]}.Clear();");
            }

            for (int p = 0; p < segments.Parts.Count; p++)
            {
                ContractionSegments.Part part = segments.Parts[p];
                if (part.IsIdle)
                {
                    // Integers of the examples: texts that are written where they are used.
                    foreach (Item item in part.Items.Where(i => IrFacts.Definitions(i).Any(v => _function.TypeOf(v) == ScalarType.I32))) WriteItem(item);
                    continue;
                }

                if (part.Contraction is { } nest) WriteProduct(_plan.Contractions.First(c => c.Counter == nest.Counter), start, count, rows, packing);
                else WritePart(examples, segments, p, start, count, column, kept);
            }
        }

        EndSums(examples, before);
    }

    private void WritePart(Loop examples, ContractionSegments segments, int number, string start, string count, string column, string kept)
    {
        ContractionSegments.Part part = segments.Parts[number];
        List<Carried> sums = [.. examples.Carried.Items.Where(c => c.Next != c.Id && segments.PartOf(c) == number)];
        _block!.Forget(v => _index.LetOf(v) is { Op: Op.Extent } || (_index.LetOf(v) is { Op: Op.Argument } argument && argument.Payload != SpecialArgument.Seed));
        _partItems = [.. part.Again, .. part.Items];
        _column = column;
        _code.Gap();
        using (Block($"for (int {column} = 0; {column} < {count}; {column} += {_lanes})"))
        {
            bool usesMask = sums.Any(c => c.Result == _function.Result) || _partItems.Any(i => i is Let { Op: Op.Argument, Payload: SpecialArgument.Seed });
            if (usesMask) _code.Line(LastBlockComment);
            _code.Line($"int {_block.Position} = Math.Min({start} + {column}, rows.Count - {_lanes});");
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
        }

        _partItems = null;
        _column = null;

        string Slot(int value) => $"{kept}[{NumberText.Integer(segments.KeptValues.IndexOf(value) * BlockExamples)} + {column}]";
    }

    /// <summary>How many rows and columns the product has, and how many terms its sums, in the order in which <c>MatrixProduct</c> takes them.</summary>
    private static string[] Shape(Contraction c, Func<int, string> length, string examples) => c.Kind switch
    {
        ContractionKind.Forward => [length(c.Rows), examples, length(c.Columns)],
        ContractionKind.Backward => [length(c.Columns), examples, length(c.Rows)],
        _ when c.ColumnStride == MatrixIndex.One => [length(c.Rows), length(c.Columns), examples],
        _ => [length(c.Columns), length(c.Rows), examples],
    };

    private void WriteProduct(Contraction c, string start, string count, string rows, string packing)
    {
        bool rowMajor = c.ColumnStride == MatrixIndex.One;
        string stride = Scalar(rowMajor ? c.RowStride : c.ColumnStride).Code, perElement = NumberText.Integer(BlockExamples);
        string matrix = _bufferNames[c.Matrix] + ShiftText(c), signal = _bufferNames[c.Signal], vector = _bufferNames[c.Vector];
        (string comment, string a, string b, string result, string width) = c.Kind switch
        {
            ContractionKind.Forward => ($"{signal} = {_bufferNames[c.Matrix]} · {vector}", Operand(rowMajor, matrix, stride), VectorOperand(alongSum: false), signal, perElement),
            ContractionKind.Backward => ($"{vector} += {_bufferNames[c.Matrix]}ᵀ · {signal}", Operand(!rowMajor, matrix, stride), Operand(false, signal, perElement), vector, perElement),
            _ when rowMajor => ($"{_bufferNames[c.Matrix]} += {signal} · {vector}ᵀ", Operand(true, signal, perElement), VectorOperand(alongSum: true), matrix, stride),
            _ => ($"{_bufferNames[c.Matrix]} += {vector} · {signal}ᵀ", VectorOperand(alongSum: true), Operand(true, signal, perElement), matrix, stride),
        };
        string[] shape = Shape(c, v => Scalar(v).Code, count);
        string accumulate = c.Kind == ContractionKind.Forward ? "false" : OverwrittenGradients.Of(_plan).Contains(c.Matrix) ? $"{start} > 0" : "true";
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

    private string ShiftText(Contraction c)
    {
        string text = c.Constant == 0 ? string.Empty : NumberText.Integer(c.Constant);
        foreach (ShiftTerm term in c.Shift) text += (text.Length == 0 && term.Sign > 0 ? string.Empty : term.Sign > 0 ? " + " : " - ") + Scalar(term.Value).RightUnder(Text.Sum);
        return text.Length == 0 ? string.Empty : $"[({text})..]";
    }
}
