using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace SymbolicGD.Generator.Diagnostics;

/// <summary>Turns specs into diagnostics on the syntax trees of a compilation.</summary>
internal static class DiagnosticReporter
{
    /// <summary>
    /// The diagnostic, located in the tree of that file so that <c>#pragma</c> and <c>.editorconfig</c> apply to it; without
    /// a place only where the file is no longer part of the compilation.
    /// </summary>
    public static Diagnostic ToDiagnostic(DiagnosticSpec spec, Compilation compilation)
    {
        SyntaxTree? tree = compilation.SyntaxTrees.FirstOrDefault(t => t.FilePath == spec.FilePath && t.Length >= spec.Span.End);
        Location location = tree is null
            ? Location.Create(spec.FilePath, spec.Span, default)
            : Location.Create(tree, spec.Span);
        return Diagnostic.Create(DiagnosticCatalog.Find(spec.Id), location, spec.Arguments.Items.Cast<object?>().ToArray());
    }

    /// <summary>The spec of a diagnostic at a piece of syntax.</summary>
    public static DiagnosticSpec At(DiagnosticDescriptor descriptor, SyntaxNode node, params string[] arguments) =>
        At(descriptor, node.SyntaxTree, node.Span, arguments);

    /// <summary>The spec of a diagnostic at the declaration of a symbol's name.</summary>
    public static DiagnosticSpec At(DiagnosticDescriptor descriptor, ISymbol symbol, params string[] arguments)
    {
        Location location = symbol.Locations.First(l => l.IsInSource);
        return At(descriptor, location.SourceTree!, location.SourceSpan, arguments);
    }

    public static DiagnosticSpec At(DiagnosticDescriptor descriptor, SyntaxTree tree, TextSpan span, params string[] arguments) =>
        new(descriptor.Id, tree.FilePath, span.Start, span.Length, new(System.Collections.Immutable.ImmutableArray.Create(arguments)));
}
