using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.EndToEnd;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Schedule;

/// <summary>Sums along rows that run on from example to example, where examples run one by one.</summary>
public sealed class SumsOverExamplesTests
{
    private const string Source = """
        public static partial class Penalties
        {
            [Loss]
            public static double OfBothRows(
                [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> user, [Parameter, Shape("items", "rank")] ReadOnlyMatrix<double> item,
                [Constant] double l2, int u, int i, double rating)
            {
                double e = TensorPrimitives.Dot(user.Row(u), item.Row(i)) - rating;
                return e * e + l2 * (TensorPrimitives.SumOfSquares(user.Row(u)) + TensorPrimitives.SumOfSquares(item.Row(i)));
            }

            /// Factors inside of factors, and nothing but sums.
            [Loss]
            public static double WithoutAnErrorOfItsOwn(
                [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> user, [Constant] double l1, [Constant] double l2, int u)
            {
                double squares = 0, others = 0;
                for (int j = 0; j < user.Columns; j++)
                {
                    squares += user[u, j] * user[u, j];
                    others += Math.Sqrt(1 + user[u, j] * user[u, j]);
                }

                return l2 * (squares + 3 * l1 * others);
            }

            /// One sum is read twice, the weight of the other differs from example to example.
            [Loss]
            public static double ThatTheLossNeedsAtOnce(
                [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> user, [Parameter, Shape("users", "rank")] ReadOnlyMatrix<double> other,
                [Constant] double l2, int u, double weight)
            {
                double squares = TensorPrimitives.SumOfSquares(user.Row(u)), rest = TensorPrimitives.SumOfSquares(other.Row(u));
                return Math.Sin(squares) + l2 * squares + weight * rest;
            }
        }
        """;

    private static readonly Lazy<(Dictionary<string, LossSpec> Specs, Assembly Assembly)> s_compiled = new(() =>
    {
        CSharpCompilation compilation = CompilationFactory.Create(Source);
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        return (CaptureDriver.Losses(Source).ToDictionary(s => s.Method), CompilationFactory.Load((CSharpCompilation)generated));
    });

    [Theory]
    [InlineData("OfBothRows", 2)]
    [InlineData("WithoutAnErrorOfItsOwn", 2)]
    [InlineData("ThatTheLossNeedsAtOnce", 0)]
    public void OnlySumsThatEndInTheLossRunOn(string name, int sums) => Assert.Equal(sums, SimdPlanner.Plan(Gradient(name)).VectorSums.Count);

    /// <summary>The function that is written computes what the function that was planned does.</summary>
    [Theory]
    [InlineData("OfBothRows")]
    [InlineData("WithoutAnErrorOfItsOwn")]
    public void RunningOnPreservesTheFunction(string name)
    {
        Function gradient = Gradient(name), moved = SimdPlanner.Plan(gradient).Function;
        Assert.NotEqual(gradient, moved);
        IrVerifier.Verify(moved);
        foreach (int extent in new[] { 1, 2, 5 }) Equivalence.Check(gradient, moved, RandomInputs.OfSize(gradient, extent, extent, examples: 3));
    }

    [Theory]
    [InlineData("OfBothRows")]
    [InlineData("WithoutAnErrorOfItsOwn")]
    [InlineData("ThatTheLossNeedsAtOnce")]
    public void EmittedCodeAgreesWithDualNumbers(string name)
    {
        (Dictionary<string, LossSpec> specs, Assembly assembly) = s_compiled.Value;
        foreach (int extent in new[] { 1, 2, 7, 8, 9, 16, 21 }) ObjectiveCheck.Run(assembly, specs[name], extent, examples: 5);
    }

    private static Function Gradient(string name)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(ConditionStage.Run(spec.Function, spec.Stabilize).Function, spec.IsFast);
        return OptimizeStage.Run(DifferentiateStage.Gradient(normal), spec.IsFast);
    }
}
