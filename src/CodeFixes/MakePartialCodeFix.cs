using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1002: makes a type around a loss <c>partial</c>, and the types around it that are not.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialCodeFix))]
[Shared]
public sealed class MakePartialCodeFix() : LossCodeFix(FixableDiagnostics.NotPartial)
{
    /// <inheritdoc/>
    /// <remarks>
    /// Types nested in one another get their modifiers together. The fixes of two of them overlap in the outer type, and the batch fixer drops
    /// one of two fixes that overlap.
    /// </remarks>
    public override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(FixDocumentAsync);

    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        TypeDeclarationSyntax[] closed = ClosedAround(site.Root, site.Span.Start).ToArray();
        return closed.Length == 0 ? null : ("Make the types around the loss partial", Open(site.Document, site.Root, closed));
    }

    private static async Task<Document?> FixDocumentAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        if (await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return null;
        return Open(document, root, diagnostics.SelectMany(d => ClosedAround(root, d.Location.SourceSpan.Start)).Distinct());
    }

    private static Document Open(Document document, SyntaxNode root, IEnumerable<TypeDeclarationSyntax> closed) =>
        document.WithSyntaxRoot(root.ReplaceNodes(closed, (_, current) => Modifiers.AddPartial(current)));

    private static IEnumerable<TypeDeclarationSyntax> ClosedAround(SyntaxNode root, int position) =>
        root.FindToken(position).Parent?.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Where(IsClosed) ?? [];

    /// <summary>Whether it could be partial and is not; a block of extension members is a type declaration that cannot.</summary>
    private static bool IsClosed(TypeDeclarationSyntax type) =>
        type is ClassDeclarationSyntax or StructDeclarationSyntax or InterfaceDeclarationSyntax or RecordDeclarationSyntax
        && !type.Modifiers.Any(SyntaxKind.PartialKeyword);
}
