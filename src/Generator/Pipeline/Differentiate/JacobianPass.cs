using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// All residuals of an example and all elements of their Jacobian that can differ from zero, in one function: where these elements are a fixed number, each at a
/// place that only integers of the example decide, they are the same entries for every example, and examples can be lanes.
/// </summary>
internal sealed class JacobianPass
{
    private readonly IReadOnlyList<Function> _gradients;
    private readonly List<Entry>[] _entries;

    /// <summary>An element of a row of the Jacobian.</summary>
    /// <param name="Argument">The parameter.</param>
    /// <param name="Place">What identifies its index in the parameter, whatever value computes it.</param>
    /// <param name="Base">The index without the constant that is added to it.</param>
    /// <param name="Offset">That constant.</param>
    /// <param name="Index">A value of the gradient function that is the index.</param>
    private sealed record Entry(int Argument, string Place, string Base, long Offset, int Index);

    private JacobianPass(IReadOnlyList<Function> gradients, List<Entry>[] entries)
    {
        _gradients = gradients;
        _entries = entries;
    }

    /// <param name="gradients">For each residual of the example, the function of its value and gradient.</param>
    /// <returns>Null where the elements of a row are not the same entries for every example.</returns>
    public static JacobianFunctions? Run(IReadOnlyList<Function> gradients)
    {
        var entries = new List<Entry>[gradients.Count];
        for (int k = 0; k < gradients.Count; k++)
        {
            if (EntriesOf(gradients[k]) is not { } found) return null;
            entries[k] = found;
        }

        var pass = new JacobianPass(gradients, entries);
        int total = 0;
        var starts = new List<int> { 0 };
        foreach (List<Entry> row in entries) starts.Add(total += row.Count);
        var distinct = new Dictionary<(int, string), int>();
        var places = new List<int>();
        foreach (Entry entry in entries.SelectMany(e => e))
        {
            if (!distinct.TryGetValue((entry.Argument, entry.Place), out int place)) distinct.Add((entry.Argument, entry.Place), place = distinct.Count);
            places.Add(place);
        }

        return new JacobianFunctions(pass.Values(), pass.Columns(), starts.ToEquatableArray(), places.ToEquatableArray());
    }

    private static List<Entry>? EntriesOf(Function gradient)
    {
        if (gradient.Body.Items.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples) return null;
        if (SumsIntoShared(gradient, examples)) return null;
        var places = new Places(gradient, examples);
        var entries = new Dictionary<(int, string), Entry>();
        foreach (Item item in gradient.Body.AllItems())
        {
            if (item.ElementAccess() is not var (buffer, index) || gradient.Buffers[buffer].Kind != BufferKind.Gradient) continue;
            if (item is not Accumulate || places.Of(index) is not { } place) return null;
            int argument = gradient.Buffers[buffer].Argument;
            (string start, long offset) = places.Split(index);
            if (!entries.ContainsKey((argument, place))) entries.Add((argument, place), new Entry(argument, place, start, offset, index));
        }

        return [.. entries.Values.OrderBy(e => e.Argument).ThenBy(e => e.Base, StringComparer.Ordinal).ThenBy(e => e.Offset)];
    }

    /// <summary>
    /// Whether what is computed for an example adds to an array from before the loop over examples: the adjoint of something that parameters alone decide. One
    /// array would hold the sum over all examples then, and its derivative is wanted for each.
    /// </summary>
    private static bool SumsIntoShared(Function gradient, Loop examples)
    {
        IEnumerable<Item> before = gradient.Body.Items.TakeWhile(i => i != examples), after = gradient.Body.Items.SkipWhile(i => i != examples);
        HashSet<int> shared = [.. before.OfType<Alloc>().Select(a => a.Buffer)];
        return new Region(after.ToEquatableArray()).AllItems().Any(i => i is Store store ? shared.Contains(store.Buffer) : i is Accumulate sum && shared.Contains(sum.Buffer));
    }

    /// <summary>Stores the residuals, and after them the entries of each row, to the <see cref="BufferKind.Output"/> buffer.</summary>
    private Function Values()
    {
        var builder = new IrBuilder();
        Function first = _gradients[0];
        int[] shared = ReadOnlyBuffers(first, builder);
        int total = _entries.Sum(e => e.Count);
        int output = builder.AddBuffer("tile", BufferKind.Output, first.Real);
        int entries = builder.AddBuffer("entries", BufferKind.Local, first.Real);
        var copies = new List<Copy>();
        for (int k = 0, start = 0; k < _gradients.Count; start += _entries[k].Count, k++)
        {
            var index = new Dictionary<(int, string), int>();
            foreach (Entry entry in _entries[k]) index.Add((entry.Argument, entry.Place), start + index.Count);
            copies.Add(new Copy(_gradients[k], builder, shared, entries, index));
        }

        foreach (Copy copy in copies) copy.Before();
        int[] written = [output, entries, .. copies.SelectMany(c => c.Working)];
        IrBuilder.OpenLoop loop = copies[0].Begin(written);
        builder.Alloc(entries, builder.Int(total));
        for (int k = 0; k < copies.Count; k++) builder.Store(output, builder.Int(k), copies[k].Example(loop.Counter));
        for (int e = 0; e < total; e++) builder.Store(output, builder.Int(copies.Count + e), builder.Load(entries, builder.Int(e)));
        builder.EndLoop(loop, []);
        return builder.Finish(first.Name, first.Real, first.Arguments, first.Extents, -1);
    }

    /// <summary>Accumulates into the gradient buffer of a parameter at the index of each entry, in their order; of entries at the same place only the first one.</summary>
    private Function Columns()
    {
        var builder = new IrBuilder();
        Function first = _gradients[0];
        int[] shared = ReadOnlyBuffers(first, builder);
        var members = new Dictionary<int, int>();
        foreach (int argument in _entries.SelectMany(e => e).Select(e => e.Argument).Distinct())
            members.Add(argument, builder.AddBuffer(first.Arguments[argument].Name, BufferKind.Gradient, first.Real, argument));
        IrBuilder.OpenLoop loop = builder.BeginLoop(builder.Int(0), builder.Argument(SpecialArgument.ExampleCount, ScalarType.I32, "n"), [], members.Values, isExamples: true, counterName: "example");
        var done = new HashSet<(int, string)>();
        for (int k = 0; k < _gradients.Count; k++)
        {
            var places = new Places(_gradients[k], _gradients[k].Body.Items.Items.OfType<Loop>().First(l => l.IsExamples));
            foreach (Entry entry in _entries[k].Where(e => done.Add((e.Argument, e.Place))))
                builder.Accumulate(members[entry.Argument], places.Build(entry.Index, builder, shared, loop.Counter), builder.Real(first.Real, 1));
        }

        builder.EndLoop(loop, []);
        return builder.Finish(first.Name, first.Real, first.Arguments, first.Extents, -1);
    }

    /// <summary>The copies of the arrays that are only read, by their indices in the functions of all residuals: they are the same arguments.</summary>
    private static int[] ReadOnlyBuffers(Function function, IrBuilder builder) =>
        [.. function.Buffers.Items.Select(b => b.IsReadOnly ? builder.AddBuffer(b.Name, b.Kind, b.Type, b.Argument) : -1)];

    /// <summary>Indices that are computed from integers of the example and what is the same for all.</summary>
    private sealed class Places(Function function, Loop examples)
    {
        private readonly FunctionIndex _index = new(function);

        public string? Of(int value)
        {
            if (value == examples.Counter) return "i";
            switch (_index.DefinitionOf(value))
            {
                case Let { Op: Op.Const } constant:
                    return constant.Payload.ToString(System.Globalization.CultureInfo.InvariantCulture);
                case Let { Op: Op.Extent or Op.Argument } leaf when function.TypeOf(leaf.Id) == ScalarType.I32:
                    return $"{leaf.Op}{leaf.Payload}";
                case Let let when function.TypeOf(let.Id) == ScalarType.I32:
                    string?[] operands = [.. let.Operands.Select(Of)];
                    return operands.Any(o => o is null) || function.TypeOf(let.A) != ScalarType.I32 ? null : $"{let.Op}({string.Join(",", operands)})";
                case Load load when function.Buffers[load.Buffer] is { IsReadOnly: true, Type: ScalarType.I32 } buffer:
                    return Of(load.Index) is { } index ? $"{buffer.Argument}[{index}]" : null;
                default:
                    return null;
            }
        }

        public (string Base, long Offset) Split(int value)
        {
            if (_index.LetOf(value) is { Op: Op.Const } constant) return (string.Empty, constant.Payload);
            if (_index.LetOf(value) is { Op: Op.Add } sum)
            {
                if (_index.LetOf(sum.B) is { Op: Op.Const } after) return (Of(sum.A)!, after.Payload);
                if (_index.LetOf(sum.A) is { Op: Op.Const } before) return (Of(sum.B)!, before.Payload);
            }

            return (Of(value)!, 0);
        }

        public int Build(int value, IrBuilder builder, int[] buffers, int counter)
        {
            if (value == examples.Counter) return counter;
            return _index.DefinitionOf(value) switch
            {
                Load load => builder.Load(buffers[load.Buffer], Build(load.Index, builder, buffers, counter)),
                Let let => builder.Let(let.Op, function.TypeOf(value), Operand(let.A), Operand(let.B), Operand(let.C), let.Payload),
                _ => throw new InvalidOperationException("An index of an entry comes from integers alone."),
            };

            int Operand(int operand) => operand < 0 ? -1 : Build(operand, builder, buffers, counter);
        }
    }

    /// <summary>Copies the gradient of one residual for one example: what it adds to the gradient goes to the entries of its row.</summary>
    private sealed class Copy : IrRewriter
    {
        private readonly int[] _buffers;
        private readonly int _entries;
        private readonly Dictionary<(int, string), int> _index;
        private readonly Loop _examples;
        private readonly Places _places;
        private readonly Dictionary<int, int> _sums = [];
        private readonly HashSet<int> _begun = [];
        private int _nesting;

        public Copy(Function source, IrBuilder builder, int[] shared, int entries, Dictionary<(int, string), int> index) : base(source, builder)
        {
            _entries = entries;
            _index = index;
            _examples = source.Body.Items.Items.OfType<Loop>().First(l => l.IsExamples);
            _places = new Places(source, _examples);
            _buffers = new int[source.Buffers.Count];
            for (int b = 0; b < _buffers.Length; b++)
            {
                BufferInfo buffer = source.Buffers[b];
                _buffers[b] = buffer.IsReadOnly ? shared[b] : buffer.Kind == BufferKind.Gradient ? -1 : CopyBuffer(buffer);
            }
        }

        /// <summary>The arrays that it works on.</summary>
        public IEnumerable<int> Working => Enumerable.Range(0, _buffers.Length).Where(b => _buffers[b] >= 0 && !Source.Buffers[b].IsReadOnly).Select(b => _buffers[b]);

        public void Before()
        {
            foreach (Item item in Source.Body.Items.TakeWhile(i => i != _examples)) RewriteItem(item);
        }

        public IrBuilder.OpenLoop Begin(int[] written) =>
            Builder.BeginLoop(Map(_examples.From), Map(_examples.To), [], written, isExamples: true, counterName: Source.Values[_examples.Counter].Name);

        /// <returns>The residual.</returns>
        public int Example(int counter)
        {
            Alias(_examples.Counter, counter);
            foreach (Carried carried in _examples.Carried)
            {
                Alias(carried.Id, Map(carried.Init));

                // One example: a sum from zero is its one term.
                Let? next = _examples.Body.Items.OfType<Let>().FirstOrDefault(l => l.Id == carried.Next);
                bool isSum = next is { Op: Op.Add } && (next.A == carried.Id) != (next.B == carried.Id);
                if (isSum && Source.Body.AllItems().OfType<Let>().Any(l => l.Id == carried.Init && l is { Op: Op.Const, Payload: 0 }))
                    _sums.Add(carried.Next, next!.A == carried.Id ? next.B : next.A);
            }

            RewriteRegion(_examples.Body);
            foreach (Carried carried in _examples.Carried) Alias(carried.Result, Map(carried.Next));
            foreach (Item item in Source.Body.Items.SkipWhile(i => i != _examples).Skip(1)) RewriteItem(item);
            return Map(Source.Result);
        }

        protected override int RewriteLet(Let let) => _sums.TryGetValue(let.Id, out int term) ? Map(term) : base.RewriteLet(let);

        protected override int RewriteLoad(Load load) => Builder.Load(_buffers[load.Buffer], Map(load.Index));

        protected override void RewriteStore(Store store) => Builder.Store(_buffers[store.Buffer], Map(store.Index), Map(store.Value));

        protected override void RewriteAlloc(Alloc alloc) => Builder.Alloc(_buffers[alloc.Buffer], Map(alloc.Length));

        protected override void RewriteAccumulate(Accumulate accumulate)
        {
            if (_buffers[accumulate.Buffer] is >= 0 and int buffer)
            {
                Builder.Accumulate(buffer, Map(accumulate.Index), Map(accumulate.Value));
                return;
            }

            // An entry is zero at first: what is certainly added first is stored.
            int entry = _index[(Source.Buffers[accumulate.Buffer].Argument, _places.Of(accumulate.Index)!)];
            bool isFirst = _begun.Add(entry) && _nesting == 0;
            if (isFirst) Builder.Store(_entries, Builder.Int(entry), Map(accumulate.Value));
            else Builder.Accumulate(_entries, Builder.Int(entry), Map(accumulate.Value));
        }

        protected override void RewriteLoop(Loop loop)
        {
            _nesting++;
            base.RewriteLoop(loop);
            _nesting--;
        }

        protected override void RewriteIf(If branch)
        {
            _nesting++;
            base.RewriteIf(branch);
            _nesting--;
        }

        protected override IReadOnlyList<int> WrittenBy(Region region) =>
            [.. base.WrittenBy(region).Select(b => _buffers[b]).Where(b => b >= 0), _entries];
    }
}
