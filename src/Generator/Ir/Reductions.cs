namespace SymbolicGD.Generator.Ir;

/// <summary>Recognizes what a loop carries as a sum over its iterations.</summary>
internal static class Reductions
{
    /// <summary>Whether the carried value is only added to: next = carried ± f, in chains, and read nowhere else.</summary>
    public static bool IsSum(Loop loop, Carried carried) => Links(loop, carried) is not null;

    /// <summary>The chain of Add and Sub from the carried value to its next, or null where it is not a sum.</summary>
    public static IReadOnlyList<Let>? Links(Loop loop, Carried carried)
    {
        var lets = loop.Body.Items.OfType<Let>().ToDictionary(l => l.Id);
        var links = new List<Let>();
        int at = carried.Next;
        while (at != carried.Id)
        {
            if (!lets.TryGetValue(at, out Let? let)) return null;
            int next = let.Op switch
            {
                Op.Add when Reaches(lets, let.A, carried.Id) => let.A,
                Op.Add when Reaches(lets, let.B, carried.Id) => let.B,
                Op.Sub when Reaches(lets, let.A, carried.Id) => let.A,
                _ => -1,
            };
            if (next < 0) return null;
            links.Add(let);
            at = next;
        }

        // The carried value and the partial sums must be read by the next link only.
        var chain = new HashSet<int>(links.Select(l => l.Id)) { carried.Id };
        int uses = 0;
        foreach (Item item in IrFacts.Walk(loop.Body))
        {
            uses += IrFacts.Operands(item).Count(chain.Contains);
            if (item is Loop inner) uses += inner.Carried.Count(c => chain.Contains(c.Next));
            if (item is If branch) uses += branch.Results.Sum(m => (chain.Contains(m.Then) ? 1 : 0) + (chain.Contains(m.Else) ? 1 : 0));
        }

        uses += loop.Carried.Count(c => chain.Contains(c.Next));
        return uses == links.Count + 1 && links.Count > 0 ? links : null;
    }

    private static bool Reaches(Dictionary<int, Let> lets, int from, int carried)
    {
        for (int steps = 0; steps < 64; steps++)
        {
            if (from == carried) return true;
            if (!lets.TryGetValue(from, out Let? let) || let.Op is not (Op.Add or Op.Sub)) return false;
            if (let.A == carried || (let.Op == Op.Add && let.B == carried)) return true;

            // Sums are built left to right, so the carried value is in the operand that is itself a sum.
            from = let.Op == Op.Sub || lets.TryGetValue(let.A, out Let? a) && a.Op is Op.Add or Op.Sub ? let.A : let.B;
        }

        return false;
    }
}
