using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>Of a triangular matrix that the examples add to, and of which only the diagonal is read afterwards, only the diagonal is made.</summary>
/// <remarks>
/// <code>
/// examples: for i: for j: A[i, j] += s·v[j]
/// afterwards: … A[i, i] …
/// </code>
/// becomes
/// <code>
/// examples: for i: a[i] += s·v[i]
/// afterwards: … a[i] …
/// </code>
/// Where the diagonal of a triangle is a function of a parameter, as it is in a Cholesky factor that must be positive there, its second derivative is that times the
/// adjoint of the diagonal: for a product with the Hessian a whole product of matrices would have its diagonal read, and nothing else.
/// </remarks>
internal sealed class DiagonalAdjoints : IrRewriter
{
    private readonly FunctionIndex _index;
    private readonly UniformValues? _uniform;
    private readonly Loop? _examples;
    private readonly Dictionary<int, Diagonal> _found = [];
    private readonly Dictionary<Loop, List<Term>> _terms = new(Support.ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Load, IReadOnlyList<Loop>> _reads = new(Support.ReferenceComparer<Load>.Instance);
    private readonly HashSet<Item> _dropped = new(Support.ReferenceComparer<Item>.Instance);

    private DiagonalAdjoints(Function function) : base(function)
    {
        _index = new FunctionIndex(function);
        _examples = function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        Alloc[] triangles = [.. function.Body.Items.OfType<Alloc>().Where(a => function.Buffers[a.Buffer] is { Kind: BufferKind.Adjoint, Triangle: not Triangle.None })];
        if (_examples is null || triangles.Length == 0) return;
        _uniform = new UniformValues(function, _index, _examples);
        foreach (Alloc triangle in triangles) Recognize(triangle);
    }

    public static Function Run(Function function)
    {
        var pass = new DiagonalAdjoints(function);
        return pass._found.Count == 0 ? function : pass.Run();
    }

    /// <param name="Loops">Loops as long as those that count its elements through.</param>
    private sealed record Diagonal(IReadOnlyList<Loop> Loops)
    {
        public int Buffer { get; set; }
    }

    /// <summary>A[i, j] += value.</summary>
    /// <param name="Path">The loops around it, from the outermost one; the last but one is that over i, the last that over j.</param>
    /// <param name="Row">The index of A[i, 0].</param>
    private sealed record Term(IReadOnlyList<Loop> Path, Accumulate Item, int Row)
    {
        public Loop Rows => Path[Path.Count - 2];

        public Loop Columns => Path[Path.Count - 1];

        public IReadOnlyList<Loop> Loops => [.. Path.Take(Path.Count - 1)];
    }

    protected override void RewriteItem(Item item)
    {
        if (!_dropped.Contains(item)) base.RewriteItem(item);
    }

    protected override void RewriteAlloc(Alloc alloc)
    {
        if (!_found.TryGetValue(alloc.Buffer, out Diagonal? diagonal))
        {
            base.RewriteAlloc(alloc);
            return;
        }

        BufferInfo matrix = Source.Buffers[alloc.Buffer];
        diagonal.Buffer = Builder.AddBuffer(matrix.Name + "Diagonal", matrix.Kind, matrix.Type);
        var copies = new Dictionary<int, int>();
        Builder.Alloc(diagonal.Buffer, diagonal.Loops.Select(l => _uniform!.Copy(l.To, Builder, Map, copies)).Aggregate((a, b) => Builder.Binary(Op.Mul, a, b)));
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (_terms.TryGetValue(loop, out List<Term>? terms))
        {
            foreach (Term term in terms)
            {
                var copies = new Dictionary<int, int> { [loop.Counter] = Map(term.Rows.Counter) };
                Builder.Accumulate(_found[term.Item.Buffer].Buffer, PlaceOf(term.Loops), CopyOf(term.Item.Value, loop, copies));
            }
        }

        base.RewriteLoop(loop);
    }

    protected override int RewriteLoad(Load load) => _reads.TryGetValue(load, out IReadOnlyList<Loop>? loops) ? Builder.Load(_found[load.Buffer].Buffer, PlaceOf(loops)) : base.RewriteLoad(load);

    protected override IReadOnlyList<int> WrittenBy(Region region) => [.. base.WrittenBy(region), .. _found.Values.Select(d => d.Buffer)];

    private void Recognize(Alloc triangle)
    {
        var terms = new List<Term>();
        var reads = new Dictionary<Load, IReadOnlyList<Loop>>(Support.ReferenceComparer<Load>.Instance);
        int accesses = IrFacts.Walk(Source.Body).Count(i => i.ElementAccess() is (int buffer, _) && buffer == triangle.Buffer);
        CollectTerms(_examples!.Body, []);
        if (terms.Count == 0 || terms.Any(t => !terms[0].Loops.Zip(t.Loops, (a, b) => _uniform!.Same(a.To, b.To)).All(same => same) || t.Path.Count != terms[0].Path.Count)) return;
        if (!CollectReads(Source.Body, []) || reads.Count == 0 || terms.Count + reads.Count != accesses) return;
        _found.Add(triangle.Buffer, new Diagonal(terms[0].Loops));
        foreach (Term term in terms)
        {
            if (!_terms.TryGetValue(term.Columns, out List<Term>? list)) _terms[term.Columns] = list = [];
            list.Add(term);
            _dropped.Add(term.Item);
        }

        foreach (KeyValuePair<Load, IReadOnlyList<Loop>> read in reads) _reads.Add(read.Key, read.Value);

        void CollectTerms(Region region, IReadOnlyList<Loop> path)
        {
            foreach (Item item in region.Items)
            {
                if (item is Loop loop && _uniform!.RunsOverExtent(loop)) CollectTerms(loop.Body, [.. path, loop]);
                else if (item is Accumulate accumulate && accumulate.Buffer == triangle.Buffer && TermOf(accumulate, path) is { } term) terms.Add(term);
            }
        }

        bool CollectReads(Region region, IReadOnlyList<Loop> path)
        {
            foreach (Item item in region.Items)
            {
                if (item is Loop { IsExamples: false } loop && _uniform!.RunsOverExtent(loop))
                {
                    if (!CollectReads(loop.Body, [.. path, loop])) return false;
                }
                else if (item is Load load && load.Buffer == triangle.Buffer)
                {
                    if (!terms.Select(t => DiagonalOf(load.Index, path, t)).All(l => l is not null && (reads[load] = l) is not null)) return false;
                }
            }

            return true;
        }
    }

    private Term? TermOf(Accumulate accumulate, IReadOnlyList<Loop> path)
    {
        if (path.Count < 2) return null;
        Loop rows = path[path.Count - 2], columns = path[path.Count - 1];
        if (!_uniform!.Same(rows.To, columns.To) || !CanCopy(accumulate.Value, columns)) return null;
        return OtherOf(accumulate.Index, columns.Counter) is { } row && !DependsOn(row, columns.Counter) ? new Term(path, accumulate, row) : null;
    }

    /// <summary>The loops whose counters, in the order of the term's loops, say which element of the diagonal is read; null where it may be another element.</summary>
    private IReadOnlyList<Loop>? DiagonalOf(int read, IReadOnlyList<Loop> path, Term term)
    {
        foreach (Loop rows in path)
        {
            if (OtherOf(read, rows.Counter) is not { } row) continue;
            var counters = new Dictionary<int, int> { [term.Rows.Counter] = rows.Counter };
            if (!IsAlike(term.Row, row, counters, term.Loops, path)) continue;
            List<Loop?> loops = [.. term.Loops.Select(l => counters.TryGetValue(l.Counter, out int counter) ? path.First(p => p.Counter == counter) : null)];
            if (loops.All(l => l is not null) && loops.Zip(term.Loops, (a, b) => _uniform!.Same(a!.To, b.To)).All(same => same) && loops.Distinct().Count() == loops.Count) return loops!;
        }

        return null;
    }

    /// <summary>Whether one index is the other, with the counters of some loops in place of those of others.</summary>
    private bool IsAlike(int a, int b, Dictionary<int, int> counters, IReadOnlyList<Loop> ofA, IReadOnlyList<Loop> ofB)
    {
        if (ofA.Any(l => l.Counter == a))
        {
            if (counters.TryGetValue(a, out int known)) return known == b;
            if (!ofB.Any(l => l.Counter == b)) return false;
            counters.Add(a, b);
            return true;
        }

        if (_uniform!.Same(a, b)) return true;
        if (_index.LetOf(a) is not { Op: Op.Add or Op.Sub or Op.Mul } x || _index.LetOf(b) is not { } y || x.Op != y.Op) return false;
        var before = new Dictionary<int, int>(counters);
        if (IsAlike(x.A, y.A, counters, ofA, ofB) && IsAlike(x.B, y.B, counters, ofA, ofB)) return true;
        counters.Clear();
        foreach (KeyValuePair<int, int> pair in before) counters.Add(pair.Key, pair.Value);
        return x.Op != Op.Sub && IsAlike(x.A, y.B, counters, ofA, ofB) && IsAlike(x.B, y.A, counters, ofA, ofB);
    }

    /// <summary>What is added to a counter.</summary>
    private int? OtherOf(int value, int counter) => _index.LetOf(value) is { Op: Op.Add } add ? add.A == counter ? add.B : add.B == counter ? add.A : null : null;

    private bool DependsOn(int value, int counter) => value == counter || (_index.LetOf(value) is { } let && let.Operands.Any(o => DependsOn(o, counter)));

    private bool CanCopy(int value, Loop columns)
    {
        HashSet<int> inside = columns.Body.DefinedValues();
        IReadOnlyList<int> written = IrFacts.WrittenBuffers(columns.Body);
        return columns.Carried.Count == 0 && Can(value);

        bool Can(int v) => !inside.Contains(v) || _index.DefinitionOf(v) switch
        {
            Let let => let.Operands.All(Can),
            Load load => !written.Contains(load.Buffer) && Can(load.Index),
            _ => false,
        };
    }

    private int CopyOf(int value, Loop columns, Dictionary<int, int> copies)
    {
        HashSet<int> inside = columns.Body.DefinedValues();
        return Copy(value);

        int Copy(int v)
        {
            if (v < 0) return -1;
            if (copies.TryGetValue(v, out int known)) return known;
            if (!inside.Contains(v)) return Map(v);
            return copies[v] = _index.DefinitionOf(v) is Load load
                ? Builder.Load(load.Buffer, Copy(load.Index))
                : _index.LetOf(v) is { } let ? Builder.Let(let.Op, Source.TypeOf(v), Copy(let.A), Copy(let.B), Copy(let.C), let.Payload)
                : throw new InvalidOperationException("What is added was made of operations and elements when it was recognized.");
        }
    }

    private int PlaceOf(IReadOnlyList<Loop> loops)
    {
        int at = Map(loops[0].Counter);
        foreach (Loop loop in loops.Skip(1)) at = Builder.Binary(Op.Add, Builder.Binary(Op.Mul, at, Map(loop.To)), Map(loop.Counter));
        return at;
    }
}
