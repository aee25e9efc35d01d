using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// An adjoint that is a matrix times a signal of the example, and of which only the sum over the examples is wanted, is computed once: the signals are summed over the
/// examples, and their sum is multiplied by the matrix, which is the same for all of them.
/// </summary>
/// <remarks>
/// <code>
/// examples: for j: v[k] += s·M(j, k) over k; for k: G[g(k)] += v[k]
/// </code>
/// becomes
/// <code>
/// examples: for j: t[j] += s
/// afterwards: for k: G[g(k)] += Σⱼ M(j, k)·t[j]
/// </code>
/// also where both stand in loops around them: t then has an element for each iteration of these. In the gradient of a mixture of Gaussians with respect to its means, this
/// saves one of three products of matrices.
/// </remarks>
internal sealed class SumsBeforeProducts : IrRewriter
{
    private const int MostOperations = 64;

    private readonly FunctionIndex _index;
    private readonly Loop _examples;
    private readonly HashSet<int> _varying;
    private readonly HashSet<int> _inExamples;
    private readonly HashSet<int> _written;
    private readonly HashSet<int> _shared;
    private readonly List<Adjoint> _found = [];
    private readonly HashSet<Item> _dropped = new(ReferenceComparer<Item>.Instance);
    private readonly Dictionary<Loop, List<(Adjoint Adjoint, Product Product)>> _products = new(ReferenceComparer<Loop>.Instance);

    private readonly bool _forDevices;

    private SumsBeforeProducts(Function function, FunctionIndex index, Loop examples, bool forDevices) : base(function)
    {
        (_index, _examples, _varying, _forDevices) = (index, examples, VaryingValues.Of(function, examples), forDevices);
        _inExamples = [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)];
        _written = [.. IrFacts.WrittenBuffers(examples.Body)];
        _shared = [.. function.Body.Items.OfType<Alloc>().Select(a => a.Buffer)];
        Search(examples.Body, []);
    }

    /// <param name="forDevices">Whether threads share the elements of the result: then each is a sum of its own.</param>
    public static Function Run(Function function, bool forDevices = false)
    {
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples) return function;
        var pass = new SumsBeforeProducts(function, new FunctionIndex(function), examples, forDevices);
        return pass._found.Count == 0 ? function : pass.Run();
    }

    /// <param name="Path">The loops around it, from the outermost one; in the innermost, or in the examples' own body, the array is made.</param>
    /// <param name="Products">What is added to it.</param>
    /// <param name="Sums">What it is added to.</param>
    private sealed record Adjoint(IReadOnlyList<Loop> Path, Alloc Array, IReadOnlyList<Product> Products, IReadOnlyList<Sum> Sums);

    /// <summary>v[k] += s·M(j, k).</summary>
    /// <param name="Rows">The loop over j.</param>
    /// <param name="Columns">The loop over k.</param>
    private sealed record Product(Loop Rows, Loop Columns, Accumulate Item, int Signal, int Element)
    {
        public int Totals { get; set; } = -1;
    }

    /// <summary>G[g(k)] ±= v[k].</summary>
    private sealed record Sum(Loop Loop, Accumulate Item, bool IsNegated);

    protected override void RewriteItem(Item item)
    {
        if (!_dropped.Contains(item)) base.RewriteItem(item);
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (loop.IsExamples)
        {
            foreach (Adjoint adjoint in _found)
            {
                foreach (Product product in adjoint.Products) AllocateTotals(adjoint, product);
            }
        }

        if (_products.TryGetValue(loop, out List<(Adjoint, Product)>? here))
        {
            foreach ((Adjoint adjoint, Product product) in here) Builder.Accumulate(product.Totals, TotalOf(adjoint, product, Map), Map(product.Signal));
        }

        // What nothing is left of.
        if (loop.Carried.Count == 0 && loop.Body.Items.Any(_dropped.Contains) && loop.Body.Items.All(i => i is Let or Load || _dropped.Contains(i))) return;

        base.RewriteLoop(loop);
        if (!loop.IsExamples) return;
        foreach (Adjoint adjoint in _found) Multiply(adjoint);
    }

    protected override IReadOnlyList<int> WrittenBy(Region region) =>
        [.. base.WrittenBy(region), .. _found.SelectMany(f => f.Products).Select(p => p.Totals).Where(t => t >= 0)];

    private void AllocateTotals(Adjoint adjoint, Product product)
    {
        var copies = new Dictionary<int, int>();
        int length = Copy(product.Rows.To, copies);
        foreach (Loop around in adjoint.Path) length = Builder.Binary(Op.Mul, Copy(around.To, copies), length);
        product.Totals = Builder.AddBuffer((Source.Values[product.Signal].Name ?? "signal") + "Total", BufferKind.Adjoint, Source.Real);
        Builder.Alloc(product.Totals, length);
    }

    /// <summary>The index of the sum of a signal over the examples.</summary>
    private int TotalOf(Adjoint adjoint, Product product, Func<int, int> map)
    {
        int at = -1;
        foreach (Loop loop in adjoint.Path.Append(product.Rows))
        {
            int counter = map(loop.Counter);
            at = at < 0 ? counter : Builder.Binary(Op.Add, Builder.Binary(Op.Mul, at, map(loop.To)), counter);
        }

        return at;
    }

    private void Multiply(Adjoint adjoint)
    {
        var copies = new Dictionary<int, int>();
        int[] written = [.. adjoint.Sums.Select(s => s.Item.Buffer)];
        var open = new Stack<IrBuilder.OpenLoop>();
        foreach (Loop loop in adjoint.Path) open.Push(Begin(loop, copies));
        foreach (Product product in adjoint.Products)
        {
            var inside = new Dictionary<int, int>(copies);
            if (_forDevices)
            {
                ElementByElement(product, inside);
                continue;
            }

            // Along the rows of the matrix, as they lie in memory.
            IrBuilder.OpenLoop rows = Begin(product.Rows, inside);
            int signal = Builder.Load(product.Totals, TotalOf(adjoint, product, v => Copy(v, inside))), zero = Builder.Real(Source.Real, 0);

            // Where no example has a signal, an element that has overflowed does not matter.
            int counts = Builder.Binary(Op.Ne, zero, signal);
            IrBuilder.OpenLoop columns = Begin(product.Columns, inside);
            int term = Builder.Select(counts, Builder.Binary(Op.Mul, signal, Copy(product.Element, inside)), zero);
            foreach (Sum sum in adjoint.Sums)
            {
                int place = Copy(sum.Item.Index, new Dictionary<int, int>(copies) { [sum.Loop.Counter] = columns.Counter });
                Builder.Accumulate(sum.Item.Buffer, place, sum.IsNegated ? Builder.Unary(Op.Neg, term) : term);
            }

            Builder.EndLoop(columns, []);
            Builder.EndLoop(rows, []);
        }

        while (open.Count > 0) Builder.EndLoop(open.Pop(), []);

        void ElementByElement(Product product, Dictionary<int, int> inside)
        {
            IrBuilder.OpenLoop columns = Begin(product.Columns, inside);
            int zero = Builder.Real(Source.Real, 0);
            IrBuilder.OpenLoop rows = Begin(product.Rows, inside, zero);
            int signal = Builder.Load(product.Totals, TotalOf(adjoint, product, v => Copy(v, inside)));
            int term = Builder.Select(Builder.Binary(Op.Ne, zero, signal), Builder.Binary(Op.Mul, signal, Copy(product.Element, inside)), zero);
            int total = Builder.EndLoop(rows, [Builder.Binary(Op.Add, rows.Carried[0], term)])[0];
            foreach (Sum sum in adjoint.Sums)
            {
                int place = Copy(sum.Item.Index, new Dictionary<int, int>(copies) { [sum.Loop.Counter] = columns.Counter });
                Builder.Accumulate(sum.Item.Buffer, place, sum.IsNegated ? Builder.Unary(Op.Neg, total) : total);
            }

            Builder.EndLoop(columns, []);
        }

        IrBuilder.OpenLoop Begin(Loop like, Dictionary<int, int> known, int sum = -1)
        {
            IrBuilder.OpenLoop result = Builder.BeginLoop(Builder.Int(0), Copy(like.To, known), sum < 0 ? [] : [sum], sum < 0 ? written : [], counterName: Source.Values[like.Counter].Name);
            known[like.Counter] = result.Counter;
            return result;
        }
    }

    private void Search(Region region, IReadOnlyList<Loop> path)
    {
        foreach (Alloc array in region.Items.OfType<Alloc>())
        {
            if (Source.Buffers[array.Buffer] is { Kind: BufferKind.Adjoint } info && info.Type == Source.Real && Recognize(array, region, path) is { } adjoint) Add(adjoint);
        }

        foreach (Loop loop in region.Items.OfType<Loop>().Where(RunsOverExtent)) Search(loop.Body, [.. path, loop]);
    }

    private void Add(Adjoint adjoint)
    {
        _found.Add(adjoint);
        _dropped.Add(adjoint.Array);
        foreach (Product product in adjoint.Products)
        {
            _dropped.Add(product.Item);
            if (!_products.TryGetValue(product.Columns, out List<(Adjoint, Product)>? list)) _products[product.Columns] = list = [];
            list.Add((adjoint, product));
        }

        foreach (Sum sum in adjoint.Sums)
        {
            _dropped.Add(sum.Item);
            if (sum.IsNegated) _dropped.Add(_index.DefinitionOf(sum.Item.Value)!);
        }

        foreach (Load load in _examples.Body.AllItems().OfType<Load>().Where(l => l.Buffer == adjoint.Array.Buffer)) _dropped.Add(load);
    }

    private Adjoint? Recognize(Alloc array, Region region, IReadOnlyList<Loop> path)
    {
        var products = new List<Product>();
        var sums = new List<Sum>();
        int accesses = Source.Body.AllItems().Count(i => i.ElementAccess() is (int buffer, _) && buffer == array.Buffer);
        foreach (Loop loop in region.Items.OfType<Loop>().Where(RunsOverExtent))
        {
            foreach (Item item in loop.Body.Items)
            {
                if (item is Load load && load.Buffer == array.Buffer)
                {
                    if (!Same(loop.To, array.Length) || SumOf(load, loop, path) is not { } sum) return null;
                    sums.Add(sum);
                }
                else if (item is Loop inner && RunsOverExtent(inner) && Same(inner.To, array.Length))
                {
                    foreach (Accumulate accumulate in inner.Body.Items.OfType<Accumulate>().Where(a => a.Buffer == array.Buffer))
                    {
                        if (ProductOf(accumulate, loop, inner, path) is not { } product) return null;
                        products.Add(product);
                    }
                }
            }
        }

        return products.Count > 0 && sums.Count > 0 && products.Count + sums.Count == accesses ? new Adjoint(path, array, products, sums) : null;
    }

    private Product? ProductOf(Accumulate accumulate, Loop rows, Loop columns, IReadOnlyList<Loop> path)
    {
        if (accumulate.Index != columns.Counter) return null;
        Let? product = _index.LetOf(accumulate.Value);
        if (product is { Op: Op.Select } select && _index.LetOf(select.C) is { Op: Op.Const, Payload: 0 } && _index.LetOf(select.A) is { Op: Op.Ne } guard
            && _index.LetOf(select.B) is { Op: Op.Mul } guarded && Other(guard) is var tested && (tested == guarded.A || tested == guarded.B)) product = guarded;
        return product is not { Op: Op.Mul } ? null : Of(product.A, product.B) ?? Of(product.B, product.A);

        int Other(Let ne) => _index.LetOf(ne.A) is { Op: Op.Const, Payload: 0 } ? ne.B : ne.A;

        Product? Of(int signal, int element) =>
            _varying.Contains(signal) && !columns.Body.DefinedValues().Contains(signal) && signal != columns.Counter && Source.TypeOf(signal) == Source.Real
            && CanCopy(element, [.. path, rows, columns]) ? new Product(rows, columns, accumulate, signal, element) : null;
    }

    private Sum? SumOf(Load load, Loop loop, IReadOnlyList<Loop> path)
    {
        if (load.Index != loop.Counter || _index.UsesOf(load.Id) != 1) return null;
        foreach (Item item in loop.Body.Items)
        {
            if (item is Accumulate direct && direct.Value == load.Id) return Of(direct, false);
            if (item is Let { Op: Op.Neg } negated && negated.A == load.Id && _index.UsesOf(negated.Id) == 1)
            {
                return loop.Body.Items.OfType<Accumulate>().FirstOrDefault(a => a.Value == negated.Id) is { } accumulate ? Of(accumulate, true) : null;
            }
        }

        return null;

        Sum? Of(Accumulate accumulate, bool isNegated) => IsGradient(accumulate.Buffer) && CanCopy(accumulate.Index, [.. path, loop]) ? new Sum(loop, accumulate, isNegated) : null;
    }

    /// <summary>Whether it is the gradient of what all examples share, to which they only add.</summary>
    private bool IsGradient(int buffer) => (Source.Buffers[buffer].Kind == BufferKind.Gradient || _shared.Contains(buffer))
        && _examples.Body.AllItems().All(i => i is not (Load or Store) || i.ElementAccess()!.Value.Buffer != buffer);

    private bool Same(int a, int b) => a == b || (_index.LetOf(a) is { Op: Op.Extent or Op.Const } x && _index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);

    private bool RunsOverExtent(Loop loop) => !loop.EndsEarly && _index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 } && _index.LetOf(loop.To) is { Op: Op.Extent } or { Op: Op.Const, Payload: > 0 };

    /// <summary>Whether a value can be computed after the examples, from the counters of loops around it.</summary>
    private bool CanCopy(int value, IReadOnlyList<Loop> loops)
    {
        int left = MostOperations;
        return Can(value);

        bool Can(int v)
        {
            if (!_inExamples.Contains(v) || loops.Any(l => l.Counter == v)) return true;
            if (left-- == 0 || _varying.Contains(v)) return false;
            return _index.DefinitionOf(v) switch
            {
                Let let => let.Operands.All(Can),
                Load load => !_written.Contains(load.Buffer) && !Source.Buffers[load.Buffer].IsOfExample && Can(load.Index),
                _ => false,
            };
        }
    }

    private int Copy(int value, Dictionary<int, int> copies)
    {
        if (copies.TryGetValue(value, out int known)) return known;
        if (!_inExamples.Contains(value)) return Map(value);
        return copies[value] = _index.DefinitionOf(value) switch
        {
            Let let => Builder.Let(let.Op, Source.TypeOf(value), Operand(let.A), Operand(let.B), Operand(let.C), let.Payload),
            Load load => Builder.Load(load.Buffer, Copy(load.Index, copies)),
            _ => throw new InvalidOperationException("What is computed after the examples was made of operations and elements when it was recognized."),
        };

        int Operand(int operand) => operand < 0 ? -1 : Copy(operand, copies);
    }
}
