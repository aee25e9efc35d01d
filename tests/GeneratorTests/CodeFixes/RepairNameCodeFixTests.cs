using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class RepairNameCodeFixTests
{
    private const string Template = "public static partial class Model { [Loss(Name = \"§\")] public static double F([Parameter] double a) => a * a; }";

    private static readonly RepairNameCodeFix s_fix = new();

    [Theory]
    [InlineData("mean square", "MeanSquare")]
    [InlineData("2-norm, squared", "NormSquared")]
    [InlineData("L1/L2", "L1L2")]
    public Task WordsAreJoined(string given, string expected) => CodeFixDriver.Check(s_fix, WithName(given), WithName(expected));

    [Fact]
    public Task NotOfferedWhereNoLetterIsLeft() => CodeFixDriver.CheckNotOffered(s_fix, WithName("1 + 2"));

    private static string WithName(string name) => Template.Replace("§", name, StringComparison.Ordinal);
}
