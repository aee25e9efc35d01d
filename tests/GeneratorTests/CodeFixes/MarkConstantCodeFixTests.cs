using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class MarkConstantCodeFixTests
{
    private const string Source = """
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] double a, [Parameter] int n, [SymbolicGD.ParameterAttribute] int m) => a * n * m;
        }
        """;

    private static readonly string s_first = Source.Replace("[Parameter] int", "[Constant] int", StringComparison.Ordinal);

    private static readonly MarkConstantCodeFix s_fix = new();

    [Fact]
    public Task ParameterBecomesConstant() => CodeFixDriver.Check(
        s_fix, Source.Replace(", [SymbolicGD.ParameterAttribute] int m) => a * n * m", ") => a * n", StringComparison.Ordinal),
        s_first.Replace(", [SymbolicGD.ParameterAttribute] int m) => a * n * m", ") => a * n", StringComparison.Ordinal));

    [Fact]
    public Task AllAtOnce() => CodeFixDriver.CheckAll(
        s_fix, Source, s_first.Replace("SymbolicGD.ParameterAttribute", "SymbolicGD.ConstantAttribute", StringComparison.Ordinal));
}
