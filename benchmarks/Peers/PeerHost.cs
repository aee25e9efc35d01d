using System.Diagnostics;
using System.Runtime.CompilerServices;
using Benchmarks.Reports;

namespace Benchmarks.Peers;

/// <summary>
/// SymbolicGD's side of <c>benchmarks/peers/run</c>: one process that stays warm and answers on standard output, a line for a line. <c>check NAME</c>: loss and norm
/// of the result; <c>measure NAME</c>: seconds of one computation by the clock of its thread, <c>wall NAME</c>: by the clock on the wall; <c>bytes NAME</c>: what a warm one allocates. A name that it does not know is answered with a dash.
/// </summary>
internal static class PeerHost
{
    private const int Samples = 3;
    private const int CallsForAllocation = 5;
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);

    internal static int Run(string folder)
    {
        var subjects = new Subjects(new PeerData(folder));
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line && line != "quit")
        {
            string[] parts = line.Split(' ');
            string answer = subjects.Find(parts[1]) is not { } subject ? "-" : parts[0] switch
            {
                "check" => Invariant($"{subject.Run():R} {subject.Norm():R}"),
                "measure" => Invariant($"{Measure(subject, calls, wall: false):R}"),
                "wall" => Invariant($"{Measure(subject, calls, wall: true):R}"),
                "bytes" => Invariant($"{Bytes(subject):R}"),
                _ => throw new ArgumentException($"There is no command {parts[0]}."),
            };
            Console.WriteLine(answer);
        }

        return 0;
    }

    /// <summary>The best of a few samples of a few milliseconds, by the thread's own clock, after a moment without the clock: the median is that over the rounds.</summary>
    /// <remarks>Compiled at once, like <see cref="Repeat"/>: what loops in code that the tiered compiler still watches have called stayed slower, by 80 ns a call.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Measure(Subject subject, Dictionary<string, int> calls, bool wall)
    {
        if (!calls.TryGetValue(subject.Name, out int count))
        {
            // Until the tiered compiler, which works in the background, has had its time.
            long begun = Stopwatch.GetTimestamp();
            int all = 0;
            for (; all < 60 || Stopwatch.GetElapsedTime(begun) < WarmUp; all++)
            {
                subject.Run();
                if (Stopwatch.GetElapsedTime(begun) > 4 * WarmUp) break;
            }

            double seconds = Math.Max(Repeat(subject.Run, 10, wall) / 10, 1e-8);
            calls[subject.Name] = count = (int)Math.Clamp(Sample.TotalSeconds / seconds, 1, 100_000);
        }

        long settling = Stopwatch.GetTimestamp();
        do subject.Run();
        while (Stopwatch.GetElapsedTime(settling) < Settling);

        double[] samples = new double[Samples];
        foreach (ref double sample in samples.AsSpan())
        {
            sample = Repeat(subject.Run, count, wall) / count;
        }

        return samples.Min();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Repeat(Func<double> run, int count, bool wall)
    {
        long begun = Stopwatch.GetTimestamp();
        double start = ThreadClock.Seconds;
        for (int call = 0; call < count; call++) run();
        double seconds = ThreadClock.Seconds - start;
        return wall ? Stopwatch.GetElapsedTime(begun).TotalSeconds : seconds;
    }

    private static double Bytes(Subject subject)
    {
        subject.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < CallsForAllocation; call++) subject.Run();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)CallsForAllocation;
    }
}
