using SymbolicGD.CodeFixes;
using Xunit;

namespace SymbolicGD.GeneratorTests.CodeFixes;

public sealed class MakeStaticCodeFixTests
{
    private static readonly MakeStaticCodeFix s_fix = new();

    [Fact]
    public Task StaticFollowsTheAccessibility() => CodeFixDriver.Check(
        s_fix,
        """
        public partial class Model
        {
            /// <summary>A square.</summary>
            [Loss]
            public unsafe double F([Parameter] double a, double y) => (y - a) * (y - a); // kept
        }
        """,
        """
        public partial class Model
        {
            /// <summary>A square.</summary>
            [Loss]
            public static unsafe double F([Parameter] double a, double y) => (y - a) * (y - a); // kept
        }
        """);

    [Theory]
    [InlineData("class", "", "static ")]
    [InlineData("class", "private protected ", "private protected static ")]
    [InlineData("class", "/* first */ unsafe ", "/* first */ static unsafe ")]
    [InlineData("struct", "public readonly ", "public static ")]
    public Task ModifiersKeepTheirPlaces(string kind, string before, string after) => CodeFixDriver.Check(
        s_fix,
        $"partial {kind} Model\n{{\n    [Loss]\n    {before}double F([Parameter] double a) => a * a;\n}}\n",
        $"partial {kind} Model\n{{\n    [Loss]\n    {after}double F([Parameter] double a) => a * a;\n}}\n");

    [Fact]
    public Task AllAtOnce() => CodeFixDriver.CheckAll(
        s_fix,
        """
        public partial class Model
        {
            [Loss] public double F([Parameter] double a) => a * a;

            [Loss]
            double G([Parameter] double a) => Square(a);

            private static double Square(double a) => a * a;
        }
        """,
        """
        public partial class Model
        {
            [Loss] public static double F([Parameter] double a) => a * a;

            [Loss]
            static double G([Parameter] double a) => Square(a);

            private static double Square(double a) => a * a;
        }
        """);

    [Theory]
    [InlineData("partial class Model { double c; [Loss] public double F([Parameter] double a) => a * c; }")]
    [InlineData("partial class Model { [Loss] public double F([Parameter] double a) => a * this.G(); double G() => 1; }")]
    [InlineData("partial class Model(double c) { [Loss] public double F([Parameter] double a) => a * c; }")]
    [InlineData("partial class Model { [Loss] public virtual double F([Parameter] double a) => a * a; }")]
    [InlineData("interface ILoss { double F(double a); } partial class Model : ILoss { [Loss] public double F([Parameter] double a) => a * a; }")]
    public Task NotOfferedWhereTheInstanceMatters(string source) => CodeFixDriver.CheckNotOffered(s_fix, source);
}
