using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Calls of methods whose derivative the user wrote. The value is that of the method, detached; <see cref="Op.Chain"/> gives it the slopes that the
/// derivative computes, which are ordinary values, so that their own derivatives give the second derivative.
/// </summary>
internal sealed partial class MethodReader
{
    /// <summary>
    /// A derivative may be written with its function (exp′ = exp): that one's value needs its derivative where second derivatives are taken, and
    /// below that the body of the function is differentiated.
    /// </summary>
    private const int MaxOrder = 2;

    private readonly Dictionary<ISymbol, int> _expanded = new(SymbolEqualityComparer.Default);

    private CustomDerivative? DerivativeOf(IMethodSymbol definition) =>
        context.Derivatives.Of(definition) is { } derivative && !(_expanded.TryGetValue(definition, out int order) && order >= MaxOrder) ? derivative : null;

    private Binding ActivateWith(CustomDerivative derivative, IOperation call, IMethodSymbol method, IReadOnlyList<Passed> arguments)
    {
        // What is passed by 'in' is read now, as the derivative sees it.
        List<Passed> values = arguments.Select((a, i) => new Passed(Typed(a.Reference?.Read() ?? a.Value, method.Parameters[i].Type), null)).ToList();
        Binding result = ActivateBody(call, method, values, null);
        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        _expanded.TryGetValue(definition, out int order);
        _expanded[definition] = order + 1;
        int value = emit.Unary(Op.Detach, result.Value);
        value = derivative.Adjoints is { } adjoints
            ? WithAdjoints(call, derivative, adjoints, values, value)
            : WithPartials(call, derivative, values, value);
        _expanded[definition] = order;
        return Binding.Of(value);
    }

    private Binding Typed(Binding binding, ITypeSymbol type) =>
        binding.IsValue && TypeOf(type) is { } scalar ? Binding.Of(Converted(binding.Value, scalar)) : binding;

    private int WithPartials(IOperation call, CustomDerivative derivative, IReadOnlyList<Passed> arguments, int value)
    {
        Binding? all = derivative.IsTuple ? Activate(call, derivative.Partials[0], arguments, null) : null;
        for (int i = 0; i < derivative.Inputs.Count; i++)
        {
            Binding partial = all is { } tuple ? tuple.Parts![i] : Activate(call, derivative.Partials[i], arguments, null);
            value = Chain(value, arguments[derivative.Inputs[i]].Value.Value, Scalar(call, partial));
        }

        return value;
    }

    /// <summary>
    /// The adjoints for an incoming adjoint of 1 are the gradient of the result, and the method is linear in the incoming adjoint. A span's part
    /// is Σᵢ gᵢ·dxᵢ, a sum of zeros with these slopes.
    /// </summary>
    private int WithAdjoints(IOperation call, CustomDerivative derivative, IMethodSymbol adjoints, IReadOnlyList<Passed> arguments, int value)
    {
        int one = emit.Constant(TypeOf(adjoints.Parameters[arguments.Count].Type)!.Value, 1);
        List<Passed> outputs = derivative.Inputs.Select((input, i) =>
        {
            Binding argument = arguments[input].Value;
            string name = adjoints.Parameters[arguments.Count + 1 + i].Name;
            return argument.IsSpan
                ? new Passed(NewLocal(call, name, emit.Builder.Buffers[argument.Root].Type, argument.Length), null)
                : new Passed(default, Temporary(Zero(adjoints.Parameters[arguments.Count + 1 + i].Type)));
        }).ToList();
        Activate(call, adjoints, [.. arguments, new Passed(Binding.Of(one), null), .. outputs], null);
        for (int i = 0; i < outputs.Count; i++)
        {
            Binding input = arguments[derivative.Inputs[i]].Value;
            if (outputs[i].Reference is { } scalar)
            {
                value = Chain(value, input.Value, Scalar(call, scalar.Read()));
                continue;
            }

            Binding slopes = outputs[i].Value;
            int zero = emit.Constant(emit.Builder.Buffers[input.Root].Type, 0);
            int sum = emit.Reduce(input.Length, zero, (carried, j) => emit.Add(carried, Chain(zero, emit.Load(input, j), emit.Load(slopes, j))));
            value = Chain(value, sum, emit.Constant(emit.TypeOf(sum), 1));
        }

        return value;
    }

    private int Chain(int value, int input, int slope)
    {
        ScalarType type = emit.TypeOf(value);
        return emit.Builder.Let(Op.Chain, type, value, emit.Builder.Convert(input, type), emit.Builder.Convert(slope, type));
    }
}
