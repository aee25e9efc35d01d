namespace SymbolicGD.Generator.Ir;

/// <summary>The type of one IR value.</summary>
internal enum ScalarType : byte
{
    F32,
    F64,
    I32,
    Bool,
}

/// <summary>
/// Every operation of the IR, a closed list: each has a derivative rule (Differentiate), an interpreter case, a scalar and
/// a vector text (Write) and a domain. <c>OpTests</c> enumerates it and fails where one is missing.
/// </summary>
internal enum Op : byte
{
    // Leaves: the payload says which.
    Const,      // payload: the bits of the double, the integer, or 0/1
    Argument,   // payload: index into Function.Arguments (a scalar argument: parameter or constant, or the example count)
    Extent,     // payload: index into Function.Extents

    // Arithmetic, on reals and on I32.
    Neg, Abs, Sign, Add, Sub, Mul, Div, Rem, Min, Max,
    Fma,        // a·b + c, rounded once

    // Real functions of one operand.
    Sqrt,
    Norm,       // √x with slope 0 at x = 0: the root over a sum of squares
    Cbrt, Exp, Exp2, Exp10, Expm1, Log, Log2, Log10, Log1p,
    Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh,
    Sigmoid, Softplus, Erf, Erfc, LogGamma, Digamma, Trigamma,
    Polygamma,  // payload: the order, 2 or more (0 and 1 are Digamma and Trigamma)
    Floor, Ceiling, Round, Truncate,
    Detach,     // the operand itself; its derivative is zero by definition

    // Real functions of two operands.
    Pow, Atan2, Hypot, CopySign,

    // Comparisons (IEEE: false on NaN, except Ne) and logic; greater-than is written with swapped operands.
    Lt, Le, Eq, Ne, And, Or, Not,

    Select,     // a ? b : c, all operands already evaluated
    Convert,    // to the type of the result
    Chain,      // a, with the slope c in b on top of its own: how a derivative that the user gives enters
}

internal static class OpFacts
{
    /// <summary>The highest order of <see cref="Op.Polygamma"/>: that of <c>Sym.Polygamma</c>.</summary>
    public const int MaxPolygammaOrder = 100;

    /// <summary>
    /// The payload of an <see cref="Op.Exp"/> that weighs one term of a sum against the largest one: where it is far below the normal numbers, vectors may
    /// have zero instead.
    /// </summary>
    public const int Weight = 1;

    public static int Arity(this Op op) => op switch
    {
        Op.Const or Op.Argument or Op.Extent => 0,
        Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Rem or Op.Min or Op.Max
            or Op.Pow or Op.Atan2 or Op.Hypot or Op.CopySign
            or Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or => 2,
        Op.Fma or Op.Select or Op.Chain => 3,
        _ => 1,
    };

    public static bool IsCommutative(this Op op) => op is Op.Add or Op.Mul or Op.Eq or Op.Ne or Op.And or Op.Or;

    public static bool IsComparison(this Op op) => op is Op.Lt or Op.Le or Op.Eq or Op.Ne;

    /// <summary>Costs a library call: worth recording rather than computing again in the reverse sweep.</summary>
    public static bool IsTranscendental(this Op op) => op is (>= Op.Cbrt and <= Op.Polygamma) or Op.Pow or Op.Atan2 or Op.Hypot;

    public static bool IsReal(this ScalarType type) => type is ScalarType.F32 or ScalarType.F64;
}
