using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>A piece of C# and how tightly its outermost operator binds.</summary>
internal readonly record struct Text(string Code, int Precedence = Text.Atom)
{
    public const int Atom = 0;
    public const int UnaryOperator = 1;
    public const int Product = 2;
    public const int Sum = 3;
    public const int Relation = 4;
    public const int Equality = 5;
    public const int BitAnd = 6;
    public const int BitOr = 7;
    public const int AndAlso = 8;
    public const int OrElse = 9;
    public const int Conditional = 10;

    /// <summary>The text, in parentheses where an operator of the given precedence needs them.</summary>
    public string Under(int precedence) => Precedence > precedence ? "(" + Code + ")" : Code;

    /// <summary>As the right operand of a left-associative operator.</summary>
    public string RightUnder(int precedence) => Precedence >= precedence && Precedence != Atom ? "(" + Code + ")" : Code;

    public override string ToString() => Code;
}

/// <summary>How each operation reads in C#: as a scalar, and over the lanes of a vector.</summary>
internal static class OpText
{
    public static Text Scalar(Op op, ScalarType type, ScalarType operandType, Text a, Text b, Text c)
    {
        string math = operandType == ScalarType.F32 ? "MathF" : "Math";
        return op switch
        {
            Op.Neg => new("-" + (a.Code.StartsWith("-", StringComparison.Ordinal) ? "(" + a.Code + ")" : a.Under(Text.UnaryOperator)), Text.UnaryOperator),
            Op.Add => Infix(a, "+", b, Text.Sum),
            Op.Sub => Infix(a, "-", b, Text.Sum),
            Op.Mul => Infix(a, "*", b, Text.Product),
            Op.Div => Infix(a, "/", b, Text.Product),
            Op.Rem => Infix(a, "%", b, Text.Product),
            Op.Lt => Infix(a, "<", b, Text.Relation),
            Op.Le => Infix(a, "<=", b, Text.Relation),
            Op.Eq => Infix(a, "==", b, Text.Equality),
            Op.Ne => Infix(a, "!=", b, Text.Equality),
            Op.And => Infix(a, "&&", b, Text.AndAlso),
            Op.Or => Infix(a, "||", b, Text.OrElse),
            Op.Not => new("!" + a.Under(Text.UnaryOperator), Text.UnaryOperator),
            Op.Select => new($"{a.Under(Text.OrElse)} ? {b.Under(Text.OrElse)} : {c.Under(Text.Conditional)}", Text.Conditional),
            Op.Convert => new($"({TypeName(type)}){a.Under(Text.UnaryOperator)}", Text.UnaryOperator),
            Op.Detach or Op.Chain => a,
            Op.Fma => new($"{math}.FusedMultiplyAdd({a}, {b}, {c})"),
            Op.Sqrt or Op.Norm => new($"{math}.Sqrt({a})"),
            Op.Sign => type == ScalarType.I32 ? new($"Math.Sign({a})") : new($"Lanes.Sign({a})"),
            Op.Abs or Op.Cbrt or Op.Exp or Op.Log or Op.Log2 or Op.Log10 or Op.Sin or Op.Cos or Op.Tan or Op.Asin or Op.Acos or Op.Atan
                or Op.Sinh or Op.Cosh or Op.Tanh or Op.Asinh or Op.Acosh or Op.Atanh or Op.Floor or Op.Ceiling or Op.Round or Op.Truncate
                => new($"{(type == ScalarType.I32 ? "Math" : math)}.{op}({a})"),
            Op.Min or Op.Max => new($"{(type == ScalarType.I32 ? "Math" : math)}.{op}({a}, {b})"),
            Op.Pow or Op.Atan2 or Op.CopySign => new($"{math}.{op}({a}, {b})"),
            Op.Exp2 or Op.Exp10 => new($"{TypeName(type)}.{op}({a})"),
            Op.Hypot => new($"Sym.Hypot({a}, {b})"),
            Op.Expm1 or Op.Log1p or Op.Sigmoid or Op.Softplus or Op.Erf or Op.Erfc or Op.LogGamma or Op.Digamma or Op.Trigamma => new($"Sym.{op}({a})"),
            Op.Polygamma => new($"Sym.Polygamma({b}, {a})"),
            _ => throw new InvalidOperationException($"Op.{op} has no scalar text."),
        };
    }

    /// <summary>An operand that the operation holds itself: the order of a polygamma function.</summary>
    public static Text Order(Let let) => let.Op == Op.Polygamma ? new(NumberText.Integer(let.Payload)) : default;

    /// <param name="family">The class of the functions: <c>Vector512</c>, or <c>Quad</c> for four vectors at once.</param>
    public static Text Vector(Op op, Text a, Text b, Text c, string family = "Vector512") => op switch
    {
        Op.Neg => new("-" + (a.Code.StartsWith("-", StringComparison.Ordinal) ? "(" + a.Code + ")" : a.Under(Text.UnaryOperator)), Text.UnaryOperator),
        Op.Add => Infix(a, "+", b, Text.Sum),
        Op.Sub => Infix(a, "-", b, Text.Sum),
        Op.Mul => Infix(a, "*", b, Text.Product),
        Op.Div => Infix(a, "/", b, Text.Product),
        Op.And => Infix(a, "&", b, Text.BitAnd),
        Op.Or => Infix(a, "|", b, Text.BitOr),
        Op.Not => new("~" + a.Under(Text.UnaryOperator), Text.UnaryOperator),
        Op.Lt => new($"{family}.LessThan({a}, {b})"),
        Op.Le => new($"{family}.LessThanOrEqual({a}, {b})"),
        Op.Eq => new($"{family}.Equals({a}, {b})"),
        Op.Ne => new($"~{family}.Equals({a}, {b})", Text.UnaryOperator),
        Op.Select => new($"{family}.ConditionalSelect({a}, {b}, {c})"),
        Op.Detach or Op.Chain => a,
        Op.Fma => new($"{family}.FusedMultiplyAdd({a}, {b}, {c})"),
        Op.Sqrt or Op.Norm => new($"{family}.Sqrt({a})"),
        Op.Abs or Op.Floor or Op.Ceiling or Op.Round or Op.Truncate => new($"{family}.{op}({a})"),
        Op.Min or Op.Max => new($"{family}.{op}({a}, {b})"),
        Op.CopySign => new($"{family}.CopySign({a}, {b})"),
        Op.Rem or Op.Pow or Op.Atan2 or Op.Hypot => new($"VectorMath.{op}({a}, {b})"),
        Op.Sign or Op.Cbrt or Op.Exp or Op.Exp2 or Op.Exp10 or Op.Expm1 or Op.Log or Op.Log2 or Op.Log10 or Op.Log1p or Op.Sin or Op.Cos or Op.Tan
            or Op.Asin or Op.Acos or Op.Atan or Op.Sinh or Op.Cosh or Op.Tanh or Op.Asinh or Op.Acosh or Op.Atanh or Op.Sigmoid or Op.Softplus
            or Op.Erf or Op.Erfc or Op.LogGamma or Op.Digamma or Op.Trigamma => new($"VectorMath.{op}({a})"),
        Op.Polygamma => new($"VectorMath.Polygamma({b}, {a})"),
        _ => throw new InvalidOperationException($"Op.{op} has no vector text."),
    };

    public static string TypeName(ScalarType type) => type switch
    {
        ScalarType.F32 => "float",
        ScalarType.F64 => "double",
        ScalarType.I32 => "int",
        _ => "bool",
    };

    private static Text Infix(Text a, string symbol, Text b, int precedence) =>
        new($"{a.Under(precedence)} {symbol} {b.RightUnder(precedence)}", precedence);
}
