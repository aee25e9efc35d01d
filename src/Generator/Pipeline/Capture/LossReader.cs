using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>Binds the arguments of a loss, puts the loop over the examples around its body and reads the body.</summary>
internal static class LossReader
{
    public static (Function Loss, EquatableArray<IndexUse> IndexUses, EquatableArray<ValueSite> Sites) Read(CaptureContext context, IMethodSymbol method, SignatureReader signature)
    {
        IMethodSymbol definition = CaptureContext.DefinitionOf(method);
        if (context.BodyOf(method) is not { } source)
        {
            throw new Refusal(DiagnosticReporter.At(DiagnosticCatalog.NoBody, method, method.Name));
        }

        var emit = new Emitter();
        IrBuilder builder = emit.Builder;
        var bindings = new Binding[signature.Arguments.Count];
        List<Argument> arguments = [];
        int dimensions = 0;
        for (int i = 0; i < bindings.Length; i++)
        {
            SignatureArgument argument = signature.Arguments[i];
            string name = argument.Symbol.Name;
            int extent = argument.IsArray ? context.Extents.Index[dimensions++] : -1, columns = argument.Rank == 2 ? context.Extents.Index[dimensions++] : -1;
            int buffer = argument.IsArray || argument.Role == ArgumentRole.Data ? builder.AddBuffer(name, KindOf(argument.Role), argument.Type, i) : -1;
            arguments.Add(new Argument(name, argument.Role, argument.Type, argument.IsArray, extent, buffer, columns));
            bindings[i] = argument switch
            {
                { Rank: 1 } => Binding.Span(buffer, emit.Int(0), Extent(extent)),
                { Rank: 2 } => Binding.Matrix(buffer, emit.Int(0), Extent(extent), Extent(columns), Extent(columns)),
                { Role: ArgumentRole.Parameter or ArgumentRole.Constant } => Binding.Of(builder.Argument(i, argument.Type, name)),
                _ => Binding.Undefined,
            };
        }

        int result;
        if (signature.HasExamples)
        {
            int count = builder.Argument(-1, ScalarType.I32, "n");
            string? counter = signature.Arguments.Where(a => a.Role == ArgumentRole.Example).Select(a => a.Symbol.Name).FirstOrDefault();
            IrBuilder.OpenLoop loop = builder.BeginLoop(
                emit.Int(0), count, [builder.Real(signature.Real, 0)], [], isExamples: true, counterName: counter ?? "example");
            for (int i = 0; i < bindings.Length; i++)
            {
                switch (arguments[i])
                {
                    case { Role: ArgumentRole.Data, IsArray: false } column:
                        int value = emit.Load(Binding.Span(column.Buffer, emit.Int(0), emit.Int(1)), emit.Int(0));
                        builder.SetName(value, column.Name);
                        bindings[i] = Binding.Of(value);
                        break;
                    case { Role: ArgumentRole.Example }:
                        bindings[i] = Binding.Of(loop.Counter);
                        break;
                    case { Role: ArgumentRole.Count }:
                        bindings[i] = Binding.Of(count);
                        break;
                }
            }

            int loss = ReadBody();
            result = builder.EndLoop(loop, [builder.Binary(Op.Add, loop.Carried[0], loss)])[0];
        }
        else
        {
            result = ReadBody();
        }

        Function function = builder.Finish(method.Name, signature.Real, arguments, context.Extents.Extents(), result);
        return (function, emit.IndexUses.ToEquatableArray(), emit.SitesIn(function).ToEquatableArray());

        // A length that the loss itself makes constant is that constant.
        int Extent(int index) => context.Extents.LiteralOf(index) is { } literal ? emit.Int(literal) : emit.Extent(index);

        int ReadBody()
        {
            Binding loss = new MethodReader(context, emit).Read(definition, source.Body, source.Plan, bindings, []);
            return loss.Value;
        }
    }

    private static BufferKind KindOf(ArgumentRole role) => role switch
    {
        ArgumentRole.Parameter => BufferKind.Parameter,
        ArgumentRole.Constant => BufferKind.Constant,
        _ => BufferKind.Data,
    };
}
