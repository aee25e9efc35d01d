using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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
            case IBinaryOperation binary when IsScalar(binary):
                return EvaluateBinary(binary);
            case IBinaryOperation binary:
                return Scalar(expression, CombineAggregates(binary));
            case IUnaryOperation unary when IsUserDefined(unary.OperatorMethod, unary.Operand.Type, null):
                return Scalar(expression, CallOperator(unary, unary.OperatorMethod!, [EvaluateAny(unary.Operand)]));
            case IUnaryOperation unary:
                return EvaluateUnary(unary);
            case ITupleBinaryOperation comparison:
                return EvaluateTupleComparison(comparison);
            case ISimpleAssignmentOperation or ICompoundAssignmentOperation or IIncrementOrDecrementOperation:
                return Scalar(expression, EvaluateAssignment(expression));
            case IConditionalOperation choice:
                return EvaluateConditional(choice);
            case ISwitchExpressionOperation choice:
                return Scalar(choice, EvaluateSwitchExpression(choice));
            case IIsPatternOperation test:
                return Test(test.Pattern, EvaluateAny(test.Value)) ?? emit.Bool(true);
            case IInvocationOperation call:
                Binding result = Invoke(call);
                return result.IsValue ? result.Value : throw Refusal.Expression(call, "it has no value");
            case IPropertyReferenceOperation property:
                return Scalar(property, ReadProperty(property));
            case IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation:
                (Binding span, int index) = Element(expression);
                return Scalar(expression, emit.LoadElement(span, index));
            case IFieldReferenceOperation field:
                return Scalar(field, ReadField(field));
            case IDefaultValueOperation:
                return emit.Constant(RequireType(expression, expression.Type), 0);
            case IObjectCreationOperation { Arguments.Length: 0, Initializer: null } when TypeOf(expression.Type) is { } created:
                return emit.Constant(created, 0);
            case IInvalidOperation:
                throw DoesNotCompile(expression);
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation:
                throw Refusal.At(DiagnosticCatalog.Dynamic, expression, Refusal.Text(expression));
            case IAwaitOperation:
                throw Refusal.At(DiagnosticCatalog.Async, expression, _frame.Method.Name);
            case IThrowOperation:
                throw Refusal.Expression(expression, "an exception has no derivative");
            default:
                RequireType(expression, expression.Type);
                throw Refusal.Expression(expression, "this kind of expression is not supported");
        }
    }

    private int EvaluateConversion(IConversionOperation conversion)
    {
        if (!conversion.Conversion.Exists) throw DoesNotCompile(conversion);
        if (conversion.Operand.Type?.TypeKind == TypeKind.Dynamic || conversion.Type?.TypeKind == TypeKind.Dynamic)
        {
            throw Refusal.At(DiagnosticCatalog.Dynamic, conversion, Refusal.Text(conversion));
        }

        if (TensorLength(conversion.Operand) is { } length) return Converted(length, RequireType(conversion, conversion.Type));
        if (IsUserDefined(conversion.OperatorMethod, conversion.Type, conversion.Operand.Type))
        {
            return Scalar(conversion, CallOperator(conversion, conversion.OperatorMethod!, [EvaluateAny(conversion.Operand)]));
        }

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
                return emit.Not(Evaluate(unary.Operand));
            default:
                throw Refusal.Expression(unary, "this operator is not supported");
        }
    }

    /// <summary>Walks down the left operands first, so that a long sum needs no deep recursion.</summary>
    private int EvaluateBinary(IBinaryOperation binary)
    {
        var pending = new Stack<IBinaryOperation>();
        IOperation left = binary;
        while (left is IBinaryOperation { OperatorKind: not (BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr), ConstantValue.HasValue: false } next && IsScalar(next))
        {
            pending.Push(next);
            left = next.LeftOperand;
        }

        int value = Evaluate(left);
        while (pending.Count > 0)
        {
            IBinaryOperation operation = pending.Pop();
            RequireType(operation, operation.Type);
            int right = IsSquareOfCall(operation) ? value : Evaluate(operation.RightOperand), before = emit.Builder.ValueCount;
            value = Combine(operation, operation.OperatorKind, value, right);
            emit.NoteSite(operation.Syntax, before);
        }

        return value;
    }

    /// <summary>Whether it is the product of a call over whole spans with itself: then the second one is the first, and not a loop of its own.</summary>
    private static bool IsSquareOfCall(IBinaryOperation operation) =>
        operation is { OperatorKind: BinaryOperatorKind.Multiply, LeftOperand: IInvocationOperation a, RightOperand: IInvocationOperation b }
        && SymbolEqualityComparer.Default.Equals(a.TargetMethod, b.TargetMethod) && SyntaxFactory.AreEquivalent(a.Syntax, b.Syntax)
        && ScalarTypes.FullName(a.TargetMethod.ContainingType) is "System.Numerics.Tensors.TensorPrimitives" or "SymbolicGD.Sym"
        && a.Arguments.All(x => Bare(x.Value) is ILocalReferenceOperation or IParameterReferenceOperation);

    private static IOperation Bare(IOperation value) => value is IConversionOperation conversion ? Bare(conversion.Operand) : value;

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
            BinaryOperatorKind.And when isBool => emit.And(a, b),
            BinaryOperatorKind.Or when isBool => emit.Or(a, b),
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
            int right = Evaluate(logic.RightOperand);
            return isAnd ? emit.And(left, right) : emit.Or(left, right);
        }

        return isAnd
            ? Choose(left, () => Evaluate(logic.RightOperand), () => emit.Bool(false))
            : Choose(left, () => emit.Bool(true), () => Evaluate(logic.RightOperand));
    }

    /// <summary>Whether evaluating an expression can neither fail nor have an effect, and costs little.</summary>
    private static bool IsTotal(IOperation expression) => expression.DescendantsAndSelf().All(o => o.ConstantValue.HasValue || o switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder } division => ScalarTypes.Of(division.Type) != ScalarType.I32,
        IBinaryOperation { OperatorMethod: not null } or IUnaryOperation { OperatorMethod: not null } or IConversionOperation { OperatorMethod: not null } => false,
        IBinaryOperation or IUnaryOperation or IConversionOperation => true,
        ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation => true,
        IPropertyReferenceOperation { Property.Name: "Length" or "Rows" or "Columns" } property => ScalarTypes.IsArray(property.Instance?.Type),
        IInstanceReferenceOperation => true,
        _ => false,
    });
}
