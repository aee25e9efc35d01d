using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>Reads an expression of matrix type.</summary>
    /// <param name="name">What a new array is called, if it is known.</param>
    private Binding EvaluateMatrix(IOperation expression, string? name)
    {
        Binding binding = EvaluateArray(expression, name);
        return binding.IsMatrix ? binding : throw Refusal.Expression(expression, "it is not a matrix here");
    }

    /// <summary>A row of a matrix as a span, and the index in it of an element access <c>m[i, j]</c>.</summary>
    private (Binding Row, int Column) MatrixElement(IOperation access, IOperation instance, IReadOnlyList<IOperation> indices)
    {
        // The indexer of a tensor takes its indices as one span.
        if (indices.Count == 1 && indices[0] is ICollectionExpressionOperation collection) indices = collection.Elements;
        if (indices.Count != 2) throw Refusal.Expression(access, "an element of a matrix has two indices");
        Binding matrix = EvaluateMatrix(instance, null);
        int row = MatrixIndex(indices[0]), column = MatrixIndex(indices[1]);
        Binding span = RowOf(matrix, row);
        emit.UseIndex(column, span.Length);
        return (span, column);
    }

    private int MatrixIndex(IOperation index)
    {
        while (index is IConversionOperation { Type.SpecialType: SpecialType.System_IntPtr } conversion) index = conversion.Operand;
        return index.Type?.SpecialType == SpecialType.System_Int32 ? Evaluate(index) : throw Refusal.Expression(index, "an index of a matrix is an int");
    }

    private Binding RowOf(in Binding matrix, int row)
    {
        emit.UseIndex(row, matrix.Rows);
        return Binding.Span(matrix.Root, emit.Add(matrix.Offset, emit.Mul(row, matrix.Stride)), matrix.Columns);
    }

    private Binding InvokeOnMatrix(IInvocationOperation call, Binding matrix)
    {
        switch (call.TargetMethod.Name)
        {
            case "Row" when call.Arguments.Length == 1:
                return RowOf(matrix, Evaluate(call.Arguments[0].Value));
            case "GetLength" when call.Arguments.Length == 1 && emit.IntOf(Evaluate(call.Arguments[0].Value)) is (0 or 1) and { } dimension:
                return Binding.Of(dimension == 0 ? matrix.Rows : matrix.Columns);
            case "Slice" when call.Arguments.Length == 4:
                int[] part = EvaluateArguments(call).Select(a => a.Value).ToArray();
                int start = emit.Add(emit.Mul(part[0], matrix.Stride), part[2]);
                return Binding.Matrix(matrix.Root, emit.Add(matrix.Offset, start), part[1], part[3], matrix.Stride);
            case "AsSpan" when call.Arguments.Length == 0:
                RequireContiguous(call, matrix);
                return Flat(matrix);
            case "Fill" when call.Arguments.Length == 1:
                FillMatrix(call, matrix, Evaluate(call.Arguments[0].Value));
                return Binding.Undefined;
            case "Clear" when call.Arguments.Length == 0:
                FillMatrix(call, matrix, emit.Constant(emit.Builder.Buffers[matrix.Root].Type, 0));
                return Binding.Undefined;
            case "CopyTo" when call.Arguments.Length == 1:
                CopyMatrix(call, matrix, EvaluateMatrix(call.Arguments[0].Value, null));
                return Binding.Undefined;
            default:
                throw Refusal.Expression(call, "this member of matrices is not supported");
        }
    }

    private int EvaluateMatrixProperty(IPropertyReferenceOperation property, IOperation instance)
    {
        if (property.Property.IsIndexer)
        {
            (Binding row, int column) = Element(property);
            return emit.Load(row, column);
        }

        Binding matrix = EvaluateMatrix(instance, null);
        return property.Property.Name switch
        {
            "Rows" => matrix.Rows,
            "Columns" => matrix.Columns,
            "Stride" => matrix.Stride,
            "Length" => emit.Mul(matrix.Rows, matrix.Columns),
            _ => throw Refusal.Expression(property, "this property of matrices is not supported"),
        };
    }

    /// <summary><c>tensor.Lengths[0]</c> and <c>tensor.Lengths[1]</c>, which are native integers; null for any other expression.</summary>
    private int? TensorLength(IOperation expression)
    {
        if (expression is not IPropertyReferenceOperation
            {
                Property.IsIndexer: true, Arguments: { Length: 1 } arguments,
                Instance: IPropertyReferenceOperation { Property.Name: "Lengths", Instance: { } tensor },
            }
            || ScalarTypes.MatrixElementOf(tensor.Type) is null
            || arguments[0].Value.ConstantValue is not { HasValue: true, Value: 0 or 1 } dimension)
        {
            return null;
        }

        Binding matrix = EvaluateMatrix(tensor, null);
        return dimension.Value is 0 ? matrix.Rows : matrix.Columns;
    }

    /// <summary><c>new double[rows, columns]</c>.</summary>
    private Binding NewMatrix(IArrayCreationOperation creation, ITypeSymbol element, string? name)
    {
        if (context.IsEager) throw Refusal.Expression(creation, "arrays are not supported in an update rule");
        ScalarType type = RequireNumber(creation, element);
        int rows = Evaluate(creation.DimensionSizes[0]), columns = Evaluate(creation.DimensionSizes[1]);
        Binding matrix = emit.Alloc(name ?? "array", type, rows, columns);
        if (creation.Initializer is not { } initializer) return matrix;

        // All values are evaluated before the first is stored, as the compiler does it.
        List<int[]> values = initializer.ElementValues.OfType<IArrayInitializerOperation>()
            .Select(row => row.ElementValues.Select(e => Converted(Evaluate(e), type)).ToArray()).ToList();
        for (int i = 0; i < values.Count; i++)
        {
            Binding row = RowOf(matrix, emit.Int(i));
            for (int j = 0; j < values[i].Length; j++) emit.Store(row, emit.Int(j), values[i][j]);
        }

        return matrix;
    }

    /// <summary><c>new Matrix&lt;double&gt;(span, rows, columns)</c>, perhaps with a stride; or over a two-dimensional array.</summary>
    private Binding NewMatrix(IObjectCreationOperation creation, string? name)
    {
        if (creation.Constructor is not { } constructor || creation.Arguments.Any(a => a.Parameter is null)) throw DoesNotCompile(creation);
        var arguments = new Binding[constructor.Parameters.Length];
        foreach (IArgumentOperation argument in creation.Arguments)
        {
            arguments[argument.Parameter!.Ordinal] = EvaluateBinding(argument.Value, argument.Parameter.Type, name);
        }

        switch (arguments.Length)
        {
            case 1 when arguments[0].IsMatrix:
                return arguments[0];
            case 3 or 4 when arguments[0].IsSpan && arguments.Skip(1).All(a => a.IsValue):
                Binding span = arguments[0];
                int rows = arguments[1].Value, columns = arguments[2].Value;
                if (arguments.Length == 3) RequireLength(creation, span.Length, emit.Mul(rows, columns));
                return Binding.Matrix(span.Root, span.Offset, rows, columns, arguments.Length == 4 ? arguments[3].Value : columns);
            default:
                throw Refusal.Expression(creation, "this way to make a matrix is not supported");
        }
    }

    /// <summary>Refuses a matrix over a span that is seen to have another number of elements.</summary>
    private void RequireLength(IOperation operation, int length, int needed)
    {
        if (emit.IntOf(length) is { } one && emit.IntOf(needed) is { } other && one != other)
        {
            throw Refusal.At(
                DiagnosticCatalog.ExtentMismatch, operation, Refusal.Text(operation), $"the span has {Text(one)} elements, the matrix {Text(other)}");
        }
    }

    private void RequireContiguous(IOperation operation, Binding matrix)
    {
        if (matrix.Stride != matrix.Columns) throw Refusal.Expression(operation, "there may be gaps between the rows of this matrix");
    }

    /// <summary>All elements of a matrix without gaps.</summary>
    private Binding Flat(Binding matrix) => Binding.Span(matrix.Root, matrix.Offset, emit.Mul(matrix.Rows, matrix.Columns));

    private void FillMatrix(IOperation operation, Binding matrix, int value)
    {
        RequireLocal(operation, matrix);
        if (matrix.Stride == matrix.Columns) emit.Map(Flat(matrix).Length, Flat(matrix), _ => value);
        else ForEachElement(matrix, matrix, (_, _) => value);
    }

    private void CopyMatrix(IOperation operation, Binding source, Binding destination)
    {
        RequireLocal(operation, destination);
        if (destination.Root == source.Root) throw Refusal.Expression(operation, "source and destination lie in the same array");
        RequireEqualLengths(operation, source, destination);
        RequireEqualLengths(operation, RowOf(source, emit.Int(0)), RowOf(destination, emit.Int(0)));
        ForEachElement(source, destination, (row, j) => emit.Load(RowOf(source, row), j));
    }

    private void ForEachElement(Binding shape, Binding destination, Func<int, int, int> element)
    {
        IrBuilder.OpenLoop rows = emit.Builder.BeginLoop(emit.Int(0), shape.Rows, [], [destination.Root]);
        Binding row = RowOf(destination, rows.Counter);
        emit.Map(shape.Columns, row, j => element(rows.Counter, j));
        emit.Builder.EndLoop(rows, []);
    }

    private void RequireLocal(IOperation operation, Binding destination)
    {
        if (emit.Builder.Buffers[destination.Root].Kind != BufferKind.Local) throw Refusal.Expression(operation, "an argument of the loss is read only");
    }
}
