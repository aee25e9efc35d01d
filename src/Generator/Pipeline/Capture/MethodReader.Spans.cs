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
        return binding.IsSpan ? binding : throw Refusal.Expression(expression, "it is not a span here");
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
            case IConversionOperation conversion:
                // Arrays and spans convert to spans by a user-defined conversion in C# 13 and by a built-in one in C# 14.
                if (!conversion.Conversion.Exists) throw DoesNotCompile(conversion);
                return EvaluateArray(conversion.Operand, name);
            case ISimpleAssignmentOperation assignment:
                return AssignSpan(assignment);
            case IArrayCreationOperation creation:
                return NewArray(creation, name);
            case ICollectionExpressionOperation collection:
                return Filled(collection, collection.Elements, collection.Type, name);
            case IImplicitIndexerReferenceOperation { Argument: IRangeOperation range, Instance: { } instance }:
                return Slice(expression, EvaluateSpan(instance, null), range);
            case IInvocationOperation call:
                return Invoke(call) is { IsArray: true } array ? array : throw Refusal.Expression(call, "it gives no span");
            case IObjectCreationOperation { Arguments.Length: 1 or 3 } creation when ScalarTypes.IsSpan(creation.Type):
                Binding whole = EvaluateSpan(creation.Arguments[0].Value, name);
                return creation.Arguments.Length == 1
                    ? whole
                    : Part(whole, Evaluate(creation.Arguments[1].Value), Evaluate(creation.Arguments[2].Value));
            case IObjectCreationOperation creation when ScalarTypes.MatrixElementOf(creation.Type) is not null:
                return NewMatrix(creation, name);
            case IConditionalOperation { WhenFalse: { } otherwise } choice:
                return ChooseArray(choice, otherwise);
            case IInvalidOperation:
                throw DoesNotCompile(expression);
        }

        if (expression.Syntax is StackAllocArrayCreationExpressionSyntax or ImplicitStackAllocArrayCreationExpressionSyntax) return StackAlloc(expression, name);
        throw Refusal.Expression(expression, "this form of span or array is not supported");
    }

    private Binding ArrayOf(IOperation expression, ISymbol symbol)
    {
        Binding binding = Lookup(expression, symbol);
        return binding.IsArray ? binding : throw Refusal.Expression(expression, "it is not a span here");
    }

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
        emit.UseIndex(position, span.Length);
        return (span, position);
    }

    /// <summary>An index or an end of a range: an int, or <c>^n</c> from the end.</summary>
    private int Position(IOperation index, Binding span)
    {
        while (index is IConversionOperation { Type.Name: "Index" } conversion) index = conversion.Operand;
        if (index is IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat } fromEnd) return emit.Sub(span.Length, Evaluate(fromEnd.Operand));
        if (index.Type?.SpecialType != SpecialType.System_Int32) throw Refusal.Expression(index, "an index is an int or '^n'");
        return Evaluate(index);
    }

    private Binding Slice(IOperation access, Binding span, IRangeOperation range)
    {
        int start = range.LeftOperand is { } left ? Position(left, span) : emit.Int(0);
        int end = range.RightOperand is { } right ? Position(right, span) : span.Length;
        return Part(span, start, emit.Sub(end, start));
    }

    private Binding Part(Binding span, int start, int length) => Binding.Span(span.Root, emit.Add(span.Offset, start), length);

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
        NewLocal(creation, name, RequireNumber(creation, element), length);

    private Binding NewLocal(IOperation creation, string? name, ScalarType type, int length) =>
        context.IsEager ? throw Refusal.Expression(creation, "arrays are not supported in an update rule") : emit.Alloc(name ?? "array", type, length);

    private Binding Filled(IOperation creation, IReadOnlyList<IOperation> elements, ITypeSymbol? type, string? name) =>
        FilledWith(creation, elements, ScalarTypes.ElementOf(type), name);

    private Binding FilledWith(IOperation creation, IReadOnlyList<IOperation> elements, ITypeSymbol? elementType, string? name)
    {
        ScalarType type = RequireNumber(creation, elementType);
        if (elements.FirstOrDefault(e => e is ISpreadOperation) is { } spread) throw Refusal.Expression(spread, "'..' in a collection is not supported");
        List<int> values = elements.Select(e => Converted(Evaluate(e), type)).ToList();
        Binding array = NewLocal(creation, name, type, emit.Int(values.Count));
        for (int i = 0; i < values.Count; i++) emit.Store(array, emit.Int(i), values[i]);
        return array;
    }

    private ScalarType RequireNumber(IOperation operation, ITypeSymbol? type)
    {
        ScalarType number = RequireType(operation, type);
        return number == ScalarType.Bool ? throw Refusal.Expression(operation, "arrays of bool are not supported") : number;
    }

    private Binding ChooseArray(IConditionalOperation choice, IOperation otherwise)
    {
        Slot result = NewSlot(null);
        _env[result] = Binding.Undefined;
        Branch(
            Evaluate(choice.Condition),
            () => Bind(result, EvaluateArray(choice.WhenTrue, null)),
            () => Bind(result, EvaluateArray(otherwise, null)));
        Binding span = _env[result];
        _env.Remove(result);
        return span.IsArray ? span : throw Refusal.At(DiagnosticCatalog.SpanRoot, choice, Refusal.Text(choice), "use an index into one array");
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
