namespace SymbolicGD.Generator.Ir;

/// <summary>
/// An index written as j·s + k·t + shift, with j and k the counters of two nested loops, s and t values from outside of both, and the shift a sum
/// of such values.
/// </summary>
internal sealed class MatrixIndex
{
    /// <summary>A factor that is one.</summary>
    public const int One = -1;

    private readonly FunctionIndex _index;
    private readonly int _outer;
    private readonly int _inner;
    private readonly Func<int, bool> _isInside;

    private MatrixIndex(FunctionIndex index, int outer, int inner, Func<int, bool> isInside) => (_index, _outer, _inner, _isInside) = (index, outer, inner, isInside);

    /// <summary>The factor of the outer counter: a value, <see cref="One"/>, or null where it does not occur.</summary>
    public int? OuterFactor { get; private set; }

    /// <summary>The factor of the inner counter.</summary>
    public int? InnerFactor { get; private set; }

    public List<ShiftTerm> Terms { get; } = [];

    public int Constant { get; private set; }

    /// <param name="isInside">Whether a value is defined in the outer loop.</param>
    /// <returns>Null where the index has another form.</returns>
    public static MatrixIndex? Of(FunctionIndex index, int value, int outer, int inner, Func<int, bool> isInside)
    {
        var result = new MatrixIndex(index, outer, inner, isInside);
        return result.Add(value, 1) ? result : null;
    }

    /// <param name="factor">What the value is multiplied by: a value from outside, or <see cref="One"/>.</param>
    private bool Add(int value, int sign, int factor = One)
    {
        if (IsCounter(value)) return sign > 0 && AddCounter(value, factor);
        Let? let = _index.LetOf(value);
        switch (let?.Op)
        {
            case Op.Const when factor == One:
                Constant += sign * (int)let.Payload;
                return true;
            case Op.Add when _isInside(value):
                return Add(let.A, sign, factor) && Add(let.B, sign, factor);
            case Op.Sub when _isInside(value):
                return Add(let.A, sign, factor) && Add(let.B, -sign, factor);
            case Op.Mul when _isInside(value) && factor == One && IsFree(let.B):
                return Add(let.A, sign, let.B);
            case Op.Mul when _isInside(value) && factor == One && IsFree(let.A):
                return Add(let.B, sign, let.A);
        }

        if (!IsFree(value)) return false;
        Terms.Add(new ShiftTerm(value, sign, factor));
        return true;
    }

    private bool IsCounter(int value) => value == _outer || value == _inner;

    /// <summary>Constants count as outside wherever they stand.</summary>
    private bool IsFree(int value) => !_isInside(value) || _index.IsConstant(value);

    private bool AddCounter(int counter, int factor)
    {
        if (factor != One && _index.LetOf(factor) is { Op: Op.Const, Payload: 1 }) factor = One;
        if (counter == _outer)
        {
            if (OuterFactor is not null) return false;
            OuterFactor = factor;
        }
        else
        {
            if (InnerFactor is not null) return false;
            InnerFactor = factor;
        }

        return true;
    }
}
