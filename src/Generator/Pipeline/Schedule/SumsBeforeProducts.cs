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
/// saves one of three products of matrices. Likewise, where U is the same for all examples, as a direction is,
/// <code>
/// examples: for j: for k: G[g(j, k)] += s·U(j, k)
/// </code>
/// becomes
/// <code>
/// examples: for j: t[j] += s
/// afterwards: for j: for k: G[g(j, k)] += t[j]·U(j, k)
/// </code>
/// and a signal that does not depend on k is such a product, with one. Where several products are added up, each goes its own way; what else is added stays.
/// </remarks>
internal sealed partial class SumsBeforeProducts : IrRewriter
{
    private readonly FunctionIndex _index;
    private readonly Loop _examples;
    private readonly UniformValues _uniform;
    private readonly HashSet<int> _shared;
    private readonly HashSet<int> _readInExamples;
    private readonly int[] _uses;
    private readonly List<Adjoint> _adjoints = [];
    private readonly List<Additions> _additions = [];
    private readonly HashSet<Item> _dropped = new(ReferenceComparer<Item>.Instance);
    private readonly Dictionary<Loop, List<Total>> _totals = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<(int Columns, int Signal), Total> _possible = [];
    private readonly Dictionary<Accumulate, IReadOnlyList<Term>> _rests = new(ReferenceComparer<Accumulate>.Instance);

    private readonly bool _forDevices;

    private SumsBeforeProducts(Function function, FunctionIndex index, Loop examples, bool forDevices) : base(function)
    {
        (_index, _examples, _uniform, _forDevices) = (index, examples, new UniformValues(function, index, examples), forDevices);
        _shared = [.. function.Body.Items.OfType<Alloc>().Select(a => a.Buffer)];
        _readInExamples = [.. examples.Body.AllItems().Where(i => i is Load or Store).Select(i => i.ElementAccess()!.Value.Buffer)];
        _uses = IrFacts.Uses(function);
        Search(examples.Body, []);
    }

    /// <param name="forDevices">Whether threads share the elements of the result: then each is a sum of its own.</param>
    public static Function Run(Function function, bool forDevices = false)
    {
        if (function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples) return function;
        var pass = new SumsBeforeProducts(function, new FunctionIndex(function), examples, forDevices);
        return pass._totals.Count == 0 ? function : pass.Run();
    }

    /// <param name="Path">The loops around it, from the outermost one; in the innermost, or in the examples' own body, the array is made.</param>
    /// <param name="Products">What is added to it.</param>
    /// <param name="Sums">What it is added to.</param>
    private sealed record Adjoint(IReadOnlyList<Loop> Path, Alloc Array, IReadOnlyList<Product> Products, IReadOnlyList<Sum> Sums);

    /// <summary>What is added to a sum over the examples, of products with what is the same for all of them.</summary>
    /// <param name="Path">The loops around it, from the outermost one; not the one over k.</param>
    private sealed record Additions(IReadOnlyList<Loop> Path, Accumulate Item, IReadOnlyList<Product> Products);

    /// <summary>v[k] ±= s·M(j, k).</summary>
    /// <param name="Columns">The loop over k.</param>
    /// <param name="Element">M(j, k); -1 where it is one.</param>
    /// <param name="Total">The sums of s over the examples.</param>
    /// <param name="IsGuarded">Whether an element that has overflowed does not matter where s is zero.</param>
    private sealed record Product(Loop Columns, Total Total, int Element, bool IsNegated, bool IsGuarded);

    /// <summary>Sums of a signal over the examples, an element for each iteration of the loops around it.</summary>
    /// <param name="loops">These loops, the innermost one over j.</param>
    private sealed class Total(IReadOnlyList<Loop> loops, int signal)
    {
        public IReadOnlyList<Loop> Loops => loops;

        public int Signal => signal;

        public int Buffer { get; set; } = -1;
    }

    /// <summary>G[g(k)] ±= v[k].</summary>
    private sealed record Sum(Loop Loop, Accumulate Item, bool IsNegated);

    /// <summary>What is added, or subtracted.</summary>
    private readonly record struct Term(int Value, bool IsNegated);

    protected override void RewriteItem(Item item)
    {
        if (!_dropped.Contains(item)) base.RewriteItem(item);
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (loop.IsExamples)
        {
            foreach (Total total in _totals.Values.SelectMany(t => t)) Allocate(total);
        }

        if (_totals.TryGetValue(loop, out List<Total>? here))
        {
            foreach (Total total in here) Builder.Accumulate(total.Buffer, PlaceOf(total, Map), Map(total.Signal));
        }

        // What nothing is left of.
        if (loop.Carried.Count == 0 && loop.Body.Items.Any(_dropped.Contains) && loop.Body.Items.All(i => i is Let or Load || _dropped.Contains(i))) return;

        base.RewriteLoop(loop);
        if (!loop.IsExamples) return;
        foreach (Adjoint adjoint in _adjoints) Multiply(adjoint);
        foreach (Additions additions in _additions) Multiply(additions);
    }

    protected override void RewriteAccumulate(Accumulate accumulate)
    {
        if (!_rests.TryGetValue(accumulate, out IReadOnlyList<Term>? rest))
        {
            base.RewriteAccumulate(accumulate);
            return;
        }

        int sum = -1;
        foreach (Term term in rest.OrderBy(t => t.IsNegated))
        {
            int value = Map(term.Value);
            sum = sum >= 0 ? Builder.Binary(term.IsNegated ? Op.Sub : Op.Add, sum, value) : term.IsNegated ? Builder.Unary(Op.Neg, value) : value;
        }

        Builder.Accumulate(accumulate.Buffer, Map(accumulate.Index), sum);
    }

    protected override IReadOnlyList<int> WrittenBy(Region region) => [.. base.WrittenBy(region), .. _totals.Values.SelectMany(t => t).Select(t => t.Buffer).Where(t => t >= 0)];

    private void Allocate(Total total)
    {
        var copies = new Dictionary<int, int>();
        int length = total.Loops.Select(l => Copy(l.To, copies)).Aggregate((a, b) => Builder.Binary(Op.Mul, a, b));
        total.Buffer = Builder.AddBuffer((Source.Values[total.Signal].Name ?? "signal") + "Total", BufferKind.Adjoint, Source.Real);
        Builder.Alloc(total.Buffer, length);
    }

    /// <summary>The index of the sum of a signal over the examples.</summary>
    private int PlaceOf(Total total, Func<int, int> map)
    {
        int at = -1;
        foreach (Loop loop in total.Loops)
        {
            int counter = map(loop.Counter);
            at = at < 0 ? counter : Builder.Binary(Op.Add, Builder.Binary(Op.Mul, at, map(loop.To)), counter);
        }

        return at;
    }

    private void Multiply(Additions additions)
    {
        var copies = new Dictionary<int, int>();
        var open = new Stack<IrBuilder.OpenLoop>();
        int[] written = [additions.Item.Buffer];
        foreach (Loop loop in additions.Path) open.Push(Begin(loop, copies, written));
        int[] signals = [.. additions.Products.Select(p => Builder.Load(p.Total.Buffer, PlaceOf(p.Total, v => Copy(v, copies))))];
        open.Push(Begin(additions.Products[0].Columns, copies, written));
        for (int k = 0; k < signals.Length; k++)
        {
            int term = TermOf(additions.Products[k], signals[k], copies);
            Builder.Accumulate(additions.Item.Buffer, Copy(additions.Item.Index, copies), term);
        }

        while (open.Count > 0) Builder.EndLoop(open.Pop(), []);
    }

    /// <summary>±t·M(j, k).</summary>
    private int TermOf(Product product, int signal, Dictionary<int, int> copies)
    {
        int term = product.Element < 0 ? signal : Builder.Binary(Op.Mul, signal, Copy(product.Element, copies)), zero = Builder.Real(Source.Real, 0);

        // Where no example has a signal, an element that has overflowed does not matter.
        if (product.IsGuarded) term = Builder.Select(Builder.Binary(Op.Ne, zero, signal), term, zero);
        return product.IsNegated ? Builder.Unary(Op.Neg, term) : term;
    }

    private IrBuilder.OpenLoop Begin(Loop like, Dictionary<int, int> known, int[] written, int sum = -1)
    {
        IrBuilder.OpenLoop result = Builder.BeginLoop(Builder.Int(0), Copy(like.To, known), sum < 0 ? [] : [sum], sum < 0 ? written : [], counterName: Source.Values[like.Counter].Name);
        known[like.Counter] = result.Counter;
        return result;
    }

    private void Multiply(Adjoint adjoint)
    {
        var copies = new Dictionary<int, int>();
        int[] written = [.. adjoint.Sums.Select(s => s.Item.Buffer)];
        var open = new Stack<IrBuilder.OpenLoop>();
        foreach (Loop loop in adjoint.Path) open.Push(Begin(loop, copies, written));
        foreach (Product product in adjoint.Products)
        {
            var inside = new Dictionary<int, int>(copies);
            Loop rows = product.Total.Loops[product.Total.Loops.Count - 1];
            if (_forDevices)
            {
                ElementByElement(product, rows, inside);
                continue;
            }

            // Along the rows of the matrix, as they lie in memory.
            IrBuilder.OpenLoop alongRows = Begin(rows, inside, written);
            int signal = Builder.Load(product.Total.Buffer, PlaceOf(product.Total, v => Copy(v, inside)));
            IrBuilder.OpenLoop columns = Begin(product.Columns, inside, written);
            Add(columns, TermOf(product, signal, inside));
            Builder.EndLoop(columns, []);
            Builder.EndLoop(alongRows, []);
        }

        while (open.Count > 0) Builder.EndLoop(open.Pop(), []);

        void ElementByElement(Product product, Loop rows, Dictionary<int, int> inside)
        {
            IrBuilder.OpenLoop columns = Begin(product.Columns, inside, written);
            IrBuilder.OpenLoop alongRows = Begin(rows, inside, written, Builder.Real(Source.Real, 0));
            int signal = Builder.Load(product.Total.Buffer, PlaceOf(product.Total, v => Copy(v, inside)));
            int total = Builder.EndLoop(alongRows, [Builder.Binary(Op.Add, alongRows.Carried[0], TermOf(product, signal, inside))])[0];
            Add(columns, total);
            Builder.EndLoop(columns, []);
        }

        void Add(IrBuilder.OpenLoop columns, int term)
        {
            foreach (Sum sum in adjoint.Sums)
            {
                int place = Copy(sum.Item.Index, new Dictionary<int, int>(copies) { [sum.Loop.Counter] = columns.Counter });
                Builder.Accumulate(sum.Item.Buffer, place, sum.IsNegated ? Builder.Unary(Op.Neg, term) : term);
            }
        }
    }

    private int Copy(int value, Dictionary<int, int> copies) => _uniform.Copy(value, Builder, Map, copies);
}
