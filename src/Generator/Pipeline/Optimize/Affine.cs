using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// An integer value as Σ coefficient·atom + constant, atoms in the order of their ids. Two indices are the same number
/// where their forms are equal (arithmetic wraps around, as C# has it unchecked).
/// </summary>
internal sealed class Affine
{
    /// <summary>Longer sums are rare in indices and would make each step of a long chain slower: they stay as written.</summary>
    private const int MaxTerms = 8;

    private readonly SortedDictionary<int, int> _terms;

    private Affine(SortedDictionary<int, int> terms, int constant)
    {
        _terms = terms;
        Constant = constant;
    }

    public int Constant { get; }

    public IReadOnlyDictionary<int, int> Terms => _terms;

    public bool IsConstant => _terms.Count == 0;

    public static Affine OfConstant(int value) => new([], value);

    public static Affine OfAtom(int id) => new(new SortedDictionary<int, int> { [id] = 1 }, 0);

    /// <summary>The form of an operation whose operands have the given forms; null where it is not affine.</summary>
    public static Affine? Of(Op op, Affine a, Affine? b) => op switch
    {
        Op.Neg => a.Times(-1),
        Op.Add when b is not null => a.Plus(b, 1),
        Op.Sub when b is not null => a.Plus(b, -1),
        Op.Mul when b is { IsConstant: true } => a.Times(b.Constant),
        Op.Mul when b is not null && a.IsConstant => b.Times(a.Constant),
        _ => null,
    };

    /// <summary>The constant distance this − other, if it is one.</summary>
    public int? Minus(Affine other)
    {
        if (_terms.Count != other._terms.Count) return null;
        foreach (KeyValuePair<int, int> term in _terms)
        {
            if (!other._terms.TryGetValue(term.Key, out int coefficient) || coefficient != term.Value) return null;
        }

        return unchecked(Constant - other.Constant);
    }

    /// <summary>What has to be added to one of the atoms to get this; null if the atom does not stand for itself here.</summary>
    public Affine? Beyond(int atom) => _terms.TryGetValue(atom, out int coefficient) && coefficient == 1 ? Plus(OfAtom(atom), -1) : null;

    private Affine? Plus(Affine other, int sign)
    {
        var terms = new SortedDictionary<int, int>(_terms);
        foreach (KeyValuePair<int, int> term in other._terms)
        {
            terms.TryGetValue(term.Key, out int known);
            int sum = unchecked(known + (sign * term.Value));
            if (sum == 0) terms.Remove(term.Key);
            else terms[term.Key] = sum;
        }

        return terms.Count > MaxTerms ? null : new Affine(terms, unchecked(Constant + (sign * other.Constant)));
    }

    private Affine Times(int factor)
    {
        var terms = new SortedDictionary<int, int>();
        foreach (KeyValuePair<int, int> term in _terms)
        {
            int product = unchecked(term.Value * factor);
            if (product != 0) terms[term.Key] = product;
        }

        return new Affine(terms, unchecked(Constant * factor));
    }
}
