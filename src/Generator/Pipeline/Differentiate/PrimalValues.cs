using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Primal values in the reverse sweep: at hand, computed again where that is cheap, read again from arrays, or recorded.
/// </summary>
internal sealed partial class GradientPass
{
    // A longer chain of cheap operations is cut by recording a value, which also bounds the recursion.
    private const int MaxChain = 200;

    private int _chain;

    private int? Lookup(int value)
    {
        for (Frame? frame = _frame; frame is not null; frame = frame.Parent)
        {
            if (frame.Map.TryGetValue(value, out int id)) return id;
        }

        return null;
    }

    /// <summary>Whether a value is there already, or is an element of an array that is only read.</summary>
    private bool IsAtHand(int value) => Lookup(value) is not null
        || (_tree[value] is { Kind: DefinitionKind.Load, Node.Item: Load load } && Source.Buffers[load.Buffer].IsReadOnly && Lookup(load.Index) is not null);

    private int Primal(int value)
    {
        if (value < 0) return value;
        if (Lookup(value) is { } known) return known;
        NoteLoopInvariant(value);
        _chain++;
        int id = _chain > MaxChain && CanBeTaped(value) ? Record(value) : Materialize(value);
        _chain--;
        _frame.Map[value] = id;
        if (!_recording.IsSaved(value) && _activity.IsRisky(value)) _emit.MarkRisky(id);
        return id;
    }

    private int Materialize(int value)
    {
        if (_tapes.TryGetValue(value, out int tape)) return FromTape(_builder.Load(tape, TapeIndex(HomeOf(value))), TypeOf(value));
        if (_recording.IsSaved(value)) return Placeholder(value, failed: false); // decided in this pass
        Definition definition = _tree[value];
        switch (definition.Kind)
        {
            case DefinitionKind.Let when definition.Node.Item is Let let && !let.Op.IsTranscendental():
                int id = _emit.Let(let.Op, _tree.TypeOf(value), Primal(let.A), Primal(let.B), Primal(let.C), let.Payload);
                _builder.SetName(id, Source.Values[value].Name);
                return id;
            case DefinitionKind.Load:
                return Reload(value, (Load)definition.Node.Item, definition.Node);
            case DefinitionKind.CarriedIn when definition.Node.Item is Loop { EndsEarly: true } loop && loop.While == value:
                return _emit.Let(Op.Const, ScalarType.Bool, payload: 1); // or the iteration would not have run
            case DefinitionKind.CarriedIn or DefinitionKind.CarriedOut when InductionStep(definition) is { } step:
                return Induction(definition, step);
            default:
                return ReadBack(value) ?? Record(value);
        }
    }

    private bool CanBeTaped(int value) => !_recording.IsTaped(value) && _tree[value] is { Kind: DefinitionKind.Let, Node.Item: Let let } && let.Op.Arity() > 0;

    private int Record(int value)
    {
        _recording.Tape(value);
        return Placeholder(value, failed: false);
    }

    /// <summary>Stands for a value that the next pass will have.</summary>
    private int Placeholder(int value, bool failed)
    {
        _earlyFailed |= failed;
        return _emit.Zero(TypeOf(value));
    }

    private int Reload(int value, Load load, Node node)
    {
        BufferKind kind = Source.Buffers[load.Buffer].Kind;
        if (kind is BufferKind.Local)
        {
            RegionNode horizon = BaseOf(node.Region);
            IReadOnlyList<Node> writes = _dependence.WritesAfter(node, horizon);
            if (writes.Any(w => IsBetween(node, w))) return Record(value);
            if (!IsLive(load.Buffer))
            {
                // The array of this iteration is gone by the time of the reverse sweep, unless it is filled again or every iteration has its own.
                if (_refills.TryGetValue(load.Buffer, out int again)) return _builder.Load(again, Primal(load.Index));
                if (FillOf(load.Buffer) is not null) _recording.Refill(load.Buffer);
                else _recording.Expand(load.Buffer);
                return Placeholder(value, failed: false);
            }

            // An array that outlives the base region has gone on changing: nothing may be put back into it.
            if (writes.Count > 0 && !IsLocalTo(load.Buffer, horizon)) return Record(value);
            foreach (Node write in writes) _recording.Save(write);
        }

        return _builder.Load(load.Buffer, ElementIndex(load.Buffer, Primal(load.Index)));
    }

    private bool IsLive(int buffer) =>
        _recording.IsExpanded(buffer) || _tree.AllocationOf(buffer) is not { } allocation || _baseRegions.Contains(allocation.Region);

    private bool IsLocalTo(int buffer, RegionNode horizon) => _tree.AllocationOf(buffer) is { } allocation && allocation.Region.IsWithin(horizon);

    /// <summary>
    /// Whether a write stands between a load and the place whose reverse is being written, so that it is not undone yet when the
    /// value is wanted.
    /// </summary>
    private bool IsBetween(Node load, Node write)
    {
        Frame frame = FrameOf(load.Region);
        if (!write.Region.IsWithin(load.Region)) return false;
        int place = Dependence.In(load.Region, write).Index;
        return place > load.Index && place <= frame.Position;
    }

    private Frame FrameOf(RegionNode region)
    {
        Frame? frame = _frame;
        while (frame is not null && frame.Region != region) frame = frame.Parent;
        return frame ?? throw new InvalidOperationException("The reverse sweep wants a value of a region that it is not in.");
    }

    /// <summary>The value as an element of an array that it was stored to and that keeps it, if there is one.</summary>
    private int? ReadBack(int value)
    {
        foreach (Use use in _tree.UsesOf(value))
        {
            if (use is not { Kind: UseKind.StoredValue, Node: { Item: Store store } node } || node.Region != HomeOf(value)) continue;
            if (Source.Buffers[store.Buffer].Kind != BufferKind.Local || !IsLive(store.Buffer)) continue;

            // Elements that are put back on the way could hide the value.
            if (_tree.AccessesOf(store.Buffer).Any(n => _recording.SavedBy(n) >= 0)) continue;
            if (_dependence.WritesAfter(node, BaseOf(node.Region)).Any()) continue;
            return _builder.Load(store.Buffer, ElementIndex(store.Buffer, Primal(store.Index)));
        }

        return null;
    }

    /// <summary>By how much an integer grows per iteration, if that does not change: such a value has a closed form.</summary>
    private int? InductionStep(Definition definition)
    {
        var loop = (Loop)definition.Node.Item;
        Carried carried = loop.Carried[definition.Slot];

        // The count of a loop that may end early is what all others follow from.
        if (loop.EndsEarly && definition is { Kind: DefinitionKind.CarriedOut } && definition.Slot == loop.Carried.Count - 1) return null;
        if (_tree.TypeOf(carried.Id) != ScalarType.I32) return null;
        if (_tree[carried.Next] is not { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Add } add }) return null;
        int step = add.A == carried.Id ? add.B : add.B == carried.Id ? add.A : -1;
        if (step < 0 || step == carried.Id) return null;
        return _tree.IsConstant(step) || !HomeOf(step).IsWithin(definition.Node.Body!) ? step : null;
    }

    private int Induction(Definition definition, int step)
    {
        var loop = (Loop)definition.Node.Item;
        int iterations = definition.Kind == DefinitionKind.CarriedOut ? Trips(loop)
            : loop.Descending ? _emit.SubInt(_emit.SubInt(Primal(loop.To), _emit.Int(1)), Primal(loop.Counter))
            : _emit.SubInt(Primal(loop.Counter), Primal(loop.From));
        return _emit.AddInt(Primal(loop.Carried[definition.Slot].Init), _emit.MulInt(iterations, Primal(step)));
    }

    /// <summary>How many iterations a loop has run.</summary>
    private int Trips(Loop loop) => loop.EndsEarly ? Primal(TripCounts.Of(loop).Result) : Clamped(_emit.SubInt(Primal(loop.To), Primal(loop.From)));

    private int Clamped(int trip) => _emit.MaxInt(trip, _emit.Int(0));

    /// <summary>A value from outside of the loop whose reverse is being written is computed once, before that loop: the next pass will.</summary>
    private void NoteLoopInvariant(int value)
    {
        RegionNode home = HomeOf(value);
        if (home == _frame.Region || _recording.IsSaved(value)) return;
        Node? loop = null;
        Frame? frame = _frame;
        for (; frame is not null && frame.Region != home; frame = frame.Parent)
        {
            if (frame.Region.Loop is not null) loop = frame.Region.Owner;
        }

        if (loop is not null && frame is not null) _recording.ComputeAhead(loop, value);
    }
}
