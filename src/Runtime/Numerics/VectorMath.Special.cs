using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>The error function, at most 2 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Erf(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Erf(x.GetLower()), Erf(x.GetUpper()));
        }

        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> small = Vector512.LessThanOrEqual(a, Vector512<double>.One);
        return OrSign(Vector512.ConditionalSelect(small, ErfSmall(a), Vector512<double>.One - ErfcTail(Vector512.MinNative(Vector512.Create(7.0), a))), x);
    }

    /// <summary>The error function, at most 2 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Erf(x.GetLower()), Erf(x.GetUpper()));
        }

        Vector512<float> a = Vector512.Abs(x);
        Vector512<float> small = Vector512.LessThanOrEqual(a, Vector512<float>.One);
        return OrSign(Vector512.ConditionalSelect(small, ErfSmall(a), Vector512<float>.One - ErfcTail(Vector512.MinNative(Vector512.Create(5.0f), a))), x);
    }

    /// <summary>1 − erf x without cancellation, at most 5 ulp off; underflows gradually above 26.54, to zero above 27.23.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Erfc(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Erfc(x.GetLower()), Erfc(x.GetUpper()));
        }

        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> tail = ErfcTail(Vector512.MinNative(Vector512.Create(28.0), a));
        Vector512<double> mirrored = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<double>.Zero), Vector512.Create(2.0) - tail, tail);
        Vector512<double> small = Vector512.LessThanOrEqual(a, Vector512.Create(0.5));
        return Vector512.ConditionalSelect(small, Vector512<double>.One - ErfSmall(x), mirrored);
    }

    /// <summary>1 − erf x without cancellation, at most 5.5 ulp off; underflows gradually above 9.19, to zero above 10.06.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erfc(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Erfc(x.GetLower()), Erfc(x.GetUpper()));
        }

        Vector512<float> a = Vector512.Abs(x);
        Vector512<float> tail = ErfcTail(Vector512.MinNative(Vector512.Create(10.5f), a));
        Vector512<float> mirrored = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(2.0f) - tail, tail);
        Vector512<float> small = Vector512.LessThanOrEqual(a, Vector512.Create(0.5f));
        return Vector512.ConditionalSelect(small, Vector512<float>.One - ErfSmall(x), mirrored);
    }

    /// <summary>erf x for |x| ≤ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ErfSmall(Vector512<double> x)
    {
        Vector512<double> z = x * x;                                        // erf x/x − 1 on 0…1, 2⁻⁵⁶·⁹
        Vector512<double> z2 = z * z;
        Vector512<double> z4 = z2 * z2;
        Vector512<double> q01 = Linear(-0.3761263890318352, z, 0.12837916709551256);
        Vector512<double> q23 = Linear(-0.02686617064310975, z, 0.11283791670944174);
        Vector512<double> q45 = Linear(-0.0008548325928610798, z, 0.00522397760610417);
        Vector512<double> q67 = Linear(-1.492471187540677e-05, z, 0.00012055293555268031);
        Vector512<double> q89 = Linear(-1.620627157006155e-07, z, 1.644712618004841e-06);
        Vector512<double> qab = Linear(-7.779115091280972e-10, z, 1.3710794345646824e-08);
        Vector512<double> high = Fma(Fma(qab, z2, q89), z4, Fma(q67, z2, q45));
        return Fma(Fma(high, z4, Fma(q23, z2, q01)), x, x);
    }

    /// <summary>erf x for |x| ≤ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ErfSmall(Vector512<float> x)
    {
        Vector512<float> z = x * x;                                         // erf x/x − 1 on 0…1, 2⁻²⁹·⁶
        Vector512<float> z2 = z * z;
        Vector512<float> q01 = Linear(-0.376126258f, z, 0.128379166f);
        Vector512<float> q23 = Linear(-0.0268538071f, z, 0.11283585f);
        Vector512<float> q45 = Linear(-0.000801010353f, z, 0.00518831804f);
        Vector512<float> q = Fma(Fma(Fma(Vector512.Create(7.85354499e-05f), z2, q45), z2, q23), z2, q01);
        return Fma(q, x, x);
    }

    /// <summary>erfc a for a in ½…28: e^(−a²) times a polynomial in (a − 2.5)/(a + 2.5), over a + 2.5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ErfcTail(Vector512<double> a)
    {
        Vector512<double> square = a * a;
        Vector512<double> rest = Fma(a, a, -square);                        // a² = square + rest
        Vector512<double> rounded = Linear(-Log2E, square, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> r = Fma(n, Vector512.Create(-Ln2), -square);
        r += Fma(n, Vector512.Create(-Ln2Rest), -rest);
        Vector512<double> exp = Vector512<double>.One + ExpPolynomial(r);

        // e^(a²)·erfc a·(a + 2.5), 2⁻⁵⁷·³.
        Vector512<double> reciprocal = Vector512<double>.One / (a + Vector512.Create(2.5));
        Vector512<double> t = (a - Vector512.Create(2.5)) * reciprocal;
        Vector512<double> t2 = t * t;
        Vector512<double> even = Vector512.Create(-3.9696462301190776e-08);
        Vector512<double> odd = Vector512.Create(2.0448226455207462e-08);
        even = Fma(even, t2, 1.3781933965698214e-07);
        odd = Fma(odd, t2, -1.0395648092579388e-07);
        even = Fma(even, t2, -1.4679060595824637e-08);
        odd = Fma(odd, t2, 4.801354829558492e-07);
        even = Fma(even, t2, -2.3252952076263636e-06);
        odd = Fma(odd, t2, -1.9796429649819344e-06);
        even = Fma(even, t2, 1.8241644006138514e-05);
        odd = Fma(odd, t2, 6.75988895399331e-06);
        even = Fma(even, t2, -0.00011260421605495672);
        odd = Fma(odd, t2, -1.9533428378069678e-05);
        even = Fma(even, t2, 0.0007026936411159302);
        odd = Fma(odd, t2, 5.830797896189993e-05);
        even = Fma(even, t2, -0.004818785516878018);
        odd = Fma(odd, t2, -0.00043920828214015945);
        even = Fma(even, t2, 0.028361550131747234);
        odd = Fma(odd, t2, 0.00839304430316021);
        even = Fma(even, t2, 0.45391411664809983);
        odd = Fma(odd, t2, -0.1712511452460605);
        even = Fma(even, t2, 1.054031820305718);
        odd = Fma(odd, t2, -0.8046518494391488);
        return Scale(exp * (Fma(odd, t, even) * reciprocal), n, rounded);
    }

    /// <summary>erfc a for a in ½…10.5: e^(−a²) times a polynomial in (a − 2)/(a + 2), over a + 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ErfcTail(Vector512<float> a)
    {
        Vector512<float> square = a * a;
        Vector512<float> rest = Fma(a, a, -square);
        Vector512<float> rounded = Linear(-Log2ESingle, square, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> r = Fma(n, Vector512.Create(-Ln2Single), -square);
        r += Fma(n, Vector512.Create(-Ln2RestSingle), -rest);
        Vector512<float> exp = Vector512<float>.One + ExpPolynomial(r);

        // e^(a²)·erfc a·(a + 2), 2⁻²⁸·⁴.
        Vector512<float> reciprocal = Vector512<float>.One / (a + Vector512.Create(2.0f));
        Vector512<float> t = (a - Vector512.Create(2.0f)) * reciprocal;
        Vector512<float> t2 = t * t;
        Vector512<float> even = Linear(-0.000545788617f, t2, 0.003055186f);
        Vector512<float> odd = Linear(0.00012493286f, t2, -0.000898288388f);
        even = Fma(even, t2, -0.0215062236f);
        odd = Fma(odd, t2, 0.00649455957f);
        even = Fma(even, t2, 0.279471897f);
        odd = Fma(odd, t2, -0.0364437007f);
        even = Fma(even, t2, 1.02158271f);
        odd = Fma(odd, t2, -0.687160647f);
        return Scale(exp * (Fma(odd, t, even) * reciprocal), n, rounded);
    }

    /// <summary>ln|Γ(x)|: <see cref="Sym.LogGamma(double)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> LogGamma(Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Sym.LogGamma(x[i]));
        }

        return x;
    }

    /// <summary>ln|Γ(x)|: <see cref="Sym.LogGamma(float)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> LogGamma(Vector512<float> x)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, Sym.LogGamma(x[i]));
        }

        return x;
    }

    /// <summary>ψ(x): <see cref="Sym.Digamma(double)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> Digamma(Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Sym.Digamma(x[i]));
        }

        return x;
    }

    /// <summary>ψ(x): <see cref="Sym.Digamma(float)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Digamma(Vector512<float> x)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, Sym.Digamma(x[i]));
        }

        return x;
    }

    /// <summary>ψ′(x): <see cref="Sym.Trigamma(double)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> Trigamma(Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Sym.Trigamma(x[i]));
        }

        return x;
    }

    /// <summary>ψ′(x): <see cref="Sym.Trigamma(float)"/> of each lane.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Trigamma(Vector512<float> x)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, Sym.Trigamma(x[i]));
        }

        return x;
    }

    /// <summary>ψ⁽ⁿ⁾(x): <see cref="Sym.Polygamma(int, double)"/> of each lane.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is negative or more than <see cref="Sym.MaxPolygammaOrder"/>.</exception>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> Polygamma(int order, Vector512<double> x)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, Sym.Polygamma(order, x[i]));
        }

        return x;
    }

    /// <summary>ψ⁽ⁿ⁾(x): <see cref="Sym.Polygamma(int, float)"/> of each lane.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is negative or more than <see cref="Sym.MaxPolygammaOrder"/>.</exception>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Polygamma(int order, Vector512<float> x)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, Sym.Polygamma(order, x[i]));
        }

        return x;
    }
}
