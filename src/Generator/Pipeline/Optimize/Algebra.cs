using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Emits operations into a builder in their simplest form. What it does is exact for every IEEE operand (NaN, infinities
/// and −0 included), unless <c>fast</c> allows more.
/// </summary>
/// <param name="afterDifferentiation">Whether the ops that only steer derivatives (Detach, Norm) may become what they compute.</param>
internal sealed class Algebra(IrBuilder builder, bool fast, bool afterDifferentiation)
{
    private readonly Dictionary<int, Let> _definitions = [];
    private readonly Dictionary<int, Affine> _affine = [];

    public IrBuilder Builder { get; } = builder;

    public bool AfterDifferentiation { get; } = afterDifferentiation;

    /// <summary>The operation that defines a value, if it was emitted here.</summary>
    public Let? DefinitionOf(int value) => _definitions.TryGetValue(value, out Let? let) ? let : null;

    public bool Is(int value, Op op, out Let let)
    {
        let = DefinitionOf(value)!;
        return let is not null && let.Op == op;
    }

    public bool IsReal(int value, double constant) =>
        Builder.TypeOf(value).IsReal() && Is(value, Op.Const, out Let let) && let.Payload == ConstantFolding.Bits(constant);

    public double? RealOf(int value) => Builder.TypeOf(value).IsReal() && Is(value, Op.Const, out Let let) ? let.RealConstant : null;

    public bool? BoolOf(int value) => Builder.TypeOf(value) == ScalarType.Bool && Is(value, Op.Const, out Let let) ? let.Payload != 0 : null;

    /// <summary>A constant that the type can hold; what may need rounding goes through <see cref="ConstantFolding.Round"/> first.</summary>
    public int Real(ScalarType type, double value) => Raw(Op.Const, type, payload: ConstantFolding.Bits(value));

    public Affine AffineOf(int value) => _affine.TryGetValue(value, out Affine? form) ? form : Affine.OfAtom(value);

    public int Unary(Op op, int a) => Emit(op, op == Op.Not ? ScalarType.Bool : Builder.TypeOf(a), a);

    public int Binary(Op op, int a, int b) => Emit(op, op.IsComparison() ? ScalarType.Bool : Builder.TypeOf(a), a, b);

    public int Select(int condition, int then, int otherwise) => Emit(Op.Select, Builder.TypeOf(then), condition, then, otherwise);

    /// <summary>The value of the operation, which may be an operand, a constant or another operation.</summary>
    public int Emit(Op op, ScalarType type, int a = -1, int b = -1, int c = -1, long payload = 0)
    {
        if (op.Arity() == 0) return Raw(op, type, payload: payload);
        if (FoldConstants(op, type, a, b, c) is long folded) return Raw(Op.Const, type, payload: folded);

        ScalarType operandType = Builder.TypeOf(op == Op.Select ? b : a);
        int? simpler = op switch
        {
            Op.Select => SimplifySelect(a, b, c),
            Op.Convert => SimplifyConvert(type, a),
            _ => operandType switch
            {
                ScalarType.Bool => SimplifyLogic(op, a, b),
                ScalarType.I32 => SimplifyInteger(op, a, b),
                _ => RealRules.Simplify(this, op, type, a, b, c) ?? (fast ? FastRules.Simplify(this, op, type, a, b) : null),
            },
        };
        return simpler ?? Raw(op, type, a, b, c, payload);
    }

    /// <summary>Emits the operation as it is.</summary>
    public int Raw(Op op, ScalarType type, int a = -1, int b = -1, int c = -1, long payload = 0)
    {
        int id = Builder.Let(op, type, a, b, c, payload);
        if (_definitions.ContainsKey(id)) return id;
        _definitions.Add(id, new Let(id, op, a, b, c, payload));
        if (type == ScalarType.I32)
        {
            Affine? form = op == Op.Const ? Affine.OfConstant((int)payload)
                : op.Arity() is 0 or 3 ? null
                : Affine.Of(op, AffineOf(a), b < 0 ? null : AffineOf(b));
            if (form is not null) _affine[id] = form;
        }

        return id;
    }

    private long? FoldConstants(Op op, ScalarType type, int a, int b, int c)
    {
        // A rebuilt Round of a constant would depend on the tie rule of the host's Math.Round: left to run time.
        if (!Is(a, Op.Const, out Let x)) return null;
        Let? y = null, z = null;
        if (b >= 0 && !Is(b, Op.Const, out y)) return null;
        if (c >= 0 && !Is(c, Op.Const, out z)) return null;
        return ConstantFolding.Fold(op, type, Builder.TypeOf(a), x.Payload, y?.Payload ?? 0, z?.Payload ?? 0);
    }

    private int? SimplifySelect(int condition, int then, int otherwise)
    {
        if (BoolOf(condition) is bool known) return known ? then : otherwise;
        if (then == otherwise) return then;
        if (Is(condition, Op.Not, out Let not)) return Select(not.A, otherwise, then);
        if (BoolOf(then) is bool one && BoolOf(otherwise) is bool two) return one == two ? then : one ? condition : Unary(Op.Not, condition);
        return null;
    }

    private int? SimplifyConvert(ScalarType type, int a)
    {
        if (Builder.TypeOf(a) == type) return a;

        // float → double → float gives the float again; so does int → double → int.
        if (Is(a, Op.Convert, out Let inner) && Builder.TypeOf(inner.A) == type && Builder.TypeOf(a) == ScalarType.F64) return inner.A;
        return null;
    }

    private int? SimplifyLogic(Op op, int a, int b)
    {
        switch (op)
        {
            case Op.Not when Is(a, Op.Not, out Let inner):
                return inner.A;

            // The complement of an integer comparison is one; that of a real one is not (NaN).
            case Op.Not when Is(a, Op.Lt, out Let less) && Builder.TypeOf(less.A) == ScalarType.I32:
                return Binary(Op.Le, less.B, less.A);
            case Op.Not when Is(a, Op.Le, out Let atMost) && Builder.TypeOf(atMost.A) == ScalarType.I32:
                return Binary(Op.Lt, atMost.B, atMost.A);
            case Op.Not when Is(a, Op.Eq, out Let equal):
                return Binary(Op.Ne, equal.A, equal.B);
            case Op.Not when Is(a, Op.Ne, out Let different):
                return Binary(Op.Eq, different.A, different.B);
            case Op.And or Op.Or when a == b:
                return a;
            case Op.And when BoolOf(a) is bool x:
                return x ? b : a;
            case Op.And when BoolOf(b) is bool y:
                return y ? a : b;
            case Op.Or when BoolOf(a) is bool x:
                return x ? a : b;
            case Op.Or when BoolOf(b) is bool y:
                return y ? b : a;
            default:
                return null;
        }
    }

    private int? SimplifyInteger(Op op, int a, int b)
    {
        switch (op)
        {
            case Op.Neg or Op.Add or Op.Sub or Op.Mul:
                return Affine.Of(op, AffineOf(a), b < 0 ? null : AffineOf(b)) is Affine form ? Materialize(form) : null;
            case Op.Min or Op.Max when a == b:
                return a;
            case Op.Div when Is(b, Op.Const, out Let one) && one.Payload == 1:
                return a;
            case Op.Lt or Op.Ne when a == b:
                return Raw(Op.Const, ScalarType.Bool, payload: 0);
            case Op.Le or Op.Eq when a == b:
                return Raw(Op.Const, ScalarType.Bool, payload: 1);
            case Op.Eq or Op.Ne when AffineOf(a).Minus(AffineOf(b)) is int distance:
                return Raw(Op.Const, ScalarType.Bool, payload: (distance == 0) == (op == Op.Eq) ? 1 : 0);
            default:
                return null;
        }
    }

    /// <summary>The one way to write an affine form: terms in the order of their ids (outer loops first), the constant last.</summary>
    private int Materialize(Affine form)
    {
        int result = -1;
        foreach (KeyValuePair<int, int> term in form.Terms.OrderBy(t => t.Value < 0).ThenBy(t => t.Key))
        {
            bool subtract = result >= 0 && term.Value < 0 && term.Value != int.MinValue;
            int coefficient = subtract ? -term.Value : term.Value;
            int product = coefficient == 1 ? term.Key
                : coefficient == -1 ? Raw(Op.Neg, ScalarType.I32, term.Key)
                : Raw(Op.Mul, ScalarType.I32, term.Key, Integer(coefficient));
            result = result < 0 ? product : Raw(subtract ? Op.Sub : Op.Add, ScalarType.I32, result, product);
        }

        if (result < 0) return Integer(form.Constant);
        if (form.Constant == 0) return result;
        bool negative = form.Constant is < 0 and not int.MinValue;
        return Raw(negative ? Op.Sub : Op.Add, ScalarType.I32, result, Integer(negative ? -form.Constant : form.Constant));
    }

    private int Integer(int value) => Raw(Op.Const, ScalarType.I32, payload: value);
}
