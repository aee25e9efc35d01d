using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>
/// What each stage makes of the sample losses, as text; and the emitted file, which is compiled, run, and compared with the
/// user's method and with dual numbers at sizes that reach every part of a kernel: whole blocks, tails, single rows.
/// </summary>
public sealed class StageSnapshotTests
{
    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void Stages(string name)
    {
        LossSpec spec = CaptureDriver.Loss(SampleLosses.Sources[name]);
        Function captured = IrVerifier.Verify(spec.Function);
        (Function stable, var rewrites) = ConditionStage.Run(captured, spec.Stabilize);
        Function normal = IrVerifier.Verify(OptimizeStage.Normalize(stable, spec.IsFast));
        Function gradient = IrVerifier.Verify(DifferentiateStage.Gradient(normal));
        Function optimized = IrVerifier.Verify(OptimizeStage.Run(gradient, spec.IsFast));
        Snapshot.Match(IrPrinter.Print(captured), "Capture", name);
        Snapshot.Match(string.Concat(rewrites.Select(r => $"{r.From} → {r.To}: {r.Reason}\n")) + IrPrinter.Print(normal), "Condition", name);
        Snapshot.Match(IrPrinter.Print(gradient), "Differentiate", name);
        Snapshot.Match(IrPrinter.Print(optimized), "Optimize", name);
    }

    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void EmittedCode(string name)
    {
        Snapshot.Match(CompileAndCheck(SampleLosses.Sources[name]), "Write", name, "cs");
    }

    /// <summary>The same losses with second-order products, against hyper-dual numbers.</summary>
    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void SecondOrder(string name)
    {
        string text = CompileAndCheck(SampleLosses.SecondOrder(name));
        if (name is "Rosenbrock" or "NaiveLogistic" or "SoftmaxRegression") Snapshot.Match(text, "Write", name, "cs");
    }

    private static string CompileAndCheck(string source)
    {
        LossSpec spec = CaptureDriver.Loss(source);
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning);
        string text = Assert.Single(driver.GetRunResult().GeneratedTrees).ToString();
        Assembly assembly = CompilationFactory.Load((CSharpCompilation)generated);

        // Dual numbers take one run per parameter: a matrix of parameters stays small.
        bool isMatrix = spec.Function.Arguments.Any(a => a is { IsMatrix: true, Role: ArgumentRole.Parameter })
            || spec.Function.Extents.Any(e => e.Name.EndsWith("Squared", StringComparison.Ordinal));
        (int, int)[] sizes = isMatrix ? spec.Order >= 2 ? [(1, 1), (3, 8), (9, 11)] : [(1, 1), (3, 8), (4, 37), (17, 9)] : [(1, 1), (2, 3), (7, 8), (16, 16), (21, 37), (64, 40)];

        // Rows whose elements are named by number have those.
        int least = 1 + Regex.Matches(source, @", (\d+)\]").Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
        foreach ((int extent, int examples) in sizes) ObjectiveCheck.Run(assembly, spec, Math.Max(extent, least), examples);
        return text;
    }

    [Theory]
    [MemberData(nameof(SampleLosses.Names), MemberType = typeof(SampleLosses))]
    public void EmittedTextIsWellBehaved(string name)
    {
        CSharpCompilation compilation = CompilationFactory.Create(SampleLosses.Sources[name]);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()]).RunGenerators(compilation);
        string text = Assert.Single(driver.GetRunResult().GeneratedTrees).ToString();
        Assert.DoesNotContain(text.Split('\n'), line => line.TrimEnd('\r').Length > 200);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Repository.Root, text, StringComparison.Ordinal);
    }
}
