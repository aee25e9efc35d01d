using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>What can be proved of indices: their affine form over the function's values, and that they are in range.</summary>
internal sealed class IndexFacts
{
    private readonly Function _function;
    private readonly Dictionary<int, Affine> _forms = [];
    private readonly Dictionary<int, Loop> _counters = [];
    private readonly Dictionary<int, Affine> _lengths = [];
    private readonly Dictionary<long, int> _extents = [];

    public IndexFacts(Function function)
    {
        _function = function;
        foreach (Item item in IrFacts.Walk(function.Body))
        {
            switch (item)
            {
                case Let let when function.TypeOf(let.Id) == ScalarType.I32:
                    Add(let);
                    break;
                case Loop loop:
                    _counters[loop.Counter] = loop;
                    break;
                case Alloc alloc:
                    // Allocated twice with different lengths: nothing is known.
                    Affine length = Of(alloc.Length);
                    _lengths[alloc.Buffer] = _lengths.TryGetValue(alloc.Buffer, out Affine? known) && known.Minus(length) != 0 ? Affine.OfConstant(0) : length;
                    break;
            }
        }
    }

    /// <summary>The affine form; equal extents are one atom wherever they were written.</summary>
    public Affine Of(int value) => _forms.TryGetValue(value, out Affine? form) ? form : Affine.OfAtom(value);

    /// <summary>Whether the two values are provably the same number.</summary>
    public bool Same(int a, int b) => Of(a).Minus(Of(b)) == 0;

    /// <summary>What the loop adds to its counter to get the value, if that is the same in all iterations; else null.</summary>
    /// <param name="varying">What <see cref="RegionFacts.VaryingValues"/> says of the loop.</param>
    public Affine? Shift(int value, Loop loop, HashSet<int> varying) =>
        Of(value).Beyond(loop.Counter) is { } shift && !shift.Terms.Keys.Any(varying.Contains) ? shift : null;

    /// <summary>Whether buffer[index] exists wherever the loops around the index run.</summary>
    public bool IsInRange(int buffer, int index)
    {
        Affine form = Of(index);
        if (LengthOf(buffer) is not Affine length) return false;
        if (form.IsConstant) return length.IsConstant && form.Constant >= 0 && form.Constant < length.Constant;
        if (form.Terms.Count != 1) return false;
        KeyValuePair<int, int> term = form.Terms.First();
        if (term.Value != 1 || !_counters.TryGetValue(term.Key, out Loop? loop)) return false;
        Affine from = Of(loop.From);
        return from.IsConstant && from.Constant + form.Constant >= 0
            && Of(loop.To).Minus(length) is int beyond && beyond + form.Constant <= 0;
    }

    /// <summary>The number of elements of a buffer, where it is known.</summary>
    public Affine? LengthOf(int buffer)
    {
        BufferInfo info = _function.Buffers[buffer];
        if (_lengths.TryGetValue(buffer, out Affine? length)) return length;
        if (info.Argument < 0) return null;
        Argument argument = _function.Arguments[info.Argument];
        if (!argument.IsArray) return Affine.OfConstant(1);
        if (argument.IsMatrix) return null; // A product of extents is not affine.
        return _extents.TryGetValue(argument.Extent, out int id) ? Affine.OfAtom(id) : null;
    }

    private void Add(Let let)
    {
        if (let.Op == Op.Extent)
        {
            if (!_extents.TryGetValue(let.Payload, out int first)) _extents.Add(let.Payload, first = let.Id);
            _forms[let.Id] = Affine.OfAtom(first);
        }
        else if (let.Op == Op.Const)
        {
            _forms[let.Id] = Affine.OfConstant((int)let.Payload);
        }
        else if (let.Op.Arity() is 1 or 2 && Affine.Of(let.Op, Of(let.A), let.B < 0 ? null : Of(let.B)) is Affine form)
        {
            _forms[let.Id] = form;
        }
    }
}
