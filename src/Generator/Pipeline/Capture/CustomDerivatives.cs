using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>The derivative that a user gives a method: partial derivatives, or a method that writes adjoints.</summary>
/// <param name="Inputs">The differentiable arguments of the method, by position.</param>
/// <param name="Partials">For each of them the method that gives its partial derivative; one method that gives all of them as a tuple; or none.</param>
/// <param name="Adjoints">The method in vector-Jacobian form.</param>
internal sealed record CustomDerivative(IReadOnlyList<int> Inputs, IReadOnlyList<IMethodSymbol> Partials, IMethodSymbol? Adjoints)
{
    public bool IsTuple => Partials.Count == 1 && Partials[0].ReturnType.IsTupleType;
}

/// <summary>Finds and checks the methods marked <c>[Derivative]</c>.</summary>
internal sealed class CustomDerivatives
{
    private readonly Dictionary<INamedTypeSymbol, Dictionary<IMethodSymbol, CustomDerivative>> _types = new(SymbolEqualityComparer.Default);

    /// <summary>The derivative given for a method, or null. All derivatives of its type are checked, whether they are used or not.</summary>
    public CustomDerivative? Of(IMethodSymbol definition)
    {
        if (definition.ContainingType is not { } type || definition.MethodKind != MethodKind.Ordinary) return null;
        type = type.OriginalDefinition;
        if (!_types.TryGetValue(type, out var known)) _types[type] = known = Read(type);
        return known.TryGetValue(definition, out CustomDerivative? derivative) ? derivative : null;
    }

    public static bool IsDerivative(IMethodSymbol method) => Attribute(method) is not null;

    private static AttributeData? Attribute(IMethodSymbol method) =>
        method.GetAttributes().FirstOrDefault(a => a.AttributeClass is { } type && ScalarTypes.FullName(type) == "SymbolicGD.DerivativeAttribute");

    private static Dictionary<IMethodSymbol, CustomDerivative> Read(INamedTypeSymbol type)
    {
        var found = new Dictionary<IMethodSymbol, CustomDerivative>(SymbolEqualityComparer.Default);
        var methods = type.GetMembers().OfType<IMethodSymbol>().Where(m => m.PartialDefinitionPart is null).ToList();
        var derivatives = methods.Select(m => (Method: m, Attribute: Attribute(m))).Where(m => m.Attribute is not null)
            .Select(m => (m.Method, Target: Target(m.Method, m.Attribute!, methods), m.Attribute)).ToList();
        foreach (var group in derivatives.GroupBy(d => d.Target, (target, all) => (Target: target, All: all.ToList()), SymbolEqualityComparer.Default as IEqualityComparer<IMethodSymbol>))
        {
            IMethodSymbol target = group.Target;
            found.Add(CaptureContext.DefinitionOf(target), Combine(target, group.All.Select(d => (d.Method, d.Attribute!)).ToList()));
        }

        return found;
    }

    /// <summary>The method of that name whose arguments the derivative takes.</summary>
    private static IMethodSymbol Target(IMethodSymbol derivative, AttributeData attribute, IReadOnlyList<IMethodSymbol> methods)
    {
        if (!derivative.IsStatic || derivative.IsGenericMethod) throw Wrong(derivative, "a derivative is a static method that is not generic");
        string? name = attribute.ConstructorArguments.FirstOrDefault().Value as string;
        List<IMethodSymbol> named = methods.Where(m => m.Name == name && m.MethodKind == MethodKind.Ordinary).ToList();
        if (named.Count == 0) throw Wrong(derivative, $"'{derivative.ContainingType.Name}' has no method '{name}'");
        IMethodSymbol? target = named.FirstOrDefault(m => TakesArgumentsOf(derivative, m));
        if (target is null) throw Wrong(derivative, $"it does not take the arguments of '{name}', in their order");
        if (!target.IsStatic || target.IsGenericMethod || !IsReal(target.ReturnType) || target.Parameters.Any(p => p.RefKind is RefKind.Ref or RefKind.Out))
        {
            throw Wrong(derivative, $"'{name}' is not a static method of values that returns float or double");
        }

        return target;
    }

    private static bool TakesArgumentsOf(IMethodSymbol derivative, IMethodSymbol target)
    {
        int count = target.Parameters.Length;
        int expected = derivative.ReturnsVoid ? count + 1 + Inputs(target).Count : count;
        return derivative.Parameters.Length == expected
            && target.Parameters.Zip(derivative.Parameters, (a, b) => SymbolEqualityComparer.Default.Equals(a.Type, b.Type)).All(same => same);
    }

    private static CustomDerivative Combine(IMethodSymbol target, IReadOnlyList<(IMethodSymbol Method, AttributeData Attribute)> derivatives)
    {
        IReadOnlyList<int> inputs = Inputs(target);
        (IMethodSymbol first, _) = derivatives[0];
        if (inputs.Count == 0) throw Wrong(first, $"'{target.Name}' has no differentiable argument");
        if (first.ReturnsVoid || first.ReturnType.IsTupleType)
        {
            if (derivatives.Count > 1) throw Wrong(derivatives[1].Method, $"'{first.Name}' gives the whole derivative of '{target.Name}' already");
            if (first.ReturnsVoid) return new(inputs, [], CheckAdjoints(first, target, inputs));
            var elements = ((INamedTypeSymbol)first.ReturnType).TupleElements;
            if (elements.Length != inputs.Count || elements.Any(e => !IsReal(e.Type))) throw Wrong(first, $"its tuple has one number for each of the {Text(inputs.Count)} differentiable arguments");
            RequireNumbers(first, target, inputs);
            return new(inputs, [first], null);
        }

        var partials = new IMethodSymbol?[inputs.Count];
        foreach ((IMethodSymbol method, AttributeData attribute) in derivatives)
        {
            if (!IsReal(method.ReturnType)) throw Wrong(method, "a derivative returns a number, a tuple of numbers, or nothing");
            RequireNumbers(method, target, inputs);
            string? name = attribute.NamedArguments.FirstOrDefault(a => a.Key == "WithRespectTo").Value.Value as string;
            int index = name is null
                ? (inputs.Count == 1 ? 0 : throw Wrong(method, $"'{target.Name}' has several differentiable arguments: say WithRespectTo = \"…\", or return a tuple"))
                : inputs.ToList().FindIndex(i => target.Parameters[i].Name == name);
            if (index < 0) throw Wrong(method, $"'{target.Name}' has no differentiable argument '{name}'");
            if (partials[index] is not null) throw Wrong(method, $"'{partials[index]!.Name}' gives this partial derivative already");
            partials[index] = method;
        }

        int missing = Array.IndexOf(partials, null);
        if (missing >= 0) throw Wrong(first, $"the partial derivative in '{target.Parameters[inputs[missing]].Name}' is missing");
        return new(inputs, partials!, null);
    }

    private static IMethodSymbol CheckAdjoints(IMethodSymbol method, IMethodSymbol target, IReadOnlyList<int> inputs)
    {
        int count = target.Parameters.Length;
        if (!IsReal(method.Parameters[count].Type)) throw Wrong(method, $"after the arguments of '{target.Name}' comes the adjoint of its result, a number");
        for (int i = 0; i < inputs.Count; i++)
        {
            IParameterSymbol input = target.Parameters[inputs[i]], adjoint = method.Parameters[count + 1 + i];
            ITypeSymbol? element = ScalarTypes.ElementOf(input.Type);
            bool fits = element is null
                ? adjoint.RefKind == RefKind.Out && SymbolEqualityComparer.Default.Equals(adjoint.Type, input.Type)
                : adjoint.RefKind == RefKind.None && ScalarTypes.IsSpan(adjoint.Type) && !ScalarTypes.IsReadOnlySpan(adjoint.Type)
                    && SymbolEqualityComparer.Default.Equals(ScalarTypes.ElementOf(adjoint.Type), element);
            if (!fits)
            {
                string type = ScalarTypes.Text(element ?? input.Type);
                throw Wrong(method, $"the adjoint of '{input.Name}' is {(element is null ? $"an 'out {type}'" : $"a 'Span<{type}>'")}");
            }
        }

        return method;
    }

    private static void RequireNumbers(IMethodSymbol derivative, IMethodSymbol target, IReadOnlyList<int> inputs)
    {
        if (inputs.Any(i => !IsReal(target.Parameters[i].Type))) throw Wrong(derivative, "with spans among the arguments a derivative returns nothing and writes adjoints");
    }

    /// <summary>The arguments of type float or double, and the spans of them.</summary>
    private static IReadOnlyList<int> Inputs(IMethodSymbol target) => target.Parameters
        .Where(p => IsReal(p.Type) || (ScalarTypes.IsSpan(p.Type) && IsReal(ScalarTypes.ElementOf(p.Type)))).Select(p => p.Ordinal).ToList();

    private static bool IsReal(ITypeSymbol? type) => ScalarTypes.Of(type) is { } scalar && scalar.IsReal();

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Refusal Wrong(IMethodSymbol derivative, string reason) =>
        new(DiagnosticReporter.At(DiagnosticCatalog.DerivativeSignature, derivative, derivative.Name, reason));
}
