using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>The logistic function σ(x) = 1/(1 + e⁻ˣ), at most 2.5 ulp off, in the far left tail too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sigmoid(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Sigmoid(x.GetLower()), Sigmoid(x.GetUpper()));
        }

        return SigmoidOf(x, Exp(-Vector512.Abs(x)));
    }

    /// <summary>The logistic function σ(x) = 1/(1 + e⁻ˣ), at most 2.5 ulp off, in the far left tail too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Sigmoid(x.GetLower()), Sigmoid(x.GetUpper()));
        }

        return SigmoidOf(x, Exp(-Vector512.Abs(x)));
    }

    /// <summary>ln(1 + eˣ) without overflow, at most 2 ulp off, in the far left tail too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Softplus(Vector512<double> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Softplus(x.GetLower()), Softplus(x.GetUpper()));
        }

        return SoftplusOf(x, Exp(-Vector512.Abs(x)));
    }

    /// <summary>ln(1 + eˣ) without overflow, at most 2 ulp off, in the far left tail too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Softplus(Vector512<float> x)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return Vector512.Create(Softplus(x.GetLower()), Softplus(x.GetUpper()));
        }

        return SoftplusOf(x, Exp(-Vector512.Abs(x)));
    }

    /// <summary>The logistic function and its antiderivative from one exponential: the same bits as <see cref="Sigmoid(Vector512{double})"/> and <see cref="Softplus(Vector512{double})"/>.</summary>
    /// <param name="x">The operand.</param>
    /// <param name="sigmoid">1/(1 + e⁻ˣ), the derivative of <paramref name="softplus"/>.</param>
    /// <param name="softplus">ln(1 + eˣ).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidAndSoftplus(Vector512<double> x, out Vector512<double> sigmoid, out Vector512<double> softplus)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SigmoidAndSoftplus(x.GetLower(), out var sigmoidLower, out var softplusLower);
            SigmoidAndSoftplus(x.GetUpper(), out var sigmoidUpper, out var softplusUpper);
            sigmoid = Vector512.Create(sigmoidLower, sigmoidUpper);
            softplus = Vector512.Create(softplusLower, softplusUpper);
            return;
        }

        Vector512<double> e = Exp(-Vector512.Abs(x));
        sigmoid = SigmoidOf(x, e);
        softplus = SoftplusOf(x, e);
    }

    /// <inheritdoc cref="SigmoidAndSoftplus(Vector512{double}, out Vector512{double}, out Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidAndSoftplus(Vector512<float> x, out Vector512<float> sigmoid, out Vector512<float> softplus)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SigmoidAndSoftplus(x.GetLower(), out var sigmoidLower, out var softplusLower);
            SigmoidAndSoftplus(x.GetUpper(), out var sigmoidUpper, out var softplusUpper);
            sigmoid = Vector512.Create(sigmoidLower, sigmoidUpper);
            softplus = Vector512.Create(softplusLower, softplusUpper);
            return;
        }

        Vector512<float> e = Exp(-Vector512.Abs(x));
        sigmoid = SigmoidOf(x, e);
        softplus = SoftplusOf(x, e);
    }

    /// <summary>σ(x), the same bits as <see cref="Sigmoid(Vector512{double})"/>, and 1 − σ(x) = σ(−x), at most 3 ulp off in both tails, from one exponential and one division.</summary>
    /// <param name="x">The operand.</param>
    /// <param name="sigmoid">1/(1 + e⁻ˣ).</param>
    /// <param name="complement">1/(1 + eˣ).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidAndComplement(Vector512<double> x, out Vector512<double> sigmoid, out Vector512<double> complement)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SigmoidAndComplement(x.GetLower(), out var sigmoidLower, out var complementLower);
            SigmoidAndComplement(x.GetUpper(), out var sigmoidUpper, out var complementUpper);
            sigmoid = Vector512.Create(sigmoidLower, sigmoidUpper);
            complement = Vector512.Create(complementLower, complementUpper);
            return;
        }

        // Where σ ≥ ½, the complement is e/(1 + e) = e·σ; elsewhere nothing cancels in 1 − σ.
        Vector512<double> e = Exp(-Vector512.Abs(x));
        sigmoid = SigmoidOf(x, e);
        complement = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<double>.Zero), Vector512<double>.One - sigmoid, e * sigmoid);
    }

    /// <inheritdoc cref="SigmoidAndComplement(Vector512{double}, out Vector512{double}, out Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidAndComplement(Vector512<float> x, out Vector512<float> sigmoid, out Vector512<float> complement)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SigmoidAndComplement(x.GetLower(), out var sigmoidLower, out var complementLower);
            SigmoidAndComplement(x.GetUpper(), out var sigmoidUpper, out var complementUpper);
            sigmoid = Vector512.Create(sigmoidLower, sigmoidUpper);
            complement = Vector512.Create(complementLower, complementUpper);
            return;
        }

        // Where σ ≥ ½, the complement is e/(1 + e) = e·σ; elsewhere nothing cancels in 1 − σ.
        Vector512<float> e = Exp(-Vector512.Abs(x));
        sigmoid = SigmoidOf(x, e);
        complement = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512<float>.One - sigmoid, e * sigmoid);
    }

    /// <summary>σ(x) from e = exp(−|x|): e/(1 + e) on the left keeps the tail's relative precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> SigmoidOf(Vector512<double> x, Vector512<double> e)
    {
        Vector512<double> left = Vector512.LessThan(x, Vector512<double>.Zero);
        return Vector512.ConditionalSelect(left, e, Vector512<double>.One) / (Vector512<double>.One + e);
    }

    /// <inheritdoc cref="SigmoidOf(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SigmoidOf(Vector512<float> x, Vector512<float> e)
    {
        Vector512<float> left = Vector512.LessThan(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(left, e, Vector512<float>.One) / (Vector512<float>.One + e);
    }

    /// <summary>max(x, 0) + ln(1 + e) from e = exp(−|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> SoftplusOf(Vector512<double> x, Vector512<double> e)
    {
        // 1 + e lies in 1…2: above √2 take ln 2 + ln((1 + e)/2). With s = f/(2 + f) neither needs an exponent split.
        Vector512<double> one = Vector512<double>.One;
        Vector512<double> upper = Vector512.GreaterThan(e, Vector512.Create(0.4142135623730951));
        Vector512<double> f = Vector512.ConditionalSelect(upper, (e - one) * 0.5, e);
        Vector512<double> s = f / (Vector512.Create(2.0) + f);
        Vector512<double> half = f * f * 0.5;
        Vector512<double> rest = Fma(s, half + ArtanhTail(s), upper & Vector512.Create(Ln2Low));
        Vector512<double> log = (upper & Vector512.Create(Ln2High)) + (f - (half - rest));
        return Vector512.MaxNative(Vector512<double>.Zero, x) + log;
    }

    /// <inheritdoc cref="SoftplusOf(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> SoftplusOf(Vector512<float> x, Vector512<float> e)
    {
        Vector512<float> one = Vector512<float>.One;
        Vector512<float> upper = Vector512.GreaterThan(e, Vector512.Create(0.414213562f));
        Vector512<float> f = Vector512.ConditionalSelect(upper, (e - one) * 0.5f, e);
        Vector512<float> log = (upper & Vector512.Create(Ln2Single)) + Fma(Log1pTail(f), f * f, f);
        return Vector512.MaxNative(Vector512<float>.Zero, x) + log;
    }
}
