using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Takes contractions out of the loops that hold them: sums are computed for all rows in a nest of their own before the loop, which then reads
/// them from an array; what is added to an array or to the gradient is added in a nest of its own after the loop, which leaves its factors in an array.
/// </summary>
/// <remarks>
/// A loop around such loops, over the components of a mixture or over time, runs once for a whole block of examples: what it carries for an example goes
/// through memory, and rows of data that it reads over and over are copied before it, the examples side by side.
/// </remarks>
internal sealed class ContractionSplit : IrRewriter
{
    private const int FewElements = 8;

    private readonly FunctionIndex _index;
    private readonly Loop _examples;
    private readonly HashSet<int> _varying;
    private readonly HashSet<int> _working;
    private readonly ContractionFinder _finder;
    private readonly Dictionary<Loop, List<FoundContraction>> _found = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Loop, List<(FoundContraction Contraction, int Buffer)>> _inner = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Loop, List<int>> _around = new(ReferenceComparer<Loop>.Instance);
    private readonly Dictionary<Region, List<int>> _alsoWritten = new(ReferenceComparer<Region>.Instance);
    private readonly Dictionary<FoundContraction, int> _buffers = new(ReferenceComparer<FoundContraction>.Instance);
    private readonly Dictionary<int, int> _columns = [];
    private readonly HashSet<Item> _ofContractions = new(ReferenceComparer<Item>.Instance);
    private readonly HashSet<int> _dead = [];
    private readonly Dictionary<FoundContraction, (Store Store, MatrixIndex Place)> _stored = new(ReferenceComparer<FoundContraction>.Instance);
    private readonly HashSet<Item> _dropped = new(ReferenceComparer<Item>.Instance);
    private readonly HashSet<Loop> _contracted = new(ReferenceComparer<Loop>.Instance);
    private readonly HashSet<Load> _inBlockLoops;
    private readonly bool _forDevices;
    private Loop? _outer;

    /// <param name="forDevices">
    /// Whether the products are for a group of threads that has a tile of examples. It brings rows of data to its memory itself, a thread carries what a loop
    /// carries in registers, and an addition to a matrix for each example would need a copy of the matrix for each thread.
    /// </param>
    public ContractionSplit(Function function, FunctionIndex index, Loop examples, HashSet<int> varying, bool forDevices = false) : base(function)
    {
        (_index, _examples, _varying, _forDevices) = (index, examples, varying, forDevices);
        _working = [.. examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];

        // The rows of a matrix that data choose each thread of a device adds to for itself, into a copy of its own or atomically; products do neither.
        HashSet<int> chosen = forDevices ? [.. examples.Body.AllItems().OfType<Accumulate>().Where(a => varying.Contains(a.Index)).Select(a => a.Buffer)] : [];
        _finder = new ContractionFinder(function, index, examples, varying, chosen);
        foreach (Loop loop in examples.Body.Items.OfType<Loop>()) Search(loop);
        if (IsWorthwhile && !forDevices) MarkBlockLoops(examples.Body);
        _inBlockLoops = forDevices ? [] : [.. _around.Keys.SelectMany(l => l.Body.AllItems()).OfType<Load>()];
    }

    /// <summary>
    /// Whether there is a layer behind the first one: an array of the example is multiplied by a matrix. On the CPU a single one does not pay: its data are read
    /// from memory once in either form. On devices it does, but for matrices of a few elements.
    /// </summary>
    public bool IsWorthwhile => _found.Any(p => p.Value.Any(f => _forDevices ? !(IsFew(p.Key.To) && IsFew(f.Inner.To)) : _working.Contains(f.Vector.Buffer)));

    private bool IsFew(int count) => _index.LetOf(count) is { Op: Op.Const, Payload: <= FewElements };

    /// <summary>What was taken out, in terms of the new function.</summary>
    public List<Contraction> Contractions { get; } = [];

    /// <summary>The counters of the loops that run once for a block, in terms of the new function.</summary>
    public List<int> BlockLoops { get; } = [];

    /// <returns>Whether there are contractions in the loop.</returns>
    private bool Search(Loop loop)
    {
        List<FoundContraction> found = [.. _finder.In(loop)];
        if (found.Count > 0)
        {
            _found[loop] = found;
            foreach (FoundContraction contraction in found) _ofContractions.UnionWith(contraction.Inner.Body.Items);
            return true;
        }

        if (!CanRunForBlock(loop)) return false;
        bool any = false;
        foreach (Loop inner in loop.Body.Items.OfType<Loop>()) any |= Search(inner);
        if (any) _around[loop] = [];
        return any;
    }

    private bool CanRunForBlock(Loop loop) =>
        !loop.EndsEarly && !_varying.Contains(loop.From) && !_varying.Contains(loop.To) && loop.Carried.All(c => Source.TypeOf(c.Id) == Source.Real);

    /// <summary>
    /// All loops run once for a block, the examples innermost: element after element of an array then lies in one stretch of memory, and what is added to an
    /// element of the gradient is summed over the block first. Loops that only read rows of data, example by example in memory, stay.
    /// </summary>
    private void MarkBlockLoops(Region region)
    {
        foreach (Loop loop in region.Items.OfType<Loop>().Where(CanRunForBlock))
        {
            bool isFound = _found.TryGetValue(loop, out List<FoundContraction>? found);
            if (!isFound && !_around.ContainsKey(loop) && ReferenceEquals(region, _examples.Body) && loop.Body.AllItems().OfType<Load>().Any(IsOfDataRow)) continue;
            if (isFound) found.ForEach(f => _contracted.Add(f.Inner));
            if (_contracted.Contains(loop)) continue;
            if (!_around.ContainsKey(loop)) _around.Add(loop, []);
            MarkBlockLoops(loop.Body);
        }
    }

    private bool IsOfDataRow(Load load) => Source.Buffers[load.Buffer] is { Kind: BufferKind.Data } data && Source.Arguments[data.Argument].IsArray;

    protected override IReadOnlyList<int> WrittenBy(Region region) =>
        _alsoWritten.TryGetValue(region, out List<int>? more) ? [.. base.WrittenBy(region), .. more]
        : base.WrittenBy(region);

    protected override void RewriteItem(Item item)
    {
        if (item is Let let && _dead.Contains(let.Id)) return;
        if (item is Load load && _dead.Contains(load.Id)) return;
        if (_dropped.Contains(item)) return;
        base.RewriteItem(item);
    }

    protected override int RewriteLoad(Load load) =>
        _columns.TryGetValue(load.Buffer, out int copy) && IsReadInBlockLoop(load) ? Builder.Load(copy, Map(load.Index)) : base.RewriteLoad(load);

    protected override void RewriteRegion(Region region)
    {
        if (ReferenceEquals(region, _examples.Body)) Prepare();
        base.RewriteRegion(region);
    }

    /// <summary>
    /// A store, by the loop over the rows, of a layer's sums to an array that only it writes: the product then stores them there. A product with a triangular matrix
    /// writes whole tiles, so that what follows in the array must be written later: it lies in the next iteration of the one loop around.
    /// </summary>
    private (Store Store, MatrixIndex Place)? StoredSums(Loop rows, FoundContraction contraction, List<FoundContraction> all)
    {
        if (_index.LetOf(contraction.Sum.Init) is not { Op: Op.Const, Payload: 0 } || all.Count(f => f.Kind == ContractionKind.Forward && f.Sum.Result == contraction.Sum.Result) != 1) return null;
        if (rows.Body.Items.OfType<Store>().FirstOrDefault(s => s.Value == contraction.Sum.Result) is not { } store || !_working.Contains(store.Buffer)) return null;
        if (Source.Buffers[store.Buffer].Kind != BufferKind.Tape || Source.Body.AllItems().Count(i => i is Store or Accumulate && i.ElementAccess()!.Value.Buffer == store.Buffer) != 1) return null;
        HashSet<int> inside = [.. rows.Body.DefinedValues(), rows.Counter];
        if (MatrixIndex.Of(_index, store.Index, rows.Counter, contraction.Inner.Counter, inside.Contains) is not { OuterFactor: MatrixIndex.One, InnerFactor: null } place) return null;
        if (place.Terms.Any(t => _varying.Contains(t.Value) || (t.Factor >= 0 && _varying.Contains(t.Factor)))) return null;
        if (Source.Buffers[contraction.MatrixBuffer].Triangle == Triangle.None) return (store, place);
        Loop[] around = [.. _around.Keys.Where(l => !ReferenceEquals(l, rows) && l.Body.AllItems().Any(i => ReferenceEquals(i, rows)))];
        return around.Length == 1 && !around[0].Descending && place is { Constant: 0, Terms.Count: 1 } && place.Terms[0] is { Sign: 1, Factor: MatrixIndex.One } term
            && _index.LetOf(term.Value) is { Op: Op.Mul } begin && (IsBegin(begin.A, begin.B) || IsBegin(begin.B, begin.A)) ? (store, place) : null;

        bool IsBegin(int counter, int length) => counter == around[0].Counter
            && (length == rows.To || (_index.LetOf(length) is { Op: Op.Extent or Op.Const } x && _index.LetOf(rows.To) is { } y && x.Op == y.Op && x.Payload == y.Payload));
    }

    /// <summary>The arrays that the new nests work in, and the copies of rows of data.</summary>
    private void Prepare()
    {
        foreach (KeyValuePair<Loop, List<FoundContraction>> pair in _found)
        {
            var signals = new Dictionary<int, int>();
            foreach (FoundContraction contraction in pair.Value)
            {
                bool forward = contraction.Kind == ContractionKind.Forward;
                if (forward && StoredSums(pair.Key, contraction, pair.Value) is var (store, place))
                {
                    _stored.Add(contraction, (store, place));
                    _dropped.Add(store);
                    _buffers.Add(contraction, store.Buffer);
                    continue;
                }

                if (forward || !signals.TryGetValue(contraction.Signal, out int buffer))
                {
                    buffer = NewArray(forward ? Name(contraction.MatrixBuffer) + Capital(Name(contraction.Vector.Buffer))
                        : Source.Values[contraction.Signal].Name ?? Name(contraction.MatrixBuffer) + "Signal", LengthAgain(pair.Key.To));
                    if (!forward) signals.Add(contraction.Signal, buffer);
                }

                _buffers.Add(contraction, buffer);
            }
        }

        foreach (KeyValuePair<Loop, List<int>> pair in _around)
        {
            foreach (Carried carried in pair.Key.Carried) pair.Value.Add(NewArray(Source.Values[carried.Result].Name ?? "carried", Builder.Int(1), Source.TypeOf(carried.Id)));
        }

        foreach (int data in _inBlockLoops.Where(IsReadInBlockLoop).Select(l => l.Buffer).Distinct().OrderBy(b => b).ToList())
        {
            int length = Source.Arguments[Source.Buffers[data].Argument].Dimensions.Select(Builder.Extent).Aggregate((a, b) => Builder.Binary(Op.Mul, a, b));
            int copy = NewArray(Source.Buffers[data].Name + "Columns", length);
            IrBuilder.OpenLoop open = Builder.BeginLoop(Builder.Int(0), length, [], [copy]);
            Builder.Store(copy, open.Counter, Builder.Load(data, open.Counter));
            Builder.EndLoop(open, []);
            _columns.Add(data, copy);
        }
    }

    /// <summary>Whether it reads an element of a row of data that is the same for all examples, in a loop that runs for a whole block. Products read rows themselves.</summary>
    private bool IsReadInBlockLoop(Load load) =>
        Source.Buffers[load.Buffer] is { Kind: BufferKind.Data } data && data.Type == Source.Real && Source.Arguments[data.Argument].IsArray
        && !_varying.Contains(load.Index) && !_ofContractions.Contains(load) && _inBlockLoops.Contains(load);

    protected override void RewriteLoop(Loop loop)
    {
        if (_outer is not null && _inner.TryGetValue(loop, out List<(FoundContraction, int)>? here))
        {
            Replace(_outer, here);
            return;
        }

        if (!_found.TryGetValue(loop, out List<FoundContraction>? found))
        {
            CopyLoop(loop);
            return;
        }

        MarkDead(loop, found);
        var signals = new Dictionary<int, int>();
        foreach (FoundContraction contraction in found)
        {
            int buffer = _buffers[contraction];
            if (contraction.Kind == ContractionKind.Forward) BeforeLoop(loop, contraction, buffer);
            else signals[contraction.Signal] = buffer;
            if (!_inner.TryGetValue(contraction.Inner, out List<(FoundContraction, int)>? list)) _inner[contraction.Inner] = list = [];
            list.Add((contraction, buffer));
        }

        _alsoWritten[loop.Body] = [.. signals.Values];
        _outer = loop;
        CopyLoop(loop);
        _outer = null;
        foreach (FoundContraction contraction in found.Where(f => f.Kind != ContractionKind.Forward)) AfterLoop(loop, contraction, signals[contraction.Signal]);
    }

    private void CopyLoop(Loop loop)
    {
        if (_around.TryGetValue(loop, out List<int>? carried)) RunForBlock(loop, carried);
        else base.RewriteLoop(loop);
    }

    /// <summary>A loop that runs once for a block: what it carries from one iteration to the next, it carries in memory.</summary>
    private void RunForBlock(Loop loop, List<int> carried)
    {
        int zero = Builder.Int(0);
        for (int k = 0; k < carried.Count; k++) Builder.Store(carried[k], zero, Map(loop.Carried[k].Init));
        IEnumerable<int> arrays = _buffers.Values.Concat(_around.Values.SelectMany(a => a));
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), [], [.. WrittenBy(loop.Body), .. arrays], loop.Descending, counterName: Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        BlockLoops.Add(open.Counter);
        for (int k = 0; k < carried.Count; k++) SetMap(loop.Carried[k].Id, Builder.Load(carried[k], zero));
        RewriteRegion(loop.Body);
        int[] nexts = [.. loop.Carried.Select(c => Map(c.Next))];
        for (int k = 0; k < carried.Count; k++) Builder.Store(carried[k], zero, nexts[k]);
        Builder.EndLoop(open, []);
        for (int k = 0; k < carried.Count; k++) SetMap(loop.Carried[k].Result, Builder.Load(carried[k], zero));
    }

    /// <summary>In place of the inner loop: the sums are read, the factors are stored.</summary>
    private void Replace(Loop outer, List<(FoundContraction Contraction, int Buffer)> here)
    {
        var stored = new HashSet<int>();
        var sums = new HashSet<int>();
        foreach ((FoundContraction contraction, int buffer) in here)
        {
            if (contraction.Kind == ContractionKind.Forward)
            {
                int sum = Builder.Load(buffer, SumAt(contraction, outer, Map(outer.Counter))), result = contraction.Sum.Result;
                bool fromZero = _index.LetOf(contraction.Sum.Init) is { Op: Op.Const, Payload: 0 };
                Alias(result, !sums.Add(result) ? Builder.Binary(Op.Add, Map(result), sum) : fromZero ? sum : Builder.Binary(Op.Add, Map(contraction.Sum.Init), sum));
            }
            else if (stored.Add(buffer))
            {
                Builder.Store(buffer, Map(outer.Counter), Map(contraction.Signal));
            }
        }
    }

    private void BeforeLoop(Loop loop, FoundContraction found, int buffer)
    {
        IrBuilder.OpenLoop outer = Builder.BeginLoop(Builder.Int(0), Map(loop.To), [], [buffer], counterName: Source.Values[loop.Counter].Name);
        IrBuilder.OpenLoop inner = Builder.BeginLoop(
            Builder.Int(0), Outside(found.Inner.To), [Builder.Real(Source.Real, 0)], [], counterName: Source.Values[found.Inner.Counter].Name);
        int matrix = Builder.Load(found.MatrixBuffer, Index(found.IndexOfMatrix, found, loop, outer, inner));
        int vector = Builder.Load(found.Vector.Buffer, Index(found.Vector.IndexValue, found, loop, outer, inner));
        int[] sums = Builder.EndLoop(inner, [Builder.Binary(Op.Add, inner.Carried[0], Builder.Binary(Op.Mul, matrix, vector))]);
        Builder.Store(buffer, SumAt(found, loop, outer.Counter), sums[0]);
        Builder.EndLoop(outer, []);
        Note(loop, found, outer.Counter, buffer);
    }

    private void AfterLoop(Loop loop, FoundContraction found, int signal)
    {
        bool backward = found.Kind == ContractionKind.Backward;
        int written = backward ? found.Vector.Buffer : found.MatrixBuffer;
        IrBuilder.OpenLoop outer = Builder.BeginLoop(Builder.Int(0), Map(loop.To), [], [written], counterName: Source.Values[loop.Counter].Name);
        int factor = Builder.Load(signal, outer.Counter);
        IrBuilder.OpenLoop inner = Builder.BeginLoop(Builder.Int(0), Outside(found.Inner.To), [], [written], counterName: Source.Values[found.Inner.Counter].Name);
        int place = Index(found.IndexOfMatrix, found, loop, outer, inner), element = Index(found.Vector.IndexValue, found, loop, outer, inner);
        if (backward) Builder.Accumulate(written, element, Builder.Binary(Op.Mul, factor, Builder.Load(found.MatrixBuffer, place)));
        else Builder.Accumulate(written, place, Builder.Binary(Op.Mul, factor, Builder.Load(found.Vector.Buffer, element)));
        Builder.EndLoop(inner, []);
        Builder.EndLoop(outer, []);
        Note(loop, found, outer.Counter, signal);
    }

    /// <summary>An array whose elements are all stored before they are read.</summary>
    private int NewArray(string name, int length, ScalarType? type = null)
    {
        int buffer = Builder.AddBuffer(name, BufferKind.Tape, type ?? Source.Real, overwritten: true);
        Builder.Alloc(buffer, length);
        return buffer;
    }

    /// <summary>Where the sum of a row is.</summary>
    private int SumAt(FoundContraction found, Loop rows, int counter)
    {
        if (!_stored.TryGetValue(found, out (Store Store, MatrixIndex) stored)) return counter;
        HashSet<int> inside = [.. rows.Body.DefinedValues()];
        return Copy(stored.Store.Index);

        int Copy(int value) => value == rows.Counter ? counter
            : !inside.Contains(value) || _index.IsConstant(value) ? Outside(value)
            : _index.LetOf(value) is { } let ? Builder.Let(let.Op, ScalarType.I32, Copy(let.A), Copy(let.B))
            : throw new InvalidOperationException("The index was made of the counter and of values from outside when it was recognized.");
    }

    private void Note(Loop loop, FoundContraction found, int counter, int signal)
    {
        MatrixIndex place = found.Index;
        Contractions.Add(new Contraction(
            found.Kind, counter, Length(loop.To), Length(found.Inner.To), found.MatrixBuffer, Factor(place.OuterFactor!.Value), Factor(place.InnerFactor!.Value),
            Terms(place), place.Constant, found.Vector.Buffer, Terms(found.Vector.Index), found.Vector.Index.Constant, signal,
            _stored.TryGetValue(found, out (Store, MatrixIndex Place) stored) ? Terms(stored.Place) : EquatableArray<ShiftTerm>.Empty, stored.Place?.Constant ?? 0));

        EquatableArray<ShiftTerm> Terms(MatrixIndex index) => index.Terms.Select(t => new ShiftTerm(Outside(t.Value), t.Sign, Factor(t.Factor))).ToEquatableArray();

        int Factor(int value) => value == MatrixIndex.One ? MatrixIndex.One : Outside(value);
    }

    /// <summary>An index anew, over the counters of the new nest.</summary>
    private int Index(int of, FoundContraction found, Loop loop, IrBuilder.OpenLoop outer, IrBuilder.OpenLoop inner)
    {
        HashSet<int> inside = [.. loop.Body.DefinedValues()];
        return Copy(of);

        int Copy(int value) => value == loop.Counter ? outer.Counter
            : value == found.Inner.Counter ? inner.Counter
            : !inside.Contains(value) || _index.IsConstant(value) ? Outside(value)
            : _index.LetOf(value) is { } let ? Builder.Let(let.Op, ScalarType.I32, Copy(let.A), Copy(let.B))
            : throw new InvalidOperationException("The index was made of the counters and of values from outside when it was recognized.");
    }

    /// <summary>How often a loop runs: not less than never.</summary>
    private int Length(int to) => _index.LetOf(to) is { Op: Op.Extent } or { Op: Op.Const, Payload: >= 0 } ? Outside(to) : Builder.Binary(Op.Max, Outside(to), Builder.Int(0));

    /// <summary>The number of iterations of a loop where the body of the loop over examples begins, made again of what is known at construction.</summary>
    private int LengthAgain(int to)
    {
        int length = Again(to);
        return _index.LetOf(to) is { Op: Op.Extent } or { Op: Op.Const, Payload: >= 0 } ? length : Builder.Binary(Op.Max, length, Builder.Int(0));

        int Again(int value) => value < 0 ? -1
            : IsMapped(value) ? Map(value)
            : _index.LetOf(value) is { } let ? Builder.Let(let.Op, Source.TypeOf(value), Again(let.A), Again(let.B), Again(let.C), let.Payload)
            : throw new InvalidOperationException("The length was known at construction when the loop was recognized.");
    }

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
