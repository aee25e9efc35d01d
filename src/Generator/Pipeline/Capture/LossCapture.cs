using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>The first stage: an annotated method becomes a <see cref="LossSpec"/>, or diagnostics that say why it cannot.</summary>
internal static class LossCapture
{
    public static CaptureResult<LossSpec> Run(GeneratorAttributeSyntaxContext source, CancellationToken cancellation)
    {
        if (source.TargetSymbol is not IMethodSymbol method) return new(null, EquatableArray<DiagnosticSpec>.Empty);
        AttributeData attribute = source.Attributes[0];
        var signature = new SignatureReader(method, attribute, source.TargetNode);
        signature.Read();
        if (SyntaxErrorIn(source.TargetNode, method.Name) is { } error) return Failed<LossSpec>([error]);
        if (signature.Diagnostics.Count > 0) return Failed<LossSpec>(signature.Diagnostics);

        EquatableArray<ValueSite> sites = EquatableArray<ValueSite>.Empty;
        CaptureResult<LossSpec> result = Guard(source, method, cancellation, context: null, () =>
        {
            bool hasDevice = WantsDevices(attribute, source.SemanticModel.Compilation);
            (Function function, IndexChecks indexChecks, ResidualSpec? residual, sites) = ReadFunction(source.SemanticModel, method, signature, hasDevice, MaxTripsOf(attribute), cancellation);
            return new LossSpec(
                SignatureReader.NamespaceOf(method),
                SignatureReader.ContainingTypes(method).Reverse().ToEquatableArray(),
                method.Name,
                signature.ClassName,
                IsMean: !signature.IsResidual && !Has(attribute, "Reduction", 1),
                IsFast: Has(attribute, "MathMode", 1),
                Stabilize: attribute.NamedArguments.FirstOrDefault(a => a.Key == "Stabilize").Value.Value is not false,
                SignatureReader.SummaryOf(method, cancellation),
                function,
                indexChecks)
            {
                Checkpoints = Has(attribute, "Checkpoint", 1),
                Order = signature.Order,
                HasDevice = hasDevice,
                MaxOverhead = attribute.NamedArguments.FirstOrDefault(a => a.Key == "MaxOverhead").Value.Value is double limit ? limit : 0,
                Residual = residual,
            };
        });
        return result with { Sites = sites };
    }

    /// <summary>Runs a reading and turns a refusal into its diagnostic.</summary>
    public static CaptureResult<TSpec> Guard<TSpec>(
        GeneratorAttributeSyntaxContext source, IMethodSymbol method, CancellationToken cancellation, CaptureContext? context, Func<TSpec> read)
        where TSpec : class, IEquatable<TSpec>
    {
        try
        {
            return new(read(), EquatableArray<DiagnosticSpec>.Empty);
        }
        catch (Refusal refusal)
        {
            // What does not compile is often refused for a reason that has nothing to do with the mistake.
            context ??= new CaptureContext(source.SemanticModel, new ExtentUnifier([]), false, cancellation);
            return Failed<TSpec>([context.CompilerErrorIn(source.TargetNode, method.Name) ?? refusal.Diagnostic]);
        }
        catch (InsufficientExecutionStackException)
        {
            return Failed<TSpec>([DiagnosticReporter.At(DiagnosticCatalog.TooDeep, method, method.Name)]);
        }
    }

    public static DiagnosticSpec? SyntaxErrorIn(SyntaxNode declaration, string method)
    {
        if (!declaration.ContainsDiagnostics) return null;
        Diagnostic? error = declaration.GetDiagnostics().FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error);
        return error is null
            ? null
            : DiagnosticReporter.At(DiagnosticCatalog.DoesNotCompile, declaration.SyntaxTree, error.Location.SourceSpan, method, error.Id);
    }

    public static CaptureResult<TSpec> Failed<TSpec>(IEnumerable<DiagnosticSpec> diagnostics)
        where TSpec : class, IEquatable<TSpec> => new(null, diagnostics.ToEquatableArray());

    /// <summary>
    /// Reads the method. Lengths that turn out equal while it is read get one extent, which takes a second reading, so that equal lengths are
    /// one value from the start.
    /// </summary>
    private static (Function, IndexChecks, ResidualSpec?, EquatableArray<ValueSite>) ReadFunction(SemanticModel model, IMethodSymbol method, SignatureReader signature, bool hasDevice, int maxTrips, CancellationToken cancellation)
    {
        var extents = new ExtentUnifier(signature.Arguments.Where(a => a.IsArray)
            .SelectMany(a => Enumerable.Range(0, a.Rank).Select(d =>
                new ExtentUnifier.Source(a.Rank == 1 ? a.Symbol.Name : a.Symbol.Name + (d == 0 ? "Rows" : "Columns"), a.Shape?[d], a.Role == ArgumentRole.Parameter))));
        var context = new CaptureContext(model, extents, isEager: false, cancellation, maxTrips);
        int output = signature.Output;
        int dimension = signature.Arguments.Take(Math.Max(output, 0)).Sum(a => a.Rank);
        while (true)
        {
            (Function loss, IndexChecks checks, EquatableArray<ValueSite> sites) = Read(ReadingGoal.Loss);
            if (output >= 0 && !extents.IsStale) FixOutputLength(extents, signature.Arguments[output], dimension, loss);
            if (!extents.IsStale && !context.MustReadAgain)
            {
                if (!signature.IsResidual) return (loss, checks, null, sites);
                int extent = output >= 0 ? extents.Index[dimension] : -1;
                return (loss, checks, new ResidualSpec(Read(ReadingGoal.Residuals).Loss, Read(ReadingGoal.OneResidual).Loss, extent) { Multiplied = hasDevice ? Read(ReadingGoal.MultipliedResiduals).Loss : null }, sites);
            }

            if (extents.IsStale) extents.Renumber();
            context.MustReadAgain = false;
        }

        (Function Loss, IndexChecks IndexChecks, EquatableArray<ValueSite> Sites) Read(ReadingGoal goal) => LossReader.Read(context, method, signature, goal);
    }

    /// <summary>Where all residuals are written at constant places and their number is nowhere named or asked for, it follows from the places.</summary>
    private static void FixOutputLength(ExtentUnifier extents, SignatureArgument output, int dimension, Function loss)
    {
        int extent = extents.Index[dimension];
        if (output.Shape is not null || extents.LiteralOf(extent) is not null || extents.Index.Count(e => e == extent) > 1) return;
        int buffer = loss.Buffers.Items.ToList().FindIndex(b => b.Kind == BufferKind.Local && b.Name == output.Symbol.Name);
        var index = new FunctionIndex(loss);
        int highest = -1;
        foreach (Store store in loss.Body.AllItems().OfType<Store>().Where(s => s.Buffer == buffer))
        {
            if (index.LetOf(store.Index) is not { Op: Op.Const } place) return;
            highest = Math.Max(highest, (int)place.Payload);
        }

        if (highest >= 0) extents.Fix(extent, highest + 1);
    }

    /// <summary>What a device needs comes from ILGPU: where it is not referenced, nothing is written for it.</summary>
    private static bool WantsDevices(AttributeData attribute, Compilation compilation) =>
        compilation.GetTypeByMetadataName("ILGPU.Context") is not null
        && !(attribute.NamedArguments.FirstOrDefault(a => a.Key == "Targets").Value.Value is int targets && (targets & DeviceTarget) == 0);

    // Target.Ilgpu
    private const int DeviceTarget = 2;

    private static int MaxTripsOf(AttributeData attribute) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == "MaxTrips").Value.Value is int given and > 0 ? given : int.MaxValue;

    private static bool Has(AttributeData attribute, string property, int value) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == property).Value.Value is int given && given == value;
}
