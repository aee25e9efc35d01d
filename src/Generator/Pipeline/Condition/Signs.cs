using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>Which values are never negative: for certain, or where constants and data keep a bound that is noted.</summary>
internal sealed class Signs(Function function, Item?[] defining)
{
    private const int MaxDepth = 12;

    /// <summary>What the answers so far have taken of arguments.</summary>
    public HashSet<ArgumentBound> Bounds { get; } = [];

    /// <summary>Whether the value is never negative, whatever the arguments are.</summary>
    public bool IsNonNegative(int value) => Holds(value, null, 0);

    /// <summary>Whether the value is never negative where arguments keep bounds, which are noted; nothing is noted otherwise.</summary>
    public bool Require(int value)
    {
        var bounds = new List<ArgumentBound>();
        if (!Holds(value, bounds, 0)) return false;
        Bounds.UnionWith(bounds);
        return true;
    }

    private bool Holds(int value, List<ArgumentBound>? bounds, int depth)
    {
        if (depth > MaxDepth) return false;
        if (function.TypeOf(value) == ScalarType.I32) return IsCount(value, depth);
        if (Argument(value) is int argument) return Bound(new ArgumentBound(argument, false, 0));
        switch (defining[value])
        {
            case Let let:
                bool A() => Holds(let.A, bounds, depth + 1);
                bool B() => Holds(let.B, bounds, depth + 1);
                switch (let.Op)
                {
                    case Op.Const:
                        return let.RealConstant >= 0;
                    case Op.Exp or Op.Exp2 or Op.Exp10 or Op.Abs or Op.Sigmoid or Op.Softplus or Op.Sqrt or Op.Norm or Op.Cosh or Op.Hypot or Op.Erfc:
                        return true;
                    case Op.Mul when let.A == let.B:
                        return true;
                    case Op.Add or Op.Mul or Op.Div or Op.Min:
                        return A() && B();
                    case Op.Max:
                        return IsNonNegative(let.A) || IsNonNegative(let.B) || (A() && B());
                    case Op.Convert or Op.Detach:
                        return A();
                    case Op.Pow:
                        return defining[let.B] is Let { Op: Op.Const } power && power.RealConstant % 2 == 0 || A();
                    case Op.Select:
                        return B() && Holds(let.C, bounds, depth + 1);
                    case Op.Sub when defining[let.A] is Let { Op: Op.Const } constant && Argument(let.B) is int bounded:
                        return Bound(new ArgumentBound(bounded, true, constant.RealConstant));
                    default:
                        return false;
                }

            case Loop loop when loop.Carried.Any(c => c.Result == value):
                // A sum of what is never negative, from what is not.
                Carried carried = loop.Carried.First(c => c.Result == value);
                return Holds(carried.Init, bounds, depth + 1) && Reductions.Links(loop, carried) is { } links
                    && links.All(l => l.Op == Op.Add && Holds(IsLink(l.A) ? l.B : l.A, bounds, depth + 1));

                bool IsLink(int id) => id == carried.Id || links.Any(l => l.Id == id);
            case If branch:
                Merge merge = branch.Results.First(m => m.Result == value);
                return Holds(merge.Then, bounds, depth + 1) && Holds(merge.Else, bounds, depth + 1);
            default:
                return false;
        }

        bool Bound(ArgumentBound bound)
        {
            bounds?.Add(bound);
            return bounds is not null;
        }
    }

    /// <summary>The argument that a value is, or is an element of; parameters are none.</summary>
    private int? Argument(int value) => defining[value] switch
    {
        Let { Op: Op.Argument, Payload: >= 0 } let when function.Arguments[(int)let.Payload].Role == ArgumentRole.Constant => (int)let.Payload,
        Load load when function.Buffers[load.Buffer].Kind is BufferKind.Constant or BufferKind.Data => function.Buffers[load.Buffer].Argument,
        Let { Op: Op.Convert } let when function.TypeOf(let.A).IsReal() => Argument(let.A),
        _ => null,
    };

    /// <summary>Lengths, numbers of examples and counters from a count.</summary>
    private bool IsCount(int value, int depth) => defining[value] switch
    {
        Let { Op: Op.Extent } => true,
        Let { Op: Op.Argument, Payload: SpecialArgument.ExampleCount } => true,
        Let { Op: Op.Const } let => let.Payload >= 0,
        Let { Op: Op.Add or Op.Mul } let => depth < MaxDepth && IsCount(let.A, depth + 1) && IsCount(let.B, depth + 1),
        Loop loop when loop.Counter == value => depth < MaxDepth && IsCount(loop.From, depth + 1),
        _ => false,
    };
}
