using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Operators and conversions of the user's types, and comparisons of structures.</summary>
internal sealed partial class MethodReader
{
    /// <summary>Whether an operator is on numbers: the language's own, or one of generic math on a type parameter that stands for a number.</summary>
    private bool IsScalar(IBinaryOperation binary) =>
        binary.OperatorMethod is null || (TypeOf(binary.LeftOperand.Type) is not null && TypeOf(binary.RightOperand.Type) is not null && IsMathType(binary.OperatorMethod.ContainingType));

    private bool IsUserDefined(IMethodSymbol? method, ITypeSymbol? a, ITypeSymbol? b) =>
        method is not null && !IsMathType(method.ContainingType)
        || method is not null && (TypeOf(a) is null || (b is not null && TypeOf(b) is null));

    private Binding CombineAggregates(IBinaryOperation binary)
    {
        Binding left = EvaluateAny(binary.LeftOperand), right = EvaluateAny(binary.RightOperand);
        if (binary.OperatorMethod is { } method) return CallOperator(binary, method, [left, right], binary.ConstrainedToType);
        if (left.IsAggregate && right.IsAggregate && left.Parts!.Layout.Type is INamedTypeSymbol { IsRecord: true })
        {
            if (binary.OperatorKind == BinaryOperatorKind.Equals) return Binding.Of(EqualByValue(left, right));
            if (binary.OperatorKind == BinaryOperatorKind.NotEquals) return Binding.Of(emit.Not(EqualByValue(left, right)));
        }

        throw Refusal.Expression(binary, "this operator is not supported");
    }

    private Binding CallOperator(IOperation operation, IMethodSymbol method, IReadOnlyList<Binding> operands, ITypeSymbol? constrained = null)
    {
        method = Implementation(method, constrained ?? operands.Select(o => o.Parts?.Layout.Type).FirstOrDefault(t => t is not null));
        if (LayoutTable.IsVector(method.ContainingType))
        {
            Layout? result = LayoutOf(method.ReturnType);
            return VectorTable.Operator(emit, method.Name, operands, result) ?? throw Refusal.At(DiagnosticCatalog.Call, operation, method.ContainingType.Name + "." + method.Name);
        }

        // A record's equality is made by the compiler.
        if (context.BodyOf(method) is null && method.ContainingType.IsRecord && method.Name is "op_Equality" or "op_Inequality")
        {
            int equal = EqualByValue(operands[0], operands[1]);
            return Binding.Of(method.Name == "op_Equality" ? equal : emit.Not(equal));
        }

        if (context.BodyOf(method) is null) throw Refusal.At(DiagnosticCatalog.Call, operation, method.ContainingType.Name + "." + method.Name);
        if (!method.IsStatic) throw Refusal.Expression(operation, "an operator that changes its operand is not supported");
        return Activate(operation, method, operands.Select((o, i) => new Passed(
            o.IsValue && TypeOf(method.Parameters[i].Type) is { } type ? Binding.Of(Converted(o.Value, type)) : o, null)).ToList(), null);
    }

    /// <summary>Whether two values are equal as <c>Equals</c> of a record has it: NaN equals NaN.</summary>
    private int EqualByValue(Binding a, Binding b)
    {
        int all = emit.Bool(true);
        foreach ((Binding x, Binding y) in a.Leaves.Zip(b.Leaves, (x, y) => (x, y)))
        {
            int equal = emit.Compare(Op.Eq, x.Value, y.Value);
            if (emit.TypeOf(x.Value).IsReal())
            {
                equal = emit.Or(equal, emit.And(emit.Builder.Binary(Op.Ne, x.Value, x.Value), emit.Builder.Binary(Op.Ne, y.Value, y.Value)));
            }

            all = emit.And(all, equal);
        }

        return all;
    }

    /// <summary><c>(a, b) == (c, d)</c>: element by element with <c>==</c>.</summary>
    private int EvaluateTupleComparison(ITupleBinaryOperation comparison)
    {
        Binding left = EvaluateAny(comparison.LeftOperand), right = EvaluateAny(comparison.RightOperand);
        int all = emit.Bool(true);
        foreach ((Binding x, Binding y) in left.Leaves.Zip(right.Leaves, (x, y) => (x, y)))
        {
            ScalarType type = Wider(emit.TypeOf(Scalar(comparison, x)), emit.TypeOf(Scalar(comparison, y)));
            all = emit.And(all, emit.Compare(Op.Eq, Converted(x.Value, type), Converted(y.Value, type)));
        }

        return comparison.OperatorKind == BinaryOperatorKind.Equals ? all : emit.Not(all);

        static ScalarType Wider(ScalarType a, ScalarType b) =>
            a == ScalarType.F64 || b == ScalarType.F64 ? ScalarType.F64 : a == ScalarType.F32 || b == ScalarType.F32 ? ScalarType.F32 : a;
    }
}
