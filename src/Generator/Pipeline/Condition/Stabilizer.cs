using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>Applies <see cref="StableFormulas"/> to every operation and makes sums of exponentials over loops safe to take the logarithm of.</summary>
internal sealed class Stabilizer : IrRewriter
{
    private readonly Terms _terms;
    private readonly SumsOfExponentials _sums;
    private readonly HashSet<int> _divisors;

    // Per result of a loop that sums exponentials: what they were shifted by, and the sum of the shifted.
    private readonly Dictionary<int, (int Shift, int Sum)> _shifted = [];

    public Stabilizer(Function source) : base(source)
    {
        _terms = new Terms(Builder);
        _terms.Log = x => Apply(Op.Log, _terms.TypeOf(x), x, -1) ?? _terms.Unary(Op.Log, x);
        _sums = new SumsOfExponentials(source);
        _divisors = Divisors.Of(source);
    }

    public List<Rewrite> Rewrites { get; } = [];

    /// <summary>The operations of the source that a formula has replaced.</summary>
    public HashSet<int> Replaced { get; } = [];

    /// <summary>By operation of the source that one call of a function would say: that function.</summary>
    public SortedDictionary<int, string> Calls { get; } = [];

    private string? _call;

    protected override int RewriteLet(Let let)
    {
        int a = MapOperand(let.A), b = MapOperand(let.B), c = MapOperand(let.C);
        ScalarType type = Source.TypeOf(let.Id);
        bool isIdle = let.Op == Op.Sqrt && _divisors.Contains(let.Id) && _terms.IsSumOfSquares(a) && !_terms.IsSumOfTwoSquares(a);
        if ((isIdle ? null : Apply(let.Op, type, a, b)) is not int stable) return _terms.Emit(let.Op, type, a, b, c, let.Payload);
        Replaced.Add(let.Id);
        if (_call is not null) Calls[let.Id] = _call;
        return stable;
    }

    private int? Apply(Op op, ScalarType type, int a, int b)
    {
        _call = null;
        if (!type.IsReal() || a < 0) return null;
        if (op == Op.Log && _shifted.TryGetValue(a, out (int Shift, int Sum) sum))
            return _terms.Binary(Op.Add, _terms.Convert(sum.Shift, type), _terms.Unary(Op.Log, sum.Sum));
        if (op == Op.Div && b >= 0 && _shifted.TryGetValue(b, out sum) && _terms.Exponent(a) is not null)
        {
            Rewrites.Add(new("exp f/Σ exp fⱼ", "exp(f − max)/Σ exp(fⱼ − max)", "no ∞/∞ for any finite f"));
            return _terms.Binary(Op.Div, _terms.Shifted(a, sum.Shift), sum.Sum);
        }

        var let = new Let(-1, op, a, b, -1, 0);
        if (!StableFormulas.ByOp.TryGetValue(op, out StableFormula[]? formulas)) return null;
        foreach (StableFormula formula in formulas)
        {
            if (formula.Match(_terms, let) is not StableFormula.Found found) continue;
            string Text(string pattern) => pattern.Replace("{0}", Show(found, 0)).Replace("{1}", Show(found, 1));
            Rewrites.Add(new Rewrite(Text(formula.From), Text(formula.To), Text(formula.Reason)));
            _call = formula.Call; // last: a match may apply other formulas
            return found.Value;
        }

        return null;
    }

    /// <summary>The user's name of an operand, or the number that it is; else a letter that stands for it and is none of the user's names.</summary>
    private string Show(StableFormula.Found found, int index)
    {
        if (index < found.About.Length)
        {
            int about = found.About[index];
            if (Builder.NameOf(about) is string name) return name;
            if (_terms.Is(about, Op.Const, out Let constant) && constant.RealConstant == (int)constant.RealConstant)
                return ((int)constant.RealConstant).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        string[] free = new[] { "u", "v", "s", "t", "f", "g" }.Where(letter => Source.Arguments.All(a => a.Name != letter)).ToArray();
        return free.ElementAtOrDefault(index) ?? "…";
    }

    protected override void RewriteLoop(Loop loop)
    {
        IReadOnlyList<SumsOfExponentials.Sum> sums = _sums.Of(loop);
        if (sums.Count == 0)
        {
            base.RewriteLoop(loop);
            NoteSumsOfSquares(loop);
            return;
        }

        // The loop as it is, with the largest exponent carried along, and exponents and factors kept for the second pass.
        int length = LengthOf(loop);
        foreach (SumsOfExponentials.Sum sum in sums) AllocateRecords(sum, length);
        int[] maxInits = sums.Select(s => _terms.Real(s.ExponentType, s.HasInit ? 0 : double.NegativeInfinity)).ToArray();
        IrBuilder.OpenLoop open = Builder.BeginLoop(
            Map(loop.From), Map(loop.To), [.. loop.Carried.Select(c => Map(c.Init)), .. maxInits],
            [.. WrittenBy(loop.Body), .. sums.SelectMany(s => s.Records.Values)],
            loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        SetMap(loop.Counter, open.Counter);
        for (int k = 0; k < loop.Carried.Count; k++) SetMap(loop.Carried[k].Id, open.Carried[k]);
        RewriteRegion(loop.Body);
        var nexts = loop.Carried.Select(c => Map(c.Next)).ToList();
        for (int k = 0; k < sums.Count; k++)
        {
            int max = open.Carried[loop.Carried.Count + k];
            foreach (SumsOfExponentials.Term term in sums[k].Terms) max = _terms.Binary(Op.Max, max, Map(term.Exponent));
            nexts.Add(max);
            foreach (KeyValuePair<int, int> record in sums[k].Records) Builder.Store(record.Value, Row(loop, open.Counter), Map(record.Key));
        }

        int[] results = Builder.EndLoop(open, nexts);
        for (int k = 0; k < loop.Carried.Count; k++) SetMap(loop.Carried[k].Result, results[k]);
        for (int k = 0; k < sums.Count; k++) SumShifted(loop, sums[k], results[loop.Carried.Count + k]);
    }

    private void SumShifted(Loop loop, SumsOfExponentials.Sum sum, int max)
    {
        // A rule may have made something else of a term (exp x/(1 + exp x) is a sigmoid): then there is nothing to shift.
        if (sum.Terms.Any(t => _terms.Exponent(Map(t.Value)) is null)) return;

        int shift = _terms.Shift(max);
        int init = Map(sum.Carried.Init);
        if (sum.HasInit) init = _terms.Binary(Op.Mul, init, _terms.Convert(_terms.Unary(Op.Exp, _terms.Negate(shift)), _terms.TypeOf(init)));
        IrBuilder.OpenLoop open = Builder.BeginLoop(Map(loop.From), Map(loop.To), [init], [], counterName: Source.Values[loop.Counter].Name);

        // The values of the first pass are seen through the records, or cheap enough to compute again.
        var first = new Dictionary<int, int>();
        int Again(int value, int now)
        {
            first[value] = Map(value);
            Alias(value, now);
            return now;
        }

        Again(loop.Counter, open.Counter);
        foreach (KeyValuePair<int, int> record in sum.Records) Again(record.Key, Builder.Load(record.Value, Row(loop, open.Counter)));
        foreach (Item item in sum.Again)
        {
            int id = IrFacts.Definitions(item).Single();
            Again(id, item is Load load ? RewriteLoad(load) : RewriteLet((Let)item));
        }

        int total = open.Carried[0];
        foreach (SumsOfExponentials.Term term in sum.Terms) total = _terms.Binary(Op.Add, total, _terms.Shifted(Map(term.Value), shift));
        int result = Builder.EndLoop(open, [total])[0];
        foreach (KeyValuePair<int, int> value in first) Alias(value.Key, value.Value);

        _shifted[Map(sum.Carried.Result)] = (shift, result);
        string j = Source.Values[loop.Counter].Name is { Length: 1 } name ? name : "j";
        string f = Source.Values[sum.Terms[0].Exponent].Name ?? "f";
        Rewrites.Add(new($"log Σ exp {f}[{j}]", $"max + log Σ exp({f}[{j}] − max)", $"no overflow for any finite {f}"));
    }

    /// <summary>Results of the loop that are sums of squares from 0 or from another sum of squares: the root over one is a norm.</summary>
    private void NoteSumsOfSquares(Loop loop)
    {
        foreach (Carried carried in loop.Carried)
        {
            if (!Source.TypeOf(carried.Result).IsReal() || !_terms.IsSumOfSquares(Map(carried.Init))) continue;
            bool isSum = Reductions.Links(loop, carried) is { } links
                && links.All(l => l.Op == Op.Add && (IsSquares(l.A) || IsSquares(l.B)));
            if (isSum) _terms.AddSumOfSquares(Map(carried.Result));
        }

        bool IsSquares(int value) => _terms.IsSumOfSquares(Map(value));
    }

    private void AllocateRecords(SumsOfExponentials.Sum sum, int length)
    {
        foreach (int value in sum.Recorded)
        {
            int buffer = Builder.AddBuffer(Source.Values[value].Name ?? "exponents", BufferKind.Local, Source.TypeOf(value));
            Builder.Alloc(buffer, length);
            sum.Records.Add(value, buffer);
        }
    }

    private int LengthOf(Loop loop)
    {
        if (_terms.Is(Map(loop.From), Op.Const, out Let from) && from.Payload == 0) return Map(loop.To);
        int trips = _terms.Binary(Op.Sub, Map(loop.To), Map(loop.From));
        return _terms.Binary(Op.Max, trips, _terms.Emit(Op.Const, ScalarType.I32, payload: 0));
    }

    private int Row(Loop loop, int counter) =>
        _terms.Is(Map(loop.From), Op.Const, out Let from) && from.Payload == 0 ? counter : _terms.Binary(Op.Sub, counter, Map(loop.From));
}
