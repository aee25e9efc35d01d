using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// An array that only one loop uses, and whose every iteration first writes all of it, becomes an array of the iteration: the reverse sweep then need
/// not bring back, element by element, what the iteration before had left there. Arrays that are filled before they are read need no zeros.
/// </summary>
internal static class PrivateArrays
{
    public static Function Move(Function function)
    {
        var filled = new HashSet<int>();
        Region body = Rewrite(function, new FunctionIndex(function), function.Body, filled);
        return filled.Count == 0 ? function : function with
        {
            Body = body,
            Buffers = function.Buffers.Select((b, k) => filled.Contains(k) ? b with { Overwritten = true } : b).ToEquatableArray(),
        };
    }

    private static Region Rewrite(Function function, FunctionIndex index, Region region, HashSet<int> filled)
    {
        var moves = new List<(Alloc Alloc, Loop Into)>();
        foreach (Alloc alloc in region.Items.OfType<Alloc>().Where(a => function.Buffers[a.Buffer] is { Kind: BufferKind.Local, Growing: false }))
        {
            if (UserOf(index, region, alloc) is { } into) moves.Add((alloc, into));
            else if (region.Items.FirstOrDefault(i => i != alloc && Uses(i, alloc.Buffer)) is Loop first && Fills(index, first, alloc)) filled.Add(alloc.Buffer);
        }

        filled.UnionWith(moves.Select(m => m.Alloc.Buffer));
        bool changed = moves.Count > 0;
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            if (moves.Any(m => m.Alloc == item)) continue;
            if (item is Loop loop)
            {
                Region inner = loop.IsExamples ? Rewrite(function, index, loop.Body, filled) : loop.Body;
                Alloc[] own = [.. moves.Where(m => ReferenceEquals(m.Into, loop)).Select(m => m.Alloc)];
                if (own.Length > 0) inner = new Region(own.Concat(inner.Items).ToEquatableArray());
                changed |= !ReferenceEquals(inner, loop.Body);
                items.Add(loop with { Body = inner });
            }
            else
            {
                items.Add(item);
            }
        }

        return changed ? new Region(items.ToEquatableArray()) : region;
    }

    /// <summary>The one loop that uses an array, if it fills it anew in each iteration.</summary>
    private static Loop? UserOf(FunctionIndex index, Region region, Alloc alloc)
    {
        Item[] users = [.. region.Items.Where(i => i != alloc && Uses(i, alloc.Buffer))];
        return users.Length == 1 && users[0] is Loop { IsExamples: false, EndsEarly: false } loop
            && loop.Body.Items.FirstOrDefault(i => Uses(i, alloc.Buffer)) is Loop first && Fills(index, first, alloc) ? loop : null;
    }

    private static bool Fills(FunctionIndex index, Loop loop, Alloc alloc) =>
        !loop.EndsEarly && index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 } && Same(index, loop.To, alloc.Length)
        && loop.Body.Items.OfType<Store>().Any(s => s.Buffer == alloc.Buffer && s.Index == loop.Counter)
        && IrFacts.Walk(loop.Body).Count(i => Accesses(i, alloc.Buffer)) == 1;

    private static bool Same(FunctionIndex index, int a, int b) =>
        a == b || (index.LetOf(a) is { Op: Op.Extent or Op.Const } x && index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);

    private static bool Uses(Item item, int buffer) => IrFacts.Walk(new Region(new[] { item }.ToEquatableArray())).Any(i => Accesses(i, buffer));

    private static bool Accesses(Item item, int buffer) => item.ElementAccess() is (int accessed, _) && accessed == buffer;
}
