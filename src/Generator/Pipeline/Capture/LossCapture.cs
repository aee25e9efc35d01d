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
            (Function function, EquatableArray<IndexUse> indexUses, sites) = ReadFunction(source.SemanticModel.Compilation, method, signature, cancellation);
            return new LossSpec(
                SignatureReader.NamespaceOf(method),
                SignatureReader.ContainingTypes(method).Reverse().ToEquatableArray(),
                method.Name,
                signature.ClassName,
                IsMean: !Has(attribute, "Reduction", 1),
                IsFast: Has(attribute, "MathMode", 1),
                Stabilize: attribute.NamedArguments.FirstOrDefault(a => a.Key == "Stabilize").Value.Value is not false,
                SignatureReader.SummaryOf(method, cancellation),
                function,
                indexUses)
            {
                Order = signature.Order,
                MaxOverhead = attribute.NamedArguments.FirstOrDefault(a => a.Key == "MaxOverhead").Value.Value is double limit ? limit : 0,
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
            context ??= new CaptureContext(source.SemanticModel.Compilation, new ExtentUnifier([]), false, cancellation);
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
    private static (Function, EquatableArray<IndexUse>, EquatableArray<ValueSite>) ReadFunction(Compilation compilation, IMethodSymbol method, SignatureReader signature, CancellationToken cancellation)
    {
        var extents = new ExtentUnifier(signature.Arguments.Where(a => a.IsArray)
            .SelectMany(a => Enumerable.Range(0, a.Rank).Select(d =>
                new ExtentUnifier.Source(a.Rank == 1 ? a.Symbol.Name : a.Symbol.Name + (d == 0 ? "Rows" : "Columns"), a.Shape?[d], a.Role == ArgumentRole.Parameter))));
        var context = new CaptureContext(compilation, extents, isEager: false, cancellation);
        while (true)
        {
            (Function, EquatableArray<IndexUse>, EquatableArray<ValueSite>) read = LossReader.Read(context, method, signature);
            if (!extents.IsStale) return read;
            extents.Renumber();
        }
    }

    private static bool Has(AttributeData attribute, string property, int value) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == property).Value.Value is int given && given == value;
}
