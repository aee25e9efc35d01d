using Benchmarks.Generator;

namespace Benchmarks.Reports;

/// <summary>How long the generator takes over the losses of the Quickstart, by its driver's own clock.</summary>
internal static class GeneratorReport
{
    private const int WarmUp = 20;
    private const int Runs = 41;
    private static readonly TimeSpan WarmLimit = TimeSpan.FromMilliseconds(100);

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
        return met;
    }

    private static bool Row(TextWriter output, string title, Func<int, TimeSpan> run)
    {
        for (int i = 0; i < WarmUp; i++) run(i);
        double[] milliseconds = [.. Enumerable.Range(WarmUp, Runs).Select(i => run(i).TotalMilliseconds)];
        double median = Sampler.Median(milliseconds);
        bool met = median < WarmLimit.TotalMilliseconds;
        output.WriteLine(Invariant($"| {title} | {median:0.00} ms | {milliseconds.Min():0.00} ms | < {WarmLimit.TotalMilliseconds:0} ms | {(met ? "pass" : "**fail**")} |"));
        return met;
    }
}
