using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>Reads an assignment; its value is that of the expression.</summary>
    private Binding EvaluateAssignment(IOperation assignment)
    {
        switch (assignment)
        {
            case ISimpleAssignmentOperation { IsRef: true }:
                throw Refusal.Expression(assignment, "'ref' assignment is not supported");
            case ISimpleAssignmentOperation { Target: IDiscardOperation } discard:
                return EvaluateBinding(discard.Value, discard.Value.Type, null);
            case ISimpleAssignmentOperation simple:
            {
                if (ScalarTypes.ElementOf(simple.Target.Type) is not null && simple.Target is IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation)
                {
                    throw Refusal.Expression(simple.Target, "only a local can be assigned a span");
                }

                Place place = PlaceOf(simple.Target);
                Binding value = EvaluateBinding(simple.Value, simple.Target.Type, AssignedSymbols.SymbolOf(simple.Target)?.Name);
                place.Write(Known(simple.Value, value));
                return value;
            }

            case ICompoundAssignmentOperation compound:
            {
                Place place = PlaceOf(compound.Target);
                if (IsUserDefined(compound.OperatorMethod, compound.Target.Type, compound.Value.Type))
                {
                    Binding result = CallOperator(compound, compound.OperatorMethod!, [place.Read(), EvaluateBinding(compound.Value, compound.Value.Type, null)]);
                    place.Write(Known(compound, result));
                    return result;
                }

                ScalarType type = RequireType(compound.Target, compound.Target.Type);
                int old = Scalar(compound.Target, place.Read());
                int operand = Evaluate(compound.Value);

                // The operation happens in the type of the right operand, which the compiler widened where it had to.
                ScalarType common = emit.TypeOf(operand);
                Binding value = Binding.Of(Converted(Combine(compound, compound.OperatorKind, Converted(old, common), operand), type));
                place.Write(value);
                return value;
            }

            case IIncrementOrDecrementOperation step:
            {
                Place place = PlaceOf(step.Target);
                Binding old = place.Read();
                Binding value;
                if (IsUserDefined(step.OperatorMethod, step.Target.Type, null))
                {
                    value = CallOperator(step, step.OperatorMethod!, [old]);
                }
                else
                {
                    ScalarType type = RequireType(step.Target, step.Target.Type);
                    value = Binding.Of(emit.Binary(step.Kind == OperationKind.Increment ? Op.Add : Op.Sub, Scalar(step.Target, old), emit.Constant(type, 1)));
                }

                place.Write(value);
                return step.IsPostfix ? old : value;
            }

            default:
                throw Refusal.Expression(assignment, "this assignment is not supported");
        }
    }

    /// <summary>The value of a binding that is a number.</summary>
    private static int Scalar(IOperation expression, Binding binding)
    {
        if (binding.IsValue) return binding.Value;
        throw binding.IsSpan || binding.IsAggregate || binding.Closure is not null
            ? Refusal.Expression(expression, "it is used as a number and is none")
            : Refusal.At(DiagnosticCatalog.Unassigned, expression, Refusal.Text(expression));
    }

    /// <summary>A binding all of whose parts have a value.</summary>
    private static Binding Known(IOperation expression, Binding binding)
    {
        if (binding.IsKnown) return binding;
        throw binding.Leaves.Any(l => l.HasUnknownRoot)
            ? Refusal.At(DiagnosticCatalog.SpanRoot, expression, Refusal.Text(expression), "use an index into one array")
            : Refusal.At(DiagnosticCatalog.Unassigned, expression, Refusal.Text(expression));
    }

    /// <summary><c>(a, b) = (x, y)</c>: every right side is evaluated before the first assignment.</summary>
    private Binding ReadDeconstruction(IDeconstructionAssignmentOperation assignment)
    {
        IOperation source = assignment.Value is IConversionOperation { Operand: ITupleOperation inner } ? inner : assignment.Value;
        IOperation target = assignment.Target is IDeclarationExpressionOperation declaration ? declaration.Expression : assignment.Target;
        if (target is not ITupleOperation targets) throw Refusal.Expression(assignment, "this deconstruction is not supported");
        List<(Place Place, IOperation Source, ITypeSymbol? Type)> places = [];
        Binding value = Deconstruct(assignment, targets, source, places, out List<Binding> values);
        for (int i = 0; i < values.Count; i++)
        {
            Binding part = values[i];
            if (part.IsValue && TypeOf(places[i].Type) is { } type) part = Binding.Of(Converted(part.Value, type));
            places[i].Place.Write(Known(places[i].Source, part));
        }

        return value;
    }

    /// <summary>Evaluates the places on the left from left to right, then the right side, and pairs them.</summary>
    private Binding Deconstruct(
        IOperation assignment, ITupleOperation targets, IOperation source, List<(Place, IOperation, ITypeSymbol?)> places, out List<Binding> values)
    {
        CollectPlaces(targets);
        values = [];
        Binding value = source is ITupleOperation tuple ? EvaluateTuple(tuple) : EvaluateAny(source);
        Collect(targets, value, values);
        return value;

        void CollectPlaces(ITupleOperation tuple)
        {
            foreach (IOperation element in tuple.Elements)
            {
                IOperation inner = element is IDeclarationExpressionOperation { Expression: var expression } ? expression : element;
                if (inner is ITupleOperation nested) CollectPlaces(nested);
                else places.Add((PlaceOf(inner), inner, inner is IDiscardOperation ? null : inner.Type));
            }
        }

        void Collect(ITupleOperation tuple, Binding from, List<Binding> into)
        {
            IReadOnlyList<Binding> parts = from.Parts is { Layout.Type.IsTupleType: true } known
                ? known.Items
                : Deconstructed(source, DeconstructMethod(source.Type, tuple.Elements.Length), from);
            if (parts.Count != tuple.Elements.Length) throw Refusal.Expression(assignment, "this deconstruction is not supported");
            for (int i = 0; i < parts.Count; i++)
            {
                IOperation element = tuple.Elements[i] is IDeclarationExpressionOperation { Expression: var expression } ? expression : tuple.Elements[i];
                if (element is ITupleOperation nested) Collect(nested, parts[i], into);
                else into.Add(parts[i]);
            }
        }
    }
}
