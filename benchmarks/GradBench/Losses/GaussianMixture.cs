using SymbolicGD;

namespace GradBench.Losses;

/// <summary>The eval <c>gmm</c>: the negative log posterior of a mixture of Gaussians with a Wishart prior on the precision matrices.</summary>
internal static partial class GaussianMixture
{
    /// <summary>One point's share: minus its log likelihood, and a share of the prior.</summary>
    /// <param name="alpha">The logarithms of the weights, up to a constant.</param>
    /// <param name="mu">The means, one per row.</param>
    /// <param name="q">The logarithms of the diagonals of the factors Q of the precision matrices QᵀQ.</param>
    /// <param name="l">Their strictly lower triangles, column by column.</param>
    /// <param name="x">The point.</param>
    /// <param name="gamma">The precision of the prior.</param>
    /// <param name="m">Its additional degrees of freedom.</param>
    /// <param name="points">The number of points.</param>
    [Loss(Reduction = Reduction.Sum, MaxOverhead = 3.5)]
    internal static double NegativeLogPosterior(
        [Parameter, Shape("components")] ReadOnlySpan<double> alpha,
        [Parameter, Shape("components", "dimensions")] ReadOnlyMatrix<double> mu,
        [Parameter, Shape("components", "dimensions")] ReadOnlyMatrix<double> q,
        [Parameter, Shape("components", "triangle")] ReadOnlyMatrix<double> l,
        [Shape("dimensions")] ReadOnlySpan<double> x,
        [Constant] double gamma,
        [Constant] int m,
        [Count] int points)
    {
        Span<double> diagonal = stackalloc double[x.Length];
        Span<double> centered = stackalloc double[x.Length];
        Span<double> scaled = stackalloc double[x.Length];
        Span<double> terms = stackalloc double[alpha.Length];
        double prior = 0;
        for (int k = 0; k < terms.Length; k++)
        {
            double logDeterminant = 0;
            for (int i = 0; i < x.Length; i++)
            {
                diagonal[i] = Math.Exp(q[k, i]);
                logDeterminant += q[k, i];
                centered[i] = x[i] - mu[k, i];
            }

            TriangularTimes(diagonal, l.Row(k), centered, scaled);
            terms[k] = alpha[k] + logDeterminant - 0.5 * SumOfSquares(scaled);
            prior += 0.5 * gamma * gamma * (SumOfSquares(diagonal) + SumOfSquares(l.Row(k))) - m * logDeterminant;
        }

        return 0.5 * x.Length * Math.Log(2 * Math.PI) + LogSumExp(alpha) - LogSumExp(terms) + prior / points;
    }

    /// <summary>What <see cref="NegativeLogPosterior"/> leaves out: the logarithm of the prior's normalization, for all components.</summary>
    internal static double LogPriorConstant(int dimensions, int components, double gamma, int m)
    {
        int degrees = dimensions + m + 1;
        double logGamma = 0.25 * dimensions * (dimensions - 1) * Math.Log(Math.PI);
        for (int j = 1; j <= dimensions; j++) logGamma += Sym.LogGamma(0.5 * degrees + 0.5 * (1 - j));
        return components * (degrees * dimensions * (Math.Log(gamma) - 0.5 * Math.Log(2)) - logGamma);
    }

    /// <summary>The product of a lower triangular matrix, given by its diagonal and the packed columns below it, with a vector.</summary>
    private static void TriangularTimes(ReadOnlySpan<double> diagonal, ReadOnlySpan<double> below, ReadOnlySpan<double> vector, Span<double> result)
    {
        for (int i = 0; i < vector.Length; i++) result[i] = diagonal[i] * vector[i];
        int offset = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            for (int j = i + 1; j < vector.Length; j++) result[j] += below[offset++] * vector[i];
        }
    }

    private static double LogSumExp(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += Math.Exp(value);
        return Math.Log(sum);
    }

    private static double SumOfSquares(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value * value;
        return sum;
    }
}
