using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Benchmarks.Native;

/// <summary>The references in C (benchmarks/c), compiled by the gcc of this machine for this machine when they are first asked for.</summary>
internal sealed unsafe class NativeKernels
{
    // Vectors of 512 bits: with gcc's own preference for 256 on Intel machines, Rosenbrock in plain C took 0.41 instead of 0.26 µs and the
    // growth curve 1.55 instead of 1.19 ms on a Sapphire Rapids server. The logistic kernel is the same with both.
    private const string Flags = "-O3 -march=native -ffast-math";
    private const string WideVectors = "-mprefer-vector-width=512";

    private static readonly Lazy<(NativeKernels? Kernels, string Status)> Loaded = new(Load);

    private readonly delegate* unmanaged[SuppressGCTransition]<float*, float*, nint, float*, float*, float> logistic;
    private readonly delegate* unmanaged[SuppressGCTransition]<double*, double*, nint, double> rosenbrock;
    private readonly delegate* unmanaged[SuppressGCTransition]<double*, double*, nint, double*, double*, double> growth;

    private readonly delegate* unmanaged[SuppressGCTransition]<int*, int*, float*, int*, nint, nint, nint, nint, float, float, float*, float*, int*, int*, float> ratings;

    private NativeKernels(nint library)
    {
        ratings = (delegate* unmanaged[SuppressGCTransition]<int*, int*, float*, int*, nint, nint, nint, nint, float, float, float*, float*, int*, int*, float>)
            NativeLibrary.GetExport(library, "ratings_epoch");
        logistic = (delegate* unmanaged[SuppressGCTransition]<float*, float*, nint, float*, float*, float>)
            NativeLibrary.GetExport(library, "logistic_gradient");
        rosenbrock = (delegate* unmanaged[SuppressGCTransition]<double*, double*, nint, double>)
            NativeLibrary.GetExport(library, "rosenbrock_gradient");
        growth = (delegate* unmanaged[SuppressGCTransition]<double*, double*, nint, double*, double*, double>)
            NativeLibrary.GetExport(library, "growth_gradient");
    }

    /// <summary>Null where there is no gcc, or it cannot compile them: <see cref="Status"/> says which.</summary>
    internal static NativeKernels? Library => Loaded.Value.Kernels;

    /// <summary>What was compiled and how, or why C is not among the contenders.</summary>
    internal static string Status => Loaded.Value.Status;

    internal float Logistic(float* features, float* labels, int examples, int width, float* parameters, float* gradient)
    {
        if (width != 64) throw new ArgumentOutOfRangeException(nameof(width), width, "The kernel in C is written for 64 features.");
        return logistic(features, labels, examples, parameters, gradient);
    }

    internal double Rosenbrock(double* x, double* gradient, int dimensions) => rosenbrock(x, gradient, dimensions);

    internal double Growth(double* x, double* y, int examples, double* parameters, double* gradient) =>
        growth(x, y, examples, parameters, gradient);

    /// <summary>One epoch of descent. <paramref name="rows"/> has room for two integers for each user and each item, zero at first.</summary>
    internal float Ratings(
        int* users, int* items, float* values, int* order, int count, int batch, int userCount, int itemCount, float rate, float l2, float* parameters, float* gradient, int* rows) =>
        ratings(users, items, values, order, count, batch, userCount, itemCount, rate, l2, parameters, gradient, rows, rows + userCount + itemCount);

    private static (NativeKernels?, string) Load()
    {
        if (OperatingSystem.IsWindows()) return (null, "C: skipped, gcc is looked for on Linux and macOS only");

        string sources = Path.Combine(AppContext.BaseDirectory, "c");
        string library = Path.Combine(AppContext.BaseDirectory, $"reference-{Environment.ProcessId}.so");
        string flags = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? $"{Flags} {WideVectors}" : Flags;
        var arguments = new List<string>(flags.Split(' '));
        arguments.AddRange(["-shared", "-fPIC", "-o", library]);
        arguments.AddRange(Directory.GetFiles(sources, "*.c").Order(StringComparer.Ordinal));
        arguments.Add("-lm");
        try
        {
            using Process gcc = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string errors = gcc.StandardError.ReadToEnd();
            gcc.WaitForExit();
            if (gcc.ExitCode != 0) return (null, $"C: skipped, gcc ended with code {gcc.ExitCode}:{Environment.NewLine}{errors}");

            // Once loaded, the file can go: the mapping stays.
            var kernels = new NativeKernels(NativeLibrary.Load(library));
            File.Delete(library);
            return (kernels, $"C: gcc {flags}");
        }
        catch (Win32Exception)
        {
            return (null, "C: skipped, there is no gcc on the path");
        }
    }
}
