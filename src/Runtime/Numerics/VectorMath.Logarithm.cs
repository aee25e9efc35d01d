using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>ln x, at most 1 ulp off. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log(x.GetLower()), Log(x.GetUpper()));
        }

        Split(x, out Vector512<double> f, out Vector512<double> k);
        return LogEnds(x, LogCore(f, k));
    }

    /// <summary>ln x, at most 1 ulp off. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log(x.GetLower()), Log(x.GetUpper()));
        }

        Split(x, out Vector512<float> f, out Vector512<float> k);
        return LogEnds(x, LogCore(f, k));
    }

    /// <summary>log₂ x, at most 2 ulp off, exact at powers of two. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log2(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log2(x.GetLower()), Log2(x.GetUpper()));
        }

        Split(x, out Vector512<double> f, out Vector512<double> k);
        Vector512<double> log = LogCore(f, Vector512<double>.Zero);
        Vector512<double> scaled = Fma(log, Vector512.Create(Log2E), log * Vector512.Create(2.0355273740931033e-17));
        return LogEnds(x, k + scaled);
    }

    /// <summary>log₂ x, correctly rounded but for rare ties, exact at powers of two. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log2(Vector512<float> x) => Vector512.Narrow(Log2(Vector512.WidenLower(x)), Log2(Vector512.WidenUpper(x)));

    /// <summary>log₁₀ x, at most 2 ulp off. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log10(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log10(x.GetLower()), Log10(x.GetUpper()));
        }

        Split(x, out Vector512<double> f, out Vector512<double> k);
        Vector512<double> log = LogCore(f, Vector512<double>.Zero);
        Vector512<double> scaled = Fma(log, Vector512.Create(0.4342944819032518), Fma(log, Vector512.Create(1.098319650216765e-17), k * Vector512.Create(Log10Of2Low)));
        return LogEnds(x, Fma(k, Vector512.Create(Log10Of2High), scaled));
    }

    /// <summary>log₁₀ x, correctly rounded but for rare ties. −∞ at ±0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log10(Vector512<float> x) => Vector512.Narrow(Log10(Vector512.WidenLower(x)), Log10(Vector512.WidenUpper(x)));

    /// <summary>ln(1 + x), at most 2 ulp off, also next to zero. −∞ at −1, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Log1p(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log1p(x.GetLower()), Log1p(x.GetUpper()));
        }

        Vector512<double> one = Vector512<double>.One;
        Vector512<double> u = one + x;
        Vector512<double> back = u - one;
        Vector512<double> lost = (x - back) + (one - (u - back));           // u + lost = 1 + x exactly

        Vector512<long> exponent = (u.AsInt64() + Vector512.Create(OneBits - HalfRootBits)) & Vector512.Create(ExponentMask);
        Vector512<double> m = (u.AsInt64() - exponent + Vector512.Create(OneBits)).AsDouble();
        Vector512<double> scale = (Vector512.Create(0x7FF0000000000000L) - exponent).AsDouble();      // 2¹⁻ᵏ, a zero for the largest k
        Vector512<double> k = ExponentToDouble(exponent);
        Vector512<double> f = Fma(lost * scale, Vector512.Create(0.5), m - one);      // where k = 0 this is x itself
        return OrSign(LogEnds(u, LogCore(f, k)), x);                        // the sign matters at −0 alone
    }

    /// <summary>ln(1 + x), at most 2 ulp off, also next to zero. −∞ at −1, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log1p(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Log1p(x.GetLower()), Log1p(x.GetUpper()));
        }

        Vector512<float> one = Vector512<float>.One;
        Vector512<float> u = one + x;
        Vector512<float> back = u - one;
        Vector512<float> lost = (x - back) + (one - (u - back));

        Vector512<int> exponent = (u.AsInt32() + Vector512.Create(OneBitsSingle - HalfRootBitsSingle)) & Vector512.Create(ExponentMaskSingle);
        Vector512<float> m = (u.AsInt32() - exponent + Vector512.Create(OneBitsSingle)).AsSingle();
        Vector512<float> scale = (Vector512.Create(0x7F800000) - exponent).AsSingle();
        Vector512<float> k = ExponentToSingle(exponent);
        Vector512<float> f = Fma(lost * scale, Vector512.Create(0.5f), m - one);
        return OrSign(LogEnds(u, LogCore(f, k)), x);
    }

    /// <summary>x = 2ᵏ(1 + f) with 1 + f in √½…√2, for positive finite x, subnormal ones too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Vector512<double> x, out Vector512<double> f, out Vector512<double> k)
    {
        Vector512<double> small = Vector512.LessThan(x, Vector512.Create(2.2250738585072014e-308));
        Vector512<double> y = Vector512.ConditionalSelect(small, x * Vector512.Create(18014398509481984.0), x);     // 2⁵⁴
        Vector512<long> exponent = (y.AsInt64() + Vector512.Create(OneBits - HalfRootBits)) & Vector512.Create(ExponentMask);
        f = (y.AsInt64() - exponent + Vector512.Create(OneBits)).AsDouble() - Vector512<double>.One;
        k = ExponentToDouble(exponent) - (small & Vector512.Create(54.0));
    }

    /// <inheritdoc cref="Split(Vector512{double}, out Vector512{double}, out Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Vector512<float> x, out Vector512<float> f, out Vector512<float> k)
    {
        Vector512<float> small = Vector512.LessThan(x, Vector512.Create(1.17549435e-38f));
        Vector512<float> y = Vector512.ConditionalSelect(small, x * Vector512.Create(33554432.0f), x);              // 2²⁵
        Vector512<int> exponent = (y.AsInt32() + Vector512.Create(OneBitsSingle - HalfRootBitsSingle)) & Vector512.Create(ExponentMaskSingle);
        f = (y.AsInt32() - exponent + Vector512.Create(OneBitsSingle)).AsSingle() - Vector512<float>.One;
        k = ExponentToSingle(exponent) - (small & Vector512.Create(25.0f));
    }

    /// <summary>The unbiased exponent of a positive number as a double: the magic number of 2⁵² saves a conversion that AVX2 lacks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExponentToDouble(Vector512<long> exponent) =>
        (Vector512.ShiftRightLogical(exponent, 52) | Vector512.Create(0x4330000000000000L)).AsDouble() - Vector512.Create(4503599627370496.0 + 1023.0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExponentToSingle(Vector512<int> exponent) =>
        (Vector512.ShiftRightLogical(exponent, 23) | Vector512.Create(0x4B000000)).AsSingle() - Vector512.Create(8388608.0f + 127.0f);

    /// <summary>k·ln 2 + ln(1 + f), for 1 + f in √½…√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> LogCore(Vector512<double> f, Vector512<double> k)
    {
        // ln(1 + f) = 2 artanh(s) = f − s(f − r), s = f/(2 + f), arranged as in fdlibm's e_log.c so that the leading f is exact.
        Vector512<double> s = f / (Vector512.Create(2.0) + f);
        Vector512<double> half = f * f * 0.5;
        Vector512<double> r = ArtanhTail(s);
        Vector512<double> rest = Fma(k, Vector512.Create(Ln2Low), s * (half + r));
        return Fma(k, Vector512.Create(Ln2High), f - (half - rest));
    }

    /// <summary>2(artanh(s)/s − 1), for |s| ≤ (√2 − 1)/(√2 + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ArtanhTail(Vector512<double> s)
    {
        Vector512<double> z = s * s;                                        // 0…0.02944, 2⁻⁵⁹·⁵
        Vector512<double> z2 = z * z;
        Vector512<double> q01 = Linear(2 * 0.1999999999970723, z, 2 * 0.3333333333333367);
        Vector512<double> q23 = Linear(2 * 0.11111099283956112, z, 2 * 0.1428571437121866);
        Vector512<double> q45 = Linear(2 * 0.07657021439441866, z, 2 * 0.09091782306007988);
        Vector512<double> q = Fma(Fma(Fma(Vector512.Create(2 * 0.07398015262086656), z2, q45), z2, q23), z2, q01);
        return q * z;
    }

    /// <summary>k·ln 2 + ln(1 + f), for 1 + f in √½…√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogCore(Vector512<float> f, Vector512<float> k)
    {
        Vector512<float> f2 = f * f;
        Vector512<float> low = Fma(Log1pTail(f), f2, k * Vector512.Create(Ln2LowSingle));
        return Fma(k, Vector512.Create(Ln2HighSingle), f + low);
    }

    /// <summary>(ln(1 + f) − f)/f², for 1 + f in √½…√2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Log1pTail(Vector512<float> f)
    {
        // (ln(1 + f) − f + f²/2)/f³ on √½ − 1…√2 − 1, weighted for ln(1 + f), 2⁻³⁰·⁴.
        Vector512<float> f2 = f * f;
        Vector512<float> f4 = f2 * f2;
        Vector512<float> q01 = Linear(-0.249999869f, f, 0.333333105f);
        Vector512<float> q23 = Linear(-0.16669236f, f, 0.200022243f);
        Vector512<float> q45 = Linear(-0.123846027f, f, 0.142186896f);
        Vector512<float> q67 = Linear(-0.11788405f, f, 0.11873006f);
        Vector512<float> low = Fma(q23, f2, q01);
        Vector512<float> high = Fma(Fma(Vector512.Create(0.0691364656f), f2, q67), f2, q45);
        return Fma(Fma(high, f4, low), f, -0.5f);
    }

    /// <summary>The logarithm's values at the ends of its domain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> LogEnds(Vector512<double> x, Vector512<double> result)
    {
        Vector512<double> infinity = Vector512.Create(double.PositiveInfinity);
        Vector512<double> atZero = Vector512.Create(double.NegativeInfinity);
        result = Vector512.ConditionalSelect(Vector512.Equals(x, infinity), infinity, result);
        result = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<double>.Zero), atZero, result);
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x, Vector512<double>.Zero), result, Vector512.Create(double.NaN));
    }

    /// <inheritdoc cref="LogEnds(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogEnds(Vector512<float> x, Vector512<float> result)
    {
        Vector512<float> infinity = Vector512.Create(float.PositiveInfinity);
        Vector512<float> atZero = Vector512.Create(float.NegativeInfinity);
        result = Vector512.ConditionalSelect(Vector512.Equals(x, infinity), infinity, result);
        result = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero), atZero, result);
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x, Vector512<float>.Zero), result, Vector512.Create(float.NaN));
    }
}
