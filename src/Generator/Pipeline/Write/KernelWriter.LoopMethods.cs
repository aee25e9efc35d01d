using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Loops that are methods of their own: those over the rows of a block (see the part RowLoops), and those of a kernel so large that the just-in-time
/// compiler would stop inlining in it. It does so at 512 local variables, where every call inlined adds some, and what it calls from then on
/// has its vectors pass through memory: a recurrent network took 2.5 ms instead of 0.75.
/// </summary>
internal sealed partial class KernelWriter
{
    // Of the 512 the kernel itself needs some; counts of locals are estimates.
    private const int MaxLocalsOfLoops = 400;

    // Calling a smaller one costs more than it saves.
    private const int MinLocalsOfMethod = 40;

    /// <summary>What a loop that is a method is given: its parameters, or fields, and what the kernel gives for them.</summary>
    private sealed class LoopParameters(NameTable names, bool namesArguments = false)
    {
        private readonly Dictionary<(string Type, string Argument), string> _known = [];

        public List<string> Parameters { get; } = [];

        public List<string> Arguments { get; } = [];

        public string Add(string type, string wanted, string argument)
        {
            if (_known.TryGetValue((type, argument), out string known)) return known;
            string name = names.Unique(wanted);
            Parameters.Add($"{type} {name}");
            Arguments.Add((namesArguments ? name + " = " : string.Empty) + (type.StartsWith("ref ", StringComparison.Ordinal) ? "ref " : string.Empty) + argument);
            return _known[(type, argument)] = name;
        }
    }

    private bool? _isLarge;

    /// <summary>Whether the loops of the kernel are more than the just-in-time compiler puts into one method.</summary>
    private bool IsLarge => _isLarge ??= _function.Body.AllItems().OfType<Loop>().Where(_plan.IsVectorLoop).Sum(Locals) > MaxLocalsOfLoops;

    /// <summary>About how many locals a loop takes once all that it calls is inlined: its body is there twice, once with all loads and stores masked.</summary>
    private int Locals(Loop loop)
    {
        int count = 6 * loop.Carried.Count;
        foreach (Item item in loop.Body.AllItems())
        {
            count += item switch
            {
                Let let => let.Op is Op.Const or Op.Argument || !_function.TypeOf(let.Id).IsReal() ? 0 : let.Op.IsTranscendental() ? 24 : 2,
                Load => 6,
                Accumulate => 12,
                Store => 8,
                _ => 2,
            };
        }

        return count;
    }

    /// <summary>Whether the kernel calls the loop.</summary>
    private bool IsCalled(Loop loop) =>
        IsLarge && _block is null && VectorExtent < 0 && !_loop.Quads && Locals(loop) >= MinLocalsOfMethod && !loop.Carried.Any(IsVectorSum)
        && loop.Body.AllItems().OfType<Load>().All(l => ShiftOf(l.Index).Coefficient != 0);

    /// <summary>
    /// A loop that the kernel calls: a structure of the places in arrays and the values that it needs, and a method that returns its sums. Its body is
    /// written for any part of the loop, whole vectors and the last one, and so only once.
    /// </summary>
    private void WriteCalledLoop(Loop loop, string extent)
    {
        CodeWriter kernel = _code;
        NameTable kernelNames = _names;
        _names = new NameTable([.. s_reservedNames, "k", "count", "part", "Run", "Body", "WholeVector", "LastVector"]);
        LoopParameters places = _loop.Method = new LoopParameters(_names, namesArguments: true);
        GivePlaces(extent);

        // The method, with what its body adds to.
        _code = new CodeWriter();
        StartAccumulators();
        CodeWriter run = _code;
        string[] sums = [.. loop.Carried.Items.SelectMany(c => _loop.Terms.TryGetValue(c.Id, out List<SumTerm>? terms) ? terms.Select(t => t.Name) : [_loop.Accumulators[c.Id]])];
        string given = string.Concat(sums.Select(s => ", ref " + s));
        run.Line("int k = 0;");
        run.Line($"for (; k <= count - {_lanes}; k += {_lanes}) Body(new WholeVector<{_real}>(k){given});");
        run.Line($"if (k < count) Body(new LastVector<{_real}>(k, count){given});");

        CodeWriter body = _code = new CodeWriter();
        _loop.Part = true;
        DeclareValues(loop);
        WriteVectorBody(tail: false);
        _code = run;
        bool returns = loop.Carried.Count == 1;
        List<string> results = returns ? [] : [.. loop.Carried.Select(_ => _names.Unique("result"))];
        for (int c = 0; c < loop.Carried.Count; c++) _code.Line($"{(returns ? "return" : results[c] + " =")} {Folded(loop, loop.Carried[c])};");
        _loop.Method = null;
        (_code, _names) = (kernel, kernelNames);

        (string wanted, string summary) = Described(loop);
        var method = new CalledLoop(returns ? _real : "void", string.Concat(results.Select(r => $", out {_real} {r}")), string.Concat(sums.Select(s => $", ref {VectorType} {s}")), run, body);
        string name = _model.Loop(method, wanted + "Loop", summary, places.Parameters);
        List<string> taken = [.. results.Select(_ => _names.Unique("result"))];
        string calls = $"Run({extent}{string.Concat(taken.Select(t => $", out {_real} {t}"))})", call = $"new {name} {{ {string.Join(", ", places.Arguments)} }}.{calls}";
        if (call.Length > MaxUpdateLength) call = KernelMethod.Wrapped($"new {name}\n{{", places.Arguments, $"\n}}.{calls}");
        if (returns)
        {
            DefineResult(loop, loop.Carried[0], call);
            return;
        }

        _code.Line(call + ";");
        for (int c = 0; c < taken.Count; c++) DefineResult(loop, loop.Carried[c], taken[c]);
    }

    /// <summary>Gives a loop the places in arrays where it begins: references that the kernel has, or ranges checked as it is called.</summary>
    private void GivePlaces(string extent)
    {
        (_loop.Position, _loop.Count) = ("k", extent);
        _ranges.Push([]);
        foreach ((int buffer, int indexValue, _) in AccessesInLoop())
        {
            Affine shift = ShiftOf(indexValue);
            string start = StartText(shift);
            if (_loop.References.ContainsKey((buffer, start))) continue;
            string range = RangeText(buffer, start, extent);
            string place = _ranges.Select(scope => scope.TryGetValue(range, out string known) ? known : null).FirstOrDefault(known => known is not null)
                ?? (IsKnownRow(buffer, shift) || IsKnownRange(buffer, start) ? $"Lanes.Known({_bufferNames[buffer]}, {start})" : range);
            _ranges.Peek()[range] = place;
            _loop.References[(buffer, start)] = _loop.Method!.Add("ref " + _real, _bufferNames[buffer] + "At", place);
        }

        _ranges.Pop();
        _loop.Count = "count";
    }

    /// <summary>The name of a loop's method, and a sentence on it.</summary>
    private (string Name, string Summary) Described(Loop loop)
    {
        string of = AccessesInLoop().Select(a => a.Buffer).OrderBy(b => !IsPerRow(b) ? 2 : _function.Buffers[b].Kind == BufferKind.Data ? 0 : 1).Select(b => _bufferNames[b]).FirstOrDefault() ?? "values";
        string verb = loop.Carried.Count > 0 ? "Sum" : loop.Body.AllItems().OfType<Accumulate>().Any() ? "Add" : "Map";
        return (verb + string.Concat(NameTable.Identifier(of).Split('_').Select(NameTable.Pascal)), _comments.Of(loop) ?? (verb == "Sum" ? $"Sums along {of}" : $"Computes {of}"));
    }

    /// <summary>Values from outside that a loop's method is given, as vectors.</summary>
    private void DeclareValues(Loop loop)
    {
        IEnumerable<int> truths = loop.Body.AllItems().SelectMany(i => i.Reads()).Where(v => _function.TypeOf(v) == ScalarType.Bool && !_loop.Inside.Contains(v));
        IEnumerable<int> arguments = loop.Body.AllItems().OfType<Let>().Where(l => l.Op == Op.Argument && _function.TypeOf(l.Id).IsReal()).Select(l => l.Id);
        foreach (int value in ReadFromOutside(loop).Concat(truths).Concat(arguments).Distinct())
        {
            if (IsLane(value) || _index.IsConstant(value)) continue;
            bool isReal = _function.TypeOf(value).IsReal();
            string name = _loop.Method!.Add(isReal ? _real : "bool", _function.Values[value].Name ?? "s", Scalar(value).Code);
            string vector = _names.Unique(name + "V");
            _code.Line($"var {vector} = {(isReal ? $"Vector512.Create({name})" : $"Lanes.Mask<{_real}>({name})")};");
            _loop.Values[value] = new Text(vector);
        }
    }
}
