using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Loops along their own counter, a vector of elements at a time: of one copy, with four vectors in flight where the loop waits for its sums, or of the
/// rows of a block (see the part RowLoops). The elements past the last full vector are one masked vector.
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

        /// <summary>The body runs for the rows of a block: what differs from row to row is read from the row.</summary>
        public bool Rows;

        /// <summary>Four rows, or four vectors of one array, together: the values in <see cref="Fourfold"/> are a <c>Quad</c> each.</summary>
        public bool Quads;

        /// <summary>The body is written for the last vector, or, as a <c>VectorPart</c>, for any.</summary>
        public bool Tail, Part;
        public string Position = "k";
        public string Count = "count";
        public readonly Dictionary<int, Text> Values = [];
        public readonly Dictionary<int, string> Accumulators = [];

        /// <summary>Carried values that are sums of products, and the operations that these stand for.</summary>
        public readonly Dictionary<int, List<SumTerm>> Terms = [];
        public readonly HashSet<int> Absorbed = [];
        public readonly Dictionary<(int Buffer, string Shift), string> References = [];

        /// <summary>The values that differ from row to row, or from vector to vector.</summary>
        public HashSet<int> Fourfold = [];

        public readonly List<string> Prefetches = [];

        /// <summary>The method that the loop is, if it is one.</summary>
        public LoopParameters? Method;
    }

    private VectorLoop _loop = null!;

    private void WriteVectorLoop(Loop loop)
    {
        VectorLoop? outer = _loop;
        bool rows = _block is not null && (loop.Body.AllItems().Any(i => i.Reads().Any(IsLane)) || loop.Carried.Items.Any(c => IsLane(c.Result)));
        bool quads = (rows || (WaitsForItsSums(loop) && !loop.Carried.Any(IsVectorSum))) && loop.Body.AllItems().OfType<Let>().All(HasQuadText);
        HashSet<int> inside = [.. loop.Body.DefinedValues(), loop.Counter, .. loop.Carried.Items.Select(c => c.Id)];
        _loop = new VectorLoop { Loop = loop, Inside = inside, Rows = rows, Quads = quads };
        if (!quads) _loop.Absorbed.UnionWith(SumsOfProducts(loop));
        _loop.Fourfold = rows ? PerRowValues(loop) : PerPositionValues(loop);
        foreach (Let leaf in loop.Body.AllItems().OfType<Let>().Where(l => l.Op is Op.Const or Op.Argument or Op.Extent)) WriteLeaf(leaf);

        _code.Gap();
        if (_comments.Of(loop) is { } comment) _code.Line($"// {comment}{(rows ? quads ? ", four rows at a time" : ", row by row" : string.Empty)}");
        Text from = Scalar(loop.From);
        string extent = from.Code == "0" ? Scalar(loop.To).Code : $"{Scalar(loop.To).Under(Text.Sum)} - {from.RightUnder(Text.Sum)}";
        if (rows) WriteRowLoop(loop, extent);
        else if (IsCalled(loop)) WriteCalledLoop(loop, extent);
        else WriteSingle(loop, extent);
        _code.Gap();
        _loop = outer!;
    }

    /// <summary>Whether a sum goes on where that of the example before has ended: see <see cref="KernelPlan.VectorSums"/>.</summary>
    private bool IsVectorSum(Carried carried) => _plan.VectorSums.Items.Contains(carried.Init);

    /// <summary>Whether a loop does so little beside adding up that one sum would keep it waiting: no writing, no function that takes longer than the sum.</summary>
    private bool WaitsForItsSums(Loop loop) =>
        loop.Carried.Count is > 0 and <= 2
        && !loop.Body.AllItems().Any(i => i is Store or Accumulate or Let { Op: Op.Div or Op.Sqrt or Op.Norm } || (i is Let let && let.Op.IsTranscendental()))
        && loop.Body.AllItems().OfType<Let>().Count(l => _function.TypeOf(l.Id).IsReal() && l.Op != Op.Const) <= MaxOperationsInFlight;

    /// <summary>
    /// Whether the operation is there for four vectors at once. Those that are not, the functions of <c>VectorMath</c>, take so long that one row
    /// keeps the processor busy.
    /// </summary>
    public static bool HasQuadText(Let let) => let.Op is Op.Const or Op.Argument or Op.Extent or Op.Neg or Op.Abs or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Min or Op.Max
        or Op.Fma or Op.Sqrt or Op.Norm or Op.Detach or Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or or Op.Not or Op.Select or Op.Convert or Op.Chain;

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
            string range = RangeText(buffer, start, _loop.Count);
            string? name = _ranges.Select(scope => scope.TryGetValue(range, out string known) ? known : null).FirstOrDefault(known => known is not null);
            if (name is null)
            {
                name = _names.Unique(_bufferNames[buffer] + "At" + Suffix(start));
                _code.Line($"ref {_real} {name} = ref {(IsKnownRow(buffer, shift) || IsKnownRange(buffer, start) ? $"Lanes.Known({_bufferNames[buffer]}, {start})" : range)};");
                _ranges.Peek()[range] = name;
            }

            _loop.References[(buffer, start)] = name;
        }
    }

    /// <summary>Whether the same range of the parameter, its gradient or its direction, which are of one length, has been checked.</summary>
    private bool IsKnownRange(int buffer, string start) =>
        _function.Buffers[buffer] is { Kind: BufferKind.Parameter or BufferKind.Gradient or BufferKind.Direction } known && !IsSparse(buffer)
        && Enumerable.Range(0, _function.Buffers.Count).Any(other => other != buffer && _function.Buffers[other].Argument == known.Argument
            && _function.Buffers[other].Kind is BufferKind.Parameter or BufferKind.Gradient or BufferKind.Direction && !IsSparse(other) && _bufferNames.ContainsKey(other)
            && _ranges.Any(scope => scope.ContainsKey(RangeText(other, start, _loop.Count))));

    /// <summary>Per open block of C#, the references to ranges that are declared in it: a later loop over the same range needs no check of its own.</summary>
    private readonly Stack<Dictionary<string, string>> _ranges = new([[]]);

    /// <summary>A reference that begins elsewhere than at 0 says where, if one word can.</summary>
    private static string Suffix(string start) => start != "0" && start.All(c => char.IsLetterOrDigit(c) || c == '_') && !(start[0] == 't' && start.Skip(1).All(char.IsDigit)) ? NameTable.Pascal(NameTable.Identifier(start)) : string.Empty;

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

    private void StartAccumulators()
    {
        foreach (Carried carried in _loop.Loop.Carried)
        {
            if (IsVectorSum(carried))
            {
                _loop.Accumulators[carried.Id] = Scalar(carried.Init).Code;
                continue;
            }

            if (!_loop.Rows && !_loop.Quads && TermsOf(_loop.Loop, carried, _loop.Absorbed) is { } terms)
            {
                StartSums(terms, (_function.Values[carried.Id].Name ?? _function.Values[carried.Result].Name ?? "sum") + "V");
                _loop.Terms[carried.Id] = terms;
                continue;
            }

            Op reduction = _loop.Loop.ReductionOf(carried, _index)!.Value;
            string identity = reduction switch
            {
                Op.Add => $"{VectorType}.Zero",
                Op.Max => $"Vector512.Create({_real}.NegativeInfinity)",
                _ => $"Vector512.Create({_real}.PositiveInfinity)",
            };
            // Methods have one name for it: kernels that call it z and sum share them.
            string name = _names.Unique(_loop.Rows ? ResultName(reduction) : (_function.Values[carried.Id].Name ?? _function.Values[carried.Result].Name ?? "sum") + (_loop.Quads ? "V4" : "V"));
            _code.Line(_loop.Quads ? $"Quad<{_real}> {name} = {identity};" : $"var {name} = {identity};");
            _loop.Accumulators[carried.Id] = name;
        }
    }

    private void WriteSingle(Loop loop, string extent)
    {
        _loop.Position = _names.Unique("k");
        DeclareCount(extent);
        DeclareSharedReferences();

        // Scalars from outside are broadcast once, before the loop.
        foreach (int value in ReadFromOutside(loop).Where(v => !_index.IsConstant(v)))
        {
            if (_block is not null && !_block.Inside.Contains(value)) continue;
            string name = _names.Unique((_function.Values[value].Name ?? "s") + "V");
            _code.Line($"var {name} = Vector512.Create({Scalar(value)});");
            _loop.Values[value] = new Text(name);
        }

        WriteAlong(loop);
        foreach (Carried carried in loop.Carried.Where(c => !IsVectorSum(c))) DefineResult(loop, carried, Folded(loop, carried));
    }

    private void DeclareCount(string extent)
    {
        _loop.Count = extent;
        if (extent.All(c => char.IsLetterOrDigit(c) || c == '_')) return;
        _loop.Count = _names.Unique("count");
        _code.Line($"int {_loop.Count} = {extent};");
    }

    /// <summary>The loop itself, and its last vector.</summary>
    private void WriteAlong(Loop loop)
    {
        StartAccumulators();
        string k = _loop.Position, count = _loop.Count;
        _code.Line($"int {k} = 0;");
        if (_loop.Quads)
        {
            using (Block($"for (; {k} <= {count} - {4 * _lanes}; {k} += {4 * _lanes})")) WriteVectorBody(tail: false);

            // From here on one vector after the other.
            _loop.Quads = false;
            foreach (Carried carried in loop.Carried)
            {
                Op reduction = loop.ReductionOf(carried, _index)!.Value;
                string four = _loop.Accumulators[carried.Id], one = _names.Unique(four.Substring(0, four.LastIndexOf('4')));
                _code.Line($"var {one} = Quad.{(reduction == Op.Add ? "Sum" : reduction.ToString())}({four});");
                _loop.Accumulators[carried.Id] = one;
            }
        }

        using (Block($"for (; {k} <= {count} - {_lanes}; {k} += {_lanes})"))
        {
            WriteVectorBody(tail: false);
            if (VectorExtent >= 0) _code.Line($"if ({IsOneVector}) break;");
        }

        WriteTail();
    }

    /// <summary>What the lanes of a sum come to.</summary>
    private string Folded(Loop loop, Carried carried)
    {
        Op reduction = loop.ReductionOf(carried, _index)!.Value;
        return $"Lanes.{(reduction == Op.Add ? "Sum" : reduction.ToString())}({(_loop.Terms.TryGetValue(carried.Id, out List<SumTerm>? terms) ? Total(terms) : _loop.Accumulators[carried.Id])})";
    }

    /// <summary>Defines the result of a loop from what its iterations come to.</summary>
    private void DefineResult(Loop loop, Carried carried, string folded)
    {
        Op reduction = loop.ReductionOf(carried, _index)!.Value;
        bool zero = reduction == Op.Add && _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 };
        Text total = zero ? new Text(folded) : OpText.Scalar(reduction, _function.Real, _function.Real, Scalar(carried.Init), new Text(folded), default);
        string name = NameOf(carried.Result, _function.Values[carried.Id].Name);
        _code.Line($"{_real} {name} = {total};");
        _scalars[carried.Result] = new Text(name);
    }

    /// <summary>The real values and truth values that the body computes with and that come from outside.</summary>
    private IEnumerable<int> ReadFromOutside(Loop loop) => loop.Body.AllItems()
        .SelectMany(i => i switch
        {
            Load => [],
            Store store => [store.Value],
            Accumulate accumulate => [accumulate.Value],
            _ => i.Reads(),
        })
        .Distinct().Where(v => !_loop.Inside.Contains(v) && _function.TypeOf(v).IsReal() && !loop.Carried.Items.Any(c => c.Init == v && IsVectorSum(c)));

    private void WriteTail()
    {
        using (Block($"if ({(VectorExtent >= 0 ? $"!({IsOneVector}) && " : string.Empty)}{_loop.Position} < {_loop.Count})"))
        {
            // A loop over rows has made it before the first row.
            if (!_loop.Rows) _code.Line($"var tail = Lanes.TailMask(({_real})({_loop.Count} - {_loop.Position}));");
            WriteVectorBody(tail: true);
        }
    }

    private void WriteVectorBody(bool tail)
    {
        // What a method was given as an argument of the loss stays what it is.
        foreach (int value in _loop.Values.Keys.Where(v => _loop.Inside.Contains(v) && _index.LetOf(v) is not { Op: Op.Argument }).ToList()) _loop.Values.Remove(value);
        _loop.Tail = tail;
        foreach (KeyValuePair<int, string> sum in _loop.Accumulators) _loop.Values[sum.Key] = new Text(sum.Value);
        if (!tail) WritePrefetches("Prefetch");

        WriteVectorItems(_loop.Loop.Body, null);
        foreach (Carried carried in _loop.Loop.Carried)
        {
            if (_loop.Terms.TryGetValue(carried.Id, out List<SumTerm>? terms))
            {
                AdvanceSums(terms, tail);
                continue;
            }

            string name = _loop.Accumulators[carried.Id], next = InLoop(carried.Next).Code;
            if (_loop.Part) _code.Line($"{name} = part.Select({next}, {name});");
            else if (tail) _code.Line($"{name} = {Family(_loop.Quads)}.ConditionalSelect(tail, {next}, {name});");
            else if (next.StartsWith(name + " + ", StringComparison.Ordinal) && IsSingleTerm(next.Substring(name.Length + 3))) _code.Line($"{name} += {next.Substring(name.Length + 3)};");
            else _code.Line($"{name} = {next};");
        }
    }
}
