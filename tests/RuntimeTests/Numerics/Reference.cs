namespace SymbolicGD.RuntimeTests.Numerics;

using D = DoubleDouble;

/// <summary>
/// The functions under test to about 100 bits, for finite operands inside of their domain. A result is a double-double times 2^Exponent
/// where it may leave the range of double.
/// </summary>
internal static class Reference
{
    private static readonly double[] Bernoulli =
        [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730];

    public static D Exp(D x) => ExpScaled(x, out int n).Scale(n / 2).Scale(n - n / 2);

    /// <summary>e^x = result·2ⁿ.</summary>
    public static D ExpScaled(D x, out int n)
    {
        double rounded = Math.Clamp(Math.Round(x.High / D.Ln2.High), -3000, 3000);
        n = (int)rounded;
        return Expm1Small(x - D.Ln2 * rounded) + 1;
    }

    public static D Expm1(D x) => Math.Abs(x.High) < 0.4 ? Expm1Small(x) : Exp(x) - 1;

    public static D Log(D x)
    {
        if (Math.Abs(x.High - 1) < 0.1)
        {
            return Log1p(x - 1);
        }

        int n = Math.ILogB(x.High);
        D m = x.Scale(-n);
        D y = Math.Log(m.High);
        D d = m * Exp(-y) - 1;
        return y + d - d * d * 0.5 + D.Ln2 * n;
    }

    public static D Log1p(D x)
    {
        if (Math.Abs(x.High) >= 0.1)
        {
            return Log(x + 1);
        }

        D s = x / (x + 2), z = s * s, sum = 0;
        for (int i = 41; i >= 1; i -= 2)
        {
            sum = sum * z + (D)1 / i;
        }

        return s * sum * 2;
    }

    public static void SinCos(double x, out D sin, out D cos)
    {
        double n = Math.Round(x / (Math.PI / 2));
        D r = (D)x - (D)n * 1.5707963267948966;
        r -= (D)n * 6.123233995736766e-17;
        r -= (D)n * -1.4973849048591698e-33;
        D z = r * r, s = 0, c = 0;
        for (int i = 29; i >= 1; i -= 2)
        {
            s = (D)1 - s * z / ((double)(i + 1) * (i + 2));
            c = (D)1 - c * z / ((double)i * (i + 1));
        }

        s *= r;
        (sin, cos) = ((long)n & 3) switch
        {
            0 => (s, c),
            1 => (c, -s),
            2 => (-s, -c),
            _ => (-c, s),
        };
    }

    public static D Sin(double x)
    {
        SinCos(x, out D sin, out _);
        return sin;
    }

    public static D Cos(double x)
    {
        SinCos(x, out _, out D cos);
        return cos;
    }

    public static D Tan(double x)
    {
        SinCos(x, out D sin, out D cos);
        return sin / cos;
    }

    public static D Atan(D x)
    {
        if (Math.Abs(x.High) > 1)
        {
            D half = D.Pi * 0.5;
            return (x.High > 0 ? half : -half) - Atan((D)1 / x);
        }

        if (Math.Abs(x.High) < 1e-4)
        {
            D z = x * x;
            return x * ((D)1 - z / 3 + z * z / 5 - z * z * z / 7);
        }

        double y = Math.Atan(x.High);
        SinCos(y, out D sin, out D cos);
        D d = (x * cos - sin) / (cos + x * sin);
        return d + y;
    }

    public static D Atan2(double y, double x)
    {
        D angle = Atan((D)Math.Abs(y) / Math.Abs(x));
        angle = x < 0 ? D.Pi - angle : angle;
        return y < 0 ? -angle : angle;
    }

    public static D Asin(double x) => Math.Abs(x) == 1 ? D.Pi * 0.5 * x : Atan((D)x / D.Sqrt(((D)1 - x) * ((D)1 + x)));

    public static D Acos(double x) => x == -1 ? D.Pi : Atan(D.Sqrt(((D)1 - x) / ((D)1 + x))) * 2;

    public static D Sinh(double x)
    {
        D e = Expm1(Math.Abs(x) > 700 ? (D)x - Math.Sign(x) * 4 : (D)x);
        if (Math.Abs(x) > 700)
        {
            D large = Exp((D)Math.Abs(x) - 4) * 0.5 * Exp(4);
            return x < 0 ? -large : large;
        }

        return (e + e / (e + 1)) * 0.5;
    }

    public static D Cosh(double x) => Math.Abs(x) > 700 ? Exp((D)Math.Abs(x) - 4) * 0.5 * Exp(4) : (Exp(x) + Exp(-(D)x)) * 0.5;

    public static D Tanh(double x)
    {
        D e = Expm1((D)Math.Abs(x) * -2);
        D t = -e / (e + 2);
        return x < 0 ? -t : t;
    }

    public static D Asinh(double x)
    {
        D a = Math.Abs(x);
        D t = a.High > 1e150 ? Log(a) + D.Ln2 : Log1p(a + a * a / (D.Sqrt(a * a + 1) + 1));
        return x < 0 ? -t : t;
    }

    public static D Acosh(double x)
    {
        D t = (D)x - 1;
        return x > 1e150 ? Log(x) + D.Ln2 : Log1p(t + D.Sqrt(t * (t + 2)));
    }

    public static D Atanh(double x) => Log1p((D)x * 2 / ((D)1 - x)) * 0.5;

    public static D Sigmoid(double x)
    {
        D e = ExpScaled(-(D)Math.Abs(x), out int n);
        D unscaled = x < 0 ? e / (e.Scale(n / 2).Scale(n - n / 2) + 1) : e;
        return x < 0 ? unscaled.Scale(n / 2).Scale(n - n / 2) : (D)1 / (e.Scale(n / 2).Scale(n - n / 2) + 1);
    }

    public static D Softplus(double x) => x < -300 ? Exp(x) : Log1p(Exp(-(D)Math.Abs(x))) + Math.Max(x, 0);

    public static D Erf(double x) => ErfSeries(x);

    public static D Erfc(D x)
    {
        if (x.High < 5)
        {
            return (D)1 - ErfSeries(x);
        }

        // √π e^(x²) erfc x = 1/(x + ½/(x + 1/(x + 3/2/(x + …))))
        D tail = x;
        for (int i = 160; i >= 1; i--)
        {
            tail = x + (D)(0.5 * i) / tail;
        }

        D e = ExpScaled(-(x * x), out int n) / (tail * D.Sqrt(D.Pi));
        return e.Scale(n / 2).Scale(n - n / 2);
    }

    public static D NormalCdf(double x) => Erfc(-(D)x / D.Sqrt(2)) * 0.5;

    public static D LogGamma(double x)
    {
        if (x < 0)
        {
            return Log(D.Pi / (SinPi(x) * x).Abs()) - LogGamma(-x);
        }

        D y = x, product = 1, logs = 0;
        while (y.High < 40)
        {
            product *= y;
            y += 1;
            if (product.High > 1e200 || product.High < 1e-200)
            {
                logs += Log(product);
                product = 1;
            }
        }

        logs += Log(product);
        D z = (D)1 / y, z2 = z * z, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
        {
            sum = sum * z2 + Exact(k) / (2.0 * k * (2 * k - 1));
        }

        return (y - 0.5) * Log(y) - y + Log(D.Pi * 2) * 0.5 + sum * z - logs;
    }

    public static D Digamma(double x)
    {
        if (x < 0)
        {
            return Digamma(1 - (D)x) - D.Pi / TanPi(x);
        }

        return Digamma((D)x);
    }

    public static D Trigamma(double x)
    {
        if (x < 0)
        {
            D s = D.Pi / SinPi(x);
            return s * s - Trigamma(1 - (D)x);
        }

        return Trigamma((D)x);
    }

    /// <summary>ψ⁽ⁿ⁾(x) for n ≥ 1, by its recurrence up to n + 60 and the series of Euler and Maclaurin there.</summary>
    public static D Polygamma(int order, double x)
    {
        D y = x, sum = 0, factorial = 1;
        for (int k = 2; k <= order; k++)
        {
            factorial *= k;
        }

        while (y.High < order + 60)
        {
            sum += (D)1 / Power(y, order + 1);
            y += 1;
        }

        D z = (D)1 / (y * y), term = z * (0.5 * (order + 1)), tail = (D)1 / order + (D)0.5 / y;
        for (int k = 1; k <= Bernoulli.Length; k++)
        {
            tail += Exact(k) * term;
            term = term * z * ((order + 2.0 * k) * (order + 2.0 * k + 1)) / ((2 * k + 1) * (2 * k + 2));
        }

        D magnitude = factorial * (sum + tail / Power(y, order));
        return order % 2 == 0 ? -magnitude : magnitude;
    }

    private static D Power(D x, int n)
    {
        D power = 1;
        for (int k = 0; k < n; k++)
        {
            power *= x;
        }

        return power;
    }

    public static D Pow(double x, double y) => Exp(Log(x) * y);

    public static D Hypot(double x, double y) => D.Sqrt((D)x * x + (D)y * y);

    private static D Digamma(D y)
    {
        D shift = 0;
        while (y.High < 40)
        {
            shift += (D)1 / y;
            y += 1;
        }

        D z = (D)1 / y, z2 = z * z, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
        {
            sum = sum * z2 + Exact(k) / (2.0 * k);
        }

        return Log(y) - z * 0.5 - sum * z2 - shift;
    }

    private static D Trigamma(D y)
    {
        D shift = 0;
        while (y.High < 40)
        {
            shift += (D)1 / (y * y);
            y += 1;
        }

        D z = (D)1 / y, z2 = z * z, sum = 0;
        for (int k = Bernoulli.Length; k >= 1; k--)
        {
            sum = sum * z2 + Exact(k);
        }

        return shift + z + z2 * 0.5 + sum * z2 * z;
    }

    private static D ErfSeries(D x)
    {
        D z = x * x, term = 1, sum = 1;
        for (int i = 1; i < 400 && term.High > 1e-34 * sum.High; i++)
        {
            term = term * z * 2 / (2 * i + 1);
            sum += term;
        }

        return sum * x * Exp(-z) * 2 / D.Sqrt(D.Pi);
    }

    // The table above is rounded to double; the first Bernoulli numbers count in full.
    private static D Exact(int k) => k switch
    {
        1 => (D)1 / 6,
        2 => (D)(-1) / 30,
        3 => (D)1 / 42,
        4 => (D)(-1) / 30,
        5 => (D)5 / 66,
        6 => (D)(-691) / 2730,
        7 => (D)7 / 6,
        8 => (D)(-3617) / 510,
        _ => Bernoulli[k - 1],
    };

    private static D SinPi(double x)
    {
        double n = Math.Round(x);
        D r = ((D)x - n) * D.Pi;
        SinCos(r.High, out D sin, out D cos);
        D value = sin + cos * r.Low;
        return ((long)n & 1) == 0 ? value : -value;
    }

    private static D TanPi(double x)
    {
        D r = ((D)x - Math.Round(x)) * D.Pi;
        SinCos(r.High, out D sin, out D cos);
        return (sin + cos * r.Low) / (cos - sin * r.Low);
    }

    private static D Expm1Small(D x)
    {
        // (1 + p)² − 1 = p(2 + p), eight times over, keeps the precision relative to p.
        D r = x.Scale(-8), p = 0;
        for (int i = 12; i >= 1; i--)
        {
            p = r * (p + 1) / i;
        }

        for (int i = 0; i < 8; i++)
        {
            p = p * (p + 2);
        }

        return p;
    }
}
