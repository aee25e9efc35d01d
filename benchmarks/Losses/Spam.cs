using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>Logistic regression with a penalty, in double.</summary>
public static partial class Spam
{
    [Loss]
    public static double NegativeLogLikelihood(
        [Parameter, Shape("features")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2,
        [Shape("features")] ReadOnlySpan<double> x, double label)
    {
        double z = bias;
        for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
        double penalty = 0;
        foreach (double wj in w) penalty += wj * wj;
        return Math.Log(1 + Math.Exp(z)) - label * z + 0.5 * l2 * penalty;
    }
}
