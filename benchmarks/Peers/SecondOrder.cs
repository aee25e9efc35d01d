using Benchmarks.Losses;
using DigitsSample;
using GradBench.Losses;
using SymbolicGD;

namespace Benchmarks.Peers;

/// <summary>The losses whose products with the Hessian are compared with their gradients: the same methods, differentiated twice.</summary>
internal static partial class SecondOrder
{
    [Loss(Order = 2)]
    internal static float Logistic([Parameter] ReadOnlySpan<float> weights, [Parameter] float bias, ReadOnlySpan<float> features, float label) =>
        LogisticRegression.NegativeLogLikelihood(weights, bias, features, label);

    [Loss(Order = 2)]
    internal static float Network(
        [Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
        [Parameter, Shape("classes", "hidden")] ReadOnlyMatrix<float> w2, [Parameter, Shape("classes")] ReadOnlySpan<float> b2,
        [Shape("pixels")] ReadOnlySpan<float> image, int digit) => Digits.CrossEntropy(w1, b1, w2, b2, image, digit);

    [Loss(Order = 2, Reduction = Reduction.Sum)]
    internal static double Mixture(
        [Parameter, Shape("components")] ReadOnlySpan<double> alpha, [Parameter, Shape("components", "dimensions")] ReadOnlyMatrix<double> mu,
        [Parameter, Shape("components", "dimensions")] ReadOnlyMatrix<double> q, [Parameter, Shape("components", "triangle")] ReadOnlyMatrix<double> l,
        [Shape("dimensions")] ReadOnlySpan<double> x, [Constant] double gamma, [Constant] int m, [Count] int points) =>
        GaussianMixture.NegativeLogPosterior(alpha, mu, q, l, x, gamma, m, points);
}
