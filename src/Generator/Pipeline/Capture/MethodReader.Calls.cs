using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

internal sealed partial class MethodReader
{
    private static readonly HashSet<string> s_mathTypes =
    [
        "System.Math", "System.MathF", "System.Double", "System.Single", "System.Int32",
    ];

    /// <summary>Reads a call: a known member, or a helper method in source, which is inlined.</summary>
    private Binding Invoke(IInvocationOperation call)
    {
        int before = emit.Builder.ValueCount;
        Binding result = InvokeMethod(call);
        emit.NoteSite(call.Syntax, before);
        return result;
    }

    private Binding InvokeMethod(IInvocationOperation call)
    {
        CheckDepth();
        IMethodSymbol method = call.TargetMethod;
        INamedTypeSymbol container = method.ContainingType;
        if (call.Instance is { } instance && ScalarTypes.ElementOf(instance.Type) is not null) return InvokeOnSpan(call, EvaluateSpan(instance, null));
        if (call.Instance is { } matrix && ScalarTypes.MatrixElementOf(matrix.Type) is not null) return InvokeOnMatrix(call, EvaluateMatrix(matrix, null));
        if (method.MethodKind == MethodKind.DelegateInvoke) return InvokeClosure(call);
        method = Implementation(method, call.ConstrainedToType ?? call.Instance?.Type);
        container = method.ContainingType;
        if (LayoutTable.IsVector(container)) return InvokeVector(call);
        if (!method.IsStatic && method.MethodKind != MethodKind.LocalFunction) return InvokeMember(call, method);
        string type = ScalarTypes.FullName(container);
        if (IsMathType(container)) return InvokeMath(call);
        if (type == "System.Numerics.Tensors.TensorPrimitives") return InvokeTensor(call);
        if (type == "SymbolicGD.Sym") return InvokeSym(call);
        if (type == "System.MemoryExtensions" && method.Name == "AsSpan") return AsSpan(call);
        if (context.BodyOf(method) is not null) return Inline(call, method, call.Arguments);
        if (call.DescendantsAndSelf().FirstOrDefault(o => o is IInvalidOperation) is { } invalid) throw DoesNotCompile(invalid);
        throw Refusal.At(DiagnosticCatalog.Call, call, container.Name + "." + method.Name);
    }

    /// <summary>Whether the members of a type are those of <see cref="MathTable"/>: the math classes, the numbers, generic math.</summary>
    private static bool IsMathType(INamedTypeSymbol? type) =>
        type is not null && (s_mathTypes.Contains(ScalarTypes.FullName(type))
            || type is { TypeKind: TypeKind.Interface, ContainingNamespace: { Name: "Numerics", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } });

    private Binding InvokeMath(IInvocationOperation call)
    {
        if (call.TargetMethod.Name == "SinCos" && call.Arguments.Length == 1 && LayoutOf(call.Type) is { } pair)
        {
            int x = Evaluate(call.Arguments[0].Value);
            return Binding.Of(pair, [Binding.Of(emit.Unary(Op.Sin, x)), Binding.Of(emit.Unary(Op.Cos, x))]);
        }

        if (TypeOf(call.Type) is not { } type) throw Unknown(call);
        if (call.Arguments.Any(a => a.Parameter is { RefKind: not RefKind.None } || TypeOf(a.Value.Type) is null)) throw Unknown(call);
        int[] arguments = EvaluateArguments(call).Select(a => a.IsValue ? a.Value : throw Unknown(call)).ToArray();
        string name = call.TargetMethod.Name;
        if (name is "CreateChecked" or "CreateTruncating" or "CreateSaturating" && arguments.Length == 1) return Binding.Of(Converted(arguments[0], type));
        return Binding.Of(MathTable.Call(emit, name, type, arguments) ?? throw Unknown(call));
    }

    private static Refusal Unknown(IInvocationOperation call) =>
        Refusal.At(DiagnosticCatalog.Call, call, call.TargetMethod.ContainingType.Name + "." + call.TargetMethod.Name);

    /// <summary>The arguments in the order of the parameters, evaluated in the order of the source.</summary>
    private Binding[] EvaluateArguments(IInvocationOperation call)
    {
        var values = new Binding[call.TargetMethod.Parameters.Length];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is null) throw DoesNotCompile(argument);
            values[argument.Parameter.Ordinal] = EvaluateBinding(argument.Value, argument.Parameter.Type, null);
        }

        return values;
    }

    private Binding InvokeOnSpan(IInvocationOperation call, Binding span)
    {
        switch (call.TargetMethod.Name)
        {
            case "Slice" when call.Arguments.Length == 1:
                int start = Evaluate(call.Arguments[0].Value);
                return Part(span, start, emit.Sub(LengthOf(span), start));
            case "Slice" when call.Arguments.Length == 2:
                Binding[] range = EvaluateArguments(call);
                return Part(span, range[0].Value, range[1].Value);
            case "ToArray":
                return span.Map(s =>
                {
                    Binding copy = NewLocal(call, null, emit.Builder.Buffers[s.Root].Type, s.Length);
                    emit.Map(s.Length, copy, i => emit.Load(s, i));
                    return copy;
                });
            case "CopyTo" when call.Arguments.Length == 1:
                Binding destination = EvaluateSpan(call.Arguments[0].Value, null);
                Binding.Zip(span, destination, (from, to) =>
                {
                    if (to.Root == from.Root) throw Refusal.Expression(call, "source and destination lie in the same array");
                    emit.Map(from.Length, to, i => emit.Load(from, i));
                    return to;
                });
                return Binding.Undefined;
            case "Clear":
                span.Map(s =>
                {
                    int zero = emit.Constant(emit.Builder.Buffers[s.Root].Type, 0);
                    emit.Map(s.Length, s, _ => zero);
                    return s;
                });
                return Binding.Undefined;
            case "Fill":
                Binding.Zip(span, Known(call, EvaluateAny(call.Arguments[0].Value)), (s, value) =>
                {
                    emit.Map(s.Length, s, _ => value.Value);
                    return s;
                });
                return Binding.Undefined;
            default:
                throw Refusal.Expression(call, "this member of spans is not supported");
        }
    }

    private Binding AsSpan(IInvocationOperation call)
    {
        Binding[] arguments = EvaluateArguments(call);
        return arguments.Length switch
        {
            1 => arguments[0],
            2 when arguments[1].IsValue => Part(arguments[0], arguments[1].Value, emit.Sub(LengthOf(arguments[0]), arguments[1].Value)),
            3 when arguments[1].IsValue && arguments[2].IsValue => Part(arguments[0], arguments[1].Value, arguments[2].Value),
            _ => throw Refusal.Expression(call, "this form of AsSpan is not supported"),
        };
    }

    private Binding InvokeTensor(IInvocationOperation call)
    {
        Binding[] arguments = EvaluateArguments(call);
        CheckDestination(call, arguments);
        Binding[] sources = call.TargetMethod.ReturnsVoid ? arguments.Take(arguments.Length - 1).ToArray() : arguments;
        Binding[] spans = sources.Where(a => a.IsSpan).ToArray();
        if (spans.Length == 0) throw Unknown(call);
        foreach (Binding other in spans.Skip(1)) RequireEqualLengths(call, spans[0], other);

        ScalarType type = emit.Builder.Buffers[spans[0].Root].Type;
        if (!type.IsReal()) throw Refusal.Expression(call, "TensorPrimitives is supported over float and double");
        if (call.TargetMethod.ReturnsVoid)
        {
            return TensorPrimitivesTable.Write(emit, call.TargetMethod.Name, type, sources, arguments[arguments.Length - 1])
                ? Binding.Undefined
                : throw Unknown(call);
        }

        return TensorPrimitivesTable.Reduce(emit, call.TargetMethod.Name, type, sources) is { } value ? Binding.Of(value) : throw Unknown(call);
    }

    private Binding InvokeSym(IInvocationOperation call)
    {
        string name = call.TargetMethod.Name;
        Binding[] arguments = EvaluateArguments(call);
        CheckDestination(call, arguments);
        if (arguments.All(a => a.IsValue))
        {
            return SymTable.Call(emit, Choose, name, RequireType(call, call.Type), arguments.Select(a => a.Value).ToArray()) is { } value
                ? Binding.Of(value)
                : name == "Polygamma"
                    ? throw Refusal.Expression(call, $"the order is not a constant from 0 to {Text(OpFacts.MaxPolygammaOrder)}")
                    : throw Unknown(call);
        }

        if (arguments.Any(a => !a.IsSpan)) throw Unknown(call);
        ScalarType type = emit.Builder.Buffers[arguments[0].Root].Type;
        if (call.TargetMethod.ReturnsVoid)
        {
            return TensorPrimitivesTable.Write(emit, name, type, arguments.Take(arguments.Length - 1).ToArray(), arguments[arguments.Length - 1])
                ? Binding.Undefined
                : throw Unknown(call);
        }

        foreach (Binding other in arguments.Skip(1)) RequireEqualLengths(call, arguments[0], other);
        return SymTable.Reduce(emit, name, type, arguments) is { } result ? Binding.Of(result) : throw Unknown(call);
    }

    private void CheckDestination(IInvocationOperation call, Binding[] arguments)
    {
        if (call.TargetMethod.ReturnsVoid && (arguments.Length == 0 || !arguments[arguments.Length - 1].IsSpan
            || emit.Builder.Buffers[arguments[arguments.Length - 1].Root].Kind != BufferKind.Local))
        {
            throw Refusal.Expression(call, "its destination is not a local array");
        }
    }
}
