using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
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

    /// <summary>value·2ⁿ rounded once, for |value| in ½…2 and any n in ±2100, where <paramref name="rounded"/> = n + 1.5·2⁵².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> ScaleInTwo(Vector512<double> value, Vector512<double> rounded)
    {
        // Two factors, both normal numbers: the first product is exact, the second rounds, so subnormal results come out right.
        Vector512<long> bits = rounded.AsInt64();
        Vector512<long> half = Vector512.ShiftRightLogical(bits, 1);
        Vector512<double> first = (Vector512.ShiftLeft(half, 52) + Vector512.Create(OneBits)).AsDouble();
        Vector512<double> second = (Vector512.ShiftLeft(bits - half, 52) + Vector512.Create(OneBits)).AsDouble();
        return value * first * second;
    }

    /// <summary>value·2ⁿ rounded once, for |value| in ½…2 and any n in ±250, where <paramref name="rounded"/> = n + 1.5·2²³.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ScaleInTwo(Vector512<float> value, Vector512<float> rounded)
    {
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
