using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.Numerics;

/// <summary>
/// Elementary and special functions of whole vectors, written inline so that an emitted kernel contains no call in its loop.
/// </summary>
/// <remarks>
/// <para>
/// One text with a fixed logical width of 512 bits: on a machine with 256- or 128-bit registers the same operations run on halves
/// or quarters. Products that feed a sum are fused explicitly, so a function gives the same bits on every machine with fused
/// multiply-add, whatever its width; functions that say "per lane" in their remarks call <see cref="Math"/> or <see cref="Sym"/>
/// and inherit the bits of the platform's library there.
/// </para>
/// <para>
/// Bounds are in units in the last place of the result (ulp), the largest error found by the dense sampling of the tests, rounded
/// up. Every function handles NaN, infinities, negative zero, subnormal operands and gradual underflow of the result as IEEE 754
/// recommends. Polynomial coefficients are minimax fits (Remez exchange in 200-bit arithmetic) on the reduced interval that
/// stands in the comment beside them.
/// </para>
/// </remarks>
public static partial class VectorMath
{
    // Adding 1.5·2⁵² (1.5·2²³) rounds a double (float) of smaller magnitude to an integer, which then stands in the low bits of the sum.
    private const double RoundDouble = 6755399441055744.0;
    private const float RoundSingle = 12582912.0f;

    private const long OneBits = 0x3FF0000000000000L;
    private const int OneBitsSingle = 0x3F800000;

    // ln 2 = high + low. "Full" high parts serve n·high inside a fused multiply-add (the difference is exact there); the trimmed one
    // has 21 (9) trailing zero bits, so that n·high is exact on its own.
    private const double Ln2 = 0.6931471805599453;
    private const double Ln2Rest = 2.3190468138462996e-17;
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;
    private const float Ln2Single = 0.693147182f;
    private const float Ln2RestSingle = -1.90465421e-9f;
    private const float Ln2HighSingle = 0.693145752f;
    private const float Ln2LowSingle = 1.42860682e-6f;
    private const double Log2E = 1.4426950408889634;
    private const float Log2ESingle = 1.44269502f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fma(Vector512<double> a, Vector512<double> b, double c) => Vector512.FusedMultiplyAdd(a, b, Vector512.Create(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, float c) => Vector512.FusedMultiplyAdd(a, b, Vector512.Create(c));

    /// <summary>c1·x + c0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Linear(double c1, Vector512<double> x, double c0) => Vector512.FusedMultiplyAdd(Vector512.Create(c1), x, Vector512.Create(c0));

    /// <summary>c1·x + c0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Linear(float c1, Vector512<float> x, float c0) => Vector512.FusedMultiplyAdd(Vector512.Create(c1), x, Vector512.Create(c0));

    /// <summary>min(max(x, low), high), NaN stays NaN: the native minimum and maximum return their second operand then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Clamp(Vector512<double> x, double low, double high) =>
        Vector512.MinNative(Vector512.Create(high), Vector512.MaxNative(Vector512.Create(low), x));

    /// <inheritdoc cref="Clamp(Vector512{double}, double, double)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clamp(Vector512<float> x, float low, float high) =>
        Vector512.MinNative(Vector512.Create(high), Vector512.MaxNative(Vector512.Create(low), x));

    /// <summary>The sign bit of <paramref name="sign"/> set on top of <paramref name="magnitude"/>, whose own must be clear or the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> OrSign(Vector512<double> magnitude, Vector512<double> sign) => magnitude | (sign & Vector512.Create(-0.0));

    /// <inheritdoc cref="OrSign(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> OrSign(Vector512<float> magnitude, Vector512<float> sign) => magnitude | (sign & Vector512.Create(-0.0f));

    /// <summary>value·2ⁿ rounded once, for any n in ±2100, where <paramref name="rounded"/> = n + 1.5·2⁵².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Scale(Vector512<double> value, Vector512<double> n, Vector512<double> rounded)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(value, n);
        }

        // Two factors, both normal numbers: the first product is exact, the second rounds, so subnormal results come out right.
        Vector512<long> bits = rounded.AsInt64();
        Vector512<long> half = Vector512.ShiftRightLogical(bits, 1);
        Vector512<double> first = (Vector512.ShiftLeft(half, 52) + Vector512.Create(OneBits)).AsDouble();
        Vector512<double> second = (Vector512.ShiftLeft(bits - half, 52) + Vector512.Create(OneBits)).AsDouble();
        return value * first * second;
    }

    /// <inheritdoc cref="Scale(Vector512{double}, Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> value, Vector512<float> n, Vector512<float> rounded)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(value, n);
        }

        Vector512<int> bits = rounded.AsInt32();
        Vector512<int> half = Vector512.ShiftRightLogical(bits, 1);
        Vector512<float> first = (Vector512.ShiftLeft(half, 23) + Vector512.Create(OneBitsSingle)).AsSingle();
        Vector512<float> second = (Vector512.ShiftLeft(bits - half, 23) + Vector512.Create(OneBitsSingle)).AsSingle();
        return value * first * second;
    }

    /// <summary>2ⁿ for n in −1022…1023, where <paramref name="rounded"/> = n + 1.5·2⁵².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> PowerOfTwo(Vector512<double> rounded) =>
        (Vector512.ShiftLeft(rounded.AsInt64(), 52) + Vector512.Create(OneBits)).AsDouble();

    /// <summary>2ⁿ for n in −126…127, where <paramref name="rounded"/> = n + 1.5·2²³.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<float> rounded) =>
        (Vector512.ShiftLeft(rounded.AsInt32(), 23) + Vector512.Create(OneBitsSingle)).AsSingle();
}
