using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>tanh x, at most 2.25 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Tanh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Tanh(x.GetLower()), Tanh(x.GetUpper()));
        }

        // tanh|x| = (1 − e)/(1 + e), e = exp(−2|x|) = 2ⁿ(1 + p); 2ⁿ ∓ 1 is exact, so numerator and denominator round once each.
        Vector512<double> a = Vector512.MinNative(Vector512.Create(20.0), Vector512.Abs(x)) * -2.0;
        Vector512<double> rounded = Linear(Log2E, a, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> p = Expm1Reduced(a, n);
        Vector512<double> power = PowerOfTwo(rounded);
        Vector512<double> numerator = Fma(-power, p, Vector512<double>.One - power);
        Vector512<double> denominator = Fma(power, p, Vector512<double>.One + power);
        return OrSign(numerator / denominator, x);
    }

    /// <summary>tanh x, at most 2.25 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Tanh(x.GetLower()), Tanh(x.GetUpper()));
        }

        Vector512<float> a = Vector512.MinNative(Vector512.Create(10.0f), Vector512.Abs(x)) * -2.0f;
        Vector512<float> rounded = Linear(Log2ESingle, a, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> p = Expm1Reduced(a, n);
        Vector512<float> power = PowerOfTwo(rounded);
        Vector512<float> numerator = Fma(-power, p, Vector512<float>.One - power);
        Vector512<float> denominator = Fma(power, p, Vector512<float>.One + power);
        return OrSign(numerator / denominator, x);
    }

    /// <summary>tanh x, the same bits as <see cref="Tanh(Vector512{double})"/>, and the smaller of its two complements, from one exponential.</summary>
    /// <param name="x">The operand.</param>
    /// <param name="tanh">tanh x.</param>
    /// <param name="complement">(1 − |tanh x|)/2 = σ(−2|x|), at most 4 ulp off; 0 beyond ±350 (<c>float</c>: ±43).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TanhAndComplement(Vector512<double> x, out Vector512<double> tanh, out Vector512<double> complement)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            TanhAndComplement(x.GetLower(), out var tanhLower, out var complementLower);
            TanhAndComplement(x.GetUpper(), out var tanhUpper, out var complementUpper);
            tanh = Vector512.Create(tanhLower, tanhUpper);
            complement = Vector512.Create(complementLower, complementUpper);
            return;
        }

        // With t = tanh|x| = (1 − e)/(1 + e): e/(1 + e) = e·(1 + t)/2.
        Vector512<double> magnitude = Vector512.Abs(x);
        Vector512<double> a = Vector512.MinNative(Vector512.Create(350.0), magnitude) * -2.0;
        Vector512<double> rounded = Linear(Log2E, a, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> p = Expm1Reduced(a, n);
        Vector512<double> power = PowerOfTwo(rounded);
        Vector512<double> t = Fma(-power, p, Vector512<double>.One - power) / Fma(power, p, Vector512<double>.One + power);
        Vector512<double> tail = Fma(power, p, power) * Linear(0.5, t, 0.5);
        complement = Vector512.AndNot(tail, Vector512.GreaterThan(magnitude, Vector512.Create(350.0)));
        tanh = OrSign(t, x);
    }

    /// <inheritdoc cref="TanhAndComplement(Vector512{double}, out Vector512{double}, out Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TanhAndComplement(Vector512<float> x, out Vector512<float> tanh, out Vector512<float> complement)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            TanhAndComplement(x.GetLower(), out var tanhLower, out var complementLower);
            TanhAndComplement(x.GetUpper(), out var tanhUpper, out var complementUpper);
            tanh = Vector512.Create(tanhLower, tanhUpper);
            complement = Vector512.Create(complementLower, complementUpper);
            return;
        }

        // With t = tanh|x| = (1 − e)/(1 + e): e/(1 + e) = e·(1 + t)/2.
        Vector512<float> magnitude = Vector512.Abs(x);
        Vector512<float> a = Vector512.MinNative(Vector512.Create(43.0f), magnitude) * -2.0f;
        Vector512<float> rounded = Linear(Log2ESingle, a, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> p = Expm1Reduced(a, n);
        Vector512<float> power = PowerOfTwo(rounded);
        Vector512<float> t = Fma(-power, p, Vector512<float>.One - power) / Fma(power, p, Vector512<float>.One + power);
        Vector512<float> tail = Fma(power, p, power) * Linear(0.5f, t, 0.5f);
        complement = Vector512.AndNot(tail, Vector512.GreaterThan(magnitude, Vector512.Create(43.0f)));
        tanh = OrSign(t, x);
    }

    /// <summary>sinh x, at most 2.5 ulp off; overflows to ±∞ beyond ±710.47.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sinh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Sinh(x.GetLower()), Sinh(x.GetUpper()));
        }

        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> halfExp = HalfExp(a);
        Vector512<double> large = halfExp - Vector512.Create(0.25) / halfExp;

        // (sinh a/a − 1)/a² for a in 0…1, 2⁻⁶³·².
        Vector512<double> z = Vector512.MinNative(Vector512<double>.One, a * a);
        Vector512<double> z2 = z * z;
        Vector512<double> q01 = Linear(0.008333333333333137, z, 0.16666666666666669);
        Vector512<double> q23 = Linear(2.7557319155074693e-06, z, 0.00019841269841438483);
        Vector512<double> q45 = Linear(1.6057236896332055e-10, z, 2.5052123441550322e-08);
        Vector512<double> q = Fma(Fma(Fma(Vector512.Create(7.759419510824136e-13), z2, q45), z2, q23), z2, q01);
        Vector512<double> small = Fma(q, z * a, a);
        return OrSign(Vector512.ConditionalSelect(Vector512.GreaterThan(a, Vector512<double>.One), large, small), x);
    }

    /// <summary>sinh x, correctly rounded but for rare ties; overflows to ±∞ beyond ±89.42.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sinh(Vector512<float> x) => Vector512.Narrow(Sinh(Vector512.WidenLower(x)), Sinh(Vector512.WidenUpper(x)));

    /// <summary>cosh x, at most 2 ulp off; overflows to +∞ beyond ±710.47.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Cosh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Cosh(x.GetLower()), Cosh(x.GetUpper()));
        }

        Vector512<double> halfExp = HalfExp(Vector512.Abs(x));
        return halfExp + Vector512.Create(0.25) / halfExp;
    }

    /// <summary>cosh x, correctly rounded but for rare ties; overflows to +∞ beyond ±89.42.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cosh(Vector512<float> x) => Vector512.Narrow(Cosh(Vector512.WidenLower(x)), Cosh(Vector512.WidenUpper(x)));

    /// <summary>½eˣ for x ≥ 0, finite as far as the hyperbolic functions are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> HalfExp(Vector512<double> x)
    {
        x = Vector512.MinNative(Vector512.Create(712.0), x);
        Vector512<double> rounded = Linear(Log2E, x, RoundDouble);
        Vector512<double> n = rounded - Vector512.Create(RoundDouble);
        Vector512<double> one = Vector512<double>.One;
        return Scale(one + ExpReduced(x, n), n - one, rounded - one);
    }

    /// <summary>arsinh x, at most 3 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Asinh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Asinh(x.GetLower()), Asinh(x.GetUpper()));
        }

        // ln(a + √(a² + 1)) = log1p(a + a²/(1 + √(a² + 1))); far out it is ln a + ln 2 to the last bit.
        Vector512<double> one = Vector512<double>.One;
        Vector512<double> a = Vector512.Abs(x);
        Vector512<double> large = Vector512.GreaterThan(a, Vector512.Create(1e18));
        Vector512<double> square = a * a;
        Vector512<double> argument = a + square / (one + Vector512.Sqrt(square + one));
        Vector512<double> log = Log1p(Vector512.ConditionalSelect(large, a, argument));
        return OrSign(log + (large & Vector512.Create(Ln2)), x);
    }

    /// <summary>arsinh x, correctly rounded but for rare ties.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Asinh(Vector512<float> x) => Vector512.Narrow(Asinh(Vector512.WidenLower(x)), Asinh(Vector512.WidenUpper(x)));

    /// <summary>arcosh x, at most 3 ulp off. NaN below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Acosh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Acosh(x.GetLower()), Acosh(x.GetUpper()));
        }

        // With t = x − 1, exact near 1: log1p(t + √(t(t + 2))).
        Vector512<double> large = Vector512.GreaterThan(x, Vector512.Create(1e18));
        Vector512<double> t = x - Vector512<double>.One;
        Vector512<double> argument = t + Vector512.Sqrt(Fma(t, t, t + t));
        Vector512<double> log = Log1p(Vector512.ConditionalSelect(large, x, argument));
        Vector512<double> inside = Vector512.GreaterThanOrEqual(x, Vector512<double>.One);
        return Vector512.ConditionalSelect(inside, log + (large & Vector512.Create(Ln2)), Vector512.Create(double.NaN));
    }

    /// <summary>arcosh x, correctly rounded but for rare ties. NaN below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Acosh(Vector512<float> x) => Vector512.Narrow(Acosh(Vector512.WidenLower(x)), Acosh(Vector512.WidenUpper(x)));

    /// <summary>artanh x, at most 3 ulp off. ±∞ at ±1, NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Atanh(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Atanh(x.GetLower()), Atanh(x.GetUpper()));
        }

        Vector512<double> a = Vector512.Abs(x);
        return OrSign(Log1p((a + a) / (Vector512<double>.One - a)) * 0.5, x);
    }

    /// <summary>artanh x, correctly rounded but for rare ties. ±∞ at ±1, NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Atanh(Vector512<float> x) => Vector512.Narrow(Atanh(Vector512.WidenLower(x)), Atanh(Vector512.WidenUpper(x)));
}
