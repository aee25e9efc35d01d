using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class RenameObjectiveCodeFixTests
{
    private const string Overloads = """
        public static partial class Model
        {
            [Loss] public static double F([Parameter] double a) => a * a;
            [Loss(Reduction = Reduction.Sum)] public static double F([Parameter] double a, double x) => a * x;
        }
        """;

    private static readonly RenameObjectiveCodeFix s_fix = new();

    [Fact]
    public Task SecondOverloadGetsAName() => CodeFixDriver.Check(
        s_fix, Overloads, Overloads.Replace("Sum)", "Sum, Name = \"F2\")", StringComparison.Ordinal), index: 1);

    [Fact]
    public Task FirstOverloadKeepsItsName() => CodeFixDriver.CheckNotOffered(s_fix, Overloads, index: 0);

    [Fact]
    public Task ANameThatATypeHasIsLeftToIt() => CodeFixDriver.Check(
        s_fix,
        """
        public static partial class Model
        {
            [Loss]
            public static double F([Parameter] double a) => a * a;

            private sealed class FObjective;
            private sealed class F2Objective;
        }
        """,
        """
        public static partial class Model
        {
            [Loss(Name = "F3")]
            public static double F([Parameter] double a) => a * a;

            private sealed class FObjective;
            private sealed class F2Objective;
        }
        """);

    [Fact]
    public Task AllAtOnceGetDifferentNames() => CodeFixDriver.CheckAll(
        s_fix,
        """
        public static partial class Model
        {
            [Loss] public static double F([Parameter] double a) => a * a;
            [Loss] public static double F([Parameter] double a, double x) => a * x;
            [Loss(Name = "F", Stabilize = false)] public static double G([Parameter] double a) => a + a;
            [Loss] public static double F2([Parameter] double a) => a;
        }
        """,
        """
        public static partial class Model
        {
            [Loss] public static double F([Parameter] double a) => a * a;
            [Loss(Name = "F3")] public static double F([Parameter] double a, double x) => a * x;
            [Loss(Name = "F4", Stabilize = false)] public static double G([Parameter] double a) => a + a;
            [Loss] public static double F2([Parameter] double a) => a;
        }
        """);
}
