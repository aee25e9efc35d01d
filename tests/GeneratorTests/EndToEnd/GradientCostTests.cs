using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>A gradient of a logistic regression, with the value, takes at most 2.2 times the operations of the loss, as counted for <c>MaxOverhead</c>.</summary>
public sealed class GradientCostTests
{
    private const double Limit = 2.2;

    [Fact]
    public void LogisticRegressionWithPenalty() => Check(SampleLosses.Sources["NaiveLogistic"]);

    [Fact]
    public void LogisticRegressionOfTheBenchmarks() => Check(File.ReadAllText(Path.Combine(Repository.Root, "benchmarks", "Losses", "LogisticRegression.cs")));

    private static void Check(string source)
    {
        LossSpec spec = CaptureDriver.Loss(source);
        (Function stable, _) = ConditionStage.Run(spec.Function, spec.Stabilize);
        Function loss = OptimizeStage.Normalize(stable, spec.IsFast);
        double overhead = CostContract.Overhead(loss, OptimizeStage.Run(DifferentiateStage.Gradient(loss), spec.IsFast));
        Assert.True(overhead <= Limit, FormattableString.Invariant($"the gradient takes {overhead:0.###} times the operations of the loss, more than {Limit}"));
    }
}
