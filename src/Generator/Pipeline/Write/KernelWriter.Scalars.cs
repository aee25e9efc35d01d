using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Code that runs once, for one example or for none: every value is a C# scalar.</summary>
internal sealed partial class KernelWriter
{
    private void WriteItems(Region region)
    {
        foreach (Item item in region.Items) WriteItem(item);
    }

    private void WriteItem(Item item)
    {
        if (_block is not null && WriteInBlock(item)) return;
        switch (item)
        {
            case Let let:
                DefineScalar(let.Id, ScalarText(let));
                break;
            case Load load:
                DefineScalar(load.Id, LoadText(load));
                break;
            case Store when NamesParameters:
                if (_output == Cliques) _code.Line("cliques.Close();");
                break;
            case Accumulate member when NamesParameters:
                string place = PlaceInRow(member.Buffer, Scalar(member.Index).Under(Text.Sum));
                _code.Line(_output == Columns ? $"columns[{NumberText.Integer(_columns++)}] = {place};" : $"{(_output == Cliques ? "cliques.Add" : "row.Touch")}({place});");
                break;
            case Store store when IsSparse(store.Buffer):
                _code.Line($"row.Range({PlaceInRow(store.Buffer, Scalar(store.Index).Under(Text.Sum))}, 1)[0] = {Scalar(store.Value)};");
                break;
            case Accumulate accumulate when IsSparse(accumulate.Buffer):
                _code.Line($"row.Add({PlaceInRow(accumulate.Buffer, Scalar(accumulate.Index).Under(Text.Sum))}, {Scalar(accumulate.Value)});");
                break;
            case Store store:
                _code.Line($"{_bufferNames[store.Buffer]}[{Scalar(store.Index)}] = {Scalar(store.Value)};");
                break;
            case Accumulate accumulate:
                _code.Line($"{ElementText(accumulate.Buffer, accumulate.Index)} += {Scalar(accumulate.Value)};");
                break;
            case Alloc alloc:
                if (NeedsZeros(alloc) && !_function.Buffers[alloc.Buffer].Growing) _code.Line($"{_bufferNames[alloc.Buffer]}[..{Slice(alloc.Buffer)}].Clear();");
                break;
            case Loop loop when _plan.IsVectorLoop(loop):
                WriteVectorLoop(loop);
                break;
            case Loop loop:
                WriteScalarLoop(loop);
                break;
            case If branch:
                WriteScalarBranch(branch);
                break;
        }
    }

    private string Slice(int buffer) => Parenthesized(_lengthTexts[buffer], true);

    private Text Scalar(int value) => _scalars.TryGetValue(value, out Text text)
        ? text
        : throw new InvalidOperationException($"Value {value} has no scalar text.");

    private void DefineScalar(int value, Text text)
    {
        Let? let = _index.LetOf(value);
        if (let?.Op is Op.Const or Op.Argument or Op.Extent || MayInlineScalar(value, text))
        {
            _scalars[value] = text;
            return;
        }

        string name = NameOf(value);
        _code.Line($"{OpText.TypeName(_function.TypeOf(value))} {name} = {text};");
        _scalars[value] = new Text(name);
    }

    /// <summary>A load from an array that is written to must stay where it is.</summary>
    private bool MayInlineScalar(int value, Text text) =>
        MayInline(value, text) && !(_index.DefinitionOf(value) is Load load && !_function.Buffers[load.Buffer].IsReadOnly);

    private Text ScalarText(Let let) => let.Op switch
    {
        Op.Const => _function.TypeOf(let.Id) switch
        {
            ScalarType.I32 => Number(NumberText.Integer(let.Payload)),
            ScalarType.Bool => new Text(let.Payload != 0 ? "true" : "false"),
            ScalarType real => Number(NumberText.Real(let.RealConstant, real)),
        },
        Op.Argument when let.Payload == SpecialArgument.ExampleCount => new Text("ExampleCount"),
        Op.Argument when let.Payload == SpecialArgument.Seed => new Text("weight"),
        Op.Argument when let.Payload == SpecialArgument.Output => new Text("output"),
        Op.Argument => new Text(_argumentNames[(int)let.Payload]),
        Op.Extent => new Text(_extentNames[(int)let.Payload]),
        _ => OpText.Scalar(
            let.Op, _function.TypeOf(let.Id), _function.TypeOf(let.A), Scalar(let.A), let.B < 0 ? OpText.Order(let) : Scalar(let.B), let.C < 0 ? default : Scalar(let.C)),
    };

    private static Text Number(string digits) => new(digits, digits[0] == '-' ? Text.UnaryOperator : Text.Atom);

    private Text LoadText(Load load)
    {
        if (_function.Buffers[load.Buffer] is { Kind: BufferKind.Direction } direction && !_function.Arguments[direction.Argument].IsArray)
        {
            return new Text($"direction[{ParameterOffset(direction.Argument)}]");
        }

        if (_function.Buffers[load.Buffer].Kind != BufferKind.Data) return new Text(ElementText(load.Buffer, load.Index));
        Argument argument = _function.Arguments[_function.Buffers[load.Buffer].Argument];
        string text = argument.IsArray ? $"{_bufferNames[load.Buffer]}[{Scalar(load.Index)}]" : $"Unsafe.Add(ref {_columnNames[load.Buffer]}, {(Gathers(argument) ? _place : _row)})";
        return new Text(_rowNumbers.TryGetValue(load.Id, out int extent) ? $"Lanes.RowNumber({text}, {_extentNames[extent]})" : text);
    }

    private string ElementText(int buffer, int index) =>
        IsKnownElement(buffer, index) ? $"Lanes.Known({_bufferNames[buffer]}, {Scalar(index)})" : $"{_bufferNames[buffer]}[{Scalar(index)}]";

    private string _row = string.Empty;
    private string _place = string.Empty;

    private void WriteOneByOne(Loop examples)
    {
        string position = _names.Unique("i");
        _row = _names.Unique("row");
        _scalars[examples.Counter] = new Text(_row);
        // Before anything that could live in a register: this calls.
        List<string> names = DeclareNames();
        FindRowNumbers();
        HashSet<int> common = WriteCommonValues(examples);
        StartCarried(examples);
        using (Block($"for (int {position} = 0; {position} < rows.Count; {position}++)"))
        {
            _code.Line($"int {_row} = rows[{position}];");
            WritePlace(position);
            DeclareRowsOfData();
            foreach (Item item in examples.Body.Items.Where(i => i is not Let let || !common.Contains(let.Id))) WriteItem(item);
            AdvanceCarried(examples);
            WriteNames(names);
        }

        EndNames(names);
        foreach (Carried sum in examples.Carried.Where(c => _plan.VectorSums.Items.Contains(c.Id)))
        {
            _scalars[sum.Result] = new Text($"Lanes.Sum({_scalars[sum.Id]})");
        }
    }

    /// <summary>What the weight of an example alone decides, which the function knows inside of the loop only, is the same for all of them.</summary>
    /// <returns>The values that are written.</returns>
    private HashSet<int> WriteCommonValues(Loop examples)
    {
        HashSet<int> inside = [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)], common = [];
        foreach (Let let in examples.Body.Items.OfType<Let>().Where(l => _function.TypeOf(l.Id).IsReal() && l.Operands.All(o => !inside.Contains(o) || common.Contains(o))))
        {
            common.Add(let.Id);
            if (let.Op is Op.Const or Op.Argument or Op.Extent)
            {
                WriteItem(let);
                continue;
            }

            string name = NameOf(let.Id);
            _code.Line($"{OpText.TypeName(_function.TypeOf(let.Id))} {name} = {ScalarText(let)};");
            _scalars[let.Id] = new Text(name);
        }

        return common;
    }

    private void WriteScalarLoop(Loop loop)
    {
        string counter = NameOf(loop.Counter, "k");
        _scalars[loop.Counter] = new Text(counter);
        StartCarried(loop);
        using (Block(LoopHeader(loop, counter)))
        {
            CheckLimit(loop, counter);
            LendCarried(loop);
            WriteItems(loop.Body);
            AdvanceCarried(loop);
        }
    }

    private string LoopHeader(Loop loop, string counter)
    {
        string goesOn = loop.EndsEarly ? Scalar(loop.While).Code : string.Empty, and = loop.EndsEarly ? goesOn + " && " : string.Empty;
        return loop.Limited is not null ? $"for (int {counter} = {Scalar(loop.From)}; {goesOn}; {counter}++)"
            : loop.Descending ? $"for (int {counter} = {Scalar(loop.To)} - 1; {and}{counter} >= {Scalar(loop.From)}; {counter}--)"
            : $"for (int {counter} = {Scalar(loop.From)}; {and}{counter} < {Scalar(loop.To)}; {counter}++)";
    }

    /// <summary>A loop that only its condition ends may run no more often than the user said.</summary>
    private void CheckLimit(Loop loop, string counter)
    {
        if (loop.Limited is null || _index.LetOf(loop.To) is { Op: Op.Const, Payload: int.MaxValue }) return;
        _code.Line($"if ({counter} == {Scalar(loop.To)}) LoopLimit.Reached({Quoted(loop.Limited)}, {Scalar(loop.To)});");
    }

    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

    private void StartCarried(Loop loop)
    {
        foreach (Carried carried in loop.Carried)
        {
            if (_plan.VectorSums.Items.Contains(carried.Id))
            {
                string sum = _names.Unique((_function.Values[carried.Id].Name ?? "sum") + "V");
                _code.Line($"var {sum} = {VectorType}.Zero;");
                _scalars[carried.Id] = new Text(sum);
                continue;
            }

            string name = NameOf(carried.Result, _function.Values[carried.Id].Name ?? (carried == loop.Carried[0] && loop.IsExamples ? "loss" : null));
            _code.Line($"{OpText.TypeName(_function.TypeOf(carried.Id))} {name} = {Scalar(carried.Init)};");
            _scalars[carried.Id] = _scalars[carried.Result] = new Text(name);
        }
    }

    private void AdvanceCarried(Loop loop) => Assign(loop.Carried.Items.Where(IsAdvanced).Select(c => (Scalar(c.Id).Code, Scalar(c.Next).Code)).ToList(), loop);

    private bool IsAdvanced(Carried carried) => carried.Next != carried.Id && !_lent.ContainsKey(carried.Next) && !_plan.VectorSums.Items.Contains(carried.Id);

    /// <summary>Assigns all targets at once: a text that reads a target which an earlier assignment changes is taken aside first.</summary>
    private void Assign(List<(string Target, string Value)> assignments, Loop loop)
    {
        var pending = loop.Carried.Items.Where(IsAdvanced).ToList();
        var values = assignments.Select(a => a.Value).ToArray();
        for (int later = 1; later < assignments.Count; later++)
        {
            bool reads = false;
            for (int earlier = 0; earlier < later; earlier++) reads |= Mentions(values[later], assignments[earlier].Target);
            if (!reads) continue;
            string aside = _names.Unique(assignments[later].Target + "Next");
            string typeName = _block is not null && IsLane(pending[later].Id) ? VectorType : OpText.TypeName(_function.TypeOf(pending[later].Id));
            _code.Line($"{typeName} {aside} = {values[later]};");
            values[later] = aside;
        }

        for (int k = 0; k < assignments.Count; k++)
        {
            string target = assignments[k].Target, value = values[k], prefix = target + " + ";
            if (value.StartsWith(prefix, StringComparison.Ordinal) && IsSingleTerm(value.Substring(prefix.Length))) _code.Line($"{target} += {value.Substring(prefix.Length)};");
            else _code.Line($"{target} = {value};");
        }
    }

    /// <summary>Whether what follows <c>s + </c> is one term, so that <c>s += …</c> adds in the same order.</summary>
    private static bool IsSingleTerm(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[') depth++;
            if (text[i] is ')' or ']') depth--;
            if (depth == 0 && i > 0 && text[i] is '+' or '-' or '?' && i + 1 < text.Length && text[i - 1] == ' ' && text[i + 1] == ' ') return false;
        }

        return true;
    }

    private static bool Mentions(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            bool startsWord = at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '.');
            int end = at + name.Length;
            if (startsWord && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] == '_'))) return true;
        }

        return false;
    }
}
