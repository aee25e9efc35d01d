using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1009: marks an argument that has no derivative <c>[Constant]</c> instead of <c>[Parameter]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MarkConstantCodeFix))]
[Shared]
public sealed class MarkConstantCodeFix : CodeFixProvider
{
    private const string Title = "Mark the argument [Constant]";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [FixableDiagnostics.ParameterNotReal];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (root.FindToken(context.Span.Start).Parent is not ParameterSyntax argument) return;
        SyntaxToken mark = argument.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.Name.GetLastToken())
            .FirstOrDefault(t => t.ValueText is "Parameter" or "ParameterAttribute");
        if (mark == default) return;

        string constant = mark.ValueText.Replace("Parameter", "Constant");
        context.RegisterCodeFix(
            CodeAction.Create(
                Title,
                _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceToken(mark, SyntaxFactory.Identifier(constant).WithTriviaFrom(mark)))),
                equivalenceKey: Title),
            context.Diagnostics);
    }
}
