using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// The vocabulary in which derivatives are written, over an <see cref="IrBuilder"/>.
/// </summary>
/// <remarks>
/// Two properties of values are tracked, so that an operation that does not take part in the result cannot poison the
/// gradient: a <em>risky</em> primal value may be infinite or NaN although all inputs are finite (a logarithm, a quotient),
/// and a <em>masked</em> adjoint may be zero because the value that it belongs to was not used (the side of a maximum that
/// lost, an array element that nothing read, a loop that ran no iteration). Their product is guarded: 0 · ∞ stays 0.
/// </remarks>
internal sealed class Emitter(IrBuilder builder)
{
    private readonly Dictionary<int, double> _reals = [];
    private readonly Dictionary<int, int> _ints = [];
    private readonly HashSet<int> _risky = [];
    private readonly HashSet<int> _masked = [];

    public IrBuilder Builder => builder;

    /// <summary>
    /// The guarded products t ≠ 0 ? t·p : 0 that were written. They are t·p, not a branch: where t is 0 but moves, they move too.
    /// </summary>
    public HashSet<int> Guards { get; } = [];

    public ScalarType TypeOf(int value) => builder.TypeOf(value);

    public bool IsRisky(int value) => _risky.Contains(value);

    public void MarkRisky(int value) => _risky.Add(value);

    public bool IsMasked(int value) => _masked.Contains(value);

    public int Masked(int value)
    {
        // A constant is known, and an unmasked value that happens to be interned under the same id needs no guard.
        if (!_reals.ContainsKey(value)) _masked.Add(value);
        return value;
    }

    public bool IsConstant(int value) => _reals.ContainsKey(value);

    public double? ConstantOf(int value) => _reals.TryGetValue(value, out double constant) ? constant : null;

    public int Let(Op op, ScalarType type, int a = -1, int b = -1, int c = -1, long payload = 0)
    {
        int id = builder.Let(op, type, a, b, c, payload);
        if (op == Op.Const)
        {
            if (type.IsReal()) _reals[id] = BitConverter.Int64BitsToDouble(payload);
            else if (type == ScalarType.I32) _ints[id] = (int)payload;
        }

        if (type.IsReal() && (MayBeSingular(op, b) || (a >= 0 && IsRisky(a)) || (b >= 0 && IsRisky(b)) || (c >= 0 && IsRisky(c)))) _risky.Add(id);
        return id;
    }

    /// <summary>Whether an operation can leave the finite numbers for finite operands of ordinary size.</summary>
    public static bool MayBeSingular(Op op) => op is Op.Div or Op.Rem or Op.Sqrt or Op.Norm or Op.Exp or Op.Exp2 or Op.Exp10 or Op.Expm1
        or Op.Log or Op.Log2 or Op.Log10 or Op.Log1p or Op.Tan or Op.Asin or Op.Acos or Op.Sinh or Op.Cosh or Op.Acosh or Op.Atanh
        or Op.LogGamma or Op.Digamma or Op.Trigamma or Op.Polygamma or Op.Pow;

    public int Real(ScalarType type, double value) => Let(Op.Const, type, payload: BitConverter.DoubleToInt64Bits(value));

    public int RealLike(int like, double value) => Real(TypeOf(like), value);

    public int Int(int value) => Let(Op.Const, ScalarType.I32, payload: value);

    public int Zero(ScalarType type) => type.IsReal() ? Real(type, 0) : Let(Op.Const, type);

    public int Unary(Op op, int a) => Let(op, op == Op.Not ? ScalarType.Bool : TypeOf(a), a);

    public int Binary(Op op, int a, int b) => Let(op, op.IsComparison() ? ScalarType.Bool : TypeOf(a), a, b);

    public int Polygamma(long order, int a) => Let(Op.Polygamma, TypeOf(a), a, payload: order);

    public int Convert(int a, ScalarType type) => TypeOf(a) == type ? a : Propagate(Let(Op.Convert, type, a), a);

    public int Square(int a) => Binary(Op.Mul, a, a);

    public int OnePlus(int a) => Binary(Op.Add, RealLike(a, 1), a);

    public int OneMinus(int a) => Binary(Op.Sub, RealLike(a, 1), a);

    public int MinusOne(int a) => Binary(Op.Sub, a, RealLike(a, 1));

    public int Product(double factor, int a) => Binary(Op.Mul, RealLike(a, factor), a);

    public int IsNotZero(int a) => Binary(Op.Ne, a, RealLike(a, 0));

    public int IsZero(int a) => Binary(Op.Eq, a, RealLike(a, 0));

    public int IsPositive(int a) => Binary(Op.Lt, RealLike(a, 0), a);

    public int Neg(int t) => ConstantOf(t) is { } constant ? RealLike(t, -constant) : Propagate(Unary(Op.Neg, t), t);

    public int Times(int t, double factor) => Times(t, RealLike(t, factor));

    /// <summary>The adjoint or tangent t times a partial derivative.</summary>
    public int Times(int t, int partial)
    {
        if (ConstantOf(partial) is 1) return t;
        if (ConstantOf(partial) is -1) return Neg(t);
        if (ConstantOf(t) is 1) return partial;
        if (ConstantOf(t) is -1) return Neg(partial);
        return Guard(t, partial, Op.Mul);
    }

    /// <summary>The adjoint or tangent t divided by the reciprocal of a partial derivative.</summary>
    public int Over(int t, int divisor) => ConstantOf(divisor) is 1 ? t : Guard(t, divisor, Op.Div);

    /// <summary>t where the condition holds, else 0.</summary>
    public int When(int condition, int t) => Masked(Let(Op.Select, TypeOf(t), condition, t, RealLike(t, 0)));

    public int Unless(int condition, int t) => Masked(Let(Op.Select, TypeOf(t), condition, RealLike(t, 0), t));

    /// <summary>The sum of two contributions to one adjoint, which is masked only where both are.</summary>
    public int Sum(int a, int b)
    {
        if (ConstantOf(a) is 0) return b;
        if (ConstantOf(b) is 0) return a;
        int sum = Binary(Op.Add, a, b);
        return IsMasked(a) && IsMasked(b) ? Masked(sum) : sum;
    }

    // Integer arithmetic of tape indices and lengths.
    public int AddInt(int a, int b) => IntOf(a) is 0 ? b : IntOf(b) is 0 ? a : IntOf(a) + IntOf(b) is { } sum ? Int(sum) : Binary(Op.Add, a, b);

    public int SubInt(int a, int b) => IntOf(b) is 0 ? a : a == b ? Int(0) : IntOf(a) - IntOf(b) is { } difference ? Int(difference) : Binary(Op.Sub, a, b);

    public int MulInt(int a, int b) => IntOf(a) is 1 ? b : IntOf(b) is 1 ? a : IntOf(a) * IntOf(b) is { } product ? Int(product) : Binary(Op.Mul, a, b);

    public int MaxInt(int a, int b) => a == b ? a : Binary(Op.Max, a, b);

    public int MinInt(int a, int b) => a == b ? a : Binary(Op.Min, a, b);

    public int? IntOf(int value) => _ints.TryGetValue(value, out int constant) ? constant : null;

    private bool MayBeSingular(Op op, int b) => MayBeSingular(op) && !(op == Op.Div && ConstantOf(b) is { } divisor && divisor != 0);

    private int Guard(int t, int factor, Op op)
    {
        bool singular = op == Op.Div ? ConstantOf(factor) is null or 0 : IsRisky(factor);
        if (!IsMasked(t)) return Binary(op, t, factor);
        return singular ? Guarded(op, t, factor) : Masked(Binary(op, t, factor));
    }

    /// <summary>t·factor or t/factor, and 0 where t is, whatever the factor.</summary>
    public int Guarded(Op op, int t, int factor)
    {
        int product = Let(Op.Select, TypeOf(t), IsNotZero(t), Binary(op, t, factor), RealLike(t, 0));
        Guards.Add(product);
        return Masked(product);
    }

    private int Propagate(int result, int t) => IsMasked(t) ? Masked(result) : result;
}
