using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Loops along their own counter, a vector of elements at a time: four rows of a block together, or, where there is one
/// copy, several vectors in flight when the loop carries a sum. The elements past the last full vector are one masked vector.
/// </summary>
internal sealed partial class KernelWriter
{
    // A body this small waits for its running sum: four sums keep the adder busy. With more to do a second vector in flight gained nothing
    // (Rosenbrock's gradient: 0.267 against 0.269 µs).
    private const int MaxOperationsInFlight = 4;

    /// <summary>One loop being written.</summary>
    private sealed class VectorLoop
    {
        public Loop Loop = null!;
        public HashSet<int> Inside = [];
        public bool Rows;
        public int Copies;
        public bool Tail;
        public string Position = "k";
        public string Count = "count";
        public readonly Dictionary<(int Value, int Copy), Text> Values = [];
        public readonly Dictionary<int, string[]> Accumulators = [];
        public readonly Dictionary<(int Buffer, string Shift), string[]> References = [];
        public HashSet<int> PerCopy = [];
        public readonly List<string> Prefetches = [];
    }

    private VectorLoop _loop = null!;

    private void WriteVectorLoop(Loop loop)
    {
        VectorLoop? outer = _loop;
        bool rows = _block is not null && (loop.Body.AllItems().Any(i => i.Reads().Any(IsLane)) || loop.Carried.Items.Any(c => IsLane(c.Result)));
        int copies = rows || WaitsForItsSums(loop) ? 4 : 1;
        HashSet<int> inside = [.. loop.Body.DefinedValues(), loop.Counter, .. loop.Carried.Items.Select(c => c.Id)];
        _loop = new VectorLoop { Loop = loop, Inside = inside, Rows = rows, Copies = copies, Position = _names.Unique("k"), Count = _names.Unique("count") };
        _loop.PerCopy = rows ? PerRowValues(loop) : PerPositionValues(loop);

        _code.Gap();
        Text from = Scalar(loop.From);
        if (_comments.Of(loop) is { } comment) _code.Line($"// {comment}{(rows ? ", four rows at a time" : string.Empty)}");
        string extent = from.Code == "0" ? Scalar(loop.To).Code : $"{Scalar(loop.To).Under(Text.Sum)} - {from.RightUnder(Text.Sum)}";
        _code.Line($"int {_loop.Count} = {extent};");
        DeclareSharedReferences();
        if (rows) WriteRowGroups(loop);
        else WriteSingle(loop);
        _code.Gap();
        _loop = outer!;
    }

    /// <summary>Whether a loop does so little beside adding up that one sum would keep it waiting: no writing, no function that takes longer than the sum.</summary>
    private bool WaitsForItsSums(Loop loop) =>
        loop.Carried.Count is > 0 and <= 2
        && !loop.Body.AllItems().Any(i => i is Store or Accumulate or Let { Op: Op.Div or Op.Sqrt or Op.Norm } || (i is Let let && let.Op.IsTranscendental()))
        && loop.Body.AllItems().OfType<Let>().Count(l => _function.TypeOf(l.Id).IsReal() && l.Op != Op.Const) <= MaxOperationsInFlight;

    /// <summary>What differs from row to row: data, working arrays of the example, and all that follows from them.</summary>
    private HashSet<int> PerRowValues(Loop loop)
    {
        var result = new HashSet<int>();
        foreach (Item item in loop.Body.AllItems())
        {
            switch (item)
            {
                case Let let when IsLane(let.Id):
                    result.Add(let.Id);
                    break;
                case Load load when IsLane(load.Id):
                    result.Add(load.Id);
                    break;
                case If branch:
                    foreach (Merge merge in branch.Results) if (IsLane(merge.Result)) result.Add(merge.Result);
                    break;
            }
        }

        foreach (Carried carried in loop.Carried) result.Add(carried.Id);
        return result;
    }

    /// <summary>With several vectors in flight everything that depends on the counter, a load or a running sum is per copy.</summary>
    private HashSet<int> PerPositionValues(Loop loop)
    {
        var result = new HashSet<int> { loop.Counter };
        foreach (Carried carried in loop.Carried) result.Add(carried.Id);
        foreach (Item item in loop.Body.AllItems())
        {
            if (item is Let let && let.Operands.Any(result.Contains)) result.Add(let.Id);
            if (item is Load load && ShiftOf(load.Index).Coefficient == 1) result.Add(load.Id);
            if (item is If branch) foreach (Merge merge in branch.Results) result.Add(merge.Result);
        }

        return result;
    }

    private Affine ShiftOf(int indexValue) =>
        Affine.Of(_index, indexValue, _loop.Loop.Counter, _loop.Inside.Contains) ?? throw new InvalidOperationException("The index was affine when the loop was planned.");

    /// <summary>The element of the first iteration: from + shift.</summary>
    private string StartText(Affine shift)
    {
        var parts = new List<string>();
        Text from = Scalar(_loop.Loop.From);
        if (shift.Coefficient == 1 && from.Code != "0") parts.Add(from.Under(Text.Sum));
        foreach ((int value, int sign) in shift.Terms)
        {
            Text term = Scalar(value);
            parts.Add(sign > 0 ? (parts.Count > 0 ? "+ " : string.Empty) + term.RightUnder(Text.Sum) : "- " + term.RightUnder(Text.Sum));
        }

        if (shift.Constant != 0 || parts.Count == 0)
        {
            parts.Add(parts.Count == 0 ? NumberText.Integer(shift.Constant)
                : shift.Constant > 0 ? "+ " + NumberText.Integer(shift.Constant) : "- " + NumberText.Integer(-shift.Constant));
        }

        return string.Join(" ", parts);
    }

    /// <summary>References to the first element that the loop touches of each array; spans check the whole range once.</summary>
    private void DeclareSharedReferences()
    {
        foreach ((int buffer, int indexValue, _) in AccessesInLoop())
        {
            Affine shift = ShiftOf(indexValue);
            if (shift.Coefficient == 0 || IsPerRow(buffer)) continue;
            string start = StartText(shift);
            if (_loop.References.ContainsKey((buffer, start))) continue;
            string name = _names.Unique(_bufferNames[buffer] + "At" + Suffix(start));
            _code.Line($"ref {_real} {name} = ref {RangeText(buffer, start, _loop.Count)};");
            _loop.References[(buffer, start)] = [name];
        }
    }

    private static string Suffix(string start) => start == "0" ? string.Empty : NameTable.Identifier(start.Replace(" ", string.Empty).Replace("+", "Plus").Replace("-", "Minus"));

    private bool IsPerRow(int buffer) => _loop.Rows && (_function.Buffers[buffer].Kind == BufferKind.Data || _plan.LayoutOf(buffer) == BufferLayout.PerRow);

    private IEnumerable<(int Buffer, int Index, Item Item)> AccessesInLoop()
    {
        foreach (Item item in _loop.Loop.Body.AllItems())
        {
            switch (item)
            {
                case Load load:
                    yield return (load.Buffer, load.Index, item);
                    break;
                case Store store:
                    yield return (store.Buffer, store.Index, item);
                    break;
                case Accumulate accumulate:
                    yield return (accumulate.Buffer, accumulate.Index, item);
                    break;
            }
        }
    }

    private void WriteRowGroups(Loop loop)
    {
        // Values of the block that the loop reads are taken row by row from the spill area; results are left there.
        var spilled = loop.Body.AllItems().SelectMany(i => i.Reads()).Where(v => !_loop.Inside.Contains(v) && IsLane(v) && _function.TypeOf(v).IsReal()).Distinct()
            .Select(v => (Value: v, Slot: Spill(v))).ToList();
        var results = loop.Carried.Items.Select(c => (Carried: c, Reduction: loop.ReductionOf(c, _index)!.Value, Slot: TakeSlots(loop.ReductionOf(c, _index)!.Value))).ToList();
        string row = _names.Unique("r");
        BlockState block = _block!;
        using (Block($"for (int {row} = 0; {row} < {_lanes}; {row} += 4)"))
        {
            foreach ((int buffer, int indexValue, _) in AccessesInLoop())
            {
                Affine shift = ShiftOf(indexValue);
                if (!IsPerRow(buffer) || shift.Coefficient == 0) continue;
                string start = StartText(shift);
                if (_loop.References.ContainsKey((buffer, start))) continue;
                string length = _lengthTexts[buffer];
                string checkedStart = $"Lanes.Start({start}, {_loop.Count}, {length})";
                bool wholeRow = start == "0" && loop.To == ExtentValue(buffer);
                var names = new string[4];
                for (int c = 0; c < 4; c++)
                {
                    names[c] = _names.Unique(_bufferNames[buffer] + Suffix(start) + NumberText.Integer(c));
                    string at = c == 0 ? row : $"{row} + {c}";
                    string rowReference = _function.Buffers[buffer].Kind == BufferKind.Data
                        ? c > 0 && wholeRow
                            ? $"Lanes.NextRow(ref {names[c - 1]}, ref {_columnNames[buffer]}, rows, {block.Position} + {at}, {length})"
                            : $"Lanes.Row(ref {_columnNames[buffer]}, rows, {block.Position} + {at}, {length})"
                        : $"MemoryMarshal.GetReference({_bufferNames[buffer]}[(({at}) * {Parenthesized(length, true)})..])";
                    _code.Line($"ref {_real} {names[c]} = ref {(wholeRow ? rowReference : $"Unsafe.Add(ref {rowReference}, {checkedStart})")};");
                }

                _loop.References[(buffer, start)] = names;
            }

            DeclarePrefetches(row);
            foreach ((int value, int slot) in spilled)
            {
                string stem = _function.Values[value].Name ?? "s";
                for (int c = 0; c < 4; c++)
                {
                    string name = _names.Unique(stem + NumberText.Integer(c));
                    _code.Line($"{VectorType} {name} = Vector512.Create(spill[{NumberText.Integer((slot * _lanes) + c)} + {row}]);");
                    _loop.Values[(value, c)] = new Text(name);
                }
            }

            StartAccumulators(4);
            WriteVectorBodies(step: 1);
            foreach ((Carried carried, Op reduction, int slot) in results)
            {
                string[] a = _loop.Accumulators[carried.Id];
                if (reduction == Op.Add)
                {
                    _code.Line($"Lanes.StoreSums(ref spill[{(slot > 0 ? NumberText.Integer(slot * _lanes) + " + " : string.Empty)}{_lanes / 4} * {row}], {string.Join(", ", a)});");
                }
                else
                {
                    for (int c = 0; c < 4; c++) _code.Line($"spill[{NumberText.Integer((slot * _lanes) + c)} + {row}] = Lanes.{reduction}({a[c]});");
                }
            }
        }

        foreach ((Carried carried, Op reduction, int slot) in results)
        {
            Text loaded = new($"{(reduction == Op.Add ? "Lanes.LoadSums" : "Vector512.LoadUnsafe")}(ref spill[{NumberText.Integer(slot * _lanes)}])");
            Text total = _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 } && reduction == Op.Add ? loaded : OpText.Vector(reduction, Vector(carried.Init), loaded, default);
            string name = NameOf(carried.Result, _function.Values[carried.Id].Name);
            _code.Line($"{VectorType} {name} = {total};");
            block.Vectors[carried.Result] = new Text(name);
        }
    }

    /// <summary>The first of the slots where a loop leaves its results: sums wait there in quarters, four rows to a vector, to be added together at the end.</summary>
    private int TakeSlots(Op reduction)
    {
        int first = _block!.Slots;
        _block.Slots += reduction == Op.Add ? _lanes / 4 : 1;
        return first;
    }

    /// <summary>
    /// Loops over rows ask for those two blocks ahead: the processor's own prefetching stops while a block is worked on (1.15 ms without, 0.87 ms
    /// with, for 100,000 × 64 floats). Where several loops of a block run over the same rows the first one asks for half of them and the last one
    /// for the other half: lines are asked for no faster than memory delivers them.
    /// </summary>
    private void DeclarePrefetches(string row)
    {
        // Inside another loop they would be asked for again and again.
        Loop[] loops = [.. _function.Body.Items.OfType<Loop>().First(l => l.IsExamples).Body.Items.OfType<Loop>().Where(l => _plan.IsVectorLoop(l) && SameRange(l, _loop.Loop))];
        if (!loops.Contains(_loop.Loop)) return;
        foreach (int buffer in AccessesInLoop().Select(a => a.Buffer).Where(b => _function.Buffers[b].Kind == BufferKind.Data).Distinct())
        {
            List<Loop> readers = [.. loops.Where(l => l.Body.AllItems().OfType<Load>().Any(load => load.Buffer == buffer))];
            bool first = readers[0] == _loop.Loop, last = readers[readers.Count - 1] == _loop.Loop;
            string? before = null;
            for (int c = first ? 0 : 2; c < (last ? 4 : first ? 2 : 0); c++)
            {
                string name = _names.Unique(_bufferNames[buffer] + "Ahead" + NumberText.Integer(c));
                string position = $"{_block!.Position} + {row} + {NumberText.Integer((2 * _lanes) + c)}";
                _code.Line(before is null
                    ? $"ref {_real} {name} = ref Lanes.RowAhead(ref {_columnNames[buffer]}, rows, {position}, {_lengthTexts[buffer]});"
                    : $"ref {_real} {name} = ref Lanes.NextRowAhead(ref {before}, ref {_columnNames[buffer]}, rows, {position}, {_lengthTexts[buffer]});");
                before = name;
                _loop.Prefetches.Add(name);
            }
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

    private void StartAccumulators(int copies)
    {
        foreach (Carried carried in _loop.Loop.Carried)
        {
            Op reduction = _loop.Loop.ReductionOf(carried, _index)!.Value;
            string identity = reduction switch
            {
                Op.Add => $"{VectorType}.Zero",
                Op.Max => $"Vector512.Create({_real}.NegativeInfinity)",
                _ => $"Vector512.Create({_real}.PositiveInfinity)",
            };
            string stem = (_function.Values[carried.Id].Name ?? _function.Values[carried.Result].Name ?? "sum") + (_loop.Rows ? string.Empty : "V");
            var names = Enumerable.Range(0, copies).Select(c => _names.Unique(copies == 1 ? stem : stem + NumberText.Integer(c))).ToArray();
            _code.Line($"{VectorType} {string.Join(", ", names.Select(n => $"{n} = {identity}"))};");
            _loop.Accumulators[carried.Id] = names;
        }
    }

    private void WriteSingle(Loop loop)
    {
        // Scalars from outside are broadcast once, before the loop.
        foreach (int value in loop.Body.AllItems().Where(i => i is not (Load or Store or Accumulate)).SelectMany(i => i.Reads())
            .Concat(loop.Body.AllItems().OfType<Store>().Select(s => s.Value)).Concat(loop.Body.AllItems().OfType<Accumulate>().Select(a => a.Value)).Distinct())
        {
            if (_loop.Inside.Contains(value) || !_function.TypeOf(value).IsReal() || _index.IsConstant(value) || loop.Carried.Items.Any(c => c.Init == value || c.Id == value)) continue;
            if (_block is not null && !_block.Inside.Contains(value)) continue;
            string name = _names.Unique((_function.Values[value].Name ?? "s") + "V");
            _code.Line($"{VectorType} {name} = Vector512.Create({Scalar(value)});");
            _loop.Values[(value, 0)] = new Text(name);
        }

        StartAccumulators(_loop.Copies);
        WriteVectorBodies(_loop.Copies);
        foreach (Carried carried in loop.Carried)
        {
            Op reduction = loop.ReductionOf(carried, _index)!.Value;
            string[] a = _loop.Accumulators[carried.Id];
            string all = a.Length == 1 ? a[0] : reduction == Op.Add
                ? $"({a[0]} + {a[1]}) + ({a[2]} + {a[3]})"
                : $"Vector512.{reduction}(Vector512.{reduction}({a[0]}, {a[1]}), Vector512.{reduction}({a[2]}, {a[3]}))";
            string folded = $"Lanes.{(reduction == Op.Add ? "Sum" : reduction.ToString())}({all})";
            bool zero = reduction == Op.Add && _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 };
            Text total = zero ? new Text(folded) : OpText.Scalar(reduction, _function.Real, _function.Real, Scalar(carried.Init), new Text(folded), default);
            string name = NameOf(carried.Result, _function.Values[carried.Id].Name);
            _code.Line($"{_real} {name} = {total};");
            _scalars[carried.Result] = new Text(name);
        }
    }

    /// <summary>The main loop, with several vectors in flight if asked, the loop over the vectors left, and the masked last one.</summary>
    private void WriteVectorBodies(int step)
    {
        string k = _loop.Position, count = _loop.Count;
        int copies = _loop.Copies;
        if (!_loop.Rows && step > 1)
        {
            int stride = step * _lanes;
            _code.Line($"int {k} = 0;");
            using (Block($"for (; {k} <= {count} - {stride}; {k} += {stride})")) WriteVectorBody(step, tail: false);
            using (Block($"for (; {k} <= {count} - {_lanes}; {k} += {_lanes})")) WriteVectorBody(1, tail: false);
        }
        else
        {
            _code.Line($"int {k} = 0;");
            using (Block($"for (; {k} <= {count} - {_lanes}; {k} += {_lanes})")) WriteVectorBody(copies, tail: false);
        }

        using (Block($"if ({k} < {count})"))
        {
            _code.Line($"{VectorType} tail = Lanes.TailMask(({_real})({count} - {k}));");
            WriteVectorBody(_loop.Rows ? copies : 1, tail: true);
        }
    }

    private void WriteVectorBody(int copies, bool tail)
    {
        foreach ((int Value, int Copy) key in _loop.Values.Keys.ToList())
        {
            if (_loop.Inside.Contains(key.Value)) _loop.Values.Remove(key);
        }

        int before = _loop.Copies;
        _loop.Copies = copies;
        _loop.Tail = tail;
        foreach (Carried carried in _loop.Loop.Carried)
        {
            for (int c = 0; c < copies; c++) _loop.Values[(carried.Id, c)] = new Text(_loop.Accumulators[carried.Id][c]);
        }

        if (!tail)
        {
            foreach (string row in _loop.Prefetches) _code.Line($"Lanes.Prefetch(ref Unsafe.Add(ref {row}, {_loop.Position}));");
        }

        WriteVectorItems(_loop.Loop.Body, null);
        foreach (Carried carried in _loop.Loop.Carried)
        {
            for (int c = 0; c < copies; c++)
            {
                string name = _loop.Accumulators[carried.Id][c], next = InLoop(carried.Next, c).Code;
                if (tail) _code.Line($"{name} = Vector512.ConditionalSelect(tail, {next}, {name});");
                else if (next.StartsWith(name + " + ", StringComparison.Ordinal) && IsSingleTerm(next.Substring(name.Length + 3))) _code.Line($"{name} += {next.Substring(name.Length + 3)};");
                else _code.Line($"{name} = {next};");
            }
        }

        _loop.Copies = before;
    }

    private void WriteVectorItems(Region region, string[]? masks)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    WriteVectorLet(let);
                    break;
                case Load load:
                    WriteVectorLoad(load);
                    break;
                case Store store:
                    foreach (int c in CopiesOf(IsPerRow(store.Buffer) || !_loop.Rows)) StoreVector(store.Buffer, store.Index, c, Masked(InLoop(store.Value, c), masks, c, () => LoadAt(store.Buffer, store.Index, c)));
                    break;
                case Accumulate accumulate:
                    WriteVectorAccumulate(accumulate, masks);
                    break;
                case If branch:
                    WriteVectorBranch(branch, masks);
                    break;
            }
        }
    }

    private IEnumerable<int> CopiesOf(bool perCopy) => Enumerable.Range(0, perCopy ? _loop.Copies : 1);

    private static Text Masked(Text value, string[]? masks, int copy, Func<string> otherwise) =>
        masks is null ? value : new Text($"Vector512.ConditionalSelect({masks[copy % masks.Length]}, {value}, {otherwise()})");

    /// <summary>The text of a value in one copy of the loop body.</summary>
    private Text InLoop(int value, int copy)
    {
        if (_loop.Values.TryGetValue((value, _loop.PerCopy.Contains(value) || !_loop.Inside.Contains(value) ? copy : 0), out Text text)) return text;
        if (_loop.Values.TryGetValue((value, 0), out Text shared)) return shared;
        if (_block is not null && !_loop.Inside.Contains(value)) return Broadcast(value, _block);
        return ScalarInLoop(value);
    }

    private Text ScalarInLoop(int value)
    {
        Let? let = _index.LetOf(value);
        if (!_scalars.ContainsKey(value) && let is { Op: Op.Const or Op.Argument or Op.Extent }) _scalars[value] = ScalarText(let);
        Text scalar = Scalar(value);
        if (_function.TypeOf(value) == ScalarType.Bool) return new Text($"Lanes.Mask<{_real}>({scalar})");
        if (let is { Op: Op.Const, Payload: 0 }) return new Text($"{VectorType}.Zero");
        return new Text($"Vector512.Create({scalar})");
    }

    private void DefineInLoop(int value, Func<int, Text> text)
    {
        bool perCopy = _loop.PerCopy.Contains(value);
        string stem = _names.Unique(_function.Values[value].Name);
        foreach (int c in CopiesOf(perCopy))
        {
            Text t = text(c);
            if (MayInline(value, t) && (perCopy || !_loop.Rows || UsedOnce(value)))
            {
                _loop.Values[(value, c)] = t;
                continue;
            }

            string name = perCopy && _loop.Copies > 1 ? _names.Unique(stem + (char.IsDigit(stem[stem.Length - 1]) ? "_" : string.Empty) + NumberText.Integer(c)) : stem;
            _code.Line($"{VectorType} {name} = {t};");
            _loop.Values[(value, c)] = new Text(name);
        }
    }

    /// <summary>A value that is shared by the rows is used once per row if its user is not shared.</summary>
    private bool UsedOnce(int value) => !_loop.Rows && _index.UsesOf(value) == 1;

    private void WriteVectorLet(Let let)
    {
        ScalarType type = _function.TypeOf(let.Id);
        if (let.Op is Op.Const or Op.Argument or Op.Extent)
        {
            if (let.Op == Op.Argument && let.Payload == SpecialArgument.Seed) throw new InvalidOperationException("The seed is read outside of inner loops.");
            _scalars[let.Id] = ScalarText(let);
            return;
        }

        if (type == ScalarType.I32) return; // An index: written where it is used.
        if (let.Op == Op.Convert && _function.TypeOf(let.A) == ScalarType.I32)
        {
            Affine shift = ShiftOf(let.A);
            string first = StartText(shift);
            DefineInLoop(let.Id, c => shift.Coefficient == 0
                ? new Text($"Vector512.Create(({_real})({first}))")
                : new Text($"Vector512.Create(({_real})({first} + {PositionText(c)})) + Vector512<{_real}>.Indices", Text.Sum));
            return;
        }

        DefineInLoop(let.Id, c => VectorText(let, v => InLoop(v, c)));
    }

    /// <summary>The counter of the first lane, less the loop's start.</summary>
    private string PositionText(int copy) => _loop.Tail
        ? $"{_loop.Count} - {_lanes}"
        : copy == 0 || _loop.Rows ? _loop.Position : $"{_loop.Position} + {NumberText.Integer(copy * _lanes)}";

    private string LoadAt(int buffer, int indexValue, int copy)
    {
        string[] references = _loop.References[(buffer, StartText(ShiftOf(indexValue)))];
        string reference = references[copy % references.Length];
        return _loop.Tail ? $"Lanes.LoadTail(ref {reference}, {_loop.Count})" : $"Vector512.LoadUnsafe(ref {reference}, (nuint)({PositionText(copy)}))".Replace("(nuint)(" + _loop.Position + "))", "(nuint)" + _loop.Position + ")");
    }

    private void StoreVector(int buffer, int indexValue, int copy, Text value)
    {
        string[] references = _loop.References[(buffer, StartText(ShiftOf(indexValue)))];
        string reference = references[copy % references.Length];
        _code.Line(_loop.Tail
            ? $"Lanes.StoreTail(ref {reference}, {_loop.Count}, {value}, tail);"
            : $"{value.Under(Text.Atom)}.StoreUnsafe(ref {reference}, (nuint)({PositionText(copy)}));".Replace("(nuint)(" + _loop.Position + "))", "(nuint)" + _loop.Position + ")"));
    }

    private void WriteVectorLoad(Load load)
    {
        Affine shift = ShiftOf(load.Index);
        if (shift.Coefficient == 1)
        {
            bool mutable = !_function.Buffers[load.Buffer].IsReadOnly;
            bool perCopy = _loop.PerCopy.Contains(load.Id);
            string stem = _function.Values[load.Id].Name ?? _bufferNames[load.Buffer] + "V";
            foreach (int c in CopiesOf(perCopy))
            {
                Text text = new(LoadAt(load.Buffer, load.Index, c));
                if (!mutable && perCopy && MayInline(load.Id, text))
                {
                    _loop.Values[(load.Id, c)] = text;
                    continue;
                }

                string name = _names.Unique(perCopy && _loop.Copies > 1 ? stem + NumberText.Integer(c) : stem);
                _code.Line($"{VectorType} {name} = {text};");
                _loop.Values[(load.Id, c)] = new Text(name);
            }

            return;
        }

        // One element for the whole loop.
        string index = StartText(shift);
        foreach (int c in CopiesOf(_loop.PerCopy.Contains(load.Id)))
        {
            string element = !IsPerRow(load.Buffer)
                ? _function.Buffers[load.Buffer].Kind == BufferKind.Data ? LoadText(load).Code : $"{_bufferNames[load.Buffer]}[{index}]"
                : throw new NotSupportedInTargetException("an element of a row is read inside a loop over the row");
            _loop.Values[(load.Id, c)] = new Text($"Vector512.Create({element})");
        }
    }

    private void WriteVectorAccumulate(Accumulate accumulate, string[]? masks)
    {
        if (!_loop.Rows || IsPerRow(accumulate.Buffer))
        {
            for (int c = 0; c < _loop.Copies; c++)
            {
                Text value = Masked(InLoop(accumulate.Value, c), masks, c, () => $"{VectorType}.Zero");
                Text sum = AddTo(new Text(LoadAt(accumulate.Buffer, accumulate.Index, c)), accumulate.Value, value, c, masks is null);
                StoreVector(accumulate.Buffer, accumulate.Index, c, sum);
            }

            return;
        }

        // One array for all rows: their contributions are added in registers, in two chains that do not wait for each other, and the array is
        // read and written once.
        string even = _names.Unique("even"), odd = _names.Unique("odd");
        _code.Line($"{VectorType} {even} = {AddTo(new Text(LoadAt(accumulate.Buffer, accumulate.Index, 0)), accumulate.Value, Contribution(0), 0, masks is null)};");
        _code.Line($"{VectorType} {odd} = {Contribution(1)};");
        for (int c = 2; c < _loop.Copies; c++)
        {
            string chain = c % 2 == 0 ? even : odd;
            _code.Line($"{chain} = {AddTo(new Text(chain), accumulate.Value, Contribution(c), c, masks is null)};");
        }

        StoreVector(accumulate.Buffer, accumulate.Index, 0, new Text($"{even} + {odd}", Text.Sum));

        Text Contribution(int copy) => Masked(InLoop(accumulate.Value, copy), masks, copy, () => $"{VectorType}.Zero");
    }

    private Text AddTo(Text sum, int valueId, Text value, int copy, bool mayFuse)
    {
        if (mayFuse && _index.LetOf(valueId) is { Op: Op.Mul } product && value.Precedence == Text.Product)
        {
            return new Text($"Vector512.FusedMultiplyAdd({InLoop(product.A, copy)}, {InLoop(product.B, copy)}, {sum})");
        }

        return new Text($"{sum.Under(Text.Sum)} + {value.RightUnder(Text.Sum)}", Text.Sum);
    }

    private void WriteVectorBranch(If branch, string[]? outer)
    {
        bool perCopy = _loop.PerCopy.Contains(branch.Condition) || !_loop.Rows;
        var conditions = new string[_loop.Copies];
        var thenMasks = new string[_loop.Copies];
        var elseMasks = new string[_loop.Copies];
        foreach (int c in Enumerable.Range(0, _loop.Copies))
        {
            conditions[c] = _names.Unique("taken");
            _code.Line($"{VectorType} {conditions[c]} = {InLoop(branch.Condition, c)};");
            thenMasks[c] = outer is null ? conditions[c] : $"{outer[c]} & {conditions[c]}";
            elseMasks[c] = outer is null ? "~" + conditions[c] : $"{outer[c]} & ~{conditions[c]}";
        }

        _ = perCopy;
        WriteVectorItems(branch.Then, thenMasks);
        WriteVectorItems(branch.Else, elseMasks);
        foreach (Merge merge in branch.Results)
        {
            _loop.PerCopy.Add(merge.Result);
            for (int c = 0; c < _loop.Copies; c++)
            {
                string name = NameOf(merge.Result);
                _code.Line($"{VectorType} {name} = Vector512.ConditionalSelect({conditions[c]}, {InLoop(merge.Then, c)}, {InLoop(merge.Else, c)});");
                _loop.Values[(merge.Result, c)] = new Text(name);
            }
        }
    }
}
