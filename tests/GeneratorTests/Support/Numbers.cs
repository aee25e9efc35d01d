using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>
/// What the interpreter calculates with. <see cref="Dual{T}"/> is built over any such number, so that a dual over a dual
/// gives second derivatives.
/// </summary>
internal interface INumber<T>
    where T : struct, INumber<T>
{
    static abstract T From(double value);

    /// <summary>The value without any tangents: what comparisons and rounding look at.</summary>
    static abstract double Primal(T x);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    static abstract T operator -(T a);

    /// <summary>A real operation of one operand; <see cref="Op.Neg"/> included, <see cref="Op.Convert"/> not.</summary>
    static abstract T Apply(Op op, T a);

    /// <summary>Rem, Pow, Atan2, Hypot, CopySign.</summary>
    static abstract T Apply(Op op, T a, T b);

    /// <param name="secondWinsTies">Which operand's tangent the result has where both are equal.</param>
    static abstract T Extremum(bool max, T a, T b, bool secondWinsTies);

    static abstract T Fma(T a, T b, T c);

    /// <summary>a, with the slope c in b on top of its own.</summary>
    static abstract T Chain(T a, T b, T c);

    /// <summary>ψ⁽ⁿ⁾(x).</summary>
    static abstract T Polygamma(int n, T x);

    /// <summary>Rounds the value to single precision; tangents stay as they are.</summary>
    static abstract T RoundToSingle(T x);

    /// <summary>The scale of the rounding error of the number's tangent; 0 where it has none.</summary>
    static abstract double MagnitudeOf(T x);

    /// <summary>The same number, its tangent known less well.</summary>
    static abstract T AddMagnitude(T x, double magnitude);
}

/// <summary>A double, as the interpreter's plain number.</summary>
internal readonly record struct Plain(double Value) : INumber<Plain>
{
    public static Plain From(double value) => new(value);

    public static double Primal(Plain x) => x.Value;

    public static Plain operator +(Plain a, Plain b) => new(a.Value + b.Value);

    public static Plain operator -(Plain a, Plain b) => new(a.Value - b.Value);

    public static Plain operator *(Plain a, Plain b) => new(a.Value * b.Value);

    public static Plain operator /(Plain a, Plain b) => new(a.Value / b.Value);

    public static Plain operator -(Plain a) => new(-a.Value);

    public static Plain Apply(Op op, Plain a) => new(Unary(op, a.Value));

    public static Plain Apply(Op op, Plain a, Plain b) => new(Binary(op, a.Value, b.Value));

    public static Plain Extremum(bool max, Plain a, Plain b, bool secondWinsTies) =>
        new(max ? Math.Max(a.Value, b.Value) : Math.Min(a.Value, b.Value));

    public static Plain Fma(Plain a, Plain b, Plain c) => new(Math.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Plain Chain(Plain a, Plain b, Plain c) => a;

    public static Plain Polygamma(int n, Plain x) => new(SpecialFunctions.Polygamma(n, x.Value));

    public static double MagnitudeOf(Plain x) => 0;

    public static Plain AddMagnitude(Plain x, double magnitude) => x;

    public static Plain RoundToSingle(Plain x) => new((float)x.Value);

    private static double Unary(Op op, double x) => op switch
    {
        Op.Neg => -x,
        Op.Abs => Math.Abs(x),
        Op.Sign => x > 0 ? 1 : x < 0 ? -1 : x, // keeps NaN and the sign of zero
        Op.Sqrt or Op.Norm => Math.Sqrt(x),
        Op.Cbrt => Math.Cbrt(x),
        Op.Exp => Math.Exp(x),
        Op.Exp2 => Math.Pow(2, x),
        Op.Exp10 => Math.Pow(10, x),
        Op.Expm1 => SpecialFunctions.Expm1(x),
        Op.Log => Math.Log(x),
        Op.Log2 => Math.Log2(x),
        Op.Log10 => Math.Log10(x),
        Op.Log1p => SpecialFunctions.Log1p(x),
        Op.Sin => Math.Sin(x),
        Op.Cos => Math.Cos(x),
        Op.Tan => Math.Tan(x),
        Op.Asin => Math.Asin(x),
        Op.Acos => Math.Acos(x),
        Op.Atan => Math.Atan(x),
        Op.Sinh => Math.Sinh(x),
        Op.Cosh => Math.Cosh(x),
        Op.Tanh => Math.Tanh(x),
        Op.Asinh => Math.Asinh(x),
        Op.Acosh => Math.Acosh(x),
        Op.Atanh => Math.Atanh(x),
        Op.Sigmoid => SpecialFunctions.Sigmoid(x),
        Op.Softplus => SpecialFunctions.Softplus(x),
        Op.Erf => SpecialFunctions.Erf(x),
        Op.Erfc => SpecialFunctions.Erfc(x),
        Op.LogGamma => SpecialFunctions.LogGamma(x),
        Op.Digamma => SpecialFunctions.Polygamma(0, x),
        Op.Trigamma => SpecialFunctions.Polygamma(1, x),
        Op.Floor => Math.Floor(x),
        Op.Ceiling => Math.Ceiling(x),
        Op.Round => Math.Round(x),
        Op.Truncate => Math.Truncate(x),
        Op.Detach => x,
        _ => throw new InvalidOperationException($"{op} is not a real operation of one operand."),
    };

    private static double Binary(Op op, double a, double b) => op switch
    {
        Op.Rem => a % b,
        Op.Pow => Math.Pow(a, b),
        Op.Atan2 => Math.Atan2(a, b),
        Op.Hypot => double.Hypot(a, b),
        Op.CopySign => Math.CopySign(a, b),
        _ => throw new InvalidOperationException($"{op} is not a real operation of two operands."),
    };
}
