using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Whether one access to a local array may touch an element after another one did. Says yes whenever it cannot prove no.
/// </summary>
internal sealed class Dependence(SourceTree tree)
{
    private readonly Dictionary<(Node, RegionNode), Node[]> _writesAfter = [];
    private readonly Dictionary<Node, bool> _isFirstTouch = [];

    public static int BufferOf(Node access) => access.Item switch
    {
        Load load => load.Buffer,
        Store store => store.Buffer,
        Accumulate accumulate => accumulate.Buffer,
        _ => -1,
    };

    public static int IndexOf(Node access) => access.Item switch
    {
        Load load => load.Index,
        Store store => store.Index,
        Accumulate accumulate => accumulate.Index,
        _ => throw new InvalidOperationException("Not an access."),
    };

    public static bool IsWrite(Node access) => access.Item is Store or Accumulate;

    /// <summary>
    /// The stores and accumulations that may change, after the access, the element that it touches, within one run of the
    /// region <paramref name="horizon"/>.
    /// </summary>
    public IReadOnlyList<Node> WritesAfter(Node access, RegionNode horizon)
    {
        if (!_writesAfter.TryGetValue((access, horizon), out Node[]? writes))
        {
            writes = [.. tree.AccessesOf(BufferOf(access)).Where(other => IsWrite(other) && MayHitLater(access, other, horizon))];
            _writesAfter.Add((access, horizon), writes);
        }

        return writes;
    }

    /// <summary>Whether nothing touches the element of a write before it, so that its adjoint need not be reset.</summary>
    public bool IsFirstTouch(Node write)
    {
        if (!_isFirstTouch.TryGetValue(write, out bool first)) _isFirstTouch.Add(write, first = !tree.AccessesOf(BufferOf(write)).Any(other => MayHitLater(other, write, tree.Root)));
        return first;
    }

    /// <summary>Whether the iterations of a loop neither read nor overwrite an element that another iteration writes.</summary>
    public bool AreIterationsIndependent(Node loop)
    {
        foreach (IGrouping<int, Node> accesses in loop.Subtree().Where(n => BufferOf(n) >= 0).GroupBy(BufferOf))
        {
            if (tree.AllocationOf(accesses.Key) is { } allocation && allocation.Region.IsWithin(loop.Body!)) continue;
            Node[] nodes = accesses.ToArray();

            // Accumulations commute with one another.
            if (nodes.All(n => n.Item is Load) || nodes.All(n => n.Item is Accumulate)) continue;
            foreach (Node write in nodes.Where(IsWrite))
            {
                if (nodes.Any(other => HitsAcross([loop], write, other) || HitsAcross([loop], other, write))) return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether <paramref name="later"/> may touch, at a later time, an element that <paramref name="earlier"/> touched,
    /// while the buffer lives and within one run of the region <paramref name="horizon"/>.
    /// </summary>
    private bool MayHitLater(Node earlier, Node later, RegionNode horizon)
    {
        RegionNode lifetime = tree.AllocationOf(BufferOf(earlier))?.Region ?? tree.Root;
        if (horizon.IsWithin(lifetime)) lifetime = horizon;
        RegionNode common = earlier.Region;
        while (!later.Region.IsWithin(common)) common = common.Parent!;
        if (!common.IsWithin(lifetime)) return false;
        Node first = In(common, earlier), second = In(common, later);
        if (second.Index > first.Index && !DiffersInOneIteration(earlier, later, common)) return true;

        var loops = new List<Node>();
        for (RegionNode region = common; region != lifetime && region.Owner is { } owner; region = owner.Region)
        {
            if (owner.Item is Loop) loops.Insert(0, owner);
        }

        return loops.Count > 0 && HitsAcross(loops, earlier, later);
    }

    public static Node In(RegionNode region, Node node)
    {
        while (node.Region != region) node = node.Region.Owner!;
        return node;
    }

    private long? ConstantIndex(Node access) => tree[IndexOf(access)] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Const } let } ? let.Payload : null;

    private AffineIndex Index(Node access) => AffineIndex.Of(tree, IndexOf(access));

    private bool DiffersInOneIteration(Node a, Node b, RegionNode common)
    {
        if (ConstantIndex(a) is { } one && ConstantIndex(b) is { } other) return one != other;
        AffineIndex difference = Index(a).Plus(Index(b), -1);
        return difference.AsConstant is { } constant && constant != 0 && Index(a).Atoms.All(v => common.IsWithin(Home(v)));
    }

    /// <summary>
    /// Whether an element touched in one iteration of the nest may be touched by the other access in a later iteration.
    /// The loops are given outermost first.
    /// </summary>
    private bool HitsAcross(IReadOnlyList<Node> loops, Node earlier, Node later)
    {
        AffineIndex a = Index(earlier), b = Index(later);
        if (loops.Count == 1)
        {
            Node loop = loops[0];
            int counter = ((Loop)loop.Item).Counter;
            if (a.CoefficientOf(counter) is not { } step || b.CoefficientOf(counter) is not { } other || !step.SameAs(other)) return true;
            if (step.AsConstant is not { } stride || stride == 0) return true;
            AffineIndex rest = a.Substitute(counter, AffineIndex.Constant(0));
            if (rest.Plus(b.Substitute(counter, AffineIndex.Constant(0)), -1).AsConstant is not { } shift) return true;
            if (rest.Atoms.Any(v => Home(v).IsWithin(loop.Body!))) return true;
            if (shift % stride != 0) return false;
            long distance = shift / stride;
            return ((Loop)loop.Item).Descending ? distance < 0 : distance > 0;
        }

        return !a.SameAs(b) || !IsInjective(a, loops);
    }

    /// <summary>Whether the index is a row-major address: every loop of the nest steps over all that the inner loops reach.</summary>
    private bool IsInjective(AffineIndex index, IReadOnlyList<Node> loops)
    {
        AffineIndex reach = AffineIndex.Constant(1);
        AffineIndex rest = index;
        for (int k = loops.Count - 1; k >= 0; k--)
        {
            var loop = (Loop)loops[k].Item;
            if (index.CoefficientOf(loop.Counter) is not { } step || !step.SameAs(reach)) return false;
            if (step.Atoms.Any(v => Home(v).IsWithin(loops[0].Body!))) return false;
            rest = rest.Substitute(loop.Counter, AffineIndex.Constant(0));
            AffineIndex trip = AffineIndex.Of(tree, loop.To).Plus(AffineIndex.Of(tree, loop.From), -1);
            for (int outer = k - 1; outer >= 0; outer--) trip = Widest(trip, (Loop)loops[outer].Item);
            reach = reach.Times(trip);
        }

        return !rest.Atoms.Any(v => Home(v).IsWithin(loops[0].Body!));
    }

    /// <summary>The largest trip count of a triangular inner loop over the iterations of an outer one.</summary>
    private AffineIndex Widest(AffineIndex trip, Loop outer) => trip.CoefficientOf(outer.Counter)?.AsConstant switch
    {
        > 0 => trip.Substitute(outer.Counter, AffineIndex.Of(tree, outer.To).Plus(AffineIndex.Constant(1), -1)),
        < 0 => trip.Substitute(outer.Counter, AffineIndex.Of(tree, outer.From)),
        _ => trip,
    };

    private RegionNode Home(int value) => tree[value] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Argument or Op.Extent } } ? tree.Root : tree[value].Home;
}
