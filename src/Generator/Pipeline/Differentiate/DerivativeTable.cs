using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// An operation whose slope is asked for. Operands and result are looked up only when a rule reads them, since in a
/// reverse sweep each look-up may mean recording the value.
/// </summary>
/// <param name="isAtHand">Whether a primal value needs no recording: a slope that is more precise with it may use it.</param>
internal sealed class RuleSite(Emitter emitter, Let let, Func<int, int> primal, Func<int, bool> isAtHand)
{
    public Emitter Emit => emitter;

    public Op Op => let.Op;

    public long Payload => let.Payload;

    public int A => primal(let.A);

    public int B => primal(let.B);

    public int C => primal(let.C);

    /// <summary>The result of the operation.</summary>
    public int Y => primal(let.Id);

    /// <summary>Whether <see cref="A"/> costs little.</summary>
    public bool HasOperandAtHand => isAtHand(let.A);

    public bool IsSquare => let.A == let.B;
}

/// <summary>
/// The only place where derivatives are defined: for each operation y = op(a, b, c), a tangent or an adjoint t times the
/// partial derivative of y with respect to one operand. Reverse mode passes the adjoint of y, forward mode the tangent of
/// the operand.
/// </summary>
internal static class DerivativeTable
{
    /// <summary>Whether y depends on the operand with a slope other than zero everywhere. Holds for real operands only.</summary>
    public static bool HasSlope(Op op, int operand) => op switch
    {
        Op.Const or Op.Argument or Op.Extent => false,
        Op.Sign or Op.Floor or Op.Ceiling or Op.Round or Op.Truncate or Op.Detach => false,
        Op.Lt or Op.Le or Op.Eq or Op.Ne or Op.And or Op.Or or Op.Not => false,
        Op.CopySign => operand == 0,
        Op.Select => operand > 0,
        Op.Chain => operand < 2,
        _ => true,
    };

    /// <summary>t·∂y/∂operand, or null where that is zero by definition.</summary>
    /// <exception cref="DifferentiationNotSupportedException">The operation has no derivative in the closed list of operations.</exception>
    public static int? Scale(RuleSite s, int operand, int t)
    {
        if (!HasSlope(s.Op, operand)) return null;

        Emitter e = s.Emit;
        bool first = operand == 0;
        return s.Op switch
        {
            Op.Neg => e.Neg(t),
            Op.Abs => e.Times(t, e.Unary(Op.Sign, s.A)), // 0 at 0
            Op.Add => t,
            Op.Sub => first ? t : e.Neg(t),
            Op.Mul when s.IsSquare => first ? e.Times(e.Times(t, 2.0), s.A) : null,
            Op.Mul => e.Times(t, first ? s.B : s.A),
            Op.Div => first ? e.Over(t, s.B) : e.Neg(e.Times(e.Over(t, s.B), s.Y)),

            // a − b·trunc(a/b): the quotient is recovered from the remainder, where it is exact.
            Op.Rem => first ? t : e.Neg(e.Times(t, e.Unary(Op.Round, e.Binary(Op.Div, e.Binary(Op.Sub, s.A, s.Y), s.B)))),

            // At a tie a constant operand wins, else the first.
            Op.Max or Op.Min when e.IsConstant(s.B) => e.When(Exceeds(s, s.A, s.B), t),
            Op.Max or Op.Min => first ? e.Unless(Exceeds(s, s.B, s.A), t) : e.When(Exceeds(s, s.B, s.A), t),
            Op.Fma => operand switch { 0 => e.Times(t, s.B), 1 => e.Times(t, s.A), _ => t },

            Op.Sqrt => e.Over(e.Times(t, 0.5), s.Y),
            Op.Norm => e.When(e.IsNotZero(s.Y), e.Over(e.Times(t, 0.5), s.Y)),
            Op.Cbrt => e.Over(t, e.Product(3.0, e.Square(s.Y))),
            Op.Exp => e.Times(t, s.Y),
            Op.Exp2 => e.Times(e.Times(t, Ln2), s.Y),
            Op.Exp10 => e.Times(e.Times(t, Ln10), s.Y),
            Op.Expm1 => e.Times(t, e.Unary(Op.Exp, s.A)), // y + 1 has no digits left where a ≪ 0
            Op.Log => e.Over(t, s.A),
            Op.Log2 => e.Over(e.Times(t, 1 / Ln2), s.A),
            Op.Log10 => e.Over(e.Times(t, 1 / Ln10), s.A),
            Op.Log1p => e.Over(t, e.OnePlus(s.A)),
            Op.Sin => e.Times(t, e.Unary(Op.Cos, s.A)),
            Op.Cos => e.Neg(e.Times(t, e.Unary(Op.Sin, s.A))),
            Op.Tan => e.Times(t, e.OnePlus(e.Square(s.Y))),
            Op.Asin => e.Over(t, e.Unary(Op.Sqrt, OneMinusSquare(e, s.A))),
            Op.Acos => e.Neg(e.Over(t, e.Unary(Op.Sqrt, OneMinusSquare(e, s.A)))),
            Op.Atan => e.Over(t, e.OnePlus(e.Square(s.A))),
            Op.Sinh => e.Times(t, e.Unary(Op.Cosh, s.A)),
            Op.Cosh => e.Times(t, e.Unary(Op.Sinh, s.A)),
            Op.Tanh => e.Times(t, TanhSlope(s)),
            Op.Asinh => e.Over(t, e.Binary(Op.Hypot, s.A, e.RealLike(s.A, 1))),
            Op.Acosh => e.Over(t, e.Binary(Op.Mul, e.Unary(Op.Sqrt, e.OnePlus(s.A)), e.Unary(Op.Sqrt, e.MinusOne(s.A)))),
            Op.Atanh => e.Over(t, OneMinusSquare(e, s.A)),
            Op.Sigmoid => e.Times(t, SigmoidSlope(s)),
            Op.Softplus => e.Times(t, e.Unary(Op.Sigmoid, s.A)),
            Op.Erf => e.Times(e.Times(t, TwoOverRootPi), e.Unary(Op.Exp, e.Neg(e.Square(s.A)))),
            Op.Erfc => e.Times(e.Times(t, -TwoOverRootPi), e.Unary(Op.Exp, e.Neg(e.Square(s.A)))),
            Op.LogGamma => e.Times(t, e.Unary(Op.Digamma, s.A)),
            Op.Digamma => e.Times(t, e.Unary(Op.Trigamma, s.A)),
            Op.Trigamma => e.Times(t, e.Polygamma(2, s.A)),
            Op.Polygamma when s.Payload == OpFacts.MaxPolygammaOrder => throw new DifferentiationNotSupportedException(
                $"the polygamma function is known up to the order {OpFacts.MaxPolygammaOrder.ToString(System.Globalization.CultureInfo.InvariantCulture)}"),
            Op.Polygamma => e.Times(t, e.Polygamma(s.Payload + 1, s.A)),

            // 0^b stays 0 for b > 0; a negative base has no derivative with respect to the exponent, and the logarithm says so.
            Op.Pow => first ? PowBase(s, t) : e.Unless(e.Binary(Op.And, e.IsZero(s.A), e.IsPositive(s.B)), e.Times(t, e.Binary(Op.Mul, s.Y, e.Unary(Op.Log, s.A)))),
            Op.Atan2 => first ? e.Over(e.Times(t, s.B), SumOfSquares(s)) : e.Neg(e.Over(e.Times(t, s.A), SumOfSquares(s))),
            Op.Hypot => e.When(e.IsNotZero(s.Y), e.Over(e.Times(t, first ? s.A : s.B), s.Y)), // 0 at the origin
            Op.CopySign => e.Times(t, e.Binary(Op.Mul, e.Unary(Op.Sign, s.A), e.Binary(Op.CopySign, e.RealLike(s.B, 1), s.B))),

            Op.Select => operand == 1 ? e.When(s.A, t) : e.Unless(s.A, t),
            Op.Convert => e.Convert(t, e.TypeOf(s.A)),
            Op.Chain => first ? t : e.Times(t, s.C),
            _ => throw new DifferentiationNotSupportedException($"the operation {s.Op} has no derivative rule"),
        };
    }

    /// <summary>
    /// The tangent of y from those of its operands, -1 for an operand that does not move: the sum of what <see cref="Scale"/> gives for
    /// each, written with fewer operations where two share a quotient or exclude each other. Null where it is zero by definition.
    /// </summary>
    /// <inheritdoc cref="Scale" path="/exception"/>
    public static int? Along(RuleSite s, int da, int db, int dc)
    {
        Emitter e = s.Emit;
        bool both = da >= 0 && db >= 0;
        switch (s.Op)
        {
            case Op.Div when both:
                return e.Over(e.Binary(Op.Sub, da, e.Times(db, s.Y)), s.B);
            case Op.Atan2 when both:
                return e.Over(e.Binary(Op.Sub, e.Times(da, s.B), e.Times(db, s.A)), SumOfSquares(s));
            case Op.Hypot when both:
                return e.When(e.IsNotZero(s.Y), e.Over(e.Binary(Op.Add, e.Times(da, s.A), e.Times(db, s.B)), s.Y));
            case Op.Max or Op.Min when both:
                return e.Let(Op.Select, e.TypeOf(da), Exceeds(s, s.B, s.A), db, da);
            case Op.Convert:
                return e.Convert(da, e.TypeOf(s.Y));
            case Op.Select when db >= 0 && dc >= 0:
                return e.Let(Op.Select, e.TypeOf(db), s.A, db, dc);
        }

        int? sum = null;
        int operand = 0;
        foreach (int t in new[] { da, db, dc })
        {
            if (t >= 0 && Scale(s, operand, t) is { } term) sum = sum is { } known ? e.Sum(known, term) : term;
            operand++;
        }

        return sum;
    }

    /// <summary>Whether the slope may be infinite where the operation itself is finite: a root at 0, an arc sine at 1.</summary>
    public static bool MayBeSteep(Op op) => op is Op.Sqrt or Op.Cbrt or Op.Pow or Op.Asin or Op.Acos or Op.Acosh;

    private const double Ln2 = 0.69314718055994530942;
    private const double Ln10 = 2.30258509299404568402;
    private const double TwoOverRootPi = 1.12837916709551257390;

    /// <summary>Whether a wins over b strictly.</summary>
    private static int Exceeds(RuleSite s, int a, int b) => s.Op == Op.Max ? s.Emit.Binary(Op.Lt, b, a) : s.Emit.Binary(Op.Lt, a, b);

    private static int OneMinusSquare(Emitter e, int a) => e.Binary(Op.Mul, e.OneMinus(a), e.OnePlus(a));

    private static int SumOfSquares(RuleSite s) => s.Emit.Binary(Op.Add, s.Emit.Square(s.A), s.Emit.Square(s.B));

    /// <summary>σ(a)·σ(−a), where y·(1 − y) has no digits left on the right; its own slope is (1 − 2y)·y′.</summary>
    private static int SigmoidSlope(RuleSite s)
    {
        Emitter e = s.Emit;
        if (!s.HasOperandAtHand) return e.Binary(Op.Mul, s.Y, e.OneMinus(s.Y));
        int slope = e.Binary(Op.Mul, s.Y, e.Unary(Op.Sigmoid, e.Unary(Op.Neg, s.A)));
        return WithSlope(s, slope, e.OneMinus(e.Product(2, s.Y)));
    }

    /// <summary>4m·(1 − m) with m = σ(−2|a|), where 1 − y² has no digits left on both sides; its own slope is −2y·y′.</summary>
    private static int TanhSlope(RuleSite s)
    {
        Emitter e = s.Emit;
        if (!s.HasOperandAtHand) return e.OneMinus(e.Square(s.Y));
        int small = e.Unary(Op.Sigmoid, e.Product(-2, e.Unary(Op.Abs, s.A)));
        return WithSlope(s, e.Product(4, e.Binary(Op.Mul, small, e.OneMinus(small))), e.Product(-2, s.Y));
    }

    /// <summary>A slope whose own derivative is known by that of y: less to compute, and closer, than what would come of its formula.</summary>
    private static int WithSlope(RuleSite s, int slope, int byResult) => s.Emit.Let(Op.Chain, s.Emit.TypeOf(slope), s.Emit.Unary(Op.Detach, slope), s.Y, byResult);

    /// <summary>t·b·a^(b−1), which is 0 where b = 0 whatever a is; small constant exponents need no second power.</summary>
    private static int? PowBase(RuleSite s, int t)
    {
        Emitter e = s.Emit;
        switch (e.ConstantOf(s.B))
        {
            case null:
                int exponent = e.Binary(Op.Sub, s.B, e.RealLike(s.B, 1));
                return e.Guarded(Op.Mul, e.Times(t, s.B), e.Binary(Op.Pow, s.A, exponent));
            case 0:
                return null;
            case 1:
                return t;
            case 2:
                return e.Times(e.Times(t, 2.0), s.A);
            case 3:
                return e.Times(e.Times(t, 3.0), e.Square(s.A));
            case -1:
                return e.Neg(e.Times(t, e.Square(s.Y)));
            case { } constant:
                return e.Times(e.Times(t, constant), e.Binary(Op.Pow, s.A, e.RealLike(s.A, constant - 1)));
        }
    }
}
