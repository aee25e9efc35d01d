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
        // The prior has no share in the loop over the points: what depends on parameters alone, in loops of its own, is computed once.
        double prior = 0;
        for (int k = 0; k < alpha.Length; k++)
        {
            double logDeterminant = 0, squares = 0;
            for (int i = 0; i < x.Length; i++)
            {
                logDeterminant += q[k, i];
                squares += Math.Exp(2 * q[k, i]);
            }

            prior += 0.5 * gamma * gamma * (squares + SumOfSquares(l.Row(k))) - m * logDeterminant;
        }

        Span<double> centered = stackalloc double[x.Length];
        Span<double> terms = stackalloc double[alpha.Length];
        for (int k = 0; k < terms.Length; k++)
        {
            for (int i = 0; i < x.Length; i++) centered[i] = x[i] - mu[k, i];
            double term = alpha[k];
            for (int i = 0; i < x.Length; i++)
            {
                double scaled = TriangularTimes(i, q.Row(k), l.Row(k), centered);
                term += q[k, i] - 0.5 * scaled * scaled;
            }

            terms[k] = term;
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

    /// <summary>Element i of the product of a lower triangular matrix, given by the logarithms of its diagonal and the packed columns below it, with a vector.</summary>
    private static double TriangularTimes(int i, ReadOnlySpan<double> logDiagonal, ReadOnlySpan<double> below, ReadOnlySpan<double> vector)
    {
        double sum = Math.Exp(logDiagonal[i]) * vector[i];
        for (int j = 0; j < i; j++) sum += below[j * (2 * vector.Length - j - 1) / 2 + i - j - 1] * vector[j];
        return sum;
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
