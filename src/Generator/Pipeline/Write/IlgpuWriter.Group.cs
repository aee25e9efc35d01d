using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Kernels of one group: every thread computes the scalars, loops with independent iterations are shared out among the threads, and what must be done one
/// after the other one thread does alone.
/// </summary>
internal sealed partial class IlgpuWriter
{
    private bool _exchangesIntegers;

    private void WriteBefore()
    {
        WriteUniform(_plan.Before.Except(_deferred));
        if (_slots.Count > 0)
        {
            using (_code.Block("if (thread == 0)"))
            {
                for (int k = 0; k < _slots.Count; k++) _code.Line($"{Slot(_slots[k])} = {(_function.TypeOf(_slots[k]) == ScalarType.Bool ? $"{ValueText(_slots[k]).Under(Text.OrElse)} ? 1 : 0" : ValueText(_slots[k]).Code)};");
            }
        }

        if (_exceeds) _code.Line($"if (thread == 0) shared[{Number(ExceededBefore)}] = exceeded != 0 ? {_real}.NaN : 0;");
        else if (CanExceedBefore) _code.Line($"if (thread == 0) shared[{Number(ExceededBefore)}] = 0;");
        DeclareExchange();
    }

    private void WriteAfter()
    {
        WriteComputedAgain();
        for (int s = 0; s < _sums.Count; s++)
        {
            string name = _names.Unique(_function.Values[_sums[s].Result].Name ?? (_sums[s].Result == _function.Result ? "loss" : "sum"));
            _code.Line($"{_real} {name} = shared[{Number(s)}];");
            _texts[_sums[s].Result] = new Text(name);
        }

        Wait();
        WriteUniform(_deferred.Concat(_plan.After));
        WriteValue();
    }

    private void WriteWhole()
    {
        WriteUniform(_plan.Before);
        WriteValue();
    }

    private void WriteValue()
    {
        if (_function.Result >= 0)
        {
            Wait();
            if (_exceeds) _code.Line($"if (thread == 0) shared[0] = exceeded != 0 ? {_real}.NaN : {ValueText(_function.Result).Under(Text.OrElse)};");
            else _code.Line($"if (thread == 0) shared[0] = {ValueText(_function.Result)};");
        }

        DeclareExchange();
    }

    private void DeclareExchange()
    {
        if (_exceeds) Declare("exceeded", "int exceeded = 0;");
        _exceeds = false;
        if (_exchanges) Declare("exchange", $"ArrayView<{_real}> exchange = SharedMemory.Allocate<{_real}>(DeviceKernels.MostThreads);");
        if (_exchangesIntegers) Declare("exchangeIntegers", "ArrayView<int> exchangeIntegers = SharedMemory.Allocate<int>(DeviceKernels.MostThreads);");
        _exchanges = _exchangesIntegers = false;
    }

    private void WriteUniform(IEnumerable<Item> items)
    {
        var alone = new List<Item>();
        foreach (Item item in items)
        {
            if (IsAlone(item))
            {
                alone.Add(item);
                continue;
            }

            FlushAlone(alone);
            switch (item)
            {
                case Let or Load:
                    WriteItem(item);
                    break;
                case Alloc alloc:
                    WriteSharedClear(alloc);
                    break;
                case Loop loop when IsShared(loop):
                    WriteParallelLoop(loop);
                    break;
                case Loop loop when HasEffects(loop):
                    WriteUniformLoop(loop);
                    break;
                case If branch when HasParallelWork(branch):
                    WriteBranch(branch, WriteUniform);
                    break;
                default:
                    WriteItem(item);                     // nothing is written: every thread computes the same
                    break;
            }
        }

        FlushAlone(alone);
    }

    /// <summary>
    /// Whether all groups may do it together: there are loops to share out, and none that waits in each iteration, which takes longer with all groups than with one.
    /// </summary>
    private bool IsForAllGroups(IEnumerable<Item> items)
    {
        List<Item> all = [.. items];
        return all.Any(HasLongWork) && all.All(IsSimple);

        bool HasLongWork(Item item) => item switch
        {
            Loop loop => IsShared(loop),
            If branch => HasParallelWork(branch) && branch.Then.Items.Concat(branch.Else.Items).Any(HasLongWork),
            _ => false,
        };

        bool IsSimple(Item item) => item switch
        {
            Loop { Limited: not null } => false,
            Loop loop => IsShared(loop) || !HasEffects(loop) || IsAlone(loop),
            If branch when HasParallelWork(branch) => branch.Then.Items.Concat(branch.Else.Items).All(IsSimple),
            _ => !RegionOf(item).AllItems().Any(i => i is Loop { Limited: not null }),
        };
    }

    private static bool HasEffects(Item item) => RegionOf(item).AllItems().Any(i => i is Store or Accumulate or Alloc);

    /// <summary>Whether it is plain that all threads have the same number: it comes of lengths, constants, counters, and elements that nobody writes.</summary>
    private bool IsPlain(int value)
    {
        if (_isPlain.TryGetValue(value, out bool known)) return known;
        return _isPlain[value] = _index.DefinitionOf(value) switch
        {
            Let let => let.Op is Op.Const or Op.Extent or Op.Argument || (let.Operands.Any() && let.Operands.All(IsPlain)),
            Load load => _function.Buffers[load.Buffer].IsReadOnly && IsPlain(load.Index),
            Loop loop => loop.Counter == value,
            _ => false,
        };
    }

    private readonly Dictionary<int, bool> _isPlain = [];

    private bool IsShared(Loop loop) => _plan.ParallelLoops.Contains(loop.Counter) && IsPlain(loop.From) && IsPlain(loop.To);

    private bool HasParallelWork(Item item) => item switch
    {
        Loop loop => IsShared(loop) || (!loop.EndsEarly && IsPlain(loop.From) && IsPlain(loop.To) && loop.Body.Items.Items.Any(HasParallelWork)),
        If branch => IsPlain(branch.Condition) && branch.Then.Items.Concat(branch.Else.Items).Any(HasParallelWork),
        Alloc alloc => NeedsZeros(alloc),
        _ => false,
    };

    /// <summary>
    /// Whether one thread does it while the others wait: what has no work to share, and what runs under a condition of which it is not plain that it is the
    /// same for all threads, since they must not wait for each other there.
    /// </summary>
    private bool IsAlone(Item item) => item is Store or Accumulate || (HasEffects(item) && item is If or Loop && !HasParallelWork(item));

    /// <summary>One thread does what was put off; values that it gives reach the others through the memory of the group.</summary>
    private void FlushAlone(List<Item> items)
    {
        if (items.Count == 0) return;
        List<int> given = [.. items.SelectMany(IrFacts.Definitions)];
        foreach (int value in given)
        {
            ScalarType type = _function.TypeOf(value);
            string name = _names.Unique(_function.Values[value].Name);
            _code.Line($"{OpText.TypeName(type)} {name} = {(type == ScalarType.Bool ? "false" : "0")};");
            _lasting.Add(value, name);
        }

        Wait();                                          // what others read before must be read before it is written

        using (_code.Block("if (thread == 0)"))
        {
            _names.OpenBlock();
            WriteItems(items);
            foreach (int value in given.Where(v => _texts[v].Code != _lasting[v])) _code.Line($"{_lasting[value]} = {_texts[value]};");
            _names.CloseBlock();
        }

        Wait();
        foreach (int value in given)
        {
            ScalarType type = _function.TypeOf(value);
            string name = _lasting[value];
            if (type.IsReal()) _exchanges = true;
            else _exchangesIntegers = true;
            if (type == ScalarType.Bool)
            {
                string flag = _names.Unique(name + "Flag");
                _code.Line($"int {flag} = {name} ? 1 : 0;");
                _code.Line($"{flag} = {FromFirst(flag, "exchangeIntegers")};");
                _code.Line($"{name} = {flag} != 0;");
            }
            else
            {
                _code.Line($"{name} = {FromFirst(name, type.IsReal() ? "exchange" : "exchangeIntegers")};");
            }

            _texts[value] = new Text(name);
            _lasting.Remove(value);
        }

        items.Clear();
    }

    private string FromFirst(string value, string exchange) => _sharesGrid
        ? $"DeviceKernels.GridFirst({value}, together, partials, integers, {exchange}, meeting)" : $"DeviceKernels.FromFirst({value}, {exchange})";

    private void WriteSharedClear(Alloc alloc)
    {
        if (!NeedsZeros(alloc) || (_plan.Examples is not null && _plan.Accumulators.ContainsKey(alloc.Buffer))) return;
        string e = _names.Unique("e");
        Wait();
        _code.Line($"for (int {e} = thread; {e} < {ValueText(alloc.Length).Under(Text.Sum)}; {e} += threads) {Element(alloc.Buffer, new Text(e))} = 0;");
        Wait();
    }

    /// <summary>Iterations that do not depend on each other: each thread takes some, and running sums, maxima and minima are put together afterwards.</summary>
    private void WriteParallelLoop(Loop loop)
    {
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "k");
        _texts[loop.Counter] = new Text(counter);
        var reductions = new List<(Carried Carried, Op Op, string Part)>();
        foreach (Carried carried in loop.Carried)
        {
            Op op = loop.NestedReductionOf(carried, _index) ?? throw new InvalidOperationException("A loop whose iterations depend on each other is not shared out.");
            string part = _names.Unique(_function.Values[carried.Result].Name ?? _function.Values[carried.Id].Name);
            _code.Line($"{_real} {part} = {(op == Op.Add ? "0" : ValueText(carried.Init).Code)};");
            _texts[carried.Id] = new Text(part);
            reductions.Add((carried, op, part));
        }

        if (HasEffects(loop)) Wait();
        if (_plan.ParallelNests.TryGetValue(loop.Counter, out Loop inner) && IsPlain(inner.To))
        {
            foreach ((Carried carried, _, string part) in reductions) _texts[loop.Continuation(carried, _index)!.Value.Further.Id] = new Text(part);
            WriteParallelNest(loop, inner, counter, [.. reductions.Select(r => (r.Part, loop.Continuation(r.Carried, _index)!.Value.Further.Next))]);
        }
        else
        {
            using (_code.Block($"for (int {counter} = {FromThread(loop)}; {counter} < {ValueText(loop.To).Under(Text.Sum)}; {counter} += threads)"))
            {
                _names.OpenBlock();
                WriteItems(loop.Body.Items);
                Assign([.. reductions.Where(r => r.Carried.Next != r.Carried.Id).Select(r => (_function.Real, r.Part, ValueText(r.Carried.Next).Code))]);
                _names.CloseBlock();
            }
        }

        if (HasEffects(loop)) Wait();
        foreach ((Carried carried, Op op, string part) in reductions)
        {
            _exchanges = true;
            string which = op == Op.Add ? "Sum" : op.ToString();
            _code.Line(_sharesGrid ? $"{part} = DeviceKernels.Grid{which}({part}, together, partials, integers, exchange, meeting);" : $"{part} = DeviceKernels.Group{which}({part}, exchange);");
            if (op == Op.Add && ValueText(carried.Init).Code is not ("0" or "0.0" or "0f")) _code.Line($"{part} = {ValueText(carried.Init).Under(Text.Sum)} + {part};");
            _texts[carried.Result] = new Text(part);
        }
    }

    /// <summary>The iterations of two loops: neighbouring threads have neighbouring ones of the inner loop.</summary>
    private void WriteParallelNest(Loop loop, Loop inner, string counter, List<(string Part, int Next)> reductions)
    {
        string number = _names.Unique("e"), innerCounter = _names.Unique(_function.Values[inner.Counter].Name ?? "j");
        WriteItems(loop.Body.Items.Where(i => i is Let { Op: Op.Const or Op.Extent }));
        string length = ValueText(inner.To).RightUnder(Text.Product);
        using (_code.Block($"for (int {number} = thread; {number} < {ValueText(loop.To).Under(Text.Product)} * {length}; {number} += threads)"))
        {
            _names.OpenBlock();
            _code.Line($"int {counter} = {number} / {length};");
            _code.Line($"int {innerCounter} = {number} - {counter} * {length};");
            _texts[inner.Counter] = new Text(innerCounter);
            WriteItems(loop.Body.Items.Where(i => !ReferenceEquals(i, inner)));
            WriteItems(inner.Body.Items);
            Assign([.. reductions.Select(r => (_function.Real, r.Part, ValueText(r.Next).Code))]);
            _names.CloseBlock();
        }
    }

    /// <summary>A loop that all threads run together, with work in it that they share.</summary>
    private void WriteUniformLoop(Loop loop)
    {
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "k");
        _texts[loop.Counter] = new Text(counter);
        StartCarried(loop);
        using (_code.Block(Header(loop, counter)))
        {
            _names.OpenBlock();
            WriteUniform(loop.Body.Items);
            AdvanceCarried(loop);
            _names.CloseBlock();
        }

        AfterLoop(loop);
    }
}
