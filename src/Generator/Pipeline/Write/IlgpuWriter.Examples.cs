using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The kernel over the examples: each group takes a tile of them at a time.</summary>
internal sealed partial class IlgpuWriter
{
    private readonly Dictionary<int, (string At, string Pitch)> _stagedAt = [];
    private readonly Dictionary<(int Buffer, bool ForGroup), string> _bases = [];
    private bool _isExamplesKernel;

    /// <summary>Whether what is added is a sum over the tile; else it is what a thread adds for its own example.</summary>
    private bool _addsForGroup;
    private int _stagedPerRow = -1;

    private void WriteExamples()
    {
        Loop examples = _plan.Examples!;
        _isExamplesKernel = true;
        _exceeds = false;
        Declare("group", "int group = Grid.IdxX;");
        Stage();
        WriteComputedAgain();
        foreach (KeyValuePair<int, bool> accumulator in _plan.Accumulators) ClearSums(accumulator.Key, accumulator.Value);
        FindLasting();
        foreach (Carried sum in _sums)
        {
            string name = _names.Unique(_function.Values[sum.Result].Name ?? (sum.Result == _function.Result ? "loss" : "sum"));
            _code.Line($"{_real} {name} = 0;");
            _texts[sum.Id] = _texts[sum.Result] = new Text(name);
        }

        if (_plan.Accumulators.Count > 0 && _plan.SharesTiles) Wait();
        _code.Gap();
        CodeWriter.Bookmark beforeTiles = _code.Mark();
        using (_code.Block("for (int first = group * tile; first < count; first += Grid.DimX * tile)"))
        {
            _names.OpenBlock();
            _code.Line("int examples = count - first < tile ? count - first : tile;");
            CodeWriter.Bookmark tile = _code.Mark();
            WriteStaging();
            WriteSegment(_plan.Body);
            if (_code.NamesSince(tile, "row"))
            {
                _code.InsertAt(tile, "int row = first + thread;");
                _code.InsertAt(tile, "if (gather != 0) row = thread < examples ? rows[row] : 0;");
            }

            _names.CloseBlock();
        }

        if (_exceeds) _code.InsertAt(beforeTiles, "int exceeded = 0;");
        WriteGroupTotals();
        _isExamplesKernel = false;
        _lasting.Clear();
        _stagedAt.Clear();
    }

    /// <summary>Values from in front of the examples: computed again, or read from where the kernel before has left them.</summary>
    private void WriteComputedAgain()
    {
        foreach (Item item in _plan.Before.Where(i => IrFacts.Definitions(i).Any(_plan.ComputedAgain.Contains))) WriteItem(item);
        for (int k = 0; k < _slots.Count; k++)
        {
            string name = _names.Unique(_function.Values[_slots[k]].Name);
            ScalarType type = _function.TypeOf(_slots[k]);
            _code.Line($"{OpText.TypeName(type)} {name} = {Slot(_slots[k])}{(type == ScalarType.Bool ? " != 0" : string.Empty)};");
            _texts[_slots[k]] = new Text(name);
        }
    }

    /// <summary>Where the copy begins that the group, or the thread, adds to.</summary>
    private string SumsBase(int buffer, bool forGroup)
    {
        bool perThread = _plan.Accumulators[buffer];
        if (!perThread) forGroup = true;
        if (_bases.TryGetValue((buffer, forGroup), out string known)) return known;
        string wanted = _function.Buffers[buffer] is { Kind: BufferKind.Gradient } gradient ? _function.Arguments[gradient.Argument].Name : _function.Buffers[buffer].Name;
        string at = FromLayout(_accumulatorBases[buffer], wanted + "SumsAt"), length = FromLayout(_accumulatorLengths[buffer], wanted + "Length");
        string name = _names.UniqueAtTop(wanted + (forGroup ? "Sums" : "OwnSums"));
        string copy = !perThread ? "group" : forGroup ? "group * threads" : "(group * threads + thread)";
        Declare(name, $"int {name} = {at} + {copy} * {length};");
        _bases.Add((buffer, forGroup), name);
        return name;
    }

    private void ClearSums(int buffer, bool perThread)
    {
        string at = SumsBase(buffer, forGroup: !perThread), length = FromLayout(_accumulatorLengths[buffer], "length"), e = _names.Unique("e");
        _code.Line($"for (int {e} = {(perThread ? "0" : "thread")}; {e} < {length}; {e} += {(perThread ? "1" : "threads")}) partials[{at} + {e}] = 0;");
    }

    /// <summary>What a thread computes for its example and reads again after the group has met.</summary>
    private void FindLasting()
    {
        _lasting.Clear();
        List<RowsPart> parts = [.. RowsIn(_plan.Body)];
        if (parts.Count < 2) return;
        foreach (RowsPart part in parts)
        {
            HashSet<int> usedElsewhere = [.. parts.Where(p => p != part).SelectMany(p => IrFacts.FreeValues(RegionOf([.. p.Items])))];
            foreach (int value in part.Items.SelectMany(IrFacts.Definitions).Where(v => usedElsewhere.Contains(v) && !_lasting.ContainsKey(v)))
            {
                if (_index.LetOf(value) is { Op: Op.Const or Op.Extent or Op.Argument }) continue;
                string name = _names.Unique(_function.Values[value].Name);
                ScalarType type = _function.TypeOf(value);
                _code.Line($"{OpText.TypeName(type)} {name} = {(type == ScalarType.Bool ? "false" : "0")};");
                _lasting.Add(value, name);
            }
        }
    }

    /// <summary>The threads of the group wait for each other, once.</summary>
    private void Wait()
    {
        if (_code.LastLine.Trim() != Barrier) _code.Line(Barrier);
    }

    private const string Barrier = "Group.Barrier();";

    private static IEnumerable<RowsPart> RowsIn(DeviceSegment segment) => segment.Parts.SelectMany(p => p is RowsPart rows ? [rows] : p is LoopPart loop ? RowsIn(loop.Body) : Enumerable.Empty<RowsPart>());

    private void WriteSegment(DeviceSegment segment)
    {
        WriteItems(segment.Head);
        foreach (DevicePart part in segment.Parts)
        {
            switch (part)
            {
                case RowsPart rows:
                    WriteRows(rows);
                    break;
                case ProductPart product:
                    WriteProduct(product.Contraction);
                    break;
                case SumsPart { Loop: null } single:
                    WriteSingleSum(single);
                    break;
                case SumsPart sums:
                    WriteSums(sums);
                    break;
                case LoopPart loop:
                    string counter = _names.Unique(_function.Values[loop.Loop.Counter].Name ?? "k");
                    _texts[loop.Loop.Counter] = new Text(counter);
                    _code.Gap();
                    using (_code.Block(Header(loop.Loop, counter)))
                    {
                        _names.OpenBlock();
                        WriteSegment(loop.Body);
                        _names.CloseBlock();
                    }

                    break;
            }

            if (_plan.SharesTiles && part is not LoopPart) Wait();
        }
    }

    private void WriteRows(RowsPart part)
    {
        (_lane, _row, _keepsCells) = ("thread", "row", true);
        _code.Gap();
        using (_code.Block("if (thread < examples)"))
        {
            _names.OpenBlock();
            _texts[_plan.Examples!.Counter] = new Text("row");
            WriteItems(part.Items);
            HashSet<int> defined = [.. part.Items.SelectMany(IrFacts.Definitions)];
            Assign([.. _sums.Where(s => s.Next != s.Id && defined.Contains(s.Next)).Select(s => (_function.TypeOf(s.Id), ValueText(s.Id).Code, ValueText(s.Next).Code))]);
            _names.CloseBlock();
        }

        _keepsCells = false;
    }

    /// <summary>Elements that the threads share out among themselves: each is the sum over the examples of the tile.</summary>
    private void WriteSums(SumsPart part)
    {
        Loop loop = part.Loop!;
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "j");
        _code.Gap();
        using (_code.Block($"for (int {counter} = {FromThread(loop)}; {counter} < {ValueText(loop.To).Under(Text.Sum)}; {counter} += threads)"))
        {
            _names.OpenBlock();
            _texts[loop.Counter] = new Text(counter);
            SumOverTile(part);
            _names.CloseBlock();
        }
    }

    /// <summary>The first iteration that a thread takes.</summary>
    private string FromThread(Loop loop) => ValueText(loop.From).Code == "0" ? "thread" : $"{ValueText(loop.From).Under(Text.Sum)} + thread";

    private void WriteSingleSum(SumsPart part)
    {
        int number = _singleSums++ % 32;
        _code.Gap();
        using (_code.Block(number == 0 ? "if (thread == 0)" : $"if (thread == {Number(number)} % threads)"))
        {
            _names.OpenBlock();
            SumOverTile(part);
            _names.CloseBlock();
        }
    }

    private int _singleSums;

    private void SumOverTile(SumsPart part)
    {
        List<Accumulate> targets = [.. part.Items.OfType<Accumulate>()];
        List<string> sums = [];
        foreach (Accumulate target in targets)
        {
            string name = _names.Unique("sum");
            sums.Add(name);
            _code.Line($"{_real} {name} = 0;");
        }

        // What the examples do not change is computed once, their indices above all.
        HashSet<int> perExample = [];
        foreach (Item item in part.Items)
        {
            bool varies = item is Load load && (_function.Buffers[load.Buffer].Kind == BufferKind.Data || IsWorking(load.Buffer));
            if (varies || (item is Let or Load && item.Reads().Any(v => perExample.Contains(v) || IsOfExample(v)))) perExample.UnionWith(IrFacts.Definitions(item));
        }

        WriteItems(part.Items.Where(i => i is not Accumulate && !IrFacts.Definitions(i).Any(perExample.Contains)));
        string example = _names.Unique("r");
        using (_code.Block($"for (int {example} = 0; {example} < examples; {example}++)"))
        {
            _names.OpenBlock();
            (string lane, string row) = (_lane, _row);
            _lane = example;
            _row = _names.Unique("rowOf");
            CodeWriter.Bookmark start = _code.Mark();
            var saved = new Dictionary<int, Text>();
            _texts[_plan.Examples!.Counter] = new Text(_row);
            foreach (int value in part.Items.SelectMany(i => i.Reads()).Where(v => _plan.Cells.Contains(v)).Distinct().ToList())
            {
                if (_texts.TryGetValue(value, out Text known)) saved[value] = known;
                string name = _names.Unique(_function.Values[value].Name);
                ScalarType type = _function.TypeOf(value);
                _code.Line($"{OpText.TypeName(type)} {name} = {Cell(value)}{(type == ScalarType.Bool ? " != 0" : string.Empty)};");
                _texts[value] = new Text(name);
            }

            WriteItems(part.Items.Where(i => i is not Accumulate && IrFacts.Definitions(i).Any(perExample.Contains)));
            for (int k = 0; k < targets.Count; k++) _code.Line($"{sums[k]} += {ValueText(targets[k].Value)};");
            if (_code.NamesSince(start, _row)) _code.InsertAt(start, $"int {_row} = gather != 0 ? rows[first + {example}] : first + {example};");
            (_lane, _row) = (lane, row);
            foreach (KeyValuePair<int, Text> text in saved) _texts[text.Key] = text.Value;
            _names.CloseBlock();
        }

        _addsForGroup = true;
        for (int k = 0; k < targets.Count; k++) _code.Line($"{Element(targets[k].Buffer, ValueText(targets[k].Index), adds: true)} += {sums[k]};");
        _addsForGroup = false;
    }

    private bool IsOfExample(int value) => _plan.Cells.Contains(value) || value == _plan.Examples!.Counter;

    private bool IsWorking(int buffer) => !_plan.SharedArrays.Contains(buffer) && !_function.Buffers[buffer].IsReadOnly && _function.Buffers[buffer].Kind != BufferKind.Gradient;

    /// <summary>The element of an array of the example: element by element, the examples of a tile side by side.</summary>
    private string Working(bool isReal, string at)
    {
        if (!_isExamplesKernel) return $"{(isReal ? "scratch" : "scratchIntegers")}[{(at[0] == '(' ? at.Substring(1, at.Length - 2) : at)}]";
        return $"{(isReal ? "scratch" : "scratchIntegers")}[{WorkingBase(isReal)} + {at} * tile + {_lane}]";
    }

    private string WorkingBase(bool isReal)
    {
        string name = isReal ? "scratchAt" : "scratchIntegersAt";
        int end = isReal ? _scratchEnd : _scratchIntegersEnd;
        if (_layoutNames.TryGetValue(-1 - end, out string known)) return known;
        string perRow = FromLayout(end, isReal ? "scratchPerRow" : "integersPerRow");
        name = _names.UniqueAtTop(name);
        string after = !isReal && _sharedIntegersEnd >= 0 ? FromLayout(_sharedIntegersEnd, "sharedIntegers") + " + " : string.Empty;
        Declare(name, $"int {name} = {after}group * tile * {perRow};");
        _layoutNames.Add(-1 - end, name);
        return name;
    }

    /// <summary>A product of a matrix that all examples share and a vector of each, or of two vectors of each, summed over the examples.</summary>
    private void WriteProduct(Contraction c)
    {
        _lane = "0";
        bool isData = _function.Buffers[c.Vector].Kind == BufferKind.Data;
        string j = ValueText(c.Rows).Code, k = ValueText(c.Columns).Code, rowStride = Stride(c.RowStride), columnStride = Stride(c.ColumnStride);
        (string array, string at) matrix = MatrixAt(c);
        string signal = $"{WorkingBase(true)} + {Parenthesized(Sum(FromLayout(_at[c.Signal], _function.Buffers[c.Signal].Name + "At"), Shift(c.SignalShift, c.SignalConstant)))} * tile";
        string s = _function.Buffers[c.Signal].Name, m = _function.Buffers[c.Matrix].Name, v = _function.Buffers[c.Vector].Name;
        string vector, vectorRow, vectorTerm;
        if (isData)
        {
            Argument argument = _function.Arguments[_function.Buffers[c.Vector].Argument];
            vector = DataAt(_function.Buffers[c.Vector].Argument);
            (vectorRow, vectorTerm) = (string.Join(" * ", argument.Dimensions.Select(ExtentName)), "1");
        }
        else
        {
            vector = $"{WorkingBase(true)} + {Parenthesized(Sum(FromLayout(_at[c.Vector], v + "At"), Shift(c.VectorShift, c.VectorConstant)))} * tile";
            (vectorRow, vectorTerm) = ("1", "tile");
        }

        string from = isData ? "data" : "scratch";
        _exchanges = true;
        _code.Gap();
        switch (c.Kind)
        {
            case ContractionKind.Forward:
                _code.Line($"// {s} = {m} · {v}, for all examples of the tile");
                Call($"{matrix.array}, {matrix.at}, {rowStride}, {columnStride}", $"{from}, {vector}, {vectorRow}, {vectorTerm}", isData ? 1 : 0, $"scratch, {signal}, tile, 1", $"{j}, examples, {k}", accumulate: false);
                break;
            case ContractionKind.Backward:
                _code.Line($"// {v} += {m}ᵀ · {s}, for all examples of the tile");
                Call($"{matrix.array}, {matrix.at}, {columnStride}, {rowStride}", $"scratch, {signal}, 1, tile", 0, $"scratch, {vector}, tile, 1", $"{k}, examples, {j}", accumulate: true);
                break;
            default:
                _code.Line($"// {m} += {s} · {v}ᵀ, over the examples of the tile");
                Call($"scratch, {signal}, tile, 1", $"{from}, {vector}, {vectorTerm}, {vectorRow}", isData ? 2 : 0, $"partials, {matrix.at}, {rowStride}, {columnStride}", $"{j}, {k}, examples", accumulate: true);
                break;
        }

        _lane = "thread";

        void Call(string left, string right, int axis, string result, string shape, bool accumulate)
        {
            _code.Line("DeviceKernels.Product(");
            _code.Line($"    new MatrixPlace({left}), new MatrixPlace({right}), {Number(axis)}, rows, gather, first,");
            _code.Line($"    new MatrixPlace({result}), {shape}, {(accumulate ? "1" : "0")}, exchange);");
        }
    }

    private bool _exchanges;

    private string Stride(int value) => value == MatrixIndex.One ? "1" : ValueText(value).Code;

    private (string Array, string At) MatrixAt(Contraction c)
    {
        BufferInfo info = _function.Buffers[c.Matrix];
        Text shift = Shift(c.Shift, c.Constant);
        if (c.Kind == ContractionKind.Weights)
        {
            _addsForGroup = true;
            string sums = SumsBase(c.Matrix, forGroup: true);
            _addsForGroup = false;
            return ("partials", Sum(sums, shift));
        }

        return info.Kind switch
        {
            BufferKind.Parameter => ("parameters", Sum(ParameterAt(info.Argument), shift)),
            BufferKind.Direction => ("direction", Sum(ParameterAt(info.Argument), shift)),
            BufferKind.Constant => ("data", Sum(DataAt(info.Argument), shift)),
            _ => ("shared", Sum(FromLayout(_at[c.Matrix], info.Name + "At"), shift)),
        };
    }

    private Text Shift(Support.EquatableArray<ShiftTerm> shift, int constant)
    {
        string text = constant == 0 ? string.Empty : Number(constant);
        foreach (ShiftTerm term in shift)
        {
            string value = term.Factor >= 0 ? $"{ValueText(term.Value).Under(Text.Product)} * {ValueText(term.Factor).RightUnder(Text.Product)}" : ValueText(term.Value).RightUnder(Text.Sum);
            text += (text.Length == 0 ? term.Sign > 0 ? string.Empty : "-" : term.Sign > 0 ? " + " : " - ") + value;
        }

        return text.Length == 0 ? new Text("0") : text.IndexOf(' ') >= 0 ? new Text(text, Text.Sum) : new Text(text);
    }

    /// <summary>Decides where rows of data lie in the memory of the group.</summary>
    private void Stage()
    {
        _stagedAt.Clear();
        if (_plan.Staged.Count == 0) return;
        int sum = -1;
        var columns = new List<(int Buffer, int Pitch, int Before)>();
        foreach (int buffer in _plan.Staged)
        {
            Argument argument = _function.Arguments[_function.Buffers[buffer].Argument];
            string width = ObjectiveModel.LengthOf(argument, ExtentAtHost);
            int pitch = _layout.Entry("pitch of " + argument.Name, $"{Parenthesized(width)} | 1", $"elements of the memory of a group for a row of {argument.Name}: odd, so that rows lie in different banks");
            int before = sum;
            sum = Entry("stage." + Number(buffer), sum < 0 ? $"layout[{Number(pitch)}]" : $"layout[{Number(sum)}] + layout[{Number(pitch)}]", $"{_name}: staged up to {argument.Name}");
            columns.Add((buffer, pitch, before));
        }

        int fits = Entry("staged", $"layout[{Number(sum)}] <= DeviceKernels.StageLength ? 1 : 0", $"{_name}: whether a row fits into the memory of a group");
        _stagedPerRow = Entry("staged per row", $"layout[{Number(fits)}] * layout[{Number(sum)}]", $"{_name}: elements staged per row");
        string flag = FromLayout(fits, "staged");
        Declare("stage", $"ArrayView<{_real}> stage = SharedMemory.Allocate<{_real}>(DeviceKernels.StageLength);");
        foreach ((int buffer, int pitch, int before) in columns)
        {
            string name = _function.Buffers[buffer].Name;
            string pitchName = FromLayout(pitch, name + "Pitch");
            string at = before < 0 ? string.Empty : FromLayout(before, name + "StageAt");
            string begin = before < 0 ? string.Empty : _names.UniqueAtTop(name + "Stage");
            if (before >= 0) Declare(begin, $"int {begin} = {at} * tile;");
            _stagedAt.Add(buffer, (begin, pitchName));
        }

        _ = flag;
    }

    private void WriteStaging()
    {
        if (_stagedAt.Count == 0) return;
        using (_code.Block("if (staged != 0)"))
        {
            foreach (KeyValuePair<int, (string At, string Pitch)> column in _stagedAt)
            {
                Argument argument = _function.Arguments[_function.Buffers[column.Key].Argument];
                string width = string.Join(" * ", argument.Dimensions.Select(ExtentName)), e = _names.Unique("e"), r = _names.Unique("r");
                string length = width.IndexOf(' ') >= 0 ? _names.Unique("width") : width;
                if (length != width) _code.Line($"int {length} = {width};");
                using (_code.Block($"for (int {e} = thread; {e} < examples * {length}; {e} += threads)"))
                {
                    _code.Line($"int {r} = {e} / {length};");
                    _code.Line($"int rowOf{r} = gather != 0 ? rows[first + {r}] : first + {r};");
                    _code.Line($"stage[{(column.Value.At.Length == 0 ? string.Empty : column.Value.At + " + ")}{r} * {column.Value.Pitch} + {e} - {r} * {length}] = data[{DataAt(_function.Buffers[column.Key].Argument)} + rowOf{r} * {length} + {e} - {r} * {length}];");
                }
            }
        }

        _code.Gap();
        Wait();
    }

    /// <summary>The sums of the threads become those of the group.</summary>
    private void WriteGroupTotals()
    {
        _code.Gap();
        foreach (KeyValuePair<int, bool> accumulator in _plan.Accumulators.Where(a => a.Value))
        {
            string at = SumsBase(accumulator.Key, forGroup: true), length = FromLayout(_accumulatorLengths[accumulator.Key], "length"), e = _names.Unique("e"), t = _names.Unique("t");
            Wait();
            using (_code.Block($"for (int {e} = thread; {e} < {length}; {e} += threads)"))
            {
                _code.Line($"{_real} total = partials[{at} + {e}];");
                _code.Line($"for (int {t} = 1; {t} < threads; {t}++) total += partials[{at} + {t} * {length} + {e}];");
                _code.Line($"partials[{at} + {e}] = total;");
            }
        }

        if (_exceeds && _sums.Count > 0) _code.Line($"if (exceeded != 0) {ValueText(_sums[0].Result)} = {_real}.NaN;");
        for (int s = 0; s < _sums.Count; s++)
        {
            string most = FromLayout(DeviceLayout.MostGroups, "mostGroups"), sum = ValueText(_sums[s].Result).Code;
            _exchanges = true;
            _code.Line($"{sum} = DeviceKernels.GroupSum({sum}, exchange);");
            _code.Line($"if (thread == 0) partials[{(s == 0 ? string.Empty : s == 1 ? $"{most} + " : $"{Number(s)} * {most} + ")}group] = {sum};");
        }

        if (_exchanges) Declare("exchange", $"ArrayView<{_real}> exchange = SharedMemory.Allocate<{_real}>(DeviceKernels.ExchangeLength);");
        _exchanges = false;
    }
}
