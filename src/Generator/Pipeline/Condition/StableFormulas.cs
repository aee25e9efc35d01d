using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>One formula and its stable form.</summary>
/// <param name="Op">The operation at the root of the formula.</param>
/// <param name="From">The formula for the header; {0} and {1} stand for the operands that the match names.</param>
/// <param name="Match">The value of the stable form and the operands it is about; null where the formula is another one.</param>
internal sealed record StableFormula(Op Op, string From, string To, string Reason, Func<Terms, Let, StableFormula.Found?> Match)
{
    /// <summary>What the user can write to say the stable form in the source, where one call says it; else null.</summary>
    public string? Call { get; init; }

    internal sealed record Found(int Value, params int[] About);
}

/// <summary>
/// The table of formulas that Condition replaces. The first match wins; operands are stable already, so that rules meet
/// each other's results (log(1/(1 + exp(−z))) becomes log σ(z) and then −softplus(−z)).
/// </summary>
internal static partial class StableFormulas
{
    public static IReadOnlyList<StableFormula> Table { get; } = [.. Exponentials(), .. Hyperbolics(), .. Squares()];

    /// <summary>By operation: most operations have no rule.</summary>
    public static IReadOnlyDictionary<Op, StableFormula[]> ByOp { get; } = Table.GroupBy(f => f.Op).ToDictionary(g => g.Key, g => g.ToArray());

    private static StableFormula[] Exponentials() =>
    [
        new(Op.Log, "log(1 + exp {0})", "softplus({0})", "no overflow for any finite {0}",
            (t, log) => t.OnePlusExp(log.A) is int x ? new(t.Unary(Op.Softplus, x), x) : null) { Call = "Sym.Softplus" },
        new(Op.Log1p, "log1p(exp {0})", "softplus({0})", "no overflow for any finite {0}",
            (t, log) => t.Is(log.A, Op.Exp, out Let exp) ? new(t.Unary(Op.Softplus, exp.A), exp.A) : null) { Call = "Sym.Softplus" },
        new(Op.Log, "log σ({0})", "−softplus(−{0})", "finite where σ underflows to 0",
            (t, log) => t.Is(log.A, Op.Sigmoid, out Let sigmoid) ? new(t.Negate(t.Unary(Op.Softplus, t.Negate(sigmoid.A))), sigmoid.A) : null) { Call = "Sym.LogSigmoid" },
        new(Op.Log1p, "log(1 − σ({0}))", "−softplus({0})", "finite where σ rounds to 1",
            (t, log) => t.Is(log.A, Op.Neg, out Let neg) && t.Is(neg.A, Op.Sigmoid, out Let sigmoid)
                ? new(t.Negate(t.Unary(Op.Softplus, sigmoid.A)), sigmoid.A) : null),
        new(Op.Div, "1/(1 + exp {0})", "σ(−{0})", "no overflow for any finite {0}",
            (t, div) => t.IsConstant(div.A, 1) && t.OnePlusExp(div.B) is int x && !t.Is(x, Op.Neg, out _)
                ? new(t.Unary(Op.Sigmoid, t.Negate(x)), x) : null),
        new(Op.Div, "1/(1 + exp(−{0}))", "σ({0})", "no overflow for any finite {0}",
            (t, div) => t.IsConstant(div.A, 1) && t.OnePlusExp(div.B) is int x && t.Is(x, Op.Neg, out Let neg)
                ? new(t.Unary(Op.Sigmoid, neg.A), neg.A) : null),
        new(Op.Div, "exp {0}/(1 + exp {0})", "σ({0})", "no ∞/∞ for any finite {0}",
            (t, div) => t.Is(div.A, Op.Exp, out Let exp) && t.OnePlusExp(div.B) == exp.A ? new(t.Unary(Op.Sigmoid, exp.A), exp.A) : null),
        new(Op.Div, "{1}/(1 + exp {0})", "{1}·σ(−{0})", "no ∞/∞ in its derivative",
            (t, div) => t.OnePlusExp(div.B) is int x ? new(t.Binary(Op.Mul, div.A, t.Unary(Op.Sigmoid, t.Negate(x))), x, div.A) : null),
        new(Op.Sub, "1 − σ({0})", "σ(−{0})", "keeps the digits where σ is near 1",
            (t, sub) => t.IsConstant(sub.A, 1) && t.Is(sub.B, Op.Sigmoid, out Let sigmoid)
                ? new(t.Unary(Op.Sigmoid, t.Negate(sigmoid.A)), sigmoid.A) : null),
        new(Op.Sub, "1 − exp {0}", "−expm1({0})", "keeps the digits where {0} is near 0",
            (t, sub) => t.IsConstant(sub.A, 1) && t.Is(sub.B, Op.Exp, out Let exp) ? new(t.OneMinusExp(exp.A), exp.A) : null),
        new(Op.Sub, "exp {0} − 1", "expm1({0})", "keeps the digits where {0} is near 0",
            (t, sub) => t.IsConstant(sub.B, 1) && t.Is(sub.A, Op.Exp, out Let exp) ? new(t.ExpMinusOne(exp.A), exp.A) : null),
        new(Op.Add, "exp {0} − 1", "expm1({0})", "keeps the digits where {0} is near 0",
            (t, add) => t.Other(add, -1) is int e && t.Is(e, Op.Exp, out Let exp) ? new(t.ExpMinusOne(exp.A), exp.A) : null),
        new(Op.Log, "log(1 − exp {0})", "log(−expm1({0})) above −ln 2, log1p(−exp {0}) below", "keeps the digits where {0} is near 0 and far below",
            (t, log) => t.OneMinusExpOperand(log.A) is int x ? new(t.LogOneMinusExp(x), x) : null) { Call = "Sym.Log1mExp" },
        new(Op.Log, "log(exp {0} − 1)", "log(expm1({0})) below ln 2, {0} + log1p(−exp(−{0})) above", "no overflow for any finite {0}",
            (t, log) => t.ExpMinusOneOperand(log.A) is int x ? new(t.LogExpMinusOne(x), x) : null),
        new(Op.Div, "{0}/(exp {0} − 1)", "its Taylor series near 0, −|{0}|/expm1(−|{0}|) elsewhere", "no 0/0 at 0, no ∞/∞ in its derivative",
            (t, div) => t.Is(div.B, Op.Expm1, out Let expm1) && expm1.A == div.A ? new(t.Bernoulli(div.A), div.A) : null),
        new(Op.Div, "{0}/(1 − exp(−{0}))", "its Taylor series near 0, −|{0}|/expm1(−|{0}|) elsewhere", "no 0/0 at 0, no ∞/∞ in its derivative",
            (t, div) => t.Is(div.B, Op.Neg, out Let neg) && t.Is(neg.A, Op.Expm1, out Let expm1) && t.Is(expm1.A, Op.Neg, out Let minus) && minus.A == div.A
                ? new(t.Bernoulli(expm1.A), div.A) : null),
        new(Op.Log, "log(exp {0}/{1})", "{0} − log {1}", "no overflow for any finite {0}",
            (t, log) => t.Is(log.A, Op.Div, out Let div) && t.Is(div.A, Op.Exp, out Let exp)
                ? new(t.MinusLog(exp.A, t.Log(div.B)), exp.A, div.B) : null),
        new(Op.Log, "log({1}·exp {0})", "{0} + log {1}", "no overflow for any finite {0}",
            (t, log) => t.Is(log.A, Op.Mul, out Let mul) && t.TimesExp(mul) is (int x, int factor)
                ? new(t.Binary(Op.Add, x, t.Log(factor)), x, factor) : null),
        new(Op.Log, "log exp {0}", "{0}", "no overflow for any finite {0}",
            (t, log) => t.Is(log.A, Op.Exp, out Let exp) ? new(exp.A, exp.A) : null),
        new(Op.Log, "log(exp {0} + exp {1} + …)", "m + log(exp({0} − m) + exp({1} − m) + …), m the largest exponent", "no overflow for any finite exponents",
            (t, log) => t.LogSumExp(log.A) is (int value, int a, int b) ? new(value, a, b) : null),
        new(Op.Log, "log(1 + {0})", "log1p({0})", "keeps the digits where {0} is near 0",
            (t, log) => t.Is(log.A, Op.Add, out Let add) && t.Other(add, 1) is int x && !t.Is(x, Op.Const, out _) ? new(t.Unary(Op.Log1p, x), x) : null),
        new(Op.Log, "log(1 − {0})", "log1p(−{0})", "keeps the digits where {0} is near 0",
            (t, log) => t.Is(log.A, Op.Sub, out Let sub) && t.IsConstant(sub.A, 1) ? new(t.Unary(Op.Log1p, t.Negate(sub.B)), sub.B) : null),
    ];
}
