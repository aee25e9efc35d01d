using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1009: marks an argument that has no derivative <c>[Constant]</c> instead of <c>[Parameter]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MarkConstantCodeFix))]
[Shared]
public sealed class MarkConstantCodeFix() : LossCodeFix(FixableDiagnostics.ParameterNotReal)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Declaration is not ParameterSyntax argument) return null;
        SyntaxToken mark = argument.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.Name.GetLastToken())
            .FirstOrDefault(t => t.ValueText is "Parameter" or "ParameterAttribute");
        if (mark == default) return null;
        SyntaxToken constant = SyntaxFactory.Identifier(mark.ValueText.Replace("Parameter", "Constant")).WithTriviaFrom(mark);
        return ("Mark the argument [Constant]", site.Document.WithSyntaxRoot(site.Root.ReplaceToken(mark, constant)));
    }
}
