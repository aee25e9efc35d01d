using System.Diagnostics;
using Benchmarks.Workloads;

namespace Benchmarks.Reports;

/// <summary>Times contenders alternately, so that whatever else the machine does hits all of them.</summary>
internal static class Sampler
{
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);

    /// <summary>Seconds per call, by the thread's own clock: one row per action, one column per round.</summary>
    /// <remarks>A sample is one call, or as many as take a fifth of a millisecond: long for the clock, short for a busy machine's time slices.</remarks>
    /// <param name="running">The share of the time for which the process had a processor: less than 1 says that others wanted it too.</param>
    internal static double[][] Interleave(IReadOnlyList<Action> actions, int rounds, out double running)
    {
        foreach (Action action in actions) Warm(action);
        int[] calls = [.. actions.Select(CallsPerSample)];

        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        double[][] seconds = [.. actions.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int k = 0; k < actions.Count; k++)
            {
                // Another one begins in each round: nobody always runs after the same neighbour.
                int turn = (k + round) % actions.Count;
                Action action = actions[turn];

                // First without the clock: what the one before left in the caches must not matter, and the outermost one needs a few passes.
                long begun = Stopwatch.GetTimestamp();
                do action();
                while (Stopwatch.GetElapsedTime(begun) < Settling);

                double start = ThreadClock.Seconds;
                for (int call = 0; call < calls[turn]; call++) action();
                seconds[turn][round] = (ThreadClock.Seconds - start) / calls[turn];
            }
        }

        running = (Environment.CpuUsage.TotalTime - processor) / Stopwatch.GetElapsedTime(begin);
        return seconds;
    }

    /// <summary>Bytes that one warm call allocates.</summary>
    internal static double AllocatedBytes(Contender contender, int calls)
    {
        contender.Evaluate();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < calls; call++) contender.Evaluate();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static int CallsPerSample(Action action)
    {
        for (int calls = 1; ; calls *= 2)
        {
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++) action();
            if (Stopwatch.GetElapsedTime(start) >= Sample) return calls;
        }
    }

    /// <summary>Runs until the tiered compiler, which works in the background, has had its time.</summary>
    private static void Warm(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < 50 || Stopwatch.GetElapsedTime(start) < WarmUp; call++) action();
    }
}
