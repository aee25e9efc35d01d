using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Write;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator;

/// <summary>
/// The generator never throws: what a stage cannot do is a diagnostic at the method, and so is a defect of ours, with its
/// stack and a request to report it.
/// </summary>
internal static class Guarded
{
    public static CaptureResult<TSpec> Capture<TSpec>(
        GeneratorAttributeSyntaxContext source, CancellationToken cancellation,
        Func<GeneratorAttributeSyntaxContext, CancellationToken, CaptureResult<TSpec>> capture)
        where TSpec : class, IEquatable<TSpec>
    {
        try
        {
            return capture(source, cancellation);
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            DiagnosticSpec diagnostic = DiagnosticReporter.At(DiagnosticCatalog.Internal, source.TargetSymbol, source.TargetSymbol.Name, Describe(defect));
            return new CaptureResult<TSpec>(null, new[] { diagnostic }.ToEquatableArray());
        }
    }

    public static GeneratedFile Compile(string hintName, string containingType, string method, Func<string> compile)
    {
        try
        {
            return new GeneratedFile(hintName, compile(), null);
        }
        catch (NotOnDevicesException refusal)
        {
            return Failed(DiagnosticCatalog.NotOnDevices.Id, refusal.Message);
        }
        catch (DifferentiationNotSupportedException refusal)
        {
            return Failed(DiagnosticCatalog.NoDerivative.Id, refusal.Message);
        }
        catch (CostExceededException refusal)
        {
            return Failed(DiagnosticCatalog.Overhead.Id, refusal.Message);
        }
        catch (NotSupportedInTargetException refusal)
        {
            return Failed(DiagnosticCatalog.NotWritable.Id, refusal.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            return Failed(DiagnosticCatalog.NotWritable.Id, "its expressions are nested too deeply");
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            return Failed(DiagnosticCatalog.Internal.Id, Describe(defect));
        }

        GeneratedFile Failed(string id, string message) => new(hintName, null, new StageFailure(id, containingType, method, message));
    }

    /// <summary>One line: a diagnostic's message ends at a line break.</summary>
    private static string Describe(Exception defect) =>
        $"{defect.GetType().Name}: {defect.Message} {defect.StackTrace}".Replace("\r", string.Empty).Replace("\n", " | ");
}
