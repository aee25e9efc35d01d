using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.Numerics;

public static partial class VectorMath
{
    /// <summary>−1, 0 or 1 as x is negative, zero or positive; NaN at NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Sign(Vector512<double> x)
    {
        Vector512<double> unit = OrSign(Vector512<double>.One, x);
        Vector512<double> ordered = Vector512.GreaterThan(Vector512.Abs(x), Vector512<double>.Zero);
        return Vector512.ConditionalSelect(ordered, unit, x);               // ±0 and NaN are their own signs
    }

    /// <inheritdoc cref="Sign(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sign(Vector512<float> x)
    {
        Vector512<float> unit = OrSign(Vector512<float>.One, x);
        Vector512<float> ordered = Vector512.GreaterThan(Vector512.Abs(x), Vector512<float>.Zero);
        return Vector512.ConditionalSelect(ordered, unit, x);
    }

    /// <summary>The magnitude of <paramref name="x"/> with the sign bit of <paramref name="sign"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> CopySign(Vector512<double> x, Vector512<double> sign) => OrSign(Vector512.Abs(x), sign);

    /// <inheritdoc cref="CopySign(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> CopySign(Vector512<float> x, Vector512<float> sign) => OrSign(Vector512.Abs(x), sign);

    /// <summary>The largest integer not above x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Floor(Vector512<double> x) => Vector512.Floor(x);

    /// <inheritdoc cref="Floor(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Floor(Vector512<float> x) => Vector512.Floor(x);

    /// <summary>The smallest integer not below x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Ceiling(Vector512<double> x) => Vector512.Ceiling(x);

    /// <inheritdoc cref="Ceiling(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Ceiling(Vector512<float> x) => Vector512.Ceiling(x);

    /// <summary>The nearest integer, the even one at halves, as <see cref="Math.Round(double)"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Round(Vector512<double> x) => Vector512.Round(x);

    /// <inheritdoc cref="Round(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> x) => Vector512.Round(x);

    /// <summary>The integer next to x on the side of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Truncate(Vector512<double> x) => Vector512.Truncate(x);

    /// <inheritdoc cref="Truncate(Vector512{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Truncate(Vector512<float> x) => Vector512.Truncate(x);

    /// <summary>The remainder x − y·truncate(x/y), exact, with the sign of x: C#'s <c>%</c>.</summary>
    /// <remarks>Per lane.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<double> Rem(Vector512<double> x, Vector512<double> y)
    {
        for (int i = 0; i < Vector512<double>.Count; i++)
        {
            x = x.WithElement(i, x[i] % y[i]);
        }

        return x;
    }

    /// <inheritdoc cref="Rem(Vector512{double}, Vector512{double})"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Rem(Vector512<float> x, Vector512<float> y)
    {
        for (int i = 0; i < Vector512<float>.Count; i++)
        {
            x = x.WithElement(i, x[i] % y[i]);
        }

        return x;
    }
}
