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
    private const string AtMostTwenty = """

        public static partial class AtMostTwentyLoss
        {
            [Loss(MaxTrips = 20)]
            public static double AtMostTwenty([Parameter] double a)
            {
                double s = 1;
                while (s > 1e-3) s *= a;
                return s / 8;
            }
        }
        """;

    /// <summary>All losses in one compilation: compiling is what takes time.</summary>
    private static readonly Lazy<(IReadOnlyDictionary<string, LossSpec> Specs, Assembly Assembly)> s_compiled = new(() =>
    {
        string source = string.Join("\n", LoopLosses.Sources.Values) + AtMostTwenty;
        CSharpCompilation compilation = CompilationFactory.Create(source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity > DiagnosticSeverity.Info);
        return (CaptureDriver.Losses(source).ToDictionary(s => s.Method), CompilationFactory.Load((CSharpCompilation)generated));
    });

    [Theory]
    [MemberData(nameof(LoopLosses.Names), MemberType = typeof(LoopLosses))]
    public void StagesAgreeWithDualNumbers(string name)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(spec.Function, spec.IsFast);
        Function gradient0 = DifferentiateStage.Gradient(normal, spec.Checkpoints);
        Function[] gradients = [DifferentiateStage.Gradient(spec.Function), DifferentiateStage.Gradient(spec.Function, checkpoint: true), gradient0, OptimizeStage.Run(gradient0, spec.IsFast)];
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

    /// <summary>The loops of a kernel too large to be compiled with all that it calls are structures with a method; two sums and a maximum come back from one.</summary>
    [Fact]
    public void LoopsOfALargeKernelAreCalled()
    {
        Assert.Equal(["Void"], LoopsOf("GatesLoss+GatesObjective"));
        Assert.Contains("out", LoopsOf("FunctionsLoss+FunctionsObjective"));
        Assert.Empty(LoopsOf("FilterLoss+FilterObjective"));

        static IEnumerable<string> LoopsOf(string objective) => s_compiled.Value.Assembly.GetType(objective)!.GetNestedTypes(BindingFlags.NonPublic).Select(t => t.GetMethod("Run")).OfType<MethodInfo>()
            .Select(run => run.GetParameters().Any(p => p.IsOut) ? "out" : run.ReturnType.Name).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>The record of a scan is one of √n iterations, and the gradient the same.</summary>
    [Theory]
    [InlineData("CheckpointedRecurrence", 400, 8)]
    [InlineData("CheckpointedRnn", 400, 10)]
    public void CheckpointsNeedTheMemoryOfSquareRootIterations(string name, int length, int statesPerIteration)
    {
        LossSpec spec = s_compiled.Value.Specs[name];
        Function normal = OptimizeStage.Normalize(spec.Function, spec.IsFast);
        int[] extents = spec.Function.Extents.Select(e => e.Name switch { "nSquared" => 9, "n" when name.EndsWith("Rnn", StringComparison.Ordinal) => 3, _ => length }).ToArray();
        IrInputs inputs = RandomInputs.OfExtents(spec.Function, seed: 5, extents, examples: 1);
        IrOutcome<double> all = IrInterpreter.Run(OptimizeStage.Run(DifferentiateStage.Gradient(normal), spec.IsFast), inputs);
        IrOutcome<double> some = IrInterpreter.Run(OptimizeStage.Run(DifferentiateStage.Gradient(normal, checkpoint: true), spec.IsFast), inputs);
        Assert.True(all.TapeElements >= length, $"{all.TapeElements} without checkpoints");
        Assert.True(some.TapeElements <= 2.2 * statesPerIteration * Math.Sqrt(length), $"{some.TapeElements} with checkpoints");
        Assert.Equal(all.Value, some.Value, 1e-13);
        for (int k = 0; k < all.Gradient.Length; k++) Assert.Equal(all.Gradient[k], some.Gradient[k], 1e-11);
    }

    /// <summary>Once the record has grown, it is there.</summary>
    [Fact]
    public void WarmLoopsAllocateNothing()
    {
        HostObjective<double> objective = Objective("NoExamples", 5);
        double[] point = [0.3, -0.7, 1.1, 0.2, -0.4], gradient = new double[5];
        for (int warm = 0; warm < 3; warm++) objective.Gradient(point, gradient);
        long least = long.MaxValue;         // the run time itself allocates now and then, as it compiles code anew; a kernel that allocates does in every call
        for (int call = 0; call < 10; call++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            objective.Gradient(point, gradient);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void TheRecordOfALoopHasALimit()
    {
        HostObjective<double> objective = Objective("NoExamples", 3);
        objective.TapeLimit = 64;
        var exception = Assert.Throws<InvalidOperationException>(() => objective.Gradient([0.3, -0.7, 1.1], new double[3]));
        Assert.Contains("while (t > 0.01)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("64 bytes", exception.Message, StringComparison.Ordinal);
        objective.TapeLimit = 1 << 20;
        objective.Gradient([0.3, -0.7, 1.1], new double[3]);
    }

    [Fact]
    public void MaxTripsIsKept()
    {
        HostObjective<double> objective = Objective("AtMostTwenty");
        Assert.Equal(Math.Pow(0.5, 10), objective.Value([0.5]) * 8, 1e-15);
        objective.Gradient([0.5], new double[1]);
        var exception = Assert.Throws<InvalidOperationException>(() => objective.Gradient([0.9], new double[1]));
        Assert.Contains("while (s > 1e-3)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("20", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => objective.Value([0.9]));
    }

    private static HostObjective<double> Objective(string method, params object[] arguments) =>
        (HostObjective<double>)Activator.CreateInstance(s_compiled.Value.Assembly.GetType($"{method}Loss+{method}Objective")!, arguments)!;
}
