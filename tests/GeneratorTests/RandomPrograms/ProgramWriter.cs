using System.Globalization;
using System.Text;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>
/// Writes a random loss or residual of the supported language: signature here; statements, loops, expressions, matrices, user types and helpers
/// in the other parts.
/// </summary>
/// <remarks>
/// As in <see cref="RandomIr"/>, every value has bounds that it cannot leave on the inputs of <see cref="RandomInputs"/>: a variable
/// that is assigned again keeps to its first bounds by being tamed. So nearly all programs are finite, and none is ill-conditioned.
/// </remarks>
internal sealed partial class ProgramWriter
{
    private enum Breakable
    {
        None,
        For,
        While,
        Switch,
    }

    private enum Goal
    {
        Loss,
        OneResidual,
        SeveralResiduals,
    }

    private const int ConstantLength = 4;
    private const double LocalSize = 2;

    private const string Residuals = "residuals";

    /// <summary>How many residuals a method has that writes a constant number of them.</summary>
    private const int ConstantResiduals = 3;

    private readonly Random _random;
    private readonly int _seed;
    private readonly bool _isSingle;
    private readonly string _real;
    private readonly string _math;
    private readonly string _suffix;
    private readonly Goal _goal;
    private readonly bool _hasMatrices;
    private readonly bool _hasAggregates;
    private readonly HashSet<string> _constructs = [];
    private readonly List<(string Declaration, string Call)> _arguments = [];
    private readonly StringBuilder _members = new();

    /// <summary>The extent of the residuals; null where their number is constant, and they are written at constant indices only.</summary>
    private string? _residualExtent;
    private Known _known = new();
    private StringBuilder _text = new();
    private Func<string> _return;
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
        _goal = _random.Next(10) switch { 0 => Goal.OneResidual, 1 => Goal.SeveralResiduals, _ => Goal.Loss };
        _hasMatrices = Chance(3);
        _hasAggregates = Chance(3);
        _return = _goal == Goal.SeveralResiduals ? () => "return;" : () => $"return {Tame(Real(2), 20).Text};";
    }

    /// <summary>One program in nine calculates in single precision: 2,000 in double come with 250 of them.</summary>
    public static bool IsSingleSeed(int seed) => seed % 9 == 8;

    public RandomProgram Write()
    {
        bool examples = _random.Next(4) > 0;
        if (Chance(3))
        {
            for (int helpers = _random.Next(1, 3); helpers > 0; helpers--) WriteHelper();
        }

        WriteSignature(examples);
        if (Chance(2)) WriteLocalArray();
        if (_hasMatrices && Chance(2)) WriteLocalMatrix();
        if (_hasAggregates && Chance(4)) WriteAggregateArray();
        WriteBlock(0);
        WriteEnd();
        string name = $"P{_seed}";
        string method = $$"""
            {{_members}}    {{Attribute(examples)}}
                public static {{(_goal == Goal.SeveralResiduals ? "void" : _real)}} {{name}}({{string.Join(", ", _arguments.Select(a => a.Declaration))}})
                {
            {{_text}}    }

            """;
        return new(_seed, name, method, Wrapper(name), _isSingle, _constructs);
    }

    private string Attribute(bool examples)
    {
        List<string> options = [];
        if (_goal == Goal.Loss && examples && Chance(3)) options.Add("Reduction = Reduction.Sum");
        if (_goal == Goal.Loss && Chance(5))
        {
            Note("checkpoints");
            options.Add("Checkpoint = Checkpoint.SquareRoot");
        }

        if (_constructs.Contains(Uncounted) && Chance(4))
        {
            Note("MaxTrips");
            options.Add($"MaxTrips = {MaxTrips}");
        }

        return $"[{(_goal == Goal.Loss ? "Loss" : "Residual")}{(options.Count > 0 ? $"({string.Join(", ", options)})" : "")}]";
    }

    /// <summary>What calls the method with its arguments in order: it gives the loss or the residuals.</summary>
    private string Wrapper(string name)
    {
        string arguments = string.Join(", ", _arguments.Select(a => a.Call));
        string body = _goal == Goal.SeveralResiduals
            ? $"{{ var r = new {_real}[{(_residualExtent is null ? ConstantResiduals : $"extent(\"{_residualExtent}\")")}]; {name}({arguments}); return Array.ConvertAll(r, v => (double)v); }}"
            : $"=> [{name}({arguments})];";
        return $"    public static double[] Call{_seed}(double[][] a, Func<string, int> extent, int example, int count) {body}\n";
    }

    private void WriteEnd()
    {
        if (_goal != Goal.SeveralResiduals)
        {
            Line($"return {Total()};");
            return;
        }

        // Some are written on the way as well: the last store counts.
        int constant = _residualExtent is null ? ConstantResiduals : Chance(2) ? 1 : 0;
        for (int k = constant - 1; k >= 0; k--) Line($"{Residuals}[{k}] {(Chance(3) ? "+=" : "=")} {Total()};");
        if (constant > 0) return;
        string i = NewName("i");
        Line($"for (int {i} = 0; {i} < {Residuals}.Length; {i}++)");
        Scope(() =>
        {
            _known.Indices.Add(new IndexVariable(i, _residualExtent!));
            Line($"{Residuals}[{i}] {(Chance(3) ? "-=" : "=")} {Tame(Real(2), 20).Text};");
        });
    }

    private void WriteSignature(bool examples)
    {
        AddArray("w", "Parameter", "a");
        if (Chance(2)) AddArray("v", "Parameter", Chance(2) ? "a" : "b");
        AddScalar("p", "Parameter");
        if (Chance(2)) AddScalar("q", "Parameter");
        if (Chance(3)) AddScalar("c", "Constant");
        if (Chance(3)) AddArray("k", "Constant", Chance(2) ? "a" : "b");
        if (_hasMatrices) AddMatrix("m", "Parameter");
        if (_hasMatrices && Chance(3)) AddMatrix("g", "Constant");
        if (_goal != Goal.Loss) Note(_goal == Goal.OneResidual ? "one residual" : "several residuals");
        if (examples) WriteData();
        else Note("no examples");
        if (_goal != Goal.SeveralResiduals) return;
        _residualExtent = Pick([null, "a", "r"]);
        Note(_residualExtent is null ? "constant number of residuals" : "residuals as many as an extent");
        _arguments.Add(($"[Output{(_residualExtent is null ? "" : $", Shape(\"{_residualExtent}\")")}] Span<{_real}> {Residuals}", "r"));
        if (_residualExtent is not null) _known.Arrays.Add(new ArrayVariable(Residuals, _residualExtent, LocalSize, true));
    }

    private void WriteData()
    {
        Note("examples");
        string[] extents = [.. Extents()];
        if (Chance(2)) AddArray("x", null, "a");
        AddScalar("y", null);
        if (_hasMatrices && Chance(2)) AddMatrix("z", null);
        if (Chance(3))
        {
            _arguments.Add(("int label", $"(int)a[{_arguments.Count}][0]"));
            _known.Integers.Add("label");
            foreach (string extent in extents) _known.Indices.Add(new IndexVariable("label", extent));
            Note("int data as index");
        }

        if (Chance(4))
        {
            bool isData = Chance(2);
            _arguments.Add(($"{(isData ? "" : "[Constant] ")}[Shape(\"a\")] ReadOnlySpan<int> tags", $"Array.ConvertAll(a[{_arguments.Count}], v => (int)v)"));
            _known.IndexArrays.Add(new IndexArray("tags", "a", extents, false));
            Note(isData ? "int span data" : "int span Constant");
        }

        if (Chance(6))
        {
            _arguments.Add(("[Example] int example", "example"));
            _known.Integers.Add("example");
            Note("[Example]");
        }

        if (Chance(6))
        {
            _arguments.Add(("[Count] int count", "count"));
            _known.Integers.Add("count");
            Note("[Count]");
        }
    }

    private void AddArray(string name, string? role, string extent)
    {
        string attributes = role is null ? $"[Shape(\"{extent}\")] " : $"[{role}, Shape(\"{extent}\")] ";
        _arguments.Add(($"{attributes}ReadOnlySpan<{_real}> {name}", ArgumentArray()));
        _known.Arrays.Add(new ArrayVariable(name, extent, RandomInputs.MaxReal, false));
        Note(role is null ? "span data" : $"span {role}");
    }

    private void AddMatrix(string name, string? role)
    {
        string rows = Pick(["a", "b", "d"]), columns = Pick(["a", "a", "b", "d"]);
        string shape = $"Shape(\"{rows}\", \"{columns}\")";
        string attributes = role is null ? $"[{shape}] " : $"[{role}, {shape}] ";
        _arguments.Add(($"{attributes}ReadOnlyMatrix<{_real}> {name}", $"new ReadOnlyMatrix<{_real}>({ArgumentArray()}, extent(\"{rows}\"), extent(\"{columns}\"))"));
        _known.Matrices.Add(new MatrixVariable(name, rows, columns, RandomInputs.MaxReal, false));
        Note(role is null ? "matrix data" : $"matrix {role}");
    }

    private string ArgumentArray() => _isSingle ? $"Array.ConvertAll(a[{_arguments.Count}], v => (float)v)" : $"a[{_arguments.Count}]";

    private void AddScalar(string name, string? role)
    {
        _arguments.Add(($"{(role is null ? "" : $"[{role}] ")}{_real} {name}", $"({_real})a[{_arguments.Count}][0]"));
        _known.Variables.Add(new Variable(name, RandomInputs.MaxReal, -RandomInputs.MaxReal, false));
    }

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private T? PickOrNone<T>(IEnumerable<T> items)
        where T : class
    {
        List<T> list = [.. items];
        return list.Count == 0 ? null : Pick(list);
    }

    private void Note(string construct) => _constructs.Add(construct);

    private string NewName(string prefix) => prefix + (++_names).ToString(CultureInfo.InvariantCulture);

    private void Line(string line) => _text.Append(' ', 4 * _indent).Append(line).Append('\n');

    private string Literal(double value) => value.ToString("0.0######", CultureInfo.InvariantCulture) + _suffix;

    /// <summary>The extents of what can be named, each as often as it occurs.</summary>
    private List<string> Extents() => [.. _known.Arrays.Select(a => a.Extent), .. _known.Matrices.SelectMany(m => new[] { m.Rows, m.Columns }), .. _known.AggregateArrays.Select(a => a.Extent)];

    private string LengthOf(string extent) => extent.All(char.IsDigit) ? extent : Pick(
    [
        .. _known.Arrays.Where(a => a.Extent == extent).Select(a => a.Name + ".Length"),
        .. _known.Matrices.Where(m => m.Rows == extent).Select(m => m.RowCount),
        .. _known.Matrices.Where(m => m.Columns == extent).Select(m => m.ColumnCount),
        .. _known.AggregateArrays.Where(a => a.Extent == extent).Select(a => a.Name + ".Length"),
    ]);

    /// <summary>Writes what <paramref name="write"/> does as a block, and forgets what it declares.</summary>
    private void Scope(Action write, bool braces = true)
    {
        Known outer = _known;
        _known = outer.Copy();
        if (braces) Line("{");
        _indent++;
        write();
        _indent--;
        if (braces) Line("}");
        _known = outer;
    }

    private void Inside(Breakable kind, Action write)
    {
        Breakable outer = _inside;
        _inside = kind;
        write();
        _inside = outer;
    }
}
