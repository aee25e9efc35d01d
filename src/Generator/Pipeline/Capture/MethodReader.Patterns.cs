using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    /// <summary>The value of a switch expression, of whatever type: the arms are tried in order, and only the one taken is evaluated.</summary>
    private Binding EvaluateSwitchExpression(ISwitchExpressionOperation choice)
    {
        Binding value = EvaluateBinding(choice.Value, choice.Value.Type, null);
        return Arm(0);

        Binding Arm(int index)
        {
            CheckDepth();
            if (index == choice.Arms.Length) throw Refusal.At(DiagnosticCatalog.NotExhaustive, choice);
            ISwitchExpressionArmOperation arm = choice.Arms[index];
            int? test = Test(arm.Pattern, value);
            if (arm.Guard is { } guard)
            {
                test = test is { } t ? Choose(t, () => Evaluate(guard), () => emit.Bool(false)) : Evaluate(guard);
            }

            // The last arm of a switch that is seen to cover every value needs no test.
            bool isLast = index == choice.Arms.Length - 1 && choice.IsExhaustive && arm.Guard is null;
            return test is { } condition && !isLast ? ChooseBinding(condition, Result, () => Arm(index + 1)) : Result();

            Binding Result() => EvaluateBinding(arm.Value, choice.Type, null);
        }
    }

    /// <summary>Whether a value matches a pattern; null where it always does.</summary>
    private int? Test(IPatternOperation pattern, Binding value)
    {
        CheckDepth();
        switch (pattern)
        {
            case IDiscardPatternOperation:
                return null;
            case IConstantPatternOperation constant:
                return emit.Compare(Op.Eq, Number(pattern, value), Evaluate(constant.Value));
            case IRelationalPatternOperation relation:
                return Compare(relation, relation.OperatorKind, Number(pattern, value), Evaluate(relation.Value));
            case INegatedPatternOperation not:
                return Test(not.Pattern, value) is { } inner ? emit.Not(inner) : emit.Bool(false);
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.And } both:
                return Both(Test(both.LeftPattern, value), Test(both.RightPattern, value));
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.Or } either:
                return (Test(either.LeftPattern, value), Test(either.RightPattern, value)) is ({ } c, { } d) ? emit.Or(c, d) : null;
            case IDeclarationPatternOperation declaration when IsSameType(declaration.InputType, declaration.MatchedType) || declaration.MatchedType is null:
                DeclareMatched(declaration.DeclaredSymbol, value);
                return null;
            case ITypePatternOperation type when IsSameType(type.InputType, type.MatchedType):
                return null;
            case IRecursivePatternOperation recursive when IsSameType(recursive.InputType, recursive.MatchedType):
                return TestParts(recursive, value);
            default:
                throw Refusal.Expression(pattern, "this pattern is not supported; constants, comparisons, properties, positions, 'and', 'or', 'not' and '_' are");
        }
    }

    private int? TestParts(IRecursivePatternOperation pattern, Binding value)
    {
        int? test = null;
        if (pattern.DeconstructionSubpatterns.Length > 0)
        {
            IReadOnlyList<Binding> parts = Deconstructed(pattern, pattern.DeconstructSymbol as IMethodSymbol, value);
            if (parts.Count != pattern.DeconstructionSubpatterns.Length) throw Refusal.Expression(pattern, "its positions are not known");
            for (int i = 0; i < parts.Count; i++) test = Both(test, Test(pattern.DeconstructionSubpatterns[i], parts[i]));
        }

        foreach (IPropertySubpatternOperation property in pattern.PropertySubpatterns)
        {
            Binding member = property.Member switch
            {
                IFieldReferenceOperation field => Part(property, value, field.Field),
                IPropertyReferenceOperation { Property.IsIndexer: false } reference => ReadProperty(reference, reference.Property, Temporary(value)),
                _ => throw Refusal.Expression(property, "this pattern is not supported"),
            };
            test = Both(test, Test(property.Pattern, member));
        }

        DeclareMatched(pattern.DeclaredSymbol, value);
        return test;
    }

    /// <summary>A pattern that names a type always matches where that is the type that the value has.</summary>
    private bool IsSameType(ITypeSymbol? input, ITypeSymbol? matched) =>
        Resolve(input) is { } a && Resolve(matched) is { } b && Same(a.WithNullableAnnotation(NullableAnnotation.None), b.WithNullableAnnotation(NullableAnnotation.None));

    private void DeclareMatched(ISymbol? symbol, Binding value)
    {
        if (symbol is ILocalSymbol) Bind(Declare(symbol), value);
    }

    private int? Both(int? a, int? b) => (a, b) switch
    {
        ({ } x, { } y) => emit.And(x, y),
        _ => a ?? b,
    };

    private static int Number(IOperation operation, Binding value) =>
        value.IsValue ? value.Value : throw Refusal.Expression(operation, "it compares a structure");
}
