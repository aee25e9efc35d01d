using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1013: gives a loss whose generated class would clash a name of its own with <c>[Loss(Name = "…")]</c>.</summary>
/// <remarks>
/// Of losses that clash with one another the first keeps its name and has no fix, so that fixing all changes no more than it must. The names
/// are dealt out to the whole group, whichever of them is asked for: a batch computes each fix on the unchanged source.
/// </remarks>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RenameObjectiveCodeFix))]
[Shared]
public sealed class RenameObjectiveCodeFix() : LossCodeFix(FixableDiagnostics.NameClash)
{
    private const string Suffix = "Objective";

    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        if (site.Declaration is not MethodDeclarationSyntax declaration) return null;
        if (site.Model.GetDeclaredSymbol(declaration, site.Cancellation) is not { } method || LossAttributes.Of(method) is not { } loss) return null;
        if (LossAttributes.SyntaxIn(site.Root, loss, site.Cancellation) is not { } attribute || FreeName(method, loss) is not { } name) return null;
        return ($"Name the generated class '{name}{Suffix}'", site.Replace(attribute, LossAttributes.WithName(attribute, name)));
    }

    /// <summary>The name to give to the loss; null if it is the one that keeps its name.</summary>
    private static string? FreeName(IMethodSymbol method, AttributeData loss)
    {
        INamedTypeSymbol type = method.ContainingType;
        string clashing = NameOf(method, loss);
        var taken = new HashSet<string>(type.GetMembers().Select(m => m.Name), StringComparer.Ordinal);
        bool keepsFirst = !taken.Contains(clashing + Suffix);
        List<IMethodSymbol> group = [];
        foreach (IMethodSymbol other in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (LossAttributes.Of(other) is not { } attribute) continue;
            string name = NameOf(other, attribute);
            taken.Add(name + Suffix);
            if (name == clashing) group.Add(other);
        }

        int number = 1;
        foreach (IMethodSymbol member in group.Skip(keepsFirst ? 1 : 0))
        {
            string name;
            do
            {
                name = clashing + (++number).ToString(CultureInfo.InvariantCulture);
            }
            while (!taken.Add(name + Suffix));
            if (SymbolEqualityComparer.Default.Equals(member, method)) return name;
        }

        return null;
    }

    private static string NameOf(IMethodSymbol method, AttributeData loss) => LossAttributes.NameIn(loss) ?? method.Name;
}
