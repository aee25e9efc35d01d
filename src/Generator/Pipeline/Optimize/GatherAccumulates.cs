using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// A loop that adds to g[i + c₁], g[i + c₂], … in one iteration visits each element several times. Turned around, each
/// element is visited once: iteration i gives g[i + c_max] everything that it gets, the contributions of the neighbouring
/// iterations computed again, and the ends where some of these do not exist are peeled off.
/// </summary>
/// <remarks>
/// <code>
/// for i in F..T:   g[i] += p(i); g[i+1] += q(i)
/// </code>
/// becomes, with the span s = c_max − c_min (here 1) and if T − F ≥ s,
/// <code>
/// g[F] := p(F)
/// for i in F..T−1: g[i+1] := q(i) + p(i+1)
/// g[T] := q(T−1)
/// </code>
/// What the loop carries runs on through peeled first iterations, the main loop and peeled last ones: once for each iteration, in order. Which of the neighbouring
/// iterations it belongs to in the main loop is open; it is the one with which it shares most.
/// </remarks>
internal sealed class GatherAccumulates : IrRewriter
{
    /// <summary>Each further shift computes the iteration once more; beyond this, adding twice is cheaper.</summary>
    private const int MaxSpan = 4;
    private const int MaxItems = 120;

    private readonly IndexFacts _indices;
    private readonly HashSet<int> _writtenOnce;
    private readonly Dictionary<int, Let> _sums;

    private GatherAccumulates(Function source) : base(source)
    {
        _indices = new IndexFacts(source);
        _sums = IrFacts.Walk(source.Body).OfType<Let>().Where(l => l.Op == Op.Add && source.TypeOf(l.Id).IsReal()).ToDictionary(l => l.Id);

        // Gradients that one loop outside of all others writes, and no loop in it: a store needs no zero to add to.
        _writtenOnce = new HashSet<int>(source.Body.Items.OfType<Loop>().Where(l => !l.IsExamples)
            .SelectMany(l => IrFacts.WrittenBuffers(l.Body).Select(b => (Loop: l, Buffer: b)))
            .Where(x => source.Buffers[x.Buffer].Kind == BufferKind.Gradient
                && IrFacts.Walk(source.Body).Count(i => Writes(i, x.Buffer)) == x.Loop.Body.Items.Count(i => Writes(i, x.Buffer)))
            .Select(x => x.Buffer));
    }

    public static Function Run(Function function) => new GatherAccumulates(function).Run();

    /// <summary>The accumulations into one buffer, by shift.</summary>
    private sealed record Target(int Buffer, SortedDictionary<int, Accumulate> ByShift)
    {
        public int Min => ByShift.Keys.First();

        public int Max => ByShift.Keys.Last();
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (loop.IsExamples || loop.Descending || loop.EndsEarly || Targets(loop) is not List<Target> targets)
        {
            base.RewriteLoop(loop);
            return;
        }

        int span = targets.Max(t => t.Max - t.Min);
        int from = Map(loop.From), to = Map(loop.To);
        int enough = Builder.Binary(Op.Le, Builder.Int(span), Builder.Binary(Op.Sub, to, from));
        int[] results = Builder.If(
            enough,
            () => Gather(loop, targets, span, from, to),
            () =>
            {
                base.RewriteLoop(loop);
                return loop.Carried.Select(c => Map(c.Result)).ToArray();
            });
        for (int k = 0; k < results.Length; k++) SetMap(loop.Carried[k].Result, results[k]);
    }

    private int[] Gather(Loop loop, List<Target> targets, int span, int from, int to)
    {
        foreach (Target target in targets.Where(t => _writtenOnce.Contains(t.Buffer) && Covers(loop, t))) Builder.MarkOverwritten(target.Buffer);
        HashSet<Item> slice = Slice(loop, targets.SelectMany(t => t.ByShift.Values).SelectMany(a => new[] { a.Index, a.Value }))!;

        // The head: elements that lack the contributions of iterations before the first.
        foreach (Target target in targets)
        {
            for (int m = 0; m < target.Max - target.Min; m++)
            {
                int element = -1;
                int sum = -1;
                foreach (KeyValuePair<int, Accumulate> entry in target.ByShift.Where(e => e.Key <= target.Min + m))
                {
                    Iteration(loop, slice, Offset(from, target.Min + m - entry.Key));
                    element = element < 0 ? Map(entry.Value.Index) : element;
                    sum = Plus(sum, entry.Value.Value);
                }

                Write(target.Buffer, element, sum);
            }
        }

        int own = OwnIteration(loop, targets, span);
        int[] carried = loop.Carried.Select(c => Map(c.Init)).ToArray();
        for (int m = 0; m < own; m++) carried = Carry(loop, Offset(from, m), carried);

        // The main loop: what the body does besides, for an iteration of its own; then the sums of the neighbours.
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            from, Offset(to, -span), carried, WrittenBy(loop.Body), counterName: Source.Values[loop.Counter].Name);
        int[] nexts = Carry(loop, Offset(open.Counter, own), open.Carried);
        foreach (Target target in targets)
        {
            Iteration(loop, slice, open.Counter);
            int element = Map(target.ByShift[target.Max].Index);
            int sum = -1;
            foreach (KeyValuePair<int, Accumulate> entry in target.ByShift.Reverse())
            {
                Iteration(loop, slice, Offset(open.Counter, target.Max - entry.Key));
                sum = Plus(sum, entry.Value.Value);
            }

            Write(target.Buffer, element, sum);
        }

        carried = Builder.EndLoop(open, nexts);

        // The tail: the last iterations, and elements that lack the contributions of iterations after the last.
        for (int m = 0; m < span; m++)
        {
            int iteration = Offset(to, m - span);
            if (m >= own) carried = Carry(loop, iteration, carried);
            foreach (Target target in targets)
            {
                Iteration(loop, slice, iteration);
                int element = Map(target.ByShift[target.Max].Index);
                int sum = -1;
                foreach (KeyValuePair<int, Accumulate> entry in target.ByShift.Reverse().Where(e => m + target.Max - e.Key < span))
                {
                    Iteration(loop, slice, Offset(iteration, target.Max - entry.Key));
                    sum = Plus(sum, entry.Value.Value);
                }

                Write(target.Buffer, element, sum);
            }
        }

        return carried;
    }

    /// <summary>
    /// sum + value, for a value of the source. A value that is a sum itself was several contributions to one element: they are added
    /// one by one, in products with an addition each.
    /// </summary>
    private int Plus(int sum, int value) =>
        sum < 0 ? Map(value)
        : _sums.TryGetValue(value, out Let? parts) ? Plus(Plus(sum, parts.A), parts.B)
        : Builder.Binary(Op.Add, sum, Map(value));

    /// <summary>Whether the loop's accumulations reach from the first element of the buffer to the last.</summary>
    private bool Covers(Loop loop, Target target)
    {
        Affine from = _indices.Of(loop.From), first = _indices.Of(target.ByShift[target.Min].Index), last = _indices.Of(target.ByShift[target.Max].Index);
        Affine counter = Affine.OfAtom(loop.Counter);
        return from.IsConstant && first.Minus(counter) is int low && from.Constant + low == 0
            && last.Minus(counter) is int high && _indices.LengthOf(target.Buffer) is Affine length && _indices.Of(loop.To).Minus(length) is int end && end + high == 0;
    }

    private int Offset(int value, int distance) =>
        distance == 0 ? value
        : distance > 0 ? Builder.Binary(Op.Add, value, Builder.Int(distance))
        : Builder.Binary(Op.Sub, value, Builder.Int(-distance));

    private void Write(int buffer, int element, int value)
    {
        if (_writtenOnce.Contains(buffer)) Builder.Store(buffer, element, value);
        else Builder.Accumulate(buffer, element, value);
    }

    /// <summary>Emits what the accumulated values need, with the counter at the given value; equal values are shared by the builder.</summary>
    private void Iteration(Loop loop, HashSet<Item> slice, int counter)
    {
        Alias(loop.Counter, counter);
        foreach (Item item in loop.Body.Items.Where(slice.Contains)) RewriteItem(item);
    }

    /// <summary>Emits a whole iteration but for its accumulations.</summary>
    /// <returns>What it carries on.</returns>
    private int[] Carry(Loop loop, int counter, IReadOnlyList<int> carried)
    {
        for (int k = 0; k < loop.Carried.Count; k++) SetMap(loop.Carried[k].Id, carried[k]);
        Alias(loop.Counter, counter);
        foreach (Item item in loop.Body.Items.Where(i => i is not Accumulate)) RewriteItem(item);
        return loop.Carried.Select(c => Map(c.Next)).ToArray();
    }

    /// <summary>How far ahead of the first of its neighbours the iteration lies with whose part of the sums what the loop carries has most in common.</summary>
    private int OwnIteration(Loop loop, List<Target> targets, int span)
    {
        HashSet<Item> own = Needed(loop, loop.Carried.Select(c => c.Next), out _);
        int Shared(int ahead) => Needed(
            loop, targets.SelectMany(t => t.ByShift.Where(e => t.Max - e.Key == ahead)).SelectMany(e => new[] { e.Value.Index, e.Value.Value }), out _).Count(own.Contains);
        return Enumerable.Range(0, span + 1).OrderByDescending(Shared).First();
    }

    /// <summary>The accumulations by buffer, if the loop has the shape and more than one shift in some buffer.</summary>
    private List<Target>? Targets(Loop loop)
    {
        if (loop.Body.Items.Count > MaxItems || loop.Body.Items.Any(i => i is not (Let or Load or Accumulate))) return null;
        var inside = new HashSet<int>(loop.Body.Items.SelectMany(IrFacts.Definitions).Concat(loop.Carried.Select(c => c.Id)));
        var targets = new List<Target>();
        foreach (IGrouping<int, Accumulate> group in loop.Body.Items.OfType<Accumulate>().GroupBy(a => a.Buffer))
        {
            var byShift = new SortedDictionary<int, Accumulate>();
            Affine first = _indices.Of(group.First().Index);
            foreach (Accumulate accumulate in group)
            {
                // All at counter + the same invariant + a constant, each constant once (equal ones were merged).
                if (_indices.Of(accumulate.Index).Minus(first) is not int distance || byShift.ContainsKey(distance)) return null;
                byShift.Add(distance, accumulate);
            }

            if (!first.Terms.TryGetValue(loop.Counter, out int stride) || stride != 1) return null;
            if (first.Terms.Keys.Any(k => k != loop.Counter && inside.Contains(k))) return null;
            targets.Add(new Target(group.Key, byShift));
        }

        if (targets.Count == 0 || targets.All(t => t.Min == t.Max) || targets.Any(t => t.Max - t.Min > MaxSpan)) return null;
        var written = new HashSet<int>(IrFacts.WrittenBuffers(loop.Body));
        if (IrFacts.ReadBuffers(loop.Body).Any(written.Contains)) return null;
        return Slice(loop, targets.SelectMany(t => t.ByShift.Values).SelectMany(a => new[] { a.Index, a.Value })) is null ? null : targets;
    }

    /// <summary>The items of the body that the values need, or null where they need what the loop carries.</summary>
    private static HashSet<Item>? Slice(Loop loop, IEnumerable<int> values)
    {
        HashSet<Item> slice = Needed(loop, values, out HashSet<int> needed);
        return loop.Carried.Any(c => needed.Contains(c.Id)) ? null : slice;
    }

    private static HashSet<Item> Needed(Loop loop, IEnumerable<int> values, out HashSet<int> needed)
    {
        needed = new HashSet<int>(values);
        var slice = new HashSet<Item>();
        foreach (Item item in loop.Body.Items.Reverse())
        {
            HashSet<int> wanted = needed;
            if (!IrFacts.Definitions(item).Any(wanted.Contains)) continue;
            slice.Add(item);
            needed.UnionWith(IrFacts.Operands(item));
        }

        return slice;
    }

    private static bool Writes(Item item, int buffer) => item is Store store && store.Buffer == buffer
        || item is Accumulate accumulate && accumulate.Buffer == buffer;
}
