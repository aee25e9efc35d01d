using SymbolicGD;

namespace Quickstart;

/// <summary>Logistic regression of spam, written with the formula of the textbook, which overflows when it is computed as it stands.</summary>
public static partial class Spam
{
    [Loss]
    public static double NegativeLogLikelihood(
        [Parameter, Shape("features")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2,
        [Shape("features")] ReadOnlySpan<double> x, double label)
    {
        double z = LogOdds(w, bias, x);
        double penalty = 0;
        foreach (double wj in w) penalty += wj * wj;
        return Math.Log(1 + Math.Exp(z)) - label * z + l2 * penalty;
    }

    /// <summary>The model itself: the loss calls it, and so does whoever wants a prediction. Spam where it is positive.</summary>
    public static double LogOdds(ReadOnlySpan<double> w, double bias, ReadOnlySpan<double> x)
    {
        double z = bias;
        for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
        return z;
    }
}
