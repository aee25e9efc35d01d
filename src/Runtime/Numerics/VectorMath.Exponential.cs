using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>eˣ, at most 1.1 ulp off. Underflows gradually below −708.4, to zero below −745.2; overflows to +∞ above 709.78.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp(x.GetLower()), Exp(x.GetUpper()));
        }

        x = Clamp(x, -746.0, 710.0);                                        // beyond, the result is 0 or +∞ all the same
        Vector512<double> rounded = Linear(Log2E, x, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        return Scale(Vector512<double>.One + ExpReduced(x, n), n, rounded);
    }

    /// <summary>eˣ, at most 1.1 ulp off. Underflows gradually below −87.3, to zero below −104; overflows to +∞ above 88.72.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp(x.GetLower()), Exp(x.GetUpper()));
        }

        x = Clamp(x, -105.0f, 89.0f);
        Vector512<float> rounded = Linear(Log2ESingle, x, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        return Scale(Vector512<float>.One + ExpReduced(x, n), n, rounded);
    }

    /// <summary>
    /// eˣ as <see cref="Exp(Vector512{double})"/> has it, and zero where that is less than 2⁻¹⁰⁰⁰: the weight of a term that is far below the largest one. What
    /// it is multiplied with then stays above the smallest normal number too, below which processors take a hundred cycles for an operation.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ExpOrZero(Vector512<double> x)
    {
        Vector512<double> small = Vector512.LessThan(x, Vector512.Create(-693.1471805599453));
        return Vector512.AndNot(Exp(Vector512.AndNot(x, small)), small);
    }

    /// <summary>eˣ as <see cref="Exp(Vector512{float})"/> has it, and zero where that is less than 2⁻¹⁰⁰.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOrZero(Vector512<float> x)
    {
        Vector512<float> small = Vector512.LessThan(x, Vector512.Create(-69.31472f));
        return Vector512.AndNot(Exp(Vector512.AndNot(x, small)), small);
    }

    /// <summary>2ˣ, at most 1.25 ulp off. Underflows gradually below −1022, to zero below −1075; overflows to +∞ from 1024.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp2(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp2(x.GetLower()), Exp2(x.GetUpper()));
        }

        x = Clamp(x, -1080.0, 1025.0);
        Vector512<double> rounded = x + Vector512.Create(RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> r = (x - n) * Vector512.Create(Ln2);
        return Scale(Vector512<double>.One + ExpPolynomial(r), n, rounded);
    }

    /// <summary>2ˣ, at most 1.25 ulp off. Underflows gradually below −126, to zero below −150; overflows to +∞ from 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp2(x.GetLower()), Exp2(x.GetUpper()));
        }

        x = Clamp(x, -160.0f, 129.0f);
        Vector512<float> rounded = x + Vector512.Create(RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> r = (x - n) * Vector512.Create(Ln2Single);
        return Scale(Vector512<float>.One + ExpPolynomial(r), n, rounded);
    }

    /// <summary>10ˣ, at most 1.5 ulp off. Underflows gradually below −307.6, to zero below −324; overflows to +∞ above 308.25.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp10(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp10(x.GetLower()), Exp10(x.GetUpper()));
        }

        x = Clamp(x, -325.0, 309.0);
        Vector512<double> rounded = Linear(3.321928094887362, x, RoundDouble);      // log₂ 10
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> r = Fma(n, Vector512.Create(-Log10Of2), x);
        r = Fma(n, Vector512.Create(-Log10Of2Rest), r);
        r = Fma(r, Vector512.Create(2.302585092994046), r * Vector512.Create(-2.1707562233822494e-16));      // ln 10 in two parts
        return Scale(Vector512<double>.One + ExpPolynomial(r), n, rounded);
    }

    /// <summary>10ˣ, at most 1.5 ulp off. Underflows gradually below −37.9, to zero below −45.2; overflows to +∞ above 38.53.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp10(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Exp10(x.GetLower()), Exp10(x.GetUpper()));
        }

        x = Clamp(x, -46.0f, 39.0f);
        Vector512<float> rounded = Linear(3.32192802f, x, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> r = Fma(n, Vector512.Create(-Log10Of2Single), x);
        r = Fma(n, Vector512.Create(-Log10Of2RestSingle), r);
        r = Fma(r, Vector512.Create(2.30258512f), r * Vector512.Create(-3.19754367e-08f));
        return Scale(Vector512<float>.One + ExpPolynomial(r), n, rounded);
    }

    /// <summary>eˣ − 1, at most 2 ulp off, also next to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Expm1(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Expm1(x.GetLower()), Expm1(x.GetUpper()));
        }

        Vector512<double> clamped = Clamp(x, -45.0, 710.0);
        Vector512<double> rounded = Linear(Log2E, clamped, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> p = Expm1Reduced(clamped, n);

        // 2ⁿ(p + 1) − 1 from half of everything, since 2ⁿ itself overflows where the result does not; 2ⁿ⁻¹ − ½ is exact where it matters.
        Vector512<double> half = (Vector512.ShiftLeft(rounded.AsInt64(), 52) + Vector512.Create(OneBits - (1L << 52))).AsDouble();
        Vector512<double> result = Fma(half, p, half - Vector512.Create(0.5)) * 2.0;
        return Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(1e-17)), x, result);
    }

    /// <summary>eˣ − 1, at most 2 ulp off, also next to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Expm1(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Expm1(x.GetLower()), Expm1(x.GetUpper()));
        }

        Vector512<float> clamped = Clamp(x, -20.0f, 89.0f);
        Vector512<float> rounded = Linear(Log2ESingle, clamped, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> p = Expm1Reduced(clamped, n);
        Vector512<float> half = (Vector512.ShiftLeft(rounded.AsInt32(), 23) + Vector512.Create(OneBitsSingle - (1 << 23))).AsSingle();
        Vector512<float> result = Fma(half, p, half - Vector512.Create(0.5f)) * 2.0f;
        return Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(x), Vector512.Create(1e-8f)), x, result);
    }

    /// <summary>e^(x − n·ln 2) − 1 to full precision relative to 1, for |x − n·ln 2| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExpReduced(Vector512<double> x, Vector512<double> n)
    {
        Vector512<double> r = Fma(n, Vector512.Create(-Ln2), x);            // exact: see Ln2
        return ExpPolynomial(Fma(n, Vector512.Create(-Ln2Rest), r));
    }

    /// <summary>eʳ − 1 to full precision relative to 1, for |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ExpPolynomial(Vector512<double> r)
    {
        // (eʳ − 1 − r)/r² on ±½ ln 2, weighted for eʳ, 2⁻⁵⁷·⁹; pairs (Estrin) because the latency of a Horner chain would show.
        Vector512<double> r2 = r * r;
        Vector512<double> q01 = Linear(0.16666666666666413, r, 0.5000000000000011);
        Vector512<double> q23 = Linear(0.008333333333493932, r, 0.041666666666530176);
        Vector512<double> q45 = Linear(0.00019841269508630478, r, 0.0013888888943631725);
        Vector512<double> q67 = Linear(2.75575839884547e-06, r, 2.4801493094627523e-05);
        Vector512<double> q89 = Linear(2.5000939297843248e-08, r, 2.763025035964802e-07);
        Vector512<double> r4 = r2 * r2;
        Vector512<double> low = Fma(q23, r2, q01);
        Vector512<double> high = Fma(q89, r4, Fma(q67, r2, q45));
        return Fma(Fma(high, r4, low), r2, r);
    }

    /// <inheritdoc cref="ExpReduced(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpReduced(Vector512<float> x, Vector512<float> n)
    {
        Vector512<float> r = Fma(n, Vector512.Create(-Ln2Single), x);
        return ExpPolynomial(Fma(n, Vector512.Create(-Ln2RestSingle), r));
    }

    /// <inheritdoc cref="ExpPolynomial(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpPolynomial(Vector512<float> r)
    {
        // (eʳ − 1 − r)/r² on ±½ ln 2, weighted for eʳ, 2⁻²⁸·³.
        Vector512<float> r2 = r * r;
        Vector512<float> q01 = Linear(0.166665207f, r, 0.499999934f);
        Vector512<float> q23 = Linear(0.00836871409f, r, 0.0416683902f);
        Vector512<float> q = Fma(Fma(Vector512.Create(0.00138144816f), r2, q23), r2, q01);
        return Fma(q, r2, r);
    }

    /// <summary>e^(x − n·ln 2) − 1 to full precision relative to itself, for |x − n·ln 2| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Expm1Reduced(Vector512<double> x, Vector512<double> n)
    {
        Vector512<double> r = Fma(n, Vector512.Create(-Ln2), x);
        r = Fma(n, Vector512.Create(-Ln2Rest), r);

        // (eʳ − 1 − r)/r² on ±½ ln 2, weighted for eʳ − 1, 2⁻⁶¹·⁷.
        Vector512<double> r2 = r * r;
        Vector512<double> q01 = Linear(0.16666666666666677, r, 0.5);
        Vector512<double> q23 = Linear(0.008333333333321615, r, 0.0416666666666667);
        Vector512<double> q45 = Linear(0.00019841269886158768, r, 0.001388888888886693);
        Vector512<double> q67 = Linear(2.7557244182400305e-06, r, 2.480158736043838e-05);
        Vector512<double> q89 = Linear(2.510904451265461e-08, r, 2.755724283720889e-07);
        Vector512<double> r4 = r2 * r2;
        Vector512<double> low = Fma(q23, r2, q01);
        Vector512<double> high = Fma(Fma(Vector512.Create(2.092442221573179e-09), r2, q89), r4, Fma(q67, r2, q45));
        return Fma(Fma(high, r4, low), r2, r);
    }

    /// <inheritdoc cref="Expm1Reduced(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Expm1Reduced(Vector512<float> x, Vector512<float> n)
    {
        Vector512<float> r = Fma(n, Vector512.Create(-Ln2Single), x);
        r = Fma(n, Vector512.Create(-Ln2RestSingle), r);

        // (eʳ − 1 − r)/r² on ±½ ln 2, weighted for eʳ − 1, 2⁻³²·⁰.
        Vector512<float> r2 = r * r;
        Vector512<float> q01 = Linear(0.166666668f, r, 0.500000005f);
        Vector512<float> q23 = Linear(0.00833327325f, r, 0.0416663547f);
        Vector512<float> q45 = Linear(0.00019914066f, r, 0.00139410061f);
        Vector512<float> q = Fma(Fma(q45, r2, q23), r2, q01);
        return Fma(q, r2, r);
    }
}
