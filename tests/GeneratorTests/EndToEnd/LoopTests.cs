using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Loops with state and loops that end early: every stage and the emitted code against dual numbers.</summary>
public sealed class LoopTests
{
    /// <summary>All losses in one compilation: compiling is what takes time.</summary>
    private static readonly Lazy<(IReadOnlyDictionary<string, LossSpec> Specs, Assembly Assembly)> s_compiled = new(() =>
    {
        string source = string.Join("\n", LoopLosses.Sources.Values);
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.Empty(diagnostics);
        return (CaptureDriver.Losses(source).ToDictionary(s => s.Method), CompilationFactory.Load((CSharpCompilation)generated));
    });

    [Theory]
    [MemberData(nameof(LoopLosses.Names), MemberType = typeof(LoopLosses))]
    public void StagesAgreeWithDualNumbers(string name)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(spec.Function, spec.IsFast);
        Function[] gradients = [DifferentiateStage.Gradient(spec.Function), DifferentiateStage.Gradient(normal), OptimizeStage.Run(DifferentiateStage.Gradient(normal), spec.IsFast)];
        foreach (int extent in new[] { 1, 2, 3, 5, 8 })
        {
            IrInputs inputs = RandomInputs.OfSize(spec.Function, extent, extent, examples: 3);
            foreach (Function gradient in gradients) Assert.True(Equivalence.CheckGradient(spec.Function, gradient, inputs), "nothing to compare with: not finite");
        }
    }

    [Theory]
    [MemberData(nameof(LoopLosses.Names), MemberType = typeof(LoopLosses))]
    public void EmittedCodeAgreesWithDualNumbers(string name)
    {
        foreach ((int extent, int examples) in new[] { (1, 1), (3, 8), (4, 37), (9, 9), (17, 4) })
        {
            ObjectiveCheck.Run(s_compiled.Value.Assembly, s_compiled.Value.Specs[name], extent, examples);
        }
    }
}
