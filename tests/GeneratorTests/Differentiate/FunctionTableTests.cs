using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
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
    private const double SingleBound = 1e-6;
    private const double SingleSlopeBound = 1e-5;

    /// <summary>Two vectors of doubles, one of floats, and a rest.</summary>
    private const int VectorLength = 17;

    /// <summary>Members that <c>Math</c> overloads for float, since <c>MathF</c> lacks them.</summary>
    private static readonly string[] s_overloaded = ["Clamp"];

    /// <summary>The members of <c>TensorPrimitives</c> that work element by element and share a row of the table.</summary>
    private static readonly string[] s_tensor =
    [
        "Abs", "Sqrt", "Cbrt", "Exp", "Exp2", "Exp10", "Log", "Log2", "Log10", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh",
        "Asinh", "Acosh", "Atanh", "Floor", "Ceiling", "Round", "Truncate", "Sigmoid", "ExpM1", "LogP1",
        "DegreesToRadians", "RadiansToDegrees", "Exp2M1", "Exp10M1", "Log2P1", "Log10P1",
    ];

    private static readonly Lazy<ILookup<string, Row>> s_rows = new(() => ReferenceTable.Lines("functions.tsv").Select(Row.Parse).ToLookup(r => r.Function));

    private static readonly Lazy<Assembly> s_compiled = new(Compile);

    private static string[] Functions => [.. s_rows.Value.Select(g => g.Key)];

    public static TheoryData<string> Names => new(Functions);

    [Theory]
    [MemberData(nameof(Names))]
    public void Value_and_two_derivatives(string function)
    {
        int index = Array.IndexOf(Functions, function);
        Check<double>(function, $"F{index}", 1, Bound, SlopeBound);
        Check<float>(function, $"Single{index}", 1, SingleBound, SingleSlopeBound);
        string? member = s_tensor.FirstOrDefault(m => function == $"Math.{m}(x)" || function == $"double.{m}(x)" || function == $"Sym.{m}(x)");
        if (member is null) return;
        Check<double>(function, "Tensor" + member, VectorLength, Bound, SlopeBound);
        Check<float>(function, "TensorSingle" + member, VectorLength, SingleBound, SingleSlopeBound);
    }

    /// <param name="length">How many parameters the loss has, all of them equal; its value is the mean over them.</param>
    private static void Check<T>(string function, string loss, int length, double bound, double slopeBound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var objective = (HostObjective<T>)Activator.CreateInstance(s_compiled.Value.GetType($"Functions+{loss}Objective")!, length)!;
        var failures = new List<string>();
        foreach (Row row in s_rows.Value[function])
        {
            T x = T.CreateChecked(row.X);
            if (double.CreateChecked(x) != row.X && !double.IsNaN(row.X)) continue; // the row is for another argument

            T[] point = new T[length], direction = new T[length], gradient = new T[length], second = new T[length];
            Array.Fill(point, x);
            Array.Fill(direction, T.One);
            Array.Fill(gradient, T.CreateChecked(17)); // written, not added to
            Array.Fill(second, T.CreateChecked(17));
            T value = objective.Gradient(point, gradient);
            objective.HessianVectorProduct(point, direction, second);
            Compare(row, "value", row.Value, value, bound);
            T n = T.CreateChecked(length);
            for (int i = 0; i < length; i++)
            {
                Compare(row, "first derivative", row.First, gradient[i] * n, slopeBound);
                Compare(row, "second derivative", row.Second, second[i] * n, slopeBound);
            }
        }

        Assert.True(failures.Count == 0, loss + "\n" + string.Join("\n", failures.Distinct()));

        void Compare(Row row, string what, ReferenceCell expected, T actual, double tolerance)
        {
            if (!expected.IsClose(actual, tolerance)) failures.Add(Text($"{row}: the {what} is {actual:R}"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static Assembly Compile()
    {
        var source = new StringBuilder("public static partial class Functions\n{\n");
        string[] functions = Functions;
        for (int k = 0; k < functions.Length; k++)
        {
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Order = 2)] public static double F{k}([Parameter] ReadOnlySpan<double> p) {{ double x = p[0]; return {functions[k]}; }}");
            source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Order = 2)] public static float Single{k}([Parameter] ReadOnlySpan<float> p) {{ float x = p[0]; return {Single(functions[k])}; }}");
        }

        foreach (string member in s_tensor)
        {
            foreach ((string name, string type) in new[] { ("Tensor", "double"), ("TensorSingle", "float") })
            {
                source.AppendLine(CultureInfo.InvariantCulture, $"[Loss(Order = 2)] public static {type} {name}{member}([Parameter] ReadOnlySpan<{type}> p) {{ Span<{type}> y = stackalloc {type}[p.Length]; TensorPrimitives.{member}(p, y); return TensorPrimitives.Sum(y) / p.Length; }}");
            }
        }

        return ReferenceTable.Compile(source.Append('}').ToString());
    }

    /// <summary>The same expression in float: <c>MathF</c>, members of float, and float constants.</summary>
    private static string Single(string function)
    {
        string single = Regex.Replace(function.Replace("double.", "float.", StringComparison.Ordinal), @"\d+\.\d+", "$0f");
        return Regex.Replace(single, @"\bMath\.(\w+)", m => s_overloaded.Contains(m.Groups[1].Value) ? m.Value : "MathF." + m.Groups[1].Value);
    }

    private sealed record Row(string Function, double X, ReferenceCell Value, ReferenceCell First, ReferenceCell Second)
    {
        public static Row Parse(string line)
        {
            string[] cells = line.Split('\t');
            ReferenceCell[] n = [.. cells.Skip(1).Select(ReferenceCell.Parse)];
            return new Row(cells[0], n[0].Number, n[1], n[2], n[3]);
        }

        public override string ToString() => Text($"{Function} at {X:R} is {Value}, {First}, {Second}");
    }
}
