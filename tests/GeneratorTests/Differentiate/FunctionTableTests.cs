using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>
/// Value, first and second derivative of each supported function, of compiled objectives, against <c>Reference/functions.tsv</c>: ordinary
/// points, 0, the ends of the domain, the infinities and NaN.
/// </summary>
public sealed class FunctionTableTests
{
    private const double Bound = 2e-15;
    private const double SlopeBound = 2e-14;

    /// <summary>The members of <c>TensorPrimitives</c> that work element by element and share a row of the table.</summary>
    private static readonly string[] s_tensor =
    [
        "Abs", "Sqrt", "Cbrt", "Exp", "Exp2", "Exp10", "Log", "Log2", "Log10", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh",
        "Asinh", "Acosh", "Atanh", "Floor", "Ceiling", "Round", "Truncate", "Sigmoid",
    ];

    private static readonly Lazy<ILookup<string, Row>> s_rows = new(() => File.ReadLines(
        Path.Combine(Repository.Root, "tests", "GeneratorTests", "Differentiate", "Reference", "functions.tsv"))
        .Where(line => !line.StartsWith('#')).Select(Row.Parse).ToLookup(r => r.Function));

    private static readonly Lazy<Assembly> s_compiled = new(Compile);

    private static string[] Functions => [.. s_rows.Value.Select(g => g.Key)];

    public static TheoryData<string> Names => new(Functions);

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_two_derivatives(string function)
    {
        Check(function, "F" + Array.IndexOf(Functions, function));
        string? member = s_tensor.FirstOrDefault(m => function == $"Math.{m}(x)" || function == $"double.{m}(x)" || function == $"Sym.{m}(x)");
        if (member is not null) Check(function, "Tensor" + member);
    }

    private static void Check(string function, string loss)
    {
        var objective = (HostObjective<double>)Activator.CreateInstance(s_compiled.Value.GetType($"Functions+{loss}Objective")!, 1)!;
        var failures = new List<string>();
        foreach (Row row in s_rows.Value[function])
        {
            double[] gradient = [17], second = [17];
            double value = objective.Gradient([row.X], gradient);
            objective.HessianVectorProduct([row.X], [1], second);
            if (!IsClose(value, row.Value, Bound)) failures.Add(Text($"{row}: the value is {value:R}"));
            if (!IsClose(gradient[0], row.First, SlopeBound)) failures.Add(Text($"{row}: the first derivative is {gradient[0]:R}"));
            if (!IsClose(second[0], row.Second, SlopeBound)) failures.Add(Text($"{row}: the second derivative is {second[0]:R}"));
        }

        Assert.True(failures.Count == 0, loss + "\n" + string.Join("\n", failures));
    }

    /// <summary>Equal, of either sign where 0; relatively close, or within a rounding of 1 of a value that is not above 1.</summary>
    private static bool IsClose(double actual, double? expected, double bound) =>
        expected is not { } e || (double.IsNaN(e) ? double.IsNaN(actual) : actual == e || Math.Abs(actual - e) <= bound * Math.Max(Math.Abs(e), 0.02));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Assembly Compile()
    {
        var source = new StringBuilder("public static partial class Functions\n{\n");
        string[] functions = Functions;
        for (int k = 0; k < functions.Length; k++)
        {
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Order = 2)] public static double F{k}([Parameter] ReadOnlySpan<double> p) {{ double x = p[0]; return {functions[k]}; }}");
        }

        foreach (string member in s_tensor)
        {
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Order = 2)] public static double Tensor{member}([Parameter] ReadOnlySpan<double> p) {{ Span<double> y = stackalloc double[p.Length]; TensorPrimitives.{member}(p, y); return TensorPrimitives.Sum(y); }}");
        }

        CSharpCompilation compilation = CompilationFactory.Create(source.Append('}').ToString());
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return CompilationFactory.Load((CSharpCompilation)generated);
    }

    private sealed record Row(string Function, double X, double? Value, double? First, double? Second)
    {
        public static Row Parse(string line)
        {
            string[] cells = line.Split('\t');
            double?[] n = [.. cells.Skip(1).Select(c => c switch
            {
                "-" => (double?)null,
                "∞" => double.PositiveInfinity,
                "-∞" => double.NegativeInfinity,
                _ => double.Parse(c, NumberStyles.Float, CultureInfo.InvariantCulture),
            })];
            return new Row(cells[0], n[0]!.Value, n[1], n[2], n[3]);
        }

        public override string ToString() => Text($"{Function} at {X:R} is {Value:R}, {First:R}, {Second:R}");
    }
}
