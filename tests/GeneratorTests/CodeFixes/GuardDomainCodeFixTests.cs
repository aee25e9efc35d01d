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
    public Task Operand_is_guarded(string expression, string guarded, string attribute)
    {
        // A root of what may be negative stays one: the constant helps at 0 only.
        bool isStillReported = guarded.Contains("+ 1e-24", StringComparison.Ordinal);
        return CodeFixDriver.Check(s_fix, Source(expression, attribute), Source(guarded, attribute), mayStillReport: isStillReported);
    }

    [Fact]
    public Task Other_functions_have_no_fix() => CodeFixDriver.CheckNotOffered(s_fix, Source("System.Math.Acos(a)", ""));

    private static string Source(string expression, string attribute) => $$"""
        public static partial class Model
        {
            [Loss{{attribute}}]
            public static double F([Parameter] double a, [Parameter] double b) => {{expression}};
        }
        """;
}
