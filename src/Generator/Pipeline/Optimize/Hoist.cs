using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Moves what does not change from one iteration to the next in front of its loop: operations, loads and, out of the loop
/// over the examples, whole inner loops and branches with the local arrays that only they fill. So a penalty over the
/// parameters is computed once per call, not once per example.
/// </summary>
/// <remarks>
/// A loop may run zero times, so what could trap stays: loads whose index is not provably in range, and integer division.
/// The loop over the examples always runs.
/// </remarks>
internal sealed class Hoist
{
    private readonly Function _function;
    private readonly IndexFacts _indices;

    private Hoist(Function function)
    {
        _function = function;
        _indices = new IndexFacts(function);
    }

    public static Function Run(Function function)
    {
        var pass = new Hoist(function);
        return Rebuild.Run(function with { Body = pass.Rewrite(function.Body) });
    }

    private Region Rewrite(Region region)
    {
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Loop loop:
                    // The inner loops first: what leaves them is seen at the top of this one's body.
                    loop = loop with { Body = Rewrite(loop.Body) };
                    List<Item> invariant = Invariant(loop, out List<Item> rest);
                    items.AddRange(invariant);
                    items.Add(loop with { Body = new Region(rest.ToEquatableArray()) });
                    break;
                case If branch:
                    items.Add(branch with { Then = Rewrite(branch.Then), Else = Rewrite(branch.Else) });
                    break;
                default:
                    items.Add(item);
                    break;
            }
        }

        return new Region(items.ToEquatableArray());
    }

    /// <summary>Splits the top of the body into what moves out and what stays, both in order.</summary>
    private List<Item> Invariant(Loop loop, out List<Item> rest)
    {
        var written = new HashSet<int>(IrFacts.WrittenBuffers(loop.Body));

        // Arrays move only out of the loop over examples: elsewhere their writes could trap where the loop would not have run.
        var movable = new HashSet<int>(loop.IsExamples ? loop.Body.Items.OfType<Alloc>().Select(a => a.Buffer) : []);
        while (true)
        {
            var invariant = new List<Item>();
            rest = [];
            var variant = new HashSet<int>(loop.Carried.Select(c => c.Id)) { loop.Counter };
            var conflicts = new HashSet<int>();
            var touchedByRest = new HashSet<int>();
            foreach (Item item in loop.Body.Items)
            {
                if (IsInvariant(item, loop, variant, written, movable) && !Buffers(item, writes: true).Any(touchedByRest.Contains))
                {
                    invariant.Add(item);
                    continue;
                }

                rest.Add(item);
                foreach (int id in IrFacts.Definitions(item)) variant.Add(id);

                // A write that stays, or a read before a later write, ties the whole array to the loop.
                foreach (int buffer in Buffers(item, writes: true)) conflicts.Add(buffer);
                foreach (int buffer in Buffers(item, writes: false)) touchedByRest.Add(buffer);
            }

            conflicts.IntersectWith(movable);
            if (conflicts.Count == 0) return invariant;
            movable.ExceptWith(conflicts);
        }
    }

    private bool IsInvariant(Item item, Loop loop, HashSet<int> variant, HashSet<int> written, HashSet<int> movable)
    {
        if (IrFacts.Operands(item).Any(variant.Contains)) return false;
        if (item is Loop inner && IrFacts.FreeValues(inner).Any(variant.Contains)) return false;
        if (item is If branch && FreeValues(branch).Any(variant.Contains)) return false;
        return Single(item).All(each => each switch
        {
            Let { Op: Op.Argument, Payload: -2 } => !loop.IsExamples,
            Let { Op: Op.Div or Op.Rem } let => loop.IsExamples || _function.TypeOf(let.Id) != ScalarType.I32,
            Let => true,
            Load load => (loop.IsExamples ? !_function.Buffers[load.Buffer].IsOfExample : _indices.IsInRange(load.Buffer, load.Index))
                && (!written.Contains(load.Buffer) || movable.Contains(load.Buffer)),
            Store store => movable.Contains(store.Buffer),
            Accumulate accumulate => movable.Contains(accumulate.Buffer),
            Alloc alloc => movable.Contains(alloc.Buffer),
            _ => true,
        });
    }

    private static IEnumerable<Item> Single(Item item) => IrFacts.Walk(new Region(new[] { item }.ToEquatableArray()));

    private static IEnumerable<int> FreeValues(If branch) =>
        IrFacts.FreeValues(branch.Then).Concat(IrFacts.FreeValues(branch.Else))
            .Concat(branch.Results.SelectMany(m => new[] { m.Then, m.Else }));

    private static IEnumerable<int> Buffers(Item item, bool writes) => Single(item).SelectMany<Item, int>(each => each switch
    {
        Store store => [store.Buffer],
        Accumulate accumulate => [accumulate.Buffer],
        Alloc alloc => [alloc.Buffer],
        Load load when !writes => [load.Buffer],
        _ => [],
    });
}
