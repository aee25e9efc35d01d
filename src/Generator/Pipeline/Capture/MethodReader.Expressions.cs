using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>Reads a scalar expression.</summary>
    private int Evaluate(IOperation expression)
    {
        CheckDepth();
        if (expression.ConstantValue is { HasValue: true, Value: { } constant } && TypeOf(expression.Type) is { } type)
        {
            return emit.Constant(type, constant is bool flag ? (flag ? 1 : 0) : Convert.ToDouble(constant, System.Globalization.CultureInfo.InvariantCulture));
        }

        switch (expression)
        {
            case ILocalReferenceOperation { IsDeclaration: false } local:
                return ReadVariable(expression, local.Local);
            case IParameterReferenceOperation parameter:
                return ReadVariable(expression, parameter.Parameter);
            case IConversionOperation conversion:
                return EvaluateConversion(conversion);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } logic:
                return EvaluateLogic(logic);
            case IBinaryOperation binary:
                return EvaluateBinary(binary);
            case IUnaryOperation unary:
                return EvaluateUnary(unary);
            case ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                return EvaluateAssignment(expression);
            case IConditionalOperation choice:
                return EvaluateConditional(choice);
            case ISwitchExpressionOperation choice:
                return EvaluateSwitchExpression(choice);
            case IIsPatternOperation test:
                return Test(test.Pattern, Evaluate(test.Value)) ?? emit.Builder.Bool(true);
            case IInvocationOperation call:
                Binding result = Invoke(call);
                return result.IsValue ? result.Value : throw Refusal.Expression(call, "it has no value");
            case IPropertyReferenceOperation property:
                return EvaluateProperty(property);
            case IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation:
                (Binding span, int index) = Element(expression);
                return emit.Load(span, index);
            case IFieldReferenceOperation field:
                return EvaluateField(field);
            case IDefaultValueOperation:
                return emit.Constant(RequireType(expression, expression.Type), 0);
            case IInvalidOperation:
                throw DoesNotCompile(expression);
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation:
                throw Refusal.At(DiagnosticCatalog.Dynamic, expression, Refusal.Text(expression));
            case IAwaitOperation:
                throw Refusal.At(DiagnosticCatalog.Async, expression, _frame.Method.Name);
            case IAnonymousFunctionOperation or IDelegateCreationOperation:
                throw Refusal.Expression(expression, "lambdas and delegates are not supported; call a static method");
            case IThrowOperation:
                throw Refusal.Expression(expression, "an exception has no derivative");
            default:
                RequireType(expression, expression.Type);
                throw Refusal.Expression(expression, "this kind of expression is not supported");
        }
    }

    private Binding Lookup(IOperation expression, ISymbol symbol)
    {
        if (_frame.Slots.TryGetValue(symbol, out Slot? slot))
        {
            Binding binding = _env[slot];
            if (binding.HasUnknownRoot)
            {
                throw Refusal.At(DiagnosticCatalog.SpanRoot, expression, symbol.Name, "it was assigned on one of several paths; use an index into one array");
            }

            if (binding.IsValue || binding.IsArray) return binding;
        }
        else if (!SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, _frame.Method))
        {
            throw Refusal.Expression(expression, "it is a variable of the surrounding method; pass it as an argument");
        }

        throw Refusal.At(DiagnosticCatalog.Unassigned, expression, symbol.Name);
    }

    private int ReadVariable(IOperation expression, ISymbol symbol)
    {
        Binding binding = Lookup(expression, symbol);
        return binding.IsValue ? binding.Value : throw Refusal.Expression(expression, "an array is used as a number");
    }

    private int EvaluateConversion(IConversionOperation conversion)
    {
        if (!conversion.Conversion.Exists) throw DoesNotCompile(conversion);
        if (conversion.Operand.Type?.TypeKind == TypeKind.Dynamic || conversion.Type?.TypeKind == TypeKind.Dynamic)
        {
            throw Refusal.At(DiagnosticCatalog.Dynamic, conversion, Refusal.Text(conversion));
        }

        if (TensorLength(conversion.Operand) is { } length) return Converted(length, RequireType(conversion, conversion.Type));
        if (conversion.OperatorMethod is not null) throw Refusal.Expression(conversion, "user-defined conversions are not supported");
        ScalarType type = RequireType(conversion, conversion.Type);
        RequireType(conversion.Operand, conversion.Operand.Type);
        int value = Evaluate(conversion.Operand);
        return Converted(value, type);
    }

    private int Converted(int value, ScalarType type) =>
        emit.IntOf(value) is { } constant && type.IsReal() ? emit.Constant(type, type == ScalarType.F32 ? (float)constant : constant) : emit.Builder.Convert(value, type);

    private int EvaluateUnary(IUnaryOperation unary)
    {
        switch (unary.OperatorKind)
        {
            case UnaryOperatorKind.Minus:
                RequireType(unary, unary.Type);
                return emit.Unary(Op.Neg, Evaluate(unary.Operand));
            case UnaryOperatorKind.Plus:
                RequireType(unary, unary.Type);
                return Evaluate(unary.Operand);
            case UnaryOperatorKind.Not:
                RequireType(unary, unary.Type);
                return emit.Builder.Unary(Op.Not, Evaluate(unary.Operand));
            default:
                throw Refusal.Expression(unary, "this operator is not supported");
        }
    }

    /// <summary>Walks down the left operands first, so that a long sum needs no deep recursion.</summary>
    private int EvaluateBinary(IBinaryOperation binary)
    {
        var pending = new Stack<IBinaryOperation>();
        IOperation left = binary;
        while (left is IBinaryOperation { OperatorKind: not (BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr), ConstantValue.HasValue: false } next)
        {
            pending.Push(next);
            left = next.LeftOperand;
        }

        int value = Evaluate(left);
        while (pending.Count > 0)
        {
            IBinaryOperation operation = pending.Pop();
            RequireType(operation, operation.Type);
            value = Combine(operation, operation.OperatorKind, value, Evaluate(operation.RightOperand));
        }

        return value;
    }

    private int Combine(IOperation operation, BinaryOperatorKind kind, int a, int b)
    {
        ScalarType type = emit.TypeOf(a);
        if (type != emit.TypeOf(b)) throw Refusal.Expression(operation, "its operands have different types");
        bool isBool = type == ScalarType.Bool;
        return kind switch
        {
            BinaryOperatorKind.Add => emit.Add(a, b),
            BinaryOperatorKind.Subtract => emit.Sub(a, b),
            BinaryOperatorKind.Multiply => emit.Mul(a, b),
            BinaryOperatorKind.Divide => emit.Binary(Op.Div, a, b),
            BinaryOperatorKind.Remainder => emit.Binary(Op.Rem, a, b),
            BinaryOperatorKind.And when isBool => emit.Builder.Binary(Op.And, a, b),
            BinaryOperatorKind.Or when isBool => emit.Builder.Binary(Op.Or, a, b),
            BinaryOperatorKind.ExclusiveOr when isBool => emit.Builder.Binary(Op.Ne, a, b),
            BinaryOperatorKind.LeftShift when emit.IntOf(b) is { } shift => emit.Mul(a, emit.Int(1 << shift)),
            BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual
                or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual => Compare(operation, kind, a, b),
            _ => throw Refusal.Expression(operation, "this operator is not supported"),
        };
    }

    private int EvaluateLogic(IBinaryOperation logic)
    {
        bool isAnd = logic.OperatorKind == BinaryOperatorKind.ConditionalAnd;
        int left = Evaluate(logic.LeftOperand);
        if (context.IsEager || IsTotal(logic.RightOperand))
        {
            return emit.Builder.Binary(isAnd ? Op.And : Op.Or, left, Evaluate(logic.RightOperand));
        }

        return isAnd
            ? Choose(left, () => Evaluate(logic.RightOperand), () => emit.Builder.Bool(false))
            : Choose(left, () => emit.Builder.Bool(true), () => Evaluate(logic.RightOperand));
    }

    /// <summary>Whether evaluating an expression can neither fail nor have an effect, and costs little.</summary>
    private static bool IsTotal(IOperation expression) => expression.DescendantsAndSelf().All(o => o.ConstantValue.HasValue || o switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder } division => ScalarTypes.Of(division.Type) != ScalarType.I32,
        IBinaryOperation or IUnaryOperation or IConversionOperation => true,
        ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation => true,
        IPropertyReferenceOperation { Property.Name: "Length" or "Rows" or "Columns" } => true,
        _ => false,
    });

    private int EvaluateField(IFieldReferenceOperation field)
    {
        IFieldSymbol symbol = field.Field;
        ScalarType type = RequireType(field, field.Type);

        // A static readonly field counts as a constant where its initializer is one.
        if (symbol is { IsStatic: true, IsReadOnly: true }
            && symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(context.Cancellation)
                is Microsoft.CodeAnalysis.CSharp.Syntax.VariableDeclaratorSyntax { Initializer.Value: { } initializer }
            && context.ModelOf(initializer).GetConstantValue(initializer, context.Cancellation) is { HasValue: true, Value: { } value }
            && value is not (string or char))
        {
            double number = value is bool flag ? (flag ? 1 : 0) : Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
            return emit.Constant(type, type == ScalarType.F32 ? (float)number : number);
        }

        throw Refusal.At(DiagnosticCatalog.State, field, Refusal.Text(field));
    }

    private int EvaluateProperty(IPropertyReferenceOperation property)
    {
        IPropertySymbol symbol = property.Property;
        if (property.Instance is { } instance && ScalarTypes.ElementOf(instance.Type) is not null)
        {
            switch (symbol.Name)
            {
                case "Length":
                    return EvaluateSpan(instance, null).Length;
                case "IsEmpty":
                    return emit.Builder.Binary(Op.Eq, EvaluateSpan(instance, null).Length, emit.Int(0));
            }

            if (symbol.IsIndexer)
            {
                (Binding span, int index) = Element(property);
                return emit.Load(span, index);
            }
        }

        if (property.Instance is { } matrix && ScalarTypes.MatrixElementOf(matrix.Type) is not null) return EvaluateMatrixProperty(property, matrix);

        if (symbol.IsStatic && MathTable.Constant(symbol.Name) is { } constant && IsMathType(symbol.ContainingType))
        {
            return emit.Constant(RequireType(property, property.Type), constant);
        }

        if (symbol is { IsStatic: true, GetMethod: { } getter } && context.BodyOf(getter) is not null) return Inline(property, getter, []).Value;
        throw property.Instance is null
            ? Refusal.At(DiagnosticCatalog.State, property, Refusal.Text(property))
            : Refusal.Expression(property, "this property is not supported");
    }
}
