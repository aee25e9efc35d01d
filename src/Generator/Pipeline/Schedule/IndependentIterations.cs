using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Whether threads may share out the iterations of a loop: each writes elements that no other one touches, and what is carried are sums, maxima and minima.
/// </summary>
/// <remarks>
/// An index is a polynomial of counters and of values that do not change in the loop. Iterations have elements of their own where the counter stands alone,
/// where it is multiplied by the length of the rows that inner loops run along (k·d + j with j &lt; d, and so on through several of them), and where
/// inner loops run along rows of a strictly lower triangle that is packed column by column.
/// </remarks>
internal sealed class IndependentIterations(Function function, FunctionIndex index)
{
    private readonly IndexPolynomials _polynomials = new(index);

    /// <param name="alone">Whether elements belong to iterations by the counter alone: inner loops then run over one element.</param>
    public bool Of(Loop loop, out bool alone)
    {
        alone = true;
        if (loop.EndsEarly || loop.Carried.Any(c => function.TypeOf(c.Id) != function.Real || loop.NestedReductionOf(c, index) is null)) return false;
        if (loop.Body.AllItems().Any(i => i is Alloc)) return false;
        HashSet<int> inside = loop.Body.DefinedValues(), written = [.. IrFacts.WrittenBuffers(loop.Body)];
        var inner = loop.Body.AllItems().OfType<Loop>().ToDictionary(l => l.Counter);
        var places = new Dictionary<int, Place>();
        foreach (Item item in loop.Body.AllItems())
        {
            if (item.ElementAccess() is not var (buffer, at) || !written.Contains(buffer)) continue;
            if (PlaceOf(loop, at, inside, inner) is not { } place) return false;
            alone &= place.IsAlone;
            if (!places.TryGetValue(buffer, out Place known)) places.Add(buffer, place);
            else if (!known.HasSameStart(place)) return false;
        }

        return true;
    }

    /// <summary>
    /// Whether the iterations of a loop, and of the only loop in it, are no more than the elements of an array: each reads or writes an element k·d + j with j &lt; d of its own.
    /// </summary>
    public bool SpanRows(Loop loop, Loop only)
    {
        HashSet<int> inside = loop.Body.DefinedValues();
        var inner = loop.Body.AllItems().OfType<Loop>().ToDictionary(l => l.Counter);
        return only.Body.Items.Any(i => i.ElementAccess() is var (_, at) && PlaceOf(loop, at, inside, inner)?.Along == only.Counter);
    }

    /// <param name="Factor">What the counter is multiplied by: the iteration has elements from there up to the next iteration's.</param>
    /// <param name="Shift">What does not change in the loop.</param>
    /// <param name="IsPacked">Whether the iteration has a row of a packed triangle.</param>
    /// <param name="Along">The counter of the loop that runs along a row of the iteration, where it is one row; else -1.</param>
    private readonly record struct Place(IndexTerm Factor, IndexPolynomial Shift, bool IsPacked = false, bool IsAlone = false, int Along = -1)
    {
        public bool HasSameStart(Place other) => Factor.Equals(other.Factor) && Shift.Equals(other.Shift) && IsPacked == other.IsPacked;
    }

    private Place? PlaceOf(Loop loop, int at, HashSet<int> inside, Dictionary<int, Loop> inner)
    {
        bool IsCounter(int v) => v == loop.Counter || inner.ContainsKey(v);
        if (_polynomials.Of(at, v => !inside.Contains(v) && v != loop.Counter, IsCounter) is not { } polynomial) return null;
        var shift = new IndexPolynomial();
        var terms = new List<(int Counter, IndexTerm Factor)>();
        foreach (IndexTerm term in polynomial.Terms)
        {
            int[] counters = [.. term.Atoms.Where(IsCounter)];
            if (counters.Length > 1) return null;
            if (counters.Length == 0) shift.Add(term);
            else terms.Add((counters[0], term.Without(counters[0])));
        }

        if (polynomial.Packed is { } packed) return IsRowOfTriangle() ? new Place(IndexTerm.One, shift, IsPacked: true) : null;
        List<IndexTerm> own = [.. terms.Where(t => t.Counter == loop.Counter).Select(t => t.Factor).OrderBy(f => f.Atoms.Count)];
        if (own.Count == 0) return null;
        IndexTerm factor = own[own.Count - 1];
        terms.Remove((loop.Counter, factor));
        if (terms.Count == 0) return factor.Atoms.Count == 0 && factor.Constant != 0 ? new Place(factor, shift, IsAlone: true) : null;

        // The rest must stay below the factor: digits of a number whose places are the lengths of the inner loops.
        IndexTerm reach = IndexTerm.One;
        int last = -1;
        foreach ((int counter, IndexTerm digit) in terms.OrderBy(t => t.Factor.Atoms.Count).ThenBy(t => t.Factor.Constant).Append((-1, factor)))
        {
            if (last >= 0)
            {
                if (digit.DividedBy(reach) is not { } places || !IsLengthOf(places, last)) return null;
                reach = digit;
            }
            else if (!digit.Equals(reach))
            {
                return null;
            }

            last = counter;
        }

        return new Place(factor, shift, Along: terms.Count == 1 ? terms[0].Counter : -1);

        // j·(2n − j − 1)/2 + i − j − 1 over j < i < n.
        bool IsRowOfTriangle() =>
            terms.Count == 2 && terms.Contains((loop.Counter, IndexTerm.One)) && terms.Contains((packed.Column, IndexTerm.One.Negated()))
            && inner.TryGetValue(packed.Column, out Loop column) && column.To == loop.Counter && StartsAtZero(column) && StartsAtZero(loop)
            && _polynomials.Atom(loop.To).Equals(packed.Size);

        bool IsLengthOf(IndexTerm length, int counter) =>
            (counter == loop.Counter ? loop : inner[counter]) is var of && IsNotNegative(of.From) && IsAtLeast(length, Below(of.To));

        bool IsNotNegative(int from) => index.LetOf(from) is { Op: Op.Const, Payload: >= 0 } || (IsCounter(from) && IsNotNegative((from == loop.Counter ? loop : inner[from]).From));

        // What a counter stays below.
        IndexTerm Below(int to) => IsCounter(to) ? Below((to == loop.Counter ? loop : inner[to]).To)
            : index.DefinitionOf(to) is Loop around && around.Counter == to ? Below(around.To) : _polynomials.Atom(to);
    }

    private bool StartsAtZero(Loop loop) => index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 };

    /// <summary>Whether a length is not below a number of iterations: the same, or padded to a multiple.</summary>
    private bool IsAtLeast(IndexTerm length, IndexTerm count)
    {
        if (length.Equals(count)) return true;
        if (length.Atoms.Count == 0 && count.Atoms.Count == 0) return length.Constant >= count.Constant;
        if (length.Atoms.Count != 1 || index.LetOf(length.Atoms[0]) is not { Op: Op.Div } quotient || index.LetOf(quotient.A) is not { Op: Op.Add } sum) return false;
        if (index.LetOf(quotient.B) is not { Op: Op.Const, Payload: > 0 } multiple || multiple.Payload != length.Constant) return false;
        return IsRoundedUp(sum.A, sum.B) || IsRoundedUp(sum.B, sum.A);

        bool IsRoundedUp(int value, int more) => index.LetOf(more) is { Op: Op.Const } added && added.Payload == multiple.Payload - 1 && _polynomials.Atom(value).Equals(count);
    }
}
