using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What a block of examples reads and writes: columns, elements that the examples share or name, and working arrays with one element per lane.</summary>
internal sealed partial class KernelWriter
{
    // As many elements as four rows transpose at once.
    private const int MaxNeighbours = 4;

    /// <summary>Computes one scalar per lane and reads them back as a vector.</summary>
    private Text FillLanes(int value, Func<string, string> text, string? suffix)
    {
        int slot = _block!.Slots++;
        string lane = _names.Unique("lane");
        using (Block($"for (int {lane} = 0; {lane} < {_lanes}; {lane}++)"))
        {
            _code.Line($"spill[{NumberText.Integer(slot * _lanes)} + {lane}] = {text($"{_block.Position} + {lane}")};");
        }

        string name = NameOf(value, suffix);
        string loaded = $"Vector512.LoadUnsafe(ref spill[{NumberText.Integer(slot * _lanes)}])";
        _code.Line(_function.TypeOf(value) == ScalarType.Bool
            ? $"var {name} = Vector512.GreaterThan({loaded}, {VectorType}.Zero);"
            : $"var {name} = {loaded};");
        return new Text(name);
    }

    /// <summary>The slot of the spill area that holds a lane value, one element per example.</summary>
    private int Spill(int value)
    {
        BlockState block = _block!;
        if (block.SpillSlots.TryGetValue(value, out int slot)) return slot;
        slot = block.Slots++;
        _code.Line($"{Vector(value).Under(Text.Atom)}.StoreUnsafe(ref spill[{NumberText.Integer(slot * _lanes)}]);");

        // A spilled value inside a loop changes from iteration to iteration: it is spilled at each use there.
        if (_currentLoopDepth == 0) block.SpillSlots[value] = slot;
        return slot;
    }

    private int _currentLoopDepth;

    private void WriteLaneLoad(Load load)
    {
        BlockState block = _block!;
        BufferInfo buffer = _function.Buffers[load.Buffer];
        if (buffer.Type == ScalarType.I32)
        {
            block.PerLane[load.Id] = at => buffer.Kind == BufferKind.Constant
                ? new Text($"{_bufferNames[load.Buffer]}[{PerLane(load.Index, at)}]")
                : _function.Arguments[buffer.Argument].IsArray
                    ? new Text($"Unsafe.Add(ref Lanes.Row(ref {_columnNames[load.Buffer]}, rows, {at}, {_lengthTexts[load.Buffer]}), Lanes.Index({PerLane(load.Index, at)}, {_lengthTexts[load.Buffer]}))")
                    : new Text($"Lanes.Item(ref {_columnNames[load.Buffer]}, rows, {at})");
            return;
        }

        bool scattered = IsLane(load.Index);
        switch (buffer.Kind)
        {
            case BufferKind.Data when !_function.Arguments[buffer.Argument].IsArray:
                DefineVector(load.Id, new Text($"Lanes.Column(ref {_columnNames[load.Buffer]}, rows, {block.Position})"));
                break;
            case BufferKind.Data when !scattered:
                DefineVector(load.Id, new Text($"Lanes.Column(ref {_columnNames[load.Buffer]}, rows, {block.Position}, {_lengthTexts[load.Buffer]}, {Scalar(load.Index)})"));
                break;
            case BufferKind.Data:
                block.Vectors[load.Id] = FillLanes(load.Id, at =>
                    $"Unsafe.Add(ref Lanes.Row(ref {_columnNames[load.Buffer]}, rows, {at}, {_lengthTexts[load.Buffer]}), Lanes.Index({PerLane(load.Index, at)}, {_lengthTexts[load.Buffer]}))", null);
                break;
            case BufferKind.Parameter or BufferKind.Constant or BufferKind.Direction when PlaceNamedByInteger(load.Index) is { } place:
                if (IsExample(place)) DefineVector(load.Id, new Text($"Lanes.Gather({_bufferNames[load.Buffer]}, rows, {block.Position}, {place.Offset})"));
                else if (!WriteNeighbours(load, place)) DefineVector(load.Id, new Text($"Lanes.Gather({_bufferNames[load.Buffer]}, {StartsOf(place)}, {place.Offset})"));
                break;
            case BufferKind.Parameter or BufferKind.Constant or BufferKind.Direction:
                block.Vectors[load.Id] = FillLanes(load.Id, at => $"{_bufferNames[load.Buffer]}[{PerLane(load.Index, at)}]", null);
                break;
            case var _ when _plan.LayoutOf(load.Buffer) == BufferLayout.Shared:
                block.Vectors[load.Id] = FillLanes(load.Id, at => $"{_bufferNames[load.Buffer]}[{PerLane(load.Index, at)}]", null);
                break;
            case var _ when scattered:
                block.Vectors[load.Id] = FillLanes(load.Id, at => $"{_bufferNames[load.Buffer]}[{LaneElement(load.Index, at)}]", null);
                break;
            default:
                // Not inlined: a later store may change the element.
                string name = NameOf(load.Id);
                _code.Line($"var {name} = Vector512.LoadUnsafe(ref {Element(load.Buffer, load.Index)});");
                block.Vectors[load.Id] = new Text(name);
                break;
        }
    }

    /// <summary>Where the vector of an element of a per-lane array lies; the index is checked by the span.</summary>
    private string Element(int buffer, int index) => ElementInBlock(buffer, index) ?? $"{_bufferNames[buffer]}.Slice({Scalar(index).Under(Text.Product)} * {_examplesPerElement}{ColumnShift}, {_lanes})[0]";

    private string LaneElement(int index, string at) => $"{PerLane(index, at).Under(Text.Product)} * {_examplesPerElement}{ColumnShift} + ({at} - {_block!.Position})";

    /// <summary>Elements of rows that lie side by side are read together; false where this load has no neighbours.</summary>
    private bool WriteNeighbours(Load load, NamedPlace place)
    {
        (int start, int offset) = Split(load.Index);
        if (place.Offset.Code != NumberText.Integer(offset)) return false;
        List<Load> loads = ItemsOfBlock().OfType<Load>().Where(l => l.Buffer == load.Buffer && !_block!.Vectors.ContainsKey(l.Id) && Split(l.Index).Start == start).ToList();
        if (!loads.Contains(load)) return false;

        // Of each element the first load; elements in groups that begin with one of them.
        List<(int Offset, Load Load)> elements = loads.Select(l => (Split(l.Index).Offset, l)).GroupBy(e => e.Offset).Select(g => g.First()).OrderBy(e => e.Offset).ToList();
        List<(int Offset, Load Load)> group = [];
        while (elements.Count > 0 && !group.Any(e => e.Load == load))
        {
            group = elements.TakeWhile(e => e.Offset < elements[0].Offset + MaxNeighbours).ToList();
            elements.RemoveRange(0, group.Count);
        }

        if (group.Count < 2 || !group.Any(e => e.Load == load)) return false;
        int first = group[0].Offset;
        var results = new string[group[group.Count - 1].Offset - first + 1];
        for (int k = 0; k < results.Length; k++) results[k] = "_";
        foreach ((int at, Load neighbour) in group)
        {
            string name = NameOf(neighbour.Id);
            results[at - first] = "var " + name;
            _block!.Vectors[neighbour.Id] = new Text(name);
            if (neighbour != load) _block.Done.Add(neighbour.Id);
        }

        _code.Line($"Lanes.Gather({_bufferNames[load.Buffer]}, {StartsOf(place)}, {NumberText.Integer(first)}, {string.Join(", ", results.Select(r => "out " + r))});");
        return true;

        (int Start, int Offset) Split(int index) => _index.LetOf(index) is not { Op: Op.Add } sum ? (index, 0)
            : _index.LetOf(sum.B) is { Op: Op.Const } right ? (sum.A, (int)right.Payload)
            : _index.LetOf(sum.A) is { Op: Op.Const } left ? (sum.B, (int)left.Payload)
            : (index, 0);
    }

    /// <summary>An index of an example: a multiple of what its column of integers says, or of its own index, and what is the same for all examples.</summary>
    private readonly record struct NamedPlace(string Source, Text Width, Text Offset);

    private static bool IsExample(NamedPlace place) => place is { Source: "rows", Width.Code: "1" };

    /// <summary>The arguments of <c>Lanes.Scatter</c> after the array, for an index that integers name; null for any other.</summary>
    private string? NamedByInteger(int index) => PlaceNamedByInteger(index) is { } place ? $"{StartsOf(place)}, {place.Offset}" : null;

    /// <summary>The name of the places where the rows begin.</summary>
    private string StartsOf(NamedPlace place)
    {
        string key = $"{place.Source}, {_block!.Position}, {place.Width}";
        if (!_block.Starts.TryGetValue(key, out string? starts))
        {
            starts = _names.UniqueAtTop(place.Source == "rows" ? "exampleRows" : place.Source.Split(' ', ',')[1].Replace("Column", "Rows"));
            _block.Code.InsertAt(_block.Head, $"LaneStarts {starts} = Lanes.Starts({key}, {_lanes});");
            _block.Starts.Add(key, starts);
        }

        return starts;
    }

    private NamedPlace? PlaceNamedByInteger(int index)
    {
        return IsLane(index) && Decompose(index) is { } place && IsWidth(place.Width.Code) ? place : null;

        // What is known at the head of a block.
        bool IsWidth(string text) => text.All(char.IsDigit) || _extentNames.ContainsValue(text);

        NamedPlace? Decompose(int value)
        {
            if (_function.Body.Items.Items.OfType<Loop>().Any(l => l.IsExamples && l.Counter == value)) return new("rows", new Text("1"), new Text("0"));
            if (_index.DefinitionOf(value) is Load { } load)
            {
                return _columnNames.TryGetValue(load.Buffer, out string column) && !_function.Arguments[_function.Buffers[load.Buffer].Argument].IsArray
                    ? new($"ref {column}, rows", new Text("1"), new Text("0")) : null;
            }

            if (_index.LetOf(value) is not { Op: Op.Add or Op.Mul } let || IsLane(let.A) == IsLane(let.B)) return null;
            if (Decompose(IsLane(let.A) ? let.A : let.B) is not { } place) return null;
            Text same = Scalar(IsLane(let.A) ? let.B : let.A);
            bool starts = place.Offset.Code == "0";
            return let.Op == Op.Add
                ? place with { Offset = starts ? same : OpText.Scalar(Op.Add, ScalarType.I32, ScalarType.I32, place.Offset, same, default) }
                : starts ? place with { Width = place.Width.Code == "1" ? same : OpText.Scalar(Op.Mul, ScalarType.I32, ScalarType.I32, place.Width, same, default) } : null;
        }
    }

    private void WriteLaneStore(Store store)
    {
        if (_function.Buffers[store.Buffer].Kind == BufferKind.Output)
        {
            _code.Line($"tile.Set({Scalar(store.Index)}, {_block!.Position}, {Vector(store.Value)});");
            return;
        }

        if (IsLane(store.Index))
        {
            int slot = Spill(store.Value);
            ForLanes((lane, at) => $"{_bufferNames[store.Buffer]}[{LaneElement(store.Index, at)}] = spill[{NumberText.Integer(slot * _lanes)} + {lane}];");
            return;
        }

        string element = Element(store.Buffer, store.Index), value = Vector(store.Value).Code;
        if (_block!.Mask is { } mask) value = $"Vector512.ConditionalSelect({mask}, {value}, Vector512.LoadUnsafe(ref {element}))";
        _code.Line($"{new Text(value, Vector(store.Value).Precedence).Under(Text.Atom)}.StoreUnsafe(ref {element});");
    }

    private void WriteLaneAccumulate(Accumulate accumulate)
    {
        string buffer = _bufferNames[accumulate.Buffer];
        Text value = Vector(accumulate.Value);
        bool shared = _plan.LayoutOf(accumulate.Buffer) == BufferLayout.Shared;
        if (shared && _block!.Mask is null && NamedByInteger(accumulate.Index) is { } place)
        {
            _code.Line($"Lanes.Scatter({buffer}, {place}, {value});");
            return;
        }

        if (IsLane(accumulate.Index))
        {
            int slot = Spill(accumulate.Value);
            ForLanes((lane, at) =>
                $"{buffer}[{(shared ? PerLane(accumulate.Index, at).Code : LaneElement(accumulate.Index, at))}] += spill[{NumberText.Integer(slot * _lanes)} + {lane}];");
            return;
        }

        if (shared && _block!.Mask is null && AddOverBlock(accumulate, value)) return;
        string masked = _block!.Mask is { } mask ? $"Vector512.ConditionalSelect({mask}, {value}, {VectorType}.Zero)" : value.Code;
        if (shared)
        {
            _code.Line($"{buffer}[{Scalar(accumulate.Index)}] += Lanes.Sum({masked});");
        }
        else
        {
            string element = Element(accumulate.Buffer, accumulate.Index);
            _code.Line($"(Vector512.LoadUnsafe(ref {element}) + {new Text(masked, _block.Mask is null ? value.Precedence : Text.Atom).RightUnder(Text.Sum)}).StoreUnsafe(ref {element});");
        }
    }

    /// <summary>A loop over the lanes, or inside a branch those that take it. Where the block before has done an example, what is added is zero.</summary>
    private void ForLanes(Func<string, string, string> statement)
    {
        string lane = _names.Unique("lane");
        string taken = _block!.Mask is null ? string.Empty : $" if ({_block.Mask}[{lane}] != 0)";
        using (Block($"for (int {lane} = 0; {lane} < {_lanes}; {lane}++)"))
        {
            _code.Line((taken.Length > 0 ? taken.Substring(1) + " " : string.Empty) + statement(lane, $"{_block.Position} + {lane}"));
        }
    }
}
