using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Expressions whose values are structures: structs, records, tuples, vectors.</summary>
internal sealed partial class MethodReader
{
    /// <summary>The objects whose initializers are being read, innermost last.</summary>
    private readonly Stack<Place> _initialized = new();

    private Binding EvaluateAny(IOperation expression) => EvaluateBinding(expression, expression.Type, null);

    /// <summary>Reads an expression whose type is an aggregate.</summary>
    private Binding EvaluateAggregate(IOperation expression)
    {
        CheckDepth();
        switch (expression)
        {
            case ILocalReferenceOperation { IsDeclaration: false } local:
                return Known(expression, Lookup(expression, local.Local));
            case IParameterReferenceOperation parameter:
                return Known(expression, Lookup(expression, parameter.Parameter));
            case IInstanceReferenceOperation instance:
                return Known(expression, ReceiverOf(instance).Read());
            case IFieldReferenceOperation field:
                return ReadField(field);
            case IPropertyReferenceOperation property:
                return ReadProperty(property);
            case IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation:
                (Binding span, int index) = Element(expression);
                return emit.LoadElement(span, index);
            case IInvocationOperation call:
                return Known(call, Invoke(call));
            case IObjectCreationOperation creation:
                return Create(creation);
            case IWithOperation with:
                Place changed = Temporary(EvaluateAggregate(with.Operand));
                Initialize(changed, with.Initializer);
                return changed.Read();
            case ITupleOperation tuple:
                return EvaluateTuple(tuple);
            case IDefaultValueOperation:
                return Known(expression, Zero(expression.Type));
            case IConversionOperation conversion:
                return EvaluateAggregateConversion(conversion);
            case IBinaryOperation binary:
                return CombineAggregates(binary);
            case IUnaryOperation { OperatorMethod: { } method } unary:
                return CallOperator(unary, method, [EvaluateAny(unary.Operand)]);
            case ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                return EvaluateAssignment(expression);
            case IDeconstructionAssignmentOperation deconstruction:
                return ReadDeconstruction(deconstruction);
            case IConditionalOperation { WhenFalse: { } otherwise } choice:
                return Known(choice, ChooseBinding(Evaluate(choice.Condition), () => EvaluateAny(choice.WhenTrue), () => EvaluateAny(otherwise)));
            case ISwitchExpressionOperation choice:
                return Known(choice, EvaluateSwitchExpression(choice));
            case IInvalidOperation:
                throw DoesNotCompile(expression);
            case IAwaitOperation:
                throw Refusal.At(DiagnosticCatalog.Async, expression, _frame.Method.Name);
            default:
                throw Refusal.Expression(expression, "this kind of expression is not supported");
        }
    }

    private Binding EvaluateTuple(ITupleOperation tuple)
    {
        ITypeSymbol? type = Resolve(tuple.NaturalType ?? tuple.Type);
        List<Binding> parts = tuple.Elements.Select(e => Known(e, EvaluateAny(e))).ToList();
        if (context.Layouts.Of(type) is { } layout) return Binding.Of(layout, parts);

        // A tuple without natural type, such as (default, x), has the type that it is converted to.
        return Binding.Of(RequireLayout(tuple, tuple.Type), parts);
    }

    private Binding EvaluateAggregateConversion(IConversionOperation conversion)
    {
        if (!conversion.Conversion.Exists) throw DoesNotCompile(conversion);
        if (conversion.OperatorMethod is { } method) return CallOperator(conversion, method, [EvaluateAny(conversion.Operand)]);
        Layout layout = RequireLayout(conversion, conversion.Type);
        if (conversion.Operand is ITupleOperation tuple)
        {
            return Retyped(conversion, Binding.Of(layout, tuple.Elements.Select((e, i) => Known(e, EvaluateBinding(e, e.Type ?? layout.Parts[i].Type, null))).ToList()), layout);
        }

        return Retyped(conversion, EvaluateAggregate(conversion.Operand), layout);
    }

    /// <summary>A value in the layout of another type that it converts to: a tuple, part by part.</summary>
    private Binding Retyped(IOperation conversion, Binding value, Layout layout)
    {
        if (value.Parts is not { } parts || parts.Items.Count != layout.Parts.Count) throw Refusal.Expression(conversion, "this conversion is not supported");
        if (!layout.Type.IsTupleType && !Same(parts.Layout.Type.OriginalDefinition, layout.Type.OriginalDefinition))
        {
            throw Refusal.Expression(conversion, "this conversion is not supported");
        }

        return Binding.Of(layout, parts.Items.Select((part, i) =>
            part.IsValue ? Binding.Of(Converted(part.Value, TypeOf(layout.Parts[i].Type) ?? emit.TypeOf(part.Value)))
            : part.IsAggregate && LayoutOf(layout.Parts[i].Type) is { } inner ? Retyped(conversion, part, inner)
            : part).ToList());
    }

    /// <summary>Reads <c>new T(…) { … }</c>.</summary>
    private Binding Create(IObjectCreationOperation creation)
    {
        if (creation.Constructor is not { } constructor) throw DoesNotCompile(creation);
        Layout layout = RequireLayout(creation, creation.Type);
        if (LayoutTable.IsVector(layout.Type)) return Initialized(CreateVector(creation, layout));
        if (layout.Type.IsTupleType)
        {
            return Binding.Of(layout, creation.Arguments.Length == 0 ? Zero(creation.Type).Parts!.Items : creation.Arguments.Select(a => EvaluateAny(a.Value)).ToList());
        }

        Binding start = layout.Type.IsValueType ? Zero(layout.Type) : Nothing(layout);
        if (constructor.IsImplicitlyDeclared && constructor.Parameters.Length == 0)
        {
            if (layout.Type.IsValueType) return Initialized(start);
            Place made = Temporary(start);
            RunInitializers(creation, constructor, made);
            return Initialized(made.Read());
        }

        if (constructor.DeclaringSyntaxReferences.Length == 0) throw Refusal.Expression(creation, "the constructor has no source in this project");
        List<Passed> arguments = Pass(creation, constructor, creation.Arguments);
        Place self = Temporary(start);
        Construct(creation, constructor, arguments, self);
        return Initialized(self.Read());

        Binding Initialized(Binding value)
        {
            if (creation.Initializer is not { } initializer) return Known(creation, value);
            Place place = Temporary(value);
            Initialize(place, initializer);
            return Known(creation, place.Read());
        }
    }

    private void Initialize(Place place, IObjectOrCollectionInitializerOperation initializer)
    {
        _initialized.Push(place);
        foreach (IOperation member in initializer.Initializers)
        {
            if (member is not ISimpleAssignmentOperation) throw Refusal.Expression(member, "this initializer is not supported");
            EvaluateAssignment(member);
        }

        _initialized.Pop();
    }

    /// <summary>Runs a constructor on an object: initializers of fields, the other constructor that it names, its body.</summary>
    private void Construct(IOperation creation, IMethodSymbol constructor, IReadOnlyList<Passed> arguments, Place self)
    {
        IMethodSymbol definition = CaptureContext.DefinitionOf(constructor);
        SyntaxNode syntax = definition.DeclaringSyntaxReferences[0].GetSyntax(context.Cancellation);
        var source = context.OperationOf(syntax) as IConstructorBodyOperation;
        (IOperation Body, ExitPlan Plan)? body = context.BodyOf(constructor);
        IMethodBodyBaseOperation? whole = source;
        ExitPlan plan = body?.Plan ?? new ExitPlan(definition, source ?? creation);
        Frame frame = NewFrame(creation, constructor, plan, self);
        Within(frame, () =>
        {
            BindArguments(definition, arguments);
            IInvocationOperation? other = source?.Initializer switch
            {
                IInvocationOperation call => call,
                IExpressionStatementOperation { Operation: IInvocationOperation call } => call,
                _ => null,
            };
            if (other is not null && SymbolEqualityComparer.Default.Equals(other.TargetMethod.ContainingType.OriginalDefinition, definition.ContainingType))
            {
                if (!other.TargetMethod.IsImplicitlyDeclared) Construct(other, other.TargetMethod, Pass(other, other.TargetMethod, other.Arguments), self);
            }
            else
            {
                if (LayoutTable.IsPrimary(definition, context.Cancellation)) BindPrimary(definition, self);
                RunInitializers(creation, constructor, self);
            }

            if (body is { } code) ReadBody(code.Body);
            return Binding.Undefined;
        });
    }

    /// <summary>The arguments of a primary constructor become properties of a record, and hidden fields of other types.</summary>
    private void BindPrimary(IMethodSymbol constructor, Place self)
    {
        Layout layout = self.Read().Parts!.Layout;
        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            ISymbol? member = constructor.ContainingType.IsRecord
                ? constructor.ContainingType.GetMembers(parameter.Name).FirstOrDefault(m => m is IPropertySymbol && m.DeclaringSyntaxReferences.Any(r => r.GetSyntax(context.Cancellation) is ParameterSyntax))
                : parameter;
            if (member is not null && layout.IndexOf(member) is >= 0 and int index) self.Part(index).Write(Lookup(parameter));
        }

        Binding Lookup(IParameterSymbol parameter) => SlotOf(parameter) is { } slot && AliasOf(parameter) is null ? _env[slot] : AliasOf(parameter)!.Read();
    }

    /// <summary>The initializers of fields and properties of instances, in the order of the source.</summary>
    private void RunInitializers(IOperation creation, IMethodSymbol constructor, Place self)
    {
        INamedTypeSymbol type = constructor.ContainingType.OriginalDefinition;
        Layout layout = self.Read().Parts!.Layout;
        Frame frame = NewFrame(creation, constructor, new ExitPlan(constructor, creation), self, _frame.Method.MethodKind == MethodKind.Constructor ? _frame : null);
        Within(frame, () =>
        {
            foreach (ISymbol member in type.GetMembers())
            {
                if (member.IsStatic) continue;
                EqualsValueClauseSyntax? clause = member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.Cancellation) switch
                {
                    VariableDeclaratorSyntax field when member is IFieldSymbol => field.Initializer,
                    PropertyDeclarationSyntax property => property.Initializer,
                    _ => null,
                };
                if (clause is null || layout.IndexOf(member) is not (>= 0 and int index)) continue;
                if (context.OperationOf(clause) is not ISymbolInitializerOperation { Value: { } value }) throw Refusal.Expression(creation, "an initializer was not understood");
                self.Part(index).Write(EvaluateBinding(value, layout.Parts[index].Type, member.Name));
            }

            return Binding.Undefined;
        });
    }
}
