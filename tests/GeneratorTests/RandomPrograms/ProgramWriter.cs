using System.Globalization;
using System.Text;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>
/// Writes a random loss of the supported language: signature and statements here, loops and expressions in the other parts.
/// </summary>
/// <remarks>
/// As in <see cref="RandomIr"/>, every value has bounds that it cannot leave on the inputs of <see cref="RandomInputs"/>: a variable
/// that is assigned again keeps to its first bounds by being tamed. So nearly all programs are finite, and none is ill-conditioned.
/// </remarks>
internal sealed partial class ProgramWriter
{
    private sealed record Variable(string Name, double Size, double Low, bool IsMutable);

    /// <param name="Extent">Arrays of the same extent are equally long; a number, a name from <c>[Shape]</c>, or the array's own name.</param>
    private sealed record ArrayVariable(string Name, string Extent, double Size, bool IsWritable, bool MayBeEmpty = false);

    private sealed record IndexVariable(string Name, string Extent);

    private enum Breakable
    {
        None,
        For,
        While,
        Switch,
    }

    private const int ConstantLength = 4;
    private const double LocalSize = 2;

    private readonly Random _random;
    private readonly int _seed;
    private readonly bool _isSingle;
    private readonly string _real;
    private readonly string _math;
    private readonly string _suffix;
    private readonly HashSet<string> _constructs = [];
    private readonly List<Variable> _variables = [];
    private readonly List<ArrayVariable> _arrays = [];
    private readonly List<IndexVariable> _indices = [];
    private readonly List<string> _flags = [];
    private readonly List<string> _integers = [];
    private readonly List<(string Declaration, string Call)> _arguments = [];
    private readonly StringBuilder _text = new();
    private int _indent = 2;
    private int _names;
    private int _budget;
    private Breakable _inside;

    public ProgramWriter(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _isSingle = IsSingleSeed(seed);
        (_real, _math, _suffix) = _isSingle ? ("float", "MathF", "f") : ("double", "Math", "");
        if (_isSingle) Note("float");

        // Small programs are what a failure is understood from.
        _budget = Chance(2) ? _random.Next(1, 4) : _random.Next(4, 15);
    }

    /// <summary>One program in nine calculates in single precision: 2,000 in double come with 250 of them.</summary>
    public static bool IsSingleSeed(int seed) => seed % 9 == 8;

    public RandomProgram Write()
    {
        bool examples = _random.Next(4) > 0;
        WriteSignature(examples);
        if (Chance(2)) WriteLocalArray();
        WriteBlock(0);
        Line($"return {Total()};");
        List<string> options = [];
        if (examples && Chance(3)) options.Add("Reduction = Reduction.Sum");
        if (Chance(5))
        {
            Note("checkpoints");
            options.Add("Checkpoint = Checkpoint.SquareRoot");
        }

        if (_constructs.Contains(Uncounted) && Chance(4))
        {
            Note("MaxTrips");
            options.Add($"MaxTrips = {MaxTrips}");
        }

        string reduction = options.Count > 0 ? $"({string.Join(", ", options)})" : "";
        string name = $"P{_seed}";
        string method = $$"""
                [Loss{{reduction}}]
                public static {{_real}} {{name}}({{string.Join(", ", _arguments.Select(a => a.Declaration))}})
                {
            {{_text}}    }

            """;
        string wrapper = $"    public static double Call{_seed}(double[][] a, int example, int count) => {name}({string.Join(", ", _arguments.Select(a => a.Call))});\n";
        return new(_seed, name, method, wrapper, _isSingle, _constructs);
    }

    private void WriteSignature(bool examples)
    {
        AddArray("w", "Parameter", "a");
        if (Chance(2)) AddArray("v", "Parameter", Chance(2) ? "a" : "b");
        AddScalar("p", "Parameter");
        if (Chance(2)) AddScalar("q", "Parameter");
        if (Chance(3)) AddScalar("c", "Constant");
        if (Chance(3)) AddArray("k", "Constant", Chance(2) ? "a" : "b");
        if (!examples)
        {
            Note("no examples");
            return;
        }

        Note("examples");
        if (Chance(2)) AddArray("x", null, "a");
        AddScalar("y", null);
        if (Chance(3))
        {
            _arguments.Add(("int label", $"(int)a[{_arguments.Count}][0]"));
            _integers.Add("label");
            foreach (string extent in _arrays.Select(a => a.Extent).Distinct()) _indices.Add(new IndexVariable("label", extent));
            Note("int data as index");
        }

        if (Chance(6))
        {
            _arguments.Add(("[Example] int example", "example"));
            _integers.Add("example");
            Note("[Example]");
        }

        if (Chance(6))
        {
            _arguments.Add(("[Count] int count", "count"));
            _integers.Add("count");
            Note("[Count]");
        }
    }

    private void AddArray(string name, string? role, string extent)
    {
        string call = _isSingle ? $"Array.ConvertAll(a[{_arguments.Count}], v => (float)v)" : $"a[{_arguments.Count}]";
        string attributes = role is null ? $"[Shape(\"{extent}\")] " : $"[{role}, Shape(\"{extent}\")] ";
        _arguments.Add(($"{attributes}ReadOnlySpan<{_real}> {name}", call));
        _arrays.Add(new ArrayVariable(name, extent, RandomInputs.MaxReal, false));
        Note(role is null ? "span data" : $"span {role}");
    }

    private void AddScalar(string name, string? role)
    {
        _arguments.Add(($"{(role is null ? "" : $"[{role}] ")}{_real} {name}", $"({_real})a[{_arguments.Count}][0]"));
        _variables.Add(new Variable(name, RandomInputs.MaxReal, -RandomInputs.MaxReal, false));
    }

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private void Note(string construct) => _constructs.Add(construct);

    private string NewName(string prefix) => prefix + (++_names).ToString(CultureInfo.InvariantCulture);

    private void Line(string line) => _text.Append(' ', 4 * _indent).Append(line).Append('\n');

    private string Literal(double value) => value.ToString("0.0######", CultureInfo.InvariantCulture) + _suffix;

    private string LengthOf(string extent) =>
        extent.All(char.IsDigit) ? extent : Pick(_arrays.Where(a => a.Extent == extent).ToList()).Name + ".Length";

    /// <summary>Writes what <paramref name="write"/> does as a block, and forgets what it declares.</summary>
    private void Scope(Action write, bool braces = true)
    {
        int variables = _variables.Count, arrays = _arrays.Count, indices = _indices.Count, flags = _flags.Count, integers = _integers.Count;
        if (braces) Line("{");
        _indent++;
        write();
        _indent--;
        if (braces) Line("}");
        _variables.RemoveRange(variables, _variables.Count - variables);
        _arrays.RemoveRange(arrays, _arrays.Count - arrays);
        _indices.RemoveRange(indices, _indices.Count - indices);
        _flags.RemoveRange(flags, _flags.Count - flags);
        _integers.RemoveRange(integers, _integers.Count - integers);
    }

    private void Inside(Breakable kind, Action write)
    {
        Breakable outer = _inside;
        _inside = kind;
        write();
        _inside = outer;
    }

    private void WriteBlock(int depth)
    {
        int statements = depth == 0 ? 24 : _random.Next(1, 5);
        for (int s = 0; s < statements && _budget > 0; s++)
        {
            _budget--;
            WriteStatement(depth);
        }
    }

    private void WriteStatement(int depth)
    {
        switch (_random.Next(30))
        {
            case 0 or 1 or 2 or 3 when depth < 3: WriteFor(depth); break;
            case 4 when depth < 3: WriteForEach(depth); break;
            case 5 when depth < 3: WriteWhile(depth); break;
            case 25 or 26 when depth < 3: WriteUncounted(depth); break;
            case 27 when _arrays.Any(a => a.IsWritable): WriteSweep(); break;
            case 6 or 7 when depth < 4: WriteIf(depth); break;
            case 8 when depth < 4: WriteSwitch(depth); break;
            case 9: WriteEarlyReturn(); break;
            case 10 or 11: WriteLocalArray(); break;
            case 12 or 13 or 14 when _arrays.Any(a => a.IsWritable): WriteStore(); break;
            case 15 or 16 when _arrays.Any(a => a.IsWritable): WriteWholeArray(); break;
            case 17: WriteSlice(); break;
            case 18: WriteFlag(); break;
            case 19: WriteInteger(); break;
            case 20 or 21 when _variables.Any(v => v.IsMutable): WriteAssignment(); break;
            case 22 or 23 when _inside is Breakable.For or Breakable.While: WriteExit(); break;
            case 24: WriteTuple(); break;
            default: WriteDeclaration(); break;
        }
    }

    private Variable WriteDeclaration()
    {
        Expression value = Tame(Real(_random.Next(1, 3)), 40);
        string name = NewName("t");
        bool isMutable = Chance(2);
        double size = isMutable ? Math.Max(value.Size, 1) : value.Size;
        Line($"{(Chance(4) && !_isSingle ? "var" : _real)} {name} = {value.Text};");
        var variable = new Variable(name, size, isMutable ? -size : value.Low, isMutable);
        _variables.Add(variable);
        return variable;
    }

    private void WriteTuple()
    {
        Expression a = Tame(Real(2), 10), b = Tame(Real(2), 10);
        string first = NewName("t"), second = NewName("t");
        Line($"{_real} {first} = {a.Text}, {second} = {b.Text};");
        _variables.Add(new Variable(first, a.Size, a.Low, false));
        _variables.Add(new Variable(second, b.Size, b.Low, false));
    }

    private void WriteAssignment()
    {
        Variable target = Pick(_variables.Where(v => v.IsMutable).ToList());
        Expression value = Tame(Real(2), target.Size / 2);
        Note("assignment");
        switch (_random.Next(6))
        {
            case 0:
                Note("compound assignment");
                Line($"{target.Name} *= {Tame(Real(1), 1).Text};");
                break;
            case 1:
                Note("compound assignment");
                Line($"{target.Name} = 0.5{_suffix} * {target.Name};");
                Line($"{target.Name} {(Chance(2) ? "+=" : "-=")} {value.Text};");
                break;
            case 2:
                Note("compound assignment");
                Line($"{target.Name} /= 1 + {Math_("Abs", Real(1).Text)};");
                break;
            default:
                Line($"{target.Name} = {value.Text};");
                break;
        }
    }

    private void WriteFlag()
    {
        string name = NewName("flag");
        Line($"bool {name} = {Condition(2)};");
        _flags.Add(name);
        Note("bool local");
    }

    private void WriteInteger()
    {
        if (_indices.Count == 0) return;
        IndexVariable index = Pick(_indices);
        string name = NewName("i");
        string length = LengthOf(index.Extent);
        Line(_random.Next(3) switch
        {
            0 => $"int {name} = ({index.Name} + 1) % {length};",
            1 => $"int {name} = Wrap({index.Name} - 1, {length});",
            _ => $"int {name} = Math.Min({index.Name} + 1, {length} - 1);",
        });
        _indices.Add(new IndexVariable(name, index.Extent));
        _integers.Add(name);
        Note("int local");
    }

    private void WriteIf(int depth)
    {
        string? target = null;
        Variable? before = _variables.LastOrDefault(v => v.IsMutable);
        if (before is not null) target = before.Name;
        Note("if");
        Line($"if ({Condition(2)})");
        Scope(() => Branch(depth, before));
        if (Chance(4))
        {
            Note("else if");
            Line($"else if ({Condition(1)})");
            Scope(() => Branch(depth, before));
        }

        if (Chance(2))
        {
            Note("else");
            Line("else");
            Scope(() => Branch(depth, before));
        }

        void Branch(int at, Variable? variable)
        {
            WriteBlock(at + 1);
            if (variable is not null) Line($"{target} = {Tame(Real(2), variable.Size).Text};");
            if (_arrays.Any(a => a.IsWritable) && Chance(2)) WriteStore();
        }
    }

    private void WriteSwitch(int depth)
    {
        Variable? variable = _variables.LastOrDefault(v => v.IsMutable);
        if (_integers.Count == 0 || variable is null) return;
        Note("switch statement");
        Line($"switch ({Pick(_integers)} % 3)");
        Line("{");
        _indent++;
        foreach (string label in new[] { "case 0:", "case 1:", "default:" })
        {
            if (label != "case 0:" && Chance(3)) continue;
            Line(label);
            Scope(
                () => Inside(Breakable.Switch, () =>
                {
                    // Declarations of one section are visible in the others: braces keep the names apart.
                    Line("{");
                    WriteBlock(depth + 1);
                    Line($"{variable.Name} = {Tame(Real(2), variable.Size).Text};");
                    Line("break;");
                    Line("}");
                }),
                braces: false);
        }

        _indent--;
        Line("}");
    }

    private void WriteLocalArray()
    {
        string name = NewName("h");
        string extent = Chance(4) ? ConstantLength.ToString(CultureInfo.InvariantCulture) : Pick(_arrays.Where(a => !a.MayBeEmpty).ToList()).Extent;
        string length = LengthOf(extent);
        bool stack = Chance(2) && _inside == Breakable.None;
        if (extent.All(char.IsDigit) && Chance(3))
        {
            Note("array with elements");
            string elements = string.Join(", ", Enumerable.Range(0, ConstantLength).Select(_ => Tame(Real(1), LocalSize).Text));
            Line(Chance(2) ? $"{_real}[] {name} = [{elements}];" : $"{_real}[] {name} = new {_real}[] {{ {elements} }};");
            _arrays.Add(new ArrayVariable(name, extent, LocalSize, true));
            return;
        }

        Note(stack ? "stackalloc" : "new array");
        Line(stack ? $"Span<{_real}> {name} = stackalloc {_real}[{length}];" : $"{_real}[] {name} = new {_real}[{length}];");
        if (Chance(6))
        {
            Note("array left zero");
            _arrays.Add(new ArrayVariable(name, extent, LocalSize, true));
            return;
        }

        string i = NewName("i");
        Line($"for (int {i} = 0; {i} < {(Chance(2) ? name + ".Length" : length)}; {i}++)");
        Scope(() => Inside(Breakable.For, () =>
        {
            _indices.Add(new IndexVariable(i, extent));
            if (Chance(3)) WriteDeclaration();
            Line($"{name}[{i}] = {Tame(Real(2), LocalSize).Text};");
        }));
        _arrays.Add(new ArrayVariable(name, extent, LocalSize, true));
    }

    private void WriteStore()
    {
        ArrayVariable array = Pick(_arrays.Where(a => a.IsWritable).ToList());
        string element = $"{array.Name}[{Index(array.Extent)}]";
        Expression value = Tame(Real(2), array.Size / 2);
        Note("store");
        switch (_random.Next(4))
        {
            case 0:
                Note("store in place");
                Line($"{element} = (0.5{_suffix} * {element}) - {value.Text};");
                break;
            case 1:
                Note("store in place");
                Line($"{element} *= {Tame(Real(1), 1).Text};");
                break;
            default:
                Line($"{element} = {value.Text};");
                break;
        }
    }

    private void WriteSlice()
    {
        ArrayVariable array = Pick(_arrays.Where(a => !a.MayBeEmpty).ToList());
        string name = NewName("part");
        Note("slice");
        string value = _random.Next(5) switch
        {
            0 => $"{Spanned(array)}.Slice(1)",
            1 => $"{Spanned(array)}[1..]",
            2 => $"{Spanned(array)}[..^1]",
            3 when _indices.Any(i => i.Extent == array.Extent) => $"{Spanned(array)}.Slice(0, {Pick(_indices.Where(i => i.Extent == array.Extent).ToList()).Name})",
            _ => $"{Spanned(array)}.Slice(0, {LengthOf(array.Extent)})",
        };
        Line($"ReadOnlySpan<{_real}> {name} = {value};");
        _arrays.Add(new ArrayVariable(name, name, array.Size, false, MayBeEmpty: true));
    }

    /// <summary>An array or a span, as something that has <c>Slice</c>.</summary>
    private string Spanned(ArrayVariable array) => array.Name[0] == 'h' ? $"((ReadOnlySpan<{_real}>){array.Name})" : array.Name;
}
