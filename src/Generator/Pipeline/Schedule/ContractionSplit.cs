using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Takes contractions out of the loops that hold them: sums are computed for all rows in a nest of their own before the loop, which then reads
/// them from an array; what is added to an array or to the gradient is added in a nest of its own after the loop, which leaves its factors in an array.
/// </summary>
internal sealed class ContractionSplit : IrRewriter
{
    private readonly FunctionIndex _index;
    private readonly HashSet<int> _working;
    private readonly Dictionary<Loop, List<FoundContraction>> _found = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Loop, List<(FoundContraction Contraction, int Buffer)>> _inner = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Region, List<int>> _alsoWritten = new(ReferenceComparer<Region>.Instance);
    private readonly HashSet<int> _dead = [];
    private Loop? _outer;

    public ContractionSplit(Function function, FunctionIndex index, Loop examples, HashSet<int> varying) : base(function)
    {
        _index = index;
        _working = [.. examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];
        var finder = new ContractionFinder(function, index, examples, varying);
        foreach (Loop loop in examples.Body.Items.OfType<Loop>())
        {
            List<FoundContraction> found = [.. finder.In(loop)];
            if (found.Count > 0) _found[loop] = found;
        }
    }

    /// <summary>
    /// Whether there is a layer behind the first one: an array of the example is multiplied by a matrix. A single one does not pay: its data are read
    /// from memory once in either form.
    /// </summary>
    public bool IsWorthwhile => _found.Values.SelectMany(f => f).Any(f => _working.Contains(f.Vector));

    /// <summary>What was taken out, in terms of the new function.</summary>
    public List<Contraction> Contractions { get; } = [];

    protected override IReadOnlyList<int> WrittenBy(Region region) =>
        _alsoWritten.TryGetValue(region, out List<int>? more) ? [.. base.WrittenBy(region), .. more]
        : base.WrittenBy(region);

    protected override void RewriteItem(Item item)
    {
        if (item is Let let && _dead.Contains(let.Id)) return;
        if (item is Load load && _dead.Contains(load.Id)) return;
        base.RewriteItem(item);
    }

    protected override void RewriteLoop(Loop loop)
    {
        if (_outer is not null && _inner.TryGetValue(loop, out List<(FoundContraction, int)>? here))
        {
            Replace(_outer, here);
            return;
        }

        if (!_found.TryGetValue(loop, out List<FoundContraction>? found))
        {
            base.RewriteLoop(loop);
            return;
        }

        MarkDead(loop, found);
        var signals = new Dictionary<int, int>();
        foreach (FoundContraction contraction in found)
        {
            int buffer = contraction.Kind == ContractionKind.Forward ? BeforeLoop(loop, contraction) : SignalBuffer(loop, contraction, signals);
            if (!_inner.TryGetValue(contraction.Inner, out List<(FoundContraction, int)>? list)) _inner[contraction.Inner] = list = [];
            list.Add((contraction, buffer));
        }

        _alsoWritten[loop.Body] = [.. signals.Values];
        _outer = loop;
        base.RewriteLoop(loop);
        _outer = null;
        foreach (FoundContraction contraction in found.Where(f => f.Kind != ContractionKind.Forward)) AfterLoop(loop, contraction, signals[contraction.Signal]);
    }

    /// <summary>In place of the inner loop: the sums are read, the factors are stored.</summary>
    private void Replace(Loop outer, List<(FoundContraction Contraction, int Buffer)> here)
    {
        var stored = new HashSet<int>();
        foreach ((FoundContraction contraction, int buffer) in here)
        {
            if (contraction.Kind == ContractionKind.Forward)
            {
                int sum = Builder.Load(buffer, Map(outer.Counter));
                bool fromZero = _index.LetOf(contraction.Sum.Init) is { Op: Op.Const, Payload: 0 };
                Alias(contraction.Sum.Result, fromZero ? sum : Builder.Binary(Op.Add, Map(contraction.Sum.Init), sum));
            }
            else if (stored.Add(buffer))
            {
                Builder.Store(buffer, Map(outer.Counter), Map(contraction.Signal));
            }
        }
    }

    private int BeforeLoop(Loop loop, FoundContraction found)
    {
        int buffer = NewArray(loop, Name(found.MatrixBuffer) + Capital(Name(found.Vector)));
        IrBuilder.OpenLoop outer = Builder.BeginLoop(Builder.Int(0), Map(loop.To), [], [buffer], counterName: Source.Values[loop.Counter].Name);
        IrBuilder.OpenLoop inner = Builder.BeginLoop(
            Builder.Int(0), Outside(found.Inner.To), [Builder.Real(Source.Real, 0)], [], counterName: Source.Values[found.Inner.Counter].Name);
        int matrix = Builder.Load(found.MatrixBuffer, Index(found, loop, outer, inner));
        int vector = Builder.Load(found.Vector, inner.Counter);
        int[] sums = Builder.EndLoop(inner, [Builder.Binary(Op.Add, inner.Carried[0], Builder.Binary(Op.Mul, matrix, vector))]);
        Builder.Store(buffer, outer.Counter, sums[0]);
        Builder.EndLoop(outer, []);
        Note(loop, found, outer.Counter, buffer);
        return buffer;
    }

    private void AfterLoop(Loop loop, FoundContraction found, int signal)
    {
        bool backward = found.Kind == ContractionKind.Backward;
        int written = backward ? found.Vector : found.MatrixBuffer;
        IrBuilder.OpenLoop outer = Builder.BeginLoop(Builder.Int(0), Map(loop.To), [], [written], counterName: Source.Values[loop.Counter].Name);
        int factor = Builder.Load(signal, outer.Counter);
        IrBuilder.OpenLoop inner = Builder.BeginLoop(Builder.Int(0), Outside(found.Inner.To), [], [written], counterName: Source.Values[found.Inner.Counter].Name);
        int place = Index(found, loop, outer, inner);
        if (backward) Builder.Accumulate(written, inner.Counter, Builder.Binary(Op.Mul, factor, Builder.Load(found.MatrixBuffer, place)));
        else Builder.Accumulate(written, place, Builder.Binary(Op.Mul, factor, Builder.Load(found.Vector, inner.Counter)));
        Builder.EndLoop(inner, []);
        Builder.EndLoop(outer, []);
        Note(loop, found, outer.Counter, signal);
    }

    private int SignalBuffer(Loop loop, FoundContraction found, Dictionary<int, int> signals)
    {
        if (!signals.TryGetValue(found.Signal, out int buffer))
        {
            signals[found.Signal] = buffer = NewArray(loop, Source.Values[found.Signal].Name ?? Name(found.MatrixBuffer) + "Signal");
        }

        return buffer;
    }

    /// <summary>An array whose elements are all stored before they are read.</summary>
    private int NewArray(Loop loop, string name)
    {
        int buffer = Builder.AddBuffer(name, BufferKind.Tape, Source.Real);
        Builder.Alloc(buffer, Length(loop.To));
        return buffer;
    }

    private void Note(Loop loop, FoundContraction found, int counter, int signal)
    {
        MatrixIndex place = found.Index;
        Contractions.Add(new Contraction(
            found.Kind, counter, Length(loop.To), Length(found.Inner.To), found.MatrixBuffer, Factor(place.OuterFactor!.Value), Factor(place.InnerFactor!.Value),
            place.Terms.Select(t => new ShiftTerm(Outside(t.Value), t.Sign)).ToEquatableArray(), place.Constant, found.Vector, signal));

        int Factor(int value) => value == MatrixIndex.One ? MatrixIndex.One : Outside(value);
    }

    /// <summary>The index of the matrix's element, anew, over the counters of the new nest.</summary>
    private int Index(FoundContraction found, Loop loop, IrBuilder.OpenLoop outer, IrBuilder.OpenLoop inner)
    {
        HashSet<int> inside = [.. loop.Body.DefinedValues()];
        return Copy(found.IndexOfMatrix);

        int Copy(int value) => value == loop.Counter ? outer.Counter
            : value == found.Inner.Counter ? inner.Counter
            : !inside.Contains(value) || _index.IsConstant(value) ? Outside(value)
            : _index.LetOf(value) is { } let ? Builder.Let(let.Op, ScalarType.I32, Copy(let.A), Copy(let.B))
            : throw new InvalidOperationException("The index was made of the counters and of values from outside when it was recognized.");
    }

    /// <summary>How often a loop runs: not less than never.</summary>
    private int Length(int to) => _index.LetOf(to) is { Op: Op.Extent } or { Op: Op.Const, Payload: >= 0 } ? Outside(to) : Builder.Binary(Op.Max, Outside(to), Builder.Int(0));

    private int Outside(int value) => _index.LetOf(value) is { Op: Op.Const } constant ? Builder.Int((int)constant.Payload) : Map(value);

    /// <summary>What only the inner loops read, the indices of their matrices, is not wanted in the loop any more.</summary>
    private void MarkDead(Loop loop, List<FoundContraction> found)
    {
        var gone = new HashSet<Loop>(found.Select(f => f.Inner), ReferenceComparer<Loop>.Instance);
        var live = new HashSet<int>(loop.Carried.Select(c => c.Next));
        live.UnionWith(found.Where(f => f.Signal >= 0).Select(f => f.Signal));
        live.UnionWith(found.Where(f => f.Signal < 0).Select(f => f.Sum.Init));
        foreach (Item item in loop.Body.Items.Where(i => i is not (Let or Load) && !(i is Loop inner && gone.Contains(inner))))
        {
            live.UnionWith(new Region(new[] { item }.ToEquatableArray()).AllItems().SelectMany(i => i.Reads()));
        }

        foreach (Item item in loop.Body.Items.Reverse().Where(i => i is Let or Load))
        {
            if (IrFacts.Definitions(item).Any(live.Contains)) live.UnionWith(IrFacts.Operands(item));
            else _dead.UnionWith(IrFacts.Definitions(item));
        }
    }

    private string Name(int buffer) => Source.Buffers[buffer] is { Argument: >= 0 } argument ? Source.Arguments[argument.Argument].Name : Source.Buffers[buffer].Name;

    private static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);
}
