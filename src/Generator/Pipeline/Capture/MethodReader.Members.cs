using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Fields, properties and methods of structures and of static classes.</summary>
internal sealed partial class MethodReader
{
    private Binding ReadField(IFieldReferenceOperation field)
    {
        if (field.Instance is { } instance)
        {
            RequireLayout(instance, instance.Type);
            return Part(field, Read(instance), field.Field);
        }

        if (LayoutTable.IsVector(field.Field.ContainingType) || !field.Field.IsReadOnly) throw Refusal.At(DiagnosticCatalog.State, field, Refusal.Text(field));
        return ReadStatic(field, field.Field);
    }

    /// <summary>The value of a structure that a member is read of; of a variable, also if it is assigned in part.</summary>
    private Binding Read(IOperation instance) => IsPlace(instance) ? PlaceOf(instance, isWritten: false).Read() : EvaluateAggregate(instance);

    /// <summary>The part of a value that a field or a property without body stands for.</summary>
    private static Binding Part(IOperation operation, Binding value, ISymbol member)
    {
        if (value.Parts is not { } parts) throw Refusal.At(DiagnosticCatalog.Unassigned, operation, Refusal.Text(operation));
        int index = parts.Layout.IndexOf(member);
        if (index < 0) throw Refusal.Expression(operation, "this member is not supported");
        return parts[index] is { IsKnown: false, IsAggregate: false, HasUnknownRoot: false }
            ? throw Refusal.At(DiagnosticCatalog.Unassigned, operation, Refusal.Text(operation))
            : parts[index];
    }

    private Binding ReadProperty(IPropertyReferenceOperation property)
    {
        IPropertySymbol symbol = property.Property;
        if (property.Instance is { } instance)
        {
            if (ScalarTypes.ElementOf(instance.Type) is not null)
            {
                if (symbol.Name == "Length") return Binding.Of(LengthOf(EvaluateSpan(instance, null)));
                if (symbol.Name == "IsEmpty") return Binding.Of(emit.Compare(Op.Eq, LengthOf(EvaluateSpan(instance, null)), emit.Int(0)));
                if (!symbol.IsIndexer) throw Refusal.Expression(property, "this property is not supported");
                (Binding span, int index) = Element(property);
                return emit.LoadElement(span, index);
            }

            if (ScalarTypes.MatrixElementOf(instance.Type) is not null) return Binding.Of(EvaluateMatrixProperty(property, instance));
            if (LayoutTable.IsVector(symbol.ContainingType) && symbol.IsIndexer) return Binding.Of(VectorElement(property));
            if (LayoutOf(instance.Type) is null) throw Refusal.Expression(property, "this property is not supported");
            return ReadProperty(property, symbol, ReceiverOf(instance));
        }

        if (symbol.IsStatic && MathTable.Constant(symbol.Name) is { } constant && IsMathType(symbol.ContainingType))
        {
            return Binding.Of(emit.Constant(RequireType(property, property.Type), constant));
        }

        if (LayoutTable.IsVector(symbol.ContainingType) && VectorTable.Constant(symbol.Name, RequireLayout(property, property.Type)) is { } components)
        {
            return Binding.Of(LayoutOf(property.Type)!, components.Select(c => Binding.Of(emit.Constant(ScalarType.F32, c))));
        }

        if (symbol.GetMethod is { } abstractGetter)
        {
            IMethodSymbol getter = Implementation(abstractGetter, property.ConstrainedToType);
            if (context.BodyOf(getter) is not null) return Inline(property, getter, []);
            if (symbol.SetMethod is null && getter.AssociatedSymbol is IPropertySymbol found) return ReadStatic(property, found);
        }

        throw Refusal.At(DiagnosticCatalog.State, property, Refusal.Text(property));
    }

    private Binding ReadProperty(IPropertyReferenceOperation property, IPropertySymbol symbol, Place receiver)
    {
        if (symbol.GetMethod is not { } declared) throw Refusal.Expression(property, "it has no getter");
        IMethodSymbol getter = Implementation(declared, property.Instance?.Type);
        if (context.BodyOf(getter) is not null) return Inline(property, getter, property.Arguments, receiver);
        return Part(property, receiver.Read(), getter.AssociatedSymbol ?? symbol);
    }

    private Place PropertyPlace(IPropertyReferenceOperation property, Place whole)
    {
        IPropertySymbol symbol = property.Property;
        if (LayoutTable.IsVector(symbol.ContainingType) && symbol.IsIndexer && emit.IntOf(Evaluate(property.Arguments[0].Value)) is { } component) return whole.Part(component);
        bool hasBody = symbol.SetMethod is { } setter && context.BodyOf(setter) is not null;
        if (!hasBody && symbol.GetMethod is { } getter && context.BodyOf(getter) is null) return PartOf(property, whole, symbol.ContainingType, symbol);
        if (!hasBody) throw Refusal.Expression(property, "it has no setter in source");

        // The indices are evaluated once, before what is assigned.
        List<Passed> indices = property.Arguments.Select(a => new Passed(EvaluateBinding(a.Value, a.Parameter!.Type, null), null)).ToList();
        return new AccessorPlace(
            whole.Variable,
            whole.Buffers,
            () => Activate(property, symbol.GetMethod!, indices, whole),
            value => Activate(property, symbol.SetMethod!, [.. indices, new Passed(value, null)], whole));
    }

    /// <summary>What a member is called on: a variable itself, which the member may change, else a copy.</summary>
    private Place ReceiverOf(IOperation instance)
    {
        if (instance is IInstanceReferenceOperation self)
        {
            return self.ReferenceKind == InstanceReferenceKind.ImplicitReceiver && _initialized.Count > 0
                ? _initialized.Peek()
                : This ?? throw Refusal.At(DiagnosticCatalog.State, instance, Refusal.Text(instance));
        }

        return IsPlace(instance) ? PlaceOf(instance, isWritten: false) : Temporary(EvaluateAggregate(instance));
    }

    private Binding InvokeMember(IInvocationOperation call, IMethodSymbol method)
    {
        if (call.Instance is not { } instance || LayoutOf(instance.Type) is null)
        {
            throw Refusal.Expression(call, "only methods of structs and of classes that never change can be called on an object");
        }

        if (context.BodyOf(method) is not null) return Inline(call, method, call.Arguments, ReceiverOf(instance));
        Binding self = Read(instance);
        switch (method.Name)
        {
            case "Equals" when call.Arguments.Length == 1 && SymbolEqualityComparer.Default.Equals(method.Parameters[0].Type, method.ContainingType):
                return Binding.Of(EqualByValue(self, EvaluateAny(call.Arguments[0].Value)));
            case "Deconstruct":
                IReadOnlyList<Binding> parts = Deconstructed(call, method, self);
                for (int i = 0; i < parts.Count; i++) PlaceOf(call.Arguments[i].Value).Write(parts[i]);
                return Binding.Undefined;
            default:
                throw Unknown(call);
        }
    }

    /// <summary>
    /// A static field or property that never changes and is given by an expression, which is read in its place. An expression that C# evaluates
    /// before what it refers to has a value is refused.
    /// </summary>
    private Binding ReadStatic(IOperation reference, ISymbol member)
    {
        ISymbol definition = member.OriginalDefinition;
        EqualsValueClauseSyntax? clause = definition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.Cancellation) switch
        {
            VariableDeclaratorSyntax field => field.Initializer,
            PropertyDeclarationSyntax property => property.Initializer,
            _ => null,
        };
        ITypeSymbol type = member switch
        {
            IFieldSymbol field => field.Type,
            _ => ((IPropertySymbol)member).Type,
        };
        if (clause is null || ScalarTypes.IsArray(type) || definition.ContainingType.StaticConstructors.Any(c => !c.IsImplicitlyDeclared))
        {
            throw Refusal.At(DiagnosticCatalog.State, reference, Refusal.Text(reference));
        }

        for (Frame? frame = _frame; frame is not null; frame = frame.Caller)
        {
            if (frame.Static is not { } outer || !SymbolEqualityComparer.Default.Equals(outer.ContainingType, definition.ContainingType)) continue;
            if (outer.Locations[0].SourceTree != clause.SyntaxTree || outer.Locations[0].SourceSpan.Start <= clause.SpanStart)
            {
                throw Refusal.At(DiagnosticCatalog.State, reference, Refusal.Text(reference));
            }
        }

        IOperation? value = context.OperationOf(clause) is ISymbolInitializerOperation initializer ? initializer.Value : null;
        if (value is null) throw Refusal.At(DiagnosticCatalog.State, reference, Refusal.Text(reference));
        var activation = new Frame(_frame.Method, new ExitPlan(_frame.Method, value), _frame, home: null, _nextSlot) { Static = definition };
        return Within(activation, () => EvaluateBinding(value, type, null));
    }

    /// <summary>The parts that a value is deconstructed into: by a method in source, else the elements of a tuple or the arguments of a record.</summary>
    private IReadOnlyList<Binding> Deconstructed(IOperation operation, IMethodSymbol? method, Binding value)
    {
        if (method is null && value.Parts is { Layout.Type.IsTupleType: true } tuple) return tuple.Items;
        if (method is null || value.Parts is not { } parts) throw Refusal.Expression(operation, "it cannot be deconstructed");
        if (context.BodyOf(method) is not null)
        {
            List<Place> results = method.Parameters.Select(p => Temporary(Zero(p.Type))).ToList();
            Activate(operation, method, results.Select(r => new Passed(default, r)).ToList(), Temporary(value));
            return results.Select(r => Known(operation, r.Read())).ToList();
        }

        // The compiler makes the method of a record, in the order of its arguments.
        return method.Parameters.Select(p =>
        {
            ISymbol? member = method.ContainingType.GetMembers(p.Name).FirstOrDefault(m => m is IPropertySymbol or IFieldSymbol);
            return member is IPropertySymbol { GetMethod: { } getter } && context.BodyOf(getter) is not null
                ? Inline(operation, getter, [], Temporary(value))
                : Part(operation, value, member ?? throw Refusal.Expression(operation, "it cannot be deconstructed"));
        }).ToList();
    }

    private IMethodSymbol? DeconstructMethod(ITypeSymbol? type, int count) => Resolve(type)?.GetMembers("Deconstruct").OfType<IMethodSymbol>()
        .FirstOrDefault(m => !m.IsStatic && m.Parameters.Length == count && m.Parameters.All(p => p.RefKind == RefKind.Out));
}
