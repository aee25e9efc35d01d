using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>sin x, at most 2 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2³⁰.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sin(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Sin(x.GetLower()), Sin(x.GetUpper()));
        }

        SinCosWithin(x, out Vector512<double> sin, out _);
        return Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReach)) ? SinBeyondReach(x, sin) : sin;
    }

    /// <summary>sin x, at most 2 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2¹⁶.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sin(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Sin(x.GetLower()), Sin(x.GetUpper()));
        }

        SinCosWithin(x, out Vector512<float> sin, out _);
        return Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReachSingle)) ? SinBeyondReach(x, sin) : sin;
    }

    /// <summary>cos x, at most 2 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2³⁰.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Cos(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Cos(x.GetLower()), Cos(x.GetUpper()));
        }

        SinCosWithin(x, out _, out Vector512<double> cos);
        return Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReach)) ? CosBeyondReach(x, cos) : cos;
    }

    /// <summary>cos x, at most 2 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2¹⁶.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cos(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Cos(x.GetLower()), Cos(x.GetUpper()));
        }

        SinCosWithin(x, out _, out Vector512<float> cos);
        return Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReachSingle)) ? CosBeyondReach(x, cos) : cos;
    }

    /// <summary>tan x, at most 3.5 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2³⁰.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Tan(Vector512<double> x)
    {
        SinCos(x, out Vector512<double> sin, out Vector512<double> cos);
        return sin / cos;
    }

    /// <summary>tan x, at most 3.5 ulp off. NaN at ±∞.</summary>
    /// <remarks>Per lane where |x| exceeds 2¹⁶.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tan(Vector512<float> x)
    {
        SinCos(x, out Vector512<float> sin, out Vector512<float> cos);
        return sin / cos;
    }

    /// <summary>Sine and cosine from one reduction: the same bits as <see cref="Sin(Vector512{double})"/> and <see cref="Cos(Vector512{double})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos(Vector512<double> x, out Vector512<double> sin, out Vector512<double> cos)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SinCos(x.GetLower(), out var sinLower, out var cosLower);
            SinCos(x.GetUpper(), out var sinUpper, out var cosUpper);
            sin = Vector512.Create(sinLower, sinUpper);
            cos = Vector512.Create(cosLower, cosUpper);
            return;
        }

        SinCosWithin(x, out sin, out cos);
        if (Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReach)))
        {
            sin = SinBeyondReach(x, sin);
            cos = CosBeyondReach(x, cos);
        }
    }

    /// <summary>The same within the reach of the reduction. What is not wanted of the two costs nothing: no call needs it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SinCosWithin(Vector512<double> x, out Vector512<double> sin, out Vector512<double> cos)
    {
        // Of |x|, so that sin(−0) = −0 needs no care.
        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> rounded = Linear(0.6366197723675814, a, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> r = Fma(n, Vector512.Create(-HalfPi1), a);
        r = Fma(n, Vector512.Create(-HalfPi2), r);
        r = Fma(n, Vector512.Create(-HalfPi3), r);

        // (sin r/r − 1)/r² and (cos r − 1 + r²/2)/r⁴ on ±π/4, 2⁻⁵⁸·⁰ and 2⁻⁶⁴·².
        Vector512<double> z = r * r;
        Vector512<double> z2 = z * z;
        Vector512<double> s01 = Linear(0.008333333333322316, z, -0.16666666666666632);
        Vector512<double> s23 = Linear(2.7557313662334277e-06, z, -0.00019841269829725912);
        Vector512<double> s45 = Linear(1.5896507930074328e-10, z, -2.5050753312139967e-08);
        Vector512<double> c01 = Linear(-0.0013888888888873992, z, 0.0416666666666666);
        Vector512<double> c23 = Linear(-2.7557314326270964e-07, z, 2.4801587289395967e-05);
        Vector512<double> c45 = Linear(-1.1359449684479013e-11, z, 2.0875719584101213e-09);
        Vector512<double> s = Fma(Fma(Fma(s45, z2, s23), z2, s01), z * r, r);
        Vector512<double> half = z * 0.5;
        Vector512<double> top = Vector512<double>.One - half;
        Vector512<double> c = top + Fma(Fma(Fma(c45, z2, c23), z2, c01), z2, (Vector512<double>.One - top) - half);

        Vector512<long> quadrant = rounded.AsInt64();
        Vector512<double> even = Vector512.Equals(quadrant & Vector512<long>.One, Vector512<long>.Zero).AsDouble();
        Vector512<double> sinSign = Vector512.ShiftLeft(quadrant & Vector512.Create(2L), 62).AsDouble() ^ (x & Vector512.Create(-0.0));
        Vector512<double> cosSign = Vector512.ShiftLeft((quadrant + Vector512<long>.One) & Vector512.Create(2L), 62).AsDouble();
        sin = Vector512.ConditionalSelect(even, s, c) ^ sinSign;
        cos = Vector512.ConditionalSelect(even, c, s) ^ cosSign;
    }

    /// <inheritdoc cref="SinCos(Vector512{double}, out Vector512{double}, out Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos(Vector512<float> x, out Vector512<float> sin, out Vector512<float> cos)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SinCos(x.GetLower(), out var sinLower, out var cosLower);
            SinCos(x.GetUpper(), out var sinUpper, out var cosUpper);
            sin = Vector512.Create(sinLower, sinUpper);
            cos = Vector512.Create(cosLower, cosUpper);
            return;
        }

        SinCosWithin(x, out sin, out cos);
        if (Vector512.GreaterThanAny(Vector512.Abs(x), Vector512.Create(TrigonometricReachSingle)))
        {
            sin = SinBeyondReach(x, sin);
            cos = CosBeyondReach(x, cos);
        }
    }

    /// <summary>The same within the reach of the reduction. What is not wanted of the two costs nothing: no call needs it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SinCosWithin(Vector512<float> x, out Vector512<float> sin, out Vector512<float> cos)
    {
        // Of |x|, so that sin(−0) = −0 needs no care.
        Vector512<float> a = Vector512.Abs(x);
        Vector512<float> rounded = Linear(0.636619772f, a, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> r = Fma(n, Vector512.Create(-HalfPi1Single), a);
        r = Fma(n, Vector512.Create(-HalfPi2Single), r);
        r = Fma(n, Vector512.Create(-HalfPi3Single), r);

        // As above, 2⁻²⁸·⁰ and 2⁻³³·³.
        Vector512<float> z = r * r;
        Vector512<float> s01 = Linear(0.00833217348f, z, -0.166666549f);
        Vector512<float> c01 = Linear(-0.00138873617f, z, 0.0416666468f);
        Vector512<float> s = Fma(Fma(Vector512.Create(-0.00019516652f), z * z, s01), z * r, r);
        Vector512<float> c = Fma(Fma(Fma(Vector512.Create(2.44377565e-05f), z * z, c01), z, -0.5f), z, 1.0f);

        Vector512<int> quadrant = rounded.AsInt32();
        Vector512<float> even = Vector512.Equals(quadrant & Vector512<int>.One, Vector512<int>.Zero).AsSingle();
        Vector512<float> sinSign = Vector512.ShiftLeft(quadrant & Vector512.Create(2), 30).AsSingle() ^ (x & Vector512.Create(-0.0f));
        Vector512<float> cosSign = Vector512.ShiftLeft((quadrant + Vector512<int>.One) & Vector512.Create(2), 30).AsSingle();
        sin = Vector512.ConditionalSelect(even, s, c) ^ sinSign;
        cos = Vector512.ConditionalSelect(even, c, s) ^ cosSign;
    }

    /// <summary>arcsin x, at most 2.5 ulp off. NaN outside of −1…1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Asin(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Asin(x.GetLower()), Asin(x.GetUpper()));
        }

        Vector512<double> large = ArcReduced(x, out Vector512<double> p);
        Vector512<double> upper = Vector512.Create(HalfPi1) - (p + p - Vector512.Create(HalfPi2));
        return OrSign(Vector512.ConditionalSelect(large, upper, p), x);
    }

    /// <summary>arcsin x, correctly rounded but for rare ties. NaN outside of −1…1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Asin(Vector512<float> x) => Vector512.Narrow(Asin(Vector512.WidenLower(x)), Asin(Vector512.WidenUpper(x)));

    /// <summary>arccos x, at most 2 ulp off. NaN outside of −1…1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Acos(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Acos(x.GetLower()), Acos(x.GetUpper()));
        }

        Vector512<double> large = ArcReduced(x, out Vector512<double> p);
        Vector512<double> negative = Vector512.LessThan(x, Vector512<double>.Zero);
        Vector512<double> twice = p + p;
        Vector512<double> outer = Vector512.ConditionalSelect(negative, Vector512.Create(2 * HalfPi1) - (twice - Vector512.Create(2 * HalfPi2)), twice);
        Vector512<double> inner = Vector512.Create(HalfPi1) - (OrSign(p, x) - Vector512.Create(HalfPi2));
        return Vector512.ConditionalSelect(large, outer, inner);
    }

    /// <summary>arccos x, correctly rounded but for rare ties. NaN outside of −1…1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Acos(Vector512<float> x) => Vector512.Narrow(Acos(Vector512.WidenLower(x)), Acos(Vector512.WidenUpper(x)));

    /// <summary>arcsin|x| for |x| ≤ ½, else arcsin√((1 − |x|)/2); the mask of the latter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ArcReduced(Vector512<double> x, out Vector512<double> arc)
    {
        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> large = Vector512.GreaterThan(a, Vector512.Create(0.5));
        Vector512<double> z = Vector512.ConditionalSelect(large, (Vector512<double>.One - a) * 0.5, a * a);
        Vector512<double> s = Vector512.ConditionalSelect(large, Vector512.Sqrt(z), a);

        // (arcsin s/s − 1)/s² for s² in 0…¼, 2⁻⁵⁹·⁸.
        Vector512<double> z2 = z * z;
        Vector512<double> z4 = z2 * z2;
        Vector512<double> q01 = Linear(0.07499999999970078, z, 0.16666666666666763);
        Vector512<double> q23 = Linear(0.030381942674527002, z, 0.044642857175303204);
        Vector512<double> q45 = Linear(0.017351595175032996, z, 0.022372215925475114);
        Vector512<double> q67 = Linear(0.011397265761157703, z, 0.013981022139646117);
        Vector512<double> q89 = Linear(0.003671688660243727, z, 0.01078946282968018);
        Vector512<double> qab = Linear(-0.021118196003012724, z, 0.02179176913276074);
        Vector512<double> high = Fma(Fma(Vector512.Create(0.032703021715894495), z2, qab), z2, q89);
        Vector512<double> q = Fma(Fma(high, z4, Fma(q67, z2, q45)), z4, Fma(q23, z2, q01));
        arc = Fma(q, z * s, s);
        return large;
    }

    /// <summary>arctan x, at most 2 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Atan(Vector512<double> x) => OrSign(AtanOfQuotient(Vector512.Abs(x), Vector512<double>.One), x);

    /// <summary>arctan x, at most 2.25 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Atan(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Atan(x.GetLower()), Atan(x.GetUpper()));
        }

        Vector512<float> a = Vector512.Abs(x);
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> middle = Vector512.GreaterThan(a, Vector512.Create(0.5f));
        Vector512<float> large = Vector512.GreaterThan(a, Vector512.Create(2.0f));
        Vector512<float> numerator = Vector512.ConditionalSelect(large, -one, Vector512.ConditionalSelect(middle, a - one, a));
        Vector512<float> denominator = Vector512.ConditionalSelect(large, a, Vector512.ConditionalSelect(middle, a + one, one));
        Vector512<float> offset = Vector512.ConditionalSelect(large, Vector512.Create(HalfPi1Single), middle & Vector512.Create((float)QuarterPi));
        Vector512<float> t = numerator / denominator;

        // (arctan t/t − 1)/t² for |t| ≤ ½, 2⁻³¹·⁹.
        Vector512<float> z = t * t;
        Vector512<float> z2 = z * z;
        Vector512<float> q01 = Linear(0.199994984f, z, -0.333333271f);
        Vector512<float> q23 = Linear(0.109422158f, z, -0.142722343f);
        Vector512<float> q45 = Linear(0.0387826158f, z, -0.079884995f);
        Vector512<float> q = Fma(Fma(q45, z2, q23), z2, q01);
        return OrSign(offset + Fma(q, z * t, t), x);
    }

    /// <summary>The angle of the point (x, y) in −π…π, at most 2 ulp off, with IEEE 754's values at zeros and infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Atan2(Vector512<double> y, Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Atan2(y.GetLower(), x.GetLower()), Atan2(y.GetUpper(), x.GetUpper()));
        }

        Vector512<double> infinity = Vector512.Create(double.PositiveInfinity);
        Vector512<double> b = Vector512.Abs(y);
        Vector512<double> a = Vector512.Abs(x);

        // ∞/∞ counts as 1/1 and 0/0 as 0/1; near the end of the range both shrink, so that their sum does not overflow.
        Vector512<double> bothInfinite = Vector512.Equals(a, infinity) & Vector512.Equals(b, infinity);
        Vector512<double> bothZero = Vector512.Equals(a, Vector512<double>.Zero) & Vector512.Equals(b, Vector512<double>.Zero);
        Vector512<double> shrink = Vector512.ConditionalSelect(
            Vector512.GreaterThan(Vector512.MaxNative(a, b), Vector512.Create(1e307)), Vector512.Create(0.0078125), Vector512<double>.One);
        b = Vector512.ConditionalSelect(bothInfinite, Vector512<double>.One, b * shrink);
        a = Vector512.ConditionalSelect(bothInfinite | bothZero, Vector512<double>.One, a * shrink);
        Vector512<double> angle = AtanOfQuotient(b, a);

        Vector512<double> left = Vector512.LessThan(x.AsInt64(), Vector512<long>.Zero).AsDouble();     // −0 lies on the left
        Vector512<double> reflected = Vector512.Create(2 * HalfPi1) - (angle - Vector512.Create(2 * HalfPi2));
        return OrSign(Vector512.ConditionalSelect(left, reflected, angle), y);
    }

    /// <summary>The angle of the point (x, y) in −π…π, correctly rounded but for rare ties, with IEEE 754's values at zeros and infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Atan2(Vector512<float> y, Vector512<float> x) =>
        Vector512.Narrow(Atan2(Vector512.WidenLower(y), Vector512.WidenLower(x)), Atan2(Vector512.WidenUpper(y), Vector512.WidenUpper(x)));

    /// <summary>arctan(b/a) in 0…π/2 for b, a ≥ 0, not both zero or both infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> AtanOfQuotient(Vector512<double> b, Vector512<double> a)
    {
        // Three ranges of the quotient, told apart before the one division: arctan(b/a) = offset + arctan t with |t| ≤ ½. From ½ to 2
        // the difference b − a is exact.
        Vector512<double> middle = Vector512.GreaterThan(b + b, a);
        Vector512<double> large = Vector512.GreaterThan(b, a + a);
        Vector512<double> numerator = Vector512.ConditionalSelect(large, -a, Vector512.ConditionalSelect(middle, b - a, b));
        Vector512<double> denominator = Vector512.ConditionalSelect(large, b, Vector512.ConditionalSelect(middle, b + a, a));
        Vector512<double> offset = Vector512.ConditionalSelect(large, Vector512.Create(HalfPi1), middle & Vector512.Create(QuarterPi));
        Vector512<double> rest = Vector512.ConditionalSelect(large, Vector512.Create(HalfPi2), middle & Vector512.Create(QuarterPiRest));
        Vector512<double> t = numerator / denominator;

        // (arctan t/t − 1)/t² for |t| ≤ ½, 2⁻⁶²·¹.
        Vector512<double> z = t * t;
        Vector512<double> z2 = z * z;
        Vector512<double> z4 = z2 * z2;
        Vector512<double> q01 = Linear(0.1999999999999342, z, -0.33333333333333315);
        Vector512<double> q23 = Linear(0.11111111069226351, z, -0.14285714284975062);
        Vector512<double> q45 = Linear(0.07692277399586979, z, -0.09090907687989341);
        Vector512<double> q67 = Linear(0.05877801133748396, z, -0.06666222738471439);
        Vector512<double> q89 = Linear(0.04589346242090988, z, -0.05229982378830304);
        Vector512<double> qab = Linear(0.02365243021006975, z, -0.037116589008269);
        Vector512<double> high = Fma(Fma(Vector512.Create(-0.008364330887486341), z2, qab), z2, q89);
        Vector512<double> q = Fma(Fma(high, z4, Fma(q67, z2, q45)), z4, Fma(q23, z2, q01));
        return offset + (Fma(q, z * t, t) + rest);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<double> SinBeyondReach(Vector512<double> x, Vector512<double> within)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            if (Math.Abs(x[i]) > TrigonometricReach)
            {
                within = within.WithElement(i, Math.Sin(x[i]));
            }
        }

        return within;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<double> CosBeyondReach(Vector512<double> x, Vector512<double> within)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            if (Math.Abs(x[i]) > TrigonometricReach)
            {
                within = within.WithElement(i, Math.Cos(x[i]));
            }
        }

        return within;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> SinBeyondReach(Vector512<float> x, Vector512<float> within)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            if (MathF.Abs(x[i]) > TrigonometricReachSingle)
            {
                within = within.WithElement(i, MathF.Sin(x[i]));
            }
        }

        return within;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> CosBeyondReach(Vector512<float> x, Vector512<float> within)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            if (MathF.Abs(x[i]) > TrigonometricReachSingle)
            {
                within = within.WithElement(i, MathF.Cos(x[i]));
            }
        }

        return within;
    }
}
