using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>Replaces uses of some values by others in a region; definitions stay.</summary>
internal static class Renaming
{
    public static Region Apply(Region region, IReadOnlyDictionary<int, int> names) =>
        new(region.Items.Select(item => Apply(item, names)).ToEquatableArray());

    private static Item Apply(Item item, IReadOnlyDictionary<int, int> names)
    {
        int Use(int id) => names.TryGetValue(id, out int other) ? other : id;
        return item switch
        {
            Let let => let with { A = Use(let.A), B = Use(let.B), C = Use(let.C) },
            Load load => load with { Index = Use(load.Index) },
            Store store => store with { Index = Use(store.Index), Value = Use(store.Value) },
            Accumulate accumulate => accumulate with { Index = Use(accumulate.Index), Value = Use(accumulate.Value) },
            Alloc alloc => alloc with { Length = Use(alloc.Length) },
            Loop loop => loop with
            {
                From = Use(loop.From),
                To = Use(loop.To),
                Carried = loop.Carried.Select(c => c with { Init = Use(c.Init), Next = Use(c.Next) }).ToEquatableArray(),
                Body = Apply(loop.Body, names),
            },
            If branch => branch with
            {
                Condition = Use(branch.Condition),
                Then = Apply(branch.Then, names),
                Else = Apply(branch.Else, names),
                Results = branch.Results.Select(m => m with { Then = Use(m.Then), Else = Use(m.Else) }).ToEquatableArray(),
            },
            _ => throw new InvalidOperationException($"Unknown item {item.GetType().Name}."),
        };
    }
}
