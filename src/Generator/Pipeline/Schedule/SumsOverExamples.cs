using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// Where examples run one by one: sums of inner loops that only the loss reads, times what is the same for all examples, run on from example to example.
/// </summary>
/// <remarks>
/// loss += f + c·Σⱼ g becomes loss += f and total += Σⱼ g, with loss + c·total after the last example: the lanes of the total are added up once instead of
/// for each example, which takes longer than the multiplications of a row of 16 (matrix factorization with a penalty on its rows: 1.5 to 1.2 ms).
/// </remarks>
internal sealed class SumsOverExamples
{
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly Loop _examples;
    private readonly Func<Loop, bool> _isVectorLoop;
    private readonly List<ValueInfo> _values;
    private readonly List<Item> _body;
    private readonly HashSet<int> _top;
    private readonly List<(Carried Inner, List<int> Factors)> _moved = [];

    private SumsOverExamples(Function function, FunctionIndex index, Loop examples, Func<Loop, bool> isVectorLoop)
    {
        (_function, _index, _examples, _isVectorLoop) = (function, index, examples, isVectorLoop);
        _values = [.. function.Values.Items];
        _body = [.. examples.Body.Items.Items];
        _top = [.. examples.Body.Items.Items.OfType<Loop>().Where(isVectorLoop).SelectMany(l => l.Carried.Items).Select(c => c.Result)];
    }

    /// <returns>The function anew, and what the loop over examples then carries as vectors; null where there is nothing to gain.</returns>
    public static (Function Function, EquatableArray<int> Kept)? Run(Function function, FunctionIndex index, Loop examples, Func<Loop, bool> isVectorLoop) =>
        examples.Carried.Count == 1 && examples.Carried[0] is var loss && function.Result == loss.Result && index.UsesOf(loss.Result) == 1
            && Reductions.IsSum(examples, loss)
            ? new SumsOverExamples(function, index, examples, isVectorLoop).Run(loss)
            : null;

    private (Function, EquatableArray<int>)? Run(Carried loss)
    {
        int next = Without(loss.Next, [], inChain: true);
        if (_moved.Count == 0) return null;
        var carried = new List<Carried> { loss with { Next = next } };
        List<Item> after = [];
        int zero = NewLet(after, Op.Const, -1, -1, 0, _function.Real), result = loss.Result;
        Item start = after[0];
        after.Clear();
        foreach ((Carried inner, List<int> factors) in _moved)
        {
            int id = NewValue(_function.Values[inner.Id]), total = NewValue(_function.Values[inner.Result]);
            int owner = _body.FindIndex(item => item is Loop loop && loop.Carried.Contains(inner));
            var loop = (Loop)_body[owner];
            _body[owner] = loop with { Carried = loop.Carried.Items.Select(c => c == inner ? c with { Init = id } : c).ToEquatableArray() };
            carried.Add(new Carried(id, zero, inner.Result, total));
            int term = total;
            foreach (int factor in Enumerable.Reverse(factors)) term = NewLet(after, Op.Mul, Outside(factor, after), term, 0, _function.Real);
            result = NewLet(after, Op.Add, result, term, 0, _function.Real);
        }

        RemoveUnread(carried);
        List<Item> items = [.. _function.Body.Items.Items];
        int at = items.IndexOf(_examples);
        items[at] = _examples with { Carried = carried.ToEquatableArray(), Body = new Region(_body.ToEquatableArray()) };
        items.InsertRange(at + 1, after);
        items.Insert(at, start);
        return (
            _function with { Values = _values.ToEquatableArray(), Body = new Region(items.ToEquatableArray()), Result = result },
            carried.Skip(1).Select(c => c.Id).ToEquatableArray());
    }

    /// <summary>A term of the loss without the sums that move; -1 where nothing is left.</summary>
    /// <param name="factors">What the term is multiplied by.</param>
    /// <param name="inChain">Whether it is a link of the chain that adds to the loss: the carried value stays.</param>
    private int Without(int value, List<int> factors, bool inChain)
    {
        if (!inChain && _index.UsesOf(value) != 1) return value;
        if (_top.Contains(value) && _index.UsesOf(value) == 1)
        {
            Carried inner = _body.OfType<Loop>().SelectMany(l => l.Carried.Items).First(c => c.Result == value);
            if (_index.LetOf(inner.Init) is not { Op: Op.Const, Payload: 0 } || !Adds(inner)) return value;
            _moved.Add((inner, factors));
            return -1;
        }

        if (_index.LetOf(value) is not { } let || !_body.Contains(let) || _function.TypeOf(value) != _function.Real) return value;
        switch (let.Op)
        {
            case Op.Add:
                int a = Without(let.A, factors, inChain && IsLink(let.A)), b = Without(let.B, factors, inChain && IsLink(let.B));
                return (a, b) == (let.A, let.B) ? value : a < 0 ? b : b < 0 ? a : NewLet(_body, Op.Add, a, b, 0, _function.Real);
            case Op.Mul when IsInvariant(let.A):
                return Product(let.A, let.B);
            case Op.Mul when IsInvariant(let.B):
                return Product(let.B, let.A);
            default:
                return value;
        }

        int Product(int factor, int other)
        {
            int rest = Without(other, [.. factors, factor], inChain: false);
            return rest == other ? value : rest < 0 ? -1 : NewLet(_body, Op.Mul, factor, rest, 0, _function.Real);
        }
    }

    private bool IsLink(int value) => value != _examples.Carried[0].Id && _index.LetOf(value) is { Op: Op.Add } let && _body.Contains(let);

    private bool Adds(Carried inner) => Reductions.IsSum(_body.OfType<Loop>().First(l => l.Carried.Contains(inner)), inner);

    /// <summary>Whether it is the same for all examples: defined before them, or one argument, which is defined where it is read first.</summary>
    private bool IsInvariant(int value) => _index.DefinitionOf(value) switch
    {
        Let { Op: Op.Const or Op.Extent } => true,
        Let { Op: Op.Argument } argument => argument.Payload >= 0,
        { } item => _function.Body.Items.Items.Contains(item) && item != _examples,
        null => false,
    };

    /// <summary>An invariant value where the loop has ended.</summary>
    private int Outside(int value, List<Item> after) =>
        _index.LetOf(value) is { } let && _examples.Body.Items.Items.Contains(let) ? NewLet(after, let.Op, let.A, let.B, let.Payload, _function.TypeOf(value)) : value;

    private void RemoveUnread(List<Carried> carried)
    {
        while (true)
        {
            var read = new HashSet<int>(new Region(_body.ToEquatableArray()).AllItems().SelectMany(item => item.Reads()).Concat(carried.Select(c => c.Next)));
            if (_body.RemoveAll(item => item is Let let && !read.Contains(let.Id)) == 0) return;
        }
    }

    private int NewLet(List<Item> items, Op op, int a, int b, long payload, ScalarType type)
    {
        int id = NewValue(new ValueInfo(type, null));
        items.Add(new Let(id, op, a, b, -1, payload));
        return id;
    }

    private int NewValue(ValueInfo value)
    {
        _values.Add(value);
        return _values.Count - 1;
    }
}
