using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace SymbolicGD.CodeFixes;

/// <summary>SGD1001: makes a loss <c>static</c>, where it reads nothing of its instance.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeStaticCodeFix))]
[Shared]
public sealed class MakeStaticCodeFix() : LossCodeFix(FixableDiagnostics.NotStatic)
{
    /// <inheritdoc/>
    protected override (string Title, Document Changed)? Find(FixSite site)
    {
        return site.Declaration is MethodDeclarationSyntax method && CanBeStatic(site.Model, method, site.Cancellation)
            ? ("Make the loss static", site.Replace(method, Modifiers.AddStatic(method)))
            : null;
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
