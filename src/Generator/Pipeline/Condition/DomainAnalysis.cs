using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>An operation whose derivative may not be finite for finite inputs.</summary>
/// <param name="Value">The value id of the operation in the captured function.</param>
/// <param name="What">What goes wrong where, as the end of "the derivative of … ".</param>
/// <param name="Remedy">What guards against it.</param>
internal readonly record struct Hazard(int Value, string What, string Remedy);

/// <summary>
/// Finds operations whose derivative with respect to a parameter can be infinite or NaN for finite inputs, by intervals: every value has a
/// range, which branches narrow by their conditions and loops widen. It is quiet where the code guards the operand.
/// </summary>
internal sealed class DomainAnalysis
{
    private readonly Function _function;
    private readonly Item?[] _defining;
    private readonly Interval[] _ranges;
    private readonly bool[] _isActive;
    private readonly Interval?[] _buffers;
    private readonly bool[] _activeBuffers;
    private readonly Dictionary<int, Interval> _narrowed = [];
    private readonly HashSet<int> _replaced;
    private readonly Dictionary<int, Hazard> _hazards = [];

    private DomainAnalysis(Function function, HashSet<int> replaced)
    {
        _function = function;
        _replaced = replaced;
        _defining = IrFacts.DefiningItems(function);
        _ranges = Enumerable.Repeat(Interval.All, function.Values.Count).ToArray();
        _isActive = new bool[function.Values.Count];
        _buffers = new Interval?[function.Buffers.Count];
        _activeBuffers = new bool[function.Buffers.Count];
    }

    /// <param name="replaced">The operations that Condition replaces by ones that are finite.</param>
    public static EquatableArray<Hazard> Of(Function function, HashSet<int> replaced)
    {
        var analysis = new DomainAnalysis(function, replaced);

        // What a local array holds is known once all its stores were seen; hazards of the first pass may vanish in the second.
        analysis.Walk(function.Body);
        analysis._hazards.Clear();
        analysis.Walk(function.Body);
        return analysis._hazards.Values.OrderBy(h => h.Value).ToEquatableArray();
    }

    private Interval Range(int value) => _narrowed.TryGetValue(value, out Interval narrow) ? narrow.Intersect(_ranges[value]) : _ranges[value];

    private void Walk(Region region)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    _isActive[let.Id] = let.Op switch
                    {
                        Op.Argument => let.Payload >= 0 && _function.Arguments[(int)let.Payload].Role == ArgumentRole.Parameter,
                        Op.Detach => false,
                        _ => _function.TypeOf(let.Id).IsReal() && let.Operands.Any(o => _isActive[o]),
                    };
                    _ranges[let.Id] = RangeOf(let);
                    if (_function.TypeOf(let.Id).IsReal()) Check(let);
                    break;
                case Load load:
                    BufferKind kind = _function.Buffers[load.Buffer].Kind;
                    bool isLocal = kind is not (BufferKind.Parameter or BufferKind.Constant or BufferKind.Data);
                    _isActive[load.Id] = kind == BufferKind.Parameter || (isLocal && _activeBuffers[load.Buffer]);
                    _ranges[load.Id] = isLocal ? _buffers[load.Buffer] ?? Interval.All : Interval.All;
                    break;
                case Store store:
                    Interval stored = Range(store.Value);
                    bool isOwn = IsElementwise(store);
                    _buffers[store.Buffer] = (_buffers[store.Buffer] ?? (isOwn ? stored : Interval.Of(0))).Union(stored);
                    _activeBuffers[store.Buffer] |= _isActive[store.Value];
                    break;
                case Accumulate accumulate:
                    _buffers[accumulate.Buffer] = Interval.All;
                    _activeBuffers[accumulate.Buffer] = true;
                    break;
                case Loop loop:
                    WalkLoop(loop);
                    break;
                case If branch:
                    Under(branch.Condition, true, () => Walk(branch.Then));
                    Under(branch.Condition, false, () => Walk(branch.Else));
                    foreach (Merge merge in branch.Results)
                    {
                        Interval then = Interval.All, otherwise = Interval.All;
                        Under(branch.Condition, true, () => then = Range(merge.Then));
                        Under(branch.Condition, false, () => otherwise = Range(merge.Else));
                        _ranges[merge.Result] = then.Union(otherwise);
                        _isActive[merge.Result] = _isActive[merge.Then] || _isActive[merge.Else];
                    }

                    break;
            }
        }
    }

    /// <summary>Whether the store is one element of an array that is filled from its first to its last: then no element stays 0.</summary>
    private bool IsElementwise(Store store) => _defining[store.Index] is Loop loop && loop.Counter == store.Index && loop.Carried.Count == 0;

    private void WalkLoop(Loop loop)
    {
        _ranges[loop.Counter] = new Interval(Range(loop.From).Low, double.PositiveInfinity);
        var kept = new Dictionary<int, Hazard>(_hazards);
        foreach (Carried carried in loop.Carried)
        {
            _ranges[carried.Id] = Range(carried.Init);
            _isActive[carried.Id] = _isActive[carried.Init];
        }

        // Once to see where each value moves, then widened that way; what does not hold still then is anything.
        for (int pass = 0; pass < 3; pass++)
        {
            _hazards.Clear();
            foreach (KeyValuePair<int, Hazard> hazard in kept) _hazards[hazard.Key] = hazard.Value;
            Walk(loop.Body);
            bool isStable = true;
            foreach (Carried carried in loop.Carried)
            {
                Interval now = _ranges[carried.Id], next = Range(carried.Next), all = now.Union(next);
                if (_isActive[carried.Next] && !_isActive[carried.Id])
                {
                    _isActive[carried.Id] = true;
                    isStable = false;
                }

                if (all == now) continue;
                isStable = false;
                _ranges[carried.Id] = pass > 0 ? Interval.All : new Interval(
                    all.Low < now.Low ? (all.Low >= 0 ? 0 : double.NegativeInfinity) : all.Low, all.High > now.High ? double.PositiveInfinity : all.High,
                    all.IsLowOpen || (all.Low < now.Low && all.Low > 0), all.IsHighOpen, all.ExcludesZero);
            }

            if (isStable) break;
        }

        foreach (Carried carried in loop.Carried)
        {
            _ranges[carried.Result] = _ranges[carried.Id].Union(Range(carried.Init));
            _isActive[carried.Result] = _isActive[carried.Id];
        }
    }

    /// <summary>Does something where a condition is known to hold, or not to.</summary>
    private void Under(int condition, bool holds, Action action)
    {
        var saved = new Dictionary<int, Interval>(_narrowed);
        Narrow(condition, holds, 0);
        action();
        _narrowed.Clear();
        foreach (KeyValuePair<int, Interval> pair in saved) _narrowed[pair.Key] = pair.Value;
    }

    private void Narrow(int condition, bool holds, int depth)
    {
        if (depth > 16) return;
        switch (_defining[condition])
        {
            case Let { Op: Op.Not } negation:
                Narrow(negation.A, !holds, depth + 1);
                break;
            case Let { Op: Op.And } both when holds:
                Narrow(both.A, true, depth + 1);
                Narrow(both.B, true, depth + 1);
                break;
            case Let { Op: Op.Or } either when !holds:
                Narrow(either.A, false, depth + 1);
                Narrow(either.B, false, depth + 1);
                break;
            case Let { Op: Op.Lt or Op.Le } order:
                // A comparison that fails because of a NaN guards nothing, but then nothing is finite.
                bool isStrict = order.Op == Op.Lt == holds;
                (int less, int more) = holds ? (order.A, order.B) : (order.B, order.A);
                Set(less, new Interval(double.NegativeInfinity, Range(more).High, false, isStrict || Range(more).IsHighOpen), depth);
                Set(more, new Interval(Range(less).Low, double.PositiveInfinity, isStrict || Range(less).IsLowOpen, false), depth);
                break;
            case Let { Op: Op.Eq or Op.Ne } equality:
                bool isEqual = equality.Op == Op.Eq == holds;
                foreach ((int value, int other) in new[] { (equality.A, equality.B), (equality.B, equality.A) })
                {
                    if (isEqual) Set(value, Range(other), depth);
                    else if (Range(other) is { Low: 0, High: 0 }) Set(value, Interval.All with { HasGapAtZero = true }, depth);
                }

                break;
            case If branch:
                // A flag that one side sets and the other does not says which side was taken.
                Merge merge = branch.Results.FirstOrDefault(m => m.Result == condition);
                if (Flag(merge.Then) is bool then && Flag(merge.Else) is bool otherwise && then != otherwise) Narrow(branch.Condition, then == holds, depth + 1);
                break;
        }

        bool? Flag(int value)
        {
            if (_function.TypeOf(value) != ScalarType.Bool || _defining[value] is not Let { Op: Op.Const } let) return null;
            return let.Payload != 0;
        }
    }

    private void Set(int value, Interval range, int depth)
    {
        _narrowed[value] = _narrowed.TryGetValue(value, out Interval known) ? known.Intersect(range) : range;
        if (depth > 16 || _defining[value] is not Let let) return;

        // What is known of f(x) says something of x.
        Interval narrow = _narrowed[value];
        switch (let.Op)
        {
            case Op.Abs:
                Set(let.A, new Interval(-narrow.High, narrow.High, narrow.IsHighOpen, narrow.IsHighOpen, narrow.IsPositive), depth + 1);
                break;
            case Op.Neg:
                Set(let.A, narrow.Negated, depth + 1);
                break;
            case Op.Mul when let.A == let.B && narrow.IsPositive:
                Set(let.A, Interval.All with { HasGapAtZero = true }, depth + 1);
                break;
            case Op.Sqrt or Op.Norm when narrow.IsPositive:
                Set(let.A, Interval.Positive, depth + 1);
                break;
            case Op.Convert or Op.Detach:
                Set(let.A, narrow, depth + 1);
                break;
        }
    }

    private Interval RangeOf(Let let)
    {
        Interval A() => Range(let.A);
        Interval B() => Range(let.B);
        if (_function.TypeOf(let.Id) == ScalarType.Bool) return Interval.All;
        switch (let.Op)
        {
            case Op.Const: return _function.TypeOf(let.Id).IsReal() ? Interval.Of(let.RealConstant) : Interval.Of(let.Payload);
            case Op.Extent: return Interval.NonNegative;
            case Op.Argument: return let.Payload == SpecialArgument.ExampleCount ? new Interval(1, double.PositiveInfinity) : Interval.All;
            case Op.Neg: return A().Negated;
            case Op.Add: return A() + B();
            case Op.Sub: return A() + B().Negated;
            case Op.Mul: return let.A == let.B ? A().Square() : A() * B();
            case Op.Fma: return (let.A == let.B ? A().Square() : A() * B()) + Range(let.C);
            case Op.Div: return _function.TypeOf(let.Id).IsReal() ? A() * B().Reciprocal() : Interval.All;
            case Op.Abs: return A().Abs();
            case Op.Max: return Interval.Max(A(), B());
            case Op.Min: return Interval.Min(A(), B());
            case Op.Select: return B().Union(Range(let.C));
            case Op.Convert or Op.Detach or Op.Floor or Op.Ceiling or Op.Round or Op.Truncate:
                return let.Op is Op.Convert or Op.Detach ? A() : A().Low >= 0 ? Interval.NonNegative : Interval.All;
            case Op.Exp or Op.Exp2 or Op.Exp10 or Op.Softplus: return let.Op == Op.Exp ? A().Map(Math.Exp).Intersect(Interval.Positive) : Interval.Positive;
            case Op.Expm1: return new Interval(-1, double.PositiveInfinity, IsLowOpen: true).Intersect(A().Map(x => Math.Exp(x) - 1));
            case Op.Log: return A().Low >= 0 ? A().Map(Math.Log) : Interval.All;
            case Op.Log1p: return A().Low >= 0 ? Interval.NonNegative with { IsLowOpen = A().IsPositive } : Interval.All;
            case Op.Sqrt or Op.Norm: return new Interval(0, double.PositiveInfinity, A().IsPositive).Intersect(A().Low >= 0 ? A().Map(Math.Sqrt) : Interval.All);
            case Op.Sigmoid: return new Interval(0, 1, true, true);
            case Op.Tanh: return new Interval(-1, 1, true, true).Intersect(A().Map(Math.Tanh));
            case Op.Sin or Op.Cos or Op.Sign or Op.Erf: return new Interval(-1, 1);
            case Op.Erfc: return new Interval(0, 2, true, true);
            case Op.Atan: return new Interval(-Math.PI / 2, Math.PI / 2, true, true).Intersect(A().Map(Math.Atan));
            case Op.Cosh: return new Interval(1, double.PositiveInfinity);
            case Op.Cbrt or Op.Sinh or Op.Asinh: return A().IsPositive ? Interval.Positive : A().Low >= 0 ? Interval.NonNegative : Interval.All;
            case Op.Hypot: return new Interval(0, double.PositiveInfinity, A().ExcludesZero || B().ExcludesZero);
            case Op.Pow:
                bool isEven = _defining[let.B] is Let { Op: Op.Const } power && _function.TypeOf(let.B).IsReal() && power.RealConstant % 2 == 0;
                return A().IsPositive ? Interval.Positive : A().Low >= 0 || isEven ? Interval.NonNegative : Interval.All;
            default: return Interval.All;
        }
    }

    private void Check(Let let)
    {
        if (!let.Operands.Any(o => _isActive[o])) return;
        bool isReplaced = _replaced.Contains(let.Id);
        Interval a = Range(let.A), b = let.B >= 0 ? Range(let.B) : Interval.All;
        (string What, string Remedy)? found = let.Op switch
        {
            Op.Sqrt when !isReplaced && !a.IsPositive => a.Low < 0
                ? ("is infinite where its operand is 0, and NaN below", "add a small constant under the root, or guard it by a branch")
                : ("is infinite where its operand is 0", "add a small constant under the root, or guard it by a branch"),
            Op.Log or Op.Log2 or Op.Log10 when !a.IsPositive && !(isReplaced && a.Low >= 0) =>
                (a.Low < 0 ? "is infinite where its operand is 0, and the value NaN below" : "is infinite where its operand is 0", "take the logarithm of something above 0, such as Math.Max(x, 1e-12)"),
            Op.Log1p when !a.IsAbove(-1) => ("is infinite where its operand is −1, and the value NaN below", "take it of something above −1"),
            Op.Div when !isReplaced && _isActive[let.B] && !b.ExcludesZero => ("is infinite where the divisor is 0", "guard the divisor by a branch, or keep it away from 0"),
            Op.Cbrt when !a.ExcludesZero => ("is infinite where its operand is 0", "guard it by a branch"),
            Op.Asin or Op.Acos when !(a.IsAbove(-1) && a.IsBelow(1)) => ("is infinite where its operand is ±1, and the value NaN beyond", "clamp the operand into the inside of −1…1, or use Math.Atan2"),
            Op.Atanh when !(a.IsAbove(-1) && a.IsBelow(1)) => ("is infinite where its operand is ±1, and the value NaN beyond", "clamp the operand into the inside of −1…1"),
            Op.Acosh when !a.IsAbove(1) => ("is infinite where its operand is 1, and the value NaN below", "keep the operand above 1"),
            Op.Atan2 when !a.ExcludesZero && !b.ExcludesZero => ("is NaN where both operands are 0", "guard the origin by a branch"),
            Op.Pow => Power(let, a, b),
            Op.LogGamma or Op.Digamma or Op.Trigamma or Op.Polygamma when !a.IsPositive => ("is infinite where its operand is 0, −1, −2, …", "keep the operand above 0"),
            _ => null,
        };
        if (found is { } hazard) _hazards[let.Id] = new Hazard(let.Id, hazard.What, hazard.Remedy);
    }

    private (string, string)? Power(Let let, Interval x, Interval y)
    {
        if (x.IsPositive) return null;
        if (_isActive[let.B]) return ("is NaN where its base is below 0", "take the power of something above 0");
        if (!_isActive[let.A]) return null;
        bool isWhole = y.Low == y.High && y.Low == Math.Floor(y.Low);
        if (isWhole && y.Low >= 0) return null;
        if (isWhole) return x.ExcludesZero ? null : ("is infinite where its base is 0", "guard the base by a branch");
        if (x.Low >= 0 && y.Low >= 1) return null;
        return x.Low < 0 ? ("is NaN where its base is below 0", "take the power of something above 0") : ("is infinite where its base is 0", "keep the base above 0");
    }
}
