using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>
/// SGD6001: replaces the square of a root by its operand, <c>Math.Sqrt(x * x + y * y)</c> by <c>Sym.Hypot(x, y)</c> and the root of a sum of squares by
/// <c>TensorPrimitives.Norm</c>, adds a small constant under another root, and keeps the operand of a logarithm above 0.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(GuardDomainCodeFix))]
[Shared]
public sealed class GuardDomainCodeFix() : LossCodeFix(FixableDiagnostics.NotFinite)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Node is not InvocationExpressionSyntax call || call.ArgumentList.Arguments.Count != 1) return null;
        if (call.Expression is not MemberAccessExpressionSyntax { Expression: var type, Name.Identifier.ValueText: var name }) return null;
        if (type.ToString() is not ("Math" or "MathF" or "System.Math" or "System.MathF")) return null;

        ExpressionSyntax operand = call.ArgumentList.Arguments[0].Expression;
        bool isSingle = type.ToString().EndsWith("MathF", StringComparison.Ordinal);
        ExpressionSyntax replaced = name == "Sqrt" && SquareOf(call) is { } square ? square : call;
        (string Title, string Text)? fix = name switch
        {
            "Sqrt" when replaced != call => ("Use the square itself, without the root", Factor(operand)),
            "Sqrt" when Legs(operand) is (string x, string y) => ("Use Sym.Hypot, whose slope at the origin is 0", $"Sym.Hypot({x}, {y})"),
            "Sqrt" when NormOf(operand) is { } norm => ("Use TensorPrimitives.Norm, whose slope at 0 is 0", norm),
            "Sqrt" => ("Add a small constant under the root", $"{call.Expression}({Summand(operand)} + {(isSingle ? "1e-12f" : "1e-24")})"),
            "Log" or "Log2" or "Log10" => ("Keep the operand above 0", $"{call.Expression}({type}.Max({operand}, {(isSingle ? "1e-30f" : "1e-300")}))"),
            _ => null,
        };
        return fix is (string title, string text) ? (title, site.Replace(replaced, SyntaxFactory.ParseExpression(text).WithTriviaFrom(replaced))) : null;
    }

    /// <summary>x and y where the expression is x * x + y * y.</summary>
    private static (string X, string Y)? Legs(ExpressionSyntax sum) =>
        sum is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } add && Square(add.Left) is { } x && Square(add.Right) is { } y ? (x, y) : null;

    private static string? Square(ExpressionSyntax product) =>
        product is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } multiply && SyntaxFactory.AreEquivalent(multiply.Left, multiply.Right)
            ? multiply.Left.ToString() : null;

    /// <summary>The expression that is the square of a root, as a product or a power.</summary>
    private static ExpressionSyntax? SquareOf(InvocationExpressionSyntax call) => call.Parent switch
    {
        BinaryExpressionSyntax product when Square(product) is not null => product,
        ArgumentSyntax { Parent: ArgumentListSyntax { Arguments: { Count: 2 } operands, Parent: InvocationExpressionSyntax power } }
            when operands[0] == call.Parent && operands[1].Expression is LiteralExpressionSyntax { Token.Value: 2 or 2.0 or 2f }
                && power.Expression.ToString() is "Math.Pow" or "MathF.Pow" or "System.Math.Pow" or "System.MathF.Pow" => power,
        _ => null,
    };

    /// <summary>The norm whose square is a sum of squares over an array.</summary>
    private static string? NormOf(ExpressionSyntax sum)
    {
        if (sum is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var type, Name: var name }, ArgumentList.Arguments: var operands }) return null;
        if (type is not (IdentifierNameSyntax { Identifier.ValueText: "TensorPrimitives" } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "TensorPrimitives" })) return null;
        bool isSum = (name.Identifier.ValueText, operands.Count) switch
        {
            ("SumOfSquares", 1) => true,
            ("Dot", 2) => SyntaxFactory.AreEquivalent(operands[0], operands[1]),
            _ => false,
        };
        return isSum ? $"{type}.Norm({operands[0]})" : null;
    }

    /// <summary>The text of an expression as a factor: what binds less tightly than a call gets parentheses.</summary>
    private static string Factor(ExpressionSyntax operand) =>
        operand is LiteralExpressionSyntax or NameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax
            ? operand.ToString() : $"({operand})";

    /// <summary>The text of an expression as a summand: what binds less tightly than a sum gets parentheses.</summary>
    private static string Summand(ExpressionSyntax operand) =>
        operand is ConditionalExpressionSyntax or AssignmentExpressionSyntax or SwitchExpressionSyntax
            || operand is BinaryExpressionSyntax binary && binary.Kind() is not (SyntaxKind.AddExpression or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression
                or SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression)
            ? $"({operand})" : operand.ToString();
}
