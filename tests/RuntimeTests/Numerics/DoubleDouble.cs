namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>An unevaluated sum of two doubles, about 106 bits: slow and plain, the arithmetic of the reference functions. (Dekker, 1971; Hida, Li and Bailey, 2001.)</summary>
internal readonly record struct DoubleDouble(double High, double Low)
{
    public static readonly DoubleDouble Pi = new(3.141592653589793, 1.2246467991473532e-16);
    public static readonly DoubleDouble Ln2 = new(0.6931471805599453, 2.3190468138462996e-17);
    public static readonly DoubleDouble Ln10 = new(2.302585092994046, -2.1707562233822494e-16);

    public static implicit operator DoubleDouble(double x) => new(x, 0);

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        DoubleDouble s = Sum(a.High, b.High);
        DoubleDouble t = Sum(a.Low, b.Low);
        s = QuickSum(s.High, s.Low + t.High);
        return QuickSum(s.High, s.Low + t.Low);
    }

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double p = a.High * b.High;
        double e = Math.FusedMultiplyAdd(a.High, b.High, -p) + (a.High * b.Low + a.Low * b.High);
        return QuickSum(p, e);
    }

    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        double q1 = a.High / b.High;
        DoubleDouble r = a - b * q1;
        double q2 = r.High / b.High;
        r -= b * q2;
        return QuickSum(q1, q2) + r.High / b.High;
    }

    public DoubleDouble Abs() => High < 0 ? -this : this;

    public DoubleDouble Scale(int exponent) => new(Math.ScaleB(High, exponent), Math.ScaleB(Low, exponent));

    public static DoubleDouble Sqrt(DoubleDouble a)
    {
        if (a.High <= 0)
        {
            return Math.Sqrt(a.High);
        }

        double x = 1 / Math.Sqrt(a.High);
        DoubleDouble root = a.High * x;
        for (int i = 0; i < 2; i++)
        {
            root += (a - root * root) * (x * 0.5);
        }

        return root;
    }

    private static DoubleDouble Sum(double a, double b)
    {
        double s = a + b, bb = s - a;
        return new(s, (a - (s - bb)) + (b - bb));
    }

    private static DoubleDouble QuickSum(double a, double b)
    {
        double s = a + b;
        return double.IsFinite(s) ? new(s, b - (s - a)) : new(s, 0);
    }
}
