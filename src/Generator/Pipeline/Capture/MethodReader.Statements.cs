using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    private void ReadStatements(Sequence? list)
    {
        CheckDepth();
        while (list is not null)
        {
            IOperation statement = list.Head;
            HashSet<ISymbol> targets = Plan.Targets(statement);
            if (targets.Count > 0 && statement is IBlockOperation)
            {
                list = Sequence.Of(statement, list.Tail);
                continue;
            }

            if (Plan.Nests(statement, list.Tail is not null))
            {
                var branch = (IConditionalOperation)statement;
                Sequence? tail = list.Tail;
                ReadBranch(
                    branch,
                    () => ReadStatements(Sequence.Of(branch.WhenTrue, Plan.Completes(branch.WhenTrue) ? tail : null)),
                    () => ReadStatements(Sequence.Of(branch.WhenFalse, Plan.Completes(branch.WhenFalse) ? tail : null)));
                return;
            }

            ReadStatement(statement);
            if (!Plan.Completes(statement)) return;
            list = list.Tail;
            if (list is not null && targets.Count > 0)
            {
                Sequence rest = list;
                Branch(NoneOf(targets), () => ReadStatements(rest), () => { });
                return;
            }
        }
    }

    private void ReadStatement(IOperation statement)
    {
        int before = emit.Builder.ValueCount;
        ReadOne(statement);
        emit.NoteSite(statement is IExpressionStatementOperation { Operation.Syntax: var expression } ? expression : statement.Syntax, before);
    }

    private void ReadOne(IOperation statement)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        switch (statement)
        {
            case IBlockOperation block:
                ReadStatements(Sequence.Of(block));
                break;
            case IExpressionStatementOperation expression:
                Perform(expression.Operation);
                break;
            case IVariableDeclarationGroupOperation group:
                foreach (IVariableDeclarationOperation declaration in group.Declarations)
                {
                    foreach (IVariableDeclaratorOperation declarator in declaration.Declarators) ReadDeclarator(declarator);
                }

                break;
            case IConditionalOperation branch:
                ReadBranch(branch, () => ReadStatements(Sequence.Of(branch.WhenTrue)), () => ReadStatements(Sequence.Of(branch.WhenFalse)));
                break;
            case ISwitchOperation choice:
                ReadSwitch(choice);
                break;
            case IForLoopOperation loop:
                ReadFor(loop);
                break;
            case IForEachLoopOperation loop:
                ReadForEach(loop);
                break;
            case IWhileLoopOperation loop:
                ReadWhile(loop);
                break;
            case IReturnOperation exit:
                ReadReturn(exit);
                break;
            case IBranchOperation { BranchKind: BranchKind.Break or BranchKind.Continue } jump:
                RaiseFlag(jump.Target);
                break;
            case IBranchOperation:
            case ILabeledOperation:
                throw Refusal.At(DiagnosticCatalog.Jump, statement, "'goto' is not supported: use loops, 'break' and 'return'");
            case IThrowOperation:
                throw Refusal.Statement(statement, "an exception has no derivative; check arguments outside of the loss");
            case ITryOperation:
                throw Refusal.Statement(statement, "'try' is not supported");
            case IUsingOperation or IUsingDeclarationOperation or ILockOperation:
                throw Refusal.Statement(statement, "'using' and 'lock' are not supported: a loss computes with numbers only");
            case ILocalFunctionOperation:
            case IEmptyOperation:
                break;
            case IInvalidOperation:
                throw DoesNotCompile(statement);
            default:
                throw Refusal.Statement(statement, statement.Kind == OperationKind.YieldReturn
                    ? "an iterator is not supported"
                    : "it is not one of the supported statements");
        }
    }

    private void ReadDeclarator(IVariableDeclaratorOperation declarator)
    {
        ILocalSymbol symbol = declarator.Symbol;
        IOperation? initializer = declarator.GetVariableInitializer()?.Value;
        if (symbol.IsRef)
        {
            _frame.Aliases[symbol] = PlaceOf(initializer ?? throw DoesNotCompile(declarator), symbol.RefKind == RefKind.Ref);
            return;
        }

        Binding binding = initializer is not null ? EvaluateBinding(initializer, symbol.Type, symbol.Name) : Default(declarator, symbol);
        Slot slot = Declare(symbol);
        _env[slot] = binding;
        Name(binding, symbol.Name);
    }

    /// <summary>
    /// A variable without initializer has no value; where flags guard statements, and before a loop that certainly runs, the IR needs one on the
    /// paths on which the variable is never read.
    /// </summary>
    private Binding Default(IOperation declarator, ILocalSymbol symbol)
    {
        if (ScalarTypes.IsArray(symbol.Type) || IsFunction(symbol.Type)) return Binding.Undefined;
        if (LayoutOf(symbol.Type) is not { } layout)
        {
            RequireType(declarator, symbol.Type);
            return Plan.HasFlags || Plan.HasDo ? Zero(symbol.Type) : Binding.Undefined;
        }

        // The parts of a structure may be assigned one by one.
        return Plan.HasFlags || Plan.HasDo ? Zero(symbol.Type) : Nothing(layout);
    }

    private void ReadReturn(IReturnOperation exit)
    {
        if (exit.Kind != OperationKind.Return) throw Refusal.Statement(exit, "an iterator is not supported");
        if (exit.ReturnedValue is { } value)
        {
            if (_frame.Result is { } slot) Bind(slot, EvaluateBinding(value, _frame.Method.ReturnType, null));
            else Perform(value);
        }

        RaiseFlag(_frame.Method);
    }

    /// <summary>Evaluates an expression for its effects.</summary>
    private void Perform(IOperation expression)
    {
        switch (expression)
        {
            case IInvocationOperation call:
                Invoke(call);
                break;
            case IDeconstructionAssignmentOperation deconstruction:
                ReadDeconstruction(deconstruction);
                break;
            case ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                EvaluateAssignment(expression);
                break;
            case IAwaitOperation:
                throw Refusal.At(DiagnosticCatalog.Async, expression, _frame.Method.Name);
            default:
                EvaluateBinding(expression, expression.Type, null);
                break;
        }
    }

    /// <summary>Evaluates a scalar, a span, a matrix, an aggregate or a delegate, as the type says.</summary>
    private Binding EvaluateBinding(IOperation expression, ITypeSymbol? type, string? name)
    {
        type = Resolve(type ?? expression.Type);
        if (ScalarTypes.ElementOf(type) is not null) return EvaluateSpan(expression, name);
        if (ScalarTypes.MatrixElementOf(type) is not null) return EvaluateMatrix(expression, name);
        if (LayoutOf(type) is not null) return EvaluateAggregate(expression);
        return IsFunction(type) ? EvaluateFunction(expression) : Binding.Of(Evaluate(expression));
    }

    private static Binding Nothing(Layout layout) => Binding.Of(layout, layout.Parts.Select(_ => Binding.Undefined));

    private void Name(Binding binding, string name)
    {
        if (binding.IsValue) Name(binding.Value, name);
        if (binding.Parts is not { } parts) return;
        for (int i = 0; i < parts.Items.Count; i++) Name(parts[i], parts.Layout.NameOf(name, i));
    }

    private void Name(int value, string name)
    {
        if (emit.IntOf(value) is null && emit.ExtentOf(value) is null) emit.Builder.SetName(value, name);
    }
}
