using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Compares what the captured IR computes with what the user's method computes, and sees that the later stages take it.</summary>
internal static class CaptureAgreement
{
    private const int Examples = 5;

    /// <summary>Captures the only loss of a file and compares it with the method on random inputs.</summary>
    public static LossSpec Check(string source, int extents = 6, double low = -1.5, double high = 1.5, int integers = 4) =>
        Assert.Single(CheckAll(source, extents, low, high, integers));

    /// <summary>Captures every loss of a file and compares it with the method on random inputs.</summary>
    /// <param name="extents">The length of every extent.</param>
    /// <param name="low">The least value of reals.</param>
    /// <param name="integers">Integers are less than this.</param>
    public static IReadOnlyList<LossSpec> CheckAll(string source, int extents = 6, double low = -1.5, double high = 1.5, int integers = 4)
    {
        IReadOnlyList<LossSpec> specs = CaptureDriver.Losses(source);
        CSharpCompilation compilation = CompilationFactory.Create(source);
        compilation = compilation.AddSyntaxTrees(specs.Select((spec, i) => CompilationFactory.Parse(Driver(spec, i), path: "Driver.cs")));
        Assembly assembly = CompilationFactory.Load(compilation);
        for (int i = 0; i < specs.Count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"Driver{i}");
            Compare(specs[i], assembly.GetType(name)!.GetMethod("Run")!, extents, low, high, integers);
        }

        AssertIsGenerated(source);
        return specs;
    }

    /// <summary>The whole generator accepts the losses, and what it writes compiles.</summary>
    private static void AssertIsGenerated(string source)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        CSharpGeneratorDriver
            .Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out var diagnostics);
        string errors = string.Join("\n", diagnostics.Concat(output.GetDiagnostics()).Where(d => d.Severity == DiagnosticSeverity.Error));
        Assert.True(errors.Length == 0, errors);
    }

    /// <summary>The optimized gradient function against dual numbers, where no single precision is involved.</summary>
    private static void CompareGradient(Function function, IrInputs inputs)
    {
        if (function.Values.Any(v => v.Type == ScalarType.F32)) return;
        Function loss = OptimizeStage.Normalize(ConditionStage.Run(function, stabilize: true).Item1, fast: false);
        Function gradient = OptimizeStage.Run(DifferentiateStage.Gradient(loss), fast: false);
        Assert.True(Equivalence.CheckGradient(function, gradient, inputs), function.Name + ": its derivative is not finite.");
    }

    private static void Compare(LossSpec spec, MethodInfo method, int extents, double low, double high, int integers)
    {
        Function function = IrVerifier.Verify(spec.Function);
        bool hasExamples = function.Arguments.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Example or ArgumentRole.Count);
        int n = hasExamples ? Examples : 1;
        for (int seed = 1; seed <= 4; seed++)
        {
            var random = new Random(seed);
            int[] lengths = [.. function.Extents.Select(_ => extents)];
            double[][] values = [.. function.Arguments.Select(a => Enumerable.Range(0, Count(a, extents, n)).Select(_ => Value(a, random)).ToArray())];
            double expected = (double)method.Invoke(null, [values, extents, n])!;
            var inputs = new IrInputs(values, lengths, hasExamples ? n : 0);
            double actual = IrInterpreter.Run(function, inputs).Value;
            double tolerance = (function.Real == ScalarType.F32 ? 2e-5 : 1e-12) * Math.Max(1, Math.Abs(expected));
            Assert.True(
                expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance,
                string.Create(CultureInfo.InvariantCulture, $"{spec.ContainingTypes[0].Name}: the method gives {expected:R}, its IR {actual:R}:\n{IrPrinter.Print(function)}"));
            Assert.True(double.IsFinite(expected), spec.ContainingTypes[0].Name + ": the inputs of this test do not exercise the method.");
            if (seed == 1) CompareGradient(function, inputs with { Seed = 0.2 });
        }

        double Value(Argument argument, Random random) =>
            argument.Type == ScalarType.I32 ? random.Next(integers)
            : argument.Type == ScalarType.F32 ? (float)(low + ((high - low) * random.NextDouble()))
            : low + ((high - low) * random.NextDouble());
    }

    private static int Count(Argument argument, int extents, int n) => argument.Role switch
    {
        ArgumentRole.Example or ArgumentRole.Count => 0,
        ArgumentRole.Data => n * Length(argument, extents),
        _ => Length(argument, extents),
    };

    private static int Length(Argument argument, int extent) => argument.Dimensions.Aggregate(1, (length, _) => length * extent);

    /// <summary>A method that calls the user's for every example: reflection cannot pass spans.</summary>
    private static string Driver(LossSpec spec, int index)
    {
        string type = string.Join(".", spec.ContainingTypes.Select(t => t.Name).Prepend(spec.Namespace).Where(t => t.Length > 0));
        IEnumerable<string> arguments = spec.Function.Arguments.Select((a, k) =>
        {
            string element = a.Type switch { ScalarType.F32 => "float", ScalarType.I32 => "int", _ => "double" };
            string array = $"System.Array.ConvertAll(a[{k}], v => ({element})v)";
            return a switch
            {
                { Role: ArgumentRole.Example } => "e",
                { Role: ArgumentRole.Count } => "n",
                { Role: ArgumentRole.Data, IsMatrix: true } => $"new SymbolicGD.ReadOnlyMatrix<{element}>(new System.ReadOnlySpan<{element}>({array}, e * extent * extent, extent * extent), extent, extent)",
                { IsMatrix: true } => $"new SymbolicGD.ReadOnlyMatrix<{element}>({array}, extent, extent)",
                { Role: ArgumentRole.Data, IsArray: true } => $"new System.ReadOnlySpan<{element}>({array}, e * extent, extent)",
                { Role: ArgumentRole.Data } => $"({element})a[{k}][e]",
                { IsArray: true } => $"new System.ReadOnlySpan<{element}>({array})",
                _ => $"({element})a[{k}][0]",
            };
        });
        return $$"""
            public static class Driver{{index}}
            {
                public static double Run(double[][] a, int extent, int n)
                {
                    double sum = 0;
                    for (int e = 0; e < n; e++) sum += {{type}}.{{spec.Method}}({{string.Join(", ", arguments)}});
                    return sum;
                }
            }
            """;
    }
}
