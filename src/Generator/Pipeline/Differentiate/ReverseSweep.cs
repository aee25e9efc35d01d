using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>Walks the items of a region backwards and moves adjoints from results to operands.</summary>
internal sealed partial class GradientPass
{
    private void ReverseRegion()
    {
        for (int i = _frame.Region.Nodes.Count - 1; i >= 0; i--)
        {
            _frame.Position = i;
            Reverse(_frame.Region.Nodes[i]);
        }
    }

    private void Reverse(Node node)
    {
        switch (node.Item)
        {
            case Let let:
                if (_frame.Adjoints.TryGetValue(let.Id, out int adjoint)) ReverseLet(let, adjoint);
                break;
            case Load load:
                if (_frame.Adjoints.TryGetValue(load.Id, out int read)) _builder.Accumulate(AdjointBuffer(load.Buffer), Primal(load.Index), read);
                break;
            case Store store:
                ReverseWrite(node, store.Buffer, store.Index, store.Value);
                break;
            case Accumulate accumulate:
                ReverseWrite(node, accumulate.Buffer, accumulate.Index, accumulate.Value);
                break;
            case If branch when BranchMatters(branch, node):
                ReverseIf(branch, node);
                break;
            case Loop loop when IsSegmented(node):
                if (LoopMatters(loop, node)) ReverseLoop(loop, node);
                break;
            case Loop loop when _baseRegions.Contains(node.Body!):
                PassToInits(loop, node);
                break;
            case Loop loop when LoopMatters(loop, node):
                ReverseLoop(loop, node);
                break;
        }
    }

    private string? AdjointName(int value) => Source.Values[value].Name is { } name ? name + "Bar" : null;

    private void ReverseLet(Let let, int adjoint)
    {
        if (!_emit.IsConstant(adjoint)) _builder.SetName(adjoint, AdjointName(let.Id));
        if (ScaledSquare(let) is var (x, factor))
        {
            if (_activity.IsActive(x)) AddAdjoint(x, _emit.Times(_emit.Times(adjoint, 2 * factor), Primal(x)));
            return;
        }

        var site = new RuleSite(_emit, let, Primal, IsAtHand);
        int operand = 0;
        foreach (int value in let.Operands)
        {
            if (_activity.IsActive(value) && DerivativeTable.Scale(site, operand, adjoint) is { } contribution) AddAdjoint(value, contribution);
            operand++;
        }
    }

    /// <summary>x and c of c·x·x, as half of a square is written: its slope is one product, 2c·x, not the sum of two.</summary>
    private (int X, double Factor)? ScaledSquare(Let let)
    {
        if (let.Op != Op.Mul) return null;
        return Of(let.A, let.B) ?? Of(let.B, let.A);

        (int, double)? Of(int x, int scaled)
        {
            if (_tree[scaled] is not { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Mul } product }) return null;
            int constant = product.A == x ? product.B : product.B == x ? product.A : -1;
            return constant >= 0 && _tree[constant] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Const } value } ? (x, value.RealConstant) : null;
        }
    }

    private void ReverseWrite(Node node, int buffer, int index, int value)
    {
        int saved = _recording.SavedBy(node);
        bool active = _activity.IsActiveBuffer(buffer);
        if (saved < 0 && !active) return;
        int element = Primal(index);

        // The reverse sweep runs memory backwards: what the loads before this write read is there again.
        if (saved >= 0) _builder.Store(buffer, ElementIndex(buffer, element), Primal(saved));
        if (!active) return;
        int adjoints = AdjointBuffer(buffer);
        if (_activity.IsActive(value)) AddAdjoint(value, _emit.Masked(_builder.Load(adjoints, element)));

        // What was in the element before had no influence, unless nothing was ever there. Matrices of the generator's own are filled once.
        if (node.Item is Store && Source.Buffers[buffer].Triangle == Triangle.None && !_dependence.IsFirstTouch(node)) _builder.Store(adjoints, element, _emit.Zero(_builder.Buffers[adjoints].Type));
    }

    private bool BranchMatters(If branch, Node node) =>
        branch.Results.Any(m => _frame.Adjoints.ContainsKey(m.Result)) || MemoryMatters(node);

    private bool LoopMatters(Loop loop, Node node) =>
        loop.Carried.Any(c => _frame.Adjoints.ContainsKey(c.Result)) || MemoryMatters(node);

    /// <summary>Whether the item writes to an array from outside of it whose adjoints or old elements are wanted.</summary>
    private bool MemoryMatters(Node node) => node.Subtree().Any(n =>
        Dependence.IsWrite(n) && (_activity.IsActiveBuffer(Dependence.BufferOf(n)) || _recording.SavedBy(n) >= 0)
        && !(_tree.AllocationOf(Dependence.BufferOf(n)) is { } allocation && node.Regions.Any(allocation.Region.IsWithin)));

    private void ReverseIf(If branch, Node node)
    {
        Dictionary<int, int> seeds = [];
        foreach (Merge merge in branch.Results)
        {
            if (_frame.Adjoints.TryGetValue(merge.Result, out int adjoint)) seeds[merge.Result] = adjoint;
        }

        SortedDictionary<int, int>? thenPassed = null;
        var thenValues = new List<int>();
        int[] passed = [];

        // An adjoint that both sides pass on as it came in, such as that of a sum, need not enter the branch.
        KeyValuePair<int, int>[] through = [];
        int[] results = _builder.If(
            Primal(branch.Condition),
            () =>
            {
                thenPassed = ReverseSide(node.Body!, branch.Results.Select(m => (m.Then, m.Result)), seeds);

                // Read once the other side is known: both give the same list of adjoints.
                return thenValues;
            },
            () =>
            {
                SortedDictionary<int, int> elsePassed = ReverseSide(node.Else!, branch.Results.Select(m => (m.Else, m.Result)), seeds);
                through = [.. thenPassed!.Where(a => elsePassed.TryGetValue(a.Key, out int other) && other == a.Value)];
                passed = [.. thenPassed!.Keys.Union(elsePassed.Keys).Except(through.Select(a => a.Key)).OrderBy(v => v)];
                thenValues.AddRange(passed.Select(v => Passed(thenPassed, v)));
                return [.. passed.Select(v => Passed(elsePassed, v))];
            });
        foreach (KeyValuePair<int, int> adjoint in through) AddAdjoint(adjoint.Key, adjoint.Value);
        for (int k = 0; k < passed.Length; k++) AddAdjoint(passed[k], _emit.Masked(results[k]));

        // The zero stands in the outermost region, so it is visible in either side.
        int Passed(SortedDictionary<int, int> adjoints, int value) => adjoints.TryGetValue(value, out int adjoint) ? adjoint : _emit.Zero(_tree.TypeOf(value));
    }

    /// <summary>The adjoints that one side of a branch passes on to values outside of it.</summary>
    private SortedDictionary<int, int> ReverseSide(RegionNode side, IEnumerable<(int Value, int Result)> merged, Dictionary<int, int> seeds)
    {
        _frame = new Frame(side, _frame, isBase: false);
        AllocateAdjoints();
        foreach ((int value, int result) in merged)
        {
            if (seeds.TryGetValue(result, out int seed)) AddAdjoint(value, seed);
        }

        ReverseRegion();
        SortedDictionary<int, int> passed = PassedOn();
        _frame = _frame.Parent!;
        return passed;
    }

    private void AllocateAdjoints()
    {
        foreach (Node node in _frame.Region.Nodes)
        {
            if (node.Item is Alloc alloc) AllocateAdjoint(alloc);
        }
    }

    private SortedDictionary<int, int> PassedOn()
    {
        var passed = new SortedDictionary<int, int>();
        foreach (KeyValuePair<int, int> adjoint in _frame.Adjoints)
        {
            if (HomeOf(adjoint.Key) != _frame.Region) passed.Add(adjoint.Key, adjoint.Value);
        }

        return passed;
    }

    /// <summary>Whether a carried value has an adjoint: a result that counts does, even where the loop does not read the value before it.</summary>
    private bool IsActive(Carried carried) => _activity.IsActive(carried.Id) || _activity.IsActive(carried.Result);

    /// <summary>The initial value of a sum has the adjoint of the sum.</summary>
    private void PassToInits(Loop loop, Node node)
    {
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            if (_reductions.IsAdditive(node, k) && _frame.Adjoints.TryGetValue(loop.Carried[k].Result, out int adjoint)) AddAdjoint(loop.Carried[k].Init, adjoint);
        }
    }

    private void ReverseLoop(Loop loop, Node node)
    {
        foreach (int value in _recording.AheadOf(node)) Primal(value);
        PassToInits(loop, node);
        (int from, int to) = RangeRun(loop);
        ReenterRun(node);
        int[] scans = [.. Enumerable.Range(0, loop.Carried.Count).Where(k => IsActive(loop.Carried[k]) && !_reductions.IsAdditive(node, k))];
        int[] inits = [.. scans.Select(k => _frame.Adjoints.TryGetValue(loop.Carried[k].Result, out int a) ? a : _emit.Zero(_tree.TypeOf(loop.Carried[k].Id)))];

        // Iterations that do not feed one another may run in either order, and ascending ones vectorize better.
        // Those that record one run of a loop behind the other go through the record backwards.
        bool isSegmented = IsSegmented(node), independent = !isSegmented && scans.Length == 0 && !PositionsIn(node).Any() && !node.Subtree().Any(n => _recording.SavedBy(n) >= 0) && _dependence.AreIterationsIndependent(node);
        bool descending = independent ? loop.Descending : !loop.Descending;
        if (isSegmented) RestoreBefore(node);
        IEnumerable<int> written = isSegmented ? WrittenForward(node).Concat(WrittenReverse(node)) : WrittenReverse(node);
        IrBuilder.OpenLoop open = _builder.BeginLoop(from, to, [], written, descending, counterName: Source.Values[loop.Counter].Name);
        for (int s = 0; s < scans.Length; s++) _builder.SetName(_builder.AddCarried(open, inits[s]), AdjointName(loop.Carried[scans[s]].Id));
        _frame = new Frame(node.Body!, _frame, isBase: isSegmented);
        _frame.Map[loop.Counter] = open.Counter;
        if (isSegmented) ComputeAgain(loop, node);
        else AllocateAdjoints();
        int[] refilled = [.. _recording.Refilled.Where(b => _tree.AllocationOf(b)!.Region == node.Body)];
        foreach (int buffer in refilled) Refill(buffer);
        for (int s = 0; s < scans.Length; s++) AddAdjoint(loop.Carried[scans[s]].Next, _emit.Masked(open.Carried[s]));
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            if (_reductions.IsAdditive(node, k) && _frame.Parent!.Adjoints.TryGetValue(loop.Carried[k].Result, out int adjoint)) AddAdjoint(loop.Carried[k].Next, adjoint);
        }

        ReverseRegion();
        foreach (int buffer in refilled) _refills.Remove(buffer);
        List<int> nexts = [.. scans.Select(k => _frame.Adjoints.TryGetValue(loop.Carried[k].Id, out int a) ? a : _emit.Zero(_tree.TypeOf(loop.Carried[k].Id)))];
        int[] results = CloseLoop(open, nexts, out int[] passed);
        for (int p = 0; p < passed.Length; p++) _frame.Adjoints[passed[p]] = _emit.Masked(results[scans.Length + p]);
        for (int s = 0; s < scans.Length; s++) AddAdjoint(loop.Carried[scans[s]].Init, _emit.Masked(results[s]));
    }

    /// <summary>Ends a loop in which adjoints were collected: those of values from outside leave it as sums over the iterations.</summary>
    private int[] CloseLoop(IrBuilder.OpenLoop open, List<int> nexts, out int[] passed)
    {
        SortedDictionary<int, int> adjoints = PassedOn();
        passed = [.. adjoints.Keys];
        foreach (int value in passed)
        {
            int init = _frame.Parent!.Adjoints.TryGetValue(value, out int known) ? known : _emit.Zero(_tree.TypeOf(value));
            int sum = _builder.AddCarried(open, init);
            _builder.SetName(sum, AdjointName(value));
            nexts.Add(_emit.Binary(Op.Add, sum, adjoints[value]));
        }

        _frame = _frame.Parent!;
        return _builder.EndLoop(open, nexts);
    }

    /// <summary>Every buffer that the reverse of a loop may write.</summary>
    private IEnumerable<int> WrittenReverse(Node loop)
    {
        foreach (Node node in loop.Subtree())
        {
            int buffer = node.Item is Alloc alloc ? alloc.Buffer : Dependence.BufferOf(node);
            if (buffer < 0) continue;
            if (_activity.IsActiveBuffer(buffer)) yield return AdjointBuffer(buffer);
            if (_recording.SavedBy(node) >= 0) yield return buffer;
        }

        foreach (int position in PositionsIn(loop)) yield return position;
    }

    /// <summary>The counters of the iterations that the forward sweep ran.</summary>
    private (int From, int To) RangeRun(Loop loop)
    {
        if (!loop.EndsEarly) return (Primal(loop.From), Primal(loop.To));
        int trips = Primal(TripCounts.Of(loop).Result);
        if (!loop.Descending) return (Primal(loop.From), _emit.AddInt(Primal(loop.From), trips));
        return (_emit.SubInt(Primal(loop.To), trips), Primal(loop.To));
    }
}
