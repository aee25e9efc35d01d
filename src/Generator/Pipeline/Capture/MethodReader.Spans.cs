using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>Reads an expression of span or array type.</summary>
    /// <param name="name">What a new array is called, if it is known.</param>
    private Binding EvaluateSpan(IOperation expression, string? name)
    {
        Binding binding = EvaluateArray(expression, name);
        return IsSpan(binding) ? binding : throw Refusal.Expression(expression, "it is not a span here");
    }

    /// <summary>Reads an expression of span, array or matrix type.</summary>
    /// <param name="name">What a new array is called, if it is known.</param>
    private Binding EvaluateArray(IOperation expression, string? name)
    {
        CheckDepth();
        switch (expression)
        {
            case ILocalReferenceOperation { IsDeclaration: false } local:
                return ArrayOf(expression, local.Local);
            case IParameterReferenceOperation parameter:
                return ArrayOf(expression, parameter.Parameter);
            case IConversionOperation { OperatorMethod: { } convert } conversion when context.BodyOf(convert) is not null:
                return RequireArray(conversion, CallOperator(conversion, convert, [EvaluateAny(conversion.Operand)]));
            case IConversionOperation conversion:
                // Arrays and spans convert to spans by a user-defined conversion in C# 13 and by a built-in one in C# 14.
                if (!conversion.Conversion.Exists) throw DoesNotCompile(conversion);
                return EvaluateArray(conversion.Operand, name);
            case ISimpleAssignmentOperation:
                return EvaluateAssignment(expression);
            case IArrayCreationOperation creation:
                return NewArray(creation, name);
            case ICollectionExpressionOperation collection:
                return Filled(collection, collection.Elements, collection.Type, name);
            case IImplicitIndexerReferenceOperation { Argument: IRangeOperation range, Instance: { } instance }:
                return Slice(expression, EvaluateSpan(instance, null), range);
            case IInvocationOperation call:
                return Invoke(call) is { } array && IsArray(array) ? array : throw Refusal.Expression(call, "it gives no span");
            case IObjectCreationOperation { Arguments.Length: 1 or 3 } creation when ScalarTypes.IsSpan(creation.Type):
                Binding whole = EvaluateSpan(creation.Arguments[0].Value, name);
                return creation.Arguments.Length == 1
                    ? whole
                    : Part(whole, Evaluate(creation.Arguments[1].Value), Evaluate(creation.Arguments[2].Value));
            case IObjectCreationOperation creation when ScalarTypes.MatrixElementOf(creation.Type) is not null:
                return NewMatrix(creation, name);
            case IConditionalOperation { WhenFalse: { } otherwise } choice:
                return RequireArray(choice, ChooseBinding(Evaluate(choice.Condition), () => EvaluateArray(choice.WhenTrue, null), () => EvaluateArray(otherwise, null)));
            case ISwitchExpressionOperation choice:
                return RequireArray(choice, EvaluateSwitchExpression(choice));
            case IFieldReferenceOperation { Instance: not null } field:
                return RequireArray(field, ReadField(field));
            case IFieldReferenceOperation field:
                throw Refusal.At(DiagnosticCatalog.State, field, Refusal.Text(field));
            case IPropertyReferenceOperation property:
                return RequireArray(property, ReadProperty(property));
            case IInvalidOperation:
                throw DoesNotCompile(expression);
        }

        if (expression.Syntax is StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax) return StackAlloc(expression, name);
        throw Refusal.Expression(expression, "this form of span or array is not supported");
    }

    private Binding ArrayOf(IOperation expression, ISymbol symbol)
    {
        Binding binding = Lookup(expression, symbol);
        return IsArray(binding) ? binding : throw Refusal.Expression(expression, "it is not a span here");
    }

    /// <summary>Whether a binding is a span, or a span of structs, which is one span per field.</summary>
    private static bool IsSpan(Binding binding) => binding.Leaves.Any() && binding.Leaves.All(l => l.IsSpan);

    private static bool IsArray(Binding binding) => binding.IsMatrix || IsSpan(binding);

    private static Binding RequireArray(IOperation expression, Binding binding) =>
        IsArray(binding) ? binding : throw Refusal.At(DiagnosticCatalog.SpanRoot, expression, Refusal.Text(expression), "use an index into one array");

    private static int LengthOf(Binding span) => span.Leaves.First().Length;

    /// <summary>A span and the index in it of an element access, evaluated in that order.</summary>
    private (Binding Span, int Index) Element(IOperation access)
    {
        (IOperation? instance, IReadOnlyList<IOperation> indices) = access switch
        {
            IPropertyReferenceOperation property => (property.Instance, property.Arguments.Select(a => a.Value).ToList()),
            IArrayElementReferenceOperation array => (array.ArrayReference, (IReadOnlyList<IOperation>)array.Indices),
            IImplicitIndexerReferenceOperation indexer => (indexer.Instance, [indexer.Argument]),
            _ => (null, []),
        };
        if (instance is not null && ScalarTypes.MatrixElementOf(instance.Type) is not null) return MatrixElement(access, instance, indices);
        if (instance is null || indices.Count != 1 || ScalarTypes.ElementOf(instance.Type) is null)
        {
            throw Refusal.Expression(access, "only elements of spans, of matrices and of arrays of one or two dimensions can be used");
        }

        Binding span = EvaluateSpan(instance, null);
        int position = Position(indices[0], span);
        emit.UseIndex(position, LengthOf(span));
        return (span, position);
    }

    /// <summary>An index or an end of a range: an int, or <c>^n</c> from the end.</summary>
    private int Position(IOperation index, Binding span)
    {
        while (index is IConversionOperation { Type.Name: "Index" } conversion) index = conversion.Operand;
        if (index is IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat } fromEnd) return emit.Sub(LengthOf(span), Evaluate(fromEnd.Operand));
        if (index.Type?.SpecialType != SpecialType.System_Int32) throw Refusal.Expression(index, "an index is an int or '^n'");
        return Evaluate(index);
    }

    private Binding Slice(IOperation access, Binding span, IRangeOperation range)
    {
        int start = range.LeftOperand is { } left ? Position(left, span) : emit.Int(0);
        int end = range.RightOperand is { } right ? Position(right, span) : LengthOf(span);
        return Part(span, start, emit.Sub(end, start));
    }

    private Binding Part(Binding span, int start, int length) => emit.Slice(span, start, length);

    private Binding NewArray(IArrayCreationOperation creation, string? name)
    {
        if (ScalarTypes.MatrixElementOf(creation.Type) is { } element) return NewMatrix(creation, element, name);
        if (ScalarTypes.ElementOf(creation.Type) is null || creation.DimensionSizes.Length != 1)
        {
            throw Refusal.Expression(creation, "only arrays of float, double and int with one or two dimensions are supported");
        }

        return creation.Initializer is { } initializer
            ? Filled(creation, initializer.ElementValues, creation.Type, name)
            : Allocate(creation, creation.Type, Evaluate(creation.DimensionSizes[0]), name);
    }

    /// <summary>
    /// <c>stackalloc</c> has no operation of its own: its size and its elements are the children of an operation without kind.
    /// </summary>
    private Binding StackAlloc(IOperation creation, string? name)
    {
        ITypeSymbol? type = creation.Type ?? (creation.Parent as IConversionOperation)?.Type;
        InitializerExpressionSyntax? initializer = creation.Syntax switch
        {
            StackAllocArrayCreationExpressionSyntax full => full.Initializer,
            ImplicitStackAllocArrayCreationExpressionSyntax brief => brief.Initializer,
            _ => null,
        };
        SemanticModel model = context.ModelOf(creation.Syntax);
        type = ElementTypeOf(creation, model) ?? type;
        if (initializer is not null)
        {
            List<IOperation> elements = initializer.Expressions.Select(e => Operation(e)).ToList();
            return FilledWith(creation, elements, type, name);
        }

        ExpressionSyntax? size = creation.Syntax is StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax { RankSpecifiers: { Count: 1 } ranks } }
            ? ranks[0].Sizes.FirstOrDefault()
            : null;
        if (size is null) throw DoesNotCompile(creation);
        return AllocateOf(creation, type, Evaluate(Operation(size)), name);

        IOperation Operation(ExpressionSyntax syntax) =>
            creation.ChildOperations.FirstOrDefault(c => c.Syntax == syntax)
            ?? model.GetOperation(syntax, context.Cancellation)
            ?? throw Refusal.Expression(creation, "its size or an element was not understood");
    }

    private static ITypeSymbol? ElementTypeOf(IOperation creation, SemanticModel model) => creation.Syntax switch
    {
        StackAllocArrayCreationExpressionSyntax { Type: ArrayTypeSyntax array } => model.GetTypeInfo(array.ElementType).Type,
        _ => ScalarTypes.ElementOf(model.GetTypeInfo(creation.Syntax).ConvertedType),
    };

    private Binding Allocate(IOperation creation, ITypeSymbol? type, int length, string? name) =>
        AllocateOf(creation, ScalarTypes.ElementOf(type), length, name);

    private Binding AllocateOf(IOperation creation, ITypeSymbol? element, int length, string? name) =>
        NewArray(creation, name ?? "array", element, length);

    /// <summary>A new array; of structs, one array per field.</summary>
    private Binding NewArray(IOperation creation, string name, ITypeSymbol? element, int length)
    {
        if (LayoutOf(element) is not { } layout) return NewLocal(creation, name, RequireNumber(creation, element), length);
        if (layout.Parts.Count == 0 || !layout.Type.IsValueType) throw Refusal.Expression(creation, "an array holds numbers or structs of numbers");
        return Binding.Of(layout, layout.Parts.Select((p, i) => NewArray(creation, layout.NameOf(name, i), p.Type, length)).ToList());
    }

    private Binding NewLocal(IOperation creation, string? name, ScalarType type, int length) =>
        context.IsEager ? throw Refusal.Expression(creation, "arrays are not supported in an update rule") : emit.Alloc(name ?? "array", type, length);

    private Binding Filled(IOperation creation, IReadOnlyList<IOperation> elements, ITypeSymbol? type, string? name) =>
        FilledWith(creation, elements, ScalarTypes.ElementOf(type), name);

    private Binding FilledWith(IOperation creation, IReadOnlyList<IOperation> elements, ITypeSymbol? elementType, string? name)
    {
        if (LayoutOf(elementType) is null) RequireNumber(creation, elementType);
        if (elements.FirstOrDefault(e => e is ISpreadOperation) is { } spread) throw Refusal.Expression(spread, "'..' in a collection is not supported");
        List<Binding> values = elements.Select(e => Known(e, EvaluateBinding(e, elementType, null))).ToList();
        Binding array = NewArray(creation, name ?? "array", elementType, emit.Int(values.Count));
        for (int i = 0; i < values.Count; i++)
        {
            Binding value = values[i].IsValue ? Binding.Of(Converted(values[i].Value, emit.Builder.Buffers[array.Root].Type)) : values[i];
            emit.StoreElement(array, emit.Int(i), value);
        }

        return array;
    }

    private ScalarType RequireNumber(IOperation operation, ITypeSymbol? type)
    {
        ScalarType number = RequireType(operation, type);
        return number == ScalarType.Bool ? throw Refusal.Expression(operation, "arrays of bool are not supported") : number;
    }

    /// <summary>Records that an operation needs two spans of equal length, and refuses it where they are seen not to be.</summary>
    private void RequireEqualLengths(IOperation operation, Binding a, Binding b)
    {
        if (a.Length == b.Length) return;
        if (emit.IntOf(a.Length) is { } one && emit.IntOf(b.Length) is { } other && one != other)
        {
            throw Refusal.At(DiagnosticCatalog.ExtentMismatch, operation, Refusal.Text(operation), $"one has {Text(one)} elements, the other {Text(other)}");
        }

        string? conflict = (emit.ExtentOf(a.Length), emit.ExtentOf(b.Length), emit.IntOf(a.Length), emit.IntOf(b.Length)) switch
        {
            ({ } x, { } y, _, _) => context.Extents.Unify(x, y),
            ({ } x, _, _, { } literal) => context.Extents.Fix(x, literal),
            (_, { } y, { } literal, _) => context.Extents.Fix(y, literal),
            _ => null,
        };
        if (conflict is not null) throw Refusal.At(DiagnosticCatalog.ExtentMismatch, operation, Refusal.Text(operation), conflict);
    }

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
