using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Loops over segments (see <see cref="Segments"/>): the forward sweep keeps the state at the head of each and records nothing else, a sketch; the
/// reverse sweep brings the state back, computes the segment again, recording, and sweeps it backwards.
/// </summary>
internal sealed partial class GradientPass
{
    private readonly HashSet<int> _segments;

    /// <summary>Per loop over segments, what is kept at the head of each: the carried values, and the arrays from outside that the loop changes.</summary>
    private readonly Dictionary<Node, List<(int Value, int Tape)>> _heads = [];
    private readonly Dictionary<Node, List<(int Buffer, int Length, int Tape)>> _headArrays = [];

    /// <summary>Per loop over segments, the arrays that it reads only, and that later code changes: their content when the loop began.</summary>
    private readonly Dictionary<Node, List<(int Buffer, int Length, int Tape)>> _keptArrays = [];

    // Arrays of one iteration or segment, in the sketch: the recording run has its own.
    private readonly Dictionary<int, int> _sketched = [];
    private bool _isSketch;

    private bool IsSegmented(Node node) => node.Item is Loop loop && _segments.Contains(loop.Counter);

    private int InSketch(int buffer)
    {
        if (!_isSketch || Source.Buffers[buffer].Kind != BufferKind.Local) return buffer;
        return _sketched.TryGetValue(buffer, out int sketch) ? sketch : buffer;
    }

    private void ForwardSegments(Loop loop, Node node)
    {
        PlaceHeads(loop, node);
        foreach ((int buffer, int length, int tape) in _keptArrays[node]) CopyArray(tape, _emit.Int(0), buffer, _emit.Int(0), length);

        _isSketch = true;
        foreach (Node inner in node.Subtree())
        {
            if (inner.Item is Alloc alloc) _sketched[alloc.Buffer] = _builder.AddBuffer(Source.Buffers[alloc.Buffer].Name, BufferKind.Local, Source.Buffers[alloc.Buffer].Type);
        }

        IEnumerable<int> written = WrittenForward(node).Concat(_heads[node].Select(h => h.Tape)).Concat(_headArrays[node].Select(a => a.Tape));
        IrBuilder.OpenLoop open = _builder.BeginLoop(
            At(loop.From), At(loop.To), [.. loop.Carried.Select(c => At(c.Init))], written, counterName: Source.Values[loop.Counter].Name);
        EnterBody(loop, node, open, isBase: false);
        foreach ((int value, int tape) in _heads[node]) _builder.Store(tape, open.Counter, ToTape(At(value)));
        foreach ((int buffer, int length, int tape) in _headArrays[node]) CopyArray(tape, _emit.MulInt(open.Counter, length), buffer, _emit.Int(0), length);
        foreach (Node inner in node.Body!.Nodes) Forward(inner);
        int[] nexts = [.. loop.Carried.Select(c => At(c.Next))];
        _frame = _frame.Parent!;
        _isSketch = false;
        DefineResults(loop, _builder.EndLoop(open, nexts));
    }

    private void PlaceHeads(Loop loop, Node node)
    {
        int count = _emit.MaxInt(_emit.SubInt(At(loop.To), At(loop.From)), _emit.Int(0));
        var heads = new List<(int, int)>();
        foreach (Carried carried in loop.Carried)
        {
            ScalarType type = _tree.TypeOf(carried.Id);
            int tape = _builder.AddBuffer($"head_{Source.Values[carried.Id].Name ?? "value"}", BufferKind.Tape, type == ScalarType.Bool ? ScalarType.I32 : type);
            _builder.Alloc(tape, count);
            heads.Add((carried.Id, tape));
        }

        var changed = new List<(int, int, int)>();
        var kept = new List<(int, int, int)>();
        foreach (IGrouping<int, Node> accesses in node.Subtree().Where(n => Dependence.BufferOf(n) >= 0).GroupBy(Dependence.BufferOf))
        {
            int buffer = accesses.Key;
            if (_tree.AllocationOf(buffer) is not { } allocation || allocation.Region.IsWithin(node.Body!)) continue;
            int length = At(((Alloc)allocation.Item).Length), tape;
            if (accesses.Any(Dependence.IsWrite))
            {
                tape = _builder.AddBuffer($"head_{Source.Buffers[buffer].Name}", BufferKind.Tape, Source.Buffers[buffer].Type);
                _builder.Alloc(tape, _emit.MulInt(count, length));
                changed.Add((buffer, length, tape));
            }
            else if (accesses.Any(a => _dependence.WritesAfter(a, _tree.Root).Any()))
            {
                tape = _builder.AddBuffer($"kept_{Source.Buffers[buffer].Name}", BufferKind.Tape, Source.Buffers[buffer].Type);
                _builder.Alloc(tape, length);
                kept.Add((buffer, length, tape));
            }
        }

        (_heads[node], _headArrays[node], _keptArrays[node]) = (heads, changed, kept);
    }

    private void CopyArray(int to, int toOffset, int from, int fromOffset, int length)
    {
        IrBuilder.OpenLoop open = _builder.BeginLoop(_emit.Int(0), length, [], [to]);
        _builder.Store(to, _emit.AddInt(toOffset, open.Counter), _builder.Load(from, _emit.AddInt(fromOffset, open.Counter)));
        _builder.EndLoop(open, []);
    }

    private void RestoreBefore(Node node)
    {
        foreach ((int buffer, int length, int tape) in _keptArrays[node]) CopyArray(buffer, _emit.Int(0), tape, _emit.Int(0), length);
    }

    /// <summary>The state at the head of the segment, and the segment computed again from it, with all that its reverse sweep wants.</summary>
    private void ComputeAgain(Loop loop, Node node)
    {
        int segment = _frame.Map[loop.Counter];
        foreach ((int value, int tape) in _heads[node])
        {
            int id = FromTape(_builder.Load(tape, segment), _tree.TypeOf(value));
            _frame.Map[value] = id;
            if (_activity.IsRisky(value)) _emit.MarkRisky(id);
        }

        foreach ((int buffer, int length, int tape) in _headArrays[node]) CopyArray(buffer, _emit.Int(0), tape, _emit.MulInt(segment, length), length);
        foreach (Node inner in node.Body!.Nodes) Forward(inner);
    }
}
