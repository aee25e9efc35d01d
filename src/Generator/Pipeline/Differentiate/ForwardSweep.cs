using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>Writes the primal, and on the way records what the reverse sweep asked for.</summary>
internal sealed partial class GradientPass
{
    private void Forward(Node node)
    {
        if (_frame.IsBase) AllocateTapes(node);
        switch (node.Item)
        {
            case Let let:
                Define(let.Id, _emit.Let(let.Op, _tree.TypeOf(let.Id), At(let.A), At(let.B), At(let.C), let.Payload));
                break;
            case Load load:
                Define(load.Id, _builder.Load(InSketch(load.Buffer), ElementIndex(load.Buffer, At(load.Index))));
                break;
            case Store store:
                int index = ElementIndex(store.Buffer, At(store.Index));
                KeepOverwritten(node, store.Buffer, index);
                _builder.Store(InSketch(store.Buffer), index, At(store.Value));
                break;
            case Accumulate accumulate:
                int place = ElementIndex(accumulate.Buffer, At(accumulate.Index));
                KeepOverwritten(node, accumulate.Buffer, place);
                _builder.Accumulate(InSketch(accumulate.Buffer), place, At(accumulate.Value));
                break;
            case Alloc alloc:
                if (_isSketch || !_recording.IsExpanded(alloc.Buffer)) _builder.Alloc(InSketch(alloc.Buffer), At(alloc.Length));
                else ClearRow(alloc);
                if (_frame.IsBase) AllocateAdjoint(alloc);
                break;
            case If branch:
                ForwardIf(branch, node);
                break;
            case Loop loop when IsSegmented(node):
                ForwardSegments(loop, node);
                break;
            case Loop loop when _baseRegions.Contains(node.Body!):
                FusedLoop(loop, node);
                break;
            case Loop loop:
                ForwardLoop(loop, node);
                break;
        }
    }

    private int At(int value) => value < 0 ? value : Lookup(value) ?? throw new InvalidOperationException($"Value {value} is used before it is defined.");

    /// <summary>Enters a value of the forward sweep, and stores it where the reverse sweep will want it.</summary>
    private void Define(int value, int id)
    {
        _frame.Map[value] = id;
        if (!_recording.IsSaved(value))
        {
            // A constant is shared: the name of the first variable that started from it would stick to all.
            if (!_emit.IsConstant(id)) _builder.SetName(id, Source.Values[value].Name);
            if (_activity.IsRisky(value)) _emit.MarkRisky(id);
        }

        if (!_isSketch && _tapes.TryGetValue(value, out int tape)) _builder.Store(tape, TapeIndex(HomeOf(value)), ToTape(id));
    }

    private void KeepOverwritten(Node write, int buffer, int index)
    {
        int saved = _recording.SavedBy(write);
        if (saved >= 0 && !_isSketch) Define(saved, _builder.Load(buffer, index));
    }

    private void ForwardLoop(Loop loop, Node node)
    {
        EnterRun(node);
        IrBuilder.OpenLoop open = _builder.BeginLoop(
            At(loop.From), At(loop.To), [.. loop.Carried.Select(c => At(c.Init))], WrittenForward(node), loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        EnterBody(loop, node, open, isBase: false);
        foreach (Node inner in node.Body!.Nodes) Forward(inner);
        int[] nexts = [.. loop.Carried.Select(c => At(c.Next))];
        _frame = _frame.Parent!;
        DefineResults(loop, _builder.EndLoop(open, nexts));
        LeaveRun(node);
    }

    private void EnterBody(Loop loop, Node node, IrBuilder.OpenLoop open, bool isBase)
    {
        _frame = new Frame(node.Body!, _frame, isBase);
        Define(loop.Counter, open.Counter);
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            Define(loop.Carried[k].Id, open.Carried[k]);
            if (loop.Carried[k].Id == loop.While) open.While = open.Carried[k];
        }

        open.Limited = loop.Limited;
    }

    private void DefineResults(Loop loop, int[] results)
    {
        for (int k = 0; k < loop.Carried.Count; k++) Define(loop.Carried[k].Result, results[k]);
    }

    private void ForwardIf(If branch, Node node)
    {
        // Values that the reverse of a side wants and that are dear to compute again leave the branch as further results.
        int[] exports = _isSketch ? [] : ExportsOf(node);
        int[] results = _builder.If(
            At(branch.Condition),
            () => ForwardSide(node.Body!, branch.Results.Select(m => m.Then), exports),
            () => ForwardSide(node.Else!, branch.Results.Select(m => m.Else), exports));
        for (int k = 0; k < branch.Results.Count; k++) Define(branch.Results[k].Result, results[k]);
        for (int k = 0; k < exports.Length; k++) _frame.Map[exports[k]] = results[branch.Results.Count + k];
        foreach (int export in exports)
        {
            if (!_recording.IsSaved(export) && _activity.IsRisky(export)) _emit.MarkRisky(_frame.Map[export]);
        }
    }

    private List<int> ForwardSide(RegionNode side, IEnumerable<int> merged, int[] exports)
    {
        _frame = new Frame(side, _frame, isBase: false);
        foreach (Node node in side.Nodes) Forward(node);
        var values = merged.Select(At).ToList();
        values.AddRange(exports.Select(v => _frame.Map.TryGetValue(v, out int id) ? id : _emit.Zero(TypeOf(v))));
        _frame = _frame.Parent!;
        return values;
    }

    /// <summary>Every buffer that the primal of a loop writes, tapes included.</summary>
    private IEnumerable<int> WrittenForward(Node loop)
    {
        foreach (Node node in loop.Subtree())
        {
            if (Dependence.IsWrite(node)) yield return InSketch(Dependence.BufferOf(node));
            if (node.Item is Alloc alloc) yield return InSketch(alloc.Buffer);
        }

        if (_isSketch) yield break;

        foreach (KeyValuePair<int, int> tape in _tapes)
        {
            if (HomeOf(tape.Key).IsWithin(loop.Body!)) yield return tape.Value;
        }

        foreach (int position in PositionsIn(loop)) yield return position;
    }
}
