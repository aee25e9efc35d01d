using Benchmarks.Native;
using Benchmarks.Peers;
using Benchmarks.Reports;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Benchmarks;

/// <summary>
/// <c>ratios [logistic|rosenbrock|growth|ratings|gemm|threads|generator|scaling]…</c> prints Markdown tables with the acceptance targets;
/// <c>peers-own FOLDER</c> answers <c>benchmarks/peers/run</c>; anything else goes to BenchmarkDotNet.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["ratios", .. string[] names]) return Ratios(names) ? 0 : 1;
        if (arguments is ["peers-own", string folder]) return PeerHost.Run(folder);

        Console.WriteLine(NativeKernels.Status);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(WithoutExpandedStar(arguments), Config());
        return 0;
    }

    private static bool Ratios(string[] names)
    {
        string[] reports = ["gemm", "threads", "generator", "scaling"];
        string[] known = ["logistic", "rosenbrock", "growth", "ratings", .. reports];
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no workload {unknown}; there are {string.Join(", ", known)}.");
            return false;
        }

        bool all = names.Length == 0, met = true;
        string[] workloads = [.. names.Where(name => !reports.Contains(name, StringComparer.OrdinalIgnoreCase))];
        if (all || workloads.Length > 0) met &= RatioReport.Write(Console.Out, workloads);
        if (Wanted("gemm")) met &= ProductReport.Write(Console.Out);
        if (Wanted("threads")) met &= ThreadReport.Write(Console.Out);
        if (Wanted("generator")) met &= GeneratorReport.Write(Console.Out);
        if (Wanted("scaling")) met &= ScalingReport.Write(Console.Out);
        return met;

        bool Wanted(string report)
        {
            if (all) Console.WriteLine();
            return all || names.Contains(report, StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <remarks>
    /// In the process: contenders share their data, and nothing is built at run time. Short iterations, since each benchmark is a
    /// loop over a fixed amount of work.
    /// </remarks>
    private static IConfig Config()
    {
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(TimeInterval.FromMilliseconds(200)).WithWarmupCount(6).WithIterationCount(15);
        return DefaultConfig.Instance.AddJob(job.AsDefault()).AddDiagnoser(MemoryDiagnoser.Default)
            .AddFilter(new SimpleFilter(benchmark =>
                benchmark.Descriptor.WorkloadMethod.Name != nameof(GradientBenchmarks.C) || NativeKernels.Library is not null));
    }

    /// <summary>A shell expands the star of <c>--filter *</c> to the files of its folder: then it is put back.</summary>
    private static string[] WithoutExpandedStar(string[] arguments)
    {
        int filter = Array.IndexOf(arguments, "--filter");
        if (filter < 0) return arguments;
        string[] patterns = [.. arguments.Skip(filter + 1).TakeWhile(argument => !argument.StartsWith('-'))];
        return patterns.Length > 1 && patterns.All(Path.Exists)
            ? [.. arguments.Take(filter + 1), "*", .. arguments.Skip(filter + 1 + patterns.Length)]
            : arguments;
    }
}
