using System.Composition;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1015: turns the words of <c>[Loss(Name = "mean square")]</c> into the identifier <c>MeanSquare</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RepairNameCodeFix))]
[Shared]
public sealed class RepairNameCodeFix() : LossCodeFix(FixableDiagnostics.InvalidName)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Declaration is not MethodDeclarationSyntax declaration) return null;
        if (site.Model.GetDeclaredSymbol(declaration, site.Cancellation) is not { } method || LossAttributes.Of(method) is not { } loss) return null;
        if (LossAttributes.SyntaxIn(site.Root, loss, site.Cancellation) is not { } attribute) return null;
        string name = Identifier(LossAttributes.NameIn(loss) ?? "");
        return name.Length == 0 ? null : ($"Name it '{name}'", site.Replace(attribute, LossAttributes.WithName(attribute, name)));
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
