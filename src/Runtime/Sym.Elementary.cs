namespace SymbolicGD;

public static partial class Sym
{
    private const double Ln2 = 0.6931471805599453;
    private const double Ln2Rest = 2.3190468138462996e-17;

    /// <summary>ln(1 + x), at most 2 ulp off, also next to zero; −∞ at −1, NaN below.</summary>
    public static double Log1p(double x)
    {
        if (Math.Abs(x) < 1e-17)
        {
            return x;
        }

        if (!(x < 1e17))
        {
            return Math.Log(x);                                             // also +∞ and NaN
        }

        // What rounding 1 + x loses comes back to first order; the second order is below 2⁻⁵³ of the result.
        double u = 1 + x;
        double lost = x < 1 ? x - (u - 1) : 1 - (u - x);
        return u > 0 ? Math.Log(u) + lost / u : Math.Log(u);
    }

    /// <inheritdoc cref="Log1p(double)"/>
    public static float Log1p(float x) => (float)Log1p((double)x);

    /// <summary>eˣ − 1, at most 2 ulp off, also next to zero.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) < 1e-17 || double.IsNaN(x))
        {
            return x;
        }

        if (x < -45)
        {
            return -1;
        }

        if (x > 50)
        {
            return Math.Exp(x);
        }

        double n = Math.Round(x * 1.4426950408889634);
        double r = Math.FusedMultiplyAdd(n, -Ln2, x);
        r = Math.FusedMultiplyAdd(n, -Ln2Rest, r);

        // (eʳ − 1 − r)/r² on ±½ ln 2, the coefficients of VectorMath.Expm1.
        double q = 2.092442221573179e-09;
        q = Math.FusedMultiplyAdd(q, r, 2.510904451265461e-08);
        q = Math.FusedMultiplyAdd(q, r, 2.755724283720889e-07);
        q = Math.FusedMultiplyAdd(q, r, 2.7557244182400305e-06);
        q = Math.FusedMultiplyAdd(q, r, 2.480158736043838e-05);
        q = Math.FusedMultiplyAdd(q, r, 0.00019841269886158768);
        q = Math.FusedMultiplyAdd(q, r, 0.001388888888886693);
        q = Math.FusedMultiplyAdd(q, r, 0.008333333333321615);
        q = Math.FusedMultiplyAdd(q, r, 0.0416666666666667);
        q = Math.FusedMultiplyAdd(q, r, 0.16666666666666677);
        q = Math.FusedMultiplyAdd(q, r, 0.5);
        double p = Math.FusedMultiplyAdd(q, r * r, r);
        double power = BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
        return Math.FusedMultiplyAdd(power, p, power - 1);
    }

    /// <inheritdoc cref="Expm1(double)"/>
    public static float Expm1(float x) => (float)Expm1((double)x);

    /// <summary>ln(1 − eˣ) for x &lt; 0, without cancellation at either end; −∞ at 0, NaN above. (Mächler, 2012.)</summary>
    public static double Log1mExp(double x) => -Ln2 < x ? Math.Log(-Expm1(x)) : Log1p(-Math.Exp(x));

    /// <inheritdoc cref="Log1mExp(double)"/>
    public static float Log1mExp(float x) => (float)Log1mExp((double)x);

    /// <summary>ln(eᵃ + eᵇ) without overflow. Two equal infinities give NaN, but for two of −∞ (two probabilities of zero), which give −∞.</summary>
    public static double LogAddExp(double a, double b)
    {
        double high = a < b ? b : a, low = a < b ? a : b;
        return high == double.NegativeInfinity ? high : high + Softplus(low - high);
    }

    /// <inheritdoc cref="LogAddExp(double, double)"/>
    public static float LogAddExp(float a, float b) => (float)LogAddExp((double)a, b);

    /// <summary>√(x² + y²) without intermediate overflow or underflow; slope 0 at the origin.</summary>
    public static double Hypot(double x, double y) => double.Hypot(x, y);

    /// <inheritdoc cref="Hypot(double, double)"/>
    public static float Hypot(float x, float y) => float.Hypot(x, y);

    /// <summary>ln(p/(1 − p)), the inverse of the sigmoid; −∞ at 0, +∞ at 1, NaN outside.</summary>
    public static double Logit(double p) =>
        0.25 < p && p < 0.75 ? Log1p((p + p - 1) / (1 - p)) : Math.Log(p) - Log1p(-p);

    /// <inheritdoc cref="Logit(double)"/>
    public static float Logit(float p) => (float)Logit((double)p);

    /// <summary>x·ln y, and 0 where x = 0 and y ≤ 0: the term of an entropy or a Poisson likelihood.</summary>
    public static double XLogY(double x, double y) => x == 0 && y <= 0 ? 0 : x * Math.Log(y);

    /// <inheritdoc cref="XLogY(double, double)"/>
    public static float XLogY(float x, float y) => (float)XLogY((double)x, y);
}
