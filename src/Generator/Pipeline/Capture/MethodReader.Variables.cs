using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Variables of this activation and of those around it, and the places that can be assigned.</summary>
internal sealed partial class MethodReader
{
    /// <summary>A variable as a place.</summary>
    private sealed class VariablePlace(MethodReader reader, Slot slot, string? name) : Place
    {
        public override Slot? Variable => slot;

        public override Binding Read() => reader._env[slot];

        public override void Write(Binding value)
        {
            reader._env[slot] = value;
            if (name is not null) reader.Name(value, name);
        }
    }

    /// <summary>A value as a variable without name: the copy that C# makes to call a method on what is no variable.</summary>
    private Place Temporary(Binding value)
    {
        Slot slot = NewSlot(null);
        Bind(slot, value);
        return new VariablePlace(this, slot, null);
    }

    /// <summary>What a reference refers to; the type itself stands for <c>this</c>.</summary>
    private Place? AliasOf(ISymbol symbol)
    {
        for (Frame? frame = _frame; frame is not null; frame = frame.Home)
        {
            if (symbol is INamedTypeSymbol ? frame.This is not null : frame.Slots.ContainsKey(symbol)) return symbol is INamedTypeSymbol ? frame.This : null;
            if (frame.Aliases.TryGetValue(symbol, out Place? alias)) return alias;
        }

        return null;
    }

    /// <summary>The variable that a symbol names, or that it refers to or into.</summary>
    private Slot? SlotOf(ISymbol symbol)
    {
        if (AliasOf(symbol) is { } alias) return alias.Variable;
        for (Frame? frame = _frame; frame is not null; frame = frame.Home)
        {
            if (frame.Slots.TryGetValue(symbol, out Slot? slot)) return slot;
        }

        return null;
    }

    /// <summary>The variable that a symbol names or refers to as a whole.</summary>
    private Slot? WholeSlotOf(ISymbol symbol) => AliasOf(symbol) is null or VariablePlace ? SlotOf(symbol) : null;

    private Place? This
    {
        get
        {
            for (Frame? frame = _frame; frame is not null; frame = frame.Home)
            {
                if (frame.This is { } self) return self;
            }

            return null;
        }
    }

    private Binding Lookup(IOperation expression, ISymbol symbol)
    {
        if (AliasOf(symbol) is { } alias) return Checked(alias.Read());
        if (SlotOf(symbol) is { } slot) return Checked(_env[slot]);

        // An argument of a primary constructor that members use is a part of the structure.
        if (symbol is IParameterSymbol && This is { } self && self.Read().Parts is { } parts && parts.Layout.IndexOf(symbol) is >= 0 and int index) return Checked(parts[index]);
        if (!SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, _frame.Method))
        {
            throw Refusal.Expression(expression, "it is a variable of the surrounding method; pass it as an argument");
        }

        throw Refusal.At(DiagnosticCatalog.Unassigned, expression, symbol.Name);

        Binding Checked(Binding binding)
        {
            if (binding.HasUnknownRoot)
            {
                throw Refusal.At(DiagnosticCatalog.SpanRoot, expression, symbol.Name, "it was assigned on one of several paths; use an index into one array");
            }

            return binding.IsKnown || binding.IsAggregate ? binding : throw Refusal.At(DiagnosticCatalog.Unassigned, expression, symbol.Name);
        }
    }

    private int ReadVariable(IOperation expression, ISymbol symbol)
    {
        Binding binding = Lookup(expression, symbol);
        return binding.IsValue ? binding.Value : throw Refusal.Expression(expression, "an array is used as a number");
    }

    private Place PlaceOf(IOperation target, bool isWritten = true)
    {
        switch (target)
        {
            case IDeclarationExpressionOperation { Expression: var declared }:
                return PlaceOf(declared, isWritten);
            case ILocalReferenceOperation { Local: var local }:
                return Variable(local);
            case IParameterReferenceOperation { Parameter: var parameter }:
                if (AliasOf(parameter) is null && SlotOf(parameter) is null && This is { } self
                    && self.Read().Parts?.Layout.IndexOf(parameter) is >= 0 and int captured)
                {
                    return self.Part(captured);
                }

                return Variable(parameter);
            case IDiscardOperation:
                return Temporary(Binding.Undefined);
            case IInstanceReferenceOperation instance:
                return ReceiverOf(instance);
            case IFieldReferenceOperation { Instance: { } whole } field when LayoutOf(whole.Type) is not null:
                return PartOf(target, PlaceOf(whole, isWritten), whole.Type, field.Field);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } when ScalarTypes.IsArray(instance.Type):
            case IArrayElementReferenceOperation:
            case IImplicitIndexerReferenceOperation:
                (Binding span, int index) = Element(target);
                if (isWritten) RequireWritable(target, span);
                return new ElementPlace(emit, span, index);
            case IPropertyReferenceOperation { Instance: { } whole } property when LayoutOf(whole.Type) is not null:
                return PropertyPlace(property, PlaceOf(whole, isWritten));
            case IInvalidOperation:
                throw DoesNotCompile(target);
            default:
                throw Refusal.Expression(target, "only locals and elements of local arrays can be assigned");
        }

        Place Variable(ISymbol symbol) =>
            AliasOf(symbol) ?? new VariablePlace(this, SlotOf(symbol) ?? Declare(symbol), symbol.Name);
    }

    private Place PartOf(IOperation operation, Place whole, ITypeSymbol? type, ISymbol member)
    {
        int index = RequireLayout(operation, type).IndexOf(member);
        return index >= 0 ? whole.Part(index) : throw Refusal.Expression(operation, "this member is not supported");
    }

    private void RequireWritable(IOperation target, Binding span)
    {
        if (span.Leaves.Any(l => emit.Builder.Buffers[l.Root].Kind != BufferKind.Local)) throw Refusal.Expression(target, "an argument of the loss is read only");
    }

    /// <summary>Whether a place can be referred to: it is a variable, or an element of a local array, or a part of one.</summary>
    private bool IsPlace(IOperation expression) => expression switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation => true,
        IInstanceReferenceOperation => true,
        IFieldReferenceOperation { Instance: { } whole } => LayoutOf(whole.Type) is { Type.IsValueType: true } && IsPlace(whole),
        IArrayElementReferenceOperation => true,
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } span } => ScalarTypes.IsArray(span.Type),
        IImplicitIndexerReferenceOperation { Argument: not IRangeOperation } => true,
        _ => false,
    };
}
