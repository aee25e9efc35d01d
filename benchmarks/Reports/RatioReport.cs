using Benchmarks.Native;
using Benchmarks.Workloads;

namespace Benchmarks.Reports;

/// <summary>One Markdown table per run: who takes how long, in one process, on one thread, alternately, and whether the targets are met.</summary>
internal static class RatioReport
{
    private const int Rounds = 41;
    private const int CallsForAllocation = 20;

    /// <summary>Writes the table.</summary>
    /// <returns>Whether every target is met. Targets against a contender that is missing do not count.</returns>
    internal static bool Write(TextWriter output, IEnumerable<string> names)
    {
        var wanted = new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
        var notes = new List<string>();
        bool met = true;
        output.WriteLine("| workload | contender | median | best | time / SymbolicGD | bytes per call | target for SymbolicGD | |");
        output.WriteLine("|---|---|--:|--:|--:|--:|---|---|");
        foreach (Workload workload in Workloads().Where(workload => wanted.Count == 0 || wanted.Contains(workload.Name)))
        {
            workload.Check();
            met &= WriteRows(output, workload, notes);
        }

        output.WriteLine();
        foreach (string note in notes) output.WriteLine($"- {note}");
        output.WriteLine(Invariant($"- Medians of {Rounds} alternating rounds on one thread, warm, by the thread's own processor time; ratios are medians over the rounds of the ratio within a round."));
        output.WriteLine($"- {NativeKernels.Status}");
        return met;
    }

    private static IEnumerable<Workload> Workloads()
    {
        yield return new LogisticWorkload();
        yield return new RosenbrockWorkload();
        yield return new GrowthWorkload();
        yield return new RatingsWorkload();
    }

    private static bool WriteRows(TextWriter output, Workload workload, List<string> notes)
    {
        IReadOnlyList<Contender> contenders = workload.Contenders;
        List<Action> actions = [.. contenders.Select<Contender, Action>(contender => () => contender.Evaluate())];
        if (workload.ReadData is { } read) actions.Add(read);
        double[][] seconds = Sampler.Interleave(actions, Rounds, out double running);
        if (running < 0.95)
        {
            notes.Add(Invariant($"{workload.Title}: **the machine was busy**, this process ran for {running:0%} of the time only: its caches were not its own."));
        }

        bool met = true;
        for (int k = 0; k < contenders.Count; k++)
        {
            Contender contender = contenders[k];
            double ratio = Sampler.Median(seconds[k].Zip(seconds[0], (theirs, ours) => theirs / ours));
            double bytes = Sampler.AllocatedBytes(contender, CallsForAllocation);
            Target? bound = workload.Targets.FirstOrDefault(candidate => candidate.Against == contender.Name);
            string target = k == 0 ? "0 bytes" : bound?.Text ?? "";
            bool? verdict = k == 0 ? bytes == 0 : bound is null ? null : 1 / ratio <= bound.MostTime;
            met &= verdict ?? true;
            output.WriteLine(Invariant(
                $"| {(k == 0 ? workload.Title : "")} | {contender.Name} | {Time(Sampler.Median(seconds[k]))} | {Time(seconds[k].Min())} | {ratio:0.00} | {bytes:0.#} | {target} | {Word(verdict)} |"));
        }

        if (workload.ReadData is not null)
        {
            double share = Sampler.Median(seconds[0].Zip(seconds[^1], (gradient, pass) => gradient / pass));
            bool once = share < 2;
            met &= once;
            notes.Add(Invariant($"{workload.Title}: reading the data once and doing nothing else takes {Time(Sampler.Median(seconds[^1]))}; ")
                + Invariant($"the gradient takes {share:0.00} times that, so it reads each datum {(once ? "once" : "perhaps more than once")} from memory: {Word(once)}."));
        }

        return met;
    }

    private static string Word(bool? verdict) => verdict switch { true => "pass", false => "**fail**", null => "" };

    private static string Time(double seconds) => seconds switch
    {
        < 1e-6 => Invariant($"{seconds * 1e9:0} ns"),
        < 1e-3 => Invariant($"{seconds * 1e6:0.0} µs"),
        _ => Invariant($"{seconds * 1e3:0.00} ms"),
    };
}
