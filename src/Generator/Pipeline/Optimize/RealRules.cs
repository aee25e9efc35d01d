using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Simplifications of real operations that hold for every operand: NaN, ±∞ and the sign of zero included. So there is no
/// 0·x → 0, no x − x → 0, no x / x → 1 and no x + 0 → x (−0 + 0 is +0) here.
/// </summary>
internal static class RealRules
{
    public static int? Simplify(Algebra algebra, Op op, ScalarType type, int a, int b, int c) => op switch
    {
        Op.Neg => Negate(algebra, a),
        Op.Add => Add(algebra, a, b) ?? Twice(algebra, type, a, b),
        Op.Sub => Subtract(algebra, a, b),
        Op.Mul => Multiply(algebra, a, b) ?? Multiply(algebra, b, a),
        Op.Div => Divide(algebra, type, a, b),
        Op.Pow => Power(algebra, type, a, b),
        Op.Fma when algebra.IsReal(a, 1) => algebra.Binary(Op.Add, b, c),
        Op.Fma when algebra.IsReal(b, 1) => algebra.Binary(Op.Add, a, c),
        Op.Abs => algebra.Is(a, Op.Neg, out Let negated) ? algebra.Unary(Op.Abs, negated.A) : IsNeverNegative(algebra, a) ? a : null,
        Op.Cos or Op.Cosh when algebra.Is(a, Op.Neg, out Let negated) => algebra.Unary(op, negated.A),
        Op.Min or Op.Max when a == b => a,
        Op.Lt when a == b => algebra.Raw(Op.Const, ScalarType.Bool, payload: 0),
        Op.Floor or Op.Ceiling or Op.Round or Op.Truncate when IsIntegral(algebra, a) => a,
        Op.Detach when algebra.AfterDifferentiation || algebra.Is(a, Op.Detach, out _) => a,
        Op.Chain when algebra.AfterDifferentiation => a,
        Op.Norm when algebra.AfterDifferentiation => algebra.Unary(Op.Sqrt, a),
        _ => null,
    };

    private static int? Negate(Algebra algebra, int a)
    {
        if (algebra.Is(a, Op.Neg, out Let inner)) return inner.A;
        if (algebra.Is(a, Op.Mul, out Let product))
        {
            if (algebra.RealOf(product.A) is double left) return algebra.Binary(Op.Mul, algebra.Real(algebra.Builder.TypeOf(a), -left), product.B);
            if (algebra.RealOf(product.B) is double right) return algebra.Binary(Op.Mul, product.A, algebra.Real(algebra.Builder.TypeOf(a), -right));
        }

        return null;
    }

    private static int? Add(Algebra algebra, int a, int b)
    {
        if (algebra.IsReal(a, -0.0)) return b;
        if (algebra.IsReal(b, -0.0)) return a;
        if (algebra.Is(b, Op.Neg, out Let right)) return algebra.Binary(Op.Sub, a, right.A);
        if (algebra.Is(a, Op.Neg, out Let left)) return algebra.Binary(Op.Sub, b, left.A);
        return null;
    }

    /// <summary>c·x + c·x = 2c·x, where <c>c·x</c> may then be a product that a sum takes up, or not be needed at all; |c| ≥ 1 as in <see cref="Multiply"/>.</summary>
    private static int? Twice(Algebra algebra, ScalarType type, int a, int b)
    {
        if (a != b || !algebra.Is(a, Op.Mul, out Let product)) return null;
        foreach ((int constant, int other) in new[] { (product.A, product.B), (product.B, product.A) })
        {
            if (algebra.RealOf(constant) is double factor && Math.Abs(factor) >= 1 && IsFinite(ConstantFolding.Round(type, 2 * factor)))
                return algebra.Binary(Op.Mul, algebra.Real(type, 2 * factor), other);
        }

        return null;
    }

    private static int? Subtract(Algebra algebra, int a, int b)
    {
        if (algebra.IsReal(b, 0.0)) return a;
        if (algebra.IsReal(a, -0.0)) return algebra.Unary(Op.Neg, b);
        if (algebra.Is(b, Op.Neg, out Let right)) return algebra.Binary(Op.Add, a, right.A);
        return null;
    }

    private static int? Multiply(Algebra algebra, int a, int b)
    {
        if (algebra.IsReal(b, 1)) return a;
        if (algebra.IsReal(b, -1)) return algebra.Unary(Op.Neg, a);
        if (algebra.Is(a, Op.Neg, out Let left))
        {
            // The sign moves outward, where a sum can take it up as a subtraction.
            if (algebra.RealOf(b) is double constant) return algebra.Binary(Op.Mul, left.A, algebra.Real(algebra.Builder.TypeOf(a), -constant));
            if (algebra.Is(b, Op.Neg, out Let right)) return algebra.Binary(Op.Mul, left.A, right.A);
            return algebra.Unary(Op.Neg, algebra.Binary(Op.Mul, left.A, b));
        }

        // 2ᵏ·(x + x) = 2ᵏ⁺¹·x: doubling does not round, and where it overflows, so does the product.
        if (algebra.RealOf(b) is double scale && IsPowerOfTwo(scale) && Math.Abs(scale) >= 1 && algebra.Is(a, Op.Add, out Let twice) && twice.A == twice.B
            && IsFinite(ConstantFolding.Round(algebra.Builder.TypeOf(a), 2 * scale)))
        {
            return algebra.Binary(Op.Mul, twice.A, algebra.Real(algebra.Builder.TypeOf(a), 2 * scale));
        }

        // 2ᵏ·(c·x) = (2ᵏ·c)·x while both factors are at least 1: neither form rounds or overflows where the other does not.
        if (algebra.RealOf(b) is double power && IsPowerOfTwo(power) && Math.Abs(power) >= 1 && algebra.Is(a, Op.Mul, out Let product))
        {
            ScalarType type = algebra.Builder.TypeOf(a);
            foreach ((int constant, int other) in new[] { (product.A, product.B), (product.B, product.A) })
            {
                if (algebra.RealOf(constant) is double inner && Math.Abs(inner) >= 1 && IsFinite(ConstantFolding.Round(type, inner * power)))
                    return algebra.Binary(Op.Mul, algebra.Real(type, inner * power), other);
            }
        }

        return null;
    }

    private static int? Divide(Algebra algebra, ScalarType type, int a, int b)
    {
        if (algebra.RealOf(b) is double divisor)
        {
            if (divisor == 1) return a;
            double reciprocal = 1 / divisor;
            double smallestNormal = type == ScalarType.F32 ? 1.17549435e-38 : 2.2250738585072014e-308;
            if (IsPowerOfTwo(divisor) && Math.Abs(reciprocal) >= smallestNormal && IsFinite(ConstantFolding.Round(type, reciprocal)))
                return algebra.Binary(Op.Mul, a, algebra.Real(type, reciprocal));
        }

        if (algebra.Is(a, Op.Neg, out Let left))
        {
            return algebra.Is(b, Op.Neg, out Let both)
                ? algebra.Binary(Op.Div, left.A, both.A)
                : algebra.Unary(Op.Neg, algebra.Binary(Op.Div, left.A, b));
        }

        return algebra.Is(b, Op.Neg, out Let right) ? algebra.Unary(Op.Neg, algebra.Binary(Op.Div, a, right.A)) : null;
    }

    private static int? Power(Algebra algebra, ScalarType type, int a, int b)
    {
        // Not x^½ → √x: pow(−∞, ½) is +∞ and pow(−0, ½) is +0.
        switch (algebra.RealOf(b))
        {
            case 0: return algebra.Real(type, 1);
            case 1: return a;
            case 2: return algebra.Binary(Op.Mul, a, a);
            case 3: return algebra.Binary(Op.Mul, algebra.Binary(Op.Mul, a, a), a);
            case 4:
                int square = algebra.Binary(Op.Mul, a, a);
                return algebra.Binary(Op.Mul, square, square);
            case -1: return algebra.Binary(Op.Div, algebra.Real(type, 1), a);
        }

        return algebra.RealOf(a) switch
        {
            1 => a,
            2 => algebra.Unary(Op.Exp2, b),
            _ => null,
        };
    }

    private static bool IsNeverNegative(Algebra algebra, int a) =>
        algebra.Is(a, Op.Abs, out _) || algebra.Is(a, Op.Exp, out _) || algebra.Is(a, Op.Sigmoid, out _) || algebra.Is(a, Op.Softplus, out _)
        || (algebra.Is(a, Op.Mul, out Let square) && square.A == square.B);

    private static bool IsIntegral(Algebra algebra, int a) =>
        algebra.Is(a, Op.Floor, out _) || algebra.Is(a, Op.Ceiling, out _) || algebra.Is(a, Op.Round, out _) || algebra.Is(a, Op.Truncate, out _);

    internal static bool IsPowerOfTwo(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        return exponent is > 0 and < 0x7FF && (bits & 0xFFFFFFFFFFFFF) == 0;
    }

    internal static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
