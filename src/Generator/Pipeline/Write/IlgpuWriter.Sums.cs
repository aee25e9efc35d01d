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

    /// <summary>Elements that the threads share out among themselves: each is the sum over the examples of the tile.</summary>
    private void WriteSums(SumsPart part)
    {
        Loop loop = part.Loop!;
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "j"), parts = _names.Unique("parts"), turn = _names.Unique("turn");
        string from = ValueText(loop.From).Code, to = ValueText(loop.To).Under(Text.Sum), length = from == "0" ? to : $"{to} - {ValueText(loop.From).RightUnder(Text.Sum)}";
        _code.Gap();
        _code.Line($"int {parts} = DeviceKernels.Parts({length}, examples, threads);");
        using (_code.Block($"for (int {turn} = {from}; {turn} < {to}; {turn} += threads / {parts})"))
        {
            _names.OpenBlock();
            _code.Line($"int {counter} = {turn} + thread / {parts};");
            _texts[loop.Counter] = new Text(counter);
            SumOverTile(part, parts, $"{counter} < {to}");
            _names.CloseBlock();
        }
    }

    private void WriteSingleSum(SumsPart part)
    {
        string parts = _names.Unique("parts");
        _code.Gap();
        _code.Line($"int {parts} = DeviceKernels.Parts(1, examples, threads);");
        SumOverTile(part, parts, $"thread < {parts}");
    }

    /// <summary>So many threads have a part of the examples each, and the first of them adds the sum to its element. Others than those for which the condition holds do nothing.</summary>
    private void SumOverTile(SumsPart part, string parts, string condition)
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

        using (_code.Block($"if ({condition})"))
        {
            _names.OpenBlock();
            WriteItems(part.Items.Where(i => i is not Accumulate && !IrFacts.Definitions(i).Any(perExample.Contains)));
            string example = _names.Unique("r");
            using (_code.Block($"for (int {example} = thread % {parts}; {example} < examples; {example} += {parts})"))
            {
                _names.OpenBlock();
                ForExample(example, part.Items.SelectMany(i => i.Reads()), () =>
                {
                    WriteItems(part.Items.Where(i => i is not Accumulate && IrFacts.Definitions(i).Any(perExample.Contains)));
                    for (int k = 0; k < targets.Count; k++) _code.Line($"{sums[k]} += {ValueText(targets[k].Value)};");
                });
                _names.CloseBlock();
            }

            _names.CloseBlock();
        }

        _exchanges = true;
        foreach (string sum in sums) _code.Line($"{sum} = DeviceKernels.PartSum({sum}, {parts}, exchange);");
        using (_code.Block($"if ({condition} && thread % {parts} == 0)"))
        {
            _names.OpenBlock();
            WriteItems(part.Items.Where(i => i is not Accumulate && !IrFacts.Definitions(i).Any(perExample.Contains)));
            _addsForGroup = true;
            for (int k = 0; k < targets.Count; k++) WriteAddition(targets[k].Buffer, ValueText(targets[k].Index), new Text(sums[k]));
            _addsForGroup = false;
            _names.CloseBlock();
        }
    }

    /// <summary>The sums of the threads become those of the group.</summary>
    private void WriteGroupTotals()
    {
        if (_sums.Count > 0) _code.Gap();
        if (_exceeds && _sums.Count > 0) _code.Line($"if (exceeded != 0) {ValueText(_sums[0].Result)} = {_real}.NaN;");
        for (int s = 0; s < _sums.Count; s++)
        {
            string most = FromLayout(DeviceLayout.MostGroups, "mostGroups"), sum = ValueText(_sums[s].Result).Code;
            _exchanges = true;
            _code.Line($"{sum} = DeviceKernels.GroupSum({sum}, exchange);");
            if (s == 0 && CanExceedBefore) _code.Line($"{sum} += shared[{Number(ExceededBefore)}];");
            _code.Line($"if ({(_sharesGrid ? "Group.IdxX" : "thread")} == 0) partials[{(s == 0 ? string.Empty : s == 1 ? $"{most} + " : $"{Number(s)} * {most} + ")}{(_sharesGrid ? "Grid.IdxX" : "group")}] = {sum};");
        }

        if (_exchanges) Declare("exchange", $"ArrayView<{_real}> exchange = SharedMemory.Allocate<{_real}>(DeviceKernels.{(SharesGrid ? "ExchangeLength" : "MostThreads")});");
        _exchanges = false;
    }
}
