namespace SymbolicGD.Generator.Ir;

/// <summary>
/// Copies a function through a fresh <see cref="IrBuilder"/>, item by item in program order. A pass overrides the hooks of
/// what it changes; the rest is carried over, buffers and names included, and equal values are shared on the way.
/// </summary>
/// <remarks>
/// Buffers keep their indices; a pass may add others behind them. A rewriter is used for one function, once.
/// </remarks>
/// <param name="source">What is copied.</param>
/// <param name="builder">Where to, if the copy is a part of another function; buffers then have other indices.</param>
internal abstract class IrRewriter(Function source, IrBuilder? builder = null)
{
    private readonly int[] _map = Enumerable.Repeat(-1, source.Values.Count).ToArray();

    /// <summary>The function that is copied.</summary>
    protected Function Source { get; } = source;

    /// <summary>The function that is built.</summary>
    protected IrBuilder Builder { get; } = builder ?? new();

    /// <summary>The copy.</summary>
    public virtual Function Run()
    {
        foreach (BufferInfo buffer in Source.Buffers) CopyBuffer(buffer);
        RewriteBody();
        return Builder.Finish(Source.Name, Source.Real, Source.Arguments, Source.Extents, Source.Result < 0 ? -1 : Map(Source.Result));
    }

    /// <summary>Adds a buffer like another.</summary>
    protected int CopyBuffer(BufferInfo buffer)
    {
        int copy = Builder.AddBuffer(buffer.Name, buffer.Kind, buffer.Type, buffer.Argument, buffer.Overwritten, buffer.Triangle);
        if (buffer.Growing) Builder.MarkGrowing(copy, buffer.Owner);
        return copy;
    }

    /// <summary>The new value for a value of the source whose definition was already rewritten.</summary>
    protected int Map(int value)
    {
        int mapped = _map[value];
        return mapped >= 0 ? mapped : throw new InvalidOperationException($"Value {value} of '{Source.Name}' is used before it was rewritten.");
    }

    /// <summary>As <see cref="Map"/>, with -1 for an operand that is not there.</summary>
    protected int MapOperand(int value) => value < 0 ? -1 : Map(value);

    /// <summary>Whether the value's definition was already rewritten.</summary>
    protected bool IsMapped(int value) => _map[value] >= 0;

    /// <summary>Says what a value of the source has become, and carries its name over.</summary>
    protected void SetMap(int value, int mapped)
    {
        _map[value] = mapped;
        Builder.SetName(mapped, Source.Values[value].Name);
    }

    /// <summary>As <see cref="SetMap"/> where the new value stands for the old one here only: the name stays with the old one.</summary>
    protected void Alias(int value, int mapped) => _map[value] = mapped;

    /// <summary>Rewrites the outermost region; a pass that adds items before or after the body overrides it.</summary>
    protected virtual void RewriteBody() => RewriteRegion(Source.Body);

    /// <summary>Rewrites the items of a region into the scope that is open.</summary>
    protected virtual void RewriteRegion(Region region)
    {
        foreach (Item item in region.Items) RewriteItem(item);
    }

    /// <summary>Rewrites one item by the hook for its kind.</summary>
    protected virtual void RewriteItem(Item item)
    {
        switch (item)
        {
            case Let let: SetMap(let.Id, RewriteLet(let)); break;
            case Load load: SetMap(load.Id, RewriteLoad(load)); break;
            case Store store: RewriteStore(store); break;
            case Accumulate accumulate: RewriteAccumulate(accumulate); break;
            case Alloc alloc: RewriteAlloc(alloc); break;
            case Loop loop: RewriteLoop(loop); break;
            case If branch: RewriteIf(branch); break;
            default: throw new InvalidOperationException($"Unknown item {item.GetType().Name}.");
        }
    }

    /// <returns>The value that takes the place of the operation's.</returns>
    protected virtual int RewriteLet(Let let) =>
        Builder.Let(let.Op, Source.TypeOf(let.Id), MapOperand(let.A), MapOperand(let.B), MapOperand(let.C), let.Payload);

    /// <returns>The value that takes the place of what was loaded.</returns>
    protected virtual int RewriteLoad(Load load) => Builder.Load(load.Buffer, Map(load.Index));

    protected virtual void RewriteStore(Store store) => Builder.Store(store.Buffer, Map(store.Index), Map(store.Value));

    protected virtual void RewriteAccumulate(Accumulate accumulate) =>
        Builder.Accumulate(accumulate.Buffer, Map(accumulate.Index), Map(accumulate.Value));

    protected virtual void RewriteAlloc(Alloc alloc) => Builder.Alloc(alloc.Buffer, Map(alloc.Length));

    /// <summary>Rewrites a loop. An override that keeps the loop must map its counter, carried values and results.</summary>
    protected virtual void RewriteLoop(Loop loop)
    {
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), loop.Carried.Select(c => Map(c.Init)).ToArray(), WrittenBy(loop.Body),
            loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            // The variable's own name, not that of the value it starts from.
            Builder.Rename(open.Carried[k], Source.Values[loop.Carried[k].Id].Name);
            SetMap(loop.Carried[k].Id, open.Carried[k]);
        }

        KeepEnd(loop, open);
        RewriteRegion(loop.Body);
        int[] results = Builder.EndLoop(open, loop.Carried.Select(c => Map(c.Next)).ToArray());
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            Builder.Rename(results[k], Source.Values[loop.Carried[k].Result].Name);
            SetMap(loop.Carried[k].Result, results[k]);
        }
    }

    /// <summary>Gives the copy of a loop the condition that may end it early. Its carried values must be mapped.</summary>
    protected void KeepEnd(Loop loop, IrBuilder.OpenLoop open)
    {
        if (!loop.EndsEarly) return;
        open.While = Map(loop.While);
        open.Limited = loop.Limited;
    }

    /// <summary>Rewrites a branch. An override that keeps the branch must map its results.</summary>
    protected virtual void RewriteIf(If branch)
    {
        int[] results = Builder.If(
            Map(branch.Condition),
            () =>
            {
                RewriteRegion(branch.Then);
                return branch.Results.Select(r => Map(r.Then)).ToArray();
            },
            () =>
            {
                RewriteRegion(branch.Else);
                return branch.Results.Select(r => Map(r.Else)).ToArray();
            });
        for (int k = 0; k < branch.Results.Count; k++) SetMap(branch.Results[k].Result, results[k]);
    }

    /// <summary>
    /// The buffers that the rewritten region will write. A pass that writes others overrides it; too many are safe, too few
    /// make loads before and after a write equal.
    /// </summary>
    protected virtual IReadOnlyList<int> WrittenBy(Region region) => IrFacts.WrittenBuffers(region);
}
