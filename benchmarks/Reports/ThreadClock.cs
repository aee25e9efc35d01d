using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Benchmarks.Reports;

/// <summary>
/// Time for which the calling thread had a processor. On an idle machine that is the time on the wall; on a busy one it leaves out the
/// turns of others, though not what they do to the caches. Linux and macOS; elsewhere it is the time on the wall.
/// </summary>
internal static partial class ThreadClock
{
    private static readonly int Clock = OperatingSystem.IsLinux() ? 3 : OperatingSystem.IsMacOS() ? 16 : -1;

    /// <summary>Seconds since some moment.</summary>
    internal static double Seconds
    {
        get
        {
            if (Clock < 0) return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            _ = GetTime(Clock, out TimeSpec time);
            return time.Seconds + 1e-9 * time.Nanoseconds;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private readonly struct TimeSpec
    {
        internal readonly nint Seconds;
        internal readonly nint Nanoseconds;
    }
}
