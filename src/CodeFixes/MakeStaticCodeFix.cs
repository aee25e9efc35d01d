using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1001: makes a loss <c>static</c>, where it reads nothing of its instance.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeStaticCodeFix))]
[Shared]
public sealed class MakeStaticCodeFix : CodeFixProvider
{
    private const string Title = "Make the loss static";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [FixableDiagnostics.NotStatic];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        if (root.FindToken(context.Span.Start).Parent is not MethodDeclarationSyntax method) return;
        if (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model) return;
        if (!CanBeStatic(model, method, context.CancellationToken)) return;

        context.RegisterCodeFix(
            CodeAction.Create(
                Title,
                _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(method, Modifiers.AddStatic(method)))),
                equivalenceKey: Title),
            context.Diagnostics);
    }

    private static bool CanBeStatic(SemanticModel model, MethodDeclarationSyntax method, CancellationToken cancellation)
    {
        // These promise something about instances or, of a partial method, stand in two places.
        bool isBound = method.ExplicitInterfaceSpecifier is not null
            || method.Modifiers.Any(m => m.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.VirtualKeyword or SyntaxKind.OverrideKeyword
                or SyntaxKind.AbstractKeyword or SyntaxKind.SealedKeyword or SyntaxKind.PartialKeyword);
        if (isBound || model.GetDeclaredSymbol(method, cancellation) is not { ContainingType: { } type } symbol) return false;
        if (type.AllInterfaces.SelectMany(i => i.GetMembers(symbol.Name))
            .Any(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), symbol))) return false;
        return model.GetOperation(method, cancellation) is { } body && !body.Descendants().Any(ReadsInstance);
    }

    /// <summary>Whether it is the instance, named or implied, or what a primary constructor keeps in it.</summary>
    private static bool ReadsInstance(IOperation operation) => operation switch
    {
        IInstanceReferenceOperation reference => reference.ReferenceKind == InstanceReferenceKind.ContainingTypeInstance,
        IParameterReferenceOperation reference => reference.Parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor },
        _ => false,
    };
}
