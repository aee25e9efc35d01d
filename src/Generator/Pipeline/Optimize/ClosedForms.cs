using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// An integer that a loop steps by the same amount in every iteration is computed from the counter instead of carried: a running offset into packed
/// data becomes start + counter, so that what it indexes is seen to lie side by side.
/// </summary>
internal sealed class ClosedForms
{
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly List<ValueInfo> _values;
    private bool _changed;

    private ClosedForms(Function function)
    {
        _function = function;
        _index = new FunctionIndex(function);
        _values = [.. function.Values];
    }

    public static Function Run(Function function)
    {
        var pass = new ClosedForms(function);
        Region body = pass.Rewrite(function.Body);
        return pass._changed ? function with { Body = body, Values = pass._values.ToEquatableArray() } : function;
    }

    private Region Rewrite(Region region)
    {
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Loop loop:
                    Rewrite(loop with { Body = Rewrite(loop.Body) }, items);
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

    private void Rewrite(Loop loop, List<Item> items)
    {
        HashSet<int> inside = loop.Body.DefinedValues();
        inside.UnionWith(loop.Carried.Select(c => c.Id));
        inside.Add(loop.Counter);
        List<(Carried Carried, Op Op, int Step)> closed = loop.IsExamples
            ? []
            : [.. loop.Carried.Select(c => (c, StepOf(c, inside))).Where(p => p.Item2 is not null).Select(p => (p.c, p.Item2!.Value.Op, p.Item2.Value.Step))];
        if (closed.Count == 0)
        {
            items.Add(loop);
            return;
        }

        _changed = true;
        var head = new List<Item>();
        int trip = loop.Descending
            ? Add(head, Op.Sub, Add(head, Op.Sub, loop.To, Constant(head, 1)), loop.Counter)
            : IsZero(loop.From) ? loop.Counter : Add(head, Op.Sub, loop.Counter, loop.From);
        foreach ((Carried carried, Op op, int step) in closed) head.Add(new Let(carried.Id, op, carried.Init, Times(head, trip, step), -1, 0));
        items.Add(loop with
        {
            Carried = loop.Carried.Where(c => closed.All(p => p.Carried.Id != c.Id)).ToEquatableArray(),
            Body = new Region(head.Concat(loop.Body.Items).ToEquatableArray()),
        });

        // A loop may run no iteration at all.
        int trips = Add(items, Op.Max, IsZero(loop.From) ? loop.To : Add(items, Op.Sub, loop.To, loop.From), Constant(items, 0));
        foreach ((Carried carried, Op op, int step) in closed) items.Add(new Let(carried.Result, op, carried.Init, Times(items, trips, step), -1, 0));
    }

    /// <summary>Whether the next value is the carried one plus or minus something that the loop does not change.</summary>
    private (Op Op, int Step)? StepOf(Carried carried, HashSet<int> inside)
    {
        if (_function.TypeOf(carried.Id) != ScalarType.I32 || _index.LetOf(carried.Next) is not { Op: Op.Add or Op.Sub } next) return null;
        if (next.A == carried.Id && IsInvariant(next.B)) return (next.Op, next.B);
        return next.Op == Op.Add && next.B == carried.Id && IsInvariant(next.A) ? (Op.Add, next.A) : null;

        bool IsInvariant(int value) => !inside.Contains(value) || _index.IsConstant(value);
    }

    /// <summary>A step is defined outside of the loop or, for a constant, is written again, since it may be defined inside.</summary>
    private int Times(List<Item> items, int count, int step)
    {
        if (_index.LetOf(step) is not { Op: Op.Const } constant) return Add(items, Op.Mul, count, step);
        return constant.Payload == 1 ? count : Add(items, Op.Mul, count, Constant(items, (int)constant.Payload));
    }

    private bool IsZero(int value) => _index.LetOf(value) is { Op: Op.Const, Payload: 0 };

    private int Constant(List<Item> items, int value)
    {
        int id = New();
        items.Add(new Let(id, Op.Const, -1, -1, -1, value));
        return id;
    }

    private int Add(List<Item> items, Op op, int a, int b)
    {
        int id = New();
        items.Add(new Let(id, op, a, b, -1, 0));
        return id;
    }

    private int New()
    {
        _values.Add(new ValueInfo(ScalarType.I32, null));
        return _values.Count - 1;
    }
}
