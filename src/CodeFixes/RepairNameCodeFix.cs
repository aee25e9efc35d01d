using System.Collections.Immutable;
using System.Composition;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1015: turns the words of <c>[Loss(Name = "mean square")]</c> into the identifier <c>MeanSquare</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RepairNameCodeFix))]
[Shared]
public sealed class RepairNameCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [FixableDiagnostics.InvalidName];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (root.FindToken(context.Span.Start).Parent is not MethodDeclarationSyntax declaration) return;
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model) return;
        if (model.GetDeclaredSymbol(declaration, context.CancellationToken) is not { } method || LossAttributes.Of(method) is not { } loss) return;
        if (LossAttributes.SyntaxIn(root, loss, context.CancellationToken) is not { } attribute) return;
        string name = Identifier(LossAttributes.NameIn(loss) ?? "");
        if (name.Length == 0) return;

        context.RegisterCodeFix(
            CodeAction.Create(
                $"Name it '{name}'",
                _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(attribute, LossAttributes.WithName(attribute, name)))),
                equivalenceKey: nameof(RepairNameCodeFix)),
            context.Diagnostics);
    }

    /// <summary>The words of a text, each with a capital, joined; empty if no letter is left.</summary>
    private static string Identifier(string text)
    {
        var name = new StringBuilder();
        bool startsWord = true;
        foreach (char c in text)
        {
            bool fits = name.Length == 0 ? SyntaxFacts.IsIdentifierStartCharacter(c) : SyntaxFacts.IsIdentifierPartCharacter(c);
            if (fits) name.Append(startsWord ? char.ToUpperInvariant(c) : c);
            startsWord = !fits;
        }

        return name.ToString();
    }
}
