using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Sums over the examples, in their copies for groups and threads.</summary>
internal sealed partial class IlgpuWriter
{
    private readonly Dictionary<(int Buffer, bool ForGroup), string> _bases = [];

    /// <summary>Whether what is added is a sum over the tile; else it is what a thread adds for its own example.</summary>
    private bool _addsForGroup;

    /// <summary>Where the copy begins that the group, or the thread, adds to.</summary>
    private string SumsBase(int buffer, bool forGroup)
    {
        bool perThread = _plan.Accumulators[buffer];
        if (!perThread) forGroup = true;
        if (_bases.TryGetValue((buffer, forGroup), out string known)) return known;
        string wanted = SumsName(buffer);
        string at = FromLayout(_accumulatorBases[buffer], wanted + "SumsAt"), length = FromLayout(_accumulatorLengths[buffer], wanted + "Length");
        string name = _names.UniqueAtTop(wanted + (forGroup ? "Sums" : "OwnSums"));
        string copy = !perThread ? "group" : forGroup ? "group * threads" : "(group * threads + thread)";
        Declare(name, IsOne(buffer) is { } one ? $"int {name} = {at} + ({one} != 0 ? 0 : {copy} * {length});" : $"int {name} = {at} + {copy} * {length};");
        _bases.Add((buffer, forGroup), name);
        return name;
    }

    /// <summary>A local that is 0 where threads have copies of a sum, and not where all add to one; null where they always have copies.</summary>
    private string? IsOne(int buffer) => _accumulatorOnes.TryGetValue(buffer, out int entry) ? FromLayout(entry, SumsName(buffer) + "IsOne") : null;

    private string SumsName(int buffer) => _function.Buffers[buffer] is { Kind: BufferKind.Gradient } gradient ? _function.Arguments[gradient.Argument].Name : _function.Buffers[buffer].Name;

    /// <summary>Adds to an element: sums over the examples have places of their own.</summary>
    private void WriteAddition(int buffer, Text index, Text value)
    {
        if (!_isExamplesKernel || !_plan.Accumulators.ContainsKey(buffer))
        {
            _code.Line($"{Element(buffer, index)} += {value};");
            return;
        }

        string place = Sum(SumsBase(buffer, _addsForGroup), index);
        _code.Line(IsOne(buffer) is { } one ? $"DeviceKernels.Add(partials, {place}, {value}, {one});" : $"partials[{place}] += {value};");
    }

    private void WriteIfCopies(int buffer, Action write)
    {
        if (IsOne(buffer) is not { } one)
        {
            write();
            return;
        }

        using (_code.Block($"if ({one} == 0)")) write();
    }

    private void ClearSums(int buffer, bool perThread)
    {
        string at = SumsBase(buffer, forGroup: !perThread), length = FromLayout(_accumulatorLengths[buffer], "length"), e = _names.Unique("e");
        WriteIfCopies(buffer, () => _code.Line($"for (int {e} = {(perThread ? "0" : "thread")}; {e} < {length}; {e}{(perThread ? "++" : " += threads")}) partials[{at} + {e}] = 0;"));
    }

    /// <summary>Elements that the threads share out among themselves: each is the sum over the examples of the tile.</summary>
    private void WriteSums(SumsPart part)
    {
        Loop loop = part.Loop!;
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "j");
        _code.Gap();
        using (_code.Block($"for (int {counter} = {FromThread(loop)}; {counter} < {ValueText(loop.To).Under(Text.Sum)}; {counter} += threads)"))
        {
            _names.OpenBlock();
            _texts[loop.Counter] = new Text(counter);
            SumOverTile(part);
            _names.CloseBlock();
        }
    }

    private void WriteSingleSum(SumsPart part)
    {
        int number = _singleSums++ % 32;
        _code.Gap();
        using (_code.Block(number == 0 ? "if (thread == 0)" : $"if (thread == {Number(number)} % threads)"))
        {
            _names.OpenBlock();
            SumOverTile(part);
            _names.CloseBlock();
        }
    }

    private int _singleSums;

    private void SumOverTile(SumsPart part)
    {
        List<Accumulate> targets = [.. part.Items.OfType<Accumulate>()];
        List<string> sums = [];
        foreach (Accumulate target in targets)
        {
            string name = _names.Unique("sum");
            sums.Add(name);
            _code.Line($"{_real} {name} = 0;");
        }

        // What the examples do not change is computed once, their indices above all.
        HashSet<int> perExample = [];
        foreach (Item item in part.Items)
        {
            bool varies = item is Load load && (_function.Buffers[load.Buffer].IsOfExample || IsWorking(load.Buffer));
            if (varies || (item is Let or Load && item.Reads().Any(v => perExample.Contains(v) || IsOfExample(v)))) perExample.UnionWith(IrFacts.Definitions(item));
        }

        WriteItems(part.Items.Where(i => i is not Accumulate && !IrFacts.Definitions(i).Any(perExample.Contains)));
        string example = _names.Unique("r");
        using (_code.Block($"for (int {example} = 0; {example} < examples; {example}++)"))
        {
            _names.OpenBlock();
            ForExample(example, part.Items.SelectMany(i => i.Reads()), () =>
            {
                WriteItems(part.Items.Where(i => i is not Accumulate && IrFacts.Definitions(i).Any(perExample.Contains)));
                for (int k = 0; k < targets.Count; k++) _code.Line($"{sums[k]} += {ValueText(targets[k].Value)};");
            });
            _names.CloseBlock();
        }

        _addsForGroup = true;
        for (int k = 0; k < targets.Count; k++) WriteAddition(targets[k].Buffer, ValueText(targets[k].Index), new Text(sums[k]));
        _addsForGroup = false;
    }

    /// <summary>The sums of the threads become those of the group.</summary>
    private void WriteGroupTotals()
    {
        if (_plan.Accumulators.Values.Any(perThread => perThread) || _sums.Count > 0) _code.Gap();
        foreach (KeyValuePair<int, bool> accumulator in _plan.Accumulators.Where(a => a.Value))
        {
            string at = SumsBase(accumulator.Key, forGroup: true), length = FromLayout(_accumulatorLengths[accumulator.Key], "length"), e = _names.Unique("e"), t = _names.Unique("t");
            Wait();
            WriteIfCopies(accumulator.Key, () =>
            {
                using (_code.Block($"for (int {e} = thread; {e} < {length}; {e} += threads)"))
                {
                    _code.Line($"{_real} total = partials[{at} + {e}];");
                    _code.Line($"for (int {t} = 1; {t} < threads; {t}++) total += partials[{at} + {t} * {length} + {e}];");
                    _code.Line($"partials[{at} + {e}] = total;");
                }
            });
        }

        if (_exceeds && _sums.Count > 0) _code.Line($"if (exceeded != 0) {ValueText(_sums[0].Result)} = {_real}.NaN;");
        for (int s = 0; s < _sums.Count; s++)
        {
            string most = FromLayout(DeviceLayout.MostGroups, "mostGroups"), sum = ValueText(_sums[s].Result).Code;
            _exchanges = true;
            _code.Line($"{sum} = DeviceKernels.GroupSum({sum}, exchange);");
            if (s == 0 && CanExceedBefore) _code.Line($"{sum} += shared[{Number(ExceededBefore)}];");
            _code.Line($"if (thread == 0) partials[{(s == 0 ? string.Empty : s == 1 ? $"{most} + " : $"{Number(s)} * {most} + ")}group] = {sum};");
        }

        if (_exchanges) Declare("exchange", $"ArrayView<{_real}> exchange = SharedMemory.Allocate<{_real}>(DeviceKernels.ExchangeLength);");
        _exchanges = false;
    }
}
