using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Forward mode: copies a function and writes beside each value that depends on a parameter its derivative along a direction. Loops
/// and branches stay what they are and carry the tangents along; arrays of real numbers get a second one for their tangents.
/// </summary>
internal sealed class TangentPass : IrRewriter
{
    private readonly Emitter _emit;
    private readonly FunctionIndex _index;
    private readonly Activity _activity;
    private readonly HashSet<int> _guards;
    private readonly int[] _tangents;
    private readonly int[] _tangentBuffers;
    private readonly Dictionary<int, int> _directions = [];

    /// <param name="guards">Values of the source that are products by definition: see <see cref="Emitter.Guards"/>.</param>
    public TangentPass(Function source, HashSet<int> guards)
        : base(source)
    {
        _emit = new Emitter(Builder);
        _index = new FunctionIndex(source);
        _activity = new Activity(new SourceTree(source));
        _guards = guards;
        _tangents = Enumerable.Repeat(-1, source.Values.Count).ToArray();
        _tangentBuffers = Enumerable.Repeat(-1, source.Buffers.Count).ToArray();
    }

    public override Function Run()
    {
        foreach (BufferInfo buffer in Source.Buffers) CopyBuffer(buffer);
        AddTangentBuffers();
        RewriteBody();
        int result = -1;
        if (!Enumerable.Range(0, Source.Buffers.Count).Any(IsOutput)) result = TangentOrZero(Source.Result);
        return Builder.Finish(Source.Name, Source.Real, Source.Arguments, Source.Extents, result);
    }

    private void AddTangentBuffers()
    {
        for (int a = 0; a < Source.Arguments.Count; a++)
        {
            Argument argument = Source.Arguments[a];
            if (argument.Role != ArgumentRole.Parameter || !argument.Type.IsReal()) continue;
            int direction = Builder.AddBuffer($"direction_{argument.Name}", BufferKind.Direction, argument.Type, a);
            if (argument.Buffer >= 0) _tangentBuffers[argument.Buffer] = direction;
            else _directions.Add(a, Builder.Load(direction, _emit.Int(0)));
        }

        for (int b = 0; b < Source.Buffers.Count; b++)
        {
            BufferInfo buffer = Source.Buffers[b];
            // What does not move has derivatives of 0 in an output, too.
            if (_tangentBuffers[b] >= 0 || !(_activity.IsVariedBuffer(b) || IsOutput(b))) continue;
            _tangentBuffers[b] = IsOutput(b) ? b : CopyBuffer(buffer with { Name = $"{buffer.Name}Dot", Argument = -1, Overwritten = false });
        }
    }

    private int TangentOrZero(int value) => _tangents[value] >= 0 ? _tangents[value] : _emit.Zero(Source.TypeOf(value));

    private int TangentOf(int operand) => operand < 0 ? -1 : _tangents[operand];

    private void SetTangent(int value, int tangent)
    {
        _tangents[value] = tangent;
        if (Source.Values[value].Name is { } name && !_emit.IsConstant(tangent)) Builder.SetName(tangent, name + "Dot");
    }

    protected override void RewriteItem(Item item)
    {
        base.RewriteItem(item);
        switch (item)
        {
            case Let let when _activity.IsVaried(let.Id):
                SetTangent(let.Id, Differentiate(let));
                break;
            case Load load when IsOutput(load.Buffer):
                throw new InvalidOperationException("An output is read: forward mode takes the gradient function as Gradient gives it, and residuals as they are captured.");
            case Load load when _activity.IsVaried(load.Id):
                SetTangent(load.Id, Builder.Load(_tangentBuffers[load.Buffer], Map(load.Index)));
                break;
        }

        foreach (int id in IrFacts.Definitions(item))
        {
            if (_activity.IsRisky(id)) _emit.MarkRisky(Map(id));
        }
    }

    protected override int RewriteLet(Let let) => _emit.Let(let.Op, Source.TypeOf(let.Id), MapOperand(let.A), MapOperand(let.B), MapOperand(let.C), let.Payload);

    private int Differentiate(Let let)
    {
        if (let.Op == Op.Argument) return _directions[(int)let.Payload];
        if (_guards.Contains(let.Id)) return DifferentiateGuarded(let);
        int a = TangentOf(let.A), b = TangentOf(let.B), c = TangentOf(let.C);
        int tangent = DerivativeTable.Along(new RuleSite(_emit, let, Map, _ => true), a, b, c) ?? _emit.Zero(Source.TypeOf(let.Id));
        if (!DerivativeTable.MayBeSteep(let.Op) || _emit.IsConstant(tangent)) return tangent;

        // What does not move along this direction contributes nothing, however steep the slope: 0 · ∞ stays 0.
        int moves = a >= 0 && b >= 0 ? _emit.Binary(Op.Or, _emit.IsNotZero(a), _emit.IsNotZero(b)) : _emit.IsNotZero(a >= 0 ? a : b);
        return _emit.When(moves, tangent);
    }

    /// <summary>The product rule for t ≠ 0 ? t·p : 0, each term guarded by its own factor.</summary>
    private int DifferentiateGuarded(Let select)
    {
        Let product = _index.LetOf(select.B)!, condition = _index.LetOf(select.A)!;
        int t = _index.IsConstant(condition.A) ? condition.B : condition.A;
        int factor = product.A == t ? product.B : product.A;
        bool isQuotient = product.Op == Op.Div;
        int? byT = TangentOf(t) >= 0 ? _emit.Guarded(product.Op, TangentOf(t), Map(factor)) : null;
        int? byFactor = null;
        if (TangentOf(factor) >= 0)
        {
            int moved = isQuotient ? _emit.Neg(_emit.Binary(Op.Div, TangentOf(factor), Map(factor))) : TangentOf(factor);
            byFactor = _emit.Guarded(Op.Mul, isQuotient ? Map(select.Id) : Map(t), moved);
        }

        if (byT is { } one && byFactor is { } other) return _emit.Sum(one, other);
        return byT ?? byFactor ?? _emit.Zero(Source.TypeOf(select.Id));
    }

    /// <summary>The gradient itself, or what a residual method stores, is not wanted: its buffers take the tangents.</summary>
    private bool IsOutput(int buffer) => Source.Buffers[buffer].Kind is BufferKind.Gradient or BufferKind.Output;

    protected override void RewriteStore(Store store)
    {
        int tangents = _tangentBuffers[store.Buffer];
        if (!IsOutput(store.Buffer)) base.RewriteStore(store);
        if (tangents >= 0) Builder.Store(tangents, Map(store.Index), TangentOrZero(store.Value));
    }

    protected override void RewriteAccumulate(Accumulate accumulate)
    {
        int tangents = _tangentBuffers[accumulate.Buffer];
        if (!IsOutput(accumulate.Buffer)) base.RewriteAccumulate(accumulate);
        if (tangents >= 0 && _tangents[accumulate.Value] >= 0) Builder.Accumulate(tangents, Map(accumulate.Index), _tangents[accumulate.Value]);
    }

    protected override void RewriteAlloc(Alloc alloc)
    {
        base.RewriteAlloc(alloc);
        if (_tangentBuffers[alloc.Buffer] is >= 0 and var tangents) Builder.Alloc(tangents, Map(alloc.Length));
    }

    protected override void RewriteLoop(Loop loop)
    {
        Carried[] moving = loop.Carried.Where(c => _activity.IsVaried(c.Id)).ToArray();
        int[] inits = [.. loop.Carried.Select(c => Map(c.Init)), .. moving.Select(c => TangentOrZero(c.Init))];
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), inits, WrittenBy(loop.Body), loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        int count = loop.Carried.Count;
        for (int k = 0; k < count; k++)
        {
            int id = loop.Carried[k].Id;
            Builder.Rename(open.Carried[k], Source.Values[id].Name);
            SetMap(id, open.Carried[k]);
            if (_activity.IsRisky(id)) _emit.MarkRisky(open.Carried[k]);
        }

        KeepEnd(loop, open);
        for (int k = 0; k < moving.Length; k++) SetTangent(moving[k].Id, open.Carried[count + k]);
        RewriteRegion(loop.Body);
        int[] results = Builder.EndLoop(open, [.. loop.Carried.Select(c => Map(c.Next)), .. moving.Select(c => TangentOrZero(c.Next))]);
        for (int k = 0; k < count; k++)
        {
            Builder.Rename(results[k], Source.Values[loop.Carried[k].Result].Name);
            SetMap(loop.Carried[k].Result, results[k]);
        }

        for (int k = 0; k < moving.Length; k++) SetTangent(moving[k].Result, results[count + k]);
    }

    protected override void RewriteIf(If branch)
    {
        Merge[] moving = branch.Results.Where(m => _activity.IsVaried(m.Result)).ToArray();
        int[] results = Builder.If(
            Map(branch.Condition),
            () =>
            {
                RewriteRegion(branch.Then);
                return [.. branch.Results.Select(m => Map(m.Then)), .. moving.Select(m => TangentOrZero(m.Then))];
            },
            () =>
            {
                RewriteRegion(branch.Else);
                return [.. branch.Results.Select(m => Map(m.Else)), .. moving.Select(m => TangentOrZero(m.Else))];
            });
        int count = branch.Results.Count;
        for (int k = 0; k < count; k++) SetMap(branch.Results[k].Result, results[k]);
        for (int k = 0; k < moving.Length; k++) SetTangent(moving[k].Result, results[count + k]);
    }

    protected override IReadOnlyList<int> WrittenBy(Region region)
    {
        IReadOnlyList<int> written = base.WrittenBy(region);
        return [.. written, .. written.Select(b => _tangentBuffers[b]).Where(b => b >= 0)];
    }
}
