using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Operations on constants that every machine computes to the same bits: the correctly rounded ones, in the precision of
/// the value. exp, log and their like stay in the code (hoisted out of every loop): their last bit depends on the
/// machine that compiles, and the output of a compiler must not.
/// </summary>
internal static class ConstantFolding
{
    /// <summary>The constant as the payload of <see cref="Op.Const"/>, or null where the operation is not folded.</summary>
    public static long? Fold(Op op, ScalarType type, ScalarType operandType, long a, long b, long c)
    {
        if (op == Op.Select) return a != 0 ? b : c;
        if (op == Op.Convert) return Convert(type, operandType, a);
        switch (operandType)
        {
            case ScalarType.Bool:
                return Logic(op, a != 0, b != 0) is bool truth ? (truth ? 1 : 0) : null;
            case ScalarType.I32:
                return Integer(op, (int)a, (int)b);
            default:
                double x = BitConverter.Int64BitsToDouble(a), y = BitConverter.Int64BitsToDouble(b);
                if (op.IsComparison()) return Compare(op, x, y) ? 1 : 0;
                return Real(op, x, y) is double result ? Bits(Round(type, result)) : null;
        }
    }

    public static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);

    /// <summary>
    /// To the precision of the type. One operation of +, −, ·, / or √ on floats computed in double and rounded once more
    /// gives the float result, since 53 ≥ 2·24 + 2.
    /// </summary>
    public static double Round(ScalarType type, double value) => type == ScalarType.F32 ? (float)value : value;

    private static double? Real(Op op, double x, double y) => op switch
    {
        Op.Neg => -x,
        Op.Abs => Math.Abs(x),
        Op.Sign when x != 0 => double.IsNaN(x) ? double.NaN : Math.Sign(x),
        Op.Add => x + y,
        Op.Sub => x - y,
        Op.Mul => x * y,
        Op.Div => x / y,
        Op.Min => Math.Min(x, y),
        Op.Max => Math.Max(x, y),
        Op.Sqrt or Op.Norm => Math.Sqrt(x),
        Op.Floor => Math.Floor(x),
        Op.Ceiling => Math.Ceiling(x),
        Op.Truncate => Math.Truncate(x),
        Op.Detach => x,

        // Exact values; the sign of a zero operand is the sign of the result for the odd functions.
        Op.Exp or Op.Exp2 or Op.Exp10 or Op.Cos or Op.Cosh when x == 0 => 1,
        Op.Expm1 or Op.Log1p or Op.Sin or Op.Tan or Op.Asin or Op.Atan or Op.Sinh or Op.Tanh or Op.Asinh or Op.Atanh or Op.Erf or Op.Cbrt when x == 0 => x,
        Op.Log or Op.Log2 or Op.Log10 or Op.Acosh when x == 1 => 0,
        Op.Sigmoid when x == 0 => 0.5,
        _ => null,
    };

    private static bool Compare(Op op, double x, double y) => op switch
    {
        Op.Lt => x < y,
        Op.Le => x <= y,
        Op.Eq => x == y,
        _ => x != y,
    };

    private static long? Integer(Op op, int x, int y)
    {
        unchecked
        {
            return op switch
            {
                Op.Neg => -x,
                Op.Abs when x != int.MinValue => Math.Abs(x),
                Op.Sign => Math.Sign(x),
                Op.Add => x + y,
                Op.Sub => x - y,
                Op.Mul => x * y,
                Op.Div when y is not (0 or -1) => x / y,
                Op.Rem when y is not (0 or -1) => x % y,
                Op.Min => Math.Min(x, y),
                Op.Max => Math.Max(x, y),
                Op.Lt => x < y ? 1 : 0,
                Op.Le => x <= y ? 1 : 0,
                Op.Eq => x == y ? 1 : 0,
                Op.Ne => x != y ? 1 : 0,
                _ => (long?)null,
            };
        }
    }

    private static bool? Logic(Op op, bool x, bool y) => op switch
    {
        Op.Not => !x,
        Op.And => x && y,
        Op.Or => x || y,
        Op.Eq => x == y,
        Op.Ne => x != y,
        _ => null,
    };

    private static long? Convert(ScalarType to, ScalarType from, long a)
    {
        if (from == ScalarType.Bool || to == ScalarType.Bool) return null;
        double value = from == ScalarType.I32 ? (int)a : BitConverter.Int64BitsToDouble(a);
        if (to != ScalarType.I32) return Bits(Round(to, value));

        // Out of range, C# leaves the result to the machine: not ours to fix here.
        return value is > int.MinValue and < int.MaxValue ? (int)value : null;
    }
}
