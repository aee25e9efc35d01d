using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD3001: declares two arguments that a call needs equally long to be of one shape, where their <c>[Shape]</c> names differ.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ShareShapeCodeFix))]
[Shared]
public sealed class ShareShapeCodeFix() : LossCodeFix(FixableDiagnostics.ExtentMismatch)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Node is not InvocationExpressionSyntax call) return null;
        Dimension[] named = call.ArgumentList.Arguments.Select(a => Named(site.Model, a.Expression, site.Root, site.Cancellation)).OfType<Dimension>().ToArray();
        if (named.Length != 2 || named[0].Shape == named[1].Shape) return null;

        // A matrix keeps its names: its other rows, and what else has as many columns, go by them.
        (Dimension kept, Dimension changed) = named[1].IsRow && !named[0].IsRow ? (named[1], named[0]) : (named[0], named[1]);
        LiteralExpressionSyntax shared = SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(kept.Shape));
        return ($"Declare '{changed.Argument}' of the length '{kept.Shape}'", site.Replace(changed.Name, shared.WithTriviaFrom(changed.Name)));
    }

    /// <summary>The name of the length of an array argument, or of a row of a matrix argument; null of anything else and where there is none.</summary>
    private static Dimension? Named(SemanticModel model, ExpressionSyntax expression, SyntaxNode root, CancellationToken cancellation)
    {
        bool isRow = false;
        if (expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Row", Expression: var matrix } })
        {
            isRow = true;
            expression = matrix;
        }

        if (model.GetSymbolInfo(expression, cancellation).Symbol is not IParameterSymbol argument) return null;
        AttributeData? mark = argument.GetAttributes().FirstOrDefault(a => a.AttributeClass is
        {
            Name: "ShapeAttribute",
            ContainingNamespace: { Name: "SymbolicGD", ContainingNamespace.IsGlobalNamespace: true },
        });
        if (mark?.ApplicationSyntaxReference is not { } reference || reference.SyntaxTree != root.SyntaxTree) return null;
        if ((reference.GetSyntax(cancellation) as AttributeSyntax)?.ArgumentList is not { } list || list.Arguments.Count != (isRow ? 2 : 1)) return null;
        ExpressionSyntax name = list.Arguments[list.Arguments.Count - 1].Expression;
        return model.GetConstantValue(name, cancellation).Value is string shape ? new Dimension(argument.Name, shape, name, isRow) : null;
    }

    private sealed class Dimension(string argument, string shape, ExpressionSyntax name, bool isRow)
    {
        public string Argument { get; } = argument;

        public string Shape { get; } = shape;

        public ExpressionSyntax Name { get; } = name;

        public bool IsRow { get; } = isRow;
    }
}
