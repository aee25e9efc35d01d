namespace SymbolicGD.GeneratorTests.Support;

/// <summary>
/// Reference implementations for tests, written for accuracy (about 1e-14 relative, absolute near zeros) and plainness, not
/// for speed. Formulas by their number in the NIST Digital Library of Mathematical Functions.
/// </summary>
internal static class SpecialFunctions
{
    private const double EulerGamma = 0.57721566490153286060651209;

    // B₂ⱼ for j = 1 ….
    private static readonly double[] Bernoulli =
        [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330];

    // ζ(k) − 1.
    private static readonly double[] ZetaMinusOne = Enumerable.Range(0, 64).Select(k => k < 2 ? double.NaN : HurwitzZeta(k, 2)).ToArray();

    /// <summary>log(1 + x), by the quotient that cancels the rounding of 1 + x (Kahan).</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1) return x;
        return double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>eˣ − 1, by the same device.</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1) return x;
        if (u - 1 == -1 || double.IsPositiveInfinity(u)) return u - 1;
        return (u - 1) * (x / Math.Log(u));
    }

    public static double Sigmoid(double x)
    {
        if (x >= 0) return 1 / (1 + Math.Exp(-x));
        double e = Math.Exp(x);
        return e / (1 + e);
    }

    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    public static double Erf(double x) => Math.Abs(x) < 1 ? ErfSeries(x) : x > 0 ? 1 - ErfcFraction(x) : x < 0 ? ErfcFraction(-x) - 1 : x;

    public static double Erfc(double x) => x >= 1 ? ErfcFraction(x) : 1 - Erf(x);

    /// <summary>log |Γ(x)|.</summary>
    public static double LogGamma(double x)
    {
        if (double.IsNaN(x) || double.IsInfinity(x)) return double.IsNaN(x) ? x : double.PositiveInfinity;
        if (x <= 0)
        {
            // 5.5.3, reflection.
            double sine = Math.Abs(Math.Sin(Math.PI * (x - Math.Round(x))));
            return sine == 0 ? double.PositiveInfinity : Math.Log(Math.PI / sine) - LogGamma(1 - x);
        }

        // 5.7.3 about 1 and about 2: no cancellation at the zeros.
        if (Math.Abs(x - 2) <= 0.5) return LogGammaAboutTwo(x - 2);
        if (Math.Abs(x - 1) < 0.5) return LogGammaAboutTwo(x - 1) - Math.Log(x);
        double product = 1;
        while (x < 16)
        {
            product *= x;
            x += 1;
        }

        // 5.11.1, Stirling.
        double sum = ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI));
        double power = x;
        for (int j = 1; j <= Bernoulli.Length; j++)
        {
            sum += Bernoulli[j - 1] / (2 * j * ((2 * j) - 1) * power);
            power *= x * x;
        }

        return sum - Math.Log(product);
    }

    /// <summary>ψ⁽ⁿ⁾(x), n ≥ 0.</summary>
    public static double Polygamma(int n, double x)
    {
        if (double.IsNaN(x)) return x;
        if (n > 0)
        {
            // 5.15.1 and 25.11.1.
            double factorial = 1;
            for (int k = 2; k <= n; k++) factorial *= k;
            return (n % 2 == 0 ? -1 : 1) * factorial * HurwitzZeta(n + 1, x);
        }

        // 5.5.4, reflection; the poles give NaN.
        if (x <= 0) return x == Math.Floor(x) ? double.NaN : Polygamma(0, 1 - x) - (Math.PI / Math.Tan(Math.PI * (x - Math.Round(x))));
        double sum = 0;
        while (x < 16)
        {
            sum -= 1 / x;
            x += 1;
        }

        // 5.11.2.
        sum += Math.Log(x) - (0.5 / x);
        double power = x * x;
        for (int j = 1; j <= Bernoulli.Length; j++)
        {
            sum -= Bernoulli[j - 1] / (2 * j * power);
            power *= x * x;
        }

        return sum;
    }

    /// <summary>Σ (x + k)⁻ˢ over k ≥ 0, by 25.11.43 (Euler and Maclaurin).</summary>
    private static double HurwitzZeta(int s, double x)
    {
        double sum = 0;
        while (x < 16)
        {
            sum += Math.Pow(x, -s);
            x += 1;
        }

        if (double.IsPositiveInfinity(x)) return sum;
        sum += (Math.Pow(x, 1 - s) / (s - 1)) + (0.5 * Math.Pow(x, -s));
        double factor = s * Math.Pow(x, -s - 1) / 2;
        for (int j = 1; j <= Bernoulli.Length; j++)
        {
            sum += Bernoulli[j - 1] * factor;
            factor *= (s + (2 * j) - 1) * (s + (2.0 * j)) / ((2 * j) + 1) / ((2 * j) + 2) / (x * x);
        }

        return sum;
    }

    /// <summary>log Γ(2 + z) for |z| ≤ ½: 5.7.3 with ζ(k) − 1 in place of ζ(k).</summary>
    private static double LogGammaAboutTwo(double z)
    {
        double sum = z * (1 - EulerGamma);
        double power = -z; // (−z)ᵏ
        for (int k = 2; k < ZetaMinusOne.Length; k++)
        {
            power *= -z;
            sum += ZetaMinusOne[k] * power / k;
        }

        return sum;
    }

    /// <summary>7.6.2: all terms of one sign.</summary>
    private static double ErfSeries(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>erfc for x ≥ 1 by the continued fraction 7.9.1, evaluated from a tail that no longer matters.</summary>
    private static double ErfcFraction(double x)
    {
        if (double.IsPositiveInfinity(x)) return 0;
        double tail = x;
        for (int k = 400; k >= 1; k--) tail = x + (k / 2.0 / tail);

        // exp(−x²) with the rounding error of the square put back.
        double square = x * x, error = Math.FusedMultiplyAdd(x, x, -square);
        return Math.Exp(-square) * (1 - error) / (Math.Sqrt(Math.PI) * tail);
    }
}
