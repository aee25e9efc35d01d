using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Accumulations onto the same element in one region, with no read of the buffer between them, become one of the sum.
/// </summary>
internal sealed class MergeAccumulates : IrRewriter
{
    private readonly IndexFacts _indices;

    // The accumulations that wait for a later one, and what is added there.
    private readonly Dictionary<Accumulate, List<Accumulate>> _addedTo = new(ReferenceComparer<Accumulate>.Instance);
    private readonly HashSet<Accumulate> _moved = new(ReferenceComparer<Accumulate>.Instance);

    private MergeAccumulates(Function source) : base(source) => _indices = new IndexFacts(source);

    public static Function Run(Function function) => new MergeAccumulates(function).Run();

    protected override void RewriteRegion(Region region)
    {
        var open = new List<Accumulate>();
        foreach (Item item in region.Items)
        {
            if (item is Accumulate accumulate)
            {
                int earlier = open.FindIndex(a => a.Buffer == accumulate.Buffer && _indices.Same(a.Index, accumulate.Index));
                if (earlier >= 0)
                {
                    // The last one carries all: its own operands and those before it are visible there.
                    Accumulate first = open[earlier];
                    List<Accumulate> terms = _addedTo.TryGetValue(first, out List<Accumulate>? known) ? known : [];
                    _addedTo.Remove(first);
                    _addedTo[accumulate] = [.. terms, first];
                    _moved.Add(first);
                    open.RemoveAt(earlier);
                }

                open.Add(accumulate);
                continue;
            }

            if (open.Count == 0) continue;
            var alone = new Region(new[] { item }.ToEquatableArray());
            open.RemoveAll(a => IrFacts.ReadBuffers(alone).Contains(a.Buffer) || IrFacts.WrittenBuffers(alone).Contains(a.Buffer));
        }

        base.RewriteRegion(region);
    }

    protected override void RewriteAccumulate(Accumulate accumulate)
    {
        if (_moved.Contains(accumulate)) return;
        if (!_addedTo.TryGetValue(accumulate, out List<Accumulate>? earlier))
        {
            base.RewriteAccumulate(accumulate);
            return;
        }

        int sum = Map(earlier[0].Value);
        foreach (Accumulate term in earlier.Skip(1)) sum = Builder.Binary(Op.Add, sum, Map(term.Value));
        Builder.Accumulate(accumulate.Buffer, Map(accumulate.Index), Builder.Binary(Op.Add, sum, Map(accumulate.Value)));
    }
}
