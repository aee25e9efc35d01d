using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace SymbolicGD.RuntimeTests.Workloads;

/// <summary>First calls of generated kernels, in a process in which nothing has been called before.</summary>
internal static class StartUp
{
    /// <summary>The argument that makes the tests' program print <see cref="Report"/>.</summary>
    public const string Argument = "start-up";

    private const int Scale = 12;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(150);

    /// <summary>A line per workload: its name, and in microseconds the first call, what of it the just-in-time compiler took, and a warm call; tabs between them.</summary>
    public static IEnumerable<string> Report()
    {
        foreach (string name in Workload.Names)
        {
            Action call = Workload.Create(name, Scale);
            TimeSpan compiled = JitInfo.GetCompilationTime(currentThread: true);
            long start = Stopwatch.GetTimestamp();
            call();
            TimeSpan first = Stopwatch.GetElapsedTime(start), compiling = JitInfo.GetCompilationTime(currentThread: true) - compiled;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{name}\t{first.TotalMicroseconds:F1}\t{compiling.TotalMicroseconds:F1}\t{Warm(call).TotalMicroseconds:F2}");
        }
    }

    private static TimeSpan Warm(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        var times = new List<TimeSpan>();
        while (times.Count < 20 || Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            long begun = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(begun));
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
