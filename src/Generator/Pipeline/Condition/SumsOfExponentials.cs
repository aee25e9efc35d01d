using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>Finds the loops that sum exponentials whose logarithm or quotient is taken afterwards.</summary>
internal sealed class SumsOfExponentials
{
    /// <summary>An exponent of at most so many cheap operations is computed again in the second pass rather than recorded.</summary>
    private const int MaxAgain = 8;

    private readonly Function _function;
    private readonly Item?[] _defining;
    private readonly Dictionary<Loop, IReadOnlyList<Sum>> _found = new(ReferenceComparer<Loop>.Instance);

    public SumsOfExponentials(Function function)
    {
        _function = function;
        _defining = IrFacts.DefiningItems(function);
        var wanted = new HashSet<int>(IrFacts.Walk(function.Body).OfType<Let>().SelectMany<Let, int>(let => let.Op switch
        {
            Op.Log => Numerators(let.A),
            Op.Div when Exponent(let.A) is not null => [let.B],
            _ => [],
        }));
        foreach (Loop loop in IrFacts.Walk(function.Body).OfType<Loop>().Where(l => !l.IsExamples && !l.EndsEarly))
        {
            Sum[] sums = loop.Carried.Where(c => wanted.Contains(c.Result)).Select(c => Recognize(loop, c)).OfType<Sum>().ToArray();
            if (sums.Length > 0) _found[loop] = sums;
        }
    }

    /// <param name="Value">The term that is added.</param>
    /// <param name="Exponent">f where the term is c·exp f.</param>
    internal sealed record Term(int Value, int Exponent);

    /// <param name="Again">Items of the body, in order, that the second pass computes again.</param>
    /// <param name="Recorded">Values of the body that the second pass reads from an array.</param>
    /// <param name="HasInit">Whether the sum starts from something else than 0, which counts as c·exp 0.</param>
    internal sealed record Sum(
        Carried Carried, IReadOnlyList<Term> Terms, ScalarType ExponentType, bool HasInit, IReadOnlyList<Item> Again, IReadOnlyList<int> Recorded)
    {
        /// <summary>Per recorded value its array, once allocated.</summary>
        public Dictionary<int, int> Records { get; } = [];
    }

    /// <summary>The sums of exponentials that the loop carries.</summary>
    public IReadOnlyList<Sum> Of(Loop loop) => _found.TryGetValue(loop, out IReadOnlyList<Sum> sums) ? sums : [];

    /// <summary>The values whose logarithm log(value) comes down to: value itself, or the denominator of exp x/value.</summary>
    private IEnumerable<int> Numerators(int value) =>
        _defining[value] is Let { Op: Op.Div } div && Exponent(div.A) is not null ? [value, div.B] : [value];

    private int? Exponent(int term, int depth = 0) => depth > Terms.MaxDepth || _defining[term] is not Let let ? null : let.Op switch
    {
        Op.Exp => let.A,
        Op.Mul => Exponent(let.A, depth + 1) ?? Exponent(let.B, depth + 1),
        Op.Div or Op.Neg or Op.Convert => Exponent(let.A, depth + 1),
        _ => null,
    };

    private Sum? Recognize(Loop loop, Carried carried)
    {
        var terms = new List<Term>();
        int at = carried.Next;
        while (at != carried.Id)
        {
            if (_defining[at] is not Let { Op: Op.Add } add || terms.Count == 8) return null;
            (int term, int rest) = Exponent(add.A) is not null ? (add.A, add.B) : (add.B, add.A);
            if (Exponent(term) is not int exponent || IsShifted(exponent)) return null;
            terms.Add(new Term(term, exponent));
            at = rest;
        }

        ScalarType type = _function.TypeOf(terms.Count > 0 ? terms[0].Exponent : carried.Id);
        if (terms.Count == 0 || terms.Any(t => _function.TypeOf(t.Exponent) != type)) return null;
        bool hasInit = _defining[carried.Init] is not Let { Op: Op.Const, Payload: 0 };
        (List<Item> again, List<int> recorded) = SecondPass(loop, terms);
        return new Sum(carried, terms, type, hasInit, again, recorded);
    }

    /// <summary>Whether the user has taken the maximum off already: f = g − m, m the result of a loop that is not a sum.</summary>
    private bool IsShifted(int exponent)
    {
        if (_defining[exponent] is not Let { Op: Op.Sub } sub) return false;
        int m = sub.B;
        while (_defining[m] is Let { Op: Op.Detach or Op.Convert } let) m = let.A;
        if (_defining[m] is Let { Op: Op.Select or Op.Max }) return true;
        return _defining[m] is Loop loop && loop.Carried.Any(c => c.Result == m && _defining[c.Next] is not Let { Op: Op.Add or Op.Sub });
    }

    /// <summary>What the second pass needs to make the terms again: cheap items of the body, over values recorded in the first pass.</summary>
    private (List<Item> Again, List<int> Recorded) SecondPass(Loop loop, List<Term> terms)
    {
        var inside = new HashSet<int>(loop.Body.Items.SelectMany(IrFacts.Definitions).Concat(loop.Carried.Select(c => c.Id)));
        var written = new HashSet<int>(IrFacts.WrittenBuffers(loop.Body));
        var again = new List<Item>();
        var recorded = new List<int>();
        var needed = new HashSet<int>(terms.Select(t => t.Value));
        var exponentials = new HashSet<int>(terms.SelectMany(t => Skeleton(t.Value)));
        foreach (Item item in loop.Body.Items.Reverse())
        {
            if (!IrFacts.Definitions(item).Any(needed.Contains)) continue;
            bool isSkeleton = item is Let skeleton && exponentials.Contains(skeleton.Id);
            bool isCheap = item is Let let ? !let.Op.IsTranscendental() && Cost(let.Id) <= MaxAgain
                : item is Load load && !written.Contains(load.Buffer);
            if (isSkeleton || isCheap)
            {
                again.Add(item);
                needed.UnionWith(IrFacts.Operands(item));
            }
            else
            {
                recorded.AddRange(IrFacts.Definitions(item).Where(needed.Contains));
            }
        }

        recorded.AddRange(loop.Carried.Select(c => c.Id).Where(needed.Contains));
        again.Reverse();
        return (again, recorded);

        int Cost(int value, int depth = 0) => !inside.Contains(value) ? 0 : _defining[value] switch
        {
            Let let when let.Op.IsTranscendental() => 1,
            Let let => depth >= Terms.MaxDepth ? MaxAgain + 1 : 1 + let.Operands.Sum(o => Cost(o, depth + 1)),
            _ => 1,
        };
    }

    /// <summary>The operations from the term down to its exponential: they are made again, shifted.</summary>
    private IEnumerable<int> Skeleton(int term)
    {
        yield return term;
        if (_defining[term] is not Let let || let.Op == Op.Exp) yield break;
        int next = let.Op == Op.Mul && Exponent(let.A) is null ? let.B : let.A;
        foreach (int id in Skeleton(next)) yield return id;
    }
}
