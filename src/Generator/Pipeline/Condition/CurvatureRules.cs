using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>The composition rules: what is known of an operation from what is known of its operands.</summary>
internal sealed class CurvatureRules(CurvatureAnalysis analysis)
{
    /// <summary>sup|φ″| of the functions whose second derivative is bounded.</summary>
    public static double? Bound(Op op) => op switch
    {
        Op.Softplus => 0.25,                  // σ(1 − σ)
        Op.Sigmoid => 0.09622504486493763,    // 1/(6√3)
        Op.Tanh => 0.7698003589195010,        // 4/(3√3)
        Op.Sin or Op.Cos => 1,
        Op.Atan => 0.6495190528383290,        // 3√3/8
        Op.Erf or Op.Erfc => 0.9678828980765735, // √(8/(π·e))
        _ => null,
    };

    public CurvatureFact Of(Let let)
    {
        bool isConstant = true;
        foreach (int operand in let.Operands) isConstant &= analysis.FactOf(operand).IsConstant;
        if (let.Op == Op.Argument) return OfArgument(let);
        if (isConstant) return Constant(let.Id);
        CurvatureFact a = analysis.FactOf(let.A), b = let.B >= 0 ? analysis.FactOf(let.B) : CurvatureFact.Constant;
        if (!analysis.Function.TypeOf(let.Id).IsReal()) return CurvatureFact.Unknown;
        switch (let.Op)
        {
            case Op.Add: return CurvatureFact.Sum(a, b);
            case Op.Sub: return CurvatureFact.Sum(a, b.Negated);
            case Op.Neg: return a.Negated;
            case Op.Convert: return analysis.Function.TypeOf(let.A).IsReal() ? a : CurvatureFact.Unknown;
            case Op.Mul: return Product(let.A, let.B);
            case Op.Fma: return CurvatureFact.Sum(Product(let.A, let.B), analysis.FactOf(let.C));
            case Op.Div: return b.IsConstant ? Scaled(let.A, let.B) : CurvatureFact.Unknown;
            case Op.Detach: return new CurvatureFact(Shape.Constant, true, let.Id, 1);
            case Op.Select: return a.IsConstant ? CurvatureFact.Either(b, analysis.FactOf(let.C)) : CurvatureFact.Unknown;
            case Op.Max when a.IsConvex && b.IsConvex: return Say("max of convex functions", new(Shape.Convex, false));
            case Op.Min when a.IsConcave && b.IsConcave: return Say("min of concave functions", new(Shape.Concave, false));
            case Op.Abs when a.IsAffine: return Say("|affine| is convex", new(Shape.Convex, false));
            case Op.Abs when a.IsConvex && analysis.Signs.IsNonNegative(let.A): return a;
            case Op.Exp when a.Shape <= Shape.Convex && !a.IsExpSum:
                return new CurvatureFact(Shape.Convex, a.Shape <= Shape.Affine, a.Shift, a.ShiftCount, IsExpSum: true);
            case Op.Log when a.IsExpSum:
                return Say("log Σ exp of convex functions is convex", new CurvatureFact(Shape.Convex, a.IsSmooth, a.Shift, a.ShiftCount));
            case Op.Log when analysis.LetOf(let.A) is { Op: Op.Cosh } cosh && analysis.FactOf(cosh.A).IsAffine:
                return Say("log cosh is convex, φ″ ≤ 1", new CurvatureFact(Shape.Convex));
            case Op.Log or Op.Log2 or Op.Log10 or Op.Log1p or Op.Sqrt or Op.Norm when a.IsAffine:
                return Say($"{let.Op.ToString().ToLowerInvariant()} of affine is concave", new(Shape.Concave, false));
            case Op.Sqrt or Op.Norm when a.IsSquares: return Root(let);
            case Op.Hypot when a.IsAffine && b.IsAffine: return Say("the norm of affine functions is convex", new(Shape.Convex, false));
            case Op.Softplus when a.IsConvex:
                return Say(a.IsAffine ? "softplus of affine is convex, φ″ ≤ 1/4" : "softplus of convex is convex", new CurvatureFact(Shape.Convex, a.IsAffine));
            case Op.Cosh when a.IsAffine: return Say("cosh of affine is convex", new(Shape.Convex, false));
            case Op.Pow when b.IsConstant && analysis.LetOf(let.B) is { Op: Op.Const } power: return Power(let.A, power.RealConstant);
            default: return Bound(let.Op) is not null && a.IsAffine ? CurvatureFact.Smooth : CurvatureFact.Unknown;
        }
    }

    /// <summary>Huber's function as a branch: ½x² where |x| ≤ δ, else δ(|x| − ½δ).</summary>
    public CurvatureFact? OfHuber(If branch, Merge merge) =>
        HuberOperand(branch, merge) is int x && analysis.FactOf(x).IsAffine
            ? Say("huber of affine is convex, φ″ ≤ 1", new CurvatureFact(Shape.Convex)) : null;

    public int? HuberOperand(If branch, Merge merge)
    {
        if (analysis.LetOf(branch.Condition) is not { Op: Op.Le } test || analysis.LetOf(test.A) is not { Op: Op.Abs } magnitude) return null;
        int x = magnitude.A, delta = test.B;
        if (!analysis.FactOf(delta).IsConstant || !analysis.Signs.Require(delta)) return null;
        bool isSquare = analysis.LetOf(merge.Then) is { Op: Op.Mul } square && IsHalf(square.A, square.B, x);
        bool isLinear = analysis.LetOf(merge.Else) is { Op: Op.Mul } line && (IsLine(line.A, line.B) || IsLine(line.B, line.A));
        return isSquare && isLinear ? x : null;

        // ½·x·x in either order, and δ·(|x| − ½·δ).
        bool IsHalf(int a, int b, int of) => (a == of && IsHalfOf(b, of)) || (b == of && IsHalfOf(a, of))
            || (IsConstant(a, 0.5) && IsSquareOf(b, of)) || (IsConstant(b, 0.5) && IsSquareOf(a, of));
        bool IsHalfOf(int value, int of) =>
            (analysis.LetOf(value) is { Op: Op.Const } half && analysis.LetOf(of) is { Op: Op.Const } whole && half.RealConstant == 0.5 * whole.RealConstant)
            || analysis.LetOf(value) is { Op: Op.Mul } mul && ((mul.A == of && IsConstant(mul.B, 0.5)) || (mul.B == of && IsConstant(mul.A, 0.5)));
        bool IsSquareOf(int value, int of) => analysis.LetOf(value) is { Op: Op.Mul } mul && mul.A == of && mul.B == of;
        bool IsConstant(int value, double constant) => analysis.LetOf(value) is { Op: Op.Const } let && let.RealConstant == constant;
        bool IsLine(int d, int rest) => d == delta && analysis.LetOf(rest) is { Op: Op.Sub } sub && sub.A == test.A && IsHalfOf(sub.B, delta);
    }

    /// <summary>The value as c·base, through products with constants, for squares such as 0.5·z·z; the factors, and whether the sign is turned.</summary>
    public (int Base, List<int> Factors, bool IsNegated) Factored(int value)
    {
        var factors = new List<int>();
        bool isNegated = false;
        while (analysis.LetOf(value) is { } let)
        {
            if (let.Op == Op.Neg) (value, isNegated) = (let.A, !isNegated);
            else if (let.Op == Op.Mul && analysis.FactOf(let.A).IsConstant) Take(let.A, let.B);
            else if (let.Op == Op.Mul && analysis.FactOf(let.B).IsConstant) Take(let.B, let.A);
            else if (let.Op == Op.Div && analysis.FactOf(let.B).IsConstant) Take(let.B, let.A);
            else break;
        }

        return (value, factors, isNegated);

        void Take(int factor, int rest)
        {
            factors.Add(factor);
            value = rest;
        }
    }

    /// <summary>The affine operand of max(affine, 0), whose square is smooth although it is not.</summary>
    public int? Hinge(int value) =>
        analysis.LetOf(value) is not { Op: Op.Max } max ? null
        : analysis.FactOf(max.A).IsAffine && IsZero(max.B) ? max.A
        : analysis.FactOf(max.B).IsAffine && IsZero(max.A) ? max.B
        : null;

    /// <summary>c where the value is c + a sum of squares with a constant c above 0.</summary>
    public double? Floor(int value) =>
        analysis.LetOf(value) is not { Op: Op.Add } add ? null
        : analysis.LetOf(add.A) is { Op: Op.Const } left && left.RealConstant > 0 ? left.RealConstant
        : analysis.LetOf(add.B) is { Op: Op.Const } right && right.RealConstant > 0 ? right.RealConstant
        : null;

    private bool IsZero(int value) => analysis.LetOf(value) is { Op: Op.Const } let && let.RealConstant == 0;

    private CurvatureFact OfArgument(Let let) =>
        let.Payload >= 0 && analysis.Function.Arguments[(int)let.Payload].Role == ArgumentRole.Parameter ? CurvatureFact.Affine : Constant(let.Id);

    private CurvatureFact Constant(int value) =>
        CurvatureFact.Constant with { IsSquares = analysis.Function.TypeOf(value).IsReal() && analysis.Signs.IsNonNegative(value) };

    private CurvatureFact Product(int x, int y)
    {
        CurvatureFact a = analysis.FactOf(x), b = analysis.FactOf(y);
        if (a.IsConstant) return Scaled(y, x);
        if (b.IsConstant) return Scaled(x, y);
        if (a.IsAffine && b.IsAffine)
        {
            (int left, List<int> one, bool isOneNegated) = Factored(x);
            (int right, List<int> two, bool isTwoNegated) = Factored(y);
            if (left != right || !one.Concat(two).All(analysis.Signs.Require)) return CurvatureFact.Smooth;
            return isOneNegated == isTwoNegated
                ? Say("the square of affine is convex", new CurvatureFact(Shape.Convex, IsSquares: true))
                : new CurvatureFact(Shape.Concave);
        }

        if (x == y && a.IsConvex && analysis.Signs.IsNonNegative(x)) return Say("the square of a convex function above 0 is convex", new CurvatureFact(Shape.Convex, Hinge(x) is not null));
        return CurvatureFact.Unknown;
    }

    /// <summary>c·x or x/c.</summary>
    private CurvatureFact Scaled(int x, int c)
    {
        CurvatureFact fact = analysis.FactOf(x);
        bool isLiteral = analysis.LetOf(c) is { Op: Op.Const };
        if (fact.IsShifted && !fact.IsExpSum)
        {
            return analysis.LetOf(c) is { Op: Op.Const } one && Math.Abs(one.RealConstant) == 1 ? (one.RealConstant > 0 ? fact : fact.Negated) : CurvatureFact.Unknown;
        }

        if (fact.Shape <= Shape.Affine) return fact with { IsSquares = false };
        if (isLiteral && !analysis.Signs.IsNonNegative(c)) return fact.Negated;
        bool isKnown = analysis.Signs.IsNonNegative(c);
        if (!isKnown && fact.Shape != Shape.Unknown && analysis.Signs.Require(c)) isKnown = true;
        if (isKnown) return fact;
        return fact.IsSmooth && !fact.IsExpSum ? CurvatureFact.Smooth : CurvatureFact.Unknown;
    }

    private CurvatureFact Root(Let root)
    {
        bool isSmooth = root.Op == Op.Sqrt && Floor(root.A) is not null;
        return Say(
            isSmooth ? "the root over c + squares of affine is convex, φ″ ≤ 1/√c" : "the norm of affine functions is convex",
            new CurvatureFact(Shape.Convex, isSmooth));
    }

    private CurvatureFact Power(int x, double power)
    {
        CurvatureFact fact = analysis.FactOf(x);
        if (fact.IsAffine && power >= 2 && power % 2 == 0) return Say("an even power of affine is convex", new CurvatureFact(Shape.Convex, power == 2, IsSquares: power == 2));
        return fact.IsConvex && power >= 1 && analysis.Signs.IsNonNegative(x) ? Say("a power of a convex function above 0 is convex", new(Shape.Convex, false)) : CurvatureFact.Unknown;
    }

    private CurvatureFact Say(string reason, CurvatureFact fact)
    {
        analysis.Reasons.Add(reason);
        return fact;
    }
}
