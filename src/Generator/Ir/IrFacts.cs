namespace SymbolicGD.Generator.Ir;

/// <summary>Questions about items and regions that many passes ask.</summary>
internal static class IrFacts
{
    /// <summary>The values that the item itself reads, and that must be visible before it; what its regions read is not included.</summary>
    public static IEnumerable<int> Operands(Item item)
    {
        switch (item)
        {
            case Let let:
                return let.Operands;
            case Load load:
                return [load.Index];
            case Store store:
                return [store.Index, store.Value];
            case Accumulate accumulate:
                return [accumulate.Index, accumulate.Value];
            case Alloc alloc:
                return [alloc.Length];
            case Loop loop:
                return [loop.From, loop.To, .. loop.Carried.Select(c => c.Init)];
            case If branch:
                return [branch.Condition];
            default:
                throw UnknownItem(item);
        }
    }

    /// <summary>The values that the item makes visible after itself.</summary>
    public static IEnumerable<int> Definitions(Item item)
    {
        switch (item)
        {
            case Let let:
                return [let.Id];
            case Load load:
                return [load.Id];
            case Store or Accumulate or Alloc:
                return [];
            case Loop loop:
                return loop.Carried.Select(c => c.Result);
            case If branch:
                return branch.Results.Select(r => r.Result);
            default:
                throw UnknownItem(item);
        }
    }

    /// <summary>The regions of the item.</summary>
    public static IEnumerable<Region> Regions(Item item) => item switch
    {
        Loop loop => [loop.Body],
        If branch => [branch.Then, branch.Else],
        _ => [],
    };

    /// <summary>Every item of the region and of the regions in it, in program order; an item comes before those in its regions.</summary>
    public static IEnumerable<Item> Walk(Region region)
    {
        foreach (Item item in region.Items)
        {
            yield return item;
            foreach (Region nested in Regions(item))
            {
                foreach (Item inner in Walk(nested)) yield return inner;
            }
        }
    }

    /// <summary>
    /// The buffers that the region stores to, accumulates into or allocates, ascending: what
    /// <see cref="IrBuilder.BeginLoop"/> must be told.
    /// </summary>
    public static IReadOnlyList<int> WrittenBuffers(Region region)
    {
        var written = new SortedSet<int>();
        foreach (Item item in Walk(region))
        {
            switch (item)
            {
                case Store store: written.Add(store.Buffer); break;
                case Accumulate accumulate: written.Add(accumulate.Buffer); break;
                case Alloc alloc: written.Add(alloc.Buffer); break;
            }
        }

        return written.ToArray();
    }

    /// <summary>The buffers that the region loads from, ascending.</summary>
    public static IReadOnlyList<int> ReadBuffers(Region region)
    {
        var read = new SortedSet<int>();
        foreach (Load load in Walk(region).OfType<Load>()) read.Add(load.Buffer);
        return read.ToArray();
    }

    /// <summary>The values that the region uses but does not define, in the order of their first use.</summary>
    public static IReadOnlyList<int> FreeValues(Region region)
    {
        var free = new List<int>();
        var seen = new HashSet<int>();
        CollectFree(region, [], [], free, seen);
        return free;
    }

    /// <summary>The values that the loop's body uses but does not define (neither counter nor carried), in the order of their first use.</summary>
    public static IReadOnlyList<int> FreeValues(Loop loop)
    {
        var free = new List<int>();
        var seen = new HashSet<int>();
        CollectFreeOfBody(loop, [], free, seen);
        return free;
    }

    /// <summary>Per value id, how many operands, carried, merges and results of the function are that value.</summary>
    public static int[] Uses(Function function)
    {
        int[] uses = new int[function.Values.Count];
        foreach (Item item in Walk(function.Body))
        {
            foreach (int operand in Operands(item)) uses[operand]++;
            switch (item)
            {
                case Loop loop:
                    foreach (Carried carried in loop.Carried) uses[carried.Next]++;
                    if (loop.EndsEarly) uses[loop.While]++;
                    break;
                case If branch:
                    foreach (Merge merge in branch.Results)
                    {
                        uses[merge.Then]++;
                        uses[merge.Else]++;
                    }

                    break;
            }
        }

        if (function.Result >= 0) uses[function.Result]++;
        return uses;
    }

    /// <summary>Per value id, the item that defines it: the loop for its counter, its carried values and their results, the branch for its results.</summary>
    public static Item?[] DefiningItems(Function function)
    {
        var items = new Item?[function.Values.Count];
        foreach (Item item in Walk(function.Body))
        {
            foreach (int id in Definitions(item)) items[id] = item;
            if (item is Loop loop)
            {
                items[loop.Counter] = loop;
                foreach (Carried carried in loop.Carried) items[carried.Id] = loop;
            }
        }

        return items;
    }

    private static void CollectFree(Region region, IEnumerable<int> ends, HashSet<int> outer, List<int> free, HashSet<int> seen)
    {
        var defined = new HashSet<int>(outer);
        void Use(int id)
        {
            if (!defined.Contains(id) && seen.Add(id)) free.Add(id);
        }

        foreach (Item item in region.Items)
        {
            foreach (int operand in Operands(item)) Use(operand);
            switch (item)
            {
                case Loop loop:
                    CollectFreeOfBody(loop, defined, free, seen);
                    break;
                case If branch:
                    CollectFree(branch.Then, branch.Results.Select(r => r.Then), defined, free, seen);
                    CollectFree(branch.Else, branch.Results.Select(r => r.Else), defined, free, seen);
                    break;
            }

            foreach (int id in Definitions(item)) defined.Add(id);
        }

        foreach (int id in ends) Use(id);
    }

    private static void CollectFreeOfBody(Loop loop, HashSet<int> outer, List<int> free, HashSet<int> seen)
    {
        var inside = new HashSet<int>(outer) { loop.Counter };
        foreach (Carried carried in loop.Carried) inside.Add(carried.Id);
        CollectFree(loop.Body, loop.Carried.Select(c => c.Next), inside, free, seen);
    }

    private static Exception UnknownItem(Item item) => new InvalidOperationException($"Unknown item {item.GetType().Name}.");
}
