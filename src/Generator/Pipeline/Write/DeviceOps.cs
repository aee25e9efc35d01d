using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>How each operation reads in a kernel for devices: only functions that every backend of ILGPU compiles, all others by <c>DeviceMath</c>.</summary>
internal static class DeviceOps
{
    public static Text Scalar(Op op, ScalarType type, ScalarType operandType, Text a, Text b, Text c)
    {
        string math = operandType == ScalarType.F32 ? "MathF" : "Math";
        switch (op)
        {
            case Op.Neg or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or or Op.Not or Op.Select or Op.Convert or Op.Detach or Op.Chain:
            case Op.Rem when type == ScalarType.I32:
                return OpText.Scalar(op, type, operandType, a, b, c);
            case Op.Sqrt or Op.Norm:
                return new Text($"{math}.Sqrt({a})");
            case Op.Abs or Op.Exp or Op.Log or Op.Sin or Op.Cos or Op.Tan or Op.Asin or Op.Acos or Op.Atan or Op.Floor or Op.Ceiling when type.IsReal():
                return new Text($"{math}.{op}({a})");
            case Op.Pow or Op.Atan2 or Op.CopySign:
                return new Text($"{math}.{op}({a}, {b})");
            case Op.Fma:
                return new Text($"DeviceMath.Fma({a}, {b}, {c})");
            case Op.Min or Op.Max or Op.Rem or Op.Hypot:
                return new Text($"DeviceMath.{op}({a}, {b})");
            case Op.Polygamma:
                return new Text($"DeviceMath.Polygamma({b}, {a})");
            case Op.Const or Op.Argument or Op.Extent:
                throw new InvalidOperationException($"Op.{op} is no operation of a device.");
            default:
                return new Text($"DeviceMath.{op}({a})");
        }
    }
}
