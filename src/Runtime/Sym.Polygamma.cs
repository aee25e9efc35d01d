namespace SymbolicGD;

public static partial class Sym
{
    /// <summary>The highest order of <see cref="Polygamma(int, double)"/>.</summary>
    public const int MaxPolygammaOrder = 100;

    // Bernoulli numbers B₂ₖ. (NIST Digital Library of Mathematical Functions, 24.2.)
    private static ReadOnlySpan<double> Bernoulli =>
        [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330];

    /// <summary>
    /// ψ⁽ⁿ⁾(x), the n-th derivative of the digamma function; for n ≥ 2 and x &gt; 0 at most 6 ulp off. At negative x, n odd, at most 8 + 2n ulp; n even,
    /// where it has zeros, as close absolutely to the size of its two parts. At 0 and the negative integers +∞ for odd n, NaN for even n but ∓∞ at
    /// ±0; NaN at −∞. Its derivative is that of the next order. (NIST Digital Library of Mathematical Functions, 5.15.)
    /// </summary>
    /// <param name="order">n: 0 gives <see cref="Digamma(double)"/>, 1 gives <see cref="Trigamma(double)"/>.</param>
    /// <param name="x">The point.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is negative or more than <see cref="MaxPolygammaOrder"/>.</exception>
    public static double Polygamma(int order, double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, MaxPolygammaOrder);
        if (order <= 1)
        {
            return order == 0 ? Digamma(x) : Trigamma(x);
        }

        bool isOdd = (order & 1) != 0;
        if (x > 0)
        {
            return isOdd ? ScaledZeta(order, x) : -ScaledZeta(order, x);
        }

        if (x == Math.Floor(x) && !double.IsInfinity(x))
        {
            return isOdd ? double.PositiveInfinity : x == 0 ? -1 / x : double.NaN;
        }

        return double.IsFinite(x) ? -ScaledZeta(order, 1 - x) - CotangentDerivative(order, 1 / TanPi(x)) : double.NaN;
    }

    /// <inheritdoc cref="Polygamma(int, double)"/>
    public static float Polygamma(int order, float x) => (float)Polygamma(order, (double)x);

    /// <summary>n!·Σ (x + k)^(−n−1) over k ≥ 0, which is |ψ⁽ⁿ⁾(x)|, for x &gt; 0: terms up to x + k ≥ n + 14, and the rest by Euler and Maclaurin.</summary>
    private static double ScaledZeta(int n, double x)
    {
        double factorial = 1, rest = 0;                                     // n! = factorial + rest
        for (int k = 2; k <= n; k++)
        {
            double product = factorial * k;
            rest = Math.FusedMultiplyAdd(factorial, k, -product) + rest * k;
            factorial = product;
        }

        int terms = Math.Max(0, (int)Math.Ceiling(n + 14 - Math.Min(x, n + 14)));
        double y = Shifted(x, terms, out double lost);
        double z = 1 / (y * y), term = 0.5 * (n + 1) * z, tail = 0;
        for (int k = 0; k < Bernoulli.Length; k++)
        {
            tail = Math.FusedMultiplyAdd(Bernoulli[k], term, tail);
            term *= (n + 2.0 * k + 2) * (n + 2.0 * k + 3) / ((2 * k + 3) * (2 * k + 4)) * z;
        }

        // yⁿ alone may leave the range of double where the result does not.
        tail = factorial * Math.Pow(y, -(n / 2)) * (1.0 / n + (0.5 / y + tail)) * Math.Pow(y, n / 2 - n);
        tail -= tail * (n * lost / y);
        rest /= factorial;
        tail = Math.FusedMultiplyAdd(tail, rest, tail);

        // The smallest first; what rounding x + k loses counts n + 1 times.
        double sum = 0;
        for (int k = terms - 1; k >= 0; k--)
        {
            y = Shifted(x, k, out lost);
            double power = Math.Pow(y, -n - 1);
            sum += double.IsInfinity(power) ? power : Math.FusedMultiplyAdd(power, -(n + 1) * lost / y, power);
        }

        sum = double.IsInfinity(sum) ? sum : Math.FusedMultiplyAdd(sum, rest, sum);
        return sum * factorial + tail;
    }

    /// <summary>x + k, and what its rounding loses. (Møller, 1965; Knuth.)</summary>
    private static double Shifted(double x, int k, out double lost)
    {
        double y = x + k, added = y - x;
        lost = double.IsInfinity(y) ? 0 : (x - (y - added)) + (k - added);
        return y;
    }

    /// <summary>The n-th derivative of π cot πx, where c = cot πx: πⁿ⁺¹·Pₙ(c) with Pₙ₊₁ = −(1 + c²)·Pₙ′. The coefficients of each Pₙ have one sign.</summary>
    private static double CotangentDerivative(int n, double c)
    {
        Span<double> coefficients = stackalloc double[MaxPolygammaOrder + 2];
        coefficients.Clear();
        coefficients[1] = 1;
        for (int k = 1; k <= n; k++)
        {
            // Pₖ has the degree k + 1; the coefficients of even and of odd powers take turns.
            for (int i = (k + 1) & 1; i <= k + 1; i += 2)
            {
                double next = (i + 1) <= k ? (i + 1) * coefficients[i + 1] : 0;
                coefficients[i] = -(next + (i > 0 ? (i - 1) * coefficients[i - 1] : 0));
            }
        }

        double sum = coefficients[n + 1], square = c * c;
        for (int i = n - 1; i >= 0; i -= 2)
        {
            sum = Math.FusedMultiplyAdd(sum, square, coefficients[i]);
        }

        return Math.Pow(Math.PI, n + 1) * ((n & 1) == 0 ? sum * c : sum);
    }
}
