using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>A list of statements, shared by its tails.</summary>
internal sealed class Sequence(IOperation head, Sequence? tail)
{
    public IOperation Head { get; } = head;

    public Sequence? Tail { get; } = tail;

    public static Sequence? Prepend(IEnumerable<IOperation> statements, Sequence? tail) =>
        statements.Reverse().Aggregate(tail, (rest, statement) => new Sequence(statement, rest));

    /// <summary>The statements of a block, or the statement itself, before a tail.</summary>
    public static Sequence? Of(IOperation? statement, Sequence? tail = null) => statement switch
    {
        null => tail,
        IBlockOperation block => Prepend(block.Operations, tail),
        _ => new Sequence(statement, tail),
    };
}

/// <summary>
/// Where the jumps of one method go (<c>return</c>, <c>break</c>, <c>continue</c>), and which of them need a flag. A jump that ends
/// one side of a branch needs none: what follows is nested in the other side. Any other jump sets a flag, and what it
/// skips is guarded by the flag.
/// </summary>
/// <remarks>A target is the label that is jumped to or, for a return, the method.</remarks>
internal sealed class ExitPlan
{
    private static readonly HashSet<ISymbol> s_none = new(SymbolEqualityComparer.Default);

    private readonly IMethodSymbol _method;
    private readonly HashSet<ISymbol> _flagged = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<IOperation, (HashSet<ISymbol> Targets, bool Completes)> _facts = [];

    public ExitPlan(IMethodSymbol method, IOperation body)
    {
        _method = method;
        Plan(Sequence.Of(body));
    }

    public bool IsFlagged(ISymbol target) => _flagged.Contains(target);

    /// <summary>Whether there is a loop whose body certainly runs: what it assigns is assigned afterwards.</summary>
    public bool HasDo { get; private set; }

    public bool HasFlags => _flagged.Count > 0;

    /// <summary>The targets outside of a statement that it may jump to.</summary>
    public HashSet<ISymbol> Targets(IOperation? statement) => Facts(statement).Targets;

    /// <summary>Whether control can reach the end of a statement.</summary>
    public bool Completes(IOperation? statement) => Facts(statement).Completes;

    /// <summary>Whether what follows this branch is to be nested in the side that does not always jump.</summary>
    public bool Nests(IOperation statement, bool hasTail) =>
        hasTail && statement is IConditionalOperation branch && Targets(branch).Count > 0
        && Completes(branch) && !(Completes(branch.WhenTrue) && Completes(branch.WhenFalse));

    private void Plan(Sequence? list)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (list is not null)
        {
            IOperation statement = list.Head;
            HashSet<ISymbol> targets = Targets(statement);
            if (targets.Count > 0 && statement is IBlockOperation)
            {
                list = Sequence.Of(statement, list.Tail);
                continue;
            }

            if (Nests(statement, list.Tail is not null))
            {
                var branch = (IConditionalOperation)statement;
                Plan(Sequence.Of(branch.WhenTrue, Completes(branch.WhenTrue) ? list.Tail : null));
                Plan(Sequence.Of(branch.WhenFalse, Completes(branch.WhenFalse) ? list.Tail : null));
                return;
            }

            PlanInside(statement);
            if (!Completes(statement)) return;
            if (list.Tail is not null) _flagged.UnionWith(targets);
            list = list.Tail;
        }
    }

    private void PlanInside(IOperation statement)
    {
        switch (statement)
        {
            case IBlockOperation:
                Plan(Sequence.Of(statement));
                break;
            case IConditionalOperation branch:
                Plan(Sequence.Of(branch.WhenTrue));
                Plan(Sequence.Of(branch.WhenFalse));
                break;
            case ISwitchOperation choice:
                foreach (ISwitchCaseOperation section in choice.Cases) Plan(Sequence.Prepend(section.Body, null));
                break;
            case ILoopOperation loop:
                HasDo |= loop is IWhileLoopOperation { ConditionIsTop: false };
                Plan(Sequence.Of(loop.Body));
                if (HasFurtherConditions(loop)) _flagged.Add(loop.ExitLabel);
                _flagged.UnionWith(Targets(loop.Body).Where(t => !SymbolEqualityComparer.Default.Equals(t, loop.ContinueLabel)));
                break;
        }
    }

    /// <summary>A conjunction counts by one of its terms; the others end the loop like a <c>break</c>.</summary>
    private static bool HasFurtherConditions(ILoopOperation loop) =>
        (loop as IForLoopOperation)?.Condition is { } a && CountedLoop.Terms(a).Skip(1).Any()
        || (loop as IWhileLoopOperation)?.Condition is { } b && CountedLoop.Terms(b).Skip(1).Any();

    private (HashSet<ISymbol> Targets, bool Completes) Facts(IOperation? statement)
    {
        if (statement is null) return (s_none, true);
        if (_facts.TryGetValue(statement, out var known)) return known;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return _facts[statement] = Compute(statement);
    }

    private (HashSet<ISymbol> Targets, bool Completes) Compute(IOperation statement)
    {
        switch (statement)
        {
            case IReturnOperation:
                return (new(SymbolEqualityComparer.Default) { _method }, false);
            case IBranchOperation jump:
                return (new(SymbolEqualityComparer.Default) { jump.Target }, false);
            case IThrowOperation:
                return (s_none, false);
            case IBlockOperation block:
                return (Union(block.Operations), block.Operations.All(Completes));
            case IConditionalOperation branch:
                return (Union([branch.WhenTrue, branch.WhenFalse]), Completes(branch.WhenTrue) || Completes(branch.WhenFalse));
            case ISwitchOperation choice:
                HashSet<ISymbol> exits = Union(choice.Cases.SelectMany(c => c.Body));
                bool hasDefault = choice.Cases.Any(c => c.Clauses.Any(clause => clause is IDefaultCaseClauseOperation));
                bool completes = !hasDefault || exits.Contains(choice.ExitLabel) || choice.Cases.Any(c => c.Body.All(Completes));
                return (Without(exits, choice.ExitLabel), completes);
            case ILoopOperation loop:
                return (Without(Targets(loop.Body), loop.ExitLabel, loop.ContinueLabel), true);
            default:
                return (s_none, true);
        }
    }

    private HashSet<ISymbol> Union(IEnumerable<IOperation?> statements)
    {
        HashSet<ISymbol>? union = null;
        foreach (IOperation? statement in statements)
        {
            HashSet<ISymbol> targets = Targets(statement);
            if (targets.Count > 0) (union ??= new(SymbolEqualityComparer.Default)).UnionWith(targets);
        }

        return union ?? s_none;
    }

    private static HashSet<ISymbol> Without(HashSet<ISymbol> targets, params ISymbol[] labels)
    {
        if (targets.Count == 0) return targets;
        var rest = new HashSet<ISymbol>(targets, SymbolEqualityComparer.Default);
        rest.ExceptWith(labels);
        return rest;
    }
}
