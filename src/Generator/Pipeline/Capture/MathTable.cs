using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// The members of <c>Math</c>, <c>MathF</c>, <c>double</c>, <c>float</c> and of the generic-math interfaces, by name. The three
/// families call the same function by the same name.
/// </summary>
internal static class MathTable
{
    private static readonly Dictionary<string, Op> s_unary = new()
    {
        ["Abs"] = Op.Abs, ["Sqrt"] = Op.Sqrt, ["Cbrt"] = Op.Cbrt,
        ["Exp"] = Op.Exp, ["Exp2"] = Op.Exp2, ["Exp10"] = Op.Exp10, ["ExpM1"] = Op.Expm1,
        ["Log"] = Op.Log, ["Log2"] = Op.Log2, ["Log10"] = Op.Log10, ["LogP1"] = Op.Log1p,
        ["Sin"] = Op.Sin, ["Cos"] = Op.Cos, ["Tan"] = Op.Tan, ["Asin"] = Op.Asin, ["Acos"] = Op.Acos, ["Atan"] = Op.Atan,
        ["Sinh"] = Op.Sinh, ["Cosh"] = Op.Cosh, ["Tanh"] = Op.Tanh, ["Asinh"] = Op.Asinh, ["Acosh"] = Op.Acosh, ["Atanh"] = Op.Atanh,
        ["Floor"] = Op.Floor, ["Ceiling"] = Op.Ceiling, ["Round"] = Op.Round, ["Truncate"] = Op.Truncate,
    };

    private static readonly Dictionary<string, Op> s_binary = new()
    {
        ["Max"] = Op.Max, ["Min"] = Op.Min, ["Pow"] = Op.Pow, ["Atan2"] = Op.Atan2, ["Hypot"] = Op.Hypot, ["CopySign"] = Op.CopySign,
    };

    private static readonly Dictionary<string, double> s_constants = new()
    {
        ["Zero"] = 0, ["One"] = 1, ["NegativeOne"] = -1, ["NegativeZero"] = -0.0, ["Pi"] = Math.PI, ["Tau"] = 2 * Math.PI, ["E"] = Math.E,
        ["NaN"] = double.NaN, ["PositiveInfinity"] = double.PositiveInfinity, ["NegativeInfinity"] = double.NegativeInfinity,
    };

    /// <summary>Members that are more than one op. Given the emitter, the type of the result and the arguments.</summary>
    private static readonly Dictionary<string, Func<Emitter, ScalarType, IReadOnlyList<int>, int?>> s_expanded = new()
    {
        ["Sign/1"] = (e, type, x) => e.Builder.Convert(e.Unary(Op.Sign, x[0]), ScalarType.I32),
        ["Log/2"] = (e, type, x) => e.Binary(Op.Div, e.Unary(Op.Log, x[0]), e.Unary(Op.Log, x[1])),
        ["Clamp/3"] = (e, type, x) => e.Binary(Op.Min, e.Binary(Op.Max, x[0], x[1]), x[2]),
        ["FusedMultiplyAdd/3"] = (e, type, x) => e.Builder.Fma(x[0], x[1], x[2]),
        ["MultiplyAddEstimate/3"] = (e, type, x) => e.Add(e.Mul(x[0], x[1]), x[2]),
        ["Lerp/3"] = (e, type, x) => e.Add(e.Mul(x[0], e.Sub(e.Constant(type, 1), x[2])), e.Mul(x[1], x[2])),
        ["ScaleB/2"] = (e, type, x) => e.IntOf(x[1]) is { } n and >= -1022 and <= 1023 ? e.Mul(x[0], e.Constant(type, Math.Pow(2, n))) : null,
        ["RootN/2"] = (e, type, x) => e.IntOf(x[1]) switch
        {
            1 => x[0],
            2 => e.Unary(Op.Sqrt, x[0]),
            3 => e.Unary(Op.Cbrt, x[0]),
            _ => null,
        },
        ["DegreesToRadians/1"] = (e, type, x) => e.Binary(Op.Div, e.Mul(x[0], e.Constant(type, Math.PI)), e.Constant(type, 180)),
        ["RadiansToDegrees/1"] = (e, type, x) => e.Binary(Op.Div, e.Mul(x[0], e.Constant(type, 180)), e.Constant(type, Math.PI)),
        ["Exp2M1/1"] = (e, type, x) => PowerMinusOne(e, type, Op.Exp2, Math.Log(2), x[0]),
        ["Exp10M1/1"] = (e, type, x) => PowerMinusOne(e, type, Op.Exp10, Math.Log(10), x[0]),
        ["Log2P1/1"] = (e, type, x) => e.Binary(Op.Div, e.Unary(Op.Log1p, x[0]), e.Constant(type, Math.Log(2))),
        ["Log10P1/1"] = (e, type, x) => e.Binary(Op.Div, e.Unary(Op.Log1p, x[0]), e.Constant(type, Math.Log(10))),
        ["IsNaN/1"] = (e, type, x) => e.Builder.Binary(Op.Ne, x[0], x[0]),
        ["IsFinite/1"] = (e, type, x) => e.Builder.Binary(Op.Lt, e.Unary(Op.Abs, x[0]), e.Constant(e.TypeOf(x[0]), double.PositiveInfinity)),
        ["IsInfinity/1"] = (e, type, x) => e.Builder.Binary(Op.Eq, e.Unary(Op.Abs, x[0]), e.Constant(e.TypeOf(x[0]), double.PositiveInfinity)),
        ["IsPositiveInfinity/1"] = (e, type, x) => e.Builder.Binary(Op.Eq, x[0], e.Constant(e.TypeOf(x[0]), double.PositiveInfinity)),
        ["IsNegativeInfinity/1"] = (e, type, x) => e.Builder.Binary(Op.Eq, x[0], e.Constant(e.TypeOf(x[0]), double.NegativeInfinity)),
    };

    /// <summary>bˣ − 1: of expm1 near 0, and elsewhere as written, since the rounding of x·ln b would be magnified by its size.</summary>
    private static int PowerMinusOne(Emitter emit, ScalarType type, Op power, double logarithm, int x)
    {
        int scaled = emit.Mul(x, emit.Constant(type, logarithm));
        int isSmall = emit.Builder.Binary(Op.Lt, emit.Unary(Op.Abs, scaled), emit.Constant(type, 0.5));
        return emit.Builder.Select(isSmall, emit.Unary(Op.Expm1, scaled), emit.Sub(emit.Unary(power, x), emit.Constant(type, 1)));
    }

    /// <summary>The names of the members that are one op: those that work element by element over spans too.</summary>
    public static IEnumerable<string> Operations => s_unary.Keys.Concat(s_binary.Keys);

    /// <summary>The names of all members that are known.</summary>
    public static IEnumerable<string> Members => Operations.Concat(s_expanded.Keys.Select(k => k.Substring(0, k.IndexOf('/')))).Distinct();

    public static Op? Unary(string name) => s_unary.TryGetValue(name, out Op op) ? op : null;

    public static Op? Binary(string name) => s_binary.TryGetValue(name, out Op op) ? op : null;

    /// <summary>A static property of generic math that is a number.</summary>
    public static double? Constant(string name) => s_constants.TryGetValue(name, out double value) ? value : null;

    /// <summary>The value of a call with scalar arguments, or null where the member is unknown.</summary>
    public static int? Call(Emitter emit, string name, ScalarType type, IReadOnlyList<int> arguments)
    {
        if (arguments.Count == 1 && Unary(name) is { } unary && IsDefined(unary)) return emit.Unary(unary, arguments[0]);
        if (arguments.Count == 2 && Binary(name) is { } binary && IsDefined(binary)) return emit.Binary(binary, arguments[0], arguments[1]);
        string key = name + "/" + arguments.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return s_expanded.TryGetValue(key, out var expand) ? expand(emit, type, arguments) : null;

        bool IsDefined(Op op) => arguments.All(a => emit.TypeOf(a) == type) && (type.IsReal() || op is Op.Abs or Op.Max or Op.Min);
    }
}
