using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>The formulas over sines, hyperbolic functions and squares.</summary>
internal static partial class StableFormulas
{
    private static StableFormula[] Hyperbolics() =>
    [
        new(Op.Sub, "1 − cos {0}", "2·sin²({0}/2)", "keeps the digits where {0} is near 0",
            (t, sub) => t.IsConstant(sub.A, 1) && t.Is(sub.B, Op.Cos, out Let cos) ? new(t.OneMinusCos(cos.A), cos.A) : null),
        new(Op.Sub, "cos {0} − 1", "−2·sin²({0}/2)", "keeps the digits where {0} is near 0",
            (t, sub) => t.IsConstant(sub.B, 1) && t.Is(sub.A, Op.Cos, out Let cos) ? new(t.Negate(t.OneMinusCos(cos.A)), cos.A) : null),
        new(Op.Div, "(exp {0} − exp(−{0}))/(exp {0} + exp(−{0}))", "tanh({0})", "no ∞/∞ for any finite {0}",
            (t, div) => t.TanhOperand(div) is int x ? new(t.Unary(Op.Tanh, x), x) : null),
        new(Op.Sub, "1 − tanh²({0})", "4u/(1 + u)², u = exp(−2·|{0}|), where |{0}| ≥ 1", "keeps the digits where tanh is near ±1",
            (t, sub) => t.IsConstant(sub.A, 1) && t.SquareOf(sub.B) is int y && t.Is(y, Op.Tanh, out Let tanh)
                ? new(t.SquaredSecant(tanh.A), tanh.A) : null),
        new(Op.Div, "1/cosh²({0})", "1 − tanh²({0}); 4u/(1 + u)², u = exp(−2·|{0}|), where |{0}| ≥ 1", "no overflow of cosh², and no ∞/∞ in its derivative",
            (t, div) => t.IsConstant(div.A, 1) && t.SquareOf(div.B) is int y && t.Is(y, Op.Cosh, out Let cosh)
                ? new(t.SquaredSecant(cosh.A), cosh.A) : null),
        new(Op.Sub, "1 − tanh {0}", "2·σ(−2·{0})", "keeps the digits where tanh is near 1",
            (t, sub) => t.IsConstant(sub.A, 1) && t.Is(sub.B, Op.Tanh, out Let tanh) ? new(t.TwiceSigmoid(tanh.A, -2), tanh.A) : null),
        new(Op.Add, "1 + tanh {0}", "2·σ(2·{0})", "keeps the digits where tanh is near −1",
            (t, add) => t.Other(add, 1) is int y && t.Is(y, Op.Tanh, out Let tanh) ? new(t.TwiceSigmoid(tanh.A, 2), tanh.A) : null),
    ];

    private static StableFormula[] Squares() =>
    [
        new(Op.Sub, "{0}² − {1}²", "fma({0}, {0}, −w) + fma(−{1}, {1}, w), w = {1}²", "keeps the digits where the squares are nearly equal",
            (t, sub) => t.SquareOf(sub.A) is int a && t.SquareOf(sub.B) is int b && a != b ? new(t.DifferenceOfSquares(a, b), a, b) : null),
        new(Op.Sub, "log Σ exp(f) − {0}", "(max − {0}) + log Σ exp(f − max)", "keeps the digits that {0} shares with max",
            (t, sub) => t.ShiftedLog(sub.A) is (int shift, int log) ? new(t.Binary(Op.Add, t.Binary(Op.Sub, shift, sub.B), log), sub.B) : null),
        new(Op.Sqrt, "√({0}²)", "|{0}|", "no overflow, no 0·∞ in its derivative at 0",
            (t, root) => t.SquareOf(root.A) is int x ? new(t.Unary(Op.Abs, x), x) : null),
        new(Op.Sqrt, "√({0}² + {1}²)", "hypot({0}, {1})", "no overflow of the squares, no 0·∞ in its derivative at the origin",
            (t, root) => t.Is(root.A, Op.Add, out Let add) && t.SquareOf(add.A) is int x && t.SquareOf(add.B) is int y ? new(t.Binary(Op.Hypot, x, y), x, y) : null),
        new(Op.Sqrt, "√Σ {0}²", "norm, the root with slope 0 at 0", "no 0·∞ in its derivative at the origin",
            (t, root) => t.IsSumOfSquares(root.A) ? new(t.Unary(Op.Norm, root.A)) : null),
        new(Op.Mul, "norm²", "the sum of squares under its root", "no root, and no 0/0 beside it in the derivative",
            (t, square) => square.A == square.B && t.Is(square.A, Op.Norm, out Let norm) ? new(norm.A) : null) { Call = "TensorPrimitives.SumOfSquares" },
        new(Op.Pow, "norm²", "the sum of squares under its root", "no root, and no 0/0 beside it in the derivative",
            (t, power) => t.IsConstant(power.B, 2) && t.Is(power.A, Op.Norm, out Let norm) ? new(norm.A) : null) { Call = "TensorPrimitives.SumOfSquares" },
    ];
}
