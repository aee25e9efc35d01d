using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>
/// Random well-formed loss functions, built directly with <see cref="IrBuilder"/>: for the equivalence tests of passes.
/// </summary>
/// <remarks>
/// Every real value is made with bounds that it cannot leave on the inputs of <see cref="RandomInputs"/>: operations whose
/// domain or range needs it get a tamed operand, carried values and array elements keep to an interval that their updates
/// are squashed into. So hardly any program is not finite, and none is ill-conditioned.
/// </remarks>
internal sealed class RandomIr
{
    private readonly record struct Value(int Id, double Low, double High)
    {
        public double Size => Math.Max(Math.Abs(Low), Math.Abs(High));
    }

    private readonly record struct Index(int Id, int Extent);

    private readonly record struct Array(int Buffer, int Extent, bool Local, ScalarType Type);

    private const double ArraySize = 2;
    private const double CarriedSize = 2;

    private readonly Random _random;
    private readonly IrBuilder _builder = new();
    private readonly ScalarType _real;
    private readonly List<Value> _values = [];
    private readonly List<Index> _indices = [];
    private readonly List<Array> _arrays = [];
    private readonly List<int> _conditions = [];
    private readonly List<Argument> _arguments = [];
    private readonly List<Extent> _extents = [];
    private int _budget;
    private int _locals;

    // An example must not change what later examples compute: inside the loop over examples, arrays from before it are only read.
    private int _readOnlyArrays;
    private int _zero;

    private RandomIr(int seed)
    {
        _random = new Random(seed);
        _real = _random.Next(8) == 0 ? ScalarType.F32 : ScalarType.F64;
        _budget = _random.Next(8, 40);
    }

    /// <summary>The program of a seed: always the same.</summary>
    public static Function Create(int seed) => new RandomIr(seed).Build($"Random{seed}");

    private Function Build(string name)
    {
        bool examples = _random.Next(3) > 0;
        int extents = _random.Next(1, 3);
        for (int e = 0; e < extents; e++) _extents.Add(new Extent("abc"[e].ToString()));
        _zero = _builder.Int(0);
        AddArray("w", ArgumentRole.Parameter, 0);
        if (Chance(2)) AddArray("v", ArgumentRole.Parameter, extents - 1);
        AddScalar("p", ArgumentRole.Parameter);
        if (Chance(2)) AddScalar("q", ArgumentRole.Parameter);
        if (Chance(2)) AddScalar("c", ArgumentRole.Constant);
        if (Chance(2)) AddArray("k", ArgumentRole.Constant, extents - 1);

        if (!examples)
        {
            Block(depth: 0);
            int total = Total();
            return _builder.Finish(name, _real, _arguments, _extents, total);
        }

        // Data arguments stand in the list, but are used inside the loop only.
        int x = DataBuffer("x", _real, 0), y = DataBuffer("y", _real, -1), i = DataBuffer("i", ScalarType.I32, -1);
        if (Chance(2)) Block(depth: 2);
        List<int> written = _arrays.Where(a => a.Local).Select(a => a.Buffer).ToList();
        int count = _builder.Argument(-1, ScalarType.I32, "n");
        IrBuilder.OpenLoop loop = _builder.BeginLoop(_zero, count, [_builder.Real(_real, 0)], written, isExamples: true, counterName: "example");
        _budget += _random.Next(6, 25);
        _arrays.Add(new Array(x, 0, false, _real));
        _readOnlyArrays = _arrays.Count;
        int label = _builder.Load(y, _zero);
        Add(label, -RandomInputs.MaxReal, RandomInputs.MaxReal);
        int row = _builder.Load(i, _zero);
        for (int e = 0; e < extents; e++) _indices.Add(new Index(row, e));
        if (Chance(4)) Add(_builder.Convert(loop.Counter, _real), 0, 2);
        Block(depth: 1);
        int loss = Total();
        int sum = _builder.EndLoop(loop, [_builder.Binary(Op.Add, loop.Carried[0], loss)])[0];
        return _builder.Finish(name, _real, _arguments, _extents, sum);
    }

    private IEnumerable<Array> WritableArrays => _arrays.Skip(_readOnlyArrays).Where(a => a.Local);

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];

    private void AddArray(string name, ArgumentRole role, int extent)
    {
        BufferKind kind = role == ArgumentRole.Parameter ? BufferKind.Parameter : BufferKind.Constant;
        int buffer = _builder.AddBuffer(name, kind, _real, _arguments.Count);
        _arguments.Add(new Argument(name, role, _real, true, extent, buffer));
        _arrays.Add(new Array(buffer, extent, false, _real));
    }

    private void AddScalar(string name, ArgumentRole role)
    {
        int id = _builder.Argument(_arguments.Count, _real, name);
        _arguments.Add(new Argument(name, role, _real, false, -1, -1));
        Add(id, -RandomInputs.MaxReal, RandomInputs.MaxReal);
    }

    private int DataBuffer(string name, ScalarType type, int extent)
    {
        int buffer = _builder.AddBuffer(name, BufferKind.Data, type, _arguments.Count);
        _arguments.Add(new Argument(name, ArgumentRole.Data, type, extent >= 0, extent, buffer));
        return buffer;
    }

    private Value Add(int id, double low, double high)
    {
        var value = new Value(id, low, high);
        _values.Add(value);
        return value;
    }

    /// <summary>The last values and some others, weighed and added.</summary>
    private int Total()
    {
        int total = _builder.Real(_real, 0);
        int start = Math.Max(0, _values.Count - 4);
        foreach (Value value in _values.Skip(start).Concat([Pick(_values), Pick(_values)]).ToArray())
        {
            int weighed = _builder.Binary(Op.Mul, Tame(value, 10).Id, _builder.Real(_real, Constant()));
            total = _builder.Binary(Op.Add, total, weighed);
        }

        return total;
    }

    private double Constant() => Math.Round(0.25 + (1.5 * _random.NextDouble()), 2) * (Chance(3) ? -1 : 1);

    private void Block(int depth)
    {
        int statements = _random.Next(2, 7);
        for (int s = 0; s < statements && _budget > 0; s++)
        {
            _budget--;
            switch (_random.Next(16))
            {
                case 0 or 1 when depth < 3: AddLoop(depth, scan: false); break;
                case 2 or 3 when depth < 3: AddLoop(depth, scan: true); break;
                case 4 or 5 when depth < 4: AddIf(depth); break;
                case 6: AddLocal(); break;
                case 7 when WritableArrays.Any(): AddStore(); break;
                case 8 or 9: AddLoad(); break;
                case 10: _conditions.Add(Condition()); break;
                default: AddOperation(); break;
            }
        }
    }

    private int AnyIndex(int extent)
    {
        List<Index> fitting = _indices.Where(i => i.Extent == extent).ToList();
        int length = _builder.Extent(extent);
        if (fitting.Count == 0) return Chance(2) ? _zero : _builder.Binary(Op.Sub, length, _builder.Int(1));
        int index = Pick(fitting).Id;
        switch (_random.Next(5))
        {
            case 0: // reversed
                return _builder.Binary(Op.Sub, _builder.Binary(Op.Sub, length, _builder.Int(1)), index);
            case 1: // the next, cyclically
                return _builder.Binary(Op.Rem, _builder.Binary(Op.Add, index, _builder.Int(1)), length);
            default:
                return index;
        }
    }

    private Value AddLoad()
    {
        Array array = Pick(_arrays);
        double size = array.Local ? ArraySize : RandomInputs.MaxReal;
        return Add(_builder.Load(array.Buffer, AnyIndex(array.Extent)), -size, size);
    }

    private void AddStore()
    {
        Array array = Pick(WritableArrays.ToList());
        int index = AnyIndex(array.Extent);
        int value = Tame(Pick(_values), ArraySize).Id;
        if (Chance(3))
        {
            // In place: old and new in one formula.
            int old = _builder.Load(array.Buffer, index);
            int half = _builder.Real(_real, 0.5);
            value = _builder.Binary(Op.Mul, half, _builder.Binary(Chance(2) ? Op.Add : Op.Sub, value, old));
        }

        _builder.Store(array.Buffer, index, value);
    }

    private void AddLocal()
    {
        int extent = _random.Next(_extents.Count);
        var array = new Array(_builder.AddBuffer("t" + _locals++, BufferKind.Local, _real), extent, true, _real);
        int length = _builder.Extent(extent);
        _builder.Alloc(array.Buffer, length);
        int values = _values.Count, indices = _indices.Count;
        List<int> written = [array.Buffer];
        IrBuilder.OpenLoop loop = _builder.BeginLoop(_zero, length, [], written);
        _indices.Add(new Index(loop.Counter, extent));
        AddLoad();
        AddOperation();
        _builder.Store(array.Buffer, loop.Counter, Tame(_values[^1], ArraySize).Id);
        _builder.EndLoop(loop, []);
        Trim(values, indices);
        _arrays.Add(array);
    }

    private void AddLoop(int depth, bool scan)
    {
        int extent = _random.Next(_extents.Count);
        int from = _zero, to = _builder.Extent(extent);
        List<Index> bounds = _indices.Where(i => i.Extent == extent).ToList();
        if (bounds.Count > 0 && Chance(3)) to = Pick(bounds).Id; // triangular
        else if (Chance(4)) from = _builder.Int(1);

        Value start = Tame(Pick(_values), CarriedSize);
        var inits = new List<int> { start.Id };
        bool both = Chance(3);
        if (both) inits.Add(_builder.Real(_real, 0));
        bool offset = Chance(4);
        if (offset) inits.Add(_zero);
        bool flag = Chance(5);
        if (flag) inits.Add(_builder.Bool(false));

        int values = _values.Count, indices = _indices.Count, arrays = _arrays.Count, conditions = _conditions.Count;
        List<int> written = _arrays.Where(a => a.Local).Select(a => a.Buffer).ToList();
        IrBuilder.OpenLoop loop = _builder.BeginLoop(from, to, inits, written, descending: Chance(5), counterName: "ijk"[Math.Min(depth, 2)].ToString());
        _indices.Add(new Index(loop.Counter, extent));
        if (from != _zero) _indices.Add(new Index(_builder.Binary(Op.Sub, loop.Counter, _builder.Int(1)), extent));
        bool max = !scan && Chance(3);
        if (scan) Add(loop.Carried[0], -CarriedSize, CarriedSize);
        int next = both ? 2 : 1;
        int offsetId = offset ? loop.Carried[next++] : -1;
        if (offset) _indices.Add(new Index(_builder.Binary(Op.Rem, offsetId, _builder.Extent(extent)), extent));
        int flagId = flag ? loop.Carried[next] : -1;
        if (flag) _conditions.Add(flagId);

        AddLoad();
        Block(depth + 1);
        AddOperation();
        Value last = _values[^1];
        var nexts = new List<int>();
        double low, high;
        if (scan)
        {
            Value tamed = Tame(last, CarriedSize);
            int half = _builder.Real(_real, 0.5);
            nexts.Add(Chance(2) ? tamed.Id : _builder.Binary(Op.Mul, half, _builder.Binary(Op.Sub, loop.Carried[0], tamed.Id)));
            (low, high) = (-CarriedSize, CarriedSize);
        }
        else if (max)
        {
            nexts.Add(_builder.Binary(Op.Max, loop.Carried[0], last.Id));
            (low, high) = (start.Low, Math.Max(start.High, last.High));
        }
        else
        {
            Value term = Tame(last, 10);
            bool minus = Chance(4);
            nexts.Add(_builder.Binary(minus ? Op.Sub : Op.Add, loop.Carried[0], term.Id));
            (low, high) = (start.Low - (RandomInputs.MaxExtent * term.Size), start.High + (RandomInputs.MaxExtent * term.Size));
        }

        Value second = default;
        if (both)
        {
            second = Tame(Pick(_values), 5);
            nexts.Add(_builder.Binary(Op.Add, loop.Carried[1], second.Id));
        }

        if (offset) nexts.Add(_builder.Binary(Op.Add, offsetId, _builder.Int(1)));
        if (flag) nexts.Add(_builder.Binary(Op.Or, flagId, Condition()));
        int[] results = _builder.EndLoop(loop, nexts);
        Trim(values, indices, arrays, conditions);
        Add(results[0], low, high);
        if (both) Add(results[1], -RandomInputs.MaxExtent * second.Size, RandomInputs.MaxExtent * second.Size);
        if (flag) _conditions.Add(results[^1]);
    }

    private void AddIf(int depth)
    {
        int condition = Condition();
        int merges = _random.Next(0, 3);
        var then = new List<Value>();
        var otherwise = new List<Value>();
        IReadOnlyList<int> Side(List<Value> gives)
        {
            int values = _values.Count, indices = _indices.Count, arrays = _arrays.Count, conditions = _conditions.Count;
            if (Chance(2)) AddOperation();
            Block(depth + 1);
            if (merges == 0 && WritableArrays.Any()) AddStore();
            for (int m = 0; m < merges; m++) gives.Add(Chance(4) ? Pick(_values) : _values[^(1 + (m % Math.Min(2, _values.Count)))]);
            Trim(values, indices, arrays, conditions);
            return gives.Select(v => v.Id).ToArray();
        }

        int[] results = _builder.If(condition, () => Side(then), () => Side(otherwise));
        for (int m = 0; m < merges; m++)
        {
            Add(results[m], Math.Min(then[m].Low, otherwise[m].Low), Math.Max(then[m].High, otherwise[m].High));
        }
    }

    private int Condition()
    {
        switch (_random.Next(6))
        {
            case 0 when _conditions.Count > 0:
                return _builder.Unary(Op.Not, Pick(_conditions));
            case 1 when _conditions.Count > 0:
                return _builder.Binary(Chance(2) ? Op.And : Op.Or, Pick(_conditions), Condition());
            case 2 when _indices.Count > 0:
                return _builder.Binary(Pick([Op.Lt, Op.Le, Op.Eq, Op.Ne]), Pick(_indices).Id, Chance(2) ? _builder.Int(1) : Pick(_indices).Id);
            default:
                int right = Chance(2) ? _builder.Real(_real, Constant()) : Pick(_values).Id;
                return _builder.Binary(Chance(2) ? Op.Lt : Op.Le, Pick(_values).Id, right);
        }
    }

    private void Trim(int values, int indices, int arrays = -1, int conditions = -1)
    {
        _values.RemoveRange(values, _values.Count - values);
        _indices.RemoveRange(indices, _indices.Count - indices);
        if (arrays >= 0) _arrays.RemoveRange(arrays, _arrays.Count - arrays);
        if (conditions >= 0) _conditions.RemoveRange(conditions, _conditions.Count - conditions);
    }

    /// <summary>The value itself if it keeps within ±size, else something of it that does.</summary>
    private Value Tame(Value value, double size)
    {
        if (value.Size <= size) return value;
        int id;
        switch (_random.Next(4))
        {
            case 0:
                id = _builder.Unary(Op.Sin, value.Id);
                return Add(id, -1, 1);
            case 1 when value.Size < 1e6:
                id = _builder.Binary(Op.Mul, value.Id, _builder.Real(_real, Math.Floor(1e6 * size / value.Size) / 1e6));
                return Add(id, -size, size);
            case 2:
                id = _builder.Binary(Op.Max, _builder.Binary(Op.Min, value.Id, _builder.Real(_real, size)), _builder.Real(_real, -size));
                return Add(id, -size, size);
            default:
                id = _builder.Unary(Op.Tanh, value.Id);
                return Add(id, -1, 1);
        }
    }

    /// <summary>A positive value of the operand: at least ¼.</summary>
    private Value Positive(Value value)
    {
        if (value.Low >= 0.25) return value;
        Value tame = Tame(value, 5);
        int quarter = _builder.Real(_real, 0.25);
        int square = Chance(2)
            ? _builder.Binary(Op.Add, _builder.Binary(Op.Mul, tame.Id, tame.Id), quarter)
            : _builder.Fma(tame.Id, tame.Id, quarter);
        return Add(square, 0.25, (tame.Size * tame.Size) + 0.25);
    }

    private void AddOperation()
    {
        Value a = Tame(Pick(_values), 20), b = Tame(Chance(2) ? _values[^1] : Pick(_values), 20);
        int r;
        switch (_random.Next(38))
        {
            case 0 or 1: Bounded(_builder.Binary(Op.Add, a.Id, b.Id), a.Size + b.Size); break;
            case 2 or 3: Bounded(_builder.Binary(Op.Sub, a.Id, b.Id), a.Size + b.Size); break;
            case 4 or 5 or 6: Bounded(_builder.Binary(Op.Mul, a.Id, b.Id), a.Size * b.Size); break;
            case 7:
                Value positive = Positive(b);
                Bounded(_builder.Binary(Op.Div, a.Id, positive.Id), a.Size / positive.Low);
                break;
            case 8: Bounded(_builder.Unary(Op.Neg, a.Id), a.Size); break;
            case 9: Add(_builder.Unary(Op.Abs, a.Id), 0, a.Size); break;
            case 10: Bounded(_builder.Binary(Op.Max, a.Id, b.Id), Math.Max(a.Size, b.Size)); break;
            case 11: Bounded(_builder.Binary(Op.Min, a.Id, Chance(2) ? b.Id : _builder.Real(_real, 0)), Math.Max(a.Size, b.Size)); break;
            case 12: Bounded(_builder.Fma(a.Id, b.Id, Pick(_values.Where(v => v.Size <= 20).ToList()).Id), (a.Size * b.Size) + 20); break;
            case 13: UnaryOf(Pick([Op.Sqrt, Op.Norm, Op.Cbrt]), Positive(a), x => Math.Sqrt(Math.Max(x, 1))); break;
            case 14: UnaryOf(Pick([Op.Exp, Op.Exp2, Op.Expm1]), Tame(a, 3), Math.Exp); break;
            case 15: UnaryOf(Op.Exp10, Tame(a, 1), x => Math.Pow(10, x)); break;
            case 16: UnaryOf(Pick([Op.Log, Op.Log2, Op.Log10, Op.Log1p]), Positive(a), x => Math.Log2(x + 1) + 2); break;
            case 17: UnaryOf(Pick([Op.Sin, Op.Cos]), a, _ => 1); break;
            case 18: UnaryOf(Op.Tan, Tame(a, 1), _ => 2); break;
            case 19:
                int shrunk = _builder.Binary(Op.Mul, Tame(a, 2).Id, _builder.Real(_real, 0.375));
                UnaryOf(Pick([Op.Asin, Op.Acos, Op.Atanh]), new Value(shrunk, -0.75, 0.75), _ => 3);
                break;
            case 20: UnaryOf(Pick([Op.Atan, Op.Asinh, Op.Tanh, Op.Sigmoid, Op.Erf, Op.Erfc]), a, x => 1 + Math.Asinh(x)); break;
            case 21: UnaryOf(Pick([Op.Sinh, Op.Cosh]), Tame(a, 2), Math.Cosh); break;
            case 22:
                Value above = Positive(a);
                int one = _builder.Binary(Op.Add, above.Id, _builder.Real(_real, 1));
                UnaryOf(Op.Acosh, new Value(one, 1.25, above.High + 1), x => Math.Acosh(x));
                break;
            case 23: UnaryOf(Op.Softplus, a, x => x + 1); break;
            case 24:
                // Values that occur, up to sizes that reach all branches of an implementation.
                UnaryOf(Pick([Op.LogGamma, Op.Digamma, Op.Trigamma]), Positive(a), x => (x * Math.Log(x + 2)) + 20);
                break;
            case 25 when Chance(6): Bounded(_builder.Let(Op.Polygamma, _real, Positive(a).Id, payload: 2), 40); break;
            case 25: UnaryOf(Pick([Op.Floor, Op.Ceiling, Op.Round, Op.Truncate, Op.Sign]), a, x => x + 1); break;
            case 26 when Chance(2): Bounded(_builder.Let(Op.Chain, _real, a.Id, b.Id, Tame(a, 4).Id), a.Size); break;
            case 26: Bounded(_builder.Unary(Op.Detach, a.Id), a.Size); break;
            case 27:
                Value basis = Tame(Positive(a), 4);
                if (basis.Low < 0.25) basis = Positive(basis);
                double exponent = Pick([2, 3, 0.5, -1, 1, 0, -0.5]);
                int power = Chance(2) ? _builder.Real(_real, exponent) : Tame(b, 2).Id;
                Bounded(_builder.Binary(Op.Pow, basis.Id, power), 16 * 16 * 5);
                break;
            case 28: Bounded(_builder.Binary(Op.Pow, Tame(a, 4).Id, _builder.Real(_real, Pick([1, 2, 3]))), 64); break;
            case 29: Bounded(_builder.Binary(Op.Atan2, a.Id, Positive(b).Id), 4); break;
            case 30: Bounded(_builder.Binary(Op.Hypot, a.Id, b.Id), a.Size + b.Size); break;
            case 31: Bounded(_builder.Binary(Op.CopySign, a.Id, b.Id), a.Size); break;
            case 32: Bounded(_builder.Binary(Op.Rem, a.Id, _builder.Real(_real, 1.75)), 1.75); break;
            case 33 or 34: Bounded(_builder.Select(Condition(), a.Id, b.Id), Math.Max(a.Size, b.Size)); break;
            case 35:
                ScalarType other = _real == ScalarType.F64 ? ScalarType.F32 : ScalarType.F64;
                r = _builder.Convert(_builder.Unary(Op.Sin, _builder.Convert(a.Id, other)), _real);
                Bounded(r, 1);
                break;
            case 36 when _indices.Count > 0: Bounded(_builder.Convert(Pick(_indices).Id, _real), RandomInputs.MaxExtent); break;
            default:
                // The naive formulas that Condition looks for.
                Value t = Tame(a, 3);
                int e = _builder.Unary(Op.Exp, t.Id);
                int onePlus = _builder.Binary(Op.Add, _builder.Real(_real, 1), e);
                if (Chance(2)) Bounded(_builder.Unary(Op.Log, onePlus), 4);
                else Bounded(_builder.Binary(Op.Div, _builder.Real(_real, 1), onePlus), 1);
                break;
        }
    }

    private void UnaryOf(Op op, Value a, Func<double, double> bound) => Bounded(_builder.Unary(op, a.Id), bound(a.Size));

    private void Bounded(int id, double size) => Add(id, -size, size);
}
