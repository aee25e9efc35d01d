using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD2012: adds an argument marked <c>[Constant]</c> for a static variable or property that a loss reads.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PassConstantCodeFix))]
[Shared]
public sealed class PassConstantCodeFix() : LossCodeFix(FixableDiagnostics.State)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        // Helpers and what initializes other variables have no arguments of the objective; a static local function does not see those of its method.
        SyntaxNode read = site.Node;
        if (read.FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method || !IsDifferentiated(site.Model.GetDeclaredSymbol(method, site.Cancellation))) return null;
        if (read.Ancestors().OfType<LocalFunctionStatementSyntax>().Any(f => f.Modifiers.Any(SyntaxKind.StaticKeyword))) return null;
        if (site.Model.GetSymbolInfo(read, site.Cancellation).Symbol is not { IsStatic: true } state || TypeText(site.Model, read.SpanStart, state) is not { } type) return null;
        ParameterSyntax? previous = method.ParameterList.Parameters.LastOrDefault(p => site.Model.GetDeclaredSymbol(p, site.Cancellation) is { } a && Has(a, "ParameterAttribute", "ConstantAttribute"));
        if (previous is not { Default: null }) return null;

        SyntaxNode[] reads = method.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(i => i.Identifier.ValueText == state.Name && SymbolEqualityComparer.Default.Equals(site.Model.GetSymbolInfo(i, site.Cancellation).Symbol, state))
            .Select(Whole).ToArray();
        string name = FreeName(method, state.Name, reads);
        List<TextChange> changes = [new TextChange(new TextSpan(previous.Span.End, 0), $", [Constant] {type} {name}")];
        changes.AddRange(reads.Select(r => new TextChange(r.Span, name)));
        return ($"Pass '{state.Name}' as an argument marked [Constant]", site.Document.WithText(site.Root.GetText().WithChanges(changes)));
    }

    private static bool IsDifferentiated(IMethodSymbol? method) => method is not null && Has(method, "LossAttribute", "ResidualAttribute");

    private static bool Has(ISymbol symbol, string one, string other) => symbol.GetAttributes().Any(a => a.AttributeClass is
    {
        ContainingNamespace: { Name: "SymbolicGD", ContainingNamespace.IsGlobalNamespace: true },
    } type && (type.Name == one || type.Name == other));

    /// <summary>The type of an argument that holds as much as the variable; null where no argument of a loss can.</summary>
    private static string? TypeText(SemanticModel model, int position, ISymbol state)
    {
        ITypeSymbol? type = (state as IFieldSymbol)?.Type ?? (state as IPropertySymbol)?.Type;
        if (type is null) return null;
        if (Number(type) is { } number) return number;
        ITypeSymbol? element = type switch
        {
            IArrayTypeSymbol { Rank: 1 } array => array.ElementType,
            INamedTypeSymbol { Name: "ReadOnlySpan" or "Span", TypeArguments: { Length: 1 } only, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => only[0],
            _ => null,
        };
        if (element is null || Number(element) is not { } each) return null;
        bool isImported = !model.LookupNamespacesAndTypes(position, name: "ReadOnlySpan").IsEmpty;
        return $"{(isImported ? string.Empty : "System.")}ReadOnlySpan<{each}>";
    }

    private static string? Number(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Single => "float",
        SpecialType.System_Double => "double",
        SpecialType.System_Int32 => "int",
        _ => null,
    };

    /// <summary>The name with what qualifies it.</summary>
    private static SyntaxNode Whole(SyntaxNode name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;

    /// <summary>s_learningRate, LearningRate: learningRate; with a number where the method already says that of something else.</summary>
    private static string FreeName(MethodDeclarationSyntax method, string field, SyntaxNode[] reads)
    {
        string name = field.StartsWith("s_", StringComparison.Ordinal) ? field.Substring(2) : field;
        name = name.TrimStart('_');
        if (name.Length == 0 || !SyntaxFacts.IsIdentifierStartCharacter(name[0])) name = "constant";
        name = char.ToLowerInvariant(name[0]) + name.Substring(1);
        var taken = new HashSet<string>(
            method.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken) && !reads.Any(r => r.Span.Contains(t.Span))).Select(t => t.ValueText), StringComparer.Ordinal);
        string free = name;
        for (int number = 2; taken.Contains(free) || SyntaxFacts.GetKeywordKind(free) != SyntaxKind.None; number++) free = name + number.ToString(CultureInfo.InvariantCulture);
        return free;
    }
}
