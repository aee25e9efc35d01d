using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Calls of members of the vectors of System.Numerics.</summary>
internal sealed partial class MethodReader
{
    private Binding InvokeVector(IInvocationOperation call)
    {
        if (call.Arguments.Any(a => a.Parameter is { RefKind: RefKind.Ref or RefKind.Out } || ScalarTypes.ElementOf(a.Value.Type) is not null)) throw Unknown(call);
        List<Binding> operands = call.Instance is { } instance ? [Known(instance, Read(instance))] : [];
        operands.AddRange(EvaluateArguments(call));
        if (operands.Any(o => o.Leaves.Any(l => !l.IsValue))) throw Unknown(call);
        bool isVector = LayoutTable.IsVector(Resolve(call.Type));
        if (!isVector && TypeOf(call.Type) is null) throw Unknown(call);
        return VectorTable.Call(emit, call.TargetMethod.Name, operands, isVector ? LayoutOf(call.Type) : null) ?? throw Unknown(call);
    }

    private Binding CreateVector(IObjectCreationOperation creation, Layout layout)
    {
        if (creation.Arguments.Length == 0) return Zero(layout.Type);
        if (creation.Arguments.Length == 1 && ScalarTypes.ElementOf(creation.Arguments[0].Value.Type) is not null)
        {
            Binding span = EvaluateSpan(creation.Arguments[0].Value, null);
            return Binding.Of(layout, layout.Parts.Select((_, i) => emit.LoadElement(span, emit.Int(i))).ToList());
        }

        List<Binding> operands = creation.Arguments.OrderBy(a => a.Parameter!.Ordinal).Select(a => EvaluateAny(a.Value)).ToList();
        return VectorTable.Call(emit, "Create", operands, layout) ?? throw Refusal.Expression(creation, "this constructor is not supported");
    }

    private int VectorElement(IPropertyReferenceOperation property) =>
        VectorTable.Element(emit, Known(property, Read(property.Instance!)), Evaluate(property.Arguments[0].Value));
}
