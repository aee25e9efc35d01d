using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class MakePartialCodeFixTests
{
    private const string Nested = """
        /// <summary>Outer.</summary>
        public static class Outer
        {
            public partial record struct Middle
            {
                // The inner one has no modifier.
                class Inner
                {
                    [Loss] public static double F([Parameter] double a) => a * a;
                    [Loss] public static double G([Parameter] double a) => a + a;
                }
            }

            public class Other;
        }
        """;

    private const string NestedFixed = """
        /// <summary>Outer.</summary>
        public static partial class Outer
        {
            public partial record struct Middle
            {
                // The inner one has no modifier.
                partial class Inner
                {
                    [Loss] public static double F([Parameter] double a) => a * a;
                    [Loss] public static double G([Parameter] double a) => a + a;
                }
            }

            public class Other;
        }
        """;

    private static readonly MakePartialCodeFix s_fix = new();

    [Theory]
    [InlineData("static class")]
    [InlineData("ref struct")]
    [InlineData("interface")]
    [InlineData("record")]
    [InlineData("readonly record struct")]
    public Task EveryKindOfType(string kind)
    {
        int keyword = kind.StartsWith("record", StringComparison.Ordinal) ? 0 : kind.IndexOf(' ', StringComparison.Ordinal) + 1;
        return CodeFixDriver.Check(
            s_fix,
            $"public {kind} Model {{ [Loss] public static double F([Parameter] double a) => a * a; }}",
            $"public {kind.Insert(keyword, "partial ")} Model {{ [Loss] public static double F([Parameter] double a) => a * a; }}");
    }

    [Fact]
    public Task EnclosingTypesToo() => CodeFixDriver.Check(s_fix, Nested, NestedFixed, index: 2);

    [Fact]
    public Task AllAtOnce() => CodeFixDriver.CheckAll(s_fix, Nested, NestedFixed);
}
