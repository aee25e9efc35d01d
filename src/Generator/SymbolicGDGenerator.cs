using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Capture;
using SymbolicGD.Generator.Pipeline.Write;

namespace SymbolicGD.Generator;

/// <summary>Compiles annotated losses and update rules into objectives and optimizers.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class SymbolicGDGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Read: the only step that sees syntax and symbols.
        IncrementalValuesProvider<CaptureResult<LossSpec>> losses = context.SyntaxProvider
            .ForAttributeWithMetadataName("SymbolicGD.LossAttribute", IsMethod, (source, token) => Guarded.Capture(source, token, LossCapture.Run))
            .WithTrackingName(TrackingNames.Losses);
        IncrementalValuesProvider<CaptureResult<LossSpec>> residuals = context.SyntaxProvider
            .ForAttributeWithMetadataName("SymbolicGD.ResidualAttribute", IsMethod, (source, token) => Guarded.Capture(source, token, LossCapture.Run))
            .WithTrackingName(TrackingNames.Residuals);
        IncrementalValuesProvider<CaptureResult<UpdateRuleSpec>> rules = context.SyntaxProvider
            .ForAttributeWithMetadataName("SymbolicGD.UpdateRuleAttribute", IsMethod, (source, token) => Guarded.Capture(source, token, UpdateRuleCapture.Run))
            .WithTrackingName(TrackingNames.UpdateRules);

        // Compile: from specs that compare by content, so that an edit which changes none of them stops here.
        IncrementalValuesProvider<GeneratedFile> objectives = Objectives(losses), leastSquares = Objectives(residuals);
        IncrementalValuesProvider<GeneratedFile> optimizers = rules.Where(r => r.Spec is not null).Select((r, _) => r.Spec!)
            .WithTrackingName(TrackingNames.UpdateRuleSpecs)
            .Select((spec, token) => Stages.UpdateRule(spec, token))
            .WithTrackingName(TrackingNames.Optimizers);

        // Write: files by one output, diagnostics by another that re-attaches their syntax trees.
        context.RegisterSourceOutput(objectives.Where(f => f.Text is not null), AddFile);
        context.RegisterSourceOutput(leastSquares.Where(f => f.Text is not null), AddFile);
        context.RegisterSourceOutput(optimizers.Where(f => f.Text is not null), AddFile);
        RegisterDevices(context, objectives);
        RegisterDevices(context, leastSquares);
        context.RegisterSourceOutput(RealsOnDevices(losses).Collect().Combine(RealsOnDevices(residuals).Collect()), (output, reals) => AddDeviceTemplates(output, [.. reals.Left, .. reals.Right]));
        context.RegisterSourceOutput(losses.SelectMany((r, _) => r.Diagnostics.Items).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(losses.SelectMany((r, token) => Stages.Remarks(r, token)).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(residuals.SelectMany((r, token) => Stages.Remarks(r, token)).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(residuals.SelectMany((r, _) => r.Diagnostics.Items).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(rules.SelectMany((r, _) => r.Diagnostics.Items).Combine(context.CompilationProvider), Report);
        context.RegisterSourceOutput(objectives.Where(f => f.Failure is not null).Combine(context.CompilationProvider), ReportFailure);
        context.RegisterSourceOutput(leastSquares.Where(f => f.Failure is not null).Combine(context.CompilationProvider), ReportFailure);
        context.RegisterSourceOutput(optimizers.Where(f => f.Failure is not null).Combine(context.CompilationProvider), ReportFailure);
    }

    private static IncrementalValuesProvider<GeneratedFile> Objectives(IncrementalValuesProvider<CaptureResult<LossSpec>> captured) => captured
        .Where(r => r.Spec is not null).Select((r, _) => r.Spec!)
        .WithTrackingName(TrackingNames.LossSpecs)
        .Select((spec, token) => Stages.Loss(spec, token))
        .WithTrackingName(TrackingNames.Objectives);

    /// <summary>The parts for devices; one that cannot be written is a warning, and the objective has none.</summary>
    private static void RegisterDevices(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<GeneratedFile> objectives)
    {
        IncrementalValuesProvider<GeneratedFile> parts = objectives.Where(f => f.Device is not null).Select((f, _) => f.Device!);
        context.RegisterSourceOutput(parts.Where(f => f.Text is not null), AddFile);
        context.RegisterSourceOutput(parts.Where(f => f.Failure is not null).Combine(context.CompilationProvider), ReportFailure);
    }

    private static IncrementalValuesProvider<ScalarType> RealsOnDevices(IncrementalValuesProvider<CaptureResult<LossSpec>> captured) =>
        captured.Where(r => r.Spec is { HasDevice: true }).Select((r, _) => r.Spec!.Function.Real);

    private static void AddDeviceTemplates(SourceProductionContext output, ScalarType[] reals)
    {
        foreach ((string hint, string text) in DeviceTemplates.Files(reals.Contains(ScalarType.F32), reals.Contains(ScalarType.F64))) output.AddSource(hint, text);
    }

    private static bool IsMethod(SyntaxNode node, CancellationToken token) => node is MethodDeclarationSyntax or LocalFunctionStatementSyntax;

    private static void AddFile(SourceProductionContext output, GeneratedFile file) => output.AddSource(file.HintName, file.Text!);

    private static void Report(SourceProductionContext output, (DiagnosticSpec Diagnostic, Compilation Compilation) source) =>
        output.ReportDiagnostic(DiagnosticReporter.ToDiagnostic(source.Diagnostic, source.Compilation));

    /// <summary>A later stage knows the method by name only: models hold no locations.</summary>
    private static void ReportFailure(SourceProductionContext output, (GeneratedFile File, Compilation Compilation) source)
    {
        StageFailure failure = source.File.Failure!;
        ISymbol? method = source.Compilation.GetTypeByMetadataName(failure.ContainingType)?.GetMembers(failure.Method).FirstOrDefault();
        Location location = method?.Locations.FirstOrDefault(l => l.IsInSource) ?? Location.None;
        output.ReportDiagnostic(Diagnostic.Create(DiagnosticCatalog.Find(failure.Id), location, failure.Method, failure.Message));
    }
}
