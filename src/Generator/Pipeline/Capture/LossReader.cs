using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>What the body of a method is read for.</summary>
internal enum ReadingGoal : byte
{
    /// <summary>The loss; of a residual method ½·Σ r².</summary>
    Loss,

    /// <summary>The residuals of an example, stored.</summary>
    Residuals,

    /// <summary>One residual of an example.</summary>
    OneResidual,

    /// <summary>The sum of the residuals, each times a number that is given.</summary>
    MultipliedResiduals,
}

/// <summary>Binds the arguments of a loss, puts the loop over the examples around its body and reads the body.</summary>
internal static class LossReader
{
    /// <summary>Up to this many residuals ½·Σ r² is written without a loop: each is a value then, and needs no array.</summary>
    private const int MaxUnrolled = 16;

    public static (Function Loss, IndexChecks IndexChecks, EquatableArray<ValueSite> Sites) Read(CaptureContext context, IMethodSymbol method, SignatureReader signature, ReadingGoal goal)
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
            bool isOutput = argument.Role == ArgumentRole.Output;
            int buffer = argument.IsArray || argument.Role == ArgumentRole.Data
                ? builder.AddBuffer(name, isOutput ? BufferKind.Local : KindOf(argument.Role), argument.Type, isOutput ? -1 : i)
                : -1;
            arguments.Add(new Argument(name, argument.Role, argument.Type, argument.IsArray, extent, isOutput ? -1 : buffer, columns));
            bindings[i] = argument switch
            {
                { Rank: 1 } => Binding.Span(buffer, emit.Int(0), Extent(extent)),
                { Rank: 2 } => Binding.Matrix(buffer, emit.Int(0), Extent(extent), Extent(columns), Extent(columns)),
                { Role: ArgumentRole.Parameter or ArgumentRole.Constant } => Binding.Of(builder.Argument(i, argument.Type, name)),
                _ => Binding.Undefined,
            };
        }

        int output = signature.Output;
        int several = output >= 0 ? bindings[output].Root : -1;
        int stored = goal == ReadingGoal.Residuals ? builder.AddBuffer("residuals", BufferKind.Output, signature.Real) : -1;
        int multipliers = goal == ReadingGoal.MultipliedResiduals ? builder.AddBuffer("multipliers", BufferKind.Multipliers, signature.Real) : -1;
        int result;
        if (signature.HasExamples)
        {
            int count = builder.Argument(-1, ScalarType.I32, "n");
            string? counter = signature.Arguments.Where(a => a.Role == ArgumentRole.Example).Select(a => a.Symbol.Name).FirstOrDefault();
            IrBuilder.OpenLoop loop = builder.BeginLoop(
                emit.Int(0), count, goal == ReadingGoal.Residuals ? [] : [builder.Real(signature.Real, 0)], new[] { several, stored }.Where(b => b >= 0), isExamples: true, counterName: counter ?? "example");
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

            if (output >= 0) builder.Alloc(several, bindings[output].Length);
            int loss = signature.IsResidual ? ReadResidual() : ReadBody();
            int[] sums = builder.EndLoop(loop, goal == ReadingGoal.Residuals ? [] : [builder.Binary(Op.Add, loop.Carried[0], loss)]);
            result = sums.Length == 0 ? -1 : sums[0];
        }
        else
        {
            result = ReadBody();
        }

        Function function = builder.Finish(method.Name, signature.Real, arguments, context.Extents.Extents(), result);
        return (function, emit.IndexChecks, emit.SitesIn(function).ToEquatableArray());

        // A length that the loss itself makes constant is that constant.
        int Extent(int index) => context.Extents.LiteralOf(index) is { } literal ? emit.Int(literal) : emit.Extent(index);

        int ReadResidual()
        {
            int residual = ReadBody();
            switch (goal)
            {
                case ReadingGoal.Residuals:
                    StoreAll(residual);
                    return -1;
                case ReadingGoal.OneResidual:
                    return output < 0 ? residual : builder.Load(several, builder.Argument(SpecialArgument.Output, ScalarType.I32, "output"));
                default:
                    return Sum(residual);
            }
        }

        // Half the square of a residual, or the residual times its number.
        int Term(int residual, int k) => multipliers >= 0 ? builder.Binary(Op.Mul, builder.Load(multipliers, k), residual)
            : builder.Binary(Op.Mul, builder.Real(signature.Real, 0.5), builder.Binary(Op.Mul, residual, residual));

        int Sum(int residual)
        {
            if (output < 0) return Term(residual, emit.Int(0));
            int sum = builder.Real(signature.Real, 0);
            if (Several() is { } count)
            {
                for (int k = 0; k < count; k++)
                {
                    int term = Term(builder.Load(several, emit.Int(k)), emit.Int(k));
                    sum = k == 0 ? term : builder.Binary(Op.Add, sum, term);
                }

                return sum;
            }

            IrBuilder.OpenLoop loop = builder.BeginLoop(emit.Int(0), bindings[output].Length, [sum], []);
            return builder.EndLoop(loop, [builder.Binary(Op.Add, loop.Carried[0], Term(builder.Load(several, loop.Counter), loop.Counter))])[0];
        }

        void StoreAll(int residual)
        {
            if (output < 0)
            {
                builder.Store(stored, emit.Int(0), residual);
                return;
            }

            if (Several() is { } count)
            {
                for (int k = 0; k < count; k++) builder.Store(stored, emit.Int(k), builder.Load(several, emit.Int(k)));
                return;
            }

            IrBuilder.OpenLoop loop = builder.BeginLoop(emit.Int(0), bindings[output].Length, [], [stored]);
            builder.Store(stored, loop.Counter, builder.Load(several, loop.Counter));
            builder.EndLoop(loop, []);
        }

        // The number of residuals where it is known and small.
        int? Several() => emit.IntOf(bindings[output].Length) is <= MaxUnrolled and { } count ? count : null;

        int ReadBody()
        {
            Binding loss = new MethodReader(context, emit).ReadLoss(definition, source.Body, source.Plan, bindings);
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
