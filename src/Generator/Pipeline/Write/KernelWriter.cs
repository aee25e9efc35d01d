using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Writes the body of one kernel. Scalars, blocks of examples and loops along their counter are in the other parts;
/// what they share, the texts of values and the declarations at the top, is here.
/// </summary>
internal sealed partial class KernelWriter
{
    private const int MaxInlineLength = 76;

    // One statement that updates a running sum may fill a line.
    private const int MaxUpdateLength = 110;

    private const int MaxStackLength = 256;

    private static readonly string[] s_reservedNames =
    [
        "parameters", "gradient", "direction", "product", "row", "cliques", "example", "output", "residuals", "workspace", "rest", "rows", "weight", "active", "spill",
        "Lanes", "Strip", "Sym", "Math", "MathF", "VectorMath", "Vector512", "Unsafe", "Quad", "tail",
    ];

    private readonly ObjectiveModel _model;
    private readonly string _output;
    private readonly KernelPlan _plan;
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private NameTable _names;
    private readonly LoopComments _comments;
    private readonly string _real;
    private readonly int _lanes;
    private readonly HashSet<int> _nexts;

    /// <summary>What sides of branches give: assigned to a variable in any case.</summary>
    private readonly HashSet<int> _given;

    /// <summary>What sums add up.</summary>
    private readonly HashSet<int> _addends;
    private readonly Dictionary<int, Text> _scalars = [];
    private readonly Dictionary<int, string> _bufferNames = [];
    private readonly Dictionary<int, string> _lengthTexts = [];
    private CodeWriter _code = new();

    /// <param name="output">The argument of the kernel that takes what the function accumulates: <c>gradient</c>, <c>product</c> or, as a sparse row, <c>row</c>.</param>
    public KernelWriter(ObjectiveModel model, KernelPlan plan, string output = "gradient")
    {
        _model = model;
        _output = output;
        _plan = plan;
        _function = plan.Function;
        _index = new FunctionIndex(_function);
        _comments = new LoopComments(_function, output);
        _real = OpText.TypeName(_function.Real);
        _given = [.. _function.Body.AllItems().OfType<If>().SelectMany(b => b.Results.Items).SelectMany(m => new[] { m.Then, m.Else })];
        _addends = [.. _function.Body.AllItems().OfType<Let>().Where(l => l.Op is Op.Add or Op.Sub).SelectMany(l => l.Operands)];
        _nexts = [.. _function.Body.AllItems().OfType<Loop>().SelectMany(l => l.Carried.Items).Select(c => c.Next)];
        _lanes = _function.Real == ScalarType.F32 ? 16 : 8;
        _examplesPerElement = plan.Contractions.Count > 0 ? BlockExamples : _lanes;
        _names = new NameTable(s_reservedNames);
    }

    private string VectorType => $"Vector512<{_real}>";

    /// <summary>The workspace that the kernel takes, as a sum of C# terms over the objective's extents.</summary>
    public List<string> WorkspaceTerms { get; } = [];

    /// <summary>The bytes of what the kernel records on the way and reads on the way back, as a sum of C# terms over the objective's members. Without records that grow.</summary>
    public List<string> RecordedTerms { get; } = [];

    /// <summary>The statements of the kernel, with the value to return at the end.</summary>
    public CodeWriter Write()
    {
        DeclareArguments();
        DeclareBuffers();
        _code.Gap();
        foreach (Item item in _function.Body.Items)
        {
            if (item is Loop { IsExamples: true } examples)
            {
                _code.Gap();
                if (_plan.Contractions.Count > 0) WriteContractionBlocks(examples);
                else if (_plan.Examples == ExampleMode.Blocks) WriteBlocks(examples);
                else if (_plan.Examples == ExampleMode.Single) WriteSingleExample(examples);
                else WriteOneByOne(examples);
                if (_function.Result >= 0 || _function.Body.Items[_function.Body.Items.Count - 1] != item) _code.Gap();
            }
            else
            {
                WriteItem(item);
            }
        }

        if (_function.Result < 0 && _tapeSet.Length == 0) return _code;
        _code.Gap();
        if (_tapeSet.Length > 0) _code.Line($"__tapes.Return({_tapeSet});");
        if (_function.Result < 0) return _code;
        _code.Line($"return {Scalar(_function.Result)};");
        return _code;
    }

    /// <summary>Locals for what the kernel reads of parameters, constants and data, in the user's names.</summary>
    private void DeclareArguments()
    {
        HashSet<int> scalars = [], extents = [], buffers = [];
        foreach (Item item in _function.Body.AllItems())
        {
            if (item is Let { Op: Op.Argument } argument) scalars.Add((int)argument.Payload);
            if (item is Let { Op: Op.Extent } extent) extents.Add((int)extent.Payload);
            if (item is Load load) buffers.Add(load.Buffer);
            if (item is Store store) buffers.Add(store.Buffer);
            if (item is Accumulate accumulate) buffers.Add(accumulate.Buffer);
        }

        int last = scalars.DefaultIfEmpty(0).Max();
        for (int b = 0; b < _function.Buffers.Count; b++)
        {
            BufferInfo buffer = _function.Buffers[b];
            if (!buffers.Contains(b) || buffer.Argument < 0) continue;
            Argument argument = _function.Arguments[buffer.Argument];
            if (argument.Role == ArgumentRole.Parameter) last = Math.Max(last, buffer.Argument);
            if (!(NamesParameters && buffer.Kind == BufferKind.Gradient)) extents.UnionWith(argument.Dimensions);
        }

        // Extents first: the other declarations are written in terms of them. A parameter's place needs those before it.
        foreach (int e in _model.ExtentsOfParameters(before: last)) extents.Add(e);
        var extentNames = new Dictionary<int, string>();
        foreach (int e in extents.OrderBy(e => e))
        {
            string name = _names.Unique(_function.Extents[e].Name is { } wanted && _function.Arguments.Items.Any(a => a.Name == wanted) ? wanted + "Length" : _function.Extents[e].Name);
            extentNames[e] = name;
            _code.Line($"int {name} = {(e == VectorExtent ? $"{IsOneVector} ? {NumberText.Integer(_lanes)} : " : string.Empty)}{_model.ExtentField(e)};");
        }

        foreach (KeyValuePair<int, string> pair in extentNames) _extentNames[pair.Key] = pair.Value;
        foreach (int a in scalars.OrderBy(a => a))
        {
            if (a < 0) continue;
            Argument argument = _function.Arguments[a];
            string name = _names.Unique(argument.Name);
            _argumentNames[a] = name;
            string source = argument.Role == ArgumentRole.Parameter ? $"parameters[{ParameterOffset(a)}]" : _model.ConstantMember(a);
            _code.Line($"{OpText.TypeName(argument.Type)} {name} = {source};");
        }

        int gathered = 0;
        for (int b = 0; b < _function.Buffers.Count; b++)
        {
            BufferInfo buffer = _function.Buffers[b];
            if (!buffers.Contains(b) || buffer.Argument < 0) continue;
            Argument argument = _function.Arguments[buffer.Argument];
            if (NamesParameters && buffer.Kind == BufferKind.Gradient)
            {
                _bufferNames[b] = argument.Name;
                continue;
            }

            string length = LengthName(argument);
            string type = OpText.TypeName(buffer.Type);
            string name;
            switch (buffer.Kind)
            {
                case BufferKind.Parameter:
                    name = _names.Unique(argument.Name);
                    _code.Line($"ReadOnlySpan<{type}> {name} = parameters.Slice({ParameterOffset(buffer.Argument)}, {length});");
                    break;
                case BufferKind.Gradient when IsSparse(b):
                    // Added to element by element, or range by range: see KernelWriter.Rows.
                    name = argument.Name;
                    break;
                case BufferKind.Gradient when _output == SparseRow:
                    name = _names.Unique(argument.Name + "Row");
                    _code.Line($"Span<{type}> {name} = row.Range({ParameterOffset(buffer.Argument)}, {length});");
                    break;
                case BufferKind.Gradient:
                    name = _names.Unique(argument.Name + NameTable.Pascal(_output));
                    _code.Line($"Span<{type}> {name} = {_output}.Slice({ParameterOffset(buffer.Argument)}, {length});");
                    break;
                case BufferKind.Direction when !argument.IsArray:
                    // Read where it is needed: see LoadText.
                    name = argument.Name;
                    break;
                case BufferKind.Direction:
                    name = _names.Unique(argument.Name + "Direction");
                    _code.Line($"ReadOnlySpan<{type}> {name} = direction.Slice({ParameterOffset(buffer.Argument)}, {length});");
                    break;
                case BufferKind.Constant:
                    name = _names.Unique(argument.Name);
                    _code.Line($"ReadOnlySpan<{type}> {name} = {_model.ConstantMember(buffer.Argument)}.Span;");
                    break;
                case BufferKind.Data:
                    name = argument.IsArray ? _names.Unique(argument.Name) : argument.Name;
                    _columnNames[b] = _names.Unique(argument.Name + "Column");
                    string column = $"ref MemoryMarshal.GetReference({_model.DataField(buffer.Argument)}.Span)";
                    _code.Line($"ref {type} {_columnNames[b]} = {(Gathers(argument) ? $"ref NamedRows.Column(rows, {column}, {NumberText.Integer(gathered++)})" : column)};");
                    break;
                default:
                    continue;
            }

            _bufferNames[b] = name;
            _lengthTexts[b] = length;
        }
    }

    /// <summary>The length of an array: the name of its extent, or of the product that a matrix needs.</summary>
    private string LengthName(Argument array)
    {
        string length = ObjectiveModel.LengthOf(array, e => _extentNames[e]);
        if (!array.IsMatrix) return length;
        if (_matrixLengths.TryGetValue(length, out string known)) return known;
        string name = _names.Unique(array.Name + "Length");
        _code.Line($"int {name} = {length};");
        _matrixLengths[length] = name;
        return name;
    }

    private readonly Dictionary<string, string> _matrixLengths = [];
    private readonly Dictionary<int, string> _extentNames = [];
    private readonly Dictionary<int, string> _argumentNames = [];
    private readonly Dictionary<int, string> _columnNames = [];

    private string ParameterOffset(int argument) => _model.ParameterOffset(argument, e => _extentNames[e]);

    /// <summary>Working arrays are parts of the workspace: their lengths are known when the objective is constructed.</summary>
    private void DeclareBuffers()
    {
        for (int b = 0; b < _function.Buffers.Count; b++)
        {
            if (_function.Buffers[b].Kind == BufferKind.Output) (_bufferNames[b], _lengthTexts[b]) = ("residuals", "residuals.Length");
        }

        bool any = false;

        // Whole vectors per element first: all of these then begin on cache lines, as the workspace does.
        foreach (Alloc alloc in _function.Body.AllItems().OfType<Alloc>().OrderBy(a => _plan.LayoutOf(a.Buffer) == BufferLayout.PerLane ? 0 : 1))
        {
            BufferInfo buffer = _function.Buffers[alloc.Buffer];
            string name = _names.Unique(buffer.Name);
            _bufferNames[alloc.Buffer] = name;
            if (buffer.Growing)
            {
                string owner = Quoted(buffer.Owner ?? "a loop without a bound that is known beforehand");
                _code.Line($"GrowingTape<{OpText.TypeName(buffer.Type)}> {name} = {TapeSet()}.Growing<{OpText.TypeName(buffer.Type)}>({NextTape()}, {owner}, TapeLimit);");
                continue;
            }

            bool perExample = _plan.LayoutOf(alloc.Buffer) != BufferLayout.Shared;
            string factor = perExample ? NumberText.Integer(_examplesPerElement) + " * " : string.Empty;
            string length = LengthText(alloc.Length, null);
            _lengthTexts[alloc.Buffer] = length;
            string atConstruction = LengthText(alloc.Length, AtConstruction);
            if (buffer is { Kind: BufferKind.Tape, Overwritten: false })
            {
                string size = buffer.Type switch { ScalarType.F64 => "8L * ", ScalarType.Bool => string.Empty, _ => "4L * " };
                RecordedTerms.Add(size + factor + Parenthesized(LengthText(alloc.Length, OfMembers), needed: true));
            }

            if (buffer.Type != _function.Real)
            {
                // Arrays of another type than the workspace's are kept beside it; a short one of known length lives on the stack.
                string type = OpText.TypeName(buffer.Type);
                bool isShort = _index.LetOf(alloc.Length) is { Op: Op.Const, Payload: >= 0 and <= MaxStackLength };
                _code.Line(isShort ? $"Span<{type}> {name} = stackalloc {type}[{length}];" : $"Span<{type}> {name} = {TapeSet()}.Fixed<{type}>({NextTape()}, {length});");
                continue;
            }

            if (!any) _code.Line($"Span<{_real}> rest = workspace;");
            any = true;
            if (IsWrittenInTiles(alloc.Buffer)) (length, atConstruction) = (length + BeyondTiles, atConstruction + BeyondTiles);
            _code.Line($"Span<{_real}> {name} = Lanes.Take(ref rest, {factor}{Parenthesized(length, factor.Length > 0)});");
            WorkspaceTerms.Add(factor + Parenthesized(atConstruction, factor.Length > 0));
        }
    }

    /// <summary>Whether an array is read where nothing was stored.</summary>
    private bool NeedsZeros(Alloc alloc) => _function.Buffers[alloc.Buffer] is { Kind: not BufferKind.Tape } and not { Kind: BufferKind.Local, Overwritten: true };

    private string _tapeSet = string.Empty;

    private string TapeSet()
    {
        if (_tapeSet.Length > 0) return _tapeSet;
        _tapeSet = _names.Unique("tapes");
        _code.Line($"TapeSet {_tapeSet} = __tapes.Rent();");
        return _tapeSet;
    }

    private string NextTape() => NumberText.Integer(_model.Tapes++);

    private static string Parenthesized(string text, bool needed) => needed && text.IndexOfAny([' ']) >= 0 ? "(" + text + ")" : text;

    /// <summary>The length of a working array, from extents, constants and the number of examples.</summary>
    /// <param name="atConstruction">How an extent reads in the constructor; null for the text inside the kernel.</param>
    private string LengthText(int value, LengthNames? names)
    {
        Let let = _index.LetOf(value) ?? throw new NotSupportedInTargetException("the length of a local array depends on a loop or on data");
        return Length(let).Code;

        Text Length(Let l) => l.Op switch
        {
            Op.Const when _function.TypeOf(l.Id).IsReal() => new Text(NumberText.Real(l.RealConstant, _function.TypeOf(l.Id))),
            Op.Const => new Text(NumberText.Integer(l.Payload)),
            Op.Extent => new Text(names is null ? _extentNames[(int)l.Payload] : names.Extent((int)l.Payload)),
            Op.Argument when l.Payload == SpecialArgument.ExampleCount => new Text(names?.Examples ?? "ExampleCount"),
            Op.Argument when l.Payload >= 0 && _function.Arguments[(int)l.Payload].Role == ArgumentRole.Constant => new Text(
                names is null ? _argumentNames[(int)l.Payload] : names.Constant((int)l.Payload)),
            _ when l.Operands.All(o => _index.LetOf(o) is not null) && l.Operands.Any() => OpText.Scalar(
                l.Op, _function.TypeOf(l.Id), _function.TypeOf(l.A), Operand(l.A), Operand(l.B), Operand(l.C)),
            _ => throw new NotSupportedInTargetException("the length of a local array depends on a loop or on data"),
        };

        Text Operand(int operand) => operand < 0 ? default : Length(_index.LetOf(operand)!);
    }

    /// <summary>Extents, constants and the number of examples in the constructor, of which lengths are made there.</summary>
    private LengthNames AtConstruction => new(_model.ExtentAtConstruction, a => NameTable.Escaped(_function.Arguments[a].Name), "extents.Examples");

    /// <summary>The same in members of the objective.</summary>
    private LengthNames OfMembers => new(_model.ExtentField, _model.ConstantMember, "ExampleCount");

    /// <summary>The names of what lengths are made of, outside of the kernel.</summary>
    private sealed record LengthNames(Func<int, string> Extent, Func<int, string> Constant, string Examples);

    /// <summary>A block of C#, with names of its own.</summary>
    private NamedBlock Block(string header)
    {
        CodeWriter.BlockScope braces = _code.Block(header);
        _names.OpenBlock();
        _ranges.Push([]);
        return new NamedBlock(braces, _names, _ranges);
    }

    private readonly struct NamedBlock(CodeWriter.BlockScope braces, NameTable names, Stack<Dictionary<string, string>> ranges) : IDisposable
    {
        public void Dispose()
        {
            ranges.Pop();
            names.CloseBlock();
            braces.Dispose();
        }
    }

    private string NameOf(int value, string? fallback = null) => _names.Unique(_function.Values[value].Name ?? fallback);

    /// <summary>What a loop carries on is written into the variable that carries it, whatever its name.</summary>
    private bool MayInline(int value, Text text, int length = MaxInlineLength) =>
        !(_inHead && _function.TypeOf(value).IsReal()) && (_function.Values[value].Name is null || _nexts.Contains(value)) && _index.UsesOf(value) == 1 && _index.IsUsedOnlyInOwnRegion(value)
        && text.Code.Length <= (_nexts.Contains(value) || _given.Contains(value) ? MaxUpdateLength : length);
}

/// <summary>A loss that is understood but cannot be written for the target; it becomes a diagnostic at the method.</summary>
internal sealed class NotSupportedInTargetException(string reason) : Exception(reason);
