using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.CodeFixes;

/// <summary>Adds modifiers to declarations where C# has them, without touching comments and layout.</summary>
internal static class Modifiers
{
    /// <summary>Puts <c>static</c> behind the accessibility, and drops the <c>readonly</c> of a struct's method, which static methods cannot have.</summary>
    public static MethodDeclarationSyntax AddStatic(MethodDeclarationSyntax method)
    {
        SyntaxToken readOnly = method.Modifiers.FirstOrDefault(m => m.IsKind(SyntaxKind.ReadOnlyKeyword));
        if (readOnly != default)
        {
            // In place, so that what stands before the keyword stays there.
            return method.WithModifiers(method.Modifiers.Replace(readOnly, SyntaxFactory.Token(SyntaxKind.StaticKeyword).WithTriviaFrom(readOnly)));
        }

        int position = method.Modifiers.TakeWhile(IsAccessibility).Count();
        SyntaxToken follower = position < method.Modifiers.Count ? method.Modifiers[position] : method.ReturnType.GetFirstToken();
        SyntaxToken keyword = Before(follower, SyntaxKind.StaticKeyword);
        MethodDeclarationSyntax bare = method.ReplaceToken(follower, follower.WithLeadingTrivia());
        return bare.WithModifiers(bare.Modifiers.Insert(position, keyword));
    }

    /// <summary>Puts <c>partial</c> directly before the keyword of the type, the only place where the language takes it.</summary>
    public static TypeDeclarationSyntax AddPartial(TypeDeclarationSyntax type)
    {
        SyntaxToken keyword = Before(type.Keyword, SyntaxKind.PartialKeyword);
        TypeDeclarationSyntax bare = type.WithKeyword(type.Keyword.WithLeadingTrivia());
        return bare.WithModifiers(bare.Modifiers.Add(keyword));
    }

    private static SyntaxToken Before(SyntaxToken follower, SyntaxKind kind) =>
        SyntaxFactory.Token(follower.LeadingTrivia, kind, SyntaxFactory.TriviaList(SyntaxFactory.Space));

    private static bool IsAccessibility(SyntaxToken token) => token.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.PrivateKeyword
        or SyntaxKind.ProtectedKeyword or SyntaxKind.InternalKeyword or SyntaxKind.NewKeyword;
}
