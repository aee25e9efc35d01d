using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>
/// The values of a function that are only divided by, also as factors of a product: what would have to be done for them at 0 is
/// idle, since the quotient is not finite there.
/// </summary>
internal static class Divisors
{
    public static HashSet<int> Of(Function function)
    {
        var divisors = new HashSet<int>();
        var others = new HashSet<int>();
        if (function.Result >= 0) others.Add(function.Result);

        // Uses come after definitions: from the end, a product's own uses are known when its factors are met.
        foreach (Item item in IrFacts.Walk(function.Body).Reverse())
        {
            if (item is Let { Op: Op.Div } div)
            {
                others.Add(div.A);
                divisors.Add(div.B);
            }
            else if (item is Let { Op: Op.Mul } mul && divisors.Contains(mul.Id) && !others.Contains(mul.Id))
            {
                divisors.UnionWith(mul.Operands);
            }
            else
            {
                others.UnionWith(IrFacts.Operands(item));
                if (item is Loop loop) others.UnionWith(loop.Carried.Select(c => c.Next));
                if (item is If branch) others.UnionWith(branch.Results.SelectMany(m => new[] { m.Then, m.Else }));
            }
        }

        divisors.ExceptWith(others);
        return divisors;
    }
}
