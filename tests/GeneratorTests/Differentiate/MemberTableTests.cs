using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text;
using SymbolicGD.Generator.Pipeline.Capture;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>
/// Value, gradient and Hessian-vector products of each supported function of two or more numbers, or of whole spans, of compiled objectives over
/// spans, against <c>Reference/members.tsv</c>.
/// </summary>
public sealed class MemberTableTests
{
    private const double Bound = 2e-14;
    private const double SingleBound = 1e-5;

    /// <summary>How often a function of numbers is repeated: two vectors of doubles, one of floats, and a rest.</summary>
    private const int Repetitions = 19;

    private static readonly Lazy<ILookup<string, Row>> s_rows = new(() => ReferenceTable.Lines("members.tsv").Select(Row.Parse).ToLookup(r => r.Function));

    private static readonly Lazy<Assembly> s_compiled = new(() =>
    {
        var source = new StringBuilder("public static partial class Functions\n{\n");
        foreach (IGrouping<string, Row> rows in s_rows.Value) source.Append(Loss(rows.Key, rows.First(), "double")).Append(Loss(rows.Key, rows.First(), "float"));
        return ReferenceTable.Compile(source.Append('}').ToString());
    });

    public static TheoryData<string> Names => new([.. s_rows.Value.Select(g => g.Key)]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_gradient_and_products(string function)
    {
        Check<double>(function, Bound);
        Check<float>(function, SingleBound);
    }

    /// <summary>No member is without a row, here or in the table of functions of one number.</summary>
    [Fact]
    public void Every_member_is_in_a_table()
    {
        string[] functions = [.. ReferenceTable.Lines("functions.tsv").Select(l => l.Split('\t')[0]).Distinct()];
        HashSet<string> members = [.. s_rows.Value.Select(g => g.Key)];

        // Questions have no derivative; a squared distance is a part of others, and no member.
        string[] missing = [.. TensorPrimitivesTable.Members.Concat(MathTable.Members).Where(m => m != "SquaredDistance" && !m.StartsWith("Is", StringComparison.Ordinal))
            .Where(m => !members.Contains(m) && !functions.Any(f => f.Contains($".{m}(", StringComparison.Ordinal)))
            .Concat(SymTable.Members.Where(m => !members.Contains("Sym." + m) && !functions.Any(f => f.Contains($"Sym.{m}(", StringComparison.Ordinal))))];
        Assert.Empty(missing);
        Assert.True(TensorPrimitivesTable.Members.Count() > 60);
    }

    private static void Check<T>(string function, double bound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string name = NameOf(function, typeof(T).Name);
        var failures = new List<string>();
        foreach (Row row in s_rows.Value[function])
        {
            int length = row.IsOfNumbers ? Repetitions : row.Operands[0].Length;
            if (!row.Operands.SelectMany(o => o).All(c => double.IsNaN(c.Number) || double.CreateChecked(T.CreateChecked(c.Number)) == c.Number)) continue;
            var objective = (HostObjective<T>)Activator.CreateInstance(s_compiled.Value.GetType($"Functions+{name}Objective")!, length)!;
            T[] point = Flat<T>(row.Operands, length), direction = Flat<T>(row.Direction, length);
            T[] gradient = new T[point.Length], product = new T[point.Length];
            Array.Fill(gradient, T.CreateChecked(17)); // written, not added to
            Array.Fill(product, T.CreateChecked(17));
            T value = objective.Gradient(point, gradient);
            objective.HessianVectorProduct(point, direction, product);
            if (!row.Value.IsClose(value, bound)) failures.Add(Text($"{row}: the value is {value:R}"));
            T n = row.IsOfNumbers ? T.CreateChecked(length) : T.One;
            Compare(row, "gradient", row.Gradient, gradient, n);
            Compare(row, "product", row.Product, product, n);
        }

        Assert.True(failures.Count == 0, function + "\n" + string.Join("\n", failures.Distinct().Take(20)));

        void Compare(Row row, string what, ReferenceCell[][]? expected, T[] actual, T n)
        {
            if (expected is null) return;
            int length = actual.Length / expected.Length;

            // Of a whole span, an element is as precise as the largest one: sums over all of them cancel.
            double size = row.IsOfNumbers ? 0 : expected.SelectMany(e => e).Where(e => e.IsAsked && double.IsFinite(e.Number)).Select(e => Math.Abs(e.Number)).DefaultIfEmpty().Max();
            for (int i = 0; i < actual.Length; i++)
            {
                ReferenceCell[] span = expected[i / length];
                ReferenceCell cell = span[row.IsOfNumbers ? 0 : i % length];
                if (!cell.IsClose(actual[i] * n, bound, size)) failures.Add(Text($"{row}: element {(row.IsOfNumbers ? 0 : i % length)} of span {i / length} of the {what} is {actual[i] * n:R}, not {cell}"));
            }
        }
    }

    private static T[] Flat<T>(ReferenceCell[][] spans, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. spans.SelectMany(s => s.Length == length ? s : Enumerable.Repeat(s[0], length)).Select(c => T.CreateChecked(c.Number))];

    private static string Loss(string function, Row row, string type)
    {
        string name = NameOf(function, type == "double" ? "Double" : "Single");
        string[] operands = [.. row.Operands.Select((_, i) => ((char)('a' + i)).ToString())];
        string parameters = string.Join(", ", operands.Select(o => $"[Parameter, Shape(\"n\")] ReadOnlySpan<{type}> {o}"));
        string member = function.StartsWith("Sym.", StringComparison.Ordinal) ? function : "TensorPrimitives." + function.TrimEnd('(', ')');
        string body = (row.IsOfNumbers, function) switch
        {
            (true, _) => $"Span<{type}> y = stackalloc {type}[a.Length]; {member}({string.Join(", ", operands)}, y); return TensorPrimitives.Sum(y) / a.Length;",
            (_, "SoftMax") => $"Span<{type}> y = stackalloc {type}[a.Length]; {member}(a, y); return TensorPrimitives.Dot(y, b);",
            _ => $"return {member}({string.Join(", ", operands)});",
        };
        return $"[Loss(Order = 2)] public static {type} {name}({parameters}) {{ {body} }}\n";
    }

    private static string NameOf(string function, string type) => $"{function.Replace('.', '_').Replace("()", "OfSpan", StringComparison.Ordinal)}_{type}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Operands">The spans; one of length 1 stands for a number.</param>
    private sealed record Row(string Function, ReferenceCell[][] Operands, ReferenceCell Value, ReferenceCell[][]? Gradient, ReferenceCell[][] Direction, ReferenceCell[][]? Product)
    {
        private string _line = "";

        public bool IsOfNumbers => Operands[0].Length == 1;

        public static Row Parse(string line)
        {
            string[] cells = line.Split('\t');
            return new Row(cells[0], Spans(cells[1])!, ReferenceCell.Parse(cells[2]), Spans(cells[3]), Spans(cells[4])!, Spans(cells[5])) { _line = line };
        }

        private static ReferenceCell[][]? Spans(string text) => text == "-" ? null : [.. text.Split(';').Select(s => s.Split(',').Select(ReferenceCell.Parse).ToArray())];

        public override string ToString() => _line.Replace('\t', ' ');
    }
}
