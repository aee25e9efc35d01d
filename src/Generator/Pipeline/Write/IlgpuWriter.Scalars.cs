using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What one thread does one after the other.</summary>
internal sealed partial class IlgpuWriter
{
    /// <summary>How the example is named whose values are computed: its place in the tile, and its row of the data.</summary>
    private string _lane = "thread";
    private string _row = "row";

    /// <summary>Variables that are declared at the top, because parts after this one read them.</summary>
    private readonly Dictionary<int, string> _lasting = [];

    /// <summary>Whether values of the example go to their places in memory as soon as they are known.</summary>
    private bool _keepsCells;

    private void WriteItems(IEnumerable<Item> items)
    {
        foreach (Item item in items) WriteItem(item);
    }

    private void WriteItem(Item item)
    {
        switch (item)
        {
            case Let let:
                Define(let.Id, TextOf(let));
                break;
            case Load load:
                Define(load.Id, new Text(Element(load.Buffer, ValueText(load.Index))));
                break;
            case Store store:
                _code.Line($"{Element(store.Buffer, ValueText(store.Index))} = {(_function.Buffers[store.Buffer].Kind == BufferKind.Output ? OutputText(store.Value) : Stored(store.Buffer, store.Value))};");
                break;
            case Accumulate accumulate:
                WriteAddition(accumulate.Buffer, ValueText(accumulate.Index), ValueText(accumulate.Value));
                break;
            case Alloc alloc:
                WriteClear(alloc);
                break;
            case Loop loop:
                WriteLoop(loop);
                break;
            case If branch:
                WriteBranch(branch, WriteItems);
                break;
        }
    }

    /// <summary>Truth values lie in arrays as integers.</summary>
    private string Stored(int buffer, int value) =>
        _function.Buffers[buffer].Type == ScalarType.I32 && _function.TypeOf(value) == ScalarType.Bool ? $"{ValueText(value).Under(Text.OrElse)} ? 1 : 0" : ValueText(value).Code;

    /// <summary>Where a loop wants more iterations than it is allowed, NaN.</summary>
    private string OutputText(int value)
    {
        string text = CanExceedBefore ? $"{ValueText(value).Under(Text.Sum)} + shared[{Number(ExceededBefore)}]" : ValueText(value).Code;
        return _exceeds ? $"exceeded != 0 ? {_real}.NaN : {text}" : text;
    }

    private void WriteClear(Alloc alloc)
    {
        if (_plan.Accumulators.ContainsKey(alloc.Buffer) || !NeedsZeros(alloc)) return;
        string at = _names.Unique("e");
        _code.Line($"for (int {at} = 0; {at} < {ValueText(alloc.Length).Under(Text.Sum)}; {at}++) {Element(alloc.Buffer, new Text(at))} = 0;");
    }

    private bool NeedsZeros(Alloc alloc) => _function.Buffers[alloc.Buffer] is { Kind: not BufferKind.Tape } and not { Kind: BufferKind.Local, Overwritten: true };

    private Text ValueText(int value) => _texts.TryGetValue(value, out Text text) ? text : throw new InvalidOperationException($"Value {value} has no text on devices.");

    private void Define(int value, Text text)
    {
        Item? definition = _index.DefinitionOf(value);
        ScalarType type = _function.TypeOf(value);
        if (_lasting.TryGetValue(value, out string lasting))
        {
            _code.Line($"{lasting} = {text};");
            _texts[value] = new Text(lasting);
        }
        else if (definition is Let { Op: Op.Const or Op.Argument or Op.Extent } || (MayInline(value, definition, text) && !IsCell(value)))
        {
            _texts[value] = text;
        }
        else
        {
            string name = _names.Unique(_function.Values[value].Name);
            _code.Line($"{OpText.TypeName(type)} {name} = {text};");
            _texts[value] = new Text(name);
        }

        Keep(value);
    }

    private bool IsCell(int value) => _keepsCells && _plan.Cells.Contains(value);

    private void Keep(int value)
    {
        if (IsCell(value)) _code.Line($"{Cell(value)} = {(_function.TypeOf(value) == ScalarType.Bool ? $"{ValueText(value).Under(Text.OrElse)} ? 1 : 0" : ValueText(value).Code)};");
    }

    /// <summary>The place of a value of the example.</summary>
    private string Cell(int value)
    {
        bool isReal = _function.TypeOf(value).IsReal();
        int number = _plan.Cells.Where(v => _function.TypeOf(v).IsReal() == isReal).ToList().IndexOf(value);
        string at = FromLayout(isReal ? _cellsAt : _integerCellsAt, isReal ? "cellsAt" : "integerCellsAt");
        return Working(isReal, number == 0 ? at : $"({at} + {Number(number)})");
    }

    private bool MayInline(int value, Item? definition, Text text) =>
        _function.Values[value].Name is null && _index.UsesOf(value) == 1 && _index.IsUsedOnlyInOwnRegion(value) && text.Code.Length <= MaxInlineLength
        && !(definition is Load load && !_function.Buffers[load.Buffer].IsReadOnly) && definition is Let or Load;

    private Text TextOf(Let let) => let.Op switch
    {
        Op.Const => _function.TypeOf(let.Id) switch
        {
            ScalarType.I32 => Signed(Number((int)let.Payload)),
            ScalarType.Bool => new Text(let.Payload != 0 ? "true" : "false"),

            // The text for OpenCL loses the sign of the literal.
            ScalarType real when let.RealConstant == 0 && BitConverter.DoubleToInt64Bits(let.RealConstant) < 0 => new Text($"DeviceMath.CopySign({NumberText.Real(0, real)}, {NumberText.Real(-1, real)})"),
            ScalarType real => Signed(NumberText.Real(let.RealConstant, real)),
        },
        Op.Argument when let.Payload == SpecialArgument.ExampleCount => new Text(FromLayout(DeviceLayout.ExampleCount, "exampleCount")),
        Op.Argument when let.Payload == SpecialArgument.Seed => new Text("weight"),
        Op.Argument => ArgumentText((int)let.Payload),
        Op.Extent => new Text(ExtentName((int)let.Payload)),
        _ => DeviceOps.Scalar(
            let.Op, _function.TypeOf(let.Id), _function.TypeOf(let.A), ValueText(let.A), let.B < 0 ? OpText.Order(let) : ValueText(let.B), let.C < 0 ? default : ValueText(let.C)),
    };

    private static Text Signed(string digits) => new(digits, digits[0] == '-' ? Text.UnaryOperator : Text.Atom);

    private Text ArgumentText(int argument)
    {
        Argument of = _function.Arguments[argument];
        if (of.Role == ArgumentRole.Parameter) return new Text($"parameters[{ParameterAt(argument)}]");
        return of.Type switch
        {
            ScalarType.I32 => new Text(FromLayout(_layout.Entry("value of " + of.Name, "host." + _model.ConstantMember(argument), of.Name), of.Name)),
            ScalarType.Bool => new Text($"{FromLayout(_layout.Entry("value of " + of.Name, $"host.{_model.ConstantMember(argument)} ? 1 : 0", of.Name), of.Name)} != 0", Text.Equality),
            _ => of.Type == _function.Real ? new Text($"data[{DataAt(argument)}]") : new Text($"({OpText.TypeName(of.Type)})data[{DataAt(argument)}]", Text.UnaryOperator),
        };
    }

    /// <summary>The element of a buffer, to read or to write.</summary>
    private string Element(int buffer, Text index)
    {
        BufferInfo info = _function.Buffers[buffer];
        switch (info.Kind)
        {
            case BufferKind.Parameter:
                return $"parameters[{Sum(ParameterAt(info.Argument), index)}]";
            case BufferKind.Direction:
                return $"direction[{Sum(ParameterAt(info.Argument), index)}]";
            case BufferKind.Constant:
                return Converted(info, $"{(info.Type.IsReal() ? "data" : "integers")}[{Sum(DataAt(info.Argument), index)}]");
            case BufferKind.Data:
                return Converted(info, DataElement(buffer, info, index));
            case BufferKind.Output:
                return $"result[{OfExample(index)}]";
            case BufferKind.Multipliers:
                return $"direction[{OfExample(index)}]";
            case BufferKind.Gradient when !_isExamplesKernel:
                return $"result[{Sum(ParameterAt(info.Argument), index)}]";
        }

        if (!_at.TryGetValue(buffer, out int entry)) throw new NotOnDevicesException($"'{info.Name}' is written outside of the function");
        string at = FromLayout(entry, info.Name + "At");
        if (_plan.SharedArrays.Contains(buffer)) return $"{(info.Type.IsReal() ? "shared" : "scratchIntegers")}[{Sum(at, index)}]";
        return Working(info.Type.IsReal(), index.Code == "0" ? at : $"({Sum(at, index)})");
    }

    /// <summary>The place of an element of the example in a vector as long as all residuals.</summary>
    private string OfExample(Text index) => _model.Spec.Residual!.Extent < 0 ? _row
        : Sum($"{_row} * {FromLayout(_layout.Entry("residuals per example", "host.ResidualsPerExample", "residuals of an example"), "residualsPerExample")}", index);

    /// <summary>A column of another type than the loss is converted when it is brought to the device.</summary>
    private string Converted(BufferInfo info, string element) => info.Type == ScalarType.F32 && _function.Real == ScalarType.F64 ? $"(float){element}" : element;

    private static string Sum(string at, Text index) => index.Code == "0" ? at : $"{at} + {index.Under(Text.Sum)}";

    private string DataElement(int buffer, BufferInfo info, Text index)
    {
        Argument argument = _function.Arguments[info.Argument];
        string array = info.Type.IsReal() ? "data" : "integers", at = DataAt(info.Argument);
        if (!argument.IsArray) return $"{array}[{at} + {_row}]";
        string width = string.Join(" * ", argument.Dimensions.Select(ExtentName));
        string inRow = index.Code == "0" ? string.Empty : " + " + index.Under(Text.Sum);
        return _stagedAt.TryGetValue(buffer, out (string At, string Pitch) staged)
            ? $"stage[{(staged.At.Length == 0 ? string.Empty : staged.At + " + ")}{_lane} * {staged.Pitch}{inRow}]" : $"{array}[{at} + {_row} * {Parenthesized(width)}{inRow}]";
    }

    private void WriteLoop(Loop loop)
    {
        string counter = _names.Unique(_function.Values[loop.Counter].Name ?? "k");
        _texts[loop.Counter] = new Text(counter);
        StartCarried(loop);
        using (_code.Block(Header(loop, counter)))
        {
            _names.OpenBlock();
            WriteItems(loop.Body.Items);
            AdvanceCarried(loop);
            _names.CloseBlock();
        }

        AfterLoop(loop);
    }

    private string Header(Loop loop, string counter)
    {
        string and = loop.EndsEarly ? ValueText(loop.While).Under(Text.AndAlso) + " && " : string.Empty;
        return loop.Descending ? $"for (int {counter} = {ValueText(loop.To).Under(Text.Sum)} - 1; {and}{counter} >= {ValueText(loop.From).Under(Text.Sum)}; {counter}--)"
            : $"for (int {counter} = {ValueText(loop.From)}; {and}{counter} < {ValueText(loop.To).Under(Text.Sum)}; {counter}++)";
    }

    /// <summary>A loop that wants more iterations than the user allowed makes the value NaN: a kernel cannot throw.</summary>
    private void AfterLoop(Loop loop)
    {
        if (loop.Limited is not null)
        {
            _exceeds = true;
            _code.Line($"if ({ValueText(loop.While)}) exceeded = 1;");
        }

        foreach (Carried carried in loop.Carried) Keep(carried.Result);
    }

    private bool _exceeds;

    private void StartCarried(Loop loop)
    {
        foreach (Carried carried in loop.Carried)
        {
            bool isLasting = _lasting.TryGetValue(carried.Result, out string lasting);
            string name = isLasting ? lasting : _names.Unique(_function.Values[carried.Result].Name ?? _function.Values[carried.Id].Name);
            _code.Line($"{(isLasting ? string.Empty : OpText.TypeName(_function.TypeOf(carried.Id)) + " ")}{name} = {ValueText(carried.Init)};");
            _texts[carried.Id] = _texts[carried.Result] = new Text(name);
        }
    }

    private void AdvanceCarried(Loop loop) => Assign([.. loop.Carried.Items.Where(c => c.Next != c.Id).Select(c => (_function.TypeOf(c.Id), ValueText(c.Id).Code, ValueText(c.Next).Code))]);

    /// <summary>Assigns all targets at once: what reads a target that an earlier assignment changes is taken aside first.</summary>
    private void Assign(List<(ScalarType Type, string Target, string Value)> assignments)
    {
        for (int later = 1; later < assignments.Count; later++)
        {
            (ScalarType type, string target, string value) = assignments[later];
            if (!assignments.Take(later).Any(a => Mentions(value, a.Target))) continue;
            string aside = _names.Unique(target + "Next");
            _code.Line($"{OpText.TypeName(type)} {aside} = {value};");
            assignments[later] = (type, target, aside);
        }

        foreach ((_, string target, string value) in assignments.Where(a => a.Target != a.Value))
        {
            string prefix = target + " + ";
            if (value.StartsWith(prefix, StringComparison.Ordinal) && value.IndexOfAny(['+', '-', '?'], prefix.Length) < 0) _code.Line($"{target} += {value.Substring(prefix.Length)};");
            else _code.Line($"{target} = {value};");
        }
    }

    private static bool Mentions(string text, string name) =>
        System.Text.RegularExpressions.Regex.IsMatch(text, $@"(?<![\w.]){System.Text.RegularExpressions.Regex.Escape(name)}\b");

    /// <param name="write">Writes the items of a side.</param>
    private void WriteBranch(If branch, Action<IEnumerable<Item>> write)
    {
        var names = new List<string>();
        foreach (Merge merge in branch.Results)
        {
            if (_lasting.TryGetValue(merge.Result, out string lasting))
            {
                names.Add(lasting);
                continue;
            }

            string name = _names.Unique(_function.Values[merge.Result].Name);
            names.Add(name);
            _code.Line($"{OpText.TypeName(_function.TypeOf(merge.Result))} {name};");
        }

        using (_code.Block($"if ({ValueText(branch.Condition)})")) Side(branch.Then, m => m.Then);
        if (branch.Else.Items.Count > 0 || branch.Results.Count > 0)
        {
            using (_code.Block("else")) Side(branch.Else, m => m.Else);
        }

        for (int k = 0; k < names.Count; k++)
        {
            _texts[branch.Results[k].Result] = new Text(names[k]);
            Keep(branch.Results[k].Result);
        }

        void Side(Region side, Func<Merge, int> value)
        {
            _names.OpenBlock();
            write(side.Items);
            for (int k = 0; k < names.Count; k++) _code.Line($"{names[k]} = {ValueText(value(branch.Results[k]))};");
            _names.CloseBlock();
        }
    }
}
