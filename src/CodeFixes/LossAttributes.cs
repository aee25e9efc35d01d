using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>Reads and edits <c>[Loss]</c> attributes.</summary>
internal static class LossAttributes
{
    private const string NameProperty = "Name";

    /// <summary>The attribute of a loss; null of any other method.</summary>
    public static AttributeData? Of(IMethodSymbol method) => method.GetAttributes().FirstOrDefault(a => a.AttributeClass is
    {
        Name: "LossAttribute",
        ContainingNamespace: { Name: "SymbolicGD", ContainingNamespace.IsGlobalNamespace: true },
    });

    /// <summary>The <c>Name = "…"</c> of the attribute, if it has one.</summary>
    public static string? NameIn(AttributeData attribute) => attribute.NamedArguments.FirstOrDefault(a => a.Key == NameProperty).Value.Value as string;

    /// <summary>The attribute as it stands in the tree of <paramref name="root"/>; null if it stands in another file, as of a partial method.</summary>
    public static AttributeSyntax? SyntaxIn(SyntaxNode root, AttributeData attribute, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == root.SyntaxTree
            ? reference.GetSyntax(cancellation) as AttributeSyntax
            : null;

    /// <summary>The attribute with <c>Name = "<paramref name="name"/>"</c>, in place of a name that it may have.</summary>
    public static AttributeSyntax WithName(AttributeSyntax attribute, string name)
    {
        ExpressionSyntax literal = SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(name));
        AttributeArgumentListSyntax list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        AttributeArgumentSyntax? given = list.Arguments.FirstOrDefault(a => a.NameEquals?.Name.Identifier.ValueText == NameProperty);
        if (given is not null) return attribute.ReplaceNode(given.Expression, literal.WithTriviaFrom(given.Expression));

        AttributeArgumentSyntax added = SyntaxFactory.AttributeArgument(literal).WithNameEquals(
            SyntaxFactory.NameEquals(
                SyntaxFactory.IdentifierName(NameProperty),
                SyntaxFactory.Token(SyntaxFactory.TriviaList(SyntaxFactory.Space), SyntaxKind.EqualsToken, SyntaxFactory.TriviaList(SyntaxFactory.Space))));
        SyntaxNodeOrTokenList items = list.Arguments.GetWithSeparators();
        if (items.Count > 0) items = items.Add(SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space));
        return attribute.WithArgumentList(list.WithArguments(SyntaxFactory.SeparatedList<AttributeArgumentSyntax>(items.Add(added))));
    }
}
