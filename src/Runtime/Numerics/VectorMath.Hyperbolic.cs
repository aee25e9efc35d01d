using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>tanh x, at most 2 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Tanh(Vector512<double> x)
    {
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

    /// <summary>tanh x, at most 2 ulp off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> a = Vector512.MinNative(Vector512.Create(10.0f), Vector512.Abs(x)) * -2.0f;
        Vector512<float> rounded = Linear(Log2ESingle, a, RoundSingle);
        Vector512<float> n = rounded - Vector512.Create(RoundSingle);
        Vector512<float> p = Expm1Reduced(a, n);
        Vector512<float> power = PowerOfTwo(rounded);
        Vector512<float> numerator = Fma(-power, p, Vector512<float>.One - power);
        Vector512<float> denominator = Fma(power, p, Vector512<float>.One + power);
        return OrSign(numerator / denominator, x);
    }
}
