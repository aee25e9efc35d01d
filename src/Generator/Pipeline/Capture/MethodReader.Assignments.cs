using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>A place that can be read and written once its indices have been evaluated.</summary>
    private readonly record struct Place(Func<int> Read, Action<int> Write);

    /// <summary>Reads an assignment; its value is that of the expression.</summary>
    private int EvaluateAssignment(IOperation assignment)
    {
        switch (assignment)
        {
            case ISimpleAssignmentOperation { IsRef: true }:
                throw Refusal.Expression(assignment, "'ref' assignment is not supported");
            case ISimpleAssignmentOperation simple:
            {
                if (simple.Target is IDiscardOperation) return Evaluate(simple.Value);
                Place place = PlaceOf(simple.Target);
                int value = Evaluate(simple.Value);
                place.Write(value);
                return value;
            }

            case ICompoundAssignmentOperation compound:
            {
                Place place = PlaceOf(compound.Target);
                ScalarType type = RequireType(compound.Target, compound.Target.Type);
                int old = place.Read();
                int operand = Evaluate(compound.Value);

                // The operation happens in the type of the right operand, which the compiler widened where it had to.
                ScalarType common = emit.TypeOf(operand);
                int value = Converted(Combine(compound, compound.OperatorKind, Converted(old, common), operand), type);
                place.Write(value);
                return value;
            }

            case IIncrementOrDecrementOperation step:
            {
                Place place = PlaceOf(step.Target);
                ScalarType type = RequireType(step.Target, step.Target.Type);
                int old = place.Read();
                int value = emit.Binary(step.Kind == OperationKind.Increment ? Op.Add : Op.Sub, old, emit.Constant(type, 1));
                place.Write(value);
                return step.IsPostfix ? old : value;
            }

            default:
                throw Refusal.Expression(assignment, "this assignment is not supported");
        }
    }

    private Place PlaceOf(IOperation target)
    {
        switch (target)
        {
            case ILocalReferenceOperation { Local: var local }:
                if (local.IsRef) throw Refusal.Expression(target, "'ref' locals are not supported");
                return Variable(local);
            case IParameterReferenceOperation { Parameter: var parameter }:
                return Variable(parameter);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } when ScalarTypes.IsArray(instance.Type):
            case IArrayElementReferenceOperation:
            case IImplicitIndexerReferenceOperation:
                (Binding span, int index) = Element(target);
                if (emit.Builder.Buffers[span.Root].Kind != BufferKind.Local) throw Refusal.Expression(target, "an argument of the loss is read only");
                return new Place(() => emit.Load(span, index), value => emit.Store(span, index, value));
            case IInvalidOperation:
                throw DoesNotCompile(target);
            default:
                throw Refusal.Expression(target, "only locals and elements of local arrays can be assigned");
        }

        Place Variable(ISymbol symbol) => new(
            () => ReadVariable(target, symbol),
            value =>
            {
                if (!_frame.Slots.TryGetValue(symbol, out Slot? slot)) slot = Declare(symbol);
                _env[slot] = Binding.Of(value);
                Name(value, symbol.Name);
            });
    }

    private Binding AssignSpan(ISimpleAssignmentOperation assignment)
    {
        ISymbol symbol = assignment.Target switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => throw Refusal.Expression(assignment.Target, "only a local can be assigned a span"),
        };
        Binding span = EvaluateArray(assignment.Value, symbol.Name);
        if (!_frame.Slots.TryGetValue(symbol, out Slot? slot)) slot = Declare(symbol);
        _env[slot] = span;
        return span;
    }

    /// <summary><c>(a, b) = (x, y)</c>: every right side is evaluated before the first assignment.</summary>
    private void ReadDeconstruction(IDeconstructionAssignmentOperation assignment)
    {
        IOperation source = assignment.Value is IConversionOperation { Operand: ITupleOperation inner } ? inner : assignment.Value;
        IOperation target = assignment.Target is IDeclarationExpressionOperation declaration ? declaration.Expression : assignment.Target;
        if (target is not ITupleOperation targets) throw Refusal.Expression(assignment, "this deconstruction is not supported");

        IReadOnlyList<Binding> values;
        if (source is ITupleOperation tuple && tuple.Elements.Length == targets.Elements.Length)
        {
            values = tuple.Elements.Select(e => EvaluateBinding(e, e.Type, null)).ToList();
        }
        else if (source is IInvocationOperation { TargetMethod.Name: "SinCos", Arguments.Length: 1 } call && IsMathType(call.TargetMethod.ContainingType))
        {
            int x = Evaluate(call.Arguments[0].Value);
            values = [Binding.Of(emit.Unary(Op.Sin, x)), Binding.Of(emit.Unary(Op.Cos, x))];
        }
        else
        {
            throw Refusal.Expression(assignment.Value, "tuples are supported as '(a, b) = (x, y)' only");
        }

        for (int i = 0; i < values.Count; i++)
        {
            IOperation element = targets.Elements[i] is IDeclarationExpressionOperation { Expression: var local } ? local : targets.Elements[i];
            if (element is IDiscardOperation) continue;
            if (values[i].IsArray && element is ILocalReferenceOperation reference)
            {
                if (!_frame.Slots.TryGetValue(reference.Local, out Slot? slot)) slot = Declare(reference.Local);
                _env[slot] = values[i];
                continue;
            }

            PlaceOf(element).Write(values[i].Value);
        }
    }
}
