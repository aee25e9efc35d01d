using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    private void ReadBranch(IConditionalOperation branch, Action then, Action otherwise)
    {
        if (branch.Condition.ConstantValue is { HasValue: true, Value: bool known }) (known ? then : otherwise)();
        else Branch(Evaluate(branch.Condition), then, otherwise);
    }

    /// <summary>Reads the two sides of a branch and merges what they assigned.</summary>
    private void Branch(int condition, Action then, Action otherwise)
    {
        if (emit.BoolOf(condition) is { } known)
        {
            (known ? then : otherwise)();
            return;
        }

        Environment before = _env;
        if (context.IsEager)
        {
            Environment one = Side(then), two = Side(otherwise);
            _env = Merge(before, one, two, (a, b) => emit.Builder.Select(condition, a, b));
            return;
        }

        // What is merged is known once both sides have been read, which is before the builder looks into the lists.
        Environment afterThen = before, afterElse = before;
        List<int> fromThen = [], fromElse = [];
        int[] results = emit.Builder.If(
            condition,
            () =>
            {
                afterThen = Side(then);
                return fromThen;
            },
            () =>
            {
                afterElse = Side(otherwise);
                Merge(before, afterThen, afterElse, (a, b) =>
                {
                    fromThen.Add(a);
                    fromElse.Add(b);
                    return a;
                });
                return fromElse;
            });

        int next = 0;
        _env = Merge(before, afterThen, afterElse, (_, _) => results[next++]);

        Environment Side(Action read)
        {
            _env = before.Copy();
            read();
            return _env;
        }
    }

    /// <summary>
    /// The bindings after a branch: for each variable known before it what the sides agree on, else a merged value. Merges in the
    /// order of the variables.
    /// </summary>
    private static Environment Merge(Environment before, Environment then, Environment otherwise, Func<int, int, int> merge)
    {
        Environment after = before.Copy();
        foreach (Slot slot in before.Slots)
        {
            after[slot] = Binding.Zip(then[slot], otherwise[slot], Join);
        }

        return after;

        Binding Join(Binding a, Binding b) => (a, b) switch
        {
            _ when a == b => a,
            _ when a.IsValue && b.IsValue => Binding.Of(merge(a.Value, b.Value)),
            _ when a.IsArray && a.IsLike(b) => MergeArrays(a, b),
            _ when (a.IsArray || a.HasUnknownRoot) && (b.IsArray || b.HasUnknownRoot) => Binding.UnknownRoot,
            _ => Binding.Undefined,
        };

        Binding MergeArrays(Binding a, Binding b)
        {
            var values = new Queue<int>(a.Values.Zip(b.Values, (x, y) => x == y ? x : merge(x, y)).ToList());
            return a.With(values.Dequeue);
        }
    }

    /// <summary>The value of one of two expressions, of which only the one that is chosen is evaluated.</summary>
    private int Choose(int condition, Func<int> then, Func<int> otherwise) =>
        ChooseBinding(condition, () => Binding.Of(then()), () => Binding.Of(otherwise())).Value;

    private Binding ChooseBinding(int condition, Func<Binding> then, Func<Binding> otherwise)
    {
        if (emit.BoolOf(condition) is { } known) return (known ? then : otherwise)();
        Slot result = NewSlot(null);
        _env[result] = Binding.Undefined;
        Branch(condition, () => Bind(result, then()), () => Bind(result, otherwise()));
        Binding value = _env[result];
        _env.Remove(result);
        return value;
    }

    /// <summary>Whether none of the jumps to these targets was taken.</summary>
    private int NoneOf(IEnumerable<ISymbol> targets)
    {
        int? any = null;
        foreach (Slot flag in targets.Select(t => _frame.Flags[t]).OrderBy(s => s.Index))
        {
            int raised = _env[flag].Value;
            any = any is { } other ? emit.Or(other, raised) : raised;
        }

        return emit.Not(any!.Value);
    }

    private int EvaluateConditional(IConditionalOperation choice)
    {
        if (choice.WhenFalse is null) throw DoesNotCompile(choice);
        if (choice.Condition.ConstantValue is { HasValue: true, Value: bool known }) return Evaluate(known ? choice.WhenTrue : choice.WhenFalse);
        int condition = Evaluate(choice.Condition);
        if (emit.BoolOf(condition) is { } decided) return Evaluate(decided ? choice.WhenTrue : choice.WhenFalse);
        return IsAtHand(choice.WhenTrue) && IsAtHand(choice.WhenFalse)
            ? emit.Builder.Select(condition, Evaluate(choice.WhenTrue), Evaluate(choice.WhenFalse))
            : Choose(condition, () => Evaluate(choice.WhenTrue), () => Evaluate(choice.WhenFalse));
    }

    /// <summary>
    /// Whether an expression is a value that exists already, or its negation: then selecting is cheaper than branching, and its derivative is
    /// exact even where the other side is not finite.
    /// </summary>
    private static bool IsAtHand(IOperation expression) =>
        expression.ConstantValue.HasValue || expression switch
        {
            ILocalReferenceOperation or IParameterReferenceOperation => true,
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Minus or UnaryOperatorKind.Plus } unary => IsAtHand(unary.Operand),
            IConversionOperation conversion => IsAtHand(conversion.Operand),
            _ => false,
        };

    private void ReadSwitch(ISwitchOperation choice)
    {
        Binding value = EvaluateBinding(choice.Value, choice.Value.Type, null);
        if (Plan.IsFlagged(choice.ExitLabel)) LowerFlag(choice.ExitLabel);
        var sections = choice.Cases.OrderBy(c => c.Clauses.Any(clause => clause is IDefaultCaseClauseOperation)).ToList();
        Section(0);

        void Section(int index)
        {
            CheckDepth();
            if (index == sections.Count) return;
            ISwitchCaseOperation section = sections[index];
            int? condition = null;
            foreach (ICaseClauseOperation clause in section.Clauses)
            {
                int? test = clause switch
                {
                    IDefaultCaseClauseOperation => null,
                    ISingleValueCaseClauseOperation single => emit.Compare(Op.Eq, value.Value, Evaluate(single.Value)),
                    IPatternCaseClauseOperation pattern => Guarded(pattern),
                    _ => throw Refusal.Statement(clause, "this form of 'case' is not supported"),
                };
                if (test is null)
                {
                    ReadStatements(Sequence.Prepend(section.Body, null));
                    return;
                }

                condition = condition is { } other ? emit.Or(other, test.Value) : test;
            }

            Branch(condition!.Value, () => ReadStatements(Sequence.Prepend(section.Body, null)), () => Section(index + 1));
        }

        int? Guarded(IPatternCaseClauseOperation clause)
        {
            int? test = Test(clause.Pattern, value);
            if (clause.Guard is not { } guard) return test;
            return test is { } matches ? Choose(matches, () => Evaluate(guard), () => emit.Bool(false)) : Evaluate(guard);
        }
    }

    private int Compare(IOperation operation, BinaryOperatorKind kind, int a, int b) => kind switch
    {
        BinaryOperatorKind.LessThan => emit.Compare(Op.Lt, a, b),
        BinaryOperatorKind.LessThanOrEqual => emit.Compare(Op.Le, a, b),
        BinaryOperatorKind.GreaterThan => emit.Compare(Op.Lt, b, a),
        BinaryOperatorKind.GreaterThanOrEqual => emit.Compare(Op.Le, b, a),
        BinaryOperatorKind.Equals => emit.Compare(Op.Eq, a, b),
        BinaryOperatorKind.NotEquals => emit.Compare(Op.Ne, a, b),
        _ => throw Refusal.Expression(operation, "this comparison is not supported"),
    };
}
