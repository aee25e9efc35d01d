using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>xʸ, at most 1.5 ulp off, with IEEE 754's values at zeros, infinities and negative x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Pow(Vector512<double> x, Vector512<double> y)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Pow(x.GetLower(), y.GetLower()), Pow(x.GetUpper(), y.GetUpper()));
        }

        Vector512<double> a = Vector512.Abs(x);
        Split(a, out Vector512<double> f, out Vector512<double> k);
        LogTwice(f, k, out Vector512<double> logHigh, out Vector512<double> logLow);

        // y·ln a as an unevaluated sum. No finite logarithm but 0 is below 2⁻⁵³, so exponents beyond 2⁶⁶ decide nothing new.
        Vector512<double> bounded = Clamp(y, -7.4e19, 7.4e19);
        Vector512<double> high = bounded * logHigh;
        Vector512<double> low = Fma(bounded, logLow, Fma(bounded, logHigh, -high));
        Vector512<double> clamped = Clamp(high, -746.0, 710.0);
        low &= Vector512.Equals(clamped, high);

        Vector512<double> rounded = Linear(Log2E, clamped, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> r = Fma(n, Vector512.Create(-Ln2), clamped);
        r += Fma(n, Vector512.Create(-Ln2Rest), low);
        return PowEnds(x, a, y, Scale(Vector512<double>.One + ExpPolynomial(r), n, rounded));
    }

    /// <summary>xʸ, correctly rounded but for rare ties, with IEEE 754's values at zeros, infinities and negative x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y) => Vector512.Narrow(
        PowWidened(Vector512.WidenLower(x), Vector512.WidenLower(y)), PowWidened(Vector512.WidenUpper(x), Vector512.WidenUpper(y)));

    /// <summary>xʸ to the precision of float: one double holds the logarithm well enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> PowWidened(Vector512<double> x, Vector512<double> y)
    {
        Vector512<double> a = Vector512.Abs(x);
        Split(a, out Vector512<double> f, out Vector512<double> k);
        return PowEnds(x, a, y, Exp(y * LogCore(f, k)));
    }

    /// <summary>The power's values where x is negative, zero or not finite, or y is zero or not finite. (IEEE 754-2019, 9.2.1.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> PowEnds(Vector512<double> x, Vector512<double> a, Vector512<double> y, Vector512<double> result)
    {
        Vector512<double> zero = Vector512<double>.Zero;
        Vector512<double> one = Vector512<double>.One;
        Vector512<double> infinity = Vector512.Create(double.PositiveInfinity);
        Vector512<double> nan = Vector512.Create(double.NaN);

        // At the ends the sign of y·ln a decides between 0 and ∞.
        Vector512<double> end = Vector512.Equals(a, zero) | Vector512.Equals(a, infinity) | Vector512.Equals(Vector512.Abs(y), infinity);
        Vector512<double> growing = Vector512.Equals(Vector512.GreaterThan(a, one).AsInt64(), Vector512.GreaterThan(y, zero).AsInt64()).AsDouble();
        result = Vector512.ConditionalSelect(end, growing & infinity, result);

        Vector512<double> half = y * 0.5;
        Vector512<double> integer = Vector512.Equals(y, Vector512.Truncate(y));
        Vector512<double> odd = Vector512.AndNot(integer, Vector512.Equals(half, Vector512.Truncate(half)));
        result |= odd & x & Vector512.Create(-0.0);
        Vector512<double> undefined = Vector512.AndNot(Vector512.LessThan(x, zero), integer | end);
        result = Vector512.ConditionalSelect(undefined, nan, result);

        Vector512<double> ordered = Vector512.Equals(x, x) & Vector512.Equals(y, y);
        result = Vector512.ConditionalSelect(ordered, result, nan);
        Vector512<double> unit = Vector512.Equals(y, zero) | Vector512.Equals(x, one) | (Vector512.Equals(a, one) & Vector512.Equals(Vector512.Abs(y), infinity));
        return Vector512.ConditionalSelect(unit, one, result);
    }

    /// <summary>k·ln 2 + ln(1 + f) as an unevaluated sum of two, relative error below 2⁻⁶⁴, for 1 + f in √½…√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LogTwice(Vector512<double> f, Vector512<double> k, out Vector512<double> high, out Vector512<double> low)
    {
        // s + sLow = f/(2 + f), where the divisor is d + dLow exactly.
        Vector512<double> one = Vector512<double>.One;
        Vector512<double> m = f + one;
        Vector512<double> d = m + one;
        Vector512<double> dLow = m - (d - one);
        Vector512<double> reciprocal = one / d;
        Vector512<double> s = f * reciprocal;
        Vector512<double> sLow = Fma(-s, dLow, Fma(-s, d, f)) * reciprocal;

        // artanh s = s + s·z(⅓ + z·Q(z)), z = s² in 0…0.02944; Q is plain, 2⁻⁶⁶·³ of the whole, everything else comes in two parts.
        Vector512<double> z = s * s;
        Vector512<double> zLow = Fma(s + s, sLow, Fma(s, s, -z));
        Vector512<double> z2 = z * z;
        Vector512<double> q01 = Linear(0.142857142850497, z, 0.20000000000001128);
        Vector512<double> q23 = Linear(0.09090892182050483, z, 0.11111111259978715);
        Vector512<double> q45 = Linear(0.0662840741281396, z, 0.07693378732422948);
        Vector512<double> q = Fma(Fma(Fma(Vector512.Create(0.0659817691805747), z2, q45), z2, q23), z2, q01);
        Vector512<double> third = Vector512.Create(0.3333333333333333);
        Vector512<double> t = z * q;
        Vector512<double> u = third + t;
        Vector512<double> uLow = (t - (u - third)) + Vector512.Create(1.850371707708594e-17);
        Vector512<double> v = z * u;
        Vector512<double> vLow = Fma(zLow, u, Fma(z, uLow, Fma(z, u, -v)));
        Vector512<double> w = s * v;
        Vector512<double> wLow = Fma(sLow, v, Fma(s, vLow, Fma(s, v, -w)));
        Vector512<double> artanh = s + w;
        Vector512<double> artanhLow = ((s - artanh) + w) + (sLow + wLow);

        Vector512<double> exponent = k * Vector512.Create(Ln2High);
        Vector512<double> log = artanh + artanh;
        high = exponent + log;
        low = ((exponent - high) + log) + Fma(k, Vector512.Create(Ln2Low), artanhLow + artanhLow);
    }

    /// <summary>√(x² + y²), at most 1.5 ulp off, without intermediate overflow or underflow; +∞ where either operand is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Hypot(Vector512<double> x, Vector512<double> y)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Hypot(x.GetLower(), y.GetLower()), Hypot(x.GetUpper(), y.GetUpper()));
        }

        Vector512<double> infinity = Vector512.Create(double.PositiveInfinity);
        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> b = Vector512.Abs(y);
        Vector512<double> larger = Vector512.MaxNative(a, b);
        Vector512<double> big = Vector512.GreaterThan(larger, Vector512.Create(1e150));
        Vector512<double> tiny = Vector512.LessThan(larger, Vector512.Create(1e-140));
        Vector512<double> one = Vector512<double>.One;

        // 2⁻⁶⁰⁰ and 2⁶⁰⁰, and back.
        Vector512<double> down = Vector512.Create(2.409919865102884e-181);
        Vector512<double> up = Vector512.Create(4.149515568880993e+180);
        Vector512<double> scale = Vector512.ConditionalSelect(big, down, Vector512.ConditionalSelect(tiny, up, one));
        Vector512<double> back = Vector512.ConditionalSelect(big, up, Vector512.ConditionalSelect(tiny, down, one));
        a *= scale;
        b *= scale;
        Vector512<double> result = Vector512.Sqrt(Fma(a, a, b * b)) * back;
        Vector512<double> infinite = Vector512.Equals(a, infinity) | Vector512.Equals(b, infinity);
        return Vector512.ConditionalSelect(infinite, infinity, result);
    }

    /// <summary>√(x² + y²), correctly rounded but for rare ties, without intermediate overflow or underflow; +∞ where either operand is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Hypot(Vector512<float> x, Vector512<float> y)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Hypot(x.GetLower(), y.GetLower()), Hypot(x.GetUpper(), y.GetUpper()));
        }

        Vector512<float> infinity = Vector512.Create(float.PositiveInfinity);
        Vector512<double> a = Vector512.WidenLower(x), b = Vector512.WidenLower(y);
        Vector512<double> c = Vector512.WidenUpper(x), d = Vector512.WidenUpper(y);
        Vector512<float> result = Vector512.Narrow(Vector512.Sqrt(Fma(a, a, b * b)), Vector512.Sqrt(Fma(c, c, d * d)));
        Vector512<float> infinite = Vector512.Equals(Vector512.Abs(x), infinity) | Vector512.Equals(Vector512.Abs(y), infinity);
        return Vector512.ConditionalSelect(infinite, infinity, result);
    }

    /// <summary>∛x, within 1 ulp; negative at negative x.</summary>
    /// <remarks>Per lane: <see cref="Math.Cbrt"/>.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> Cbrt(Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Math.Cbrt(x[i]));
        }

        return x;
    }

    /// <inheritdoc cref="Cbrt(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Cbrt(Vector512<float> x)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, (float)Math.Cbrt(x[i]));
        }

        return x;
    }
}
