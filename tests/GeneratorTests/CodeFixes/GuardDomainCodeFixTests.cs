using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class GuardDomainCodeFixTests
{
    private static readonly GuardDomainCodeFix s_fix = new();

    [Theory]
    [InlineData("System.Math.Sqrt(a)", "System.Math.Sqrt(a + 1e-24)", "")]
    [InlineData("System.Math.Sqrt(a * a - b)", "System.Math.Sqrt(a * a - b + 1e-24)", "")]
    [InlineData("System.Math.Sqrt(a * a + b * b)", "Sym.Hypot(a, b)", "(Stabilize = false)")]
    [InlineData("System.Math.Log(a)", "System.Math.Log(System.Math.Max(a, 1e-300))", "")]
    [InlineData("System.Math.Sqrt(a * a - b) * System.Math.Sqrt(a * a - b) + b", "(a * a - b) + b", "")]
    [InlineData("3 * System.Math.Pow(System.Math.Sqrt(a), 2)", "3 * a", "")]
    public Task Operand_is_guarded(string expression, string guarded, string attribute)
    {
        // A root of what may be negative stays one: the constant helps at 0 only.
        bool isStillReported = guarded.Contains("+ 1e-24", StringComparison.Ordinal);
        return CodeFixDriver.Check(s_fix, Source(expression, attribute), Source(guarded, attribute), mayStillReport: isStillReported);
    }

    [Theory]
    [InlineData("System.Math.Sqrt(TensorPrimitives.SumOfSquares(w))")]
    [InlineData("System.Math.Sqrt(TensorPrimitives.Dot(w, w))")]
    public Task Root_of_a_sum_of_squares_is_a_norm(string root) => CodeFixDriver.Check(s_fix, OfArray(root), OfArray("TensorPrimitives.Norm(w)"));

    [Theory]
    [InlineData("System.Math.Sqrt(TensorPrimitives.Dot(w, w)) * System.Math.Sqrt(TensorPrimitives.Dot(w, w))", "TensorPrimitives.Dot(w, w)")]
    [InlineData("System.Math.Sqrt(TensorPrimitives.SumOfSquares(w)) * System.Math.Sqrt(TensorPrimitives.SumOfSquares(w))", "TensorPrimitives.SumOfSquares(w)")]
    public Task Square_of_a_norm_needs_no_root(string square, string expected) => CodeFixDriver.Check(s_fix, OfArray(square), OfArray(expected));

    [Fact]
    public Task Other_functions_have_no_fix() => CodeFixDriver.CheckNotOffered(s_fix, Source("System.Math.Acos(a)", ""));

    private static string Source(string expression, string attribute) => $$"""
        public static partial class Model
        {
            [Loss{{attribute}}]
            public static double F([Parameter] double a, [Parameter] double b) => {{expression}};
        }
        """;

    private static string OfArray(string expression) => $$"""
        using System.Numerics.Tensors;
        public static partial class Model
        {
            [Loss(Stabilize = false)]
            public static double F([Parameter] System.ReadOnlySpan<double> w) => {{expression}};
        }
        """;
}
