using System.Globalization;
using System.Text;

namespace SymbolicGD.Generator.Ir;

/// <summary>
/// The canonical text of a function: one item a line, nested regions indented, the user's names where they are known.
/// </summary>
/// <remarks>
/// Values are numbered by their place in the text and versions of a buffer by their first appearance, so that two functions
/// which differ in their ids only print alike. Constants stand where they are used. A value's type is shown where it is
/// not that of the loss.
/// </remarks>
internal sealed class IrPrinter
{
    private readonly Function _function;
    private readonly string?[] _names;
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<(int Buffer, int Version), int> _versions = [];
    private readonly int[] _versionCounts;
    private readonly string[] _buffers;
    private readonly StringBuilder _text = new();
    private int _indent;
    private int _next;

    private IrPrinter(Function function)
    {
        _function = function;
        _names = new string?[function.Values.Count];
        _versionCounts = new int[function.Buffers.Count];
        var taken = new HashSet<string>();
        _buffers = function.Buffers.Select(b => Unique(b.Name, taken)).ToArray();
        foreach (Item item in IrFacts.Walk(function.Body))
        {
            if (item is Let { Op: Op.Const } let) _names[let.Id] = Constant(function.TypeOf(let.Id), let.Payload);
        }
    }

    public static string Print(Function function)
    {
        var printer = new IrPrinter(function);
        printer.PrintFunction();
        return printer._text.ToString();
    }

    /// <summary>One item with its regions, values by id (<c>%7</c>): for messages about a function that may be wrong.</summary>
    public static string PrintItem(Function function, Item item)
    {
        var printer = new IrPrinter(function);
        for (int id = 0; id < printer._names.Length; id++)
        {
            string id1 = "%" + id.ToString(CultureInfo.InvariantCulture);
            printer._names[id] = printer._names[id] is { } constant ? $"{constant}({id1})" : id1;
        }

        printer.PrintOne(item);
        return printer._text.ToString().TrimEnd();
    }

    private void PrintFunction()
    {
        Line($"function {_function.Name}: {Text(_function.Real)}");
        _indent++;
        foreach (Argument argument in _function.Arguments)
        {
            string shape = argument.IsArray ? $"[{string.Join(", ", argument.Dimensions.Select(e => _function.Extents[e].Name))}]" : "";
            Line($"{argument.Role.ToString().ToLowerInvariant()} {argument.Name}: {Text(argument.Type)}{shape}");
        }

        for (int b = 0; b < _function.Buffers.Count; b++)
        {
            BufferInfo buffer = _function.Buffers[b];
            if (buffer.Kind is BufferKind.Parameter or BufferKind.Constant or BufferKind.Data) continue;
            string of = buffer.Argument >= 0 ? $" of {_function.Arguments[buffer.Argument].Name}" : "";
            Line($"{(buffer.Growing ? "growing " : "")}{buffer.Kind.ToString().ToLowerInvariant()} {_buffers[b]}: {Text(buffer.Type)}{of}");
        }

        PrintRegion(_function.Body);
        if (_function.Result >= 0) Line($"return {Name(_function.Result)}");
    }

    private void PrintRegion(Region region)
    {
        foreach (Item item in region.Items) PrintOne(item);
    }

    private void PrintOne(Item item)
    {
        switch (item)
        {
            case Let { Op: Op.Const }:
                break;
            case Let { Op: Op.Argument } let:
                Line($"{Define(let.Id)} = argument {ArgumentName(let.Payload)}");
                break;
            case Let { Op: Op.Extent } let:
                string extent = _function.Extents[(int)let.Payload].Name;
                _names[let.Id] ??= Unique(_function.Values[let.Id].Name ?? extent, _taken);
                Line($"{Define(let.Id)} = extent {extent}");
                break;
            case Let let:
                string operands = string.Join(", ", let.Operands.Select(Name));
                string order = let.Op == Op.Polygamma ? $"({let.Payload.ToString(System.Globalization.CultureInfo.InvariantCulture)})" : "";
                Line($"{Define(let.Id)} = {let.Op.ToString().ToLowerInvariant()}{order} {operands}");
                break;
            case Load load:
                string element = $"{_buffers[load.Buffer]}{Version(load)}[{Name(load.Index)}]";
                Line($"{Define(load.Id)} = {element}");
                break;
            case Store store:
                Line($"{_buffers[store.Buffer]}[{Name(store.Index)}] := {Name(store.Value)}");
                break;
            case Accumulate accumulate:
                Line($"{_buffers[accumulate.Buffer]}[{Name(accumulate.Index)}] += {Name(accumulate.Value)}");
                break;
            case Alloc alloc:
                Line($"alloc {_buffers[alloc.Buffer]}[{Name(alloc.Length)}]");
                break;
            case Loop loop:
                PrintLoop(loop);
                break;
            case If branch:
                PrintIf(branch);
                break;
            default:
                throw new InvalidOperationException($"Unknown item {item.GetType().Name}.");
        }
    }

    private void PrintLoop(Loop loop)
    {
        string range = $"{Name(loop.From)}..{Name(loop.To)}";
        string kind = (loop.IsExamples ? " examples" : "") + (loop.Descending ? " descending" : "");
        string inits = string.Join(", ", loop.Carried.Select(c => Name(c.Init)));
        string counter = DefineUntyped(loop.Counter);
        string carried = loop.Carried.Count == 0
            ? ""
            : $" carrying {string.Join(", ", loop.Carried.Select(c => Define(c.Id)))} from {inits}";
        string end = loop.EndsEarly ? $" while {Name(loop.While)}" : "";
        if (loop.Limited is not null) end += " limited";
        Line($"for {counter} in {range}{kind}{carried}{end}");
        _indent++;
        PrintRegion(loop.Body);
        if (loop.Carried.Count > 0) Line($"next {string.Join(", ", loop.Carried.Select(c => Name(c.Next)))}");
        _indent--;
        if (loop.Carried.Count > 0) Line($"giving {string.Join(", ", loop.Carried.Select(c => Define(c.Result)))}");
    }

    private void PrintIf(If branch)
    {
        Line($"if {Name(branch.Condition)}");
        PrintSide(branch.Then, branch.Results.Select(r => r.Then).ToArray());
        if (branch.Else.Items.Count > 0 || branch.Results.Count > 0)
        {
            Line("else");
            PrintSide(branch.Else, branch.Results.Select(r => r.Else).ToArray());
        }

        if (branch.Results.Count > 0) Line($"giving {string.Join(", ", branch.Results.Select(r => Define(r.Result)))}");
    }

    private void PrintSide(Region region, int[] gives)
    {
        _indent++;
        PrintRegion(region);
        if (gives.Length > 0) Line($"give {string.Join(", ", gives.Select(Name))}");
        _indent--;
    }

    private void Line(string line) => _text.Append(' ', 2 * _indent).Append(line).Append('\n');

    private string Name(int id) => id < 0 ? "none" : _names[id] ?? "undefined%" + id.ToString(CultureInfo.InvariantCulture);

    private string Define(int id)
    {
        string name = DefineUntyped(id);
        ScalarType type = _function.TypeOf(id);
        return type == _function.Real ? name : $"{name}: {Text(type)}";
    }

    private string DefineUntyped(int id)
    {
        if (_names[id] is { } known) return known;
        string? user = _function.Values[id].Name;
        if (user is null)
        {
            do user = "v" + (_next++).ToString(CultureInfo.InvariantCulture);
            while (!_taken.Add(user));
        }
        else
        {
            user = Unique(user, _taken);
        }

        return _names[id] = user;
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        string unique = name;
        for (int k = 1; !taken.Add(unique); k++) unique = name + "." + k.ToString(CultureInfo.InvariantCulture);
        return unique;
    }

    private string Version(Load load)
    {
        if (load.Version == 0) return "";
        if (!_versions.TryGetValue((load.Buffer, load.Version), out int number))
        {
            number = ++_versionCounts[load.Buffer];
            _versions.Add((load.Buffer, load.Version), number);
        }

        return "@" + number.ToString(CultureInfo.InvariantCulture);
    }

    private string ArgumentName(long payload) => payload switch
    {
        -1 => "count",
        -2 => "seed",
        _ => payload < _function.Arguments.Count ? _function.Arguments[(int)payload].Name : payload.ToString(CultureInfo.InvariantCulture),
    };

    private string Constant(ScalarType type, long payload)
    {
        if (type == ScalarType.Bool) return payload != 0 ? "true" : "false";
        if (type == ScalarType.I32) return payload.ToString(CultureInfo.InvariantCulture);
        double value = BitConverter.Int64BitsToDouble(payload);
        string text = value == 0 && payload < 0 ? "-0" : value.ToString("R", CultureInfo.InvariantCulture);
        if (text.All(c => char.IsDigit(c) || c == '-')) text += ".0";
        return type == _function.Real ? text : $"{text}:{Text(type)}";
    }

    private static string Text(ScalarType type) => type.ToString().ToLowerInvariant();
}
