using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>
/// Builds the quadratic form q with −∇²q ≤ ∇²ℓ ≤ ∇²q of a loss with bounded curvature. Every value of the loss becomes: itself where it does
/// not depend on the parameters; its linear part where it is affine; and where it is curved, a form that bounds its second derivative. A
/// function φ of an affine z becomes ½·sup|φ″|·z², a sum the sum of the forms, a multiple by c that by |c|, a product of affine u and v
/// ½(u² + v²), and log Σ exp zⱼ, whose second derivative in z has no eigenvalue above ½, becomes ¼·Σ zⱼ².
/// </summary>
internal sealed class Majorant : IrRewriter
{
    private readonly CurvatureAnalysis _analysis;
    private readonly CurvatureRules _rules;
    private readonly HashSet<int> _zeros = [];

    private Majorant(CurvatureAnalysis analysis) : base(analysis.Function)
    {
        _analysis = analysis;
        _rules = new CurvatureRules(analysis);
    }

    /// <summary>q, or null where the loss is affine.</summary>
    public static Function? Build(CurvatureAnalysis analysis)
    {
        if (analysis.FactOf(analysis.Function.Result).IsAffine) return null;
        return new Majorant(analysis).Run();
    }

    /// <summary>What a value has become, as part of a value of the given kind: an affine summand of a curved value is 0, as is a constant of an affine one.</summary>
    private int As(int value, CurvatureFact whole)
    {
        CurvatureFact part = _analysis.FactOf(value);
        ScalarType type = Source.TypeOf(value);
        if (!type.IsReal()) return part.IsConstant ? Map(value) : Zero(type);
        if (whole.IsConstant) return Map(value);
        if (!whole.IsSmooth) return Zero(type);
        bool isNothing = part.Shape == Shape.Constant || (part.Shape == Shape.Affine && whole.Shape != Shape.Affine);
        return isNothing ? Zero(type) : Map(value);
    }

    protected override int RewriteLet(Let let)
    {
        CurvatureFact fact = _analysis.FactOf(let.Id);
        ScalarType type = Source.TypeOf(let.Id);
        if (fact.IsConstant || (let.Op == Op.Argument && fact.IsAffine)) return base.RewriteLet(let);
        if (!type.IsReal() || !fact.IsSmooth || fact.Shape == Shape.Constant) return Zero(type);
        return fact.Shape == Shape.Affine ? Linear(let, fact, type) : Quadratic(let, fact, type);
    }

    protected override int RewriteLoad(Load load)
    {
        CurvatureFact fact = _analysis.FactOf(load.Id);
        return fact.IsSmooth && _analysis.FactOf(load.Index).IsConstant ? base.RewriteLoad(load) : Zero(Source.TypeOf(load.Id));
    }

    protected override void RewriteStore(Store store)
    {
        CurvatureFact fact = _analysis.FactOfBuffer(store.Buffer);
        if (!_analysis.FactOf(store.Index).IsConstant) return;
        Builder.Store(store.Buffer, Map(store.Index), As(store.Value, fact));
    }

    protected override void RewriteLoop(Loop loop)
    {
        CurvatureFact[] facts = loop.Carried.Select(c => _analysis.FactOf(c.Result)).ToArray();
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), loop.Carried.Select((c, k) => As(c.Init, facts[k])).ToArray(), WrittenBy(loop.Body),
            loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        for (int k = 0; k < loop.Carried.Count; k++) Alias(loop.Carried[k].Id, open.Carried[k]);
        RewriteRegion(loop.Body);
        int[] results = Builder.EndLoop(open, loop.Carried.Select((c, k) => As(c.Next, facts[k])).ToArray());
        for (int k = 0; k < loop.Carried.Count; k++) Alias(loop.Carried[k].Result, results[k]);
    }

    protected override void RewriteIf(If branch)
    {
        if (!_analysis.FactOf(branch.Condition).IsConstant)
        {
            foreach (Merge merge in branch.Results)
            {
                ScalarType type = Source.TypeOf(merge.Result);
                int? x = _rules.OfHuber(branch, merge) is null ? null : _rules.HuberOperand(branch, merge);
                Alias(merge.Result, x is int z ? HalfSquare(Map(z), 1, type) : Zero(type));
            }

            return;
        }

        CurvatureFact[] facts = branch.Results.Select(m => _analysis.FactOf(m.Result)).ToArray();
        int[] results = Builder.If(
            Map(branch.Condition),
            () =>
            {
                RewriteRegion(branch.Then);
                return branch.Results.Select((m, k) => As(m.Then, facts[k])).ToArray();
            },
            () =>
            {
                RewriteRegion(branch.Else);
                return branch.Results.Select((m, k) => As(m.Else, facts[k])).ToArray();
            });
        for (int k = 0; k < branch.Results.Count; k++) Alias(branch.Results[k].Result, results[k]);
    }

    private int Linear(Let let, CurvatureFact fact, ScalarType type)
    {
        switch (let.Op)
        {
            case Op.Mul or Op.Div:
                return Builder.Binary(let.Op, Map(let.A), Map(let.B));
            case Op.Fma:
                return Builder.Binary(Op.Add, Builder.Binary(Op.Mul, Map(let.A), Map(let.B)), As(let.C, fact));
            case Op.Select:
                return Builder.Select(Map(let.A), As(let.B, fact), As(let.C, fact));
            case Op.Convert:
                return Builder.Convert(Map(let.A), type);
            case Op.Neg:
                return Builder.Unary(Op.Neg, Map(let.A));
            default:
                // Constants fall out of sums.
                bool isLeft = _analysis.FactOf(let.A).Shape != Shape.Constant, isRight = _analysis.FactOf(let.B).Shape != Shape.Constant;
                return isLeft && isRight ? Builder.Binary(let.Op, Map(let.A), Map(let.B))
                    : isLeft ? Map(let.A)
                    : let.Op == Op.Sub ? Builder.Unary(Op.Neg, Map(let.B)) : Map(let.B);
        }
    }

    private int Quadratic(Let let, CurvatureFact fact, ScalarType type)
    {
        switch (let.Op)
        {
            case Op.Add or Op.Sub:
                return Sum(As(let.A, fact), As(let.B, fact));
            case Op.Neg:
                return Map(let.A);
            case Op.Convert:
                return Builder.Convert(Map(let.A), type);
            case Op.Select:
                return Builder.Select(Map(let.A), As(let.B, fact), As(let.C, fact));
            case Op.Mul or Op.Div when fact.IsExpSum:
                // A factor only moves an exponent of the log Σ exp.
                return As(_analysis.FactOf(let.A).IsConstant ? let.B : let.A, fact);
            case Op.Div:
                return Builder.Binary(Op.Div, Map(let.A), Magnitude(let.B));
            case Op.Mul:
                return Product(let.A, let.B, type);
            case Op.Fma:
                return Sum(Product(let.A, let.B, type), As(let.C, fact));
            case Op.Exp:
                return _analysis.FactOf(let.A) is { Shape: Shape.Affine } ? HalfSquare(Map(let.A), 0.5, type) : Zero(type);
            case Op.Log when _analysis.FactOf(let.A).IsExpSum:
                return Map(let.A);
            case Op.Log:
                return HalfSquare(Map(_analysis.LetOf(let.A)!.A), 1, type);
            case Op.Sqrt:
                // φ(s) = √(c + s) of a sum of squares: ∇² ≤ ∇²s/(2√c).
                return Builder.Binary(Op.Mul, Map(let.A), Builder.Real(type, 0.5 / Math.Sqrt(_rules.Floor(let.A) ?? double.NaN)));
            case Op.Pow:
                return Builder.Binary(Op.Mul, Map(let.A), Map(let.A));
            default:
                return HalfSquare(Map(let.A), CurvatureRules.Bound(let.Op) ?? throw new InvalidOperationException($"{let.Op} has no bounded curvature."), type);
        }
    }

    private int Product(int x, int y, ScalarType type)
    {
        CurvatureFact a = _analysis.FactOf(x), b = _analysis.FactOf(y);
        if (a.IsConstant) return b.IsAffine ? Zero(type) : Builder.Binary(Op.Mul, Magnitude(x), Map(y));
        if (b.IsConstant) return a.IsAffine ? Zero(type) : Builder.Binary(Op.Mul, Magnitude(y), Map(x));
        if (a.IsAffine && b.IsAffine)
        {
            int u = Map(x), v = Map(y);
            return u == v ? Builder.Binary(Op.Mul, u, u)
                : _rules.Factored(x).Base == _rules.Factored(y).Base ? SignedSquare(x, y, type)
                : HalfSquares(u, v, type);
        }

        int z = Map(_rules.Hinge(x)!.Value);
        return Builder.Binary(Op.Mul, z, z);
    }

    /// <summary>|c|·z² for the product of two multiples of one affine z.</summary>
    private int SignedSquare(int x, int y, ScalarType type)
    {
        (int z, List<int> one, _) = _rules.Factored(x);
        (_, List<int> two, _) = _rules.Factored(y);
        int u = Map(x), v = Map(y);
        int product = Builder.Binary(Op.Mul, u, v);
        bool isNegative = _rules.Factored(x).IsNegated != _rules.Factored(y).IsNegated;
        bool isKnown = one.Concat(two).All(_analysis.Signs.Require) && Source.TypeOf(z) == type;
        return !isKnown ? HalfSquares(u, v, type) : isNegative ? Builder.Unary(Op.Neg, product) : product;
    }

    private int HalfSquare(int z, double bound, ScalarType type) =>
        Builder.Binary(Op.Mul, Builder.Real(type, 0.5 * bound), Builder.Binary(Op.Mul, z, z));

    private int HalfSquares(int u, int v, ScalarType type) =>
        Builder.Binary(Op.Mul, Builder.Real(type, 0.5), Sum(Builder.Binary(Op.Mul, u, u), Builder.Binary(Op.Mul, v, v)));

    private int Sum(int a, int b) => IsZero(a) ? b : IsZero(b) ? a : Builder.Binary(Op.Add, a, b);

    private int Magnitude(int constant) =>
        _analysis.Signs.IsNonNegative(constant) ? Map(constant) : Builder.Unary(Op.Abs, Map(constant));

    private bool IsZero(int value) => _zeros.Contains(value);

    private int Zero(ScalarType type)
    {
        int zero = type switch
        {
            ScalarType.Bool => Builder.Bool(false),
            ScalarType.I32 => Builder.Int(0),
            _ => Builder.Real(type, 0),
        };
        if (type.IsReal()) _zeros.Add(zero);
        return zero;
    }
}
