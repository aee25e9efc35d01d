using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>
/// A value with its derivative along one direction, and with the sum of the absolute values of all products of partial
/// derivatives that were added up in it: the scale of the rounding error of any way of computing that derivative.
/// </summary>
/// <remarks>
/// The rules are written from the calculus and independently of the generator's derivative table, whose check they are.
/// A number that does not depend on the direction at all is not <see cref="Active"/>: its partial derivatives, which may
/// be infinite, are not asked for, as reverse mode does not ask for them.
/// </remarks>
internal readonly record struct Dual<T>(T Value, T Tangent, double Magnitude, bool Active) : INumber<Dual<T>>
    where T : struct, INumber<T>
{
    private static readonly double TwoOverRootPi = 2 / Math.Sqrt(Math.PI);

    /// <summary>The variable that derivatives are taken with respect to.</summary>
    public static Dual<T> Variable(T value) => new(value, T.From(1), 1, true);

    public static Dual<T> Inactive(T value) => new(value, T.From(0), 0, false);

    public static Dual<T> From(double value) => Inactive(T.From(value));

    public static double Primal(Dual<T> x) => T.Primal(x.Value);

    public static Dual<T> operator +(Dual<T> a, Dual<T> b) =>
        new(a.Value + b.Value, Sum(a.Active, a.Tangent, b.Active, b.Tangent), a.Magnitude + b.Magnitude, a.Active || b.Active);

    public static Dual<T> operator -(Dual<T> a, Dual<T> b) =>
        new(a.Value - b.Value, Sum(a.Active, a.Tangent, b.Active, -b.Tangent), a.Magnitude + b.Magnitude, a.Active || b.Active);

    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => Chain(a.Value * b.Value, a, b.Value, b, a.Value);

    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        T quotient = a.Value / b.Value;
        return Chain(quotient, a, T.From(1) / b.Value, b, -(quotient / b.Value));
    }

    public static Dual<T> operator -(Dual<T> a) => new(-a.Value, -a.Tangent, a.Magnitude, a.Active);

    public static Dual<T> Apply(Op op, Dual<T> a)
    {
        T value = T.Apply(op, a.Value);
        if (!a.Active) return Inactive(value);
        Dual<T> result = Chain(value, a, Partial(op, a.Value, value));

        // Reverse mode forms 1 − y² and y·(1 − y) from the result, which costs no second exponential: where the function is flat the terms cancel,
        // and they are the scale of the error.
        double y = T.Primal(value);
        return op switch
        {
            Op.Tanh => WithScale(result, a, 1 + (y * y), 2 * Math.Abs(y)),
            Op.Sigmoid => WithScale(result, a, y + (y * y), 1 + (2 * y)),
            _ => result,
        };
    }

    /// <param name="partial">The sum of the absolute terms of the partial derivative.</param>
    /// <param name="second">That of its derivative with respect to the result.</param>
    private static Dual<T> WithScale(Dual<T> result, Dual<T> a, double partial, double second)
    {
        double ofSecond = (partial * T.MagnitudeOf(a.Tangent)) + (second * partial * T.MagnitudeOf(a.Value) * Math.Abs(T.Primal(a.Tangent)));
        return result with { Magnitude = partial * a.Magnitude, Tangent = T.AddMagnitude(result.Tangent, ofSecond) };
    }

    public static Dual<T> Apply(Op op, Dual<T> a, Dual<T> b)
    {
        T value = T.Apply(op, a.Value, b.Value);
        if (!a.Active && !b.Active) return Inactive(value);
        (T byA, T byB) = Partials(op, a.Value, b.Value, value);
        return Chain(value, a, byA, b, byB);
    }

    public static Dual<T> Extremum(bool max, Dual<T> a, Dual<T> b, bool secondWinsTies)
    {
        T value = T.Extremum(max, a.Value, b.Value, secondWinsTies);
        double x = T.Primal(a.Value), y = T.Primal(b.Value);
        if (double.IsNaN(x) || double.IsNaN(y)) return new(value, T.From(double.NaN), double.NaN, a.Active || b.Active);
        bool second = x == y ? secondWinsTies : max ? y > x : y < x;
        return (second ? b : a) with { Value = value };
    }

    public static Dual<T> Fma(Dual<T> a, Dual<T> b, Dual<T> c)
    {
        Dual<T> product = a * b;
        return (product + c) with { Value = T.Fma(a.Value, b.Value, c.Value) };
    }

    public static Dual<T> Chain(Dual<T> a, Dual<T> b, Dual<T> c) => (a + Chain(T.From(0), b, c.Value)) with { Value = T.Chain(a.Value, b.Value, c.Value) };

    public static Dual<T> Polygamma(int n, Dual<T> x) => Chain(T.Polygamma(n, x.Value), x, T.Polygamma(n + 1, x.Value));

    public static double MagnitudeOf(Dual<T> x) => x.Magnitude;

    public static Dual<T> AddMagnitude(Dual<T> x, double magnitude) => x with { Magnitude = x.Magnitude + magnitude };

    public static Dual<T> RoundToSingle(Dual<T> x) => x with { Value = T.RoundToSingle(x.Value) };

    /// <summary>The derivative of y = op(x).</summary>
    private static T Partial(Op op, T x, T y)
    {
        T one = T.From(1);
        double primal = T.Primal(x);
        switch (op)
        {
            case Op.Neg: return T.From(-1);
            case Op.Abs: return T.From(primal > 0 ? 1 : primal < 0 ? -1 : primal == 0 ? 0 : double.NaN);
            case Op.Sign or Op.Floor or Op.Ceiling or Op.Round or Op.Truncate or Op.Detach: return T.From(0);
            case Op.Sqrt: return one / (y + y);
            case Op.Norm: return primal == 0 ? T.From(0) : one / (y + y);
            case Op.Cbrt: return one / (T.From(3) * y * y);
            case Op.Exp: return y;
            case Op.Exp2: return y * T.From(Math.Log(2));
            case Op.Exp10: return y * T.From(Math.Log(10));
            case Op.Expm1: return T.Apply(Op.Exp, x);
            case Op.Log: return one / x;
            case Op.Log2: return one / (x * T.From(Math.Log(2)));
            case Op.Log10: return one / (x * T.From(Math.Log(10)));
            case Op.Log1p: return one / (one + x);
            case Op.Sin: return T.Apply(Op.Cos, x);
            case Op.Cos: return -T.Apply(Op.Sin, x);
            case Op.Tan:
                T cosine = T.Apply(Op.Cos, x);
                return one / (cosine * cosine);
            case Op.Asin: return one / T.Apply(Op.Sqrt, (one - x) * (one + x));
            case Op.Acos: return -(one / T.Apply(Op.Sqrt, (one - x) * (one + x)));
            case Op.Atan: return one / (one + (x * x));
            case Op.Sinh: return T.Apply(Op.Cosh, x);
            case Op.Cosh: return T.Apply(Op.Sinh, x);
            case Op.Tanh:
                T cosh = T.Apply(Op.Cosh, x);
                return one / (cosh * cosh);
            case Op.Asinh: return one / T.Apply(Op.Hypot, x, one);
            case Op.Acosh: return one / (T.Apply(Op.Sqrt, x - one) * T.Apply(Op.Sqrt, x + one));
            case Op.Atanh: return one / ((one - x) * (one + x));
            case Op.Sigmoid: return T.Apply(Op.Sigmoid, x) * T.Apply(Op.Sigmoid, -x);
            case Op.Softplus: return T.Apply(Op.Sigmoid, x);
            case Op.Erf: return T.From(TwoOverRootPi) * T.Apply(Op.Exp, -(x * x));
            case Op.Erfc: return T.From(-TwoOverRootPi) * T.Apply(Op.Exp, -(x * x));
            case Op.LogGamma: return T.Polygamma(0, x);
            case Op.Digamma: return T.Polygamma(1, x);
            case Op.Trigamma: return T.Polygamma(2, x);
            default: throw new InvalidOperationException($"{op} has no rule for dual numbers.");
        }
    }

    /// <summary>The derivatives of value = op(a, b).</summary>
    private static (T ByA, T ByB) Partials(Op op, T a, T b, T value)
    {
        T zero = T.From(0), one = T.From(1);
        double x = T.Primal(a), y = T.Primal(b);
        switch (op)
        {
            case Op.Rem:
                return (one, -T.Apply(Op.Truncate, a / b));
            case Op.Pow:
                T byBase = y == 0 && !(Math.Abs(x) > 0) ? zero : b * T.Apply(Op.Pow, a, b - one);
                T byExponent = x == 0 && y > 0 ? zero : value * T.Apply(Op.Log, a);
                return (byBase, byExponent);
            case Op.Atan2:
                T squares = (a * a) + (b * b);
                return (b / squares, -(a / squares));
            case Op.Hypot:
                return T.Primal(value) == 0 ? (zero, zero) : (a / value, b / value);
            case Op.CopySign:
                double slope = double.IsNaN(x) ? double.NaN : Math.Sign(x) * Math.CopySign(1, y);
                return (T.From(slope), zero);
            default:
                throw new InvalidOperationException($"{op} has no rule for dual numbers.");
        }
    }

    private static Dual<T> Chain(T value, Dual<T> a, T partial)
    {
        if (!a.Active) return Inactive(value);
        double magnitude = Math.Abs(T.Primal(partial)) * a.Magnitude;
        return new(value, Term(partial, a), magnitude, true);
    }

    private static Dual<T> Chain(T value, Dual<T> a, T byA, Dual<T> b, T byB)
    {
        if (!b.Active) return Chain(value, a, byA);
        if (!a.Active) return Chain(value, b, byB);
        double magnitude = (Math.Abs(T.Primal(byA)) * a.Magnitude) + (Math.Abs(T.Primal(byB)) * b.Magnitude);
        return new(value, Term(byA, a) + Term(byB, b), magnitude, true);
    }

    /// <summary>
    /// One term of the chain rule. Where a tangent is a sum whose terms cancel, the derivative of the product is such a sum too, and its scale that of
    /// the terms: p + (x − p) has the slope 0 in p, and yet reverse mode adds f″ to −f″.
    /// </summary>
    private static T Term(T partial, Dual<T> a)
    {
        T term = partial * a.Tangent;
        double cancelled = a.Magnitude - Math.Abs(T.Primal(a.Tangent)), scale = T.MagnitudeOf(partial);
        return cancelled > 0 && scale > 0 ? T.AddMagnitude(term, scale * cancelled) : term;
    }

    private static T Sum(bool hasA, T a, bool hasB, T b) => hasA && hasB ? a + b : hasA ? a : hasB ? b : T.From(0);
}
