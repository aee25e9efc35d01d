using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>Products in a sum that are the same for all examples are summed once per call, into an array, and the sum of the example begins with theirs.</summary>
/// <remarks>
/// <code>
/// examples: for i: s = 0; for j: s += A[i, j]·v[j] + B[i, j]·d[j]
/// </code>
/// becomes, where B and d are parameters, or a direction, or made of them,
/// <code>
/// for i: u[i] = Σⱼ B[i, j]·d[j]
/// examples: for i: s = u[i]; for j: s += A[i, j]·v[j]
/// </code>
/// Hoist moves whole loops only. In the derivative of a mixture of Gaussians along a direction this is one of three products of matrices.
/// </remarks>
internal sealed class UniformSums : IrRewriter
{
    private readonly FunctionIndex _index;
    private readonly UniformValues? _uniform;
    private readonly Dictionary<Carried, Sum> _found = [];
    private readonly HashSet<int> _chains = [];

    private UniformSums(Function function) : base(function)
    {
        _index = new FunctionIndex(function);
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples || !examples.Body.AllItems().Any(i => i is Loop { Carried.Count: > 0 })) return;
        _uniform = new UniformValues(function, _index, examples);
        Search(examples.Body, []);
    }

    public static Function Run(Function function)
    {
        var pass = new UniformSums(function);
        return pass._found.Count == 0 ? function : pass.Run();
    }

    /// <param name="Path">Those of the loops around it, from the outermost one, whose counters the shared terms read.</param>
    /// <param name="Shared">The terms that are the same for all examples.</param>
    /// <param name="Own">The others.</param>
    private sealed record Sum(IReadOnlyList<Loop> Path, Loop Loop, IReadOnlyList<Term> Shared, IReadOnlyList<Term> Own)
    {
        /// <summary>The array of sums, or where they are all the same, the one sum.</summary>
        public int Place { get; set; }
    }

    private readonly record struct Term(int Value, bool IsNegated);

    protected override void RewriteItem(Item item)
    {
        if (item is not Let let || !_chains.Contains(let.Id)) base.RewriteItem(item);
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (loop.IsExamples)
        {
            foreach (KeyValuePair<Carried, Sum> found in _found) Fill(found.Value, Source.Values[found.Key.Result].Name);
        }

        if (loop.Carried.Any(_found.ContainsKey)) BeginWithShared(loop);
        else base.RewriteLoop(loop);
    }

    private void Search(Region region, IReadOnlyList<Loop> path)
    {
        foreach (Loop loop in region.Items.OfType<Loop>().Where(l => !l.EndsEarly))
        {
            if (_uniform!.CanCopy(loop.From, path) && _uniform.CanCopy(loop.To, path))
            {
                foreach (Carried carried in loop.Carried)
                {
                    if (Recognize(carried, loop, path) is { } sum) _found.Add(carried, sum);
                }
            }

            if (_uniform.RunsOverExtent(loop)) Search(loop.Body, [.. path, loop]);
        }
    }

    private Sum? Recognize(Carried carried, Loop loop, IReadOnlyList<Loop> path)
    {
        if (Source.TypeOf(carried.Id) != Source.Real || _index.UsesOf(carried.Id) != 1 || _index.UsesOf(carried.Next) != 1) return null;
        HashSet<int> inside = loop.Body.DefinedValues();
        var terms = new List<Term>();
        var chain = new List<int>();
        Collect(new Term(carried.Next, false));
        if (!terms.Remove(new Term(carried.Id, false))) return null;
        List<Term> shared = [.. terms.Where(t => _index.LetOf(t.Value) is { Op: Op.Mul } && inside.Contains(t.Value) && _uniform!.CanCopy(t.Value, [.. path, loop]))];
        if (shared.Count == 0) return null;
        _chains.UnionWith(chain);
        IReadOnlyList<Loop> read = _uniform!.LoopsOf(path, [.. shared.Select(t => t.Value), loop.From, loop.To]);
        return new Sum(read, loop, shared, [.. terms.Where(t => !shared.Contains(t))]);

        void Collect(Term term)
        {
            if (_index.LetOf(term.Value) is { Op: Op.Add or Op.Sub } sum && _index.UsesOf(term.Value) == 1 && inside.Contains(term.Value))
            {
                chain.Add(term.Value);
                Collect(term with { Value = sum.A });
                Collect(new Term(sum.B, term.IsNegated != (sum.Op == Op.Sub)));
            }
            else
            {
                terms.Add(term);
            }
        }
    }

    /// <summary>The sum of terms, or what is subtracted where all of them are.</summary>
    private Term Total(IReadOnlyList<Term> terms, Func<int, int> map)
    {
        List<int> added = [.. terms.Where(t => !t.IsNegated).Select(t => map(t.Value))], subtracted = [.. terms.Where(t => t.IsNegated).Select(t => map(t.Value))];
        return added.Count == 0 ? new Term(subtracted.Aggregate((a, b) => Builder.Binary(Op.Add, a, b)), true)
            : new Term(subtracted.Aggregate(added.Aggregate((a, b) => Builder.Binary(Op.Add, a, b)), (a, b) => Builder.Binary(Op.Sub, a, b)), false);
    }

    private int Plus(int sum, Term term) => Builder.Binary(term.IsNegated ? Op.Sub : Op.Add, sum, term.Value);

    private void Fill(Sum sum, string? name)
    {
        var copies = new Dictionary<int, int>();
        int buffer = -1;
        if (sum.Path.Count > 0)
        {
            buffer = Builder.AddBuffer((name ?? "sum") + "Shared", BufferKind.Local, Source.Real);
            Builder.Alloc(buffer, sum.Path.Select(l => Copy(l.To)).Aggregate((a, b) => Builder.Binary(Op.Mul, a, b)));
        }

        var open = new Stack<IrBuilder.OpenLoop>();
        foreach (Loop around in sum.Path)
        {
            open.Push(Builder.BeginLoop(Builder.Int(0), Copy(around.To), [], [buffer], counterName: Source.Values[around.Counter].Name));
            copies[around.Counter] = open.Peek().Counter;
        }

        int place = sum.Path.Count > 0 ? PlaceOf(sum, Copy) : -1;
        IrBuilder.OpenLoop inner = Builder.BeginLoop(Copy(sum.Loop.From), Copy(sum.Loop.To), [Builder.Real(Source.Real, 0)], [], counterName: Source.Values[sum.Loop.Counter].Name);
        var inside = new Dictionary<int, int>(copies) { [sum.Loop.Counter] = inner.Counter };
        int total = Builder.EndLoop(inner, [Plus(inner.Carried[0], Total(sum.Shared, t => _uniform!.Copy(t, Builder, Map, inside)))])[0];
        if (buffer >= 0) Builder.Store(buffer, place, total);
        while (open.Count > 0) Builder.EndLoop(open.Pop(), []);
        sum.Place = buffer >= 0 ? buffer : total;

        int Copy(int value) => _uniform!.Copy(value, Builder, Map, copies);
    }

    /// <summary>The index of a sum: the loops around it count it through.</summary>
    private int PlaceOf(Sum sum, Func<int, int> map)
    {
        int at = map(sum.Path[0].Counter);
        foreach (Loop around in sum.Path.Skip(1)) at = Builder.Binary(Op.Add, Builder.Binary(Op.Mul, at, map(around.To)), map(around.Counter));
        return at;
    }

    private void BeginWithShared(Loop loop)
    {
        var inits = new List<int>();
        var kept = new List<Carried>();
        foreach (Carried carried in loop.Carried)
        {
            int init = Map(carried.Init);
            if (_found.TryGetValue(carried, out Sum? sum))
            {
                int shared = sum.Path.Count > 0 ? Builder.Load(sum.Place, PlaceOf(sum, Map)) : sum.Place;
                init = _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 } ? shared : Builder.Binary(Op.Add, init, shared);
                if (sum.Own.Count == 0)
                {
                    Alias(carried.Result, init);
                    continue;
                }
            }

            kept.Add(carried);
            inits.Add(init);
        }

        IrBuilder.OpenLoop open = Builder.BeginLoop(Map(loop.From), Map(loop.To), inits, WrittenBy(loop.Body), loop.Descending, counterName: Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        for (int k = 0; k < kept.Count; k++)
        {
            Builder.Rename(open.Carried[k], Source.Values[kept[k].Id].Name);
            SetMap(kept[k].Id, open.Carried[k]);
        }

        RewriteRegion(loop.Body);
        int[] nexts = [.. kept.Select((c, k) => _found.TryGetValue(c, out Sum? sum)
            ? Plus(open.Carried[k], Total(sum.Own, Map)) : Map(c.Next))];
        int[] results = Builder.EndLoop(open, nexts);
        for (int k = 0; k < kept.Count; k++)
        {
            Builder.Rename(results[k], Source.Values[kept[k].Result].Name);
            SetMap(kept[k].Result, results[k]);
        }
    }
}
