using Benchmarks.Generator;

namespace Benchmarks.Reports;

/// <summary>How long the generator takes over the losses of the Quickstart, by its driver's own clock.</summary>
internal static class GeneratorReport
{
    private const int WarmUp = 20;
    private const int Runs = 41;
    private const int LongStatements = 5000;
    private static readonly TimeSpan WarmLimit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SampleLimit = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongLimit = TimeSpan.FromSeconds(5);

    /// <summary>The largest sources of samples and GradBench tool, by what the generator makes of them.</summary>
    private static readonly string[] Samples = ["Arm.cs", "GaussianMixture.cs", "LongShortTermMemory.cs", "BundleAdjustment.cs"];

    /// <summary>Writes the table.</summary>
    /// <returns>Whether every warm run meets the limit.</returns>
    internal static bool Write(TextWriter output)
    {
        var session = new QuickstartSession();
        output.WriteLine("| generator over the Quickstart's losses | median | best | target | |");
        output.WriteLine("|---|--:|--:|---|---|");
        output.WriteLine(Invariant($"| first run in a process, with the just-in-time compilation of generator and compiler | {session.FirstRun.TotalMilliseconds:0} ms | | | |"));
        bool met = Row(output, "warm, everything anew", _ => session.Full());
        met &= Row(output, "warm, a comment edited beside a loss", session.CommentEdit);
        met &= Row(output, "warm, an unrelated file edited", session.UnrelatedEdit);
        met &= Row(output, "warm, one loss edited", session.LossEdit);
        foreach (string sample in Samples)
        {
            var large = new LargeSource(Sources.Read(sample));
            met &= Row(output, $"warm, {sample} alone", _ => large.Full(), SampleLimit, WarmUp, Runs);
        }

        var statements = LargeSource.OfStatements(LongStatements);
        met &= Row(output, Invariant($"warm, a loss of {LongStatements} statements"), _ => statements.Full(), LongLimit, 1, 3);
        return met;
    }

    private static bool Row(TextWriter output, string title, Func<int, TimeSpan> run) => Row(output, title, run, WarmLimit, WarmUp, Runs);

    private static bool Row(TextWriter output, string title, Func<int, TimeSpan> run, TimeSpan limit, int warmUp, int runs)
    {
        for (int i = 0; i < warmUp; i++) run(i);
        double[] milliseconds = [.. Enumerable.Range(warmUp, runs).Select(i => run(i).TotalMilliseconds)];
        double median = Sampler.Median(milliseconds);
        bool met = median < limit.TotalMilliseconds;
        output.WriteLine(Invariant($"| {title} | {median:0.00} ms | {milliseconds.Min():0.00} ms | < {limit.TotalMilliseconds:0} ms | {(met ? "pass" : "**fail**")} |"));
        return met;
    }
}
