using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class ShareShapeCodeFixTests
{
    private static readonly ShareShapeCodeFix s_fix = new();

    [Fact]
    public Task SecondArgumentGetsTheNameOfTheFirst() => CodeFixDriver.Check(s_fix, Spans("\"n\"", "\"m\""), Spans("\"n\"", "\"n\""));

    [Theory]
    [InlineData("w.Row(0), x")]
    [InlineData("x, w.Row(0)")]
    public Task RowOfAMatrixKeepsItsName(string operands) => CodeFixDriver.Check(s_fix, Row("hidden", operands), Row("pixels", operands));

    [Fact]
    public Task LocalArraysHaveNoNames() => CodeFixDriver.CheckNotOffered(s_fix, """
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] double a)
            {
                System.Span<double> p = stackalloc double[2], q = stackalloc double[3];
                return a * System.Numerics.Tensors.TensorPrimitives.Dot<double>(p, q);
            }
        }
        """);

    private static string Spans(string a, string b) => $$"""
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter, Shape({{a}})] System.ReadOnlySpan<double> a, [Shape({{b}})] System.ReadOnlySpan<double> b) =>
                System.Numerics.Tensors.TensorPrimitives.Dot(a, b);
        }
        """;

    private static string Row(string x, string operands) => $$"""
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<double> w, [Shape("{{x}}")] System.ReadOnlySpan<double> x) =>
                System.Numerics.Tensors.TensorPrimitives.Dot({{operands}});
        }
        """;
}
