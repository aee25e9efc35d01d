using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace SymbolicGD.CodeFixes;

/// <summary>A code fix for one diagnostic that offers one change of the document.</summary>
/// <param name="id">The diagnostic, of <see cref="FixableDiagnostics"/>.</param>
public abstract class LossCodeFix(string id) : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds => [id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model) return;
        if (Find(new FixSite(context.Document, root, model, context.Span, context.CancellationToken)) is not (string title, Document changed)) return;
        context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(changed), equivalenceKey: GetType().Name), context.Diagnostics);
    }

    /// <summary>What the fix is called and the document after it; null where there is none.</summary>
    protected abstract (string Title, Document Changed)? Find(FixSite site);
}

/// <summary>Where a diagnostic was reported.</summary>
public sealed class FixSite
{
    internal FixSite(Document document, SyntaxNode root, SemanticModel model, TextSpan span, CancellationToken cancellation)
    {
        (Document, Root, Model, Span, Cancellation) = (document, root, model, span, cancellation);
    }

    internal Document Document { get; }

    internal SyntaxNode Root { get; }

    internal SemanticModel Model { get; }

    internal TextSpan Span { get; }

    internal CancellationToken Cancellation { get; }

    /// <summary>The innermost node of the reported span.</summary>
    internal SyntaxNode Node => Root.FindNode(Span, getInnermostNodeForTie: true);

    /// <summary>The declaration whose name was reported.</summary>
    internal SyntaxNode? Declaration => Root.FindToken(Span.Start).Parent;

    /// <summary>The document with one node in place of another.</summary>
    internal Document Replace(SyntaxNode node, SyntaxNode replacement) => Document.WithSyntaxRoot(Root.ReplaceNode(node, replacement));
}
