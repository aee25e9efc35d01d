using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>The values built so far, as the rules see them: what each is, and how to make new ones.</summary>
internal sealed partial class Terms(IrBuilder builder)
{
    /// <summary>How deep a term is searched for an exponential: products of products share operands, and a full search would take each path.</summary>
    public const int MaxDepth = 6;

    private readonly Dictionary<int, Let> _lets = [];

    /// <summary>Makes log of a value by the rules; set by the rewriter that owns them.</summary>
    public Func<int, int> Log { get; set; } = x => x;

    public ScalarType TypeOf(int value) => builder.TypeOf(value);

    public bool Is(int value, Op op, out Let let) => _lets.TryGetValue(value, out let!) && let.Op == op;

    public bool IsConstant(int value, double constant) =>
        Is(value, Op.Const, out Let let) && TypeOf(value).IsReal() && let.RealConstant == constant;

    public int Emit(Op op, ScalarType type, int a = -1, int b = -1, int c = -1, long payload = 0)
    {
        int id = builder.Let(op, type, a, b, c, payload);
        _lets[id] = new Let(id, op, a, b, c, payload);
        return id;
    }

    public int Unary(Op op, int a) => Emit(op, TypeOf(a), a);

    public int Binary(Op op, int a, int b) => Emit(op, op.IsComparison() ? ScalarType.Bool : TypeOf(a), a, b);

    public int Real(ScalarType type, double value) => Emit(Op.Const, type, payload: BitConverter.DoubleToInt64Bits(value));

    public int Convert(int a, ScalarType type) => TypeOf(a) == type ? a : Emit(Op.Convert, type, a);

    public int Negate(int a) =>
        Is(a, Op.Neg, out Let neg) ? neg.A
        : Is(a, Op.Const, out Let constant) ? Real(TypeOf(a), -constant.RealConstant)
        : Is(a, Op.Sub, out Let difference) ? Binary(Op.Sub, difference.B, difference.A) // Differs in the sign of a zero only.
        : Unary(Op.Neg, a);

    /// <summary>x where the operation has the given constant on either side and x on the other.</summary>
    public int? Other(Let let, double constant) => IsConstant(let.A, constant) ? let.B : IsConstant(let.B, constant) ? let.A : null;

    /// <summary>x where the value is 1 + exp x.</summary>
    public int? OnePlusExp(int value) =>
        Is(value, Op.Add, out Let add) && Other(add, 1) is int e && Is(e, Op.Exp, out Let exp) ? exp.A : null;

    /// <summary>x and c where the product is c·exp x.</summary>
    public (int X, int Factor)? TimesExp(Let mul) =>
        Is(mul.A, Op.Exp, out Let left) ? (left.A, mul.B) : Is(mul.B, Op.Exp, out Let right) ? (right.A, mul.A) : null;

    /// <summary>
    /// The largest exponent that a log-sum-exp may be shifted by: 0 in place of an infinity, which has nothing to gain
    /// and would turn into ∞ − ∞. Its derivative is zero by definition: the shift cancels out.
    /// </summary>
    public int Shift(int max)
    {
        ScalarType type = TypeOf(max);
        int isFinite = Binary(Op.Lt, Unary(Op.Abs, max), Real(type, double.PositiveInfinity));
        return Unary(Op.Detach, Emit(Op.Select, type, isFinite, max, Real(type, 0)));
    }

    /// <summary>The exponent f where the term is exp f, possibly times or divided by something, or converted; else null.</summary>
    public int? Exponent(int term, int depth = 0)
    {
        if (depth > MaxDepth || !_lets.TryGetValue(term, out Let? let)) return null;
        return let.Op switch
        {
            Op.Exp => let.A,
            Op.Mul => Exponent(let.A, depth + 1) ?? Exponent(let.B, depth + 1),
            Op.Div or Op.Neg or Op.Convert => Exponent(let.A, depth + 1),
            _ => null,
        };
    }

    /// <summary>The term with exp f become exp(f − shift).</summary>
    public int Shifted(int term, int shift)
    {
        Let let = _lets[term];
        return let.Op switch
        {
            Op.Exp => Emit(Op.Exp, TypeOf(term), Binary(Op.Sub, let.A, Convert(shift, TypeOf(let.A))), payload: OpFacts.Weight),
            Op.Mul when Exponent(let.A) is not null => Binary(Op.Mul, Shifted(let.A, shift), let.B),
            Op.Mul => Binary(Op.Mul, let.A, Shifted(let.B, shift)),
            Op.Div => Binary(Op.Div, Shifted(let.A, shift), let.B),
            _ => Emit(let.Op, TypeOf(term), Shifted(let.A, shift)),
        };
    }

    /// <summary>The stable logarithm of a sum of two or more exponentials (each may have a factor; constants count as c·exp 0), and two of the exponents.</summary>
    public (int Value, int A, int B)? LogSumExp(int sum)
    {
        if (!Is(sum, Op.Add, out _)) return null;
        var terms = new List<int>();
        if (!Flatten(sum, terms)) return null;
        int[] exponents = terms.Select(t => Exponent(t) ?? -1).Where(e => e >= 0).ToArray();
        if (exponents.Length < 2 || exponents.Any(e => TypeOf(e) != TypeOf(sum))) return null;

        ScalarType type = TypeOf(sum);
        int max = exponents.Aggregate((a, b) => Binary(Op.Max, a, b));
        if (exponents.Length < terms.Count) max = Binary(Op.Max, max, Real(type, 0));
        int shift = Shift(max);
        int shifted = terms
            .Select(t => Exponent(t) is null ? Binary(Op.Mul, t, Unary(Op.Exp, Negate(shift))) : Shifted(t, shift))
            .Aggregate((a, b) => Binary(Op.Add, a, b));
        return (Binary(Op.Add, shift, Unary(Op.Log, shifted)), exponents[0], exponents[1]);
    }

    private bool Flatten(int sum, List<int> terms, int depth = 0)
    {
        if (Is(sum, Op.Add, out Let add)) return depth < 16 && Flatten(add.A, terms, depth + 1) && Flatten(add.B, terms, depth + 1);
        if (Exponent(sum) is null && !Is(sum, Op.Const, out _)) return false;
        terms.Add(sum);
        return terms.Count <= 16;
    }
}
