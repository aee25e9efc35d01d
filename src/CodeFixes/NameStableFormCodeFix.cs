using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>
/// SGD6002: writes the function that a formula is computed as: <c>Sym.LogSigmoid(x)</c> for <c>Math.Log(Sym.Sigmoid(x))</c>, <c>Sym.Softplus</c>,
/// <c>Sym.Log1mExp</c>, and the sum of squares for the square of a norm.
/// </summary>
/// <remarks>Where a part of the formula stands in a variable, or in a helper, there is no fix: it would have to leave that variable behind.</remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NameStableFormCodeFix))]
[Shared]
public sealed class NameStableFormCodeFix() : LossCodeFix(FixableDiagnostics.Stabilized)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Node is not ExpressionSyntax formula || Named(formula) is not { } call) return null;
        string name = call.Substring(0, call.IndexOf('('));
        return ($"Write {name}", site.Replace(formula, SyntaxFactory.ParseExpression(call).WithTriviaFrom(formula)));
    }

    private static string? Named(ExpressionSyntax formula) => formula switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } product when SyntaxFactory.AreEquivalent(product.Left, product.Right) => SumOfSquares(product.Left),
        _ when Call(formula, "Square", "Sym") is { } square => SumOfSquares(square),
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 2 } power } when IsMember(formula, "Pow", "Math", "MathF") && IsNumber(power[1].Expression, 2) => SumOfSquares(power[0].Expression),
        _ when Call(formula, "Log", "Math", "MathF") is { } operand => Logarithm(operand),
        _ when (Call(formula, "Log1p", "Sym") ?? Call(formula, "LogP1", "double", "float")) is { } operand && Exponent(operand) is { } x => $"Sym.Softplus({x})",
        _ => null,
    };

    /// <summary>The logarithm of an expression.</summary>
    private static string? Logarithm(ExpressionSyntax operand)
    {
        if (Call(operand, "Sigmoid", "Sym") is { } y) return $"Sym.LogSigmoid({y})";
        if (Bare(operand) is not BinaryExpressionSyntax binary) return null;
        return binary.Kind() switch
        {
            SyntaxKind.AddExpression when OnePlusExponent(binary) is { } x => $"Sym.Softplus({x})",
            SyntaxKind.SubtractExpression when IsNumber(binary.Left, 1) && Call(binary.Right, "Sigmoid", "Sym") is { } z => $"Sym.LogSigmoid(-({z}))",
            SyntaxKind.SubtractExpression when IsNumber(binary.Left, 1) && Exponent(binary.Right) is { } x => $"Sym.Log1mExp({x})",
            SyntaxKind.DivideExpression when IsNumber(binary.Left, 1) && Bare(binary.Right) is BinaryExpressionSyntax sum && OnePlusExponent(sum) is PrefixUnaryExpressionSyntax
            {
                RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: var x,
            } => $"Sym.LogSigmoid({Bare(x)})",
            _ => null,
        };
    }

    private static ExpressionSyntax? OnePlusExponent(BinaryExpressionSyntax sum) =>
        !sum.IsKind(SyntaxKind.AddExpression) ? null
        : IsNumber(sum.Left, 1) ? Exponent(sum.Right)
        : IsNumber(sum.Right, 1) ? Exponent(sum.Left)
        : null;

    private static ExpressionSyntax? Exponent(ExpressionSyntax expression) => Call(expression, "Exp", "Math", "MathF");

    /// <summary>The sum of squares over what the norm is of.</summary>
    private static string? SumOfSquares(ExpressionSyntax norm) =>
        Call(norm, "Norm", "TensorPrimitives") is { } x ? $"{((MemberAccessExpressionSyntax)((InvocationExpressionSyntax)Bare(norm)).Expression).Expression}.SumOfSquares({x})"
        : Call(norm, "Norm", "Sym") is { } y ? $"System.Numerics.Tensors.TensorPrimitives.SumOfSquares({y})"
        : null;

    /// <summary>The argument of a call of a member of one of the types; null of anything else.</summary>
    private static ExpressionSyntax? Call(ExpressionSyntax expression, string name, params string[] types) =>
        IsMember(expression, name, types) && Bare(expression) is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } only } ? only[0].Expression : null;

    private static bool IsMember(ExpressionSyntax expression, string name, params string[] types) =>
        Bare(expression) is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var type, Name.Identifier.ValueText: var member } }
        && member == name && types.Contains(type.ToString().Split('.').Last());

    private static bool IsNumber(ExpressionSyntax expression, int number) =>
        Bare(expression) is LiteralExpressionSyntax { Token.Value: IConvertible value } && value is int or double or float
        && value.ToDouble(System.Globalization.CultureInfo.InvariantCulture) == number;

    private static ExpressionSyntax Bare(ExpressionSyntax expression) => expression is ParenthesizedExpressionSyntax inner ? Bare(inner.Expression) : expression;
}
