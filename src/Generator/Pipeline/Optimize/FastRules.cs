using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// What <c>MathMode.Fast</c> allows on top of <see cref="RealRules"/>: the algebra of real numbers, which can change a NaN,
/// an infinity, the sign of a zero or the last bits.
/// </summary>
internal static class FastRules
{
    public static int? Simplify(Algebra algebra, Op op, ScalarType type, int a, int b) => op switch
    {
        Op.Mul => Multiply(algebra, type, a, b) ?? Multiply(algebra, type, b, a),
        Op.Add when algebra.RealOf(a) == 0 => b,
        Op.Add when algebra.RealOf(b) == 0 => a,
        Op.Sub when a == b => algebra.Real(type, 0),
        Op.Sub when algebra.RealOf(a) == 0 => algebra.Unary(Op.Neg, b),
        Op.Div => Divide(algebra, type, a, b),
        Op.Neg when algebra.Is(a, Op.Sub, out Let difference) => algebra.Binary(Op.Sub, difference.B, difference.A),
        Op.Pow when algebra.RealOf(b) == 0.5 => algebra.Unary(Op.Sqrt, a),
        Op.Pow when algebra.RealOf(b) == -0.5 => algebra.Binary(Op.Div, algebra.Real(type, 1), algebra.Unary(Op.Sqrt, a)),
        Op.Pow when algebra.RealOf(b) == -2 => algebra.Binary(Op.Div, algebra.Real(type, 1), algebra.Binary(Op.Mul, a, a)),
        Op.Log when algebra.Is(a, Op.Exp, out Let exp) => exp.A,
        Op.Exp when algebra.Is(a, Op.Log, out Let log) => log.A,
        _ => null,
    };

    private static int? Multiply(Algebra algebra, ScalarType type, int a, int b)
    {
        if (algebra.RealOf(b) is not double factor) return null;
        if (factor == 0) return algebra.Real(type, 0);
        if (!algebra.Is(a, Op.Mul, out Let product)) return null;
        if (algebra.RealOf(product.A) is double left) return algebra.Binary(Op.Mul, algebra.Real(type, ConstantFolding.Round(type, left * factor)), product.B);
        if (algebra.RealOf(product.B) is double right) return algebra.Binary(Op.Mul, algebra.Real(type, ConstantFolding.Round(type, right * factor)), product.A);
        return null;
    }

    private static int? Divide(Algebra algebra, ScalarType type, int a, int b)
    {
        if (a == b) return algebra.Real(type, 1);
        if (algebra.RealOf(a) == 0) return algebra.Real(type, 0);
        if (algebra.RealOf(b) is double divisor && divisor != 0 && RealRules.IsFinite(1 / divisor))
            return algebra.Binary(Op.Mul, a, algebra.Real(type, ConstantFolding.Round(type, 1 / divisor)));
        return null;
    }
}
