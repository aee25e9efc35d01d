using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Where a loop adds to the same element in every iteration, it carries the sum instead and adds it once afterwards.
/// </summary>
internal sealed class AccumulateOnce : IrRewriter
{
    private readonly IndexFacts _indices;
    private readonly HashSet<Accumulate> _carried = new(ReferenceComparer<Accumulate>.Instance);

    private AccumulateOnce(Function source) : base(source) => _indices = new IndexFacts(source);

    public static Function Run(Function function) => new AccumulateOnce(function).Run();

    protected override void RewriteLoop(Loop loop)
    {
        var inside = new HashSet<int>(IrFacts.Walk(loop.Body).SelectMany(IrFacts.Definitions).Concat(loop.Carried.Select(c => c.Id))) { loop.Counter };
        var blocked = new HashSet<int>(IrFacts.Walk(loop.Body).SelectMany<Item, int>(item => item switch
        {
            Load load => [load.Buffer],
            Store store => [store.Buffer],
            Alloc alloc => [alloc.Buffer],
            _ => [],
        }));

        // A loop that does not run must not touch an element that may not exist.
        Accumulate[] moved = loop.Body.Items.OfType<Accumulate>()
            .Where(a => !inside.Contains(a.Index) && !blocked.Contains(a.Buffer) && (loop.IsExamples || _indices.IsInRange(a.Buffer, a.Index)))
            .ToArray();
        if (moved.Length == 0)
        {
            base.RewriteLoop(loop);
            return;
        }

        int[] inits = [.. loop.Carried.Select(c => Map(c.Init)), .. moved.Select(a => Builder.Real(Source.Buffers[a.Buffer].Type, 0))];
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), inits, WrittenBy(loop.Body), loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        for (int k = 0; k < loop.Carried.Count; k++) SetMap(loop.Carried[k].Id, open.Carried[k]);
        KeepEnd(loop, open);
        _carried.UnionWith(moved);
        RewriteRegion(loop.Body);
        int[] nexts =
        [
            .. loop.Carried.Select(c => Map(c.Next)),
            .. moved.Select((a, k) => Builder.Binary(Op.Add, open.Carried[loop.Carried.Count + k], Map(a.Value))),
        ];
        int[] results = Builder.EndLoop(open, nexts);
        for (int k = 0; k < loop.Carried.Count; k++) SetMap(loop.Carried[k].Result, results[k]);
        for (int k = 0; k < moved.Length; k++) Builder.Accumulate(moved[k].Buffer, Map(moved[k].Index), results[loop.Carried.Count + k]);
    }

    protected override void RewriteAccumulate(Accumulate accumulate)
    {
        if (!_carried.Contains(accumulate)) base.RewriteAccumulate(accumulate);
    }
}
