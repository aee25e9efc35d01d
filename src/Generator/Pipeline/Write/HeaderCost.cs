using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Counts what the gradient's kernel computes: one for each addition, multiplication, fused multiply-add, division, root, minimum or
/// maximum; functions apart by name. Counts are polynomials in the extents.
/// </summary>
internal sealed class HeaderCost
{
    // Per product of extents (its names joined; empty for the constant), how many.
    private sealed class Polynomial : SortedDictionary<string, double>
    {
        public Polynomial() : base(StringComparer.Ordinal)
        {
        }

        public static Polynomial Of(double constant) => new() { [string.Empty] = constant };

        public static Polynomial Of(string name) => new() { [name] = 1 };

        public void AddTo(string key, double count)
        {
            TryGetValue(key, out double known);
            this[key] = known + count;
        }

        public Polynomial Plus(Polynomial other, double factor)
        {
            var sum = new Polynomial();
            foreach (KeyValuePair<string, double> term in this) sum.AddTo(term.Key, term.Value);
            foreach (KeyValuePair<string, double> term in other) sum.AddTo(term.Key, factor * term.Value);
            return sum;
        }

        public Polynomial Times(Polynomial other)
        {
            var product = new Polynomial();
            foreach (KeyValuePair<string, double> a in this)
            {
                foreach (KeyValuePair<string, double> b in other)
                {
                    IEnumerable<string> names = (a.Key + "·" + b.Key).Split('·').Where(n => n.Length > 0).OrderBy(n => n, StringComparer.Ordinal);
                    product.AddTo(string.Join("·", names), a.Value * b.Value);
                }
            }

            return product;
        }

        /// <summary>The value where every name stands for one number.</summary>
        public double At(double name) => this.Sum(term => term.Value * Math.Pow(name, term.Key.Length == 0 ? 0 : 1 + term.Key.Count(c => c == '·')));

        public string Text()
        {
            string text = string.Empty;
            foreach (KeyValuePair<string, double> term in this.Where(t => t.Value != 0).OrderByDescending(t => t.Key.Count(c => c == '·')).ThenByDescending(t => t.Key.Length > 0))
            {
                string count = FormulaPrinter.Number(Math.Abs(term.Value));
                string one = term.Key.Length == 0 ? count : Math.Abs(term.Value) == 1 ? term.Key : $"{count}·{term.Key}";
                text += text.Length == 0 ? (term.Value < 0 ? "−" : string.Empty) + one : (term.Value < 0 ? " − " : " + ") + one;
            }

            return text.Length == 0 ? "0" : text;
        }
    }

    private const double FunctionWeight = 10;

    // What a trip count counts as that is not known, where a number is wanted.
    private const double UnknownTrips = 10;

    private sealed class Counts
    {
        public Polynomial Operations { get; set; } = [];

        public SortedDictionary<string, Polynomial> Functions { get; } = new(StringComparer.Ordinal);
    }

    private readonly Function _function;
    private readonly Item?[] _defining;
    private readonly LoopLetters _letters;
    private readonly Func<Op, long, string>? _names;

    /// <param name="names">Names for extents and arguments that are not those of the header. A counter then counts as the middle of its loop.</param>
    private HeaderCost(Function function, Func<Op, long, string>? names = null)
    {
        _function = function;
        _names = names;
        _defining = IrFacts.DefiningItems(function);
        _letters = new LoopLetters(function);
    }

    /// <param name="gradient">The function of the gradient, or of the Hessian-vector product, which has no result.</param>
    public static string Of(Function gradient)
    {
        var cost = new HeaderCost(gradient);
        Loop? examples = gradient.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        if (examples is null)
        {
            var all = new Counts();
            cost.Count(gradient.Body, Polynomial.Of(1), all);
            return "per call " + Text(all);
        }

        var each = new Counts();
        cost.Count(examples.Body, Polynomial.Of(1), each);
        bool readsData = gradient.Result >= 0 && gradient.Arguments.Any(a => a.Role == ArgumentRole.Data);
        return "per example " + Text(each) + (readsData ? "; one pass over the data for value and gradient" : string.Empty);
    }

    /// <summary>All operations and calls of functions, with one number for every extent and trip count that is not known.</summary>
    public static double Total(Function function, double trips)
    {
        var counts = new Counts();
        new HeaderCost(function).Count(function.Body, Polynomial.Of(1), counts);
        return counts.Operations.At(trips) + counts.Functions.Values.Sum(f => f.At(trips));
    }

    /// <summary>
    /// All operations, a function as ten, of each example and outside of the loop over examples, as sums of products: factors' names, ordered and joined by "·", and how many.
    /// A trip count that is not known is a number.
    /// </summary>
    public static (IReadOnlyDictionary<string, double> Example, IReadOnlyDictionary<string, double> Call) Work(Function gradient, Func<Op, long, string> names)
    {
        var cost = new HeaderCost(gradient, names);
        Loop examples = gradient.Body.Items.OfType<Loop>().First(l => l.IsExamples);
        return (All(examples.Body.Items), All([.. gradient.Body.Items.Where(i => i != examples)]));

        Polynomial All(IEnumerable<Item> items)
        {
            var counts = new Counts();
            cost.Count(items, Polynomial.Of(1), counts);
            return counts.Functions.Values.Aggregate(counts.Operations, (sum, calls) => sum.Plus(calls, FunctionWeight));
        }
    }

    private static string Text(Counts counts)
    {
        string operations = counts.Operations.Text();
        string functions = string.Join(string.Empty, counts.Functions.Select(f =>
        {
            string count = f.Value.Text();
            return count.IndexOf(' ') >= 0 ? $", ({count}) {f.Key}" : $", {count} {f.Key}";
        }));
        return $"{operations} {(operations == "1" ? "operation" : "operations")}{functions}";
    }

    private void Count(Region region, Polynomial times, Counts counts) => Count(region.Items, times, counts);

    private void Count(IEnumerable<Item> items, Polynomial times, Counts counts)
    {
        var exponentials = new HashSet<int>();
        foreach (Item item in items)
        {
            switch (item)
            {
                case Let let when _function.TypeOf(let.Id).IsReal():
                    Count(let, times, counts, exponentials);
                    break;
                case Accumulate:
                    counts.Operations = counts.Operations.Plus(times, 1);
                    break;
                case Loop loop:
                    Count(loop.Body, times.Times(Trips(loop)), counts);
                    break;
                case If branch when GradientTerm.Gathered(_function, branch):
                    Count(branch.Then, times, counts);
                    break;
                case If branch:
                    // The costlier side: no call costs more.
                    var then = new Counts();
                    var otherwise = new Counts();
                    Count(branch.Then, times, then);
                    Count(branch.Else, times, otherwise);
                    Counts side = Weight(then) >= Weight(otherwise) ? then : otherwise;
                    counts.Operations = counts.Operations.Plus(side.Operations, 1);
                    foreach (KeyValuePair<string, Polynomial> function in side.Functions) Call(counts, function.Key, function.Value);
                    break;
            }
        }
    }

    private static double Weight(Counts counts) => counts.Operations.Values.Sum() + (FunctionWeight * counts.Functions.Values.Sum(f => f.Values.Sum()));

    private static void Call(Counts counts, string name, Polynomial times)
    {
        counts.Functions.TryGetValue(name, out Polynomial? known);
        counts.Functions[name] = (known ?? []).Plus(times, 1);
    }

    private void Count(Let let, Polynomial times, Counts counts, HashSet<int> exponentials)
    {
        switch (let.Op)
        {
            // σ(z), σ(−z) and softplus(z) share the exponential of −|z|.
            case Op.Sigmoid or Op.Softplus:
                if (exponentials.Add(_defining[let.A] is Let { Op: Op.Neg } negated ? negated.A : let.A)) Call(counts, "exp", times);
                if (let.Op == Op.Softplus) Call(counts, "log1p", times);
                counts.Operations = counts.Operations.Plus(times, 2);
                break;
            case Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Rem or Op.Fma or Op.Min or Op.Max or Op.Sqrt or Op.Norm:
                counts.Operations = counts.Operations.Plus(times, 1);
                break;
            default:
                if (let.Op.IsTranscendental()) Call(counts, let.Op.ToString().ToLowerInvariant(), times);
                break;
        }
    }

    private Polynomial Trips(Loop loop) => loop.Limited is not null ? Unknown() : Value(loop.To, 0).Plus(Value(loop.From, 0), -1);

    private Polynomial Value(int id, int depth)
    {
        if (depth < 16 && _defining[id] is Let let)
        {
            switch (let.Op)
            {
                case Op.Const: return Polynomial.Of((int)let.Payload);
                case Op.Extent: return Polynomial.Of(_names?.Invoke(Op.Extent, let.Payload) ?? FormulaOps.ExtentName(_function, (int)let.Payload));
                case Op.Add: return Value(let.A, depth + 1).Plus(Value(let.B, depth + 1), 1);
                case Op.Sub: return Value(let.A, depth + 1).Plus(Value(let.B, depth + 1), -1);
                case Op.Mul: return Value(let.A, depth + 1).Times(Value(let.B, depth + 1));
                case Op.Argument when let.Payload >= 0: return Polynomial.Of(_names?.Invoke(Op.Argument, let.Payload) ?? _function.Arguments[(int)let.Payload].Name);
            }
        }

        if (_names is not null)
        {
            return depth < 16 && _defining[id] is Loop { Limited: null } around && around.Counter == id
                ? Polynomial.Of(0.5).Times(Value(around.From, depth + 1).Plus(Value(around.To, depth + 1), 1))
                : Unknown();
        }

        return Polynomial.Of(_defining[id] is Loop loop && loop.Counter == id ? _letters.Of(loop) : _function.Values[id].Name ?? "trips");
    }

    private Polynomial Unknown() => _names is null ? Polynomial.Of("trips") : Polynomial.Of(UnknownTrips);
}
