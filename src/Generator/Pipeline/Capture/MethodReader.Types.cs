using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Types as they are in the current activation, where type parameters stand for something.</summary>
internal sealed partial class MethodReader
{
    /// <summary>A type with the type parameters of the current activations replaced by what they stand for.</summary>
    private ITypeSymbol? Resolve(ITypeSymbol? type)
    {
        switch (type)
        {
            case ITypeParameterSymbol parameter:
                for (Frame? frame = _frame; frame is not null; frame = frame.Home)
                {
                    if (frame.Types.TryGetValue(parameter, out ITypeSymbol? known)) return known;
                }

                return type;
            case IArrayTypeSymbol array:
                ITypeSymbol element = Resolve(array.ElementType)!;
                return Same(element, array.ElementType) ? type : context.Compilation.CreateArrayTypeSymbol(element, array.Rank);
            case INamedTypeSymbol { IsTupleType: true } tuple:
                var elements = tuple.TupleElements.Select(e => Resolve(e.Type)!).ToList();
                return elements.Zip(tuple.TupleElements, (r, e) => Same(r, e.Type)).All(s => s)
                    ? type
                    : context.Compilation.CreateTupleTypeSymbol(
                        System.Collections.Immutable.ImmutableArray.CreateRange(elements),
                        System.Collections.Immutable.ImmutableArray.CreateRange(tuple.TupleElements.Select(e => e.IsExplicitlyNamedTupleElement ? e.Name : null)));
            case INamedTypeSymbol { IsGenericType: true, IsUnboundGenericType: false } named:
                return ResolveNamed(named);
            default:
                return type;
        }
    }

    private INamedTypeSymbol ResolveNamed(INamedTypeSymbol named)
    {
        INamedTypeSymbol definition = named.OriginalDefinition;
        if (named.ContainingType is { IsGenericType: true } outer)
        {
            INamedTypeSymbol container = ResolveNamed(outer);
            if (container.GetTypeMembers(named.Name, named.Arity).FirstOrDefault() is { } member) definition = member;
        }

        if (named.Arity == 0) return definition;
        ITypeSymbol[] arguments = named.TypeArguments.Select(a => Resolve(a)!).ToArray();
        return definition.ConstructedFrom.Construct(arguments);
    }

    private static bool Same(ITypeSymbol a, ITypeSymbol b) => SymbolEqualityComparer.Default.Equals(a, b);

    private Layout? LayoutOf(ITypeSymbol? type)
    {
        ITypeSymbol? resolved = Resolve(type);
        return ScalarTypes.IsArray(resolved) ? null : context.Layouts.Of(resolved);
    }

    /// <summary>The layout of an expression's type, which must be an aggregate.</summary>
    private Layout RequireLayout(IOperation operation, ITypeSymbol? type)
    {
        if (LayoutOf(type) is { } layout) return layout;
        RequireType(operation, type);
        throw Refusal.Expression(operation, "a number is used as a structure");
    }

    /// <summary>Whether values of a type are delegates.</summary>
    private bool IsFunction(ITypeSymbol? type) => Resolve(type) is { TypeKind: TypeKind.Delegate };

    /// <summary>The default value of a type; undefined where it is null.</summary>
    private Binding Zero(ITypeSymbol? type)
    {
        if (TypeOf(type) is { } scalar) return Binding.Of(emit.Constant(scalar, 0));
        return LayoutOf(type) is { Type.IsValueType: true } layout ? Binding.Of(layout, layout.Parts.Select(p => Zero(p.Type))) : Binding.Undefined;
    }

    /// <summary>What the type parameters of a method, and of the types that it lies in, stand for in a call.</summary>
    private void AddTypes(Frame frame, IMethodSymbol method)
    {
        Add(method.OriginalDefinition.TypeParameters, method.TypeArguments);
        if (method.PartialImplementationPart is { } part) Add(part.TypeParameters, method.TypeArguments);
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            Add(type.OriginalDefinition.TypeParameters, type.TypeArguments);
        }

        void Add(IEnumerable<ITypeParameterSymbol> parameters, IEnumerable<ITypeSymbol> arguments)
        {
            foreach ((ITypeParameterSymbol parameter, ITypeSymbol argument) in parameters.Zip(arguments, (p, a) => (p, a)))
            {
                ITypeSymbol resolved = Resolve(argument)!;
                if (resolved is not ITypeParameterSymbol) frame.Types[parameter] = resolved;
            }
        }
    }

    /// <summary>
    /// The method that a call to a member of an interface reaches, where the type on which it is called is known.
    /// </summary>
    private IMethodSymbol Implementation(IMethodSymbol method, ITypeSymbol? receiver)
    {
        if (method.ContainingType is not { TypeKind: TypeKind.Interface } contract || Resolve(receiver) is not INamedTypeSymbol { TypeKind: not TypeKind.Interface } type) return method;
        INamedTypeSymbol resolved = ResolveNamedOrSelf(contract);
        ISymbol? member = resolved.GetMembers(method.Name).FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition));
        if (member is null || type.FindImplementationForInterfaceMember(member) is not IMethodSymbol found) return method;
        return method.IsGenericMethod ? found.Construct([.. method.TypeArguments.Select(a => Resolve(a)!)]) : found;
    }

    private INamedTypeSymbol ResolveNamedOrSelf(INamedTypeSymbol type) => type.IsGenericType ? ResolveNamed(type) : type;
}
