using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Loops over the rows of a block, each a method of its own: four rows together, or one after the other where the body calls functions that take
/// long. Kernels that need the same loop share its text; the just-in-time compiler puts it into each.
/// </summary>
internal sealed partial class KernelWriter
{
    /// <summary>What the kernel knows as <paramref name="argument"/>, as the loop being written knows it.</summary>
    private string InMethod(string type, string wanted, string argument) =>
        _loop.Method is null || argument.All(char.IsDigit) ? argument : _loop.Method.Add(type, wanted, argument);

    private (string Column, string Width) ColumnAndWidth(int buffer) => (
        InMethod("ref " + _real, _columnNames[buffer], _columnNames[buffer]),
        InMethod("int", _bufferNames[buffer] + "Width", _lengthTexts[buffer]));

    private void WriteRowLoop(Loop loop, string extent)
    {
        BlockState block = _block!;
        // What a loop's results are: sums wait in quarters, four rows to a vector, to be added together at the end.
        var results = loop.Carried.Items.Select(c => (Carried: c, Reduction: loop.ReductionOf(c, _index)!.Value, Slot: TakeSlots(loop.ReductionOf(c, _index)!.Value))).ToList();
        var spilled = loop.Body.AllItems().SelectMany(i => i.Reads()).Where(v => !_loop.Inside.Contains(v) && IsLane(v) && _function.TypeOf(v).IsReal()).Distinct()
            .Select(v => (Value: v, Slot: Spill(v))).ToList();

        CodeWriter kernel = _code;
        NameTable kernelNames = _names;
        _code = new CodeWriter();
        _names = new NameTable([.. s_reservedNames, "i", "r", "k"]);
        _loop.Method = new LoopParameters(_names);
        string count = _loop.Count = _loop.Method.Add("int", "count", extent);
        DeclareParameters(loop, spilled, results);
        _code.Line($"var tail = Lanes.TailMask(({_real})({count} % {_lanes}));");
        List<Strip> strips = Strips(loop);
        bool overRows = strips.Count > 0 && loop.Carried.Count == 0, alongRows = strips.Count > 0 && !overRows;
        if (overRows) WriteStripsOverRows(loop, strips, spilled);
        using (RowsOfBlock(loop, spilled))
        {
            StartAccumulators();
            _code.Line("int k = 0;");
            if (alongRows) WriteStripsAlongRows(strips);
            using (Block($"for (; k <= {count} - {_lanes}; k += {_lanes})")) WriteVectorBody(tail: false);
            WriteTail();
            foreach ((Carried carried, Op reduction, _) in results)
            {
                string sum = _loop.Accumulators[carried.Id], to = _rowResults[carried.Id], name = reduction == Op.Add ? "Sum" : reduction.ToString();
                _code.Line(!_loop.Quads ? $"Unsafe.Add(ref {to}, r) = Lanes.{name}({sum});"
                    : reduction == Op.Add ? $"Lanes.StoreSums(ref Unsafe.Add(ref {to}, {_lanes / 4} * r), {sum});"
                    : $"Lanes.Store{name}(ref Unsafe.Add(ref {to}, r), {sum});");
            }
        }

        CodeWriter body = _code;
        LoopParameters method = _loop.Method;
        _loop.Method = null;
        (_code, _names) = (kernel, kernelNames);
        (string wanted, string summary) = Described(loop);
        string called = _model.Loop(wanted + "Rows", summary, ["TRows rows", "int i", .. method.Parameters], body);
        _code.Line(KernelMethod.Wrapped(called + "(", ["rows", block.Position, .. method.Arguments], ");"));
        foreach ((Carried carried, Op reduction, int slot) in results)
        {
            Text loaded = new($"{(reduction == Op.Add && _loop.Quads ? "Lanes.LoadSums" : "Vector512.LoadUnsafe")}(ref spill[{NumberText.Integer(slot * _lanes)}])");
            Text total = _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 } && reduction == Op.Add ? loaded : OpText.Vector(reduction, Vector(carried.Init), loaded, default);
            string name = NameOf(carried.Result, _function.Values[carried.Id].Name);
            _code.Line($"var {name} = {total};");
            block.Vectors[carried.Result] = new Text(name);
        }
    }

    private readonly Dictionary<int, string> _rowResults = [];

    /// <summary>A loop over the rows of a block, with their places and what each has one value of.</summary>
    private IDisposable RowsOfBlock(Loop loop, List<(int Value, int Slot)> spilled)
    {
        IDisposable block = Block($"for (int r = 0; r < {_lanes}; r += {(_loop.Quads ? 4 : 1)})".Replace("r += 1", "r++"));
        DeclareRows(loop);
        DeclarePrefetches();
        foreach ((int value, int slot) in spilled)
        {
            string name = _names.Unique((_function.Values[value].Name ?? "s") + (_loop.Quads ? "4" : "V"));
            _code.Line($"var {name} = {(_loop.Quads ? "Quad.Broadcast(ref " : "Vector512.Create(")}Unsafe.Add(ref {_spills[slot]}, r));");
            _loop.Values[value] = new Text(name);
        }

        return block;
    }

    private readonly Dictionary<int, string> _spills = [];

    /// <summary>What the loop reads and writes is given to it: references to arrays that the rows share, scalars, and places for one value per row.</summary>
    private void DeclareParameters(Loop loop, List<(int Value, int Slot)> spilled, List<(Carried Carried, Op Reduction, int Slot)> results)
    {
        LoopParameters method = _loop.Method!;
        foreach ((int buffer, int indexValue, _) in AccessesInLoop())
        {
            Affine shift = ShiftOf(indexValue);
            if (shift.Coefficient == 0 || IsPerRow(buffer)) continue;
            string start = StartText(shift);
            if (!_loop.References.ContainsKey((buffer, start))) _loop.References[(buffer, start)] = method.Add("ref " + _real, _bufferNames[buffer] + "At", RangeText(buffer, start, method.Arguments[0]));
        }

        DeclareValues(loop);
        foreach ((int value, int slot) in spilled) _spills[slot] = method.Add("ref " + _real, _function.Values[value].Name ?? "s", $"spill[{NumberText.Integer(slot * _lanes)}]");
        foreach ((Carried carried, Op reduction, int slot) in results)
        {
            _rowResults[carried.Id] = method.Add("ref " + _real, ResultName(reduction) + "s", $"spill[{NumberText.Integer(slot * _lanes)}]");
        }
    }

    private static string ResultName(Op reduction) => reduction == Op.Add ? "sum" : reduction == Op.Max ? "maximum" : "minimum";

    /// <summary>The places of the rows that the loop is at.</summary>
    private void DeclareRows(Loop loop)
    {
        foreach ((int buffer, int indexValue, _) in AccessesInLoop())
        {
            Affine shift = ShiftOf(indexValue);
            if (!IsPerRow(buffer) || shift.Coefficient == 0) continue;
            string start = StartText(shift);
            if (_loop.References.ContainsKey((buffer, start))) continue;
            bool isData = _function.Buffers[buffer].Kind == BufferKind.Data, wholeRow = start == "0" && (loop.To == ExtentValue(buffer) || InMethod("int", "count", _lengthTexts[buffer]) == _loop.Count);
            string name = _names.Unique(_bufferNames[buffer]), width = InMethod("int", _bufferNames[buffer] + "Width", _lengthTexts[buffer]);
            string rows = isData
                ? $"Lanes.{(_loop.Quads ? "Rows" : "Row")}(ref {ColumnAndWidth(buffer).Column}, rows, {(_loop.Quads ? "i, r" : "i + r")}, {width})"
                : $"Lanes.{(_loop.Quads ? "Rows" : "Row")}({InMethod($"Span<{_real}>", _bufferNames[buffer] + "Rows", _bufferNames[buffer])}, r, {width})";
            string from = $"Lanes.Start({InMethod("int", "start", start)}, {_loop.Count}, {width})";
            _code.Line(_loop.Quads
                ? $"var {name} = {rows}{(wholeRow ? string.Empty : $".From({from})")};"
                : $"ref {_real} {name} = ref {(wholeRow ? rows : $"Unsafe.Add(ref {rows}, {from})")};");
            _loop.References[(buffer, start)] = name;
        }
    }

    /// <summary>The first of the slots where a loop leaves its results: sums of four rows in quarters, anything else one value per row.</summary>
    private int TakeSlots(Op reduction)
    {
        int first = _block!.Slots;
        _block.Slots += reduction == Op.Add && _loop.Quads ? _lanes / 4 : 1;
        return first;
    }

    /// <summary>
    /// Loops over rows ask for those two blocks ahead: the processor's own prefetching stops while a block is worked on (1.15 ms without, 0.87 ms
    /// with, for 100,000 × 64 floats). Where several loops of a block run over the same rows the first one asks for half of them and the last one
    /// for the other half: lines are asked for no faster than memory delivers them. Those figures are of Sapphire Rapids; what other
    /// processors want is decided where the kernel runs (<c>RowsAhead</c>).
    /// </summary>
    private void DeclarePrefetches()
    {
        // Inside another loop they would be asked for again and again.
        Loop[] loops = [.. _function.Body.Items.OfType<Loop>().First(l => l.IsExamples).Body.Items.OfType<Loop>().Where(l => _plan.IsVectorLoop(l) && SameRange(l, _loop.Loop))];
        if (!loops.Contains(_loop.Loop)) return;
        foreach (int buffer in AccessesInLoop().Select(a => a.Buffer).Where(b => _function.Buffers[b].Kind == BufferKind.Data).Distinct())
        {
            List<Loop> readers = [.. loops.Where(l => l.Body.AllItems().OfType<Load>().Any(load => load.Buffer == buffer))];
            bool first = readers[0] == _loop.Loop, last = readers[readers.Count - 1] == _loop.Loop;
            if (!first && !(last && _loop.Quads)) continue;
            string name = _names.Unique(_bufferNames[buffer] + "Ahead");
            bool all = (first && last) || !_loop.Quads;
            int ahead = (2 * _lanes) + (first ? 0 : 2);
            (string column, string width) = ColumnAndWidth(buffer);
            _code.Line(_loop.Quads
                ? $"var {name} = Lanes.{(all ? "RowsAhead" : "TwoRowsAhead")}(ref {column}, rows, i, r + {NumberText.Integer(ahead)}, {width});"
                : $"var {name} = Lanes.OneRowAhead(ref {column}, rows, i + r + {NumberText.Integer(ahead)}, {width});");
            _loop.Prefetches.Add(name);
        }

        bool SameRange(Loop a, Loop b) => Same(a.From, b.From) && Same(a.To, b.To);

        bool Same(int a, int b) => a == b || (_index.LetOf(a) is { Op: Op.Const or Op.Extent } x && _index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);
    }

    /// <summary>The value id of the extent of a data buffer, if the function has one: rows of that length need no range check.</summary>
    private int ExtentValue(int buffer)
    {
        BufferInfo info = _function.Buffers[buffer];
        if (info.Argument < 0) return -2;
        if (_function.Arguments[info.Argument].IsMatrix) return -2;
        int extent = _function.Arguments[info.Argument].Extent;
        return _index.LetOf(_loop.Loop.To) is { Op: Op.Extent } let && let.Payload == extent ? _loop.Loop.To : -2;
    }
}
