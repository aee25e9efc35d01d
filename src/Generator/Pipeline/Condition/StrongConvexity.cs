using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>
/// A convex loss is strongly convex where a multiple of the square of every parameter is a summand of it: the rest, convex too, cannot take
/// that away. (That the rest is convex follows from the loss being a sum of convex terms.)
/// </summary>
internal sealed class StrongConvexity
{
    private readonly CurvatureAnalysis _analysis;
    private readonly CurvatureRules _rules;
    private readonly HashSet<int> _covered = [];
    private readonly HashSet<ArgumentBound> _strict = [];

    private StrongConvexity(CurvatureAnalysis analysis)
    {
        _analysis = analysis;
        _rules = new CurvatureRules(analysis);
    }

    /// <summary>What has to be above 0 for the loss to be strongly convex; null where it is not shown to be.</summary>
    public static EquatableArray<ArgumentBound>? Of(CurvatureAnalysis analysis)
    {
        var squares = new StrongConvexity(analysis);
        squares.Visit(analysis.Function.Result, [], [], 0);
        for (int a = 0; a < analysis.Function.Arguments.Count; a++)
        {
            if (analysis.Function.Arguments[a].Role == ArgumentRole.Parameter && !squares._covered.Contains(a)) return null;
        }

        return squares._strict.OrderBy(b => b.Argument).ToEquatableArray();
    }

    private void Visit(int value, List<int> factors, List<Loop> loops, int depth)
    {
        if (depth > 64) return;
        switch (_analysis.Defining[value])
        {
            case Let { Op: Op.Add } add:
                Visit(add.A, factors, loops, depth + 1);
                Visit(add.B, factors, loops, depth + 1);
                break;
            case Let { Op: Op.Sub } sub:
                Visit(sub.A, factors, loops, depth + 1);
                break;
            case Let { Op: Op.Mul } mul when _analysis.FactOf(mul.A).IsConstant:
                Visit(mul.B, [.. factors, mul.A], loops, depth + 1);
                break;
            case Let { Op: Op.Mul } mul when _analysis.FactOf(mul.B).IsConstant:
                Visit(mul.A, [.. factors, mul.B], loops, depth + 1);
                break;
            case Let { Op: Op.Mul } mul:
                (int left, List<int> one, bool isOneNegated) = _rules.Factored(mul.A);
                (int right, List<int> two, bool isTwoNegated) = _rules.Factored(mul.B);
                if (left == right && isOneNegated == isTwoNegated) Cover(left, [.. factors, .. one, .. two], loops);
                break;
            case Loop loop when loop.Carried.Any(c => c.Result == value):
                Carried carried = loop.Carried.First(c => c.Result == value);
                if (Reductions.Links(loop, carried) is not { } links) break;
                var chain = new HashSet<int>(links.Select(l => l.Id)) { carried.Id };
                Visit(carried.Init, factors, loops, depth + 1);
                foreach (Let link in links.Where(l => l.Op == Op.Add))
                    Visit(chain.Contains(link.A) ? link.B : link.A, factors, loop.IsExamples ? loops : [.. loops, loop], depth + 1);
                break;
        }
    }

    /// <summary>Notes the parameter whose every element the value is, if there is one.</summary>
    private void Cover(int value, List<int> factors, List<Loop> loops)
    {
        Function function = _analysis.Function;
        int argument = _analysis.Defining[value] switch
        {
            Let { Op: Op.Argument, Payload: >= 0 } let when function.Arguments[(int)let.Payload].Role == ArgumentRole.Parameter => (int)let.Payload,
            Load load when function.Buffers[load.Buffer].Kind == BufferKind.Parameter
                && loops.Any(l => l.Counter == load.Index && IsWhole(l, function.Arguments[function.Buffers[load.Buffer].Argument].Extent)) => function.Buffers[load.Buffer].Argument,
            _ => -1,
        };
        if (argument < 0 || function.Arguments[argument].Dimensions.Count() > 1) return;
        var strict = new List<ArgumentBound>();
        foreach (int factor in factors)
        {
            switch (_analysis.LetOf(factor))
            {
                case { Op: Op.Const } constant when constant.RealConstant > 0:
                    break;
                case { Op: Op.Argument, Payload: >= 0 } let:
                    strict.Add(new ArgumentBound((int)let.Payload, false, 0, IsStrict: true));
                    break;
                default:
                    return;
            }
        }

        if (_covered.Add(argument)) _strict.UnionWith(strict);
    }

    private bool IsWhole(Loop loop, int extent) =>
        _analysis.LetOf(loop.From) is { Op: Op.Const, Payload: 0 } && _analysis.LetOf(loop.To) is { Op: Op.Extent } let && let.Payload == extent;
}
