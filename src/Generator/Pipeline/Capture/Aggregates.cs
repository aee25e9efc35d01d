using Microsoft.CodeAnalysis;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>One part of an aggregate: a field, an element of a tuple, or an argument of a primary constructor that members use.</summary>
/// <param name="Symbol">The field or parameter as it is declared; null for the element of a tuple.</param>
/// <param name="Name">What the user calls it.</param>
internal sealed record LayoutPart(ISymbol? Symbol, string Name, ITypeSymbol Type);

/// <summary>Into which parts the values of a type are taken.</summary>
internal sealed class Layout(ITypeSymbol type, IReadOnlyList<LayoutPart> parts)
{
    public ITypeSymbol Type { get; } = type;

    public IReadOnlyList<LayoutPart> Parts { get; } = parts;

    /// <summary>The index of the part that a field, a property without body, or a constructor's argument stands for; -1 for others.</summary>
    public int IndexOf(ISymbol member)
    {
        if (Type.IsTupleType && member is IFieldSymbol element)
        {
            string name = (element.CorrespondingTupleField ?? element).Name;
            return name.StartsWith("Item", StringComparison.Ordinal) && int.TryParse(name.Substring(4), out int number) && number <= Parts.Count ? number - 1 : -1;
        }

        ISymbol definition = member.OriginalDefinition;
        for (int i = 0; i < Parts.Count; i++)
        {
            if (Parts[i].Symbol is not { } part) continue;
            if (SymbolEqualityComparer.Default.Equals(part, definition)
                || (part is IFieldSymbol { AssociatedSymbol: { } property } && SymbolEqualityComparer.Default.Equals(property, definition)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The name of a part of a variable: <c>p_x</c> for <c>p.X</c>.</summary>
    public string NameOf(string variable, int index)
    {
        string name = Parts[index].Name.TrimStart('_');
        return name.Length == 0 ? variable : variable + "_" + char.ToLowerInvariant(name[0]) + name.Substring(1);
    }
}

/// <summary>The bindings of the parts of an aggregate. Compares by content.</summary>
internal sealed class Parts(Layout layout, IReadOnlyList<Binding> items) : IEquatable<Parts>
{
    public Layout Layout { get; } = layout;

    public IReadOnlyList<Binding> Items { get; } = items;

    public Binding this[int index] => Items[index];

    public bool Equals(Parts? other) => other is not null && (ReferenceEquals(this, other) || Items.SequenceEqual(other.Items));

    public override bool Equals(object? obj) => Equals(obj as Parts);

    public override int GetHashCode() => Items.Aggregate(17, (hash, part) => unchecked((hash * 31) + part.GetHashCode()));
}

/// <summary>Which types are taken apart, and how.</summary>
internal sealed class LayoutTable(CancellationToken cancellation)
{
    private readonly Dictionary<ITypeSymbol, Layout?> _layouts = new(SymbolEqualityComparer.Default);

    /// <summary>The layout of a type without type parameters; null for a type that is no aggregate.</summary>
    public Layout? Of(ITypeSymbol? type)
    {
        if (type is not INamedTypeSymbol named) return null;
        if (_layouts.TryGetValue(type, out Layout? known)) return known;
        Layout? layout = Make(named);
        _layouts[type] = layout;
        return layout;
    }

    /// <summary>Whether a type is one of the vectors of System.Numerics, whose members have no source but are known.</summary>
    public static bool IsVector(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Struct, Name: "Vector2" or "Vector3" or "Vector4" } && IsInNumerics(type);

    public static bool IsInNumerics(ITypeSymbol type) =>
        type.ContainingNamespace is { Name: "Numerics", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    private Layout? Make(INamedTypeSymbol type)
    {
        if (type.IsTupleType) return new Layout(type, type.TupleElements.Select(e => new LayoutPart(null, e.Name, e.Type)).ToList());
        if (IsVector(type))
        {
            string[] names = ["X", "Y", "Z", "W"];
            List<LayoutPart> components = names.SelectMany(n => type.GetMembers(n)).OfType<IFieldSymbol>()
                .Select(f => new LayoutPart(f, f.Name, f.Type)).ToList();
            return components.Count == type.Name[6] - '0' ? new Layout(type, components) : null;
        }

        bool isStruct = type is { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None };
        bool isClass = type is { TypeKind: TypeKind.Class, IsStatic: false, IsAbstract: false, BaseType.SpecialType: SpecialType.System_Object, SpecialType: SpecialType.None };
        if (!(isStruct || isClass) || type.DeclaringSyntaxReferences.Length == 0) return null;
        List<LayoutPart> parts = [];
        foreach (IFieldSymbol field in type.GetMembers().OfType<IFieldSymbol>())
        {
            // The field that holds an argument of a primary constructor is that argument, below.
            if (field.IsStatic || field.IsConst || (field.IsImplicitlyDeclared && field.AssociatedSymbol is null)) continue;

            // Two variables may share an object: only what never changes is the same as a copy of it.
            if (isClass && !field.IsReadOnly) return null;
            if (field.RefKind != RefKind.None || field.IsFixedSizeBuffer) return null;
            parts.Add(new LayoutPart(field.OriginalDefinition, field.AssociatedSymbol?.Name ?? field.Name, field.Type));
        }

        if (!type.IsRecord)
        {
            foreach (IParameterSymbol parameter in PrimaryParameters(type)) parts.Add(new LayoutPart(parameter.OriginalDefinition, parameter.Name, parameter.Type));
        }

        return new Layout(type, parts);
    }

    private IEnumerable<IParameterSymbol> PrimaryParameters(INamedTypeSymbol type) =>
        type.InstanceConstructors.FirstOrDefault(c => IsPrimary(c, cancellation))?.Parameters ?? [];

    /// <summary>Whether a constructor is declared by the argument list of its type.</summary>
    public static bool IsPrimary(IMethodSymbol constructor, CancellationToken cancellation) =>
        constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax { ParameterList: not null };
}
