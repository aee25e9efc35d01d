using System.Numerics.Tensors;
using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>Logistic regression with the formula of the textbook: the generator finds the stable one.</summary>
public static partial class LogisticRegression
{
    [Loss]
    public static float NegativeLogLikelihood(
        [Parameter] ReadOnlySpan<float> weights, [Parameter] float bias,
        ReadOnlySpan<float> features, float label)
    {
        float z = bias + TensorPrimitives.Dot(weights, features);
        return MathF.Log(1 + MathF.Exp(z)) - label * z;
    }
}
