namespace SymbolicGD.Generator.Ir;

/// <summary>
/// An integer value written as coefficient · counter + Σ ± term + constant, where the terms do not depend on the counter.
/// </summary>
internal sealed class Affine
{
    private Affine()
    {
    }

    public int Coefficient { get; private set; }

    public int Constant { get; private set; }

    /// <summary>Values that are defined outside of the loop, with their sign.</summary>
    public List<(int Value, int Sign)> Terms { get; } = [];

    /// <summary>
    /// Decomposes <paramref name="value"/> with respect to a loop's counter; null where it is not affine in it with a constant coefficient.
    /// </summary>
    /// <param name="isInside">Whether a value is defined in the loop's body.</param>
    public static Affine? Of(FunctionIndex index, int value, int counter, Func<int, bool> isInside)
    {
        var result = new Affine();
        return result.Add(index, value, 1, counter, isInside) ? result : null;
    }

    public bool SameShift(Affine other) => Constant == other.Constant && SameTerms(other);

    /// <summary>Whether the two differ by a constant.</summary>
    public bool SameTerms(Affine other) =>
        Coefficient == other.Coefficient
        && Terms.Count == other.Terms.Count && Terms.OrderBy(t => t).SequenceEqual(other.Terms.OrderBy(t => t));

    private bool Add(FunctionIndex index, int value, int sign, int counter, Func<int, bool> isInside)
    {
        if (value == counter)
        {
            Coefficient += sign;
            return true;
        }

        Let? let = index.LetOf(value);
        switch (let?.Op)
        {
            case Op.Const:
                Constant += sign * (int)let.Payload;
                return true;
            case Op.Extent or Op.Argument:
                Terms.Add((value, sign));
                return true;
            case Op.Add when isInside(value):
                return Add(index, let.A, sign, counter, isInside) && Add(index, let.B, sign, counter, isInside);
            case Op.Sub when isInside(value):
                return Add(index, let.A, sign, counter, isInside) && Add(index, let.B, -sign, counter, isInside);
        }

        if (isInside(value)) return false;
        Terms.Add((value, sign));
        return true;
    }
}
