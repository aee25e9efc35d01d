namespace Benchmarks.Reports;

/// <summary>How much of the machine other processes take, from Linux's own counters. Elsewhere nothing is known.</summary>
internal static class OtherLoad
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor seconds of all other processes since the machine started; null where nobody tells.</summary>
    internal static double? Seconds
    {
        get
        {
            if (!File.Exists("/proc/stat")) return null;

            // cpu user nice system idle iowait irq softirq steal: all but those in which a processor was idle.
            double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(ticks => double.Parse(ticks, System.Globalization.CultureInfo.InvariantCulture))];
            return ((ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond) - Environment.CpuUsage.TotalTime.TotalSeconds;
        }
    }
}
