using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>One argument of a loss as its declaration says.</summary>
/// <param name="Rank">The number of dimensions: 0 for a scalar, 1 for a span, 2 for a matrix.</param>
/// <param name="Shape">The names of the dimensions from <c>[Shape]</c>; null where there is none.</param>
internal readonly record struct SignatureArgument(IParameterSymbol Symbol, ArgumentRole Role, ScalarType Type, int Rank, string[]? Shape)
{
    public bool IsArray => Rank > 0;
}

/// <summary>Reads what the declaration of a loss says, without its body. Collects every mistake in it.</summary>
internal sealed class SignatureReader(IMethodSymbol method, AttributeData attribute, SyntaxNode declaration)
{
    private const string LossAttribute = "SymbolicGD.LossAttribute";
    private const string ResidualAttribute = "SymbolicGD.ResidualAttribute";

    private readonly List<DiagnosticSpec> _diagnostics = [];
    private bool _hasReal;

    public IReadOnlyList<DiagnosticSpec> Diagnostics => _diagnostics;

    /// <summary>The type of the loss or of a residual.</summary>
    public ScalarType Real { get; private set; }

    public IReadOnlyList<SignatureArgument> Arguments { get; private set; } = [];

    public string ClassName { get; private set; } = "";

    /// <summary>Whether the method is marked <c>[Residual]</c>.</summary>
    public bool IsResidual => ScalarTypes.FullName(attribute.AttributeClass!) == ResidualAttribute;

    /// <summary>The index of the argument that receives the residuals; -1 where the method returns one, or is a loss.</summary>
    public int Output => Arguments.ToList().FindIndex(a => a.Role == ArgumentRole.Output);

    /// <summary>Up to which order derivatives are wanted: 1 or 2.</summary>
    public int Order { get; private set; } = 1;

    /// <summary>Whether the objective is over examples.</summary>
    public bool HasExamples => IsResidual || Arguments.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Example or ArgumentRole.Count);

    public void Read()
    {
        ReadMethod();
        ReadContainingTypes();
        ReadReturnType();
        ReadName();
        ReadOrder();
        Arguments = method.Parameters.Select(ReadArgument).Where(a => a is not null).Select(a => a!.Value).ToList();
        if (Arguments.Count == method.Parameters.Length && Arguments.All(a => a.Role != ArgumentRole.Parameter))
        {
            Report(DiagnosticCatalog.NoParameter, method, method.Name);
        }
    }

    public static IEnumerable<ContainingType> ContainingTypes(IMethodSymbol method)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            string keyword = type switch
            {
                { IsRecord: true, TypeKind: TypeKind.Struct } => "record struct",
                { IsRecord: true } => "record",
                { TypeKind: TypeKind.Struct } => "struct",
                { TypeKind: TypeKind.Interface } => "interface",
                _ => "class",
            };
            yield return new ContainingType(keyword, type.Name);
        }
    }

    public static string NamespaceOf(ISymbol symbol) =>
        symbol.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() : "";

    /// <summary>The text of the summary of a documentation comment, on one line.</summary>
    public static string? SummaryOf(ISymbol symbol, CancellationToken cancellation)
    {
        string? xml = symbol.GetDocumentationCommentXml(cancellationToken: cancellation);
        if (string.IsNullOrWhiteSpace(xml)) return null;
        try
        {
            string? text = System.Xml.Linq.XElement.Parse(xml).Element("summary")?.Value;
            string line = string.Join(" ", (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            return line.Length > 0 ? line : null;
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }

    private void ReadMethod()
    {
        if (!method.IsStatic || method.MethodKind == MethodKind.LocalFunction) Report(DiagnosticCatalog.NotStatic, method, method.Name);
        if (method.IsGenericMethod) Report(DiagnosticCatalog.Generic, method, method.Name);
        if (method.IsAsync) Report(DiagnosticCatalog.Async, method, method.Name);
        bool hasBody = declaration is MethodDeclarationSyntax { Body: not null } or MethodDeclarationSyntax { ExpressionBody: not null }
            or LocalFunctionStatementSyntax
            || method.PartialImplementationPart is not null;
        if (!hasBody) Report(DiagnosticCatalog.NoBody, method, method.Name);
    }

    private void ReadContainingTypes()
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            bool isPartial = type.DeclaringSyntaxReferences.Any(r =>
                r.GetSyntax() is TypeDeclarationSyntax syntax && syntax.Modifiers.Any(SyntaxKind.PartialKeyword));
            if (!isPartial) Report(DiagnosticCatalog.NotPartial, type, type.Name);
            if (type.IsFileLocal) Report(DiagnosticCatalog.FileLocal, type, type.Name);
            if (type.IsGenericType) Report(DiagnosticCatalog.Generic, type, type.Name);
        }
    }

    private void ReadReturnType()
    {
        IParameterSymbol[] outputs = method.Parameters.Where(IsOutput).ToArray();
        if (IsResidual && (outputs.Length > 0 || method.ReturnsVoid))
        {
            ScalarType? element = outputs.Length == 1 && ScalarTypes.IsSpan(outputs[0].Type) ? ScalarTypes.Of(ScalarTypes.ElementOf(outputs[0].Type)) : null;
            if (method.ReturnsVoid && element is { } type && type.IsReal() && !ScalarTypes.IsReadOnlySpan(outputs[0].Type)) (Real, _hasReal) = (type, true);
            else Report(DiagnosticCatalog.ResidualOutput, method, method.Name);
            return;
        }

        if (ScalarTypes.Of(method.ReturnType) is { } real && real.IsReal() && !method.ReturnsByRef && !method.ReturnsByRefReadonly) (Real, _hasReal) = (real, true);
        else if (!method.IsAsync) Report(DiagnosticCatalog.ReturnType, method, method.Name, ScalarTypes.Text(method.ReturnType));
    }

    private void ReadName()
    {
        string? given = attribute.NamedArguments.FirstOrDefault(a => a.Key == "Name").Value.Value as string;
        ClassName = (given ?? method.Name) + "Objective";
        if (given is not null && !SyntaxFacts.IsValidIdentifier(given))
        {
            Report(DiagnosticCatalog.InvalidName, method, given);
            return;
        }

        bool isTaken = method.ContainingType.GetMembers(ClassName).Length > 0
            || method.ContainingType.GetMembers().OfType<IMethodSymbol>()
                .Any(other => !SymbolEqualityComparer.Default.Equals(other, method) && other.PartialDefinitionPart is null && ObjectiveNameOf(other) == ClassName);
        isTaken |= IsResidual && method.GetAttributes().Count(IsObjective) > 1;
        if (isTaken) Report(DiagnosticCatalog.NameClash, method, ClassName, method.Name, method.ContainingType.Name);
    }

    private void ReadOrder()
    {
        if (attribute.NamedArguments.FirstOrDefault(a => a.Key == "Order").Value.Value is not int order) return;
        if (order is 1 or 2) Order = order;
        else Report(DiagnosticCatalog.Order, method, method.Name, order.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static bool IsObjective(AttributeData data) => data.AttributeClass is { } type && ScalarTypes.FullName(type) is LossAttribute or ResidualAttribute;

    private static bool IsOutput(IParameterSymbol argument) =>
        argument.GetAttributes().Any(a => a.AttributeClass is { } type && ScalarTypes.FullName(type) == "SymbolicGD.OutputAttribute");

    private string? ObjectiveNameOf(IMethodSymbol other)
    {
        AttributeData? loss = other.GetAttributes().FirstOrDefault(IsObjective);
        return loss is null ? null : ((loss.NamedArguments.FirstOrDefault(a => a.Key == "Name").Value.Value as string) ?? other.Name) + "Objective";
    }

    private SignatureArgument? ReadArgument(IParameterSymbol argument)
    {
        List<ArgumentRole> roles = [];
        string[]? shape = null;
        foreach (AttributeData data in argument.GetAttributes())
        {
            switch (data.AttributeClass is { } type ? ScalarTypes.FullName(type) : null)
            {
                case "SymbolicGD.ParameterAttribute":
                    roles.Add(ArgumentRole.Parameter);
                    break;
                case "SymbolicGD.ConstantAttribute":
                    roles.Add(ArgumentRole.Constant);
                    break;
                case "SymbolicGD.ExampleAttribute":
                    roles.Add(ArgumentRole.Example);
                    break;
                case "SymbolicGD.CountAttribute":
                    roles.Add(ArgumentRole.Count);
                    break;
                case "SymbolicGD.OutputAttribute":
                    roles.Add(ArgumentRole.Output);
                    break;
                case "SymbolicGD.ShapeAttribute" when data.ConstructorArguments.Length == 1:
                    TypedConstant names = data.ConstructorArguments[0];
                    if (names.Kind != TypedConstantKind.Array || names.IsNull) break;
                    shape = names.Values.Select(v => v.Value as string ?? "").ToArray();
                    break;
            }
        }

        if (argument.RefKind != RefKind.None)
        {
            Report(DiagnosticCatalog.ByReference, argument, argument.Name, argument.RefKind.ToString().ToLowerInvariant());
            return null;
        }

        // A TensorSpan is taken for what it is mostly passed for: something to read.
        bool isMatrix = argument.Type is INamedTypeSymbol { Name: "ReadOnlyMatrix" or "ReadOnlyTensorSpan" or "TensorSpan" } && ScalarTypes.MatrixElementOf(argument.Type) is not null;
        int rank = ScalarTypes.IsReadOnlySpan(argument.Type) || (roles.Contains(ArgumentRole.Output) && ScalarTypes.IsSpan(argument.Type)) ? 1 : isMatrix ? 2 : 0;
        ITypeSymbol element = rank switch
        {
            1 => ScalarTypes.ElementOf(argument.Type)!,
            2 => ScalarTypes.MatrixElementOf(argument.Type)!,
            _ => argument.Type,
        };
        if (ScalarTypes.Of(element) is not { } scalar || scalar == ScalarType.Bool)
        {
            if (argument.Type.TypeKind == TypeKind.Error) Report(DiagnosticCatalog.DoesNotCompile, argument, method.Name, $"the type '{argument.Type.Name}' is unknown");
            else if (argument.Type.TypeKind == TypeKind.Dynamic) Report(DiagnosticCatalog.Dynamic, argument, argument.Name);
            else Report(DiagnosticCatalog.ArgumentType, argument, argument.Name, ScalarTypes.Text(argument.Type));
            return null;
        }

        ArgumentRole role = roles.Count > 0 ? roles[0] : ArgumentRole.Data;
        if (roles.Count > 1)
        {
            Report(DiagnosticCatalog.RoleConflict, argument, argument.Name, $"it is marked both [{roles[0]}] and [{roles[1]}]");
            return null;
        }

        if (role == ArgumentRole.Output && !IsResidual)
        {
            Report(DiagnosticCatalog.RoleConflict, argument, argument.Name, "only a [Residual] method has an argument marked [Output]; a loss returns its value");
            return null;
        }

        if (role is ArgumentRole.Example or ArgumentRole.Count && (rank > 0 || scalar != ScalarType.I32))
        {
            Report(DiagnosticCatalog.RoleConflict, argument, argument.Name, $"an argument marked [{role}] has type 'int'");
            return null;
        }

        if (role == ArgumentRole.Parameter && !scalar.IsReal())
        {
            Report(DiagnosticCatalog.ParameterNotReal, argument, argument.Name, ScalarTypes.Text(argument.Type));
            return null;
        }

        if (role == ArgumentRole.Parameter && _hasReal && scalar != Real)
        {
            Report(DiagnosticCatalog.MixedPrecision, argument, argument.Name, ScalarTypes.Text(argument.Type), Real == ScalarType.F32 ? "float" : "double");
            return null;
        }

        if (shape is not null && (shape.Length != rank || shape.Any(string.IsNullOrWhiteSpace)))
        {
            Report(DiagnosticCatalog.ShapeNames, argument, argument.Name, Text(rank), Text(shape.Length));
            return null;
        }

        return new SignatureArgument(argument, role, scalar, rank, shape);
    }

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Report(DiagnosticDescriptor descriptor, ISymbol symbol, params string[] arguments)
    {
        if (symbol.Locations.Any(l => l.IsInSource)) _diagnostics.Add(DiagnosticReporter.At(descriptor, symbol, arguments));
        else _diagnostics.Add(DiagnosticReporter.At(descriptor, declaration, arguments));
    }
}
