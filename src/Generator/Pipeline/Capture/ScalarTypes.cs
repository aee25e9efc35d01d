using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>C# types as IR types.</summary>
internal static class ScalarTypes
{
    public static ScalarType? Of(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_Single => ScalarType.F32,
        SpecialType.System_Double => ScalarType.F64,
        SpecialType.System_Int32 => ScalarType.I32,
        SpecialType.System_Boolean => ScalarType.Bool,
        _ => null,
    };

    /// <summary>The element type of a span or one-dimensional array; null for other types.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol { Rank: 1 } array => array.ElementType,
        INamedTypeSymbol { Arity: 1 } named when IsSpan(named) => named.TypeArguments[0],
        _ => null,
    };

    /// <summary>The element type of a matrix, a two-dimensional array or a span over a tensor; null for other types.</summary>
    public static ITypeSymbol? MatrixElementOf(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol { Rank: 2 } array => array.ElementType,
        INamedTypeSymbol { Arity: 1 } named when FullName(named) is "SymbolicGD.Matrix" or "SymbolicGD.ReadOnlyMatrix"
            or "System.Numerics.Tensors.TensorSpan" or "System.Numerics.Tensors.ReadOnlyTensorSpan" => named.TypeArguments[0],
        _ => null,
    };

    /// <summary>Whether a type is a span, a matrix or an array of one or two dimensions.</summary>
    public static bool IsArray(ITypeSymbol? type) => ElementOf(type) is not null || MatrixElementOf(type) is not null;

    /// <summary>Whether the elements of such a type cannot be assigned.</summary>
    public static bool IsReadOnly(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "ReadOnlySpan" or "ReadOnlyMatrix" or "ReadOnlyTensorSpan" };

    public static bool IsSpan(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Arity: 1, Name: "Span" or "ReadOnlySpan", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    public static bool IsReadOnlySpan(ITypeSymbol? type) => IsSpan(type) && type!.Name == "ReadOnlySpan";

    /// <summary>The type's name with its namespaces, without type arguments.</summary>
    public static string FullName(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? FullName(outer) + "." + type.Name
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.Name
        : type.Name;

    public static string Text(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
