namespace SymbolicGD.Generator.Ir;

/// <summary>Questions about a region and all regions nested in it.</summary>
internal static class RegionFacts
{
    /// <inheritdoc cref="IrFacts.Walk"/>
    public static IEnumerable<Item> AllItems(this Region region) => IrFacts.Walk(region);

    /// <summary>Every value id that is defined in the region, counters and carried values of its loops included.</summary>
    public static HashSet<int> DefinedValues(this Region region)
    {
        var defined = new HashSet<int>();
        foreach (Item item in region.AllItems())
        {
            defined.UnionWith(IrFacts.Definitions(item));
            if (item is not Loop loop) continue;
            defined.Add(loop.Counter);
            defined.UnionWith(loop.Carried.Select(c => c.Id));
        }

        return defined;
    }

    /// <summary>Every value id that may be another one in each iteration of the loop, its counter apart.</summary>
    public static HashSet<int> VaryingValues(this Loop loop)
    {
        HashSet<int> varying = loop.Body.DefinedValues();
        varying.UnionWith(loop.Carried.Select(c => c.Id));
        return varying;
    }

    /// <summary>The element of a buffer that the item reads, stores or adds to; null for other items.</summary>
    public static (int Buffer, int Index)? ElementAccess(this Item item) => item switch
    {
        Load load => (load.Buffer, load.Index),
        Store store => (store.Buffer, store.Index),
        Accumulate accumulate => (accumulate.Buffer, accumulate.Index),
        _ => null,
    };

    /// <summary>The values that one item reads itself; those of nested regions are not included, but a loop's Next and a branch's sides are.</summary>
    public static IEnumerable<int> Reads(this Item item) => item switch
    {
        Loop { EndsEarly: true } loop => IrFacts.Operands(loop).Concat(loop.Carried.Select(c => c.Next)).Append(loop.While),
        Loop loop => IrFacts.Operands(loop).Concat(loop.Carried.Select(c => c.Next)),
        If branch => IrFacts.Operands(branch).Concat(branch.Results.SelectMany(m => new[] { m.Then, m.Else })),
        _ => IrFacts.Operands(item),
    };

    /// <summary>
    /// If a carried value is a running sum, maximum or minimum whose terms do not depend on it, and that nothing reads before the loop has ended, the operation; else null.
    /// </summary>
    public static Op? ReductionOf(this Loop loop, Carried carried, FunctionIndex index)
    {
        if (index.UsesOf(carried.Id) != 1 || index.UsesOf(carried.Next) != 1 || index.LetOf(carried.Next) is not { } let) return null;

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

    /// <summary>The same, also where the running value passes through a loop within, which goes on with it.</summary>
    public static Op? NestedReductionOf(this Loop loop, Carried carried, FunctionIndex index) =>
        loop.ReductionOf(carried, index) ?? (loop.Continuation(carried, index) is var (inner, further) ? inner.NestedReductionOf(further, index) : null);

    /// <summary>The loop within another one that goes on with what it carries, and what that loop carries it as.</summary>
    public static (Loop Inner, Carried Further)? Continuation(this Loop loop, Carried carried, FunctionIndex index)
    {
        if (index.UsesOf(carried.Id) != 1 || index.UsesOf(carried.Next) != 1 || index.DefinitionOf(carried.Next) is not Loop inner || !loop.Body.Items.Contains(inner)) return null;
        Carried further = inner.Carried.First(c => c.Result == carried.Next);
        return further.Init == carried.Id ? (inner, further) : null;
    }
}
