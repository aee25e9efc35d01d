using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>The members of <c>Sym</c>: those that are ops, and the expansion of the others.</summary>
internal static class SymTable
{
    /// <summary>A lazy choice between two values.</summary>
    internal delegate int Choose(int condition, Func<int> then, Func<int> otherwise);

    private delegate int Expansion(Emitter emit, Choose choose, ScalarType type, IReadOnlyList<int> x);

    private static readonly Dictionary<string, Op> s_ops = new()
    {
        ["Sigmoid"] = Op.Sigmoid, ["Softplus"] = Op.Softplus, ["Log1p"] = Op.Log1p, ["Expm1"] = Op.Expm1,
        ["Erf"] = Op.Erf, ["Erfc"] = Op.Erfc, ["LogGamma"] = Op.LogGamma, ["Digamma"] = Op.Digamma, ["Trigamma"] = Op.Trigamma,
        ["Detach"] = Op.Detach,
    };

    private static readonly Dictionary<string, Expansion> s_expanded = new()
    {
        ["LogSigmoid/1"] = (e, _, type, x) => e.Unary(Op.Neg, e.Unary(Op.Softplus, e.Unary(Op.Neg, x[0]))),
        ["Relu/1"] = (e, _, type, x) => e.Binary(Op.Max, x[0], e.Constant(type, 0)),
        ["LeakyRelu/2"] = (e, choose, type, x) => choose(Positive(e, type, x[0]), () => x[0], () => e.Mul(x[1], x[0])),
        ["Elu/1"] = (e, choose, type, x) => choose(
            e.Builder.Binary(Op.Lt, x[0], e.Constant(type, 0)),
            () => e.Unary(Op.Expm1, x[0]),
            () => x[0]),
        ["Gelu/1"] = (e, _, type, x) => e.Mul(x[0], NormalCdf(e, type, x[0])),
        ["Silu/1"] = (e, _, type, x) => e.Mul(x[0], e.Unary(Op.Sigmoid, x[0])),
        ["Mish/1"] = (e, _, type, x) => e.Mul(x[0], e.Unary(Op.Tanh, e.Unary(Op.Softplus, x[0]))),
        ["Softsign/1"] = (e, _, type, x) => e.Binary(Op.Div, x[0], e.Add(e.Constant(type, 1), e.Unary(Op.Abs, x[0]))),
        ["HardTanh/1"] = (e, _, type, x) => e.Binary(Op.Min, e.Binary(Op.Max, x[0], e.Constant(type, -1)), e.Constant(type, 1)),
        ["Huber/2"] = Huber,
        ["Square/1"] = (e, _, type, x) => e.Mul(x[0], x[0]),
        ["Log1mExp/1"] = (e, choose, type, x) => choose(
            e.Builder.Binary(Op.Lt, e.Constant(type, -Math.Log(2)), x[0]),
            () => e.Unary(Op.Log, e.Unary(Op.Neg, e.Unary(Op.Expm1, x[0]))),
            () => e.Unary(Op.Log1p, e.Unary(Op.Neg, e.Unary(Op.Exp, x[0])))),
        ["LogAddExp/2"] = LogAddExp,
        ["NormalCdf/1"] = (e, _, type, x) => NormalCdf(e, type, x[0]),
        ["NormalPdf/1"] = (e, _, type, x) => e.Mul(
            e.Constant(type, 1 / Math.Sqrt(2 * Math.PI)), e.Unary(Op.Exp, e.Mul(e.Constant(type, -0.5), e.Mul(x[0], x[0])))),
        ["Hypot/2"] = (e, _, type, x) => e.Binary(Op.Hypot, x[0], x[1]),
        ["Logit/1"] = Logit,
        ["XLogY/2"] = (e, choose, type, x) => choose(
            e.Builder.Binary(Op.And, e.Builder.Binary(Op.Eq, x[0], e.Constant(type, 0)), e.Builder.Binary(Op.Le, x[1], e.Constant(type, 0))),
            () => e.Constant(type, 0),
            () => e.Mul(x[0], e.Unary(Op.Log, x[1]))),
    };

    private static readonly string[] s_reductions = ["LogSumExp", "Norm", "Mean", "Variance"];

    /// <summary>The names of all members that are known, but for those that write a span.</summary>
    public static IEnumerable<string> Members =>
        s_ops.Keys.Concat(s_expanded.Keys.Select(k => k.Substring(0, k.IndexOf('/')))).Concat(s_reductions).Concat(["Polygamma"]).Distinct();

    /// <summary>The value of a member with scalar arguments, or null where it is unknown.</summary>
    public static int? Call(Emitter emit, Choose choose, string name, ScalarType type, IReadOnlyList<int> arguments)
    {
        if (name == "Polygamma") return Polygamma(emit, arguments[0], arguments[1]);
        if (arguments.Count == 1 && s_ops.TryGetValue(name, out Op op)) return emit.Unary(op, arguments[0]);
        string key = name + "/" + arguments.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return s_expanded.TryGetValue(key, out Expansion? expand) ? expand(emit, choose, type, arguments) : null;
    }

    /// <summary>The value of a member over spans, or null where it is unknown.</summary>
    public static int? Reduce(Emitter emit, string name, ScalarType type, IReadOnlyList<Binding> spans)
    {
        switch (name, spans.Count)
        {
            case ("LogSumExp", 1):
                (int max, int sum) = TensorPrimitivesTable.ShiftedExponentials(emit, type, spans[0]);
                return emit.Add(max, emit.Unary(Op.Log, sum));
            case ("Norm", 1):
                return TensorPrimitivesTable.Reduce(emit, "Norm", type, spans);
            case ("Mean", 1):
                return TensorPrimitivesTable.Average(emit, type, spans[0]);
            case ("Variance", 1):
                return Variance(emit, type, spans[0]);
            default:
                return null;
        }
    }

    /// <summary>ψ⁽ⁿ⁾(x), where n is known and in range; else null.</summary>
    private static int? Polygamma(Emitter emit, int order, int x) => emit.IntOf(order) switch
    {
        0 => emit.Unary(Op.Digamma, x),
        1 => emit.Unary(Op.Trigamma, x),
        >= 2 and <= OpFacts.MaxPolygammaOrder and int n => emit.Builder.Let(Op.Polygamma, emit.TypeOf(x), x, payload: n),
        _ => null,
    };

    private static int Positive(Emitter emit, ScalarType type, int x) => emit.Builder.Binary(Op.Lt, emit.Constant(type, 0), x);

    /// <summary>Φ(x) = ½ erfc(−x/√2), precise in the left tail too.</summary>
    private static int NormalCdf(Emitter emit, ScalarType type, int x) => emit.Mul(
        emit.Constant(type, 0.5), emit.Unary(Op.Erfc, emit.Mul(emit.Constant(type, -Math.Sqrt(0.5)), x)));

    private static int Huber(Emitter emit, Choose choose, ScalarType type, IReadOnlyList<int> x)
    {
        int magnitude = emit.Unary(Op.Abs, x[0]);
        int half = emit.Constant(type, 0.5);
        return choose(
            emit.Builder.Binary(Op.Le, magnitude, x[1]),
            () => emit.Mul(emit.Mul(half, x[0]), x[0]),
            () => emit.Mul(x[1], emit.Sub(magnitude, emit.Mul(half, x[1]))));
    }

    /// <summary>The larger one plus softplus of the difference; the slopes at a = b are ½ each.</summary>
    private static int LogAddExp(Emitter emit, Choose choose, ScalarType type, IReadOnlyList<int> x)
    {
        int swapped = emit.Builder.Binary(Op.Lt, x[0], x[1]);
        int high = emit.Builder.Select(swapped, x[1], x[0]), low = emit.Builder.Select(swapped, x[0], x[1]);
        return choose(
            emit.Builder.Binary(Op.Eq, high, emit.Constant(type, double.NegativeInfinity)),
            () => high,
            () => emit.Add(high, emit.Unary(Op.Softplus, emit.Sub(low, high))));
    }

    private static int Logit(Emitter emit, Choose choose, ScalarType type, IReadOnlyList<int> x)
    {
        int one = emit.Constant(type, 1);
        int isCentral = emit.Builder.Binary(
            Op.And, emit.Builder.Binary(Op.Lt, emit.Constant(type, 0.25), x[0]), emit.Builder.Binary(Op.Lt, x[0], emit.Constant(type, 0.75)));
        return choose(
            isCentral,
            () => emit.Unary(Op.Log1p, emit.Binary(Op.Div, emit.Sub(emit.Add(x[0], x[0]), one), emit.Sub(one, x[0]))),
            () => emit.Sub(emit.Unary(Op.Log, x[0]), emit.Unary(Op.Log1p, emit.Unary(Op.Neg, x[0]))));
    }

    /// <summary>The mean of the squared deviations from the mean (divisor n).</summary>
    private static int Variance(Emitter emit, ScalarType type, Binding x)
    {
        int mean = TensorPrimitivesTable.Average(emit, type, x);
        int sum = emit.Reduce(x.Length, emit.Constant(type, 0), (carried, i) =>
        {
            int deviation = emit.Sub(emit.Load(x, i), mean);
            return emit.Add(carried, emit.Mul(deviation, deviation));
        });
        return emit.Binary(Op.Div, sum, emit.Builder.Convert(x.Length, type));
    }
}
