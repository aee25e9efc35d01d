using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Square-root checkpointing: a long loop that carries state becomes a loop over segments of about √n iterations around a loop over the
/// iterations of one segment. The gradient then keeps the state at the head of each segment, and computes a segment again when its turn comes in the reverse
/// sweep: memory for 2·√n iterations, for one more run of the loop.
/// </summary>
/// <remarks>
/// <code>
/// for i in F..T carrying s from s₀: body
/// </code>
/// becomes, with n = T − F and b = 1 + ⌊√n⌋,
/// <code>
/// for k in 0..⌈n / b⌉ carrying s from s₀
///   for j in 0..min(b, n − k·b) carrying s from s: i = F + k·b + j; body
/// </code>
/// A loop qualifies if it stands in the loss itself, not in a branch or another loop, knows how often it runs at most, and
/// has an iteration that needs another.
/// </remarks>
internal sealed class Segments
{
    private readonly List<ValueInfo> _values;
    private readonly HashSet<Loop> _chosen = new(ReferenceComparer<Loop>.Instance);
    private readonly HashSet<int> _counters = [];

    private Segments(Function function) => _values = [.. function.Values];

    /// <returns>The function with its scans in segments, and the counters of the loops over segments.</returns>
    public static (Function Function, HashSet<int> Counters) Split(Function function)
    {
        var tree = new SourceTree(function);
        var activity = new Activity(tree);
        var reductions = new Reductions(tree);
        var dependence = new Dependence(tree);
        var pass = new Segments(function);
        IEnumerable<Node> outermost = tree.Root.Nodes.SelectMany(n => n.Item is Loop { IsExamples: true } ? n.Body!.Nodes : [n]);
        foreach (Node node in outermost)
        {
            if (node.Item is Loop { Limited: null, IsExamples: false } loop && IsScan(node, loop, activity, reductions, dependence)) pass._chosen.Add(loop);
        }

        Region body = pass.Rewrite(function.Body);
        return (function with { Body = body, Values = pass._values.ToEquatableArray() }, pass._counters);
    }

    private static bool IsScan(Node node, Loop loop, Activity activity, Reductions reductions, Dependence dependence)
    {
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            if (activity.IsActive(loop.Carried[k].Id) && !reductions.IsAdditive(node, k)) return true;
        }

        return node.Subtree().Any(n => Dependence.IsWrite(n) && activity.IsActiveBuffer(Dependence.BufferOf(n))) && !dependence.AreIterationsIndependent(node);
    }

    private Region Rewrite(Region region)
    {
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            if (item is Loop loop && _chosen.Contains(loop)) Split(loop, items);
            else if (item is Loop { IsExamples: true } examples) items.Add(examples with { Body = Rewrite(examples.Body) });
            else items.Add(item);
        }

        return new Region(items.ToEquatableArray());
    }

    private void Split(Loop loop, List<Item> before)
    {
        int zero = Let(before, Op.Const, ScalarType.I32), one = Let(before, Op.Const, ScalarType.I32, payload: 1);
        int trips = Let(before, Op.Max, ScalarType.I32, Let(before, Op.Sub, ScalarType.I32, loop.To, loop.From), zero);
        int root = Let(before, Op.Sqrt, ScalarType.F64, Let(before, Op.Convert, ScalarType.F64, trips));
        int length = Let(before, Op.Add, ScalarType.I32, one, Let(before, Op.Convert, ScalarType.I32, root));
        int rounded = Let(before, Op.Sub, ScalarType.I32, Let(before, Op.Add, ScalarType.I32, trips, length), one);
        int count = Let(before, Op.Div, ScalarType.I32, rounded, length);

        int segment = Value(ScalarType.I32, "segment"), step = Value(ScalarType.I32, "step");
        _counters.Add(segment);
        var head = new List<Item>();
        int first = Let(head, Op.Mul, ScalarType.I32, segment, length);
        int run = Let(head, Op.Min, ScalarType.I32, length, Let(head, Op.Sub, ScalarType.I32, trips, first));

        // The user's counter is a value of the iteration now.
        var body = new List<Item>();
        int distance = Let(body, Op.Add, ScalarType.I32, first, step);
        if (loop.Descending)
        {
            int last = Let(body, Op.Sub, ScalarType.I32, loop.To, Let(body, Op.Const, ScalarType.I32, payload: 1));
            body.Add(new Let(loop.Counter, Op.Sub, last, distance, -1, 0));
        }
        else
        {
            body.Add(new Let(loop.Counter, Op.Add, loop.From, distance, -1, 0));
        }

        body.AddRange(loop.Body.Items);
        Carried[] outer = loop.Carried.Select(c => new Carried(Copy(c.Id), c.Init, Copy(c.Result), c.Result)).ToArray();
        Carried[] inner = loop.Carried.Select((c, k) => new Carried(c.Id, outer[k].Id, c.Next, outer[k].Next)).ToArray();
        head.Add(new Loop(step, zero, run, false, false, inner.ToEquatableArray(), new Region(body.ToEquatableArray()), loop.While));
        int end = loop.EndsEarly ? outer[loop.Carried.ToList().FindIndex(c => c.Id == loop.While)].Id : -1;
        before.Add(new Loop(segment, zero, count, false, false, outer.ToEquatableArray(), new Region(head.ToEquatableArray()), end));
    }

    private int Let(List<Item> items, Op op, ScalarType type, int a = -1, int b = -1, long payload = 0)
    {
        int id = Value(type);
        items.Add(new Let(id, op, a, b, -1, payload));
        return id;
    }

    private int Copy(int value) => Value(_values[value].Type, _values[value].Name);

    private int Value(ScalarType type, string? name = null)
    {
        _values.Add(new ValueInfo(type, name));
        return _values.Count - 1;
    }
}
