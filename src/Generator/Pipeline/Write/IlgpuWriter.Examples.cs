using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The kernel over the examples: each group takes a tile of them at a time.</summary>
internal sealed partial class IlgpuWriter
{
    private bool _isExamplesKernel;

    private void WriteStaged()
    {
        _stages = true;
        WriteExamples();
        _stages = false;
    }

    private void WriteExamples()
    {
        Loop examples = _plan.Examples!;
        _isExamplesKernel = true;
        _exceeds = false;
        Declare("group", _sharesGrid ? "int group = together != 0 ? 0 : Grid.IdxX;" : "int group = Grid.IdxX;");
        Declare("groups", "int groups = together != 0 ? 1 : Grid.DimX;");
        if (_stages) Stage();
        WriteComputedAgain();
        FindLasting();
        foreach (Carried sum in _sums)
        {
            string name = _names.Unique(_function.Values[sum.Result].Name ?? (sum.Result == _function.Result ? "loss" : "sum"));
            _code.Line($"{_real} {name} = 0;");
            _texts[sum.Id] = _texts[sum.Result] = new Text(name);
        }

        _code.Gap();
        CodeWriter.Bookmark beforeTiles = _code.Mark();
        using (_code.Block($"for (int first = group * tile; first < count; first += {(_sharesGrid ? "groups" : "Grid.DimX")} * tile)"))
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

    private string Barrier => _sharesGrid ? "DeviceKernels.Wait(together, integers, meeting);" : "Group.Barrier();";

    private static IEnumerable<RowsPart> RowsIn(DeviceSegment segment) => segment.Parts.SelectMany(p => p is RowsPart rows ? [rows] : p is LoopPart loop ? RowsIn(loop.Body) : Enumerable.Empty<RowsPart>());

    private void WriteSegment(DeviceSegment segment)
    {
        WriteItems(segment.Head);
        for (int k = 0; k < segment.Parts.Count; k++)
        {
            DevicePart part = segment.Parts[k];
            switch (part)
            {
                case RowsPart rows:
                    WriteRows(rows);
                    break;
                case ElementsPart elements:
                    WriteElements(elements.Loop);
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

            if (_plan.SharesTiles && part is not LoopPart && !(k + 1 < segment.Parts.Count && AreApart(part, segment.Parts[k + 1]))) Wait();
        }
    }

    /// <summary>Whether two sums go to single elements of different arrays: then nobody has to wait between them. A third one may go to the first's element.</summary>
    private bool AreApart(DevicePart part, DevicePart next)
    {
        if (part is SumsPart { Loop: null } sum && next is SumsPart { Loop: null } other)
        {
            _apart.Add(Target(sum));
            if (_apart.Add(Target(other))) return true;
        }

        _apart.Clear();
        return false;

        int Target(SumsPart of) => ((Accumulate)of.Items[0]).Buffer;
    }

    private readonly HashSet<int> _apart = [];

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

    /// <summary>Iterations of all examples, neighbouring examples by neighbouring threads.</summary>
    private void WriteElements(Loop loop)
    {
        string element = _names.Unique("e"), example = _names.Unique("r"), counter = _names.Unique(_function.Values[loop.Counter].Name ?? "j");
        string from = ValueText(loop.From).Code, length = from == "0" ? ValueText(loop.To).Under(Text.Product) : $"({ValueText(loop.To).Under(Text.Sum)} - {ValueText(loop.From).RightUnder(Text.Sum)})";
        _code.Gap();
        using (_code.Block($"for (int {element} = thread; {element} < examples * {length}; {element} += threads)"))
        {
            _names.OpenBlock();
            string quotient = $"{element} / examples";
            _code.Line($"int {counter} = {(from == "0" ? quotient : $"{ValueText(loop.From).Under(Text.Sum)} + {quotient}")};");
            _code.Line($"int {example} = {element} % examples;");
            _texts[loop.Counter] = new Text(counter);
            ForExample(example, IrFacts.FreeValues(loop), () => WriteItems(loop.Body.Items));
            _names.CloseBlock();
        }
    }

    /// <summary>Writes what one thread does for an example that is another one's: values of it are read from their places.</summary>
    private void ForExample(string example, IEnumerable<int> values, Action write)
    {
        (string lane, string row) = (_lane, _row);
        (_lane, _row) = (example, _names.Unique("rowOf"));
        CodeWriter.Bookmark start = _code.Mark();
        var saved = new Dictionary<int, Text>();
        _texts[_plan.Examples!.Counter] = new Text(_row);
        foreach (int value in values.Where(v => _plan.Cells.Contains(v)).Distinct().ToList())
        {
            if (_texts.TryGetValue(value, out Text known)) saved[value] = known;
            string name = _names.Unique(_function.Values[value].Name);
            ScalarType type = _function.TypeOf(value);
            _code.Line($"{OpText.TypeName(type)} {name} = {Cell(value)}{(type == ScalarType.Bool ? " != 0" : string.Empty)};");
            _texts[value] = new Text(name);
        }

        write();
        if (_code.NamesSince(start, _row)) _code.InsertAt(start, $"int {_row} = gather != 0 ? rows[first + {example}] : first + {example};");
        (_lane, _row) = (lane, row);
        foreach (KeyValuePair<int, Text> text in saved) _texts[text.Key] = text.Value;
    }

    /// <summary>The first iteration that a thread takes.</summary>
    private string FromThread(Loop loop) => ValueText(loop.From).Code == "0" ? "thread" : $"{ValueText(loop.From).Under(Text.Sum)} + thread";

    private bool IsOfExample(int value) => _plan.Cells.Contains(value) || value == _plan.Examples!.Counter;

    private bool IsWorking(int buffer) => !_plan.SharedArrays.Contains(buffer) && !_function.Buffers[buffer].IsReadOnly && _function.Buffers[buffer].Kind is not (BufferKind.Gradient or BufferKind.Output);

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
}
