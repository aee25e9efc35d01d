using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Decides the shape of a function on a device: what the threads of a group do for an example each, what they do together, and what lies in front of
/// the examples and behind them.
/// </summary>
internal sealed class IlgpuPlanner
{
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly DeviceProducts _products;
    private readonly Loop? _examples;
    private readonly HashSet<int> _varying = [];
    private readonly HashSet<int> _shared;
    private readonly HashSet<int> _writtenByExamples = [];
    private readonly HashSet<int> _definedInBody = [];
    private readonly HashSet<int> _head = [];
    private readonly SortedDictionary<int, bool> _accumulators = [];
    private readonly HashSet<int> _sumsOfProducts = [];
    private readonly IndependentIterations _independent;
    private bool _sharesTiles;

    private IlgpuPlanner(DeviceProducts products)
    {
        (_function, _products) = (products.Function, products);
        _index = new FunctionIndex(_function);
        _independent = new IndependentIterations(_function, _index);
        _examples = _function.Body.Items.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        HashSet<int> made = [.. _function.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer)];
        if (_examples is not null)
        {
            _varying = VaryingValues.Of(_function, _examples);
            made.ExceptWith(_examples.Body.AllItems().OfType<Alloc>().Select(a => a.Buffer));
            _writtenByExamples = [.. IrFacts.WrittenBuffers(_examples.Body)];
            _definedInBody = _examples.Body.DefinedValues();
            _definedInBody.Add(_examples.Counter);
            _definedInBody.UnionWith(_examples.Carried.Items.Select(c => c.Id));
        }

        _shared = made;
    }

    /// <exception cref="NotOnDevicesException">The function needs what kernels on devices do not have.</exception>
    public static DevicePlan Plan(Function function) => new IlgpuPlanner(DeviceProducts.Of(function)).Plan();

    private DevicePlan Plan()
    {
        Check();
        var items = _function.Body.Items.Items.ToList();
        int at = _examples is null ? items.Count : items.IndexOf(_examples);
        List<Item> before = items.GetRange(0, at), after = _examples is null ? [] : items.GetRange(at + 1, items.Count - at - 1);
        DeviceSegment body = _examples is null ? new DeviceSegment() : Cut(_examples.Body);
        List<int> staged = StagedIn(body);
        var loops = new ParallelLoops(_index, _independent, before.Concat(after));
        return new DevicePlan(_function)
        {
            Examples = _examples,
            Before = before,
            After = after,
            Body = body,
            ComputedAgain = ComputedAgain(before),
            Cells = CellsOf(body),
            Accumulators = _accumulators,
            SumsOfProducts = _sumsOfProducts,
            ParallelLoops = loops.Shared,
            ParallelNests = loops.Nests,
            Staged = staged,
            SharesTiles = _sharesTiles || staged.Count > 0,
            SharedArrays = _shared,
        };
    }

    /// <summary>Whether threads may share out the iterations of a loop, be it that they share its inner loops instead.</summary>
    private bool IsParallel(Loop loop) => _independent.Of(loop, out _);

    private void Check()
    {
        foreach (Alloc alloc in _function.Body.AllItems().OfType<Alloc>())
        {
            BufferInfo buffer = _function.Buffers[alloc.Buffer];
            if (buffer.Growing)
            {
                throw new NotOnDevicesException(buffer.Owner is { } loop
                    ? $"the loop '{loop}' records iterations, and their number has no bound that is known beforehand: [Loss(MaxTrips = n)] gives one to loops that only a condition ends" : "a record of a loop has no bound that is known beforehand");
            }

            if (buffer.Type.IsReal() && buffer.Type != _function.Real) throw new NotOnDevicesException($"the array '{buffer.Name}' mixes float and double");
        }

        foreach (BufferInfo column in _function.Buffers.Items.Where(b => b.Kind is BufferKind.Data or BufferKind.Constant))
        {
            if (column.Type == ScalarType.F64 && _function.Real == ScalarType.F32) throw new NotOnDevicesException($"'{column.Name}' is double in a loss of type float");
            if (column.Type == ScalarType.Bool) throw new NotOnDevicesException($"'{column.Name}' holds truth values");
        }

        if (_examples is null) return;
        foreach (Carried carried in _examples.Carried)
        {
            if (_function.TypeOf(carried.Id) != _function.Real || _examples.ReductionOf(carried, _index) != Op.Add) throw new NotOnDevicesException("the loop over the examples carries more than sums");
        }

        foreach (Item item in _examples.Body.AllItems())
        {
            if (item is Store store && (_shared.Contains(store.Buffer) || _function.Buffers[store.Buffer].Kind == BufferKind.Gradient))
            {
                throw new NotOnDevicesException($"an example writes to the array '{_function.Buffers[store.Buffer].Name}', which all examples share");
            }

            if (item is Load load && _writtenByExamples.Contains(load.Buffer) && (_shared.Contains(load.Buffer) || _function.Buffers[load.Buffer].Kind == BufferKind.Gradient))
            {
                throw new NotOnDevicesException($"an example reads what others have added to the array '{_function.Buffers[load.Buffer].Name}'");
            }
        }
    }

    private bool IsAccumulator(int buffer) => _shared.Contains(buffer) || _function.Buffers[buffer].Kind == BufferKind.Gradient;

    private DeviceSegment Cut(Region region)
    {
        var segment = new DeviceSegment();
        var pending = new List<SumsPart>();
        foreach (Item item in region.Items)
        {
            if (IsUniform(item))
            {
                _head.UnionWith(IrFacts.Definitions(item));
                segment.Head.Add(item);
            }
            else if (item is Loop nest && _products.IsProduct(nest))
            {
                Flush(Written(nest));
                AddProduct(segment, _products.All.First(c => c.Counter == nest.Counter));
            }
            else if (item is Loop around && _products.IsAroundProducts(around))
            {
                Flush(Written(around));
                segment.Parts.Add(new LoopPart(around, Cut(around.Body)));
                _sharesTiles = true;
            }
            else if (item is Accumulate { } single && IsAccumulator(single.Buffer) && IsShared(single.Index))
            {
                Add(single.Buffer, perThread: false);
                pending.Add(new SumsPart(null, [single]));
            }
            else
            {
                Item? rest = item;
                SumsPart? sums = item is Loop loop ? SumsOf(loop, out rest) : null;
                Flush(Written(item));
                if (rest is not null)
                {
                    MarkOwnCopies(rest);
                    if (rest is Loop elements && IsElementwise(elements)) segment.Parts.Add(new ElementsPart(elements));
                    else Rows(segment).Items.Add(rest);
                }

                if (sums is not null) pending.Add(sums);
            }
        }

        Flush(null);
        return segment;

        // Sums are taken when all that they read is there, and before it changes.
        void Flush(HashSet<int>? written)
        {
            if (pending.Count == 0 || (written is not null && !pending.Any(p => p.Items.OfType<Load>().Any(l => written.Contains(l.Buffer))))) return;
            segment.Parts.AddRange(pending);
            pending.Clear();
            _sharesTiles = true;
        }
    }

    /// <summary>Whether each iteration, of each example, can have a thread of its own. Only where threads wait for each other anyway.</summary>
    private bool IsElementwise(Loop loop) =>
        _products.All.Count > 0 && loop.Carried.Count == 0 && IsShared(loop.From) && IsShared(loop.To) && IsParallel(loop)
        && !loop.Body.AllItems().Any(i => i is Loop { Limited: not null } || (i is Accumulate add && IsAccumulator(add.Buffer)) || (i is Store store && MarksExcess(store)));

    /// <summary>A residual of an example with more iterations than its loops are allowed is NaN: the thread that ran them knows.</summary>
    private bool MarksExcess(Store store) => _function.Buffers[store.Buffer].Kind == BufferKind.Output && _examples!.Body.AllItems().Any(i => i is Loop { Limited: not null });

    private static HashSet<int> Written(Item item) => [.. IrFacts.WrittenBuffers(new Region(Support.EquatableArray.ToEquatableArray([item])))];

    private void AddProduct(DeviceSegment segment, Contraction contraction)
    {
        _sharesTiles = true;
        if (contraction.Kind == ContractionKind.Weights && _sumsOfProducts.Add(contraction.Matrix)) Add(contraction.Matrix, perThread: false);
        segment.Parts.Add(new ProductPart(contraction));
    }

    private void Add(int buffer, bool perThread) => _accumulators[buffer] = perThread || (_accumulators.TryGetValue(buffer, out bool known) && known);

    private RowsPart Rows(DeviceSegment segment)
    {
        if (segment.Parts.Count > 0 && segment.Parts[segment.Parts.Count - 1] is RowsPart last) return last;
        var part = new RowsPart();
        segment.Parts.Add(part);
        return part;
    }

    /// <summary>Whether every thread can compute it, once for all examples.</summary>
    private bool IsUniform(Item item) => item switch
    {
        Let let => !_varying.Contains(let.Id) && let.Operands.All(IsShared),
        Load load => !_varying.Contains(load.Id) && !_writtenByExamples.Contains(load.Buffer) && IsShared(load.Index),
        _ => false,
    };

    /// <summary>Whether it is known in front of the parts of a segment.</summary>
    private bool IsShared(int value) => !_varying.Contains(value) && (!_definedInBody.Contains(value) || _head.Contains(value) || IsCounterOfLoopPart(value));

    private bool IsCounterOfLoopPart(int value) => _index.DefinitionOf(value) is Loop loop && loop.Counter == value && _products.IsAroundProducts(loop);

    /// <summary>The additions of a loop to elements that examples share, one element per iteration, as a part of their own.</summary>
    /// <param name="rest">The loop without them; null where it has nothing else to do.</param>
    private SumsPart? SumsOf(Loop loop, out Item? rest)
    {
        rest = loop;
        if (!loop.EndsEarly && IsShared(loop.From) && IsShared(loop.To))
        {
            HashSet<int> inside = loop.Body.DefinedValues(), written = [.. IrFacts.WrittenBuffers(loop.Body)], carried = [loop.Counter, .. loop.Carried.Items.Select(c => c.Id)];
            var taken = new List<Accumulate>();
            var needed = new HashSet<int>();
            foreach (Accumulate accumulate in loop.Body.Items.Items.OfType<Accumulate>())
            {
                if (!IsAccumulator(accumulate.Buffer) || _varying.Contains(accumulate.Index)) continue;
                if (Affine.Of(_index, accumulate.Index, loop.Counter, inside.Contains) is not { Coefficient: 1 } place || place.Terms.Any(t => !IsShared(t.Value))) continue;
                var slice = new HashSet<int>();
                if (!Collect(accumulate.Index, slice) || !Collect(accumulate.Value, slice)) continue;
                needed.UnionWith(slice);
                taken.Add(accumulate);
            }

            if (taken.Count > 0)
            {
                foreach (Accumulate accumulate in taken) Add(accumulate.Buffer, perThread: false);
                rest = Without(loop, taken);
                return new SumsPart(loop, [.. loop.Body.Items.Items.Where(i => (i is Let or Load && needed.Contains(IrFacts.Definitions(i).First())) || taken.Contains(i))]);
            }

            // What the loop itself computes of pure operations, and of loads from what it does not write.
            bool Collect(int value, HashSet<int> slice)
            {
                if (!inside.Contains(value)) return value == loop.Counter || !carried.Contains(value);
                if (!slice.Add(value)) return true;
                return _index.DefinitionOf(value) switch
                {
                    Let let => loop.Body.Items.Items.Contains(let) && let.Operands.All(o => Collect(o, slice)),
                    Load load => loop.Body.Items.Items.Contains(load) && (!written.Contains(load.Buffer) || IsFinal(load)) && Collect(load.Index, slice),
                    _ => false,
                };
            }
        }

        return null;

        // Whether the loop, that writes the array, is done with the element: then it can be read afterwards.
        bool IsFinal(Load load)
        {
            HashSet<int> inside = loop.Body.DefinedValues();
            List<Item> body = [.. loop.Body.Items];
            return !IsAccumulator(load.Buffer) && Affine.Of(_index, load.Index, loop.Counter, inside.Contains) is { Coefficient: 1 } place
                && loop.Body.AllItems().Where(i => i is Alloc alloc ? alloc.Buffer == load.Buffer : i is Store or Accumulate && i.ElementAccess() is var (buffer, _) && buffer == load.Buffer)
                    .All(i => i.ElementAccess() is var (_, at) && body.IndexOf(i) is >= 0 and var k && k < body.IndexOf(load)
                        && Affine.Of(_index, at, loop.Counter, inside.Contains)?.SameShift(place) == true);
        }
    }

    /// <summary>What one thread adds for its example goes to a copy of its own.</summary>
    private void MarkOwnCopies(Item item)
    {
        foreach (Accumulate accumulate in AllOf(item).OfType<Accumulate>().Where(a => IsAccumulator(a.Buffer))) Add(accumulate.Buffer, perThread: true);
    }

    private static IEnumerable<Item> AllOf(Item item) => new Region(Support.EquatableArray.ToEquatableArray([item])).AllItems();

    /// <summary>The loop without some of its additions, and without what only they need.</summary>
    private static Item? Without(Loop loop, List<Accumulate> taken)
    {
        List<Item> kept = [.. loop.Body.Items.Items.Where(i => !(i is Accumulate accumulate && taken.Contains(accumulate)))];
        var used = new HashSet<int>(loop.Carried.Items.Select(c => c.Next));
        for (int k = kept.Count - 1; k >= 0; k--)
        {
            Item item = kept[k];
            if (item is Let or Load && !IrFacts.Definitions(item).Any(used.Contains)) kept.RemoveAt(k);
            else used.UnionWith(AllOf(item).SelectMany(i => i.Reads()));
        }

        if (loop.Carried.Count == 0 && kept.All(i => i is Let or Load)) return null;
        return loop with { Body = new Region(Support.EquatableArray.ToEquatableArray(kept)) };
    }

    private List<int> CellsOf(DeviceSegment segment)
    {
        var cells = new List<int>();
        Visit(segment);
        return cells;

        void Visit(DeviceSegment at)
        {
            foreach (DevicePart part in at.Parts)
            {
                if (part is LoopPart loop) Visit(loop.Body);
                IEnumerable<int> read = part switch
                {
                    SumsPart sums => sums.Items.SelectMany(i => i.Reads()).Except(sums.Items.SelectMany(IrFacts.Definitions)).Except(sums.Loop is null ? [] : [sums.Loop.Counter]),
                    ElementsPart elements => IrFacts.FreeValues(elements.Loop),
                    _ => [],
                };
                foreach (int value in read.Where(v => !IsShared(v) && v != _examples!.Counter && !IsSeed(v)))
                {
                    if (!cells.Contains(value)) cells.Add(value);
                }
            }
        }
    }

    /// <summary>The weight of an example is that of all of them: there are no lanes that are switched off.</summary>
    private bool IsSeed(int value) => _index.LetOf(value) is { Op: Op.Argument, Payload: SpecialArgument.Seed };

    private HashSet<int> ComputedAgain(List<Item> before)
    {
        HashSet<int> written = [.. before.SelectMany(Written)], again = [];
        foreach (Item item in before)
        {
            bool cheap = item switch
            {
                Let let => let.Operands.All(again.Contains) && !let.Op.IsTranscendental(),
                Load load => again.Contains(load.Index) && _function.Buffers[load.Buffer].IsReadOnly,
                _ => false,
            };
            if (cheap) again.UnionWith(IrFacts.Definitions(item));
        }

        return again;
    }

    /// <summary>Rows of data that threads read for their examples: from the memory of the group they come at once, from that of the device each for itself.</summary>
    private List<int> StagedIn(DeviceSegment segment)
    {
        var staged = new List<int>();
        foreach (DevicePart part in segment.Parts)
        {
            IEnumerable<Item> items = part switch
            {
                RowsPart rows => new Region(Support.EquatableArray.ToEquatableArray(rows.Items)).AllItems(),
                SumsPart sums => sums.Items,
                ElementsPart elements => elements.Loop.Body.AllItems(),
                _ => [],
            };
            IEnumerable<int> read = part is LoopPart loop ? StagedIn(loop.Body)
                : items.OfType<Load>().Select(l => l.Buffer).Where(b => _function.Buffers[b].Kind == BufferKind.Data && _function.Buffers[b].Type.IsReal() && _function.Arguments[_function.Buffers[b].Argument].IsArray);
            staged.AddRange(read.Where(b => !staged.Contains(b)).Distinct().ToList());
        }

        return staged;
    }
}
