using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Where recorded values live. A value inside of loops goes to a tape with one element per iteration of the loops around it, counted in
/// row-major order; one inside of branches only leaves them as a result. Where the trip count of a loop has no bound beforehand, the tape grows and
/// its index is the number of iterations so far.
/// </summary>
internal sealed partial class GradientPass
{
    private readonly SortedDictionary<int, int> _tapes = [];
    private readonly Dictionary<Node, List<int>> _tapesAt = [];
    private readonly Dictionary<Node, List<int>> _expandedAt = [];
    private readonly Dictionary<Node, int?> _trips = [];
    private readonly Dictionary<Node, int> _positions = [];
    private readonly Dictionary<Node, int> _starts = [];
    private readonly Dictionary<int, int> _expandedLengths = [];

    private void PlaceTapes()
    {
        foreach (int value in _recording.Taped)
        {
            RegionNode home = HomeOf(value);
            if (LoopsAround(home).Count == 0) continue;
            string name = _recording.IsSaved(value) ? "saved" : Source.Values[value].Name ?? "value";
            ScalarType type = TypeOf(value);
            _tapes.Add(value, _builder.AddBuffer($"tape_{name}", BufferKind.Tape, type == ScalarType.Bool ? ScalarType.I32 : type));
            At(_tapesAt, BaseNodeOf(home)).Add(value);
        }

        foreach (int buffer in _recording.Expanded) At(_expandedAt, BaseNodeOf(_tree.AllocationOf(buffer)!.Region)).Add(buffer);

        static List<int> At(Dictionary<Node, List<int>> lists, Node node)
        {
            if (!lists.TryGetValue(node, out List<int>? list)) lists.Add(node, list = []);
            return list;
        }
    }

    /// <summary>The region around in which forward and reverse sweep meet.</summary>
    private RegionNode BaseOf(RegionNode region)
    {
        while (!_baseRegions.Contains(region)) region = region.Parent!;
        return region;
    }

    /// <summary>The item of the base region that contains the region.</summary>
    private Node BaseNodeOf(RegionNode region)
    {
        RegionNode around = BaseOf(region);
        return Dependence.In(around, region.Owner!);
    }

    /// <summary>The loops between a region and its base region, outermost first.</summary>
    private List<Node> LoopsAround(RegionNode region)
    {
        var loops = new List<Node>();
        for (; !_baseRegions.Contains(region); region = region.Parent!)
        {
            if (region.Loop is not null) loops.Insert(0, region.Owner!);
        }

        return loops;
    }

    /// <summary>Values recorded inside of a branch, without a loop between, that must leave it.</summary>
    private int[] ExportsOf(Node branch) =>
        [.. _recording.Taped.Where(v => !_tapes.ContainsKey(v) && !_baseRegions.Contains(HomeOf(v)) && branch.Regions.Any(HomeOf(v).IsWithin))];

    private void AllocateTapes(Node node)
    {
        if (_tapesAt.TryGetValue(node, out List<int>? values))
        {
            foreach (int value in values) AllocateRecord(_tapes[value], LoopsAround(HomeOf(value)), _emit.Int(1));
        }

        if (!_expandedAt.TryGetValue(node, out List<int>? buffers)) return;
        foreach (int buffer in buffers)
        {
            Node allocation = _tree.AllocationOf(buffer)!;
            int own = ((Alloc)allocation.Item).Length;

            // A length that comes from data is known before the loops all the same: each row has it, and only the record of them all has to grow.
            int? bound = Bound(own, upper: true);
            int length = bound ?? BeforeLoops(own)
                ?? throw new DifferentiationNotSupportedException($"the length of the array '{Source.Buffers[buffer].Name}' has no bound that is known before the loop around it");
            _expandedLengths[buffer] = length;
            AllocateRecord(buffer, LoopsAround(allocation.Region), length, grows: bound is null);
        }
    }

    /// <summary>
    /// An integer of the loops that come next, of what is known in front of them; null if it depends on the iteration, or where computing it could
    /// throw: the loops may have no iterations.
    /// </summary>
    private int? BeforeLoops(int value)
    {
        if (value < 0) return value;
        if (Lookup(value) is { } known) return known;
        switch (_tree[value])
        {
            case { Kind: DefinitionKind.Load, Node.Item: Load load } when Source.Buffers[load.Buffer].IsReadOnly && _tree.IsConstant(load.Index):
                return BeforeLoops(load.Index) is { } index ? _builder.Load(load.Buffer, index) : null;
            case { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Const or Op.Extent or Op.Add or Op.Sub or Op.Mul or Op.Neg or Op.Min or Op.Max } let }:
                return BeforeLoops(let.A) is { } a && BeforeLoops(let.B) is { } b && BeforeLoops(let.C) is { } c ? _emit.Let(let.Op, _tree.TypeOf(value), a, b, c, let.Payload) : null;
            default:
                return null;
        }
    }

    /// <summary>A place of the given length for every iteration of the loops: known in number, or on an array that grows.</summary>
    /// <param name="grows">Whether to let it grow in any case, as the length has no bound.</param>
    private void AllocateRecord(int buffer, List<Node> loops, int length, bool grows = false)
    {
        int counted = loops.FindLastIndex(l => TripBound(l) is null);
        if (counted < 0 && !grows)
        {
            foreach (Node loop in loops) length = _emit.MulInt(TripBound(loop)!.Value, length);
            _builder.Alloc(buffer, length);
            return;
        }

        _builder.MarkGrowing(buffer, loops.Take(counted + 1).Select(l => ((Loop)l.Item).Limited).LastOrDefault(t => t is not null));
        _builder.Alloc(buffer, _emit.Int(0));
        if (counted <= 0 || _positions.ContainsKey(loops[counted])) return;
        int position = _builder.AddBuffer("position", BufferKind.Local, ScalarType.I32);
        _builder.Alloc(position, _emit.Int(1));
        _positions.Add(loops[counted], position);
    }

    /// <summary>
    /// At least as many iterations as the loop ever runs, computed in the base region of what is known when the objective is constructed; never
    /// negative. Null where there is no such bound.
    /// </summary>
    private int? TripBound(Node node)
    {
        if (!_trips.TryGetValue(node, out int? known)) _trips.Add(node, known = FindTripBound((Loop)node.Item));
        return known;
    }

    private int? FindTripBound(Loop loop)
    {
        if (loop.Limited is not null && _tree[loop.To].Node.Item is Let { Payload: int.MaxValue }) return null;
        if (Bound(loop.To, upper: true) is not { } to || Bound(loop.From, upper: false) is not { } from) return null;
        int trip = _emit.SubInt(to, from);
        bool isLength = _emit.IntOf(from) == 0 && _tree[_tree.Canonical(loop.To)] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Extent } };
        if (!isLength) trip = _emit.IntOf(trip) is { } constant ? _emit.Int(Math.Max(constant, 0)) : _emit.MaxInt(trip, _emit.Int(0));
        return trip;
    }

    /// <summary>
    /// An upper or lower bound of an integer over all iterations inside the current base region, by interval arithmetic over lengths and
    /// constants; null if none is found.
    /// </summary>
    private int? Bound(int value, bool upper)
    {
        if (IsStatic(value)) return Static(value);
        Definition definition = _tree[value];
        switch (definition.Kind)
        {
            case DefinitionKind.Counter:
                var loop = (Loop)definition.Node.Item;
                if (loop.Limited is not null && upper) return null;
                return upper ? Bound(loop.To, true) is { } to ? _emit.SubInt(to, _emit.Int(1)) : null : Bound(loop.From, false);
            case DefinitionKind.Merge:
                Merge merge = ((If)definition.Node.Item).Results[definition.Slot];
                return Outermost(Bound(merge.Then, upper), Bound(merge.Else, upper), upper);
            case DefinitionKind.Let:
                return BoundOf((Let)definition.Node.Item, upper);
            default:
                return null;
        }
    }

    /// <summary>Whether the value follows from lengths and constants alone.</summary>
    private bool IsStatic(int value)
    {
        if (_tree[value] is not { Kind: DefinitionKind.Let, Node.Item: Let let }) return false;
        return let.Op switch
        {
            Op.Const or Op.Extent => true,
            Op.Argument => let.Payload == SpecialArgument.ExampleCount || (let.Payload >= 0 && Source.Arguments[(int)let.Payload] is { Role: ArgumentRole.Constant, Type: ScalarType.I32 }),
            Op.Convert or Op.Sqrt => IsStatic(let.A),
            _ => _tree.TypeOf(value) == ScalarType.I32 && let.Operands.All(IsStatic),
        };
    }

    private int Static(int value)
    {
        var let = (Let)_tree[value].Node.Item;
        return _emit.Let(let.Op, _tree.TypeOf(value), Operand(let.A), Operand(let.B), Operand(let.C), let.Payload);

        int Operand(int operand) => operand < 0 ? operand : Static(operand);
    }

    private int? BoundOf(Let let, bool upper)
    {
        switch (let.Op)
        {
            case Op.Const or Op.Argument or Op.Extent:
                return _emit.Let(let.Op, _tree.TypeOf(let.Id), payload: let.Payload);
            case Op.Add:
                return Bound(let.A, upper) is { } a && Bound(let.B, upper) is { } b ? _emit.AddInt(a, b) : null;
            case Op.Sub:
                return Bound(let.A, upper) is { } c && Bound(let.B, !upper) is { } d ? _emit.SubInt(c, d) : null;
            case Op.Neg:
                return Bound(let.A, !upper) is { } e ? _emit.SubInt(_emit.Int(0), e) : null;
            case Op.Mul:
                return BoundOfProduct(let, upper);
            case Op.Div when _tree.IsConstant(let.B) && Bound(let.B, true) is { } divisor && _emit.IntOf(divisor) > 0:
                return Bound(let.A, upper) is { } dividend ? _emit.Binary(Op.Div, dividend, divisor) : null;
            case Op.Rem:
                return BoundOfRemainder(let, upper);
            case Op.Min or Op.Max:
                int? f = Bound(let.A, upper), g = Bound(let.B, upper);

                // One bounded operand bounds a minimum from above and a maximum from below; of two, one that does not need the other's terms will do.
                if (upper == (let.Op == Op.Min) && (IsStatic(let.A) || IsStatic(let.B))) return IsStatic(let.A) ? f : g;
                if (upper == (let.Op == Op.Min) && (f is null || g is null)) return f ?? g;
                return f is { } h && g is { } i ? let.Op == Op.Min ? _emit.MinInt(h, i) : _emit.MaxInt(h, i) : null;
            case Op.Select:
                return Outermost(Bound(let.B, upper), Bound(let.C, upper), upper);
            default:
                return null;
        }
    }

    private int? Outermost(int? a, int? b, bool upper) => a is { } x && b is { } y ? upper ? _emit.MaxInt(x, y) : _emit.MinInt(x, y) : null;

    /// <summary>A remainder is smaller in size than the divisor and has the sign of the dividend.</summary>
    private int? BoundOfRemainder(Let let, bool upper)
    {
        if (Bound(let.B, true) is not { } high || Bound(let.B, false) is not { } low) return null;
        int size = high == low && _tree[let.B].Node.Item is Let { Op: Op.Extent } ? high : _emit.MaxInt(high, _emit.SubInt(_emit.Int(0), low));
        int limit = _emit.SubInt(size, _emit.Int(1));
        if (upper) return limit;
        return Bound(let.A, false) is { } least ? _emit.MinInt(least, _emit.Int(0)) : _emit.SubInt(_emit.Int(0), limit);
    }

    private int? BoundOfProduct(Let let, bool upper)
    {
        if (Bound(let.A, true) is not { } au || Bound(let.A, false) is not { } al || Bound(let.B, true) is not { } bu || Bound(let.B, false) is not { } bl) return null;
        int? first = Outermost(_emit.MulInt(au, bu), _emit.MulInt(al, bl), upper);
        return Outermost(first, Outermost(_emit.MulInt(au, bl), _emit.MulInt(al, bu), upper), upper);
    }

    /// <summary>The place of the current iteration among those of the loops between a region and its base.</summary>
    private int TapeIndex(RegionNode region)
    {
        List<Node> loops = LoopsAround(region);
        int first = Math.Max(0, loops.FindLastIndex(l => TripBound(l) is null)), index = _emit.Int(0);
        for (int k = first; k < loops.Count; k++)
        {
            var loop = (Loop)loops[k].Item;
            int offset = _emit.SubInt(Primal(loop.Counter), Primal(loop.From));
            index = k > first ? _emit.AddInt(_emit.MulInt(index, TripBound(loops[k])!.Value), offset)
                : k > 0 && _starts.TryGetValue(loops[k], out int start) ? _emit.AddInt(start, offset)
                : offset;
        }

        return index;
    }

    /// <summary>
    /// A loop inside of others whose trip count nobody knows beforehand records its runs one behind the other: an element of memory says where
    /// the next begins, in the forward sweep upwards, in the reverse sweep downwards.
    /// </summary>
    private void EnterRun(Node node)
    {
        if (!_isSketch && _positions.TryGetValue(node, out int position)) _starts[node] = _builder.Load(position, _emit.Int(0));
    }

    private void LeaveRun(Node node)
    {
        if (!_isSketch && _positions.TryGetValue(node, out int position)) _builder.Store(position, _emit.Int(0), _emit.AddInt(_starts[node], Trips((Loop)node.Item)));
    }

    private void ReenterRun(Node node)
    {
        if (!_positions.TryGetValue(node, out int position)) return;
        int start = _emit.SubInt(_builder.Load(position, _emit.Int(0)), Trips((Loop)node.Item));
        _builder.Store(position, _emit.Int(0), start);
        _starts[node] = start;
    }

    private IEnumerable<int> PositionsIn(Node loop) => loop.Subtree().Where(n => _positions.ContainsKey(n)).Select(n => _positions[n]);

    /// <summary>The row of an iteration in an array that grows is not zero by itself.</summary>
    private void ClearRow(Alloc alloc)
    {
        if (_isSketch || !_builder.Buffers[alloc.Buffer].Growing) return;
        IrBuilder.OpenLoop open = _builder.BeginLoop(_emit.Int(0), At(alloc.Length), [], [alloc.Buffer]);
        _builder.Store(alloc.Buffer, ElementIndex(alloc.Buffer, open.Counter), _emit.Zero(Source.Buffers[alloc.Buffer].Type));
        _builder.EndLoop(open, []);
    }

    /// <summary>The index of an element of a buffer of the source, which may have become one row of an expanded buffer.</summary>
    private int ElementIndex(int buffer, int index) => !_isSketch && _expandedLengths.TryGetValue(buffer, out int length)
        ? _emit.AddInt(_emit.MulInt(TapeIndex(_tree.AllocationOf(buffer)!.Region), length), index)
        : index;

    private int ToTape(int id) => _emit.TypeOf(id) == ScalarType.Bool ? _emit.Let(Op.Select, ScalarType.I32, id, _emit.Int(1), _emit.Int(0)) : id;

    private int FromTape(int id, ScalarType type) => type == ScalarType.Bool ? _emit.Binary(Op.Ne, id, _emit.Int(0)) : id;
}
