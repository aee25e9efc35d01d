using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Runs Capture alone, as the generator driver would.</summary>
internal static class CaptureDriver
{
    /// <summary>Wires the two captures to their attributes and keeps what they gave.</summary>
    private sealed class CaptureOnly(List<CaptureResult<LossSpec>> losses, List<CaptureResult<UpdateRuleSpec>> rules) : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context)
        {
            var loss = context.SyntaxProvider.ForAttributeWithMetadataName(
                "SymbolicGD.LossAttribute", (_, _) => true, (source, cancellation) => LossCapture.Run(source, cancellation));
            context.RegisterSourceOutput(loss, (_, result) => losses.Add(result));
            var residual = context.SyntaxProvider.ForAttributeWithMetadataName(
                "SymbolicGD.ResidualAttribute", (_, _) => true, (source, cancellation) => LossCapture.Run(source, cancellation));
            context.RegisterSourceOutput(residual, (_, result) => losses.Add(result));
            var rule = context.SyntaxProvider.ForAttributeWithMetadataName(
                "SymbolicGD.UpdateRuleAttribute", (_, _) => true, (source, cancellation) => UpdateRuleCapture.Run(source, cancellation));
            context.RegisterSourceOutput(rule, (_, result) => rules.Add(result));
        }
    }

    public static (IReadOnlyList<CaptureResult<LossSpec>> Losses, IReadOnlyList<CaptureResult<UpdateRuleSpec>> Rules) Run(CSharpCompilation compilation)
    {
        List<CaptureResult<LossSpec>> losses = [];
        List<CaptureResult<UpdateRuleSpec>> rules = [];
        var options = (CSharpParseOptions)compilation.SyntaxTrees[0].Options;
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new CaptureOnly(losses, rules).AsSourceGenerator()], parseOptions: options);
        GeneratorDriverRunResult result = driver.RunGenerators(compilation).GetRunResult();
        if (result.Results[0].Exception is { } exception) throw new InvalidOperationException("Capture threw.", exception);
        return (losses, rules);
    }

    /// <summary>The only loss of a file, which must be captured without diagnostics, in both languages alike.</summary>
    public static LossSpec Loss(string source) => Assert.Single(Losses(source));

    /// <summary>The losses of a file, which must be captured without diagnostics, in both languages alike.</summary>
    public static IReadOnlyList<LossSpec> Losses(string source) => InBothLanguages(source, run => run.Losses);

    /// <summary>The only update rule of a file.</summary>
    public static UpdateRuleSpec Rule(string source) => Assert.Single(InBothLanguages(source, run => run.Rules));

    private static IReadOnlyList<TSpec> InBothLanguages<TSpec>(
        string source,
        Func<(IReadOnlyList<CaptureResult<LossSpec>> Losses, IReadOnlyList<CaptureResult<UpdateRuleSpec>> Rules), IReadOnlyList<CaptureResult<TSpec>>> select)
        where TSpec : class, IEquatable<TSpec>
    {
        TSpec[][] specs = [.. CompilationFactory.Languages.Select(language =>
        {
            CSharpCompilation compilation = CompilationFactory.Create(source, language);
            string errors = string.Join("\n", compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
            Assert.True(errors.Length == 0, errors);
            IReadOnlyList<CaptureResult<TSpec>> results = select(Run(compilation));
            string diagnostics = string.Join("\n", results.SelectMany(r => r.Diagnostics).Select(d => DiagnosticReporter.ToDiagnostic(d, compilation)));
            Assert.True(diagnostics.Length == 0, diagnostics);
            return results.Select(r => r.Spec!).ToArray();
        })];
        Assert.Equal(specs[0], specs[1]);
        return specs[0];
    }

    /// <summary>The diagnostics of all losses and rules of a file, which need not compile.</summary>
    public static IReadOnlyList<Diagnostic> Diagnostics(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        var (losses, rules) = Run(compilation);
        return [.. losses.SelectMany(l => l.Diagnostics).Concat(rules.SelectMany(r => r.Diagnostics)).Select(d => DiagnosticReporter.ToDiagnostic(d, compilation))];
    }
}
