using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// The loops in front of the examples and after them whose iterations the threads share. Where each iteration has a row of elements, neighbouring threads had better have
/// neighbouring elements: they share the rows where that is possible, or both loops at once.
/// </summary>
internal sealed class ParallelLoops
{
    private readonly FunctionIndex _index;
    private readonly IndependentIterations _independent;

    public ParallelLoops(FunctionIndex index, IndependentIterations independent, IEnumerable<Item> items)
    {
        (_index, _independent) = (index, independent);
        Find(items);
    }

    /// <summary>Their counters.</summary>
    public HashSet<int> Shared { get; } = [];

    /// <summary>The loops within those of them that do nothing else, by the counter of the outer one: the threads share the iterations of both.</summary>
    public Dictionary<int, Loop> Nests { get; } = [];

    private void Find(IEnumerable<Item> items)
    {
        foreach (Loop loop in items.SelectMany(LoopsOf))
        {
            if (_independent.Of(loop, out bool alone))
            {
                Loop? only = OnlyLoop(loop);
                if (only is not null && _independent.Of(only, out _) && _independent.SpanRows(loop, only))
                {
                    Nests.Add(loop.Counter, only);
                    Shared.Add(loop.Counter);
                }
                else if (alone || !loop.Body.Items.Where(WritesElements).All(i => i is Loop row && _independent.Of(row, out _)))
                {
                    Shared.Add(loop.Counter);
                }
            }

            Find(loop.Body.Items);
        }

        static IEnumerable<Loop> LoopsOf(Item item) => item switch
        {
            Loop loop => [loop],
            If branch => branch.Then.Items.Concat(branch.Else.Items).SelectMany(LoopsOf),
            _ => [],
        };

        static bool WritesElements(Item item) => IrFacts.WrittenBuffers(new Region(Support.EquatableArray.ToEquatableArray([item]))).Any();
    }

    /// <summary>The loop that another one runs over and over, if that is all it does, but for numbers that are cheap.</summary>
    private Loop? OnlyLoop(Loop loop)
    {
        Loop[] inner = [.. loop.Body.Items.OfType<Loop>()];
        return inner.Length == 1 && loop.Carried.Count == inner[0].Carried.Count && loop.Carried.All(c => loop.Continuation(c, _index) is not null) && IsCount(loop) && IsCount(inner[0])
            && loop.Body.Items.All(i => i is Load or Let || ReferenceEquals(i, inner[0])) && !loop.Body.Items.OfType<Let>().Any(l => l.Op.IsTranscendental())
            && (!loop.Body.DefinedValues().Contains(inner[0].To) || _index.LetOf(inner[0].To) is { Op: Op.Const or Op.Extent }) && inner[0].To != loop.Counter ? inner[0] : null;

        bool IsCount(Loop of) => _index.LetOf(of.From) is { Op: Op.Const, Payload: 0 } && IsLength(of.To);

        bool IsLength(int to) => _index.LetOf(to) is { } let && (let.Op is Op.Extent or Op.Const || (let.Op == Op.Mul && IsLength(let.A) && IsLength(let.B)) || (let.Op == Op.Div && IsLength(let.A) && _index.LetOf(let.B) is { Op: Op.Const, Payload: > 0 }));
    }
}
