using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>The first stage for update rules: an <c>[UpdateRule]</c> method becomes an <see cref="UpdateRuleSpec"/>, or diagnostics.</summary>
internal static class UpdateRuleCapture
{
    public static CaptureResult<UpdateRuleSpec> Run(GeneratorAttributeSyntaxContext source, CancellationToken cancellation)
    {
        if (source.TargetSymbol is not IMethodSymbol method) return new(null, EquatableArray<DiagnosticSpec>.Empty);
        if (LossCapture.SyntaxErrorIn(source.TargetNode, method.Name) is { } error) return LossCapture.Failed<UpdateRuleSpec>([error]);

        return LossCapture.Guard(source, method, cancellation, context: null, () =>
        {
            IReadOnlyList<RuleArgument> arguments = ReadSignature(method);
            var context = new CaptureContext(source.SemanticModel, new ExtentUnifier([]), isEager: true, cancellation);
            (Function function, IReadOnlyList<RuleArgument> bound) = ReadBody(context, method, arguments);
            string name = source.Attributes[0].NamedArguments.FirstOrDefault(a => a.Key == "Name").Value.Value as string ?? method.Name;
            return new UpdateRuleSpec(
                SignatureReader.NamespaceOf(method),
                IsPublic(method),
                ScalarTypes.FullName(method.ContainingType) + "." + method.Name,
                name,
                SignatureReader.SummaryOf(method, cancellation),
                bound.ToEquatableArray(),
                function);
        });
    }

    private static IReadOnlyList<RuleArgument> ReadSignature(IMethodSymbol method)
    {
        if (!method.IsStatic) throw Mistake(method, "an update rule is static");
        if (!method.ReturnsVoid || method.IsAsync) throw Mistake(method, "an update rule returns nothing: it writes its 'ref' arguments");
        if (method.TypeParameters.Length != 1) throw Mistake(method, "an update rule has one type parameter, the type of the elements: Rule<T>(…) where T : IFloatingPointIeee754<T>");
        if (method.ContainingType.IsGenericType) throw Mistake(method, "its containing type is generic");

        List<RuleArgument> arguments = [];
        foreach (IParameterSymbol argument in method.Parameters)
        {
            bool isElement = SymbolEqualityComparer.Default.Equals(argument.Type, method.TypeParameters[0]);
            bool isReference = argument.RefKind == RefKind.Ref;
            AttributeData? state = Attribute(argument, "State"), hyper = Attribute(argument, "Hyper"), step = Attribute(argument, "Step");
            RuleArgument read = (state, hyper, step) switch
            {
                (not null, null, null) when isElement && isReference => new(argument.Name, RuleRole.State, -1, 0),
                (not null, null, null) => throw Mistake(argument, "a [State] argument is a 'ref T'"),
                (null, not null, null) when isElement && argument.RefKind == RefKind.None
                    => new(argument.Name, RuleRole.Hyper, -1, hyper.ConstructorArguments.FirstOrDefault().Value is double value ? value : 0),
                (null, not null, null) => throw Mistake(argument, "a [Hyper] argument is a 'T', passed by value"),
                (null, null, not null) when argument.Type.SpecialType == SpecialType.System_Int32 && argument.RefKind == RefKind.None
                    => new(argument.Name, RuleRole.Step, -1, 0),
                (null, null, not null) => throw Mistake(argument, "a [Step] argument is an 'int', passed by value"),
                (null, null, null) when isElement && isReference => new(argument.Name, RuleRole.Parameter, -1, 0),
                (null, null, null) when isElement && argument.RefKind == RefKind.None => new(argument.Name, RuleRole.Gradient, -1, 0),
                (null, null, null) => throw Mistake(argument, "arguments are 'ref T' (the parameter), 'T' (the gradient) or marked [State], [Hyper] or [Step]"),
                _ => throw Mistake(argument, "it has more than one role"),
            };
            arguments.Add(read);
        }

        if (arguments.Count(a => a.Role == RuleRole.Parameter) != 1) throw Mistake(method, "it needs exactly one unmarked 'ref T' argument: the parameter");
        if (arguments.Count(a => a.Role == RuleRole.Gradient) != 1) throw Mistake(method, "it needs exactly one unmarked 'T' argument: the gradient; mark the others [Hyper(default)]");
        return arguments;
    }

    private static (Function, IReadOnlyList<RuleArgument>) ReadBody(CaptureContext context, IMethodSymbol method, IReadOnlyList<RuleArgument> arguments)
    {
        if (context.BodyOf(method) is not { } source) throw new Refusal(DiagnosticReporter.At(DiagnosticCatalog.NoBody, method, method.Name));
        var emit = new Emitter();
        IrBuilder builder = emit.Builder;
        int zero = emit.Int(0);
        List<RuleArgument> bound = [];
        List<Binding> bindings = [];
        List<Argument> declared = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            RuleArgument argument = arguments[i];
            bool isBuffer = argument.Role is RuleRole.Parameter or RuleRole.Gradient or RuleRole.State;
            ScalarType type = argument.Role == RuleRole.Step ? ScalarType.I32 : ScalarType.F64;
            int buffer = isBuffer ? builder.AddBuffer(argument.Name, BufferKind.Local, type, i) : -1;
            int value = isBuffer ? builder.Load(buffer, zero) : builder.Argument(i, type, argument.Name);
            builder.SetName(value, argument.Name);
            bound.Add(argument with { Buffer = buffer });
            bindings.Add(Binding.Of(value));
            declared.Add(new Argument(argument.Name, argument.Role == RuleRole.Parameter ? ArgumentRole.Parameter : ArgumentRole.Constant, type, false, -1, buffer));
        }

        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        var types = new Dictionary<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default)
        {
            [definition.TypeParameters[0]] = context.Compilation.GetSpecialType(SpecialType.System_Double),
        };
        var final = new Binding[bindings.Count];
        new MethodReader(context, emit).Read(definition, source.Body, source.Plan, bindings, types, read =>
        {
            for (int i = 0; i < final.Length; i++) final[i] = read(definition.Parameters[i]);
        });

        int result = -1;
        for (int i = 0; i < final.Length; i++)
        {
            if (bound[i].Role == RuleRole.Parameter) result = final[i].Value;
            if (bound[i].Role is RuleRole.Parameter or RuleRole.State && final[i] != bindings[i]) builder.Store(bound[i].Buffer, zero, final[i].Value);
        }

        return (builder.Finish(method.Name, ScalarType.F64, declared, [], result), bound);
    }

    private static bool IsPublic(IMethodSymbol method)
    {
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility != Accessibility.Public) return false;
        }

        return true;
    }

    private static AttributeData? Attribute(IParameterSymbol argument, string name) => argument.GetAttributes()
        .FirstOrDefault(a => a.AttributeClass is { } type && ScalarTypes.FullName(type) == $"SymbolicGD.{name}Attribute");

    private static Refusal Mistake(ISymbol symbol, string reason) =>
        new(DiagnosticReporter.At(DiagnosticCatalog.RuleSignature, symbol, symbol.Name, reason));
}
