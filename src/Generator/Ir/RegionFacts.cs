namespace SymbolicGD.Generator.Ir;

/// <summary>Questions about a region and all regions nested in it.</summary>
internal static class RegionFacts
{
    /// <summary>Every item, outer before inner.</summary>
    public static IEnumerable<Item> AllItems(this Region region)
    {
        foreach (Item item in region.Items)
        {
            yield return item;
            switch (item)
            {
                case Loop loop:
                    foreach (Item inner in loop.Body.AllItems()) yield return inner;
                    break;
                case If branch:
                    foreach (Item inner in branch.Then.AllItems()) yield return inner;
                    foreach (Item inner in branch.Else.AllItems()) yield return inner;
                    break;
            }
        }
    }

    /// <summary>Every value id that is defined in the region, counters and carried values of its loops included.</summary>
    public static HashSet<int> DefinedValues(this Region region)
    {
        var defined = new HashSet<int>();
        foreach (Item item in region.AllItems())
        {
            switch (item)
            {
                case Let let:
                    defined.Add(let.Id);
                    break;
                case Load load:
                    defined.Add(load.Id);
                    break;
                case Loop loop:
                    defined.Add(loop.Counter);
                    foreach (Carried carried in loop.Carried)
                    {
                        defined.Add(carried.Id);
                        defined.Add(carried.Result);
                    }

                    break;
                case If branch:
                    foreach (Merge merge in branch.Results) defined.Add(merge.Result);
                    break;
            }
        }

        return defined;
    }

    /// <summary>The values that one item reads itself; those of nested regions are not included, but a loop's Next and a branch's sides are.</summary>
    public static IEnumerable<int> Reads(this Item item)
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
                return [loop.From, loop.To, .. loop.Carried.Items.SelectMany(c => new[] { c.Init, c.Next })];
            case If branch:
                return [branch.Condition, .. branch.Results.Items.SelectMany(m => new[] { m.Then, m.Else })];
            default:
                return [];
        }
    }

    /// <summary>
    /// If a carried value is a running sum, maximum or minimum whose terms do not depend on it, the operation; else null.
    /// </summary>
    public static Op? ReductionOf(this Loop loop, Carried carried, FunctionIndex index)
    {
        if (index.UsesOf(carried.Id) != 1 || index.LetOf(carried.Next) is not { } let) return null;

        // The running value may sit at the bottom of a chain: ((s + a) + b) − c.
        Op operation = let.Op is Op.Sub ? Op.Add : let.Op;
        if (operation is not (Op.Add or Op.Max or Op.Min)) return null;
        HashSet<int> inside = loop.Body.DefinedValues();
        while (true)
        {
            if (!inside.Contains(let.Id)) return null;
            if (let.A == carried.Id) return let.B == carried.Id ? null : operation;
            if (let.B == carried.Id) return let.Op == Op.Sub ? null : operation;
            Let? a = index.LetOf(let.A), b = index.LetOf(let.B);
            Let? chain = a is not null && Continues(a) ? a : b is not null && let.Op != Op.Sub && Continues(b) ? b : null;
            if (chain is null) return null;
            let = chain;
        }

        bool Continues(Let candidate) =>
            (candidate.Op == operation || (operation == Op.Add && candidate.Op == Op.Sub))
            && inside.Contains(candidate.Id) && index.UsesOf(candidate.Id) == 1 && Leads(candidate);

        bool Leads(Let candidate) =>
            candidate.A == carried.Id || candidate.B == carried.Id
            || (index.LetOf(candidate.A) is { } a && Continues(a)) || (index.LetOf(candidate.B) is { } b && Continues(b));
    }
}
