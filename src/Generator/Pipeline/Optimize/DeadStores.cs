using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Removes what is written into an array and read by nobody afterwards: because no more of the array is read from there on, or because the element is
/// written again first. The reverse sweep puts back what the forward sweep has overwritten, and clears an adjoint before it adds to it; most of that nobody asks for.
/// </summary>
internal sealed class DeadStores
{
    private readonly IndexFacts _indices;

    private DeadStores(Function function) => _indices = new IndexFacts(function);

    public static Function Run(Function function)
    {
        var allocated = new HashSet<int>(IrFacts.Walk(function.Body).OfType<Alloc>().Select(a => a.Buffer));
        HashSet<int> live = [.. Enumerable.Range(0, function.Buffers.Count).Where(b => IsSeenOutside(function.Buffers[b].Kind, allocated.Contains(b)))];
        return Rebuild.Run(function with { Body = new DeadStores(function).Rewrite(function.Body, live) });

        // An array without Alloc belongs to the caller.
        static bool IsSeenOutside(BufferKind kind, bool isAllocated) => kind is BufferKind.Gradient or BufferKind.Output || !isAllocated;
    }

    /// <param name="live">The arrays of which something may be read after the region; at the end, after its start.</param>
    private Region Rewrite(Region region, HashSet<int> live)
    {
        var kept = new Stack<Item>();
        var overwritten = new List<(int Buffer, int Index)>();    // and not read before, from here on to the end of the region
        for (int i = region.Items.Count - 1; i >= 0; i--)
        {
            if (Rewrite(region.Items[i], live, overwritten) is { } item) kept.Push(item);
        }

        return new Region(kept.ToEquatableArray());
    }

    private Item? Rewrite(Item item, HashSet<int> live, List<(int Buffer, int Index)> overwritten)
    {
        switch (item)
        {
            case Load load:
                live.Add(load.Buffer);
                overwritten.RemoveAll(w => w.Buffer == load.Buffer && !Differ(w.Index, load.Index));
                return load;
            case Store store:
                if (!live.Contains(store.Buffer) || IsOverwritten(store.Buffer, store.Index)) return null;
                overwritten.Add((store.Buffer, store.Index));
                return store;
            case Accumulate accumulate:
                if (!live.Contains(accumulate.Buffer) || IsOverwritten(accumulate.Buffer, accumulate.Index)) return null;
                overwritten.RemoveAll(w => w.Buffer == accumulate.Buffer && !Differ(w.Index, accumulate.Index));
                return accumulate;
            case Alloc alloc:
                live.Remove(alloc.Buffer);
                overwritten.RemoveAll(w => w.Buffer == alloc.Buffer);
                return alloc;
            case Loop loop:
                // What one iteration writes another one may read.
                KeepWhatIsTouched(loop.Body);
                live.UnionWith(IrFacts.ReadBuffers(loop.Body));
                HashSet<int> afterwards = [.. live];
                Loop rewritten = loop with { Body = Rewrite(loop.Body, live) };
                live.UnionWith(afterwards);
                return rewritten;
            case If branch:
                KeepWhatIsTouched(branch.Then);
                KeepWhatIsTouched(branch.Else);
                HashSet<int> liveElse = [.. live];
                branch = branch with { Then = Rewrite(branch.Then, live), Else = Rewrite(branch.Else, liveElse) };
                live.UnionWith(liveElse);
                return branch;
            default:
                return item;
        }

        bool IsOverwritten(int buffer, int index) => overwritten.Any(w => w.Buffer == buffer && _indices.Same(w.Index, index));

        void KeepWhatIsTouched(Region region)
        {
            HashSet<int> touched = [.. IrFacts.ReadBuffers(region), .. IrFacts.WrittenBuffers(region)];
            overwritten.RemoveAll(w => touched.Contains(w.Buffer));
        }
    }

    private bool Differ(int a, int b) => _indices.Of(a).Minus(_indices.Of(b)) is int distance && distance != 0;
}
