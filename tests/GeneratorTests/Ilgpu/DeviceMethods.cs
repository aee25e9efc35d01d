using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>One method of device code. A kernel is one that returns nothing and that no other one calls.</summary>
internal sealed class DeviceMethod(MethodDeclarationSyntax syntax, string owner)
{
    private static readonly HashSet<string> Reals = ["float", "double", "Real"];
    private static readonly HashSet<string> Integers = ["int", "uint", "long", "ulong", "short", "ushort", "byte", "sbyte", "Index1D"];

    private readonly Dictionary<string, string> _types = DeclaredTypes(syntax);

    public MethodDeclarationSyntax Syntax { get; } = syntax;

    public string Owner { get; } = owner;

    public string Name => Syntax.Identifier.ValueText;

    public SyntaxNode Body { get; } = (SyntaxNode?)syntax.Body ?? syntax.ExpressionBody ?? (SyntaxNode)syntax;

    public bool IsKernel { get; set; }

    public bool IsInStaticClass => Syntax.Parent is ClassDeclarationSyntax type && type.Modifiers.Any(SyntaxKind.StaticKeyword);

    /// <summary>Whether it is a static void method with a view or an index among its parameters, and so a kernel wherever it stands.</summary>
    public bool TakesViews => Syntax.Modifiers.Any(SyntaxKind.StaticKeyword) && Syntax.ReturnType is PredefinedTypeSyntax { Keyword.ValueText: "void" }
        && Syntax.ParameterList.Parameters.Any(p => p.Type is { } type && (type.ToString().StartsWith("ArrayView", StringComparison.Ordinal) || type.ToString().StartsWith("Index", StringComparison.Ordinal)));

    public bool HasIndex => IsKernel && Syntax.ParameterList.Parameters is [{ Type: IdentifierNameSyntax { Identifier.ValueText: "Index1D" or "Index2D" or "Index3D" or "LongIndex1D" } }, ..];

    public int ParameterCount => Syntax.ParameterList.Parameters.Count - (HasIndex ? 1 : 0);

    /// <summary>Whether it is known to be real: a literal, a cast, or a name with such a declared type, and what they are combined to.</summary>
    public bool IsReal(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax inner => IsReal(inner.Expression),
        PrefixUnaryExpressionSyntax unary => IsReal(unary.Operand),
        LiteralExpressionSyntax literal => literal.Token.Value is float or double,
        CastExpressionSyntax cast => Reals.Contains(cast.Type.ToString()),
        IdentifierNameSyntax name => _types.TryGetValue(name.Identifier.ValueText, out string? type) && Reals.Contains(type),
        ElementAccessExpressionSyntax element => _types.TryGetValue(KernelRules.NameOf(element.Expression), out string? type) && Reals.Any(real => type.Contains("<" + real, StringComparison.Ordinal)),
        MemberAccessExpressionSyntax member => Reals.Contains(KernelRules.NameOf(member.Expression)),
        InvocationExpressionSyntax call => KernelRules.Receiver(call) is "Math" or "MathF",
        BinaryExpressionSyntax binary => IsReal(binary.Left) || IsReal(binary.Right),
        ConditionalExpressionSyntax choice => IsReal(choice.WhenTrue) || IsReal(choice.WhenFalse),
        _ => false,
    };

    /// <summary>Whether it is known to be an integer.</summary>
    public bool IsInteger(ExpressionSyntax expression) => expression switch
    {
        ParenthesizedExpressionSyntax inner => IsInteger(inner.Expression),
        PrefixUnaryExpressionSyntax unary => IsInteger(unary.Operand),
        LiteralExpressionSyntax literal => literal.Token.Value is int or long or uint or ulong,
        CastExpressionSyntax cast => Integers.Contains(cast.Type.ToString()),
        IdentifierNameSyntax name => _types.TryGetValue(name.Identifier.ValueText, out string? type) && Integers.Contains(type),
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText is "Length" or "IntLength" || KernelRules.NameOf(member.Expression) is "Group" or "Grid" or "int" or "long",
        BinaryExpressionSyntax binary => IsInteger(binary.Left) && IsInteger(binary.Right),
        _ => false,
    };

    public bool IsSpecialized(ExpressionSyntax expression) =>
        expression is IdentifierNameSyntax name && _types.TryGetValue(name.Identifier.ValueText, out string? type) && type.StartsWith("SpecializedValue", StringComparison.Ordinal);

    public string? DeclaredType(string name) => _types.GetValueOrDefault(name);

    private static Dictionary<string, string> DeclaredTypes(MethodDeclarationSyntax syntax)
    {
        var types = new Dictionary<string, string>();
        foreach (ParameterSyntax parameter in syntax.ParameterList.Parameters)
        {
            types[parameter.Identifier.ValueText] = parameter.Type?.ToString() ?? "";
        }

        foreach (VariableDeclarationSyntax declaration in syntax.DescendantNodes().OfType<VariableDeclarationSyntax>())
        {
            foreach (VariableDeclaratorSyntax variable in declaration.Variables)
            {
                types[variable.Identifier.ValueText] = declaration.Type.ToString();
            }
        }

        return types;
    }
}

/// <summary>The device code of some sources: its classes, methods and constants, and who calls whom.</summary>
internal sealed class DeviceMethods
{
    private readonly ILookup<string, DeviceMethod> _byName;
    private readonly HashSet<string> _constants;

    private DeviceMethods(IReadOnlyList<ClassDeclarationSyntax> classes, Dictionary<string, TypeDeclarationSyntax> types)
    {
        Classes = classes;
        Types = types;
        DeviceMethod[] methods = [.. classes.SelectMany(c => c.Members.OfType<MethodDeclarationSyntax>().Select(m => new DeviceMethod(m, c.Identifier.ValueText)))];
        _byName = methods.ToLookup(m => m.Name);

        // A class that is not static holds host code too: there, only kernels and what they call is read.
        HashSet<DeviceMethod> read = [.. methods.Where(m => m.IsInStaticClass || m.TakesViews)];
        read.UnionWith([.. read.SelectMany(Reached)]);
        All = [.. methods.Where(read.Contains)];
        _constants = [.. classes.SelectMany(c => c.Members.OfType<FieldDeclarationSyntax>()).Where(f => f.Modifiers.Any(SyntaxKind.ConstKeyword))
            .SelectMany(f => f.Declaration.Variables).Select(v => v.Identifier.ValueText)];
        HashSet<DeviceMethod> called = [.. All.SelectMany(Callees)];
        foreach (DeviceMethod method in All)
        {
            method.IsKernel = !called.Contains(method) && method.Syntax.ReturnType is PredefinedTypeSyntax { Keyword.ValueText: "void" };
            _constants.UnionWith(method.Syntax.DescendantNodes().OfType<LocalDeclarationStatementSyntax>().Where(l => l.IsConst)
                .SelectMany(l => l.Declaration.Variables).Select(v => v.Identifier.ValueText));
        }
    }

    public IReadOnlyList<ClassDeclarationSyntax> Classes { get; }

    /// <summary>Every type that the sources declare, by its name.</summary>
    public IReadOnlyDictionary<string, TypeDeclarationSyntax> Types { get; }

    public IReadOnlyList<DeviceMethod> All { get; }

    /// <summary>Whether a source lets the assembly that ILGPU makes at run time see internal types.</summary>
    public bool ShowsInternals { get; private init; }

    public static DeviceMethods Parse(IEnumerable<string> sources, Func<string, bool> isDeviceClass)
    {
        SyntaxNode[] roots = [.. sources.Select(s => CSharpSyntaxTree.ParseText(s, new CSharpParseOptions(LanguageVersion.CSharp13)).GetRoot())];
        foreach (Diagnostic error in roots.SelectMany(r => r.GetDiagnostics()).Where(d => d.Severity == DiagnosticSeverity.Error))
        {
            throw new InvalidOperationException($"Not C#: {error}");
        }

        var types = new Dictionary<string, TypeDeclarationSyntax>();
        foreach (TypeDeclarationSyntax type in roots.SelectMany(r => r.DescendantNodes().OfType<TypeDeclarationSyntax>()))
        {
            types[type.Identifier.ValueText] = type;
        }

        ClassDeclarationSyntax[] classes = [.. roots.SelectMany(r => r.DescendantNodes().OfType<ClassDeclarationSyntax>()).Where(c => isDeviceClass(c.Identifier.ValueText))];
        var methods = new DeviceMethods(classes, types)
        {
            ShowsInternals = roots.SelectMany(r => r.DescendantNodes().OfType<AttributeSyntax>())
                .Any(a => a.Name.ToString().EndsWith("InternalsVisibleTo", StringComparison.Ordinal) && a.ToString().Contains("\"ILGPURuntime\"", StringComparison.Ordinal)),
        };
        return methods.All.Count > 0 ? methods : throw new InvalidOperationException("There is no device code in the sources.");
    }

    /// <summary>The methods that a call may mean: overloads count as one.</summary>
    public IReadOnlyCollection<DeviceMethod> Called(InvocationExpressionSyntax call)
    {
        switch (call.Expression)
        {
            case SimpleNameSyntax name:
                string? inside = call.Ancestors().OfType<ClassDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText;
                return [.. _byName[name.Identifier.ValueText].Where(m => m.Owner == inside && m.Syntax.ParameterList.Parameters.Count >= call.ArgumentList.Arguments.Count)];
            case MemberAccessExpressionSyntax member:
                string owner = KernelRules.NameOf(member.Expression);
                return [.. _byName[member.Name.Identifier.ValueText].Where(m => m.Owner == owner && m.Syntax.ParameterList.Parameters.Count >= call.ArgumentList.Arguments.Count)];
            default:
                return [];
        }
    }

    public IEnumerable<DeviceMethod> Callees(DeviceMethod method) => method.Body.DescendantNodes().OfType<InvocationExpressionSyntax>().SelectMany(Called);

    /// <summary>All methods that a call of this one may lead into.</summary>
    public HashSet<DeviceMethod> Reached(DeviceMethod method)
    {
        var reached = new HashSet<DeviceMethod>();
        var open = new Stack<DeviceMethod>(Callees(method));
        while (open.TryPop(out DeviceMethod? next))
        {
            if (reached.Add(next))
            {
                foreach (DeviceMethod callee in Callees(next))
                {
                    open.Push(callee);
                }
            }
        }

        return reached;
    }

    /// <summary>A literal or a declared constant, and what is made of them.</summary>
    public bool IsConstant(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax => true,
        IdentifierNameSyntax name => _constants.Contains(name.Identifier.ValueText),
        ParenthesizedExpressionSyntax inner => IsConstant(inner.Expression),
        PrefixUnaryExpressionSyntax unary => IsConstant(unary.Operand),
        CastExpressionSyntax cast => IsConstant(cast.Expression),
        BinaryExpressionSyntax binary => IsConstant(binary.Left) && IsConstant(binary.Right),
        MemberAccessExpressionSyntax member => KernelRules.NameOf(member.Expression) is "float" or "double" or "Real" or "int" || (Classes.Any(c => c.Identifier.ValueText == KernelRules.NameOf(member.Expression)) && _constants.Contains(member.Name.Identifier.ValueText)),
        _ => false,
    };
}
