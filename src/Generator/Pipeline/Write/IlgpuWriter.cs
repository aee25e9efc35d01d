using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Writes the kernels of one function for devices. What a single thread does one after the other, the tiles of examples, and what the threads of one
/// group do in front of the examples and after them, are in the other parts.
/// </summary>
internal sealed partial class IlgpuWriter
{
    private const int MaxInlineLength = 76;

    private static readonly string[] s_reservedNames =
    [
        "parameters", "direction", "result", "data", "integers", "rows", "count", "gather", "weight", "scratch", "scratchIntegers", "partials", "shared", "tile",
        "thread", "threads", "group", "first", "examples", "own", "row", "stage", "exchange", "exchangeIntegers", "exceeded", "together", "groups", "meeting",
        "Math", "MathF", "DeviceMath", "DeviceKernels", "Group", "Grid", "SharedMemory", "ArrayView",
    ];

    private readonly ObjectiveModel _model;
    private readonly DevicePlan _plan;
    private readonly DeviceLayout _layout;
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly string _name;
    private readonly string _real;
    private readonly List<(string Name, string Summary, CodeWriter Body)> _kernels = [];

    // Working arrays of an example, and arrays of a group or of all examples: where each begins.
    private readonly Dictionary<int, int> _at = [];
    private readonly Dictionary<int, int> _accumulatorLengths = [];
    private readonly Dictionary<int, int> _accumulatorBases = [];
    private readonly Dictionary<int, int> _accumulatorOnes = [];
    private readonly List<Carried> _sums = [];
    private readonly List<int> _slots = [];
    private readonly List<Item> _deferred = [];
    private int _cellsAt = -1;
    private int _scratchEnd = -1, _scratchIntegersEnd = -1, _sharedEnd = -1, _sharedIntegersEnd = -1;

    // Of the kernel that is being written.
    private readonly Dictionary<int, Text> _texts = [];
    private readonly Dictionary<int, string> _layoutNames = [];
    private NameTable _names = new(s_reservedNames);
    private CodeWriter _code = new();
    private readonly List<(string Name, string Line)> _declarations = [];

    /// <param name="name">The function, as the names of its kernels begin: <c>Gradient</c>.</param>
    public IlgpuWriter(ObjectiveModel model, DevicePlan plan, DeviceLayout layout, string name)
    {
        (_model, _plan, _layout, _name) = (model, plan, layout, name);
        _function = plan.Function;
        _index = new FunctionIndex(_function);
        _real = OpText.TypeName(_function.Real);
    }

    /// <summary>The kernels, once <see cref="Write"/> has been called.</summary>
    public IReadOnlyList<(string Name, string Summary, CodeWriter Body)> Kernels => _kernels;

    /// <summary>Writes the kernels and the expression that tells the host of them.</summary>
    public CodeWriter Write()
    {
        Place();
        string? before = null, examples = null, staged = null, after = null;
        if (_plan.Examples is null)
        {
            after = Add(_name + "Kernel", "The whole function, by one group of threads.", WriteWhole);
        }
        else
        {
            if (NeedsBefore) before = Add(_name + "Before", "What the parameters alone decide, by one group of threads.", WriteBefore);
            string summary = (Stores ? "What each example stores" : "The sums over the examples") + ", a tile of them at a time per group of threads";
            examples = Add(_name + "Examples", summary + ".", WriteExamples, SharesGrid);
            if (_plan.Staged.Count > 0) staged = Add(_name + "Staged", summary + ": the same with rows of data that pass through the memory of the group.", WriteStaged);
            if (NeedsAfter) after = Add(_name + "After", "What follows from the sums over the examples, by one group of threads.", WriteAfter);
        }

        return WriteFunction(before, examples, staged, after);
    }

    /// <summary>Whether each example has elements of its own in the result; else it is a sum over the examples.</summary>
    private bool Stores => _function.Buffers.Any(b => b.Kind == BufferKind.Output);

    private string Add(string name, string summary, Action write, bool sharesGrid = false)
    {
        _code = new CodeWriter();
        _names = new NameTable(s_reservedNames);
        _texts.Clear();
        _layoutNames.Clear();
        _bases.Clear();
        _declarations.Clear();
        _sharesGrid = sharesGrid;
        if (sharesGrid)
        {
            // A tile of negative size is one of all groups.
            _code.Line("int together = tile < 0 ? 1 : 0;");
            _code.Line("if (together != 0) tile = -tile;");
            _code.Line("int thread = DeviceKernels.Thread(together), threads = DeviceKernels.Threads(together);");
            Declare("meeting", "ArrayView<int> meeting = SharedMemory.Allocate<int>(1);");
        }
        else
        {
            _code.Line("int thread = Group.IdxX, threads = Group.DimX;");
        }

        CodeWriter.Bookmark top = _code.Mark();
        _code.Gap();
        write();
        for (int k = _declarations.Count - 1; k >= 0; k--)
        {
            // What turned out not to be needed is not read.
            if (_code.NamesSince(top, _declarations[k].Name)) _code.InsertBefore(top, _declarations[k].Line);
        }

        _code.SpaceOut();
        _kernels.Add((name, summary, _code));
        return name;
    }

    /// <summary>A variable at the top of the kernel; it is left out where nothing names it.</summary>
    private void Declare(string name, string line) => _declarations.Add((name, line));

    /// <summary>Whether a loop in front of the examples may want more iterations than it is allowed: a number there is NaN then, which goes into the value.</summary>
    private bool CanExceedBefore => _plan.Examples is not null && _plan.Before.Except(_deferred).Any(i => RegionOf(i).AllItems().Any(l => l is Loop { Limited: not null }));

    private int ExceededBefore => _sums.Count + _slots.Count(IsReal);

    private bool NeedsBefore => CanExceedBefore || _slots.Count > 0 || _plan.Before.Any(i => !_deferred.Contains(i) && WritesArrays(i));

    private bool WritesArrays(Item item) => IrFacts.WrittenBuffers(RegionOf(item)).Any(b => !_plan.Accumulators.ContainsKey(b));

    private bool NeedsAfter => _deferred.Count > 0 || _plan.After.Any(i => i is not (Let or Load)) || (_function.Result >= 0 && _sums[0].Result != _function.Result);

    /// <summary>Whether all groups may work on a tile together: what pays for products of matrices, which many threads can share.</summary>
    private bool SharesGrid => _plan.Examples is not null && HasProducts(_plan.Body);

    private static bool HasProducts(DeviceSegment segment) => segment.Parts.Any(p => p is ProductPart || (p is LoopPart loop && HasProducts(loop.Body)));

    /// <summary>Whether the kernel that is being written is such a one.</summary>
    private bool _sharesGrid;

    private static Region RegionOf(params Item[] items) => new(Support.EquatableArray.ToEquatableArray(items));

    /// <summary>Decides where everything lies.</summary>
    private void Place()
    {
        int scratch = -1, integers = -1, shared = -1, sharedIntegers = -1;
        if (_plan.Examples is { } examples)
        {
            _sums.AddRange(examples.Carried.Items.OrderBy(c => c.Result == _function.Result ? 0 : 1));
            HashSet<int> used = [.. IrFacts.FreeValues(RegionOf([examples, .. _plan.After]))];
            if (_function.Result >= 0) used.Add(_function.Result);
            _deferred.AddRange(_plan.Before.Where(i => IrFacts.WrittenBuffers(RegionOf(i)).Any(b => _function.Buffers[b].Kind == BufferKind.Gradient)));
            HashSet<int> usedByDeferred = [.. IrFacts.FreeValues(RegionOf([.. _deferred]))];
            if (_deferred.SelectMany(IrFacts.Definitions).Any(v => used.Contains(v) || usedByDeferred.Contains(v))) throw new NotOnDevicesException("values that the examples need are computed together with a gradient");
            foreach (int value in _plan.Before.Except(_deferred).SelectMany(IrFacts.Definitions).Where(v => !_plan.ComputedAgain.Contains(v) && (used.Contains(v) || usedByDeferred.Contains(v))))
            {
                ScalarType type = _function.TypeOf(value);
                if (type.IsReal() && type != _function.Real) throw new NotOnDevicesException("a value in front of the examples mixes float and double");
                _slots.Add(value);
            }
        }

        // The sums over the examples come first: the host reads the first of them as the value.
        shared = Entry("shared.arrays", NumberText.Integer(Math.Max(1, _sums.Count + _slots.Count(IsReal) + (CanExceedBefore ? 1 : 0))), "sums and values in front of the shared arrays");
        if (_slots.Any(v => !IsReal(v))) sharedIntegers = Entry("sharedIntegers.arrays", NumberText.Integer(_slots.Count(v => !IsReal(v))), "values in front of the shared arrays of integers");
        foreach (Alloc alloc in _function.Body.AllItems().OfType<Alloc>())
        {
            BufferInfo buffer = _function.Buffers[alloc.Buffer];
            bool isReal = buffer.Type.IsReal(), isShared = _plan.SharedArrays.Contains(alloc.Buffer);
            if (_at.ContainsKey(alloc.Buffer)) continue;
            string length = LengthAtHost(alloc.Length), what = $"{_name}: {buffer.Name}";
            if (isShared && isReal) Next(ref shared, "shared");
            else if (isShared) Next(ref sharedIntegers, "sharedIntegers");
            else if (isReal) Next(ref scratch, "scratch");
            else Next(ref integers, "integers");

            void Next(ref int end, string kind)
            {
                int begin = end < 0 ? Entry($"{kind}.begin", "0", $"{_name}: {kind}") : end;
                _at[alloc.Buffer] = begin;
                end = Entry($"{kind}.{Number(alloc.Buffer)}", $"layout[{Number(begin)}] + {Parenthesized(length)}", $"after {buffer.Name}");
                if (_plan.Accumulators.ContainsKey(alloc.Buffer)) _accumulatorLengths[alloc.Buffer] = Entry($"length.{Number(alloc.Buffer)}", length, $"elements of {buffer.Name}");
            }
        }

        int realCells = _plan.Cells.Count(v => _function.TypeOf(v).IsReal()), otherCells = _plan.Cells.Count - realCells;
        if (realCells > 0)
        {
            _cellsAt = scratch < 0 ? Entry("scratch.begin", "0", $"{_name}: scratch") : scratch;
            scratch = Entry("scratch.cells", $"layout[{Number(_cellsAt)}] + {Number(realCells)}", "after values of the example");
        }

        if (otherCells > 0)
        {
            _integerCellsAt = integers < 0 ? Entry("integers.begin", "0", $"{_name}: integers") : integers;
            integers = Entry("integers.cells", $"layout[{Number(_integerCellsAt)}] + {Number(otherCells)}", "after integers of the example");
        }

        (_scratchEnd, _scratchIntegersEnd, _sharedEnd, _sharedIntegersEnd) = (scratch, integers, shared, sharedIntegers);
        foreach (int buffer in _plan.Accumulators.Keys)
        {
            BufferInfo info = _function.Buffers[buffer];
            if (info.Kind == BufferKind.Gradient)
            {
                Argument argument = _function.Arguments[info.Argument];
                _accumulatorLengths[buffer] = _layout.Entry("length of " + argument.Name, ObjectiveModel.LengthOf(argument, ExtentAtHost), $"elements of {argument.Name}");
            }

            _accumulatorBases[buffer] = Entry($"base.{Number(buffer)}", "0", $"{_name}: where the sums of {info.Name} begin");
            if (_plan.Accumulators[buffer] && !_plan.SumsOfProducts.Contains(buffer)) _accumulatorOnes[buffer] = Entry($"one.{Number(buffer)}", "0", $"{_name}: whether all threads add to one copy of {info.Name}");
        }
    }

    private int _integerCellsAt = -1;

    private bool IsReal(int value) => _function.TypeOf(value).IsReal();

    /// <summary>Where a value from in front of the examples lies.</summary>
    private string Slot(int value)
    {
        bool isReal = IsReal(value);
        int number = _slots.Where(v => IsReal(v) == isReal).ToList().IndexOf(value);
        return isReal ? $"shared[{Number(_sums.Count + number)}]" : $"scratchIntegers[{Number(number)}]";
    }

    private int Entry(string key, string value, string comment) => _layout.Entry(_name + "." + key, value, comment);

    private static string Number(int value) => NumberText.Integer(value);

    private static string Parenthesized(string text) => text.IndexOf(' ') >= 0 ? "(" + text + ")" : text;

    private string ExtentAtHost(int extent) => "host." + _model.ExtentField(extent);

    /// <summary>The number of elements of an array, as C# for the host.</summary>
    private string LengthAtHost(int value)
    {
        return Length(value).Code;

        Text Length(int of) => _index.LetOf(of) is not { } let ? throw new NotOnDevicesException("the length of a local array depends on a loop or on data") : let.Op switch
        {
            Op.Const when IsReal(of) => new Text(NumberText.Real(let.RealConstant, _function.TypeOf(of))),
            Op.Const => new Text(Number((int)let.Payload)),
            Op.Extent => new Text(ExtentAtHost((int)let.Payload)),
            Op.Argument when let.Payload == SpecialArgument.ExampleCount => new Text("host.ExampleCount"),
            Op.Argument when let.Payload >= 0 && _function.Arguments[(int)let.Payload].Role == ArgumentRole.Constant => new Text("host." + _model.ConstantMember((int)let.Payload)),
            _ when let.Operands.Any() => OpText.Scalar(
                let.Op, _function.TypeOf(let.Id), _function.TypeOf(let.A), Length(let.A), let.B < 0 ? default : Length(let.B), let.C < 0 ? default : Length(let.C)),
            _ => throw new NotOnDevicesException("the length of a local array depends on a loop or on data"),
        };
    }

    /// <summary>A local of the kernel for an entry of the table; it is read at the top.</summary>
    private string FromLayout(int entry, string wanted)
    {
        if (_layoutNames.TryGetValue(entry, out string known)) return known;
        string name = _names.UniqueAtTop(wanted);
        _layoutNames.Add(entry, name);
        Declare(name, $"int {name} = integers[{Number(entry)}];");
        return name;
    }

    private string ExtentName(int extent) => FromLayout(_layout.Entry("extent " + Number(extent), ExtentAtHost(extent), _function.Extents[extent].Name), _function.Extents[extent].Name);

    private string ParameterAt(int argument) => FromLayout(
        _layout.Entry("offset of " + _function.Arguments[argument].Name, _model.ParameterOffset(argument, ExtentAtHost), $"where {_function.Arguments[argument].Name} begins among the parameters"),
        _function.Arguments[argument].Name + "At");

    private string DataAt(int argument)
    {
        Argument of = _function.Arguments[argument];
        bool isConstant = of.Role == ArgumentRole.Constant;
        string member = !isConstant ? "host." + _model.DataField(argument)
            : "host." + _model.ConstantMember(argument) + (of.IsMatrix ? ".Memory" : string.Empty);
        return FromLayout(
            _layout.Entry("data of " + of.Name, of.Type.IsReal() ? $"data.Add({member})" : $"data.AddIntegers({member})", $"where {of.Name} begins"),
            of.Name + (isConstant ? "At" : "Column"));
    }

    private static string WordsOf(string name) => string.Concat(name.Select((c, i) => (i > 0 && char.IsUpper(c) ? " " : string.Empty) + char.ToLowerInvariant(c)));

    /// <summary>What the host needs to know of the function.</summary>
    private CodeWriter WriteFunction(string? before, string? examples, string? staged, string? after)
    {
        var code = new CodeWriter();
        using (code.Block("new FunctionOnDevice"))
        {
            code.Line($"Name = \"{WordsOf(_name)} of {_model.Spec.ContainingTypes.Items.LastOrDefault().Name}.{_model.Spec.Method}\",");
            if (before is not null) code.Line($"Before = {before},");
            if (examples is not null) code.Line($"Examples = {examples},");
            if (staged is not null) code.Line($"Staged = {staged},");
            if (after is not null) code.Line($"After = {after},");
            code.Line($"Sums = {Number(_sums.Count)},");
            code.Line($"SharedLength = layout[{Number(_sharedEnd)}],");
            if (_scratchEnd >= 0) code.Line($"ScratchPerRow = layout[{Number(_scratchEnd)}],");
            if (_scratchIntegersEnd >= 0) code.Line($"ScratchIntegersPerRow = layout[{Number(_scratchIntegersEnd)}],");
            if (_sharedIntegersEnd >= 0) code.Line($"SharedIntegersLength = layout[{Number(_sharedIntegersEnd)}],");
            if (_plan.SharesTiles) code.Line("SharesTiles = true,");
            if (SharesGrid) code.Line("SharesGrid = true,");
            if (_stagedPerRow >= 0)
            {
                code.Line($"StagedPerRow = layout[{Number(_stagedPerRow)}],");
                code.Line("StageLength = DeviceKernels.StageLength,");
            }

            if (_plan.Accumulators.Count > 0)
            {
                code.Line("Accumulators =");
                code.Line("[");
                foreach (KeyValuePair<int, bool> accumulator in _plan.Accumulators)
                {
                    BufferInfo info = _function.Buffers[accumulator.Key];
                    string destination = info.Kind == BufferKind.Gradient
                        ? $"layout[{Number(_layout.Entry("offset of " + _function.Arguments[info.Argument].Name, _model.ParameterOffset(info.Argument, ExtentAtHost), $"where {_function.Arguments[info.Argument].Name} begins among the parameters"))}]"
                        : $"~layout[{Number(_at[accumulator.Key])}]";
                    code.Line($"    new Accumulator(layout[{Number(_accumulatorLengths[accumulator.Key])}], {destination}, {(accumulator.Value ? "true" : "false")}, {Number(_accumulatorBases[accumulator.Key])}{(_accumulatorOnes.TryGetValue(accumulator.Key, out int one) ? ", " + Number(one) : string.Empty)}),");
                }

                code.Line("],");
            }
        }

        return code;
    }
}
