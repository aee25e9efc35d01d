using System.Runtime.CompilerServices;

namespace Benchmarks.Tape;

/// <summary>A number whose operations are recorded on the <see cref="Tape"/>.</summary>
internal readonly struct Real(double value, int index)
{
    internal readonly double Value = value;
    internal readonly int Index = index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator +(Real x, Real y) => new(x.Value + y.Value, Tape.Push(x.Index, 1, y.Index, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator +(double x, Real y) => new(x + y.Value, Tape.Push(y.Index, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator -(Real x, Real y) => new(x.Value - y.Value, Tape.Push(x.Index, 1, y.Index, -1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator -(double x, Real y) => new(x - y.Value, Tape.Push(y.Index, -1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator *(Real x, Real y) => new(x.Value * y.Value, Tape.Push(x.Index, y.Value, y.Index, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator *(double x, Real y) => new(x * y.Value, Tape.Push(y.Index, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real operator /(Real x, Real y)
    {
        double inverse = 1 / y.Value, quotient = x.Value * inverse;
        return new(quotient, Tape.Push(x.Index, inverse, y.Index, -quotient * inverse));
    }

    internal static Real Exp(Real x)
    {
        double e = Math.Exp(x.Value);
        return new(e, Tape.Push(x.Index, e));
    }

    /// <summary>ln(1 + eˣ) in the form that does not overflow; its derivative is the sigmoid.</summary>
    internal static Real Softplus(Real x)
    {
        double e = Math.Exp(-Math.Abs(x.Value)), inverse = 1 / (1 + e);
        double sigmoid = x.Value >= 0 ? inverse : e * inverse;
        return new(Math.Max(x.Value, 0) + Math.Log(1 + e), Tape.Push(x.Index, sigmoid));
    }
}
