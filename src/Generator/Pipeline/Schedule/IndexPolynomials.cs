using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>A constant times a product of values, in the order of their numbers.</summary>
internal readonly record struct IndexTerm(long Constant, IReadOnlyList<int> Atoms)
{
    public static readonly IndexTerm One = new(1, []);

    public IndexTerm Negated() => this with { Constant = -Constant };

    public IndexTerm Times(IndexTerm other) => new(Constant * other.Constant, [.. Atoms.Concat(other.Atoms).OrderBy(a => a)]);

    public IndexTerm Without(int atom)
    {
        List<int> atoms = [.. Atoms];
        atoms.Remove(atom);
        return this with { Atoms = atoms };
    }

    /// <summary>The quotient, if it is a term.</summary>
    public IndexTerm? DividedBy(IndexTerm other)
    {
        if (other.Constant == 0 || Constant % other.Constant != 0) return null;
        List<int> atoms = [.. Atoms];
        return other.Atoms.All(atoms.Remove) ? new IndexTerm(Constant / other.Constant, atoms) : null;
    }

    public bool Equals(IndexTerm other) => Constant == other.Constant && HasSameAtoms(other);

    public bool HasSameAtoms(IndexTerm other) => Atoms.SequenceEqual(other.Atoms);

    public override int GetHashCode() => Atoms.Aggregate((int)Constant, (hash, atom) => (hash * 31) + atom);
}

/// <summary>An index as a sum of products of values.</summary>
internal sealed class IndexPolynomial
{
    private readonly List<IndexTerm> _terms = [];

    public IReadOnlyList<IndexTerm> Terms => _terms;

    /// <summary>Where one summand is the begin of a column in a strictly lower triangle of Size rows, packed column by column: the column's number.</summary>
    public (int Column, IndexTerm Size)? Packed { get; set; }

    public void Add(IndexTerm term)
    {
        int known = _terms.FindIndex(t => t.HasSameAtoms(term));
        if (known < 0)
        {
            if (term.Constant != 0) _terms.Add(term);
            return;
        }

        term = term with { Constant = term.Constant + _terms[known].Constant };
        _terms.RemoveAt(known);
        if (term.Constant != 0) _terms.Add(term);
    }

    public bool Equals(IndexPolynomial other) => _terms.Count == other._terms.Count && _terms.All(other._terms.Contains);
}

/// <summary>Writes integers as polynomials.</summary>
internal sealed class IndexPolynomials(FunctionIndex index)
{
    private const int MostTerms = 16;

    // Lengths and arguments are the same value wherever they are read.
    private readonly Dictionary<(Op, long), int> _canonical = [];

    /// <param name="isOutside">Whether a value is computed before the loop in question.</param>
    /// <param name="isCounter">Whether it is a counter of that loop, or of one in it.</param>
    /// <returns>Null where it is something else.</returns>
    public IndexPolynomial? Of(int value, Func<int, bool> isOutside, Func<int, bool> isCounter)
    {
        var result = new IndexPolynomial();
        if (isCounter(value))
        {
            result.Add(new IndexTerm(1, [value]));
            return result;
        }

        if (isOutside(value) || index.LetOf(value) is { Op: Op.Const or Op.Extent or Op.Argument })
        {
            result.Add(Atom(value));
            return result;
        }

        if (index.LetOf(value) is not { Op: Op.Add or Op.Sub or Op.Mul or Op.Neg or Op.Div } let || Of(let.A, isOutside, isCounter) is not { } a) return null;
        if (let.Op == Op.Neg) return a.Packed is null ? Combine(a, null, -1) : null;
        if (Of(let.B, isOutside, isCounter) is not { } b) return null;
        switch (let.Op)
        {
            case Op.Add:
                return Combine(a, b, 1);
            case Op.Sub:
                return b.Packed is null ? Combine(a, b, -1) : null;
            case Op.Div:
                return b.Terms.Count == 1 && b.Terms[0] is { Constant: 2, Atoms.Count: 0 } && ColumnOf(a, isCounter) is { } column ? new IndexPolynomial { Packed = column } : null;
        }

        if (a.Packed is not null || b.Packed is not null || a.Terms.Count * b.Terms.Count > MostTerms) return null;
        foreach (IndexTerm left in a.Terms)
        {
            foreach (IndexTerm right in b.Terms) result.Add(left.Times(right));
        }

        return result;
    }

    /// <summary>A value as one term: a constant, a product of values, or itself.</summary>
    public IndexTerm Atom(int value)
    {
        if (index.LetOf(value) is not { Op: Op.Const or Op.Extent or Op.Argument or Op.Mul } let) return new IndexTerm(1, [value]);
        if (let.Op == Op.Const) return new IndexTerm(let.Payload, []);
        if (let.Op == Op.Mul) return Atom(let.A).Times(Atom(let.B));
        if (!_canonical.TryGetValue((let.Op, let.Payload), out int first)) _canonical.Add((let.Op, let.Payload), first = value);
        return new IndexTerm(1, [first]);
    }

    private static IndexPolynomial? Combine(IndexPolynomial a, IndexPolynomial? b, int sign)
    {
        if (b is { Packed: not null } && a.Packed is not null) return null;
        var result = new IndexPolynomial { Packed = a.Packed ?? b?.Packed };
        foreach (IndexTerm term in a.Terms) result.Add(b is null ? term with { Constant = sign * term.Constant } : term);
        if (b is not null)
        {
            foreach (IndexTerm term in b.Terms) result.Add(term with { Constant = sign * term.Constant });
        }

        return result.Terms.Count <= MostTerms ? result : null;
    }

    /// <summary>j·(2n − j − 1).</summary>
    private static (int Column, IndexTerm Size)? ColumnOf(IndexPolynomial twice, Func<int, bool> isCounter)
    {
        if (twice.Packed is not null || twice.Terms.Count != 3) return null;
        int column = twice.Terms.Where(t => t is { Constant: -1, Atoms.Count: 1 }).Select(t => t.Atoms[0]).FirstOrDefault(isCounter);
        if (!isCounter(column) || !twice.Terms.Contains(new IndexTerm(-1, [column, column]))) return null;
        IndexTerm rest = twice.Terms.FirstOrDefault(t => t.Constant == 2 && t.Atoms.Contains(column));
        return rest.Atoms is null || rest.Without(column) is not { Atoms.Count: 1 } size || isCounter(size.Atoms[0]) ? null : (column, size with { Constant = 1 });
    }
}
