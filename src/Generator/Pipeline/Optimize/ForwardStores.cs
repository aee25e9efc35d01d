using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Gives a load the value that was last stored into its element where that is known, and an accumulation onto a known
/// element becomes a store. Arrays that only carry values from one line to the next end without loads, and so without life.
/// </summary>
internal sealed class ForwardStores : IrRewriter
{
    /// <summary>What is known of one buffer at this point of the program.</summary>
    /// <param name="Elements">Source index and the value there, in the built function; indices provably differ from each other.</param>
    /// <param name="IsFresh">Whether every other element is still the zero of the Alloc.</param>
    private sealed record Known(IReadOnlyList<(int Index, int Value)> Elements, bool IsFresh)
    {
        public static Known Nothing { get; } = new([], false);
    }

    private readonly IndexFacts _indices;
    private Dictionary<int, Known> _known = [];

    private ForwardStores(Function source) : base(source) => _indices = new IndexFacts(source);

    public static Function Run(Function function) => new ForwardStores(function).Run();

    protected override int RewriteLoad(Load load)
    {
        if (ValueAt(load.Buffer, load.Index) is int value) return value;
        int loaded = base.RewriteLoad(load);
        if (Source.Buffers[load.Buffer].Kind is BufferKind.Local or BufferKind.Adjoint or BufferKind.Tape) Remember(load.Buffer, load.Index, loaded, isWrite: false);
        return loaded;
    }

    protected override void RewriteStore(Store store)
    {
        base.RewriteStore(store);
        Remember(store.Buffer, store.Index, Map(store.Value), isWrite: true);
    }

    protected override void RewriteAccumulate(Accumulate accumulate)
    {
        if (ValueAt(accumulate.Buffer, accumulate.Index) is not int before)
        {
            base.RewriteAccumulate(accumulate);
            Forget(accumulate.Buffer, accumulate.Index);
            return;
        }

        // An adjoint that starts from zero is its first contribution: only −0 would tell the difference.
        bool isFirst = Source.Buffers[accumulate.Buffer].Kind == BufferKind.Adjoint && IsUntouched(accumulate.Buffer, accumulate.Index);
        int sum = isFirst ? Map(accumulate.Value) : Builder.Binary(Op.Add, before, Map(accumulate.Value));
        Builder.Store(accumulate.Buffer, Map(accumulate.Index), sum);
        Remember(accumulate.Buffer, accumulate.Index, sum, isWrite: true);
    }

    protected override void RewriteAlloc(Alloc alloc)
    {
        base.RewriteAlloc(alloc);
        _known[alloc.Buffer] = new Known([], Source.Buffers[alloc.Buffer] is { Growing: false, Kind: not BufferKind.Tape });
    }

    protected override void RewriteLoop(Loop loop)
    {
        // Where each iteration touches its own element only, that element is at its start what it was before the loop.
        int[] fresh = IrFacts.WrittenBuffers(loop.Body)
            .Where(b => _known.TryGetValue(b, out Known? known) && known.IsFresh && known.Elements.Count == 0 && TouchesOwnElement(loop, b)).ToArray();
        Forget(loop.Body);
        Dictionary<int, Known> before = new(_known);
        foreach (int buffer in fresh) _known[buffer] = new Known([], true);
        base.RewriteLoop(loop);
        _known = before;
    }

    protected override void RewriteIf(If branch)
    {
        // Each side starts from what is known before; afterwards only what neither side wrote is known.
        Dictionary<int, Known> before = new(_known);
        int[] results = Builder.If(Map(branch.Condition), () => Side(branch.Then, m => m.Then), () => Side(branch.Else, m => m.Else));
        for (int k = 0; k < results.Length; k++) SetMap(branch.Results[k].Result, results[k]);
        _known = before;
        Forget(branch.Then);
        Forget(branch.Else);

        IReadOnlyList<int> Side(Region region, Func<Merge, int> value)
        {
            _known = new(before);
            RewriteRegion(region);
            return branch.Results.Select(m => Map(value(m))).ToArray();
        }
    }

    private bool TouchesOwnElement(Loop loop, int buffer)
    {
        Affine? common = null;
        HashSet<int> varying = loop.VaryingValues();
        foreach (Item item in IrFacts.Walk(loop.Body))
        {
            if (item is Alloc alloc && alloc.Buffer == buffer) return false;
            if (item.ElementAccess() is not var (at, index) || at != buffer) continue;
            if (_indices.Shift(index, loop, varying) is not { } shift || (common is not null && common.Minus(shift) != 0)) return false;
            common = shift;
        }

        return true;
    }

    private bool IsUntouched(int buffer, int index) =>
        _known.TryGetValue(buffer, out Known? known) && known.IsFresh && known.Elements.All(e => Differ(e.Index, index));

    private int? ValueAt(int buffer, int index)
    {
        if (!_known.TryGetValue(buffer, out Known? known)) return null;
        foreach ((int at, int value) in known.Elements)
        {
            if (_indices.Same(at, index)) return value;
        }

        return IsUntouched(buffer, index) ? Zero(Source.Buffers[buffer].Type) : null;
    }

    private int Zero(ScalarType type) => type.IsReal() ? Builder.Real(type, 0) : type == ScalarType.I32 ? Builder.Int(0) : Builder.Bool(false);

    private void Remember(int buffer, int index, int value, bool isWrite)
    {
        Known known = _known.TryGetValue(buffer, out Known? found) ? found : Known.Nothing;
        var others = known.Elements.Where(e => Differ(e.Index, index)).ToList();

        // An overwritten element of which it is only unsure that it is this one leaves "all others are zero" in doubt.
        bool isFresh = known.IsFresh && known.Elements.All(e => Differ(e.Index, index) || _indices.Same(e.Index, index));
        if (!isWrite && others.Count < known.Elements.Count) return;
        _known[buffer] = new Known([.. others, (index, value)], isFresh);
    }

    private void Forget(int buffer, int index)
    {
        if (!_known.TryGetValue(buffer, out Known? known)) return;
        _known[buffer] = new Known(known.Elements.Where(e => Differ(e.Index, index)).ToList(), false);
    }

    private void Forget(Region region)
    {
        foreach (int buffer in IrFacts.WrittenBuffers(region)) _known.Remove(buffer);
    }

    private bool Differ(int a, int b) => _indices.Of(a).Minus(_indices.Of(b)) is int distance && distance != 0;
}
