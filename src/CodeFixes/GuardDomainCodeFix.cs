using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>
/// SGD6001: replaces <c>Math.Sqrt(x * x + y * y)</c> by <c>Sym.Hypot(x, y)</c>, adds a small constant under another root, and keeps the operand of a
/// logarithm above 0.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(GuardDomainCodeFix))]
[Shared]
public sealed class GuardDomainCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [FixableDiagnostics.NotFinite];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (root.FindNode(context.Span, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call || call.ArgumentList.Arguments.Count != 1) return;
        if (call.Expression is not MemberAccessExpressionSyntax { Expression: var type, Name.Identifier.ValueText: var name }) return;
        if (type.ToString() is not ("Math" or "MathF" or "System.Math" or "System.MathF")) return;

        ExpressionSyntax operand = call.ArgumentList.Arguments[0].Expression;
        bool isSingle = type.ToString().EndsWith("MathF", StringComparison.Ordinal);
        (string Title, string Text)? fix = name switch
        {
            "Sqrt" when Legs(operand) is (string x, string y) => ("Use Sym.Hypot, whose slope at the origin is 0", $"Sym.Hypot({x}, {y})"),
            "Sqrt" => ("Add a small constant under the root", $"{call.Expression}({Summand(operand)} + {(isSingle ? "1e-12f" : "1e-24")})"),
            "Log" or "Log2" or "Log10" => ("Keep the operand above 0", $"{call.Expression}({type}.Max({operand}, {(isSingle ? "1e-30f" : "1e-300")}))"),
            _ => null,
        };
        if (fix is not { } found) return;
        ExpressionSyntax replacement = SyntaxFactory.ParseExpression(found.Text).WithTriviaFrom(call);
        context.RegisterCodeFix(
            CodeAction.Create(
                found.Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(call, replacement))), equivalenceKey: nameof(GuardDomainCodeFix)),
            context.Diagnostics);
    }

    /// <summary>x and y where the expression is x * x + y * y.</summary>
    private static (string X, string Y)? Legs(ExpressionSyntax sum) =>
        sum is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } add && Square(add.Left) is { } x && Square(add.Right) is { } y ? (x, y) : null;

    private static string? Square(ExpressionSyntax product) =>
        product is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } multiply && SyntaxFactory.AreEquivalent(multiply.Left, multiply.Right)
            ? multiply.Left.ToString() : null;

    /// <summary>The text of an expression as a summand: what binds less tightly than a sum gets parentheses.</summary>
    private static string Summand(ExpressionSyntax operand) =>
        operand is ConditionalExpressionSyntax or AssignmentExpressionSyntax or SwitchExpressionSyntax
            || operand is BinaryExpressionSyntax binary && binary.Kind() is not (SyntaxKind.AddExpression or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression
                or SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression)
            ? $"({operand})" : operand.ToString();
}
