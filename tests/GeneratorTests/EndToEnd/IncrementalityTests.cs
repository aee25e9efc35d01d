using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>An edit that changes no loss regenerates nothing: asked of the driver's tracked steps.</summary>
public sealed class IncrementalityTests
{
    private const string Usings = "using System; using SymbolicGD;\n";

    private const string Source = """
        public static partial class Losses
        {
            // A comment.
            [Loss]
            public static double Square([Parameter] double a, double x) => (a - x) * (a - x);

            [UpdateRule]
            public static void Plain<T>(ref T parameter, T gradient, [Hyper(0.1)] T learningRate)
                where T : System.Numerics.IFloatingPointIeee754<T> => parameter -= learningRate * gradient;

            public static int Unrelated() => 1;
        }
        """;

    [Fact]
    public void NothingIsRegeneratedForAComment() => AssertCached(Source.Replace("// A comment.", "// Another,\n    // longer comment.", StringComparison.Ordinal));

    [Fact]
    public void NothingIsRegeneratedForWhiteSpaceInsideTheLoss() =>
        AssertCached(Source.Replace("(a - x) * (a - x)", "(a   -   x)\n  *  (a - x) /* here */", StringComparison.Ordinal));

    [Fact]
    public void NothingIsRegeneratedForAnUnrelatedMethod() => AssertCached(Source.Replace("=> 1;", "=> 2 + 3;", StringComparison.Ordinal));

    [Fact]
    public void NothingIsRegeneratedForAnotherFile()
    {
        (GeneratorDriver driver, CSharpCompilation compilation) = Start();
        GeneratorDriverRunResult result = driver.RunGenerators(compilation.AddSyntaxTrees(CompilationFactory.Parse("class Other { }", path: "Other.cs"))).GetRunResult();
        AssertUnchanged(result);
    }

    [Fact]
    public void WithIlgpuNothingIsRegeneratedForACommentEither()
    {
        (GeneratorDriver driver, CSharpCompilation compilation) = Start(withIlgpu: true);
        string edited = Source.Replace("// A comment.", "// Another,\n    // longer comment.", StringComparison.Ordinal);
        GeneratorDriverRunResult result = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], CompilationFactory.Parse(Usings + edited))).GetRunResult();
        Assert.Contains(result.GeneratedTrees, t => t.FilePath.EndsWith(".Ilgpu.g.cs", StringComparison.Ordinal));
        Assert.All(result.Results[0].TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
    }

    [Fact]
    public void AChangedFormulaIsRegenerated()
    {
        GeneratorDriverRunResult result = Edit(Source.Replace("(a - x) * (a - x)", "Math.Abs(a - x)", StringComparison.Ordinal));
        Assert.Contains(Reasons(result, TrackingNames.Objectives), r => r == IncrementalStepRunReason.Modified);
        Assert.All(Reasons(result, TrackingNames.Optimizers), r => Assert.True(r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    }

    [Fact]
    public void DiagnosticsFollowTheirLine()
    {
        (GeneratorDriver driver, CSharpCompilation compilation) = Start(Source.Replace("(a - x) * (a - x)", "Unknown.Call(a)", StringComparison.Ordinal));
        Diagnostic before = driver.RunGenerators(compilation).GetRunResult().Diagnostics[0];
        CSharpCompilation moved = compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees[0], CompilationFactory.Parse("// One line more.\n" + compilation.SyntaxTrees[0]));
        Diagnostic after = driver.RunGenerators(moved).GetRunResult().Diagnostics[0];
        Assert.True(after.Location.IsInSource);
        Assert.Equal(before.Location.GetLineSpan().StartLinePosition.Line + 1, after.Location.GetLineSpan().StartLinePosition.Line);
    }

    private static void AssertCached(string edited) => AssertUnchanged(Edit(edited));

    private static void AssertUnchanged(GeneratorDriverRunResult result)
    {
        Assert.Equal(2, result.GeneratedTrees.Length);
        foreach (string step in new[] { TrackingNames.LossSpecs, TrackingNames.Objectives, TrackingNames.UpdateRuleSpecs, TrackingNames.Optimizers })
        {
            Assert.All(Reasons(result, step), r => Assert.True(r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step}: {r}"));
        }

        // The compiling steps must not even have run.
        Assert.All(Reasons(result, TrackingNames.Objectives), r => Assert.Equal(IncrementalStepRunReason.Cached, r));
        Assert.All(result.Results[0].TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorDriverRunResult result, string step)
    {
        ImmutableArray<IncrementalGeneratorRunStep> steps = result.Results[0].TrackedSteps[step];
        Assert.NotEmpty(steps);
        return steps.SelectMany(s => s.Outputs).Select(o => o.Reason);
    }

    private static GeneratorDriverRunResult Edit(string edited)
    {
        (GeneratorDriver driver, CSharpCompilation compilation) = Start();
        return driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], CompilationFactory.Parse(Usings + edited))).GetRunResult();
    }

    private static (GeneratorDriver Driver, CSharpCompilation Compilation) Start(string source = Source, bool withIlgpu = false)
    {
        CSharpCompilation compilation = CompilationFactory.Create(Usings + source, withUsings: false);
        if (withIlgpu) compilation = compilation.WithReferences(CompilationFactory.ReferencesWithIlgpu);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()],
            parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        return (driver.RunGenerators(compilation), compilation);
    }
}
