using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class PassConstantCodeFixTests
{
    private static readonly PassConstantCodeFix s_fix = new();

    [Theory]
    [InlineData("static double s_rate;", "s_rate * a + Model.s_rate", "double rate", "rate * a + rate")]
    [InlineData("static int Count { get; set; }", "Count * a", "int count", "count * a")]
    [InlineData("static readonly double[] Knots = [1, 2];", "a * Knots[0]", "System.ReadOnlySpan<double> knots", "a * knots[0]")]
    [InlineData("static double X;", "a * X * x", "double x2", "a * x2 * x")]
    [InlineData("static double s_fixed;", "a * s_fixed", "double fixed2", "a * fixed2")]
    public Task StateBecomesAnArgument(string member, string body, string argument, string expected) =>
        CodeFixDriver.Check(s_fix, Source(member, "", body), Source(member, ", [Constant] " + argument, expected));

    [Fact]
    public Task HelpersHaveNoArgumentsOfTheObjective() =>
        CodeFixDriver.CheckNotOffered(s_fix, Source("static double s_rate; static double Rate() => s_rate;", "", "a * Rate()"));

    [Fact]
    public Task OtherTypesCannotBePassed() => CodeFixDriver.CheckNotOffered(s_fix, Source("static bool s_isLarge;", "", "s_isLarge ? a : x"));

    private static string Source(string member, string argument, string body) => $$"""
        public static partial class Model
        {
            {{member}}

            [Loss]
            public static double F(
                [Parameter] double a{{argument}},
                double x) => {{body}};
        }
        """;
}
