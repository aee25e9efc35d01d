using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using IlgpuStandIn;
using SymbolicGD.Generator;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;
using Xunit.Abstractions;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>
/// Random losses and residuals with fixed seeds, whose derivatives must agree with dual numbers. A longer run is
/// <c>SYMBOLICGD_RANDOM_PROGRAMS=10000 dotnet test tests/GeneratorTests -c Release --filter RandomPrograms</c>;
/// its report, with coverage and skip rate, is in <c>artifacts/random-programs-*.txt</c> too. The shortest program that fails is reduced to the
/// least that fails, and printed.
/// </summary>
public sealed class RandomProgramTests(ITestOutputHelper output)
{
    private const int DefaultPrograms = 2000;
    private const int BatchSize = 125;
    private const double MaxSkipRate = 0.05;

    /// <summary>Every how manyth program is compiled to the end: the emitted code is long.</summary>
    private const int CompiledOneIn = 20;

    /// <summary>A loop whose trip count depends on data and that must be recorded: not supported, and said so.</summary>
    private const string LengthRefusal = "SGD5002";

    /// <summary>What devices do not have.</summary>
    private const string DeviceRefusal = "SGD7001";

    /// <summary>Every how manyth program runs on the stand-in for ILGPU.</summary>
    private const int OnDevicesOneIn = 4 * CompiledOneIn;

    private static readonly int Programs = Setting("SYMBOLICGD_RANDOM_PROGRAMS", DefaultPrograms);

    /// <summary>To run one program again: its seed here, and one program.</summary>
    private static readonly int FirstSeed = Setting("SYMBOLICGD_RANDOM_FIRST_SEED", 0);

    /// <summary>As many, not counting those in single precision.</summary>
    private static readonly int Seeds = Math.Max(1, Programs * 9 / 8);

    [Fact]
    public void StagesAgreeWithDualNumbers()
    {
        IReadOnlyList<ProgramVerdict> verdicts = InBatches(Enumerable.Range(FirstSeed, Seeds), RandomProgram.Create, batch =>
        {
            return Stages(batch);
        });
        Report("stages", verdicts, program => FailureOf(program, Stages));
    }

    private static ProgramVerdict[] Stages(ProgramBatch batch)
    {
        Assembly assembly = ProgramBatch.Load(batch.Compilation);
        Dictionary<string, CaptureResult<LossSpec>> captured = Capture(batch.Compilation);
        Dictionary<string, CaptureResult<LossSpec>> twins = batch.WithoutGivenDerivatives() is { } without ? Capture(without) : [];
        return [.. batch.Programs.Select(p => ProgramCheck.Stages(p, captured.GetValueOrDefault(p.Name), ProgramBatch.Method(assembly, p), twins.GetValueOrDefault(p.Name)?.Spec))];
    }

    [Fact]
    public void GeneratedCodeAgreesWithDualNumbers()
    {
        IReadOnlyList<ProgramVerdict> verdicts = InBatches(Enumerable.Range(0, (Seeds + CompiledOneIn - 1) / CompiledOneIn).Select(k => FirstSeed + (k * CompiledOneIn)), Compiled, batch =>
        {
            return Compiled(batch);
        });
        Report("generated code", verdicts, program => FailureOf(program, Compiled));
    }

    [Fact]
    public void KernelsForDevicesAgreeWithDualNumbers()
    {
        IReadOnlyList<ProgramVerdict> verdicts = InBatches(
            Enumerable.Range(0, (Seeds + OnDevicesOneIn - 1) / OnDevicesOneIn).Select(k => FirstSeed + (CompiledOneIn / 2) + (k * OnDevicesOneIn)), ForDevices, OnDevices, forDevices: true);
        Report("kernels for devices", verdicts, program => FailureOf(program, OnDevices, forDevices: true));
    }

    private static ProgramVerdict[] OnDevices(ProgramBatch batch)
    {
        using ILGPU.Context context = ILGPU.Context.Create(builder => builder.StandIn(new StandInOptions { MaxThreadsPerGroup = 4, Multiprocessors = 2 }));
        using ILGPU.Runtime.Accelerator accelerator = context.Devices[0].CreateAccelerator(context);
        return Compiled(batch, accelerator);
    }

    private static ProgramVerdict[] Compiled(ProgramBatch batch) => Compiled(batch, null);

    private static ProgramVerdict[] Compiled(ProgramBatch batch, ILGPU.Runtime.Accelerator? accelerator)
    {
        Dictionary<string, CaptureResult<LossSpec>> captured = Capture(batch.Compilation);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: batch.Options);
        driver.RunGeneratorsAndUpdateCompilation(batch.Compilation, out Compilation generated, out var diagnostics);
        Dictionary<string, string> refused = Refusals(diagnostics, batch);
        Assembly assembly = ProgramBatch.Load(generated);
        return batch.Programs.Select(p => refused.TryGetValue(p.Name, out string? why)
            ? new ProgramVerdict(p, why.Contains(LengthRefusal) || why.Contains(DeviceRefusal) ? null : why, true, IsRefused: true) { Refusal = why }
            : ProgramCheck.Compiled(p, captured[p.Name].Spec!, assembly, accelerator)).ToArray();
    }

    /// <summary>What is wrong with one program; null where nothing is, or where it is none.</summary>
    private static string? FailureOf(RandomProgram program, Func<ProgramBatch, IReadOnlyList<ProgramVerdict>> check, bool forDevices = false)
    {
        var batch = new ProgramBatch([program], LanguageVersion.CSharp14, forDevices);
        if (batch.Compilation.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error)) return null;
        try
        {
            // A program without an end is no smaller one: it fails in another way.
            return check(batch)[0].Failure;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Every other compiled program has second-order products.</summary>
    private static RandomProgram Compiled(int seed) => seed / CompiledOneIn % 2 == 0 ? RandomProgram.Create(seed).WithSecondOrder() : RandomProgram.Create(seed);

    private static RandomProgram ForDevices(int seed) => (seed / OnDevicesOneIn % 2 == 0 ? RandomProgram.Create(seed).WithSecondOrder() : RandomProgram.Create(seed)).WithMaxTrips();

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int n) ? n : otherwise;

    /// <summary>The errors of the generator by the method that they are in.</summary>
    private static Dictionary<string, string> Refusals(IEnumerable<Diagnostic> diagnostics, ProgramBatch batch)
    {
        var refusals = new Dictionary<string, string>();
        foreach (Diagnostic error in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error || d.Id == DeviceRefusal))
        {
            refusals.TryAdd(MethodAt(batch.Compilation, error.Location.SourceSpan), error.ToString());
        }

        return refusals;
    }

    /// <summary>What capture gave, by method: a refusal has no spec, but a place.</summary>
    private static Dictionary<string, CaptureResult<LossSpec>> Capture(CSharpCompilation compilation)
    {
        var captured = new Dictionary<string, CaptureResult<LossSpec>>();
        foreach (CaptureResult<LossSpec> result in CaptureDriver.Run(compilation).Losses)
        {
            captured.TryAdd(result.Spec?.Method ?? MethodAt(compilation, new TextSpan(result.Diagnostics[0].Start, result.Diagnostics[0].Length)), result);
        }

        return captured;
    }

    /// <summary>The program at a place, which may be in one of its own helpers.</summary>
    private static string MethodAt(CSharpCompilation compilation, TextSpan place) =>
        compilation.SyntaxTrees[0].GetRoot().FindNode(place).AncestorsAndSelf().OfType<MethodDeclarationSyntax>().LastOrDefault()?.Identifier.Text.Split('_')[0] ?? "";

    private static IReadOnlyList<ProgramVerdict> InBatches(
        IEnumerable<int> seeds, Func<int, RandomProgram> create, Func<ProgramBatch, IEnumerable<ProgramVerdict>> check, bool forDevices = false)
    {
        var verdicts = new ConcurrentBag<ProgramVerdict>();
        (int[] Seeds, int Index)[] batches = seeds.Chunk(BatchSize).Select((s, k) => (s, k)).ToArray();
        Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, item =>
        {
            LanguageVersion language = CompilationFactory.Languages[item.Index % CompilationFactory.Languages.Length];
            foreach (ProgramVerdict verdict in check(new ProgramBatch(item.Seeds.Select(create).ToArray(), language, forDevices))) verdicts.Add(verdict);
        });
        return verdicts.OrderBy(v => v.Program.Seed).ToArray();
    }

    private void Report(string what, IReadOnlyList<ProgramVerdict> verdicts, Func<RandomProgram, string?> failureOf)
    {
        ProgramVerdict[] failures = verdicts.Where(v => v.Failure is not null).OrderBy(v => v.Program.Method.Length).ToArray();
        int skipped = verdicts.Count(v => v.Failure is null && !v.IsFinite);
        int refused = verdicts.Count(v => v.Failure is null && v.IsRefused);
        double skipRate = skipped / (double)Math.Max(1, verdicts.Count);
        var report = new StringBuilder();
        report.Append(CultureInfo.InvariantCulture, $"{verdicts.Count} programs ({what}): {verdicts.Count - skipped - refused - failures.Length} agree, {failures.Length} fail, {refused} refused with {LengthRefusal}, ");
        int large = verdicts.Sum(v => v.LargeCompared);
        if (large > 0) report.Append(CultureInfo.InvariantCulture, $"compared {large} times at larger sizes, ");
        report.Append(CultureInfo.InvariantCulture, $"{skipped} skipped as not finite or undecided ({100 * skipRate:0.0}%, at most {100 * MaxSkipRate:0}%)\n\nprograms with each construct:\n");
        foreach (var construct in verdicts.SelectMany(v => v.Program.Constructs).GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            report.Append(CultureInfo.InvariantCulture, $"  {construct.Count(),6}  {construct.Key}\n");
        }

        output.WriteLine(report.ToString());
        string file = Path.Combine(Repository.Root, "artifacts", $"random-programs-{what.Replace(' ', '-')}.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        // The shortest first, and of it what is left when all is taken away that it fails without: they are what a failure is understood from.
        foreach (IGrouping<string, ProgramVerdict> refusal in verdicts.Where(v => v.Refusal is not null).GroupBy(v => v.Refusal!.Split(": ", 2)[1]).OrderByDescending(g => g.Count()))
        {
            report.Append(CultureInfo.InvariantCulture, $"\n{refusal.Count()} refused, such as seed {refusal.First().Program.Seed}: {refusal.Key}");
        }

        if (failures.Length > 0 && failureOf(failures[0].Program) is not null)
        {
            (RandomProgram least, string why) = new ProgramReducer(failureOf).Reduce(failures[0].Program);
            failures = [new ProgramVerdict(least, why, true), .. failures.Skip(1)];
        }

        foreach (ProgramVerdict failure in failures) report.Append(CultureInfo.InvariantCulture, $"\n=== seed {failure.Program.Seed}\n{failure.Failure}\n{failure.Program.Method}");
        File.WriteAllText(file, report.ToString());
        Assert.True(failures.Length == 0, $"{failures.Length} of {verdicts.Count} programs fail (all in {Path.GetFileName(file)}); the shortest:\n"
            + string.Join("\n", failures.Take(2).Select(f => $"seed {f.Program.Seed}: {f.Failure}\n{f.Program.Method}")));
        Assert.True(refused <= MaxSkipRate * verdicts.Count, $"{refused} of {verdicts.Count} programs are refused");
        Assert.True(skipRate <= MaxSkipRate, $"{skipped} of {verdicts.Count} programs are not finite or undecided");
    }
}
