using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// A loop whose trip count is known when it starts: <c>counter ± offset ⋚ bound</c>, where the counter is stepped by a constant
/// exactly once per iteration and nothing else in the condition changes.
/// </summary>
/// <param name="Counter">The local that counts.</param>
/// <param name="Side">The side of the condition that holds the counter, and perhaps an offset.</param>
/// <param name="Bound">The other side.</param>
/// <param name="Relation">The comparison, with the counter on the left.</param>
/// <param name="Stepping">The statement that steps the counter.</param>
internal sealed record CountedLoop(
    ISymbol Counter, IOperation Side, IOperation Bound, BinaryOperatorKind Relation, int Step, IOperation Stepping)
{
    /// <param name="condition">The loop's condition, or one of the terms that it is the conjunction of.</param>
    /// <param name="statements">The statements that run once per iteration, in order.</param>
    /// <param name="loop">Where a refusal is reported.</param>
    /// <returns>The loop, or why it is not counted by this condition.</returns>
    public static (CountedLoop? Loop, Refusal? Refusal) Match(IOperation condition, IReadOnlyList<IOperation> statements, IOperation loop)
    {
        if (condition.ConstantValue is { HasValue: true, Value: true })
        {
            return Not(DiagnosticCatalog.Endless, loop, "give it a condition that compares a counter with a bound");
        }

        HashSet<ISymbol> assigned = AssignedSymbols.In(statements.Append(condition));
        if (!assigned.Overlaps(AssignedSymbols.ReadIn(condition))) return Not(DiagnosticCatalog.Endless, condition, "nothing in its condition changes in the loop");
        if (condition is not IBinaryOperation { OperatorKind: var kind } comparison || Mirror(kind) is not { } mirrored)
        {
            return Not(DiagnosticCatalog.TripCount, condition, "the condition is not a comparison of a counter with a bound");
        }

        foreach ((IOperation side, IOperation bound, BinaryOperatorKind relation) in new[]
        {
            (comparison.LeftOperand, comparison.RightOperand, kind),
            (comparison.RightOperand, comparison.LeftOperand, mirrored),
        })
        {
            if (CounterOf(side, assigned) is not { } counter) continue;
            if (AssignedSymbols.ReadIn(bound).FirstOrDefault(assigned.Contains) is { } changing)
            {
                return Not(DiagnosticCatalog.TripCount, bound, $"'{changing.Name}' changes in the loop");
            }

            if (StepOf(counter, statements) is not var (step, stepping))
            {
                return Not(DiagnosticCatalog.TripCount, loop, $"'{counter.Name}' is not stepped by a constant exactly once per iteration");
            }

            bool ends = relation switch
            {
                BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual => step > 0,
                BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual => step < 0,
                BinaryOperatorKind.NotEquals => step is 1 or -1,
                _ => false,
            };
            return ends
                ? (new CountedLoop(counter, side, bound, relation, step, stepping), null)
                : Not(DiagnosticCatalog.Endless, condition, $"'{counter.Name}' is stepped by {Text(step)}, away from the bound");
        }

        return Not(DiagnosticCatalog.TripCount, condition, "the condition is not a comparison of a stepped int counter with a bound");

        static (CountedLoop?, Refusal?) Not(DiagnosticDescriptor descriptor, IOperation operation, string reason) =>
            (null, Refusal.At(descriptor, operation, reason));
    }

    /// <summary>The terms of a conjunction <c>a &amp;&amp; b &amp;&amp; …</c>.</summary>
    public static IEnumerable<IOperation> Terms(IOperation condition) =>
        condition is IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd, ConstantValue.HasValue: false } both
            ? Terms(both.LeftOperand).Concat(Terms(both.RightOperand))
            : [condition];

    /// <summary>The counter in <c>i</c>, <c>i + c</c>, <c>i - c</c> or <c>c + i</c>, where c does not change.</summary>
    private static ISymbol? CounterOf(IOperation side, HashSet<ISymbol> assigned)
    {
        if (side.Type?.SpecialType != SpecialType.System_Int32) return null;
        switch (side)
        {
            case ILocalReferenceOperation { Local: var local }:
                return assigned.Contains(local) ? local : null;
            case IParameterReferenceOperation { Parameter: var parameter }:
                return assigned.Contains(parameter) ? parameter : null;
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum:
                return Invariant(sum.RightOperand) ? CounterOf(sum.LeftOperand, assigned)
                    : Invariant(sum.LeftOperand) ? CounterOf(sum.RightOperand, assigned) : null;
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } difference:
                return Invariant(difference.RightOperand) ? CounterOf(difference.LeftOperand, assigned) : null;
            default:
                return null;
        }

        bool Invariant(IOperation operand) => !AssignedSymbols.ReadIn(operand).Any(assigned.Contains);
    }

    private static (int Step, IOperation Stepping)? StepOf(ISymbol counter, IReadOnlyList<IOperation> statements)
    {
        if (statements.Sum(s => AssignedSymbols.Count(s, counter)) != 1) return null;
        foreach (IOperation statement in statements)
        {
            if (statement is IExpressionStatementOperation { Operation: var operation } && StepIn(operation, counter) is { } step && step != 0)
            {
                return (step, statement);
            }
        }

        return null;
    }

    private static int? StepIn(IOperation operation, ISymbol counter)
    {
        switch (operation)
        {
            case IIncrementOrDecrementOperation step when Is(step.Target):
                return step.Kind == OperationKind.Increment ? 1 : -1;
            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add } sum when Is(sum.Target):
                return Constant(sum.Value);
            case ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Subtract } difference when Is(difference.Target):
                return -Constant(difference.Value);
            case ISimpleAssignmentOperation { Value: IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum } assignment when Is(assignment.Target):
                return Is(sum.LeftOperand) ? Constant(sum.RightOperand) : Is(sum.RightOperand) ? Constant(sum.LeftOperand) : null;
            case ISimpleAssignmentOperation { Value: IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } difference } assignment
                when Is(assignment.Target) && Is(difference.LeftOperand):
                return -Constant(difference.RightOperand);
            default:
                return null;
        }

        bool Is(IOperation operand) => SymbolEqualityComparer.Default.Equals(AssignedSymbols.SymbolOf(operand), counter);

        static int? Constant(IOperation operand) => operand.ConstantValue is { HasValue: true, Value: int value } && value != int.MinValue ? value : null;
    }

    private static BinaryOperatorKind? Mirror(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.NotEquals => BinaryOperatorKind.NotEquals,
        _ => null,
    };

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Which variables operations assign and read.</summary>
internal static class AssignedSymbols
{
    public static HashSet<ISymbol> In(IEnumerable<IOperation> operations)
    {
        var assigned = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (IOperation operation in operations.SelectMany(WithCalled))
        {
            foreach (ISymbol symbol in AssignedBy(operation)) assigned.Add(symbol);
        }

        return assigned;
    }

    public static int Count(IOperation statement, ISymbol symbol) =>
        WithCalled(statement).SelectMany(AssignedBy).Count(s => SymbolEqualityComparer.Default.Equals(s, symbol));

    public static IEnumerable<ISymbol> ReadIn(IOperation operation) =>
        operation.DescendantsAndSelf().Select(SymbolOf).Where(s => s is not null)!;

    public static ISymbol? SymbolOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } self => self.Type?.OriginalDefinition,
        _ => null,
    };

    /// <summary>An operation with all that it contains and the bodies of the local functions that it calls, which assign variables around them.</summary>
    public static IEnumerable<IOperation> WithCalled(IOperation operation)
    {
        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default);
        var pending = new Stack<IOperation>([operation]);
        while (pending.Count > 0)
        {
            foreach (IOperation part in pending.Pop().DescendantsAndSelf())
            {
                yield return part;
                if (part is not IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } target } || !seen.Add(target.OriginalDefinition)) continue;
                IOperation root = part;
                while (root.Parent is not null) root = root.Parent;
                IOperation? body = root.Descendants().OfType<ILocalFunctionOperation>()
                    .FirstOrDefault(f => SymbolEqualityComparer.Default.Equals(f.Symbol, target.OriginalDefinition));
                if (body is not null) pending.Push(body);
            }
        }
    }

    /// <summary>
    /// The variable that a place is or is a part of (<c>p</c> for <c>p.X</c>, the type itself for a member of <c>this</c>); null for an element of an array.
    /// </summary>
    private static ISymbol? RootOf(IOperation place)
    {
        while (true)
        {
            switch (place)
            {
                case IFieldReferenceOperation { Instance: { } whole }:
                    place = whole;
                    break;
                case IPropertyReferenceOperation { Instance: { } whole } property when !property.Property.IsIndexer || !ScalarTypes.IsArray(whole.Type):
                    place = whole;
                    break;
                default:
                    return SymbolOf(place);
            }
        }
    }

    /// <summary>Whether a call can change the structure on which it is made.</summary>
    private static bool CanChange(IMethodSymbol method) =>
        method is { IsStatic: false, IsReadOnly: false, MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation }
        && method.ContainingType is { IsReferenceType: false, IsReadOnly: false } or { TypeKind: TypeKind.Interface }
        && !ScalarTypes.IsArray(method.ContainingType);

    private static IEnumerable<ISymbol> AssignedBy(IOperation operation)
    {
        IOperation? target = operation switch
        {
            IAssignmentOperation assignment => assignment.Target,
            IIncrementOrDecrementOperation step => step.Target,
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
            IInvocationOperation { Instance: { } instance } call when CanChange(call.TargetMethod) => instance,
            IVariableDeclaratorOperation { Symbol.RefKind: RefKind.Ref } alias when alias.GetVariableInitializer() is { } initializer => initializer.Value,
            _ => null,
        };
        if (target is null) return [];
        if (RootOf(target) is { } symbol) return [symbol];
        return Targets(target).Select(RootOf).OfType<ISymbol>();

        // What stands in the index of a target is read, and an array whose element is one stays the array that it is.
        static IEnumerable<IOperation> Targets(IOperation target) => target switch
        {
            ITupleOperation tuple => tuple.Elements.SelectMany(Targets),
            IDeclarationExpressionOperation declaration => Targets(declaration.Expression),
            _ => [target],
        };
    }
}
