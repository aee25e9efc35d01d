using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.GeneratorTests.Capture;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>A gradient of a logistic regression, with the value, takes at most 2.2 times the operations of the loss, as counted for <c>MaxOverhead</c>.</summary>
public sealed class GradientCostTests
{
    private const double Limit = 2.2;

    /// <summary>The loss of the benchmarks: its row of features is one dot product.</summary>
    private const string ByDotProduct = """
        public static partial class LogisticRegression
        {
            [Loss]
            public static float NegativeLogLikelihood(
                [Parameter] ReadOnlySpan<float> weights, [Parameter] float bias, ReadOnlySpan<float> features, float label)
            {
                float z = bias + TensorPrimitives.Dot(weights, features);
                return MathF.Log(1 + MathF.Exp(z)) - label * z;
            }
        }
        """;

    [Fact]
    public void LogisticRegressionWithPenalty() => Check(SampleLosses.Sources["NaiveLogistic"]);

    [Fact]
    public void LogisticRegressionOfTheBenchmarks() => Check(ByDotProduct);

    private static void Check(string source)
    {
        LossSpec spec = CaptureDriver.Loss(source);
        (Function stable, _) = ConditionStage.Run(spec.Function, spec.Stabilize);
        Function loss = OptimizeStage.Normalize(stable, spec.IsFast);
        double overhead = CostContract.Overhead(loss, OptimizeStage.Run(DifferentiateStage.Gradient(loss), spec.IsFast));
        Assert.True(overhead <= Limit, FormattableString.Invariant($"the gradient takes {overhead:0.###} times the operations of the loss, more than {Limit}"));
    }
}
