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

/// <summary>Loops with state, loops that end early and checkpointed ones: Hessian-vector products against hyper-dual numbers.</summary>
public sealed class SecondOrderLoopTests
{
    private static readonly Lazy<(IReadOnlyDictionary<string, LossSpec> Specs, Assembly Assembly)> s_compiled = new(() =>
    {
        string source = string.Join("\n", LoopLosses.Sources.Values)
            .Replace("[Loss(", "[Loss(Order = 2, ", StringComparison.Ordinal).Replace("[Loss]", "[Loss(Order = 2)]", StringComparison.Ordinal);
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity > DiagnosticSeverity.Info);
        return (CaptureDriver.Losses(source).ToDictionary(s => s.Method), CompilationFactory.Load((CSharpCompilation)generated));
    });

    [Theory]
    [MemberData(nameof(LoopLosses.Names), MemberType = typeof(LoopLosses))]
    public void StagesAgreeWithHyperDualNumbers(string name)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(spec.Function, spec.IsFast);
        Function product = DifferentiateStage.HessianVectorProduct(normal, spec.Checkpoints);
        Function[] products = [product, OptimizeStage.Run(product, spec.IsFast), DifferentiateStage.HessianVectorProduct(spec.Function, checkpoint: true)];
        Function tangent = OptimizeStage.Run(DifferentiateStage.Tangent(normal), spec.IsFast);
        foreach (int extent in new[] { 1, 2, 5 })
        {
            IrInputs inputs = RandomInputs.OfSize(spec.Function, extent, extent, examples: 2).WithDirection(spec.Function, extent);
            DualOutcome expected = IrInterpreter.DifferentiateTwice(spec.Function, inputs, roundSingle: false);
            Assert.True(expected.IsFinite);
            foreach (Function function in products) Equivalence.CheckProduct(spec.Function, expected, function, inputs);
            Assert.True(Equivalence.CheckTangent(spec.Function, tangent, inputs));
        }
    }

    [Theory]
    [MemberData(nameof(LoopLosses.Names), MemberType = typeof(LoopLosses))]
    public void EmittedCodeAgreesWithHyperDualNumbers(string name)
    {
        foreach ((int extent, int examples) in new[] { (1, 1), (3, 8), (9, 9) }) ObjectiveCheck.Run(s_compiled.Value.Assembly, s_compiled.Value.Specs[name], extent, examples);
    }
}
