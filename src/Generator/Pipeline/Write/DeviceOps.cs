using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// How each operation reads in a kernel for devices. Functions are those of <c>DeviceMath</c>, which need nothing but arithmetic, roots and rounding of a
/// backend: what ILGPU has itself is missing on some, wrong for some operands on others.
/// </summary>
internal static class DeviceOps
{
    public static Text Scalar(Op op, ScalarType type, ScalarType operandType, Text a, Text b, Text c)
    {
        switch (op)
        {
            // ILGPU writes a comparison with a constant on the left the other way round, and gives the wrong answer for NaN.
            case Op.Lt when IsNumber(a) && !IsNumber(b):
                return new Text($"{b.Under(Text.Relation)} > {a.RightUnder(Text.Relation)}", Text.Relation);
            case Op.Le when IsNumber(a) && !IsNumber(b):
                return new Text($"{b.Under(Text.Relation)} >= {a.RightUnder(Text.Relation)}", Text.Relation);
            case Op.Eq or Op.Ne when IsNumber(a) && !IsNumber(b):
                return OpText.Scalar(op, type, operandType, b, a, c);

            // A division by a power of two becomes a shift, which rounds negative numbers the other way.
            case Op.Div when type == ScalarType.I32:
                return new Text($"DeviceMath.Quotient({a}, {b})");
            case Op.Neg or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or or Op.Not or Op.Select or Op.Convert or Op.Detach or Op.Chain:
            case Op.Rem when type == ScalarType.I32:
                // An integer chosen among others and « c ? 1 : 0 » ILGPU takes for a Boolean: 7 becomes 1. An argument keeps its type.
                if (op == Op.Select && type == ScalarType.I32 && (b.Precedence == Text.Conditional || c.Precedence == Text.Conditional)) return new Text($"DeviceMath.Choose({a}, {b}, {c})");
                return OpText.Scalar(op, type, operandType, a, b, c);
            case Op.Norm:
                return new Text($"DeviceMath.Sqrt({a})");
            case Op.Fma:
                return new Text($"DeviceMath.Fma({a}, {b}, {c})");
            case Op.Min or Op.Max or Op.Rem or Op.Hypot or Op.Pow or Op.Atan2 or Op.CopySign:
                return new Text($"DeviceMath.{op}({a}, {b})");
            case Op.Polygamma:
                return new Text($"DeviceMath.Polygamma({b}, {a})");
            case Op.Const or Op.Argument or Op.Extent:
                throw new InvalidOperationException($"Op.{op} is no operation of a device.");
            default:
                return new Text($"DeviceMath.{op}({a})");
        }
    }

    private static bool IsNumber(Text text) =>
        text.Code.Length > 0 && (char.IsDigit(text.Code[text.Code[0] == '-' && text.Code.Length > 1 ? 1 : 0]) || text.Code.EndsWith("Infinity", StringComparison.Ordinal))
        && text.Code.IndexOf(' ') < 0 && text.Code.IndexOf('(') < 0;
}
