using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.EndToEnd;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Ilgpu;

/// <summary>Every kernel that is emitted for a sample loss keeps the rules of devices, and the compilation with ILGPU has no errors and no warnings.</summary>
public sealed class EmittedKernelTests
{
    /// <summary>Losses whose records have no bound that is known when the objective is made.</summary>
    private static readonly string[] Refused = ["DataLength", "Nested3"];

    public static TheoryData<string> Samples => CodeSizeTests.Samples;

    [Fact]
    public void Kernels_of_typical_losses_keep_the_rules() => CheckAll(SampleLosses.Sources.Values.Concat(LoopLosses.Sources.Where(l => !Refused.Contains(l.Key)).Select(l => l.Value)));

    [Fact]
    public void So_do_kernels_of_second_order() => CheckAll(SampleLosses.Sources.Keys.Select(SampleLosses.SecondOrder));

    [Fact]
    public void Residuals_and_products_with_their_Jacobian_are_kernels_too()
    {
        foreach (string name in new[] { "CurveResidual", "GatheredResiduals", "ResidualsOfAnExtent" })
        {
            string kernels = Assert.Single(Generate(SampleLosses.Sources[name], withIlgpu: true, out _), f => f.Key.EndsWith("Objective.Ilgpu.g.cs", StringComparison.Ordinal)).Value;
            foreach (string kernel in new[] { "ResidualsExamples", "JacobianVectorProductExamples", "JacobianTransposedProductExamples" })
            {
                Assert.Contains($"private static void {kernel}(", kernels, StringComparison.Ordinal);
            }

            Assert.Contains("public DeviceResidualObjective<double> On(Accelerator accelerator)", kernels, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_documentation_shows_a_kernel_as_it_is()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "benchmarks/Losses/LogisticRegression.cs"));
        string kernels = string.Join('\n', Generate(source, withIlgpu: true, out _).Where(f => IsForDevices(f.Key)).Select(f => Lines(f.Value)));
        string[] parts = File.ReadAllText(Path.Combine(Repository.Root, "docs/device.md")).Split("```");
        string shown = Assert.Single(parts, p => p.StartsWith("csharp\nfor (int first", StringComparison.Ordinal))["csharp".Length..];
        Assert.Contains(Lines(shown), kernels, StringComparison.Ordinal);

        static string Lines(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Records_without_a_bound_are_refused()
    {
        foreach (string name in Refused)
        {
            Generate(Bounded(LoopLosses.Sources[name]), withIlgpu: true, out IReadOnlyList<Diagnostic> diagnostics);
            Assert.Contains(diagnostics, d => d.Id == "SGD7001");
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Kernels_of_a_sample_keep_the_rules(string file) => Check(File.ReadAllText(Path.Combine(Repository.Root, file)), errorsAreOurs: false);

    [Fact]
    public void Without_ILGPU_nothing_is_emitted_for_it()
    {
        Assert.DoesNotContain(Generate(SampleLosses.Sources["NaiveLogistic"], withIlgpu: false, out _).Keys, IsForDevices);
        Assert.DoesNotContain("partial class NegativeLogLikelihoodObjective", Generate(SampleLosses.Sources["NaiveLogistic"], withIlgpu: false, out _).Values.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_opts_out()
    {
        string source = SampleLosses.Sources["NaiveLogistic"].Replace("[Loss]", "[Loss(Targets = Target.Cpu)]", StringComparison.Ordinal);
        Assert.DoesNotContain(Generate(source, withIlgpu: true, out _).Keys, IsForDevices);
    }

    [Fact]
    public void What_a_device_lacks_is_a_warning_and_the_rest_is_generated()
    {
        const string Source = """
            public static partial class Roots
            {
                [Loss]
                public static double Root([Parameter] double scale, double x)
                {
                    double root = 1 + scale * x;
                    while (root * root - x > 1e-6) root = 0.5 * (root + x / root);
                    return root;
                }
            }
            """;
        IReadOnlyDictionary<string, string> files = Generate(Source, withIlgpu: true, out IReadOnlyList<Diagnostic> diagnostics);
        Diagnostic warning = Assert.Single(diagnostics, d => d.Severity >= DiagnosticSeverity.Warning && !d.Id.StartsWith("CS15", StringComparison.Ordinal));
        Assert.Equal("SGD7001", warning.Id);
        Assert.Contains("while (root * root - x > 1e-6)", warning.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal("Root", warning.Location.SourceTree!.GetText().ToString(warning.Location.SourceSpan));
        Assert.DoesNotContain(files.Keys, k => k.Contains("RootObjective.Ilgpu", StringComparison.Ordinal));
        Assert.Contains(files.Keys, k => k.EndsWith("RootObjective.g.cs", StringComparison.Ordinal));
    }

    /// <summary>Devices need a bound on the iterations of loops.</summary>
    private static string Bounded(string source) => source.Contains("MaxTrips", StringComparison.Ordinal) ? source : source
        .Replace("[Loss]", "[Loss(MaxTrips = 100)]", StringComparison.Ordinal).Replace("[Residual]", "[Residual(MaxTrips = 100)]", StringComparison.Ordinal)
        .Replace("[Loss(Order", "[Loss(MaxTrips = 100, Order", StringComparison.Ordinal).Replace("[Residual(Order", "[Residual(MaxTrips = 100, Order", StringComparison.Ordinal)
        .Replace("[Loss(Checkpoint", "[Loss(MaxTrips = 100, Checkpoint", StringComparison.Ordinal);

    /// <summary>Many losses in one compilation, each in a namespace of its own.</summary>
    private static void CheckAll(IEnumerable<string> sources) => Check(string.Join("\n", sources.Select((s, k) => $"namespace Losses{k}\n{{\n{Bounded(s)}\n}}")));

    private static void Check(string source, bool errorsAreOurs = true)
    {
        IReadOnlyDictionary<string, string> files = Generate(source, withIlgpu: true, out IReadOnlyList<Diagnostic> diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity == DiagnosticSeverity.Error && (errorsAreOurs || IsInDeviceFile(d)));
        Assert.DoesNotContain(diagnostics, d => d.Severity == DiagnosticSeverity.Warning && (d.Id.StartsWith("SGD", StringComparison.Ordinal) || IsInDeviceFile(d)));
        string[] forDevices = [.. files.Where(f => IsForDevices(f.Key)).Select(f => f.Value)];
        Assert.NotEmpty(forDevices);
        Assert.Empty(KernelRules.Violations(forDevices, name => name is "OnDevice" or "DeviceMath" or "DeviceKernels"));
    }

    private static bool IsInDeviceFile(Diagnostic diagnostic) => diagnostic.Location.SourceTree is { } tree && IsForDevices(tree.FilePath);

    private static bool IsForDevices(string file) => file.Contains(".Ilgpu.", StringComparison.Ordinal) || file.Contains("SymbolicGD.Device.", StringComparison.Ordinal);

    internal static IReadOnlyDictionary<string, string> Generate(string source, bool withIlgpu, out IReadOnlyList<Diagnostic> diagnostics)
    {
        CSharpCompilation compilation = CompilationFactory.Create(source);
        if (withIlgpu) compilation = compilation.WithReferences(CompilationFactory.ReferencesWithIlgpu);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out System.Collections.Immutable.ImmutableArray<Diagnostic> said);
        diagnostics = [.. said, .. generated.GetDiagnostics()];
        return driver.GetRunResult().GeneratedTrees.ToDictionary(t => Path.GetFileName(t.FilePath), t => t.GetText().ToString());
    }
}
