using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Condition;

/// <summary>
/// Compiled objectives of formulas that overflow or cancel as they are written, against values and gradients of 50 digits:
/// <c>Reference/stable-formulas.tsv</c>, which <c>stable-formulas.py</c> beside it derives with mpmath from the formulas themselves.
/// </summary>
public sealed class StableFormulaReferenceTests
{
    /// <summary>Relative, for values; the functions of the vector kernels are good to 5 ulp.</summary>
    private const double Bound = 4e-15;

    /// <summary>Slopes come out of products of several factors, and σ(1 − σ) and 1 − tanh² are good to a rounding of 1.</summary>
    private const double SlopeBound = 1e-14;
    private const double Rounding = 4e-16;

    private const string Helpers = """
        static double LogSumExp(ReadOnlySpan<double> p) { double sum = 0; foreach (double v in p) sum += Math.Exp(v); return Math.Log(sum); }
        static double LogSoftmax(ReadOnlySpan<double> p) { double sum = 0; foreach (double v in p) sum += Math.Exp(v); return Math.Log(Math.Exp(p[0]) / sum); }
        static double Softmax(ReadOnlySpan<double> p) { double sum = 0; foreach (double v in p) sum += Math.Exp(v); return Math.Exp(p[0]) / sum; }
        static double CrossEntropy(ReadOnlySpan<double> p) => LogSumExp(p) - p[1];
        static double Root(ReadOnlySpan<double> p) { double sum = 0; foreach (double v in p) sum += v * v; return Math.Sqrt(sum); }
        """;

    private static readonly Lazy<IReadOnlyList<Row>> s_rows = new(() => [.. File.ReadLines(
        Path.Combine(Repository.Root, "tests", "GeneratorTests", "Condition", "Reference", "stable-formulas.tsv"))
        .Where(line => !line.StartsWith('#')).Select(Row.Parse)]);

    private static readonly Lazy<Assembly> s_compiled = new(Compile);

    private static string[] Formulas => [.. s_rows.Value.Select(r => r.Formula).Distinct()];

    public static TheoryData<string> Names => new(Formulas);

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_gradient_have_all_their_digits(string formula)
    {
        var objective = (HostObjective<double>)New("Stable", formula);
        foreach (Row row in RowsOf(formula))
        {
            var gradient = new double[3];
            double value = objective.Gradient(row.Point, gradient);
            Assert.True(IsClose(value, row.Value, Bound, 0), $"{row}: the value is {value:R}");
            Assert.True(IsClose(objective.Value(row.Point), row.Value, Bound, 0), $"{row}: Value gives {objective.Value(row.Point):R}");
            for (int i = 0; i < 3; i++) Assert.True(IsClose(gradient[i], row.Slopes[i], SlopeBound, Rounding), $"{row}: slope {i} is {gradient[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_formula_as_written_loses_digits_at_one_of_the_points(string formula)
    {
        var objective = (HostObjective<double>)New("Naive", formula);
        Assert.Contains(RowsOf(formula), row =>
        {
            var gradient = new double[3];
            double value = objective.Gradient(row.Point, gradient);
            return !IsClose(value, row.Value, 1e-9, 0) || gradient.Where((g, i) => !IsClose(g, row.Slopes[i], 1e-9, 1e-9)).Any();
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_in_vector_lanes(string formula)
    {
        if (formula.Contains("(p)", StringComparison.Ordinal)) return;

        // z = c·z₀ at c = 1, so that the slope in c is z₀ times the formula's; nine rows are a block and a tail.
        foreach (Row row in RowsOf(formula))
        {
            object[] columns = [.. row.Point.Select(v => (object)new ReadOnlyMemory<double>([.. Enumerable.Repeat(v, 9)]))];
            var objective = (HostObjective<double>)New("Lanes", formula, columns);
            var gradient = new double[3];
            double value = objective.Gradient([1, 1, 1], gradient);
            Assert.True(IsClose(value, row.Value, Bound, 0), $"{row}: the value is {value:R}");
            for (int i = 0; i < 3; i++)
            {
                double expected = row.Slopes[i] * row.Point[i];
                Assert.True(IsClose(gradient[i], expected, SlopeBound, Rounding * Math.Abs(row.Point[i])), $"{row}: slope {i} is {gradient[i]:R} instead of {expected:R}");
            }
        }
    }

    private static IEnumerable<Row> RowsOf(string formula) => s_rows.Value.Where(r => r.Formula == formula);

    private static bool IsClose(double actual, double expected, double relative, double absolute) =>
        Math.Abs(actual - expected) <= Math.Max(relative * Math.Abs(expected), Math.Max(absolute, double.Epsilon));

    private static object New(string kind, string formula, params object[] arguments)
    {
        Type type = s_compiled.Value.GetType($"Formulas+{kind}{Array.IndexOf(Formulas, formula)}Objective")!;
        return Activator.CreateInstance(type, kind == "Lanes" ? arguments : [3])!;
    }

    private static Assembly Compile()
    {
        var source = new StringBuilder("public static partial class Formulas\n{\n").AppendLine(Helpers);
        string[] formulas = Formulas;
        for (int k = 0; k < formulas.Length; k++)
        {
            string body = $"{{ double x = p[0], y = p[1], z = p[2]; return {formulas[k]}; }}";
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss] public static double Stable{k}([Parameter] ReadOnlySpan<double> p) {body}");
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Stabilize = false)] public static double Naive{k}([Parameter] ReadOnlySpan<double> p) {body}");
            if (formulas[k].Contains("(p)", StringComparison.Ordinal)) continue;
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss] public static double Lanes{k}([Parameter] double a, [Parameter] double b, [Parameter] double c, double x0, double y0, double z0)");
            source.AppendLine(CultureInfo.InvariantCulture, $"{{ double x = a * x0, y = b * y0, z = c * z0; return {formulas[k]}; }}");
        }

        CSharpCompilation compilation = CompilationFactory.Create(source.Append('}').ToString());
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return CompilationFactory.Load((CSharpCompilation)generated);
    }

    private sealed record Row(string Formula, double[] Point, double Value, double[] Slopes)
    {
        public static Row Parse(string line)
        {
            string[] cells = line.Split('\t');
            double[] numbers = [.. cells.Skip(1).Select(c => double.Parse(c, NumberStyles.Float, CultureInfo.InvariantCulture))];
            return new Row(cells[0], numbers[..3], numbers[3], numbers[4..]);
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Formula} at ({string.Join(", ", Point)}) is {Value:R} with slopes ({string.Join(", ", Slopes)})");
    }
}
