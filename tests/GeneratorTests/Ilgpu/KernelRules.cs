using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>What device code must not do: each is rejected by ILGPU's frontend, or accepted and then wrong on a device.</summary>
internal enum KernelRule
{
    /// <summary>A kernel is a static void method without type parameters.</summary>
    Signature,

    /// <summary>Parameters of kernels are blittable and passed by value: numbers, views, indices, structs.</summary>
    ParameterType,

    /// <summary>Structs that are parameters are public at every level of nesting, or internal and <c>ILGPURuntime</c> may see them.</summary>
    ParameterVisibility,

    /// <summary>At most 14 parameters besides the index.</summary>
    ParameterCount,

    /// <summary>No statement or expression that the frontend rejects.</summary>
    Language,

    /// <summary>Nothing is called but the device's own library as far as every backend has it, and methods that are read here too.</summary>
    Call,

    /// <summary>Static fields are constants or read-only numbers.</summary>
    MutableStatic,

    Recursion,

    /// <summary>Every thread of a group reaches the same barriers: not under a condition, or in a loop, that threads see differently.</summary>
    Barrier,

    /// <summary>No return ahead of a barrier.</summary>
    EarlyReturn,

    /// <summary>Shared memory has a constant size, in kernels without an index parameter, outside of loops.</summary>
    SharedMemory,

    /// <summary>No constant on the left of a comparison of reals: swapping the operands, ILGPU 1.5.3 lets NaN compare as true.</summary>
    ConstantOnTheLeft,

    /// <summary>Nothing is chosen between an integer and <c>c ? 1 : 0</c>: ILGPU 1.5.3 takes both for Booleans on devices, and 7 becomes 1.</summary>
    IntegerAsBoolean,

    /// <summary>No % on reals: not every backend has it.</summary>
    RealRemainder,
}

internal sealed record KernelViolation(KernelRule Rule, string Method, int Line, string Message)
{
    public override string ToString() => $"{Rule}: line {Line}, {Method}: {Message}";
}

/// <summary>
/// Reads device code as text, the kernels and all methods that they call, and says where it breaks a rule. It sees syntax alone, and therefore accepts
/// only what it can show to be right: what it does not know it reports.
/// </summary>
internal sealed class KernelRules
{
    private const int MaxParameters = 14;

    /// <summary>The members of <c>Math</c> and <c>MathF</c> that are instructions on every backend and mean there what they mean on the host.</summary>
    private static readonly HashSet<string> Mathematics = ["Abs", "Sqrt", "Floor", "Ceiling"];

    private static readonly Dictionary<string, HashSet<string>> Library = new()
    {
        ["Math"] = Mathematics,
        ["MathF"] = Mathematics,
        ["float"] = ["IsNaN", "IsFinite", "IsInfinity"],
        ["double"] = ["IsNaN", "IsFinite", "IsInfinity"],
        ["Real"] = ["IsNaN", "IsFinite", "IsInfinity"],
        ["Group"] = ["Barrier", "BarrierAnd", "BarrierOr", "BarrierPopCount", "Broadcast"],
        ["Grid"] = [],
        ["MemoryFence"] = ["GroupLevel", "DeviceLevel"],
        ["Atomic"] = ["Add", "Min", "Max", "Exchange", "CompareExchange"],
        ["Interop"] = ["FloatAsInt", "IntAsFloat"],
        ["SharedMemory"] = ["Allocate", "Allocate1D"],
        ["LocalMemory"] = ["Allocate", "Allocate1D"],
    };

    private static readonly HashSet<string> InstanceMethods = ["SubView"];
    private static readonly HashSet<string> Constructible = ["Index1D", "Index2D", "Index3D", "LongIndex1D"];

    private static readonly HashSet<string> RejectedTypes = ["bool", "char", "string", "object", "decimal", "nint", "nuint"];

    private static readonly HashSet<SyntaxKind> RejectedSyntax =
    [
        SyntaxKind.ThrowStatement, SyntaxKind.ThrowExpression, SyntaxKind.TryStatement, SyntaxKind.StackAllocArrayCreationExpression,
        SyntaxKind.ImplicitStackAllocArrayCreationExpression, SyntaxKind.ArrayCreationExpression, SyntaxKind.ImplicitArrayCreationExpression,
        SyntaxKind.ArrayInitializerExpression, SyntaxKind.CollectionExpression, SyntaxKind.AnonymousObjectCreationExpression, SyntaxKind.ImplicitObjectCreationExpression,
        SyntaxKind.SimpleLambdaExpression, SyntaxKind.ParenthesizedLambdaExpression, SyntaxKind.AnonymousMethodExpression, SyntaxKind.LocalFunctionStatement,
        SyntaxKind.StringLiteralExpression, SyntaxKind.InterpolatedStringExpression, SyntaxKind.CharacterLiteralExpression, SyntaxKind.QueryExpression,
        SyntaxKind.AwaitExpression, SyntaxKind.YieldReturnStatement, SyntaxKind.YieldBreakStatement, SyntaxKind.LockStatement, SyntaxKind.UsingStatement,
        SyntaxKind.UnsafeStatement, SyntaxKind.FixedStatement, SyntaxKind.PointerType, SyntaxKind.FunctionPointerType, SyntaxKind.AddressOfExpression,
        SyntaxKind.PointerIndirectionExpression, SyntaxKind.ForEachStatement, SyntaxKind.ForEachVariableStatement, SyntaxKind.GotoStatement,
        SyntaxKind.GotoCaseStatement, SyntaxKind.GotoDefaultStatement, SyntaxKind.CheckedStatement, SyntaxKind.CheckedExpression, SyntaxKind.TypeOfExpression,
        SyntaxKind.IsPatternExpression, SyntaxKind.IsExpression, SyntaxKind.AsExpression, SyntaxKind.WithExpression, SyntaxKind.RangeExpression,
        SyntaxKind.IndexExpression, SyntaxKind.NullLiteralExpression, SyntaxKind.MakeRefExpression, SyntaxKind.ConditionalAccessExpression,
    ];

    private readonly List<KernelViolation> _violations = [];
    private readonly DeviceMethods _methods;

    private KernelRules(DeviceMethods methods) => _methods = methods;

    /// <summary>What the sources do wrong, in order.</summary>
    /// <param name="sources">All of the device code: methods that are called but not among them are violations.</param>
    /// <param name="isDeviceClass">Says by name which classes hold device code, of those that are not static in their kernels and what these call alone; the default is <c>DeviceMath</c> and every class whose name ends in Kernels.</param>
    /// <exception cref="InvalidOperationException">There is no such class, or it has no methods: nothing would be read.</exception>
    public static IReadOnlyList<KernelViolation> Violations(IEnumerable<string> sources, Func<string, bool>? isDeviceClass = null)
    {
        var rules = new KernelRules(DeviceMethods.Parse(sources, isDeviceClass ?? (name => name == "DeviceMath" || name.EndsWith("Kernels", StringComparison.Ordinal))));
        rules.ReadFields();
        foreach (DeviceMethod method in rules._methods.All)
        {
            rules.ReadSignature(method);
            rules.ReadLanguage(method);
            rules.ReadSharedMemory(method);
        }

        rules.ReadRecursion();
        new BarrierRules(rules._methods, rules.Add).Read();
        return rules._violations;
    }

    private void Add(KernelRule rule, string method, SyntaxNode node, string message) =>
        _violations.Add(new(rule, method, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, $"{message}: {node.ToString().Split('\n')[0].Trim()}"));

    private void ReadFields()
    {
        foreach (FieldDeclarationSyntax field in _methods.Classes.Where(c => c.Modifiers.Any(SyntaxKind.StaticKeyword)).SelectMany(c => c.Members.OfType<FieldDeclarationSyntax>()))
        {
            bool isConstant = field.Modifiers.Any(SyntaxKind.ConstKeyword) || (field.Modifiers.Any(SyntaxKind.StaticKeyword) && field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword));
            if (!isConstant || field.Declaration.Type is not PredefinedTypeSyntax type || type.Keyword.ValueText is "string" or "object")
            {
                Add(KernelRule.MutableStatic, "", field, "neither a constant nor a read-only number");
            }
        }
    }

    private void ReadSignature(DeviceMethod method)
    {
        MethodDeclarationSyntax syntax = method.Syntax;
        if (!syntax.Modifiers.Any(SyntaxKind.StaticKeyword))
        {
            Add(KernelRule.Signature, method.Name, syntax, "not static");
        }

        if (!method.IsKernel)
        {
            return;
        }

        if (syntax.TypeParameterList is not null)
        {
            Add(KernelRule.Signature, method.Name, syntax, "a generic kernel");
        }

        if (method.ParameterCount > MaxParameters)
        {
            Add(KernelRule.ParameterCount, method.Name, syntax.ParameterList, $"{method.ParameterCount} parameters");
        }

        foreach (ParameterSyntax parameter in syntax.ParameterList.Parameters)
        {
            string type = parameter.Type!.ToString();
            bool isClass = _methods.Types.TryGetValue(type.Split('.')[^1], out TypeDeclarationSyntax? declared) && declared is ClassDeclarationSyntax or InterfaceDeclarationSyntax;
            bool hasRejectedField = declared is StructDeclarationSyntax && declared.DescendantNodes().OfType<FieldDeclarationSyntax>()
                .Any(f => RejectedTypes.Contains(f.Declaration.Type.ToString()) || f.Declaration.Type is ArrayTypeSyntax or PointerTypeSyntax);
            if (parameter.Modifiers.Count > 0 || RejectedTypes.Contains(type) || isClass || hasRejectedField
                || parameter.Type is ArrayTypeSyntax or PointerTypeSyntax or NullableTypeSyntax or TupleTypeSyntax or RefTypeSyntax)
            {
                Add(KernelRule.ParameterType, method.Name, parameter, "not a blittable value");
            }

            if (declared is StructDeclarationSyntax && !IsVisible(declared))
            {
                Add(KernelRule.ParameterVisibility, method.Name, parameter, "neither public nor visible to ILGPURuntime");
            }
        }
    }

    private void ReadLanguage(DeviceMethod method)
    {
        foreach (SyntaxNode node in method.Body.DescendantNodesAndSelf())
        {
            if (RejectedSyntax.Contains(node.Kind()))
            {
                Add(KernelRule.Language, method.Name, node, $"{node.Kind()} is rejected");
            }

            switch (node)
            {
                case SwitchExpressionSyntax chosen when !chosen.Arms.Any(a => a.Pattern is DiscardPatternSyntax && a.WhenClause is null):
                    Add(KernelRule.Language, method.Name, node, "a switch expression without default throws");
                    break;
                case VariableDeclarationSyntax { Type: ArrayTypeSyntax or PredefinedTypeSyntax { Keyword.ValueText: "string" or "object" or "decimal" } or IdentifierNameSyntax { Identifier.ValueText: "dynamic" } or GenericNameSyntax { Identifier.ValueText: "Span" or "ReadOnlySpan" } }:
                    Add(KernelRule.Language, method.Name, node, "an array, a span, an object or a decimal number");
                    break;
                case ObjectCreationExpressionSyntax created when !IsConstructible(created.Type.ToString()):
                    Add(KernelRule.Language, method.Name, node, "an object that is not known to be a struct");
                    break;
                case InvocationExpressionSyntax call when !IsKnown(call):
                    Add(KernelRule.Call, method.Name, node, "not in the library of every device, nor read here");
                    break;
                case MemberAccessExpressionSyntax { Parent: not InvocationExpressionSyntax } member when NameOf(member.Expression) is "Math" or "MathF" && member.Name.Identifier.ValueText is not ("PI" or "E" or "Tau"):
                    Add(KernelRule.Call, method.Name, node, "a constant or a method group of the library");
                    break;
                case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: LiteralExpressionSyntax { Token.Value: 0.0 or 0f } }:
                    Add(KernelRule.Language, method.Name, node, "a negative zero that loses its sign in the text for OpenCL");
                    break;
                case ConditionalExpressionSyntax chosen when IsBit(chosen) && OutsideOfParentheses(chosen) is ConditionalExpressionSyntax outer && !outer.Condition.Span.Contains(chosen.Span):
                    Add(KernelRule.IntegerAsBoolean, method.Name, outer, "a choice between an integer and a condition as 1 or 0");
                    break;
                case BinaryExpressionSyntax binary:
                    ReadBinary(method, binary);
                    break;
                case AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.ModuloAssignmentExpression } assignment when method.IsReal(assignment.Left) || method.IsReal(assignment.Right):
                    Add(KernelRule.RealRemainder, method.Name, node, "a real remainder");
                    break;
            }
        }
    }

    /// <summary>Whether it is a condition as an integer.</summary>
    private static bool IsBit(ConditionalExpressionSyntax chosen) =>
        chosen.WhenTrue is LiteralExpressionSyntax { Token.Value: 0 or 1 } && chosen.WhenFalse is LiteralExpressionSyntax { Token.Value: 0 or 1 };

    private static SyntaxNode? OutsideOfParentheses(SyntaxNode node) => node.Parent is ParenthesizedExpressionSyntax parent ? OutsideOfParentheses(parent) : node.Parent;

    private void ReadBinary(DeviceMethod method, BinaryExpressionSyntax binary)
    {
        if (binary.IsKind(SyntaxKind.ModuloExpression) && (method.IsReal(binary.Left) || method.IsReal(binary.Right)))
        {
            Add(KernelRule.RealRemainder, method.Name, binary, "a real remainder");
        }

        bool isOrder = binary.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression;
        if (isOrder && _methods.IsConstant(binary.Left) && (method.IsReal(binary.Left) || !method.IsInteger(binary.Right)))
        {
            Add(KernelRule.ConstantOnTheLeft, method.Name, binary, "a constant on the left");
        }
    }

    private void ReadSharedMemory(DeviceMethod method)
    {
        foreach (InvocationExpressionSyntax call in method.Body.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => Receiver(c) is "SharedMemory"))
        {
            if (call.ArgumentList.Arguments.Count != 1 || !(_methods.IsConstant(call.ArgumentList.Arguments[0].Expression) || method.IsSpecialized(call.ArgumentList.Arguments[0].Expression)))
            {
                Add(KernelRule.SharedMemory, method.Name, call, "a size that is not constant");
            }

            if (method.HasIndex)
            {
                Add(KernelRule.SharedMemory, method.Name, call, "shared memory in a kernel that is grouped implicitly");
            }

            if (call.Ancestors().TakeWhile(a => a != method.Syntax).Any(a => a is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or IfStatementSyntax))
            {
                Add(KernelRule.SharedMemory, method.Name, call, "shared memory in a loop or a branch");
            }
        }
    }

    private void ReadRecursion()
    {
        foreach (DeviceMethod method in _methods.All.Where(m => _methods.Reached(m).Contains(m)))
        {
            Add(KernelRule.Recursion, method.Name, method.Syntax, "calls itself");
        }
    }

    private bool IsVisible(TypeDeclarationSyntax type) => type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().All(level =>
        level.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (_methods.ShowsInternals && !level.Modifiers.Any(SyntaxKind.PrivateKeyword) && (level.Parent is not TypeDeclarationSyntax || level.Modifiers.Any(SyntaxKind.InternalKeyword))));

    private bool IsConstructible(string type) =>
        Constructible.Contains(type) || (_methods.Types.TryGetValue(type.Split('.')[^1], out TypeDeclarationSyntax? declared) && declared is StructDeclarationSyntax);

    private bool IsKnown(InvocationExpressionSyntax call)
    {
        if (_methods.Called(call).Count > 0)
        {
            return true;
        }

        if (call.Expression is not MemberAccessExpressionSyntax member)
        {
            return call.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" };
        }

        return Library.TryGetValue(NameOf(member.Expression), out HashSet<string>? members)
            ? members.Contains(member.Name.Identifier.ValueText)
            : InstanceMethods.Contains(member.Name.Identifier.ValueText);
    }

    /// <summary>Before the dot of a call, without the namespace.</summary>
    internal static string Receiver(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax member ? NameOf(member.Expression) : "";

    internal static string NameOf(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        PredefinedTypeSyntax type => type.Keyword.ValueText,
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        _ => "",
    };
}
