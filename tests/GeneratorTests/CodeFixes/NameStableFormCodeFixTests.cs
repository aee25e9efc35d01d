using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class NameStableFormCodeFixTests
{
    private static readonly NameStableFormCodeFix s_fix = new();

    [Theory]
    [InlineData("-System.Math.Log(Sym.Sigmoid(a * x))", "-Sym.LogSigmoid(a * x)")]
    [InlineData("System.Math.Log(1 / (1 + System.Math.Exp(-(a + x))))", "Sym.LogSigmoid(a + x)")]
    [InlineData("System.Math.Log(1 - Sym.Sigmoid(a + x))", "Sym.LogSigmoid(-(a + x))")]
    [InlineData("2 + System.Math.Log(1 + System.Math.Exp(a - x)) * x", "2 + Sym.Softplus(a - x) * x")]
    [InlineData("System.Math.Log(System.Math.Exp(a) + 1.0)", "Sym.Softplus(a)")]
    [InlineData("Sym.Log1p(System.Math.Exp(a * x))", "Sym.Softplus(a * x)")]
    [InlineData("System.Math.Log(1 - System.Math.Exp(-a * a))", "Sym.Log1mExp(-a * a)", true)]
    public Task Formula_gets_its_name(string formula, string named, bool mayStillReport = false) =>
        CodeFixDriver.Check(s_fix, Source(formula), Source(named), mayStillReport: mayStillReport);

    [Theory]
    [InlineData("TensorPrimitives.Norm(w) * TensorPrimitives.Norm(w)", "TensorPrimitives.SumOfSquares(w)")]
    [InlineData("3 * System.Math.Pow(TensorPrimitives.Norm(w), 2)", "3 * TensorPrimitives.SumOfSquares(w)")]
    [InlineData("Sym.Square(Sym.Norm(w))", "System.Numerics.Tensors.TensorPrimitives.SumOfSquares(w)")]
    public Task Square_of_a_norm_is_a_sum_of_squares(string square, string expected) => CodeFixDriver.Check(s_fix, OfArray(square), OfArray(expected));

    [Fact]
    public Task All_at_once() => CodeFixDriver.CheckAll(
        s_fix,
        Source("System.Math.Log(1 + System.Math.Exp(a)) - System.Math.Log(Sym.Sigmoid(x * a))"),
        Source("Sym.Softplus(a) - Sym.LogSigmoid(x * a)"));

    [Theory]
    [InlineData("System.Math.Log(Half(a))")]
    [InlineData("System.Math.Log(s)")]
    public Task What_stands_elsewhere_has_no_fix(string formula) => CodeFixDriver.CheckNotOffered(s_fix, $$"""
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] double a, double x)
            {
                double s = 1 / (1 + System.Math.Exp(-x * a));
                return {{formula}} + s;
            }

            private static double Half(double v) => Sym.Sigmoid(2 * v);
        }
        """);

    private static string Source(string expression) => $$"""
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] double a, double x) => {{expression}};
        }
        """;

    private static string OfArray(string expression) => $$"""
        using System.Numerics.Tensors;
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] System.ReadOnlySpan<double> w) => {{expression}};
        }
        """;
}
