using System.Diagnostics;
using Benchmarks.Reports;

namespace Benchmarks.Peers;

/// <summary>
/// SymbolicGD's side of <c>benchmarks/peers/run</c>: one process that stays warm and answers on standard output, a line for a line. <c>check NAME</c>: loss and norm
/// of the result; <c>measure NAME</c>: seconds of one computation; <c>bytes NAME</c>: what a warm one allocates. A name that it does not know is answered with a dash.
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
                "measure" => Invariant($"{Measure(subject, calls):R}"),
                "bytes" => Invariant($"{Bytes(subject):R}"),
                _ => throw new ArgumentException($"There is no command {parts[0]}."),
            };
            Console.WriteLine(answer);
        }

        return 0;
    }

    /// <summary>The median of a few samples of a few milliseconds, by the thread's own clock, after a moment without the clock.</summary>
    private static double Measure(Subject subject, Dictionary<string, int> calls)
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

            double start = ThreadClock.Seconds;
            subject.Run();
            double seconds = Math.Max(ThreadClock.Seconds - start, 1e-8);
            calls[subject.Name] = count = (int)Math.Clamp(Sample.TotalSeconds / seconds, 1, 100_000);
        }

        long settling = Stopwatch.GetTimestamp();
        do subject.Run();
        while (Stopwatch.GetElapsedTime(settling) < Settling);

        double[] samples = new double[Samples];
        foreach (ref double sample in samples.AsSpan())
        {
            double start = ThreadClock.Seconds;
            for (int call = 0; call < count; call++) subject.Run();
            sample = (ThreadClock.Seconds - start) / count;
        }

        return Sampler.Median(samples);
    }

    private static double Bytes(Subject subject)
    {
        subject.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int call = 0; call < CallsForAllocation; call++) subject.Run();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)CallsForAllocation;
    }
}
