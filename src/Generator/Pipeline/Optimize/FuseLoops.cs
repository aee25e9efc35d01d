using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Makes one loop of two over the same range where the second needs no result of the first: each iteration of the second
/// may read or write only the elements that the same iteration of the first has touched, and sums commute.
/// </summary>
internal sealed class FuseLoops
{
    /// <summary>Beyond this a fused body spills more registers than it saves passes.</summary>
    private const int MaxItems = 150;

    /// <summary>How far apart two loops may stand: bounds the time for long straight-line code.</summary>
    private const int MaxDistance = 200;

    private readonly Function _function;
    private readonly IndexFacts _indices;

    private FuseLoops(Function function)
    {
        _function = function;
        _indices = new IndexFacts(function);
    }

    public static Function Run(Function function)
    {
        var pass = new FuseLoops(function);
        return Rebuild.Run(function with { Body = pass.Rewrite(function.Body) });
    }

    private Region Rewrite(Region region)
    {
        var items = region.Items.Select(item => item is Loop { Descending: true, EndsEarly: false } loop && RunsEitherWay(loop) ? loop with { Descending = false } : item).ToList();
        for (int first = 0; first < items.Count; first++)
        {
            for (int second = first + 1; items[first] is Loop { IsExamples: false } && second < items.Count && second - first <= MaxDistance; second++)
            {
                if (items[second] is not Loop || TryFuse(items, first, second) is not int fused) continue;
                first = fused;
                second = fused;
            }
        }

        return new Region(items.Select(item => item switch
        {
            Loop loop => loop with { Body = Rewrite(loop.Body) },
            If branch => branch with { Then = Rewrite(branch.Then), Else = Rewrite(branch.Else) },
            _ => item,
        }).ToEquatableArray());
    }

    /// <returns>Where the fused loop stands now, or null.</returns>
    private int? TryFuse(List<Item> items, int first, int second)
    {
        var one = (Loop)items[first];
        var two = (Loop)items[second];
        if (two.IsExamples || one.EndsEarly || two.EndsEarly || one.Descending != two.Descending || !_indices.Same(one.From, two.From) || !_indices.Same(one.To, two.To)) return null;
        if (IrFacts.Walk(one.Body).Count() + IrFacts.Walk(two.Body).Count() > MaxItems) return null;

        // What stands between moves before the fused loop, or after it where it awaits the first.
        var before = new List<Item>();
        var after = new List<Item>();
        var waiting = new Footprint(one);
        for (int k = first + 1; k < second; k++)
        {
            var footprint = new Footprint(items[k]);
            if (footprint.MustFollow(waiting))
            {
                after.Add(items[k]);
                waiting.Include(footprint);
            }
            else
            {
                before.Add(items[k]);
            }
        }

        var afterFootprint = new Footprint(after);
        var twoFootprint = new Footprint(two);
        if (twoFootprint.MustFollow(afterFootprint)) return null;
        if (twoFootprint.Uses.Overlaps(one.Carried.Select(c => c.Result))) return null;
        if (!BodiesMayInterleave(one, two)) return null;

        var rename = new Dictionary<int, int> { [two.Counter] = one.Counter };
        Region body = Renaming.Apply(two.Body, rename);
        Loop fused = one with
        {
            Carried = one.Carried.Concat(two.Carried.Select(c => c.Next == two.Counter ? c with { Next = one.Counter } : c)).ToEquatableArray(),
            Body = new Region(one.Body.Items.Concat(body.Items).ToEquatableArray()),
        };
        items.RemoveRange(first, second - first + 1);
        items.InsertRange(first, [.. before, fused, .. after]);

        return first + before.Count;
    }

    private bool BodiesMayInterleave(Loop one, Loop two)
    {
        var writtenByOne = new HashSet<int>(IrFacts.WrittenBuffers(one.Body));
        var writtenByTwo = new HashSet<int>(IrFacts.WrittenBuffers(two.Body));
        var shared = new HashSet<int>(writtenByOne.Where(b => writtenByTwo.Contains(b) || IrFacts.ReadBuffers(two.Body).Contains(b)));
        shared.UnionWith(writtenByTwo.Where(IrFacts.ReadBuffers(one.Body).Contains));
        return shared.All(buffer => OnlyAccumulates(one.Body, buffer) && OnlyAccumulates(two.Body, buffer)
            || HaveOwnElements(buffer, one, two));
    }

    private static bool OnlyAccumulates(Region body, int buffer) =>
        IrFacts.Walk(body).All(item => item is Accumulate a && a.Buffer == buffer || BufferOf(item) != buffer);

    /// <summary>Whether each iteration, and that of the other loops with the same counter, touches one element of the buffer, and no other iteration does.</summary>
    private bool HaveOwnElements(int buffer, params Loop[] loops)
    {
        Affine? common = null;
        foreach (Loop loop in loops)
        {
            HashSet<int> varying = loop.VaryingValues();
            foreach (Item item in IrFacts.Walk(loop.Body).Where(item => BufferOf(item) == buffer))
            {
                if (item.ElementAccess() is not var (_, index) || _indices.Shift(index, loop, varying) is not { } shift || (common is not null && common.Minus(shift) != 0)) return false;
                common = shift;
            }
        }

        return true;
    }

    /// <summary>Whether the order of the iterations shows nowhere: sums and accumulations only, elements touched by their own iteration only.</summary>
    private bool RunsEitherWay(Loop loop)
    {
        if (loop.Carried.Any(c => !Reductions.IsSum(loop, c))) return false;
        return IrFacts.WrittenBuffers(loop.Body).All(buffer => OnlyAccumulates(loop.Body, buffer) || HaveOwnElements(buffer, loop));
    }

    private static int BufferOf(Item item) => item switch
    {
        Store store => store.Buffer,
        Accumulate accumulate => accumulate.Buffer,
        Alloc alloc => alloc.Buffer,
        Load load => load.Buffer,
        _ => -1,
    };

    /// <summary>What a piece of the program uses, defines, reads and writes.</summary>
    private sealed class Footprint
    {
        public Footprint(params IEnumerable<Item> items)
        {
            foreach (Item item in items) Add(item);
        }

        public Footprint(Item item) => Add(item);

        public HashSet<int> Uses { get; } = [];

        private HashSet<int> Defines { get; } = [];

        private HashSet<int> Reads { get; } = [];

        private HashSet<int> Writes { get; } = [];

        public bool MustFollow(Footprint other) =>
            Uses.Overlaps(other.Defines) || Reads.Overlaps(other.Writes) || Writes.Overlaps(other.Writes) || Writes.Overlaps(other.Reads);

        public void Include(Footprint other)
        {
            Uses.UnionWith(other.Uses);
            Defines.UnionWith(other.Defines);
            Reads.UnionWith(other.Reads);
            Writes.UnionWith(other.Writes);
        }

        private void Add(Item item)
        {
            Defines.UnionWith(IrFacts.Definitions(item));
            var region = new Region(new[] { item }.ToEquatableArray());
            Uses.UnionWith(IrFacts.FreeValues(region));
            Reads.UnionWith(IrFacts.ReadBuffers(region));
            Writes.UnionWith(IrFacts.WrittenBuffers(region));
        }
    }
}
