using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>What a function is run on.</summary>
/// <param name="Arguments">
/// Per argument of the function, its values: one for a scalar, one per element for an array, one row after the other for
/// data (integers as doubles), none for example and count.
/// </param>
/// <param name="Extents">Per extent of the function, its value.</param>
/// <param name="ExampleCount">The number of examples.</param>
/// <param name="Seed">What the derivative of each example's loss is weighed with.</param>
internal sealed record IrInputs(double[][] Arguments, int[] Extents, int ExampleCount = 0, double Seed = 1)
{
    /// <summary>Per argument, the direction along which it moves: as long as its values for a parameter, empty for others.</summary>
    public double[][] Direction { get; init; } = [];

    /// <summary>Which residual of an example is wanted.</summary>
    public int Output { get; init; }
}

/// <summary>What a run gave.</summary>
/// <param name="Value">The function's result.</param>
/// <param name="Gradient">The gradient buffers one after the other: empty for a function without any.</param>
internal sealed record IrOutcome<T>(T Value, T[] Gradient)
{
    public Undecided Undecided { get; init; } = new();

    /// <summary>The residuals that it stored, of the last example; empty for a function that stores none.</summary>
    public T[] Output { get; init; } = [];

    /// <summary>How many elements the tapes had in the end.</summary>
    public long TapeElements { get; init; }
}

/// <summary>
/// How near a run came to going another way: comparisons of almost equal numbers, steps and kinks almost at their place. Where
/// rounding differs, so may the way.
/// </summary>
internal sealed class Undecided
{
    /// <summary>The smallest relative distance of two numbers whose order mattered, ties apart.</summary>
    public double Closest { get; private set; } = double.PositiveInfinity;

    /// <summary>Whether two numbers whose order mattered were equal.</summary>
    public bool HasTie { get; private set; }

    public void Add(double a, double b)
    {
        if (a == b) HasTie = true;
        else if (Math.Abs(a - b) is var distance && double.IsFinite(distance)) Closest = Math.Min(Closest, distance / (Math.Abs(a) + Math.Abs(b)));
    }

    public bool IsWithin(double distance, bool orTie) => Closest <= distance || (orTie && HasTie);
}

/// <summary>A gradient by dual numbers.</summary>
/// <param name="Magnitude">Per component, the sum of absolute products of partials (see <see cref="Dual{T}"/>).</param>
internal sealed record DualOutcome(double Value, double[] Gradient, double[] Magnitude)
{
    public Undecided Undecided { get; init; } = new();

    /// <summary>The components of the gradient that were computed, in its order; null if all were.</summary>
    public int[]? Components { get; init; }

    /// <summary>Whether there is anything to compare with.</summary>
    public bool IsFinite => double.IsFinite(Value) && Gradient.All(double.IsFinite) && Magnitude.All(double.IsFinite);
}

/// <summary>
/// Runs a function of the IR, slowly and checking everything: what it computes is what the IR means, and every pass is
/// tested against it.
/// </summary>
/// <remarks>Tape buffers start as NaN and locals as zero; an index out of range, or too many steps, is an exception.</remarks>
internal sealed class IrInterpreter<T>
    where T : struct, INumber<T>
{
    private const long MaxSteps = 50_000_000;

    private readonly Function _function;
    private readonly IrInputs _inputs;
    private readonly bool _roundSingle;
    private readonly T[] _reals;
    private readonly int[] _integers;
    private readonly bool[] _isConstant;
    private readonly T[]?[] _realBuffers;
    private readonly int[]?[] _integerBuffers;
    private readonly int[] _rowWidths;
    private readonly T[] _scalars;
    private IReadOnlyDictionary<int, double>? _ruleScalars;
    private readonly Undecided _undecided = new();
    private int _example = -1;
    private long _steps;

    private IrInterpreter(Function function, IrInputs inputs, Func<int, int, double, T> lift, bool roundSingle)
    {
        _function = function;
        _inputs = inputs;
        _roundSingle = roundSingle;
        _reals = new T[function.Values.Count];
        _integers = new int[function.Values.Count];
        _isConstant = new bool[function.Values.Count];
        _realBuffers = new T[]?[function.Buffers.Count];
        _integerBuffers = new int[]?[function.Buffers.Count];
        _rowWidths = new int[function.Buffers.Count];
        if (inputs.Arguments.Length != function.Arguments.Count) throw new ArgumentException($"{function.Name} has {function.Arguments.Count} arguments, not {inputs.Arguments.Length}.");

        _scalars = new T[function.Arguments.Count];
        for (int a = 0; a < function.Arguments.Count; a++)
        {
            Argument argument = function.Arguments[a];
            double[] values = inputs.Arguments[a];
            int index = a;
            CheckLength(argument, values);
            if (argument.Buffer < 0)
            {
                if (values.Length == 1) _scalars[a] = Round(lift(a, 0, values[0]), argument.Type);
                continue;
            }

            if (argument.Role == ArgumentRole.Data) _rowWidths[argument.Buffer] = argument.LengthAt(inputs.Extents);
            if (argument.Type == ScalarType.I32) _integerBuffers[argument.Buffer] = values.Select(v => (int)v).ToArray();
            else _realBuffers[argument.Buffer] = values.Select((v, k) => Round(lift(index, k, v), argument.Type)).ToArray();
        }

        for (int b = 0; b < function.Buffers.Count; b++)
        {
            BufferInfo buffer = function.Buffers[b];
            if (buffer.Kind == BufferKind.Direction) _realBuffers[b] = inputs.Direction[buffer.Argument].Select(v => Round(T.From(v), buffer.Type)).ToArray();
            if (buffer.Kind == BufferKind.Output) _realBuffers[b] = new T[function.Arguments.FirstOrDefault(a => a.Role == ArgumentRole.Output)?.LengthAt(inputs.Extents) ?? 1];
            if (buffer.Kind == BufferKind.Gradient) _realBuffers[b] = new T[inputs.Arguments[buffer.Argument].Length];
        }
    }

    /// <param name="lift">Makes a number of a value of an argument: (argument, index in it, value).</param>
    /// <param name="roundSingle">Whether operations of type F32 round to single precision; else they are done in double.</param>
    public static IrOutcome<T> Run(Function function, IrInputs inputs, Func<int, int, double, T> lift, bool roundSingle = true)
    {
        var run = new IrInterpreter<T>(function, inputs, lift, roundSingle);
        run.Execute(function.Body);
        T[] gradient = function.Buffers
            .Select((buffer, index) => (buffer, index))
            .Where(b => b.buffer.Kind == BufferKind.Gradient)
            .OrderBy(b => b.buffer.Argument)
            .SelectMany(b => run._realBuffers[b.index]!).ToArray();
        return new(function.Result < 0 ? default : run._reals[function.Result], gradient)
        {
            Undecided = run._undecided,
            Output = function.Buffers.Items.ToList().FindIndex(b => b.Kind == BufferKind.Output) is >= 0 and var output ? run._realBuffers[output]! : [],
            TapeElements = Enumerable.Range(0, function.Buffers.Count).Where(b => function.Buffers[b].Kind == BufferKind.Tape)
                .Sum(b => (long)(run._realBuffers[b]?.Length ?? run._integerBuffers[b]?.Length ?? 0)),
        };
    }

    /// <summary>Runs an update rule: its local buffers are filled before and read after.</summary>
    /// <param name="locals">Per buffer of the function, its single value; overwritten.</param>
    public static void RunRule(Function function, IReadOnlyDictionary<int, double> scalars, double[] locals)
    {
        var inputs = new IrInputs(function.Arguments.Select(_ => Array.Empty<double>()).ToArray(), []);
        var run = new IrInterpreter<T>(function, inputs, (_, _, v) => T.From(v), roundSingle: true) { _ruleScalars = scalars };
        for (int b = 0; b < locals.Length; b++) run._realBuffers[b] = [T.From(locals[b])];
        run.Execute(function.Body);
        for (int b = 0; b < locals.Length; b++) locals[b] = T.Primal(run._realBuffers[b]![0]);
    }

    private void CheckLength(Argument argument, double[] values)
    {
        int expected = argument.Role switch
        {
            _ when _ruleScalars is not null || values.Length == 0 => values.Length,
            ArgumentRole.Data => _inputs.ExampleCount * (argument.LengthAt(_inputs.Extents)),
            ArgumentRole.Parameter or ArgumentRole.Constant => argument.LengthAt(_inputs.Extents),
            _ => 0,
        };
        if (values.Length != expected) throw new ArgumentException($"'{argument.Name}' needs {expected} values, not {values.Length}.");
    }

    private void Execute(Region region)
    {
        foreach (Item item in region.Items)
        {
            if (++_steps > MaxSteps) throw new InvalidOperationException($"{_function.Name}: more than {MaxSteps} steps.");
            switch (item)
            {
                case Let let: ExecuteLet(let); break;
                case Load load: ExecuteLoad(load); break;
                case Store store: Write(item, store.Buffer, store.Index, store.Value, add: false); break;
                case Accumulate accumulate: Write(item, accumulate.Buffer, accumulate.Index, accumulate.Value, add: true); break;
                case Alloc alloc: ExecuteAlloc(alloc); break;
                case Loop loop: ExecuteLoop(loop); break;
                case If branch: ExecuteIf(branch); break;
                default: throw new InvalidOperationException($"Unknown item {item.GetType().Name}.");
            }
        }
    }

    private void ExecuteLoop(Loop loop)
    {
        int from = _integers[loop.From], to = _integers[loop.To];
        int outer = _example;
        foreach (Carried carried in loop.Carried) Copy(carried.Init, carried.Id);
        var next = new (T Real, int Integer)[loop.Carried.Count];
        for (int step = 0; !loop.EndsEarly || _integers[loop.While] != 0; step++)
        {
            if (step >= to - (long)from)
            {
                if (loop.Limited is not null) throw Wrong(loop, $"more than {to} iterations of '{loop.Limited}'");
                break;
            }

            int counter = loop.Descending ? to - 1 - step : from + step;
            _integers[loop.Counter] = counter;
            if (loop.IsExamples) _example = counter;
            Execute(loop.Body);

            // All at once: one carried value may be another's next.
            for (int k = 0; k < next.Length; k++) next[k] = (_reals[loop.Carried[k].Next], _integers[loop.Carried[k].Next]);
            for (int k = 0; k < next.Length; k++) (_reals[loop.Carried[k].Id], _integers[loop.Carried[k].Id]) = next[k];
        }

        _example = outer;
        foreach (Carried carried in loop.Carried) Copy(carried.Id, carried.Result);
    }

    private void ExecuteIf(If branch)
    {
        bool taken = _integers[branch.Condition] != 0;
        Execute(taken ? branch.Then : branch.Else);
        foreach (Merge merge in branch.Results) Copy(taken ? merge.Then : merge.Else, merge.Result);
    }

    private void ExecuteAlloc(Alloc alloc)
    {
        BufferInfo buffer = _function.Buffers[alloc.Buffer];
        int length = _integers[alloc.Length];
        if (buffer.Growing && length != 0) throw Wrong(alloc, "a growing array starts empty");
        if (length < 0) throw Wrong(alloc, $"length {length}");
        if (buffer.Type.IsReal())
        {
            T fill = T.From(buffer.Kind == BufferKind.Tape ? double.NaN : 0);
            T[] values = new T[length];
            Array.Fill(values, fill);
            _realBuffers[alloc.Buffer] = values;
        }
        else
        {
            int[] values = new int[length];
            Array.Fill(values, buffer.Kind == BufferKind.Tape ? int.MinValue : 0);
            _integerBuffers[alloc.Buffer] = values;
        }
    }

    private void ExecuteLoad(Load load)
    {
        int position = Position(load, load.Buffer, load.Index);
        if (_function.Buffers[load.Buffer].Type.IsReal()) _reals[load.Id] = _realBuffers[load.Buffer]![position];
        else _integers[load.Id] = _integerBuffers[load.Buffer]![position];
    }

    /// <summary>A growing buffer takes a store past its end; what was not stored stays a number that shows.</summary>
    private void Grow(int buffer, int position)
    {
        if (position < 0 || !_function.Buffers[buffer].Growing) return;
        if (_realBuffers[buffer] is { } reals && position >= reals.Length)
        {
            Array.Resize(ref _realBuffers[buffer], Math.Max(position + 1, 2 * reals.Length));
            Array.Fill(_realBuffers[buffer]!, T.From(double.NaN), reals.Length, _realBuffers[buffer]!.Length - reals.Length);
        }
        else if (_integerBuffers[buffer] is { } integers && position >= integers.Length)
        {
            Array.Resize(ref _integerBuffers[buffer], Math.Max(position + 1, 2 * integers.Length));
            Array.Fill(_integerBuffers[buffer]!, int.MinValue, integers.Length, _integerBuffers[buffer]!.Length - integers.Length);
        }
    }

    private void Write(Item item, int buffer, int index, int value, bool add)
    {
        Grow(buffer, _integers[index]);
        int position = Position(item, buffer, index);
        ScalarType type = _function.Buffers[buffer].Type;
        if (type.IsReal())
        {
            ref T element = ref _realBuffers[buffer]![position];
            element = add ? Round(element + _reals[value], type) : _reals[value];
        }
        else
        {
            ref int element = ref _integerBuffers[buffer]![position];
            element = add ? element + _integers[value] : _integers[value];
        }
    }

    private int Position(Item item, int buffer, int index)
    {
        BufferInfo info = _function.Buffers[buffer];
        int length = _realBuffers[buffer]?.Length ?? _integerBuffers[buffer]?.Length ?? throw Wrong(item, $"'{info.Name}' is not allocated");
        int position = _integers[index];
        if (info.Kind == BufferKind.Data)
        {
            if (_example < 0) throw Wrong(item, $"data '{info.Name}' outside the loop over examples");
            int width = _rowWidths[buffer];
            if (position < 0 || position >= width) throw Wrong(item, $"index {position} of a row of {width}");
            return (_example * width) + position;
        }

        return position >= 0 && position < length ? position : throw Wrong(item, $"index {position} of {length}");
    }

    private void ExecuteLet(Let let)
    {
        ScalarType type = _function.TypeOf(let.Id);
        switch (let.Op)
        {
            case Op.Const when type.IsReal():
                _isConstant[let.Id] = true;
                _reals[let.Id] = Round(T.From(let.RealConstant), type);
                return;
            case Op.Const:
                _integers[let.Id] = (int)let.Payload;
                return;
            case Op.Argument when let.Payload == -1:
                _integers[let.Id] = _inputs.ExampleCount;
                return;
            case Op.Argument when let.Payload == SpecialArgument.Output:
                _integers[let.Id] = _inputs.Output;
                return;
            case Op.Argument when let.Payload == -2:
                _reals[let.Id] = Round(T.From(_inputs.Seed), type);
                return;
            case Op.Argument:
                ExecuteArgument(let, type);
                return;
            case Op.Extent:
                _integers[let.Id] = _inputs.Extents[(int)let.Payload];
                return;
            case Op.Lt or Op.Le or Op.Eq or Op.Ne:
                _integers[let.Id] = Compare(let) ? 1 : 0;
                return;
            case Op.And:
                _integers[let.Id] = _integers[let.A] & _integers[let.B];
                return;
            case Op.Or:
                _integers[let.Id] = _integers[let.A] | _integers[let.B];
                return;
            case Op.Not:
                _integers[let.Id] = 1 - _integers[let.A];
                return;
            case Op.Select:
                Copy(_integers[let.A] != 0 ? let.B : let.C, let.Id);
                return;
            case Op.Convert:
                ExecuteConvert(let, type);
                return;
        }

        if (type.IsReal()) _reals[let.Id] = Round(Real(let), type);
        else _integers[let.Id] = Integer(let);
    }

    private void ExecuteArgument(Let let, ScalarType type)
    {
        if (_ruleScalars is not null)
        {
            double value = _ruleScalars[(int)let.Payload];
            if (type.IsReal()) _reals[let.Id] = T.From(value);
            else _integers[let.Id] = (int)value;
            return;
        }

        if (type.IsReal()) _reals[let.Id] = _scalars[let.Payload];
        else _integers[let.Id] = (int)T.Primal(_scalars[let.Payload]);
    }

    private void ExecuteConvert(Let let, ScalarType type)
    {
        bool fromReal = _function.TypeOf(let.A).IsReal();
        if (type.IsReal()) _reals[let.Id] = Round(fromReal ? _reals[let.A] : T.From(_integers[let.A]), type);
        else _integers[let.Id] = fromReal ? (int)T.Primal(_reals[let.A]) : _integers[let.A];
    }

    private bool Compare(Let let)
    {
        if (_function.TypeOf(let.A).IsReal())
        {
            double a = T.Primal(_reals[let.A]), b = T.Primal(_reals[let.B]);
            if (let.A != let.B) _undecided.Add(a, b);
            return let.Op switch { Op.Lt => a < b, Op.Le => a <= b, Op.Eq => a == b, _ => a != b };
        }

        int i = _integers[let.A], j = _integers[let.B];
        return let.Op switch { Op.Lt => i < j, Op.Le => i <= j, Op.Eq => i == j, _ => i != j };
    }

    private T Real(Let let)
    {
        T a = _reals[let.A];
        T b = let.B >= 0 ? _reals[let.B] : default;
        NoteKink(let.Op, T.Primal(a), let.B >= 0 ? T.Primal(b) : 0);
        return let.Op switch
        {
            Op.Add => a + b,
            Op.Sub => a - b,
            Op.Mul => a * b,
            Op.Div => a / b,
            Op.Fma => T.Fma(a, b, _reals[let.C]),
            Op.Chain => T.Chain(a, b, _reals[let.C]),
            Op.Min or Op.Max => T.Extremum(let.Op == Op.Max, a, b, secondWinsTies: _isConstant[let.B] && !_isConstant[let.A]),
            Op.Rem or Op.Pow or Op.Atan2 or Op.Hypot or Op.CopySign => T.Apply(let.Op, a, b),
            Op.Polygamma => T.Polygamma((int)let.Payload, a),
            _ => T.Apply(let.Op, a),
        };
    }

    /// <summary>Where value or slope jump.</summary>
    private void NoteKink(Op op, double a, double b)
    {
        switch (op)
        {
            case Op.Min or Op.Max: _undecided.Add(a, b); break;
            case Op.Floor or Op.Ceiling or Op.Truncate: _undecided.Add(a, Math.Round(a)); break;
            case Op.Round: _undecided.Add(a, Math.Floor(a) + 0.5); break;
            case Op.Rem: _undecided.Add(a / b, Math.Round(a / b)); break;
        }
    }

    private int Integer(Let let)
    {
        int a = _integers[let.A];
        int b = let.B >= 0 ? _integers[let.B] : 0;
        if (let.Op is Op.Div or Op.Rem && b == 0) throw Wrong(let, "integer division by zero");
        return let.Op switch
        {
            Op.Neg => -a,
            Op.Abs => Math.Abs(a),
            Op.Sign => Math.Sign(a),
            Op.Add => a + b,
            Op.Sub => a - b,
            Op.Mul => a * b,
            Op.Div => a / b,
            Op.Rem => a % b,
            Op.Min => Math.Min(a, b),
            Op.Max => Math.Max(a, b),
            _ => throw Wrong(let, $"{let.Op} is not an integer operation"),
        };
    }

    private T Round(T value, ScalarType type) => type == ScalarType.F32 && _roundSingle ? T.RoundToSingle(value) : value;

    private void Copy(int from, int to)
    {
        _reals[to] = _reals[from];
        _integers[to] = _integers[from];
    }

    private InvalidOperationException Wrong(Item item, string what) =>
        new($"{_function.Name}: {what}, in\n{IrPrinter.PrintItem(_function, item)}");
}

/// <summary>The two runs that tests ask for.</summary>
internal static class IrInterpreter
{
    /// <summary>Runs the function on doubles; for a gradient function, the gradient too.</summary>
    public static IrOutcome<double> Run(Function function, IrInputs inputs, bool roundSingle = true)
    {
        IrOutcome<Plain> outcome = IrInterpreter<Plain>.Run(function, inputs, (_, _, value) => new Plain(value), roundSingle);
        return new(outcome.Value.Value, outcome.Gradient.Select(g => g.Value).ToArray()) { TapeElements = outcome.TapeElements, Output = [.. outcome.Output.Select(r => r.Value)] };
    }

    /// <summary>
    /// The gradient of a loss by dual numbers, one run per parameter. Over examples it is weighed with
    /// <see cref="IrInputs.Seed"/>, as a gradient function weighs it; the value is not.
    /// </summary>
    /// <param name="isWanted">Which elements of a parameter to differentiate by; each one is a run. Null means all.</param>
    public static DualOutcome Differentiate(Function loss, IrInputs inputs, bool roundSingle = true, Func<int, int, bool>? isWanted = null)
    {
        double weight = IrFacts.Walk(loss.Body).Any(item => item is Loop { IsExamples: true }) ? inputs.Seed : 1;
        var gradient = new List<double>();
        var magnitude = new List<double>();
        var components = new List<int>();
        int component = -1;
        double value = double.NaN;
        Undecided undecided = new();
        for (int a = 0; a < loss.Arguments.Count; a++)
        {
            if (loss.Arguments[a].Role != ArgumentRole.Parameter) continue;
            for (int k = 0; k < inputs.Arguments[a].Length; k++)
            {
                component++;
                if (isWanted?.Invoke(a, k) == false) continue;
                int argument = a, index = k;
                components.Add(component);
                IrOutcome<Dual<Plain>> run = IrInterpreter<Dual<Plain>>.Run(
                    loss, inputs,
                    (p, i, v) => p == argument && i == index ? Dual<Plain>.Variable(new Plain(v)) : Dual<Plain>.From(v),
                    roundSingle);
                Dual<Plain> result = run.Value;
                undecided = run.Undecided;
                value = result.Value.Value;
                gradient.Add(weight * result.Tangent.Value);
                magnitude.Add(Math.Abs(weight) * result.Magnitude);
            }
        }

        if (gradient.Count == 0) value = Run(loss, inputs, roundSingle).Value;
        return new(value, gradient.ToArray(), magnitude.ToArray()) { Undecided = undecided, Components = components.Count == component + 1 ? null : components.ToArray() };
    }

    /// <summary>
    /// The derivative of the gradient along <see cref="IrInputs.Direction"/> by hyper-dual numbers, one run per parameter: the product of
    /// the Hessian with the direction, weighed as the gradient is. The value is the derivative of the loss along the direction, not weighed.
    /// </summary>
    public static DualOutcome DifferentiateTwice(Function loss, IrInputs inputs, bool roundSingle = true, Func<int, int, bool>? isWanted = null)
    {
        double weight = IrFacts.Walk(loss.Body).Any(item => item is Loop { IsExamples: true }) ? inputs.Seed : 1;
        var product = new List<double>();
        var magnitude = new List<double>();
        var components = new List<int>();
        int component = -1;
        double along = 0;
        Undecided undecided = new();
        for (int a = 0; a < loss.Arguments.Count; a++)
        {
            if (loss.Arguments[a].Role != ArgumentRole.Parameter) continue;
            for (int k = 0; k < inputs.Arguments[a].Length; k++)
            {
                component++;
                if (isWanted?.Invoke(a, k) == false) continue;
                components.Add(component);
                int argument = a, index = k;
                IrOutcome<Dual<Dual<Plain>>> run = IrInterpreter<Dual<Dual<Plain>>>.Run(
                    loss, inputs,
                    (p, i, v) =>
                    {
                        double d = loss.Arguments[p].Role == ArgumentRole.Parameter ? inputs.Direction[p][i] : 0;
                        var moving = new Dual<Plain>(new Plain(v), new Plain(d), Math.Abs(d), loss.Arguments[p].Role == ArgumentRole.Parameter && d != 0);
                        return p == argument && i == index ? Dual<Dual<Plain>>.Variable(moving) : Dual<Dual<Plain>>.Inactive(moving);
                    },
                    roundSingle);
                Dual<Dual<Plain>> result = run.Value;
                undecided = run.Undecided;
                along = result.Value.Tangent.Value;
                product.Add(weight * result.Tangent.Tangent.Value);
                magnitude.Add(Math.Abs(weight) * result.Tangent.Magnitude);
            }
        }

        return new(along, product.ToArray(), magnitude.ToArray()) { Undecided = undecided, Components = components.Count == component + 1 ? null : components.ToArray() };
    }
}
