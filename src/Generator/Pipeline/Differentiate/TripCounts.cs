using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Gives each loop that may end early a count of its iterations, as the last of what it carries: the reverse sweep runs that many. Where nobody
/// asks for it, it is dead code.
/// </summary>
internal sealed class TripCounts
{
    private readonly List<ValueInfo> _values;

    private TripCounts(Function function) => _values = [.. function.Values];

    public static Function Add(Function function)
    {
        if (!IrFacts.Walk(function.Body).Any(i => i is Loop { EndsEarly: true })) return function;
        var pass = new TripCounts(function);
        Region body = pass.Rewrite(function.Body);
        return function with { Body = body, Values = pass._values.ToEquatableArray() };
    }

    /// <summary>The count of a loop that may end early, in a function that this pass has seen.</summary>
    public static Carried Of(Loop loop) => loop.Carried[loop.Carried.Count - 1];

    private Region Rewrite(Region region)
    {
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Loop { EndsEarly: true } loop:
                    int zero = NewValue(), one = NewValue(), count = NewValue(), next = NewValue(), trips = NewValue("trips");
                    Region body = Rewrite(loop.Body);
                    items.Add(new Let(zero, Op.Const, -1, -1, -1, 0));
                    items.Add(loop with
                    {
                        Carried = loop.Carried.Append(new Carried(count, zero, next, trips)).ToEquatableArray(),
                        Body = new Region(body.Items.Append(new Let(one, Op.Const, -1, -1, -1, 1)).Append(new Let(next, Op.Add, count, one, -1, 0)).ToEquatableArray()),
                    });
                    break;
                case Loop loop:
                    items.Add(loop with { Body = Rewrite(loop.Body) });
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

    private int NewValue(string? name = null)
    {
        _values.Add(new ValueInfo(ScalarType.I32, name));
        return _values.Count - 1;
    }
}
