using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// An integer value as a polynomial over values that are not sums or products themselves (counters, extents, loads): enough
/// to compare row-major indices such as i·n + j.
/// </summary>
internal sealed class AffineIndex
{
    // More terms than any index that a person writes: give up rather than multiply out.
    private const int MaxTerms = 24;

    private readonly SortedDictionary<string, Term> _terms = new(StringComparer.Ordinal);

    private readonly record struct Term(int[] Atoms, long Coefficient);

    public static AffineIndex Of(SourceTree tree, int value)
    {
        if (!tree.Indices.TryGetValue(value, out AffineIndex? index)) tree.Indices[value] = index = Expand(tree, value);
        return index;
    }

    private static AffineIndex Expand(SourceTree tree, int value)
    {
        Definition definition = tree[value];
        if (definition is { Kind: DefinitionKind.Let, Node.Item: Let let })
        {
            AffineIndex? result = let.Op switch
            {
                Op.Const => Constant(let.Payload),
                Op.Add => Of(tree, let.A).Plus(Of(tree, let.B), 1),
                Op.Sub => Of(tree, let.A).Plus(Of(tree, let.B), -1),
                Op.Neg => Constant(0).Plus(Of(tree, let.A), -1),
                Op.Mul => Of(tree, let.A).Times(Of(tree, let.B)),
                _ => null,
            };
            if (result is not null && result._terms.Count <= MaxTerms) return result;
        }

        return Atom(tree.Canonical(value));
    }

    public static AffineIndex Constant(long value)
    {
        var index = new AffineIndex();
        index.Add([], value);
        return index;
    }

    public static AffineIndex Atom(int value)
    {
        var index = new AffineIndex();
        index.Add([value], 1);
        return index;
    }

    public IEnumerable<int> Atoms => _terms.Values.SelectMany(t => t.Atoms).Distinct();

    /// <summary>The value if it is known, else null.</summary>
    public long? AsConstant => _terms.Count == 0 ? 0 : _terms.Count == 1 && _terms.Values.First() is { Atoms.Length: 0 } only ? only.Coefficient : null;

    public AffineIndex Plus(AffineIndex other, long factor)
    {
        var sum = new AffineIndex();
        foreach (Term term in _terms.Values) sum.Add(term.Atoms, term.Coefficient);
        foreach (Term term in other._terms.Values) sum.Add(term.Atoms, unchecked(term.Coefficient * factor));
        return sum;
    }

    public AffineIndex Times(AffineIndex other)
    {
        var product = new AffineIndex();
        foreach (Term a in _terms.Values)
        {
            foreach (Term b in other._terms.Values) product.Add([.. a.Atoms.Concat(b.Atoms).OrderBy(x => x)], unchecked(a.Coefficient * b.Coefficient));
        }

        return product;
    }

    public bool SameAs(AffineIndex other) => Plus(other, -1).AsConstant == 0;

    /// <summary>The factor of an atom, if the polynomial is linear in it.</summary>
    public AffineIndex? CoefficientOf(int atom)
    {
        var coefficient = new AffineIndex();
        foreach (Term term in _terms.Values)
        {
            int count = term.Atoms.Count(a => a == atom);
            if (count > 1) return null;
            if (count == 1) coefficient.Add([.. term.Atoms.Where(a => a != atom)], term.Coefficient);
        }

        return coefficient;
    }

    /// <summary>The same polynomial with an atom replaced.</summary>
    public AffineIndex Substitute(int atom, AffineIndex replacement)
    {
        AffineIndex result = Constant(0);
        foreach (Term term in _terms.Values)
        {
            AffineIndex product = Constant(term.Coefficient);
            foreach (int a in term.Atoms) product = product.Times(a == atom ? replacement : Atom(a));
            result = result.Plus(product, 1);
        }

        return result;
    }

    private void Add(int[] atoms, long coefficient)
    {
        string key = string.Join(",", atoms);
        long sum = _terms.TryGetValue(key, out Term old) ? old.Coefficient + coefficient : coefficient;
        if (sum == 0) _terms.Remove(key);
        else _terms[key] = new Term(atoms, sum);
    }
}
