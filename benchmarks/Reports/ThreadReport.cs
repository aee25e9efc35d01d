using System.Diagnostics;
using Benchmarks.Losses;
using DigitsSample;
using GradBench.Losses;
using SymbolicGD;

namespace Benchmarks.Reports;

/// <summary>How much faster two threads are than one, by the clock on the wall.</summary>
internal static class ThreadReport
{
    private const int Rounds = 31;
    private const int LeastRounds = 5;

    // What others may take of the time of one processor. Linux counts in hundredths of a second.
    private const double MostOthers = 0.06;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private const int CallsForAllocation = 20;
    private const double Least = 1.7;
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(150);

    /// <summary>Writes the table.</summary>
    /// <returns>Whether two threads are fast enough where that is a target, give the same bits and allocate nothing.</returns>
    internal static bool Write(TextWriter output)
    {
        output.WriteLine("| workload | parts | one thread: median | best | two: median | best | speedup | quiet rounds | bytes per call | target | |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|---|");
        bool met = true;
        foreach (Case workload in (Case[])[Logistic(), Network(), Mixture()]) met &= WriteRow(output, workload);
        output.WriteLine();
        output.WriteLine(Invariant($"- Wall time, alternating; the speedup is the median of the ratio within a round. Rounds do not count in which other programs took more than {MostOthers:0%} of a processor: the second thread would be slower for it."));
        return met;
    }

    private static bool WriteRow(TextWriter output, Case workload)
    {
        List<double>[] seconds = [[], []];
        int calls = Math.Max(1, (int)(Sample / Time(workload, 1, 20).Wall)), rounds = 0;
        Time(workload, 2, 20);
        for (long start = Stopwatch.GetTimestamp(); seconds[0].Count < Rounds && (rounds == 0 || Stopwatch.GetElapsedTime(start) < Limit); rounds++)
        {
            var round = new TimeSpan[2];
            bool quiet = true;
            for (int turn = 0; turn < 2; turn++)
            {
                int threads = 1 + ((turn + rounds) % 2);
                Time(workload, threads, 1);
                (round[threads - 1], bool alone) = Time(workload, threads, calls);
                quiet &= alone;
            }

            if (!quiet) continue;
            seconds[0].Add(round[0].TotalSeconds);
            seconds[1].Add(round[1].TotalSeconds);
        }

        workload.Threads(1);
        double[] one = workload.Result();
        workload.Threads(2);
        double[] two = workload.Result();
        bool same = one.AsSpan().SequenceEqual(two);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int call = 0; call < CallsForAllocation; call++) workload.Run();
        double bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)CallsForAllocation;
        bool busy = seconds[0].Count < LeastRounds;
        double speedup = busy ? double.NaN : Sampler.Median(seconds[0].Zip(seconds[1], (single, both) => single / both));
        bool met = same && (busy || !workload.IsTarget || speedup >= Least);
        string times = busy
            ? "| | | | | | "
            : Invariant($"| {Milliseconds(Sampler.Median(seconds[0]))} | {Milliseconds(seconds[0].Min())} | {Milliseconds(Sampler.Median(seconds[1]))} | {Milliseconds(seconds[1].Min())} | {speedup:0.00} ");
        string verdict = !same ? "**other bits**" : busy ? "the machine was busy" : met ? "pass" : "**fail**";
        output.WriteLine(Invariant($"| {workload.Title} | {workload.Parts} {times}| {seconds[0].Count} of {rounds} | {bytes:0} | {(workload.IsTarget ? Invariant($"≥ {Least}, ") : "")}same bits | {verdict} |"));
        return met;
    }

    private static string Milliseconds(double seconds) => Invariant($"{seconds * 1e3:0.00} ms");

    private static (TimeSpan Wall, bool Alone) Time(Case workload, int threads, int calls)
    {
        workload.Threads(threads);
        double? others = OtherLoad.Seconds;
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++) workload.Run();
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        return (wall / calls, others is null || OtherLoad.Seconds - others <= Math.Max(0.011, MostOthers * wall.TotalSeconds));
    }

    private static Case Logistic()
    {
        const int Examples = 100_000, Features = 64;
        var random = new Random(1);
        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(
            features: Draw(Examples * Features, () => random.NextSingle() - 0.5f), label: Draw(Examples, () => (float)random.Next(2)));
        return Gradient("Logistic regression, 100,000 × 64, float: value and gradient", objective, Draw(Features + 1, () => random.NextSingle() - 0.5f), isTarget: false);
    }

    private static Case Mixture()
    {
        const int Dimensions = 64, Components = 25, Points = 1000;
        var random = new Random(2);
        var objective = new GaussianMixture.NegativeLogPosteriorObjective(
            x: Draw(Points * Dimensions, Normal), gamma: 1, m: 0, components: Components, dimensions: Dimensions, triangle: Dimensions * (Dimensions - 1) / 2);
        GaussianMixture.NegativeLogPosteriorObjective.Parameters start = objective.CreateParameters();
        foreach (ref double value in start.Values.AsSpan()) value = Normal();
        foreach (ref double value in start.Mu.AsSpan()) value = random.NextDouble();
        return Gradient("Gaussian mixture, d = 64, K = 25, N = 1000, double: value and gradient", objective, start.Values, isTarget: true);

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static Case Network()
    {
        const int Images = 10_000, Pixels = 784, Batch = 256;
        var random = new Random(3);
        var objective = new Digits.CrossEntropyObjective(
            image: Draw(Images * Pixels, random.NextSingle), digit: Draw(Images, () => random.Next(10)), hidden: 128, classes: 10);
        float[] start = objective.CreateParameters(Initializer.Xavier(seed: 1)).Values, result = [];
        var options = new FitOptions { BatchSize = Batch, Epochs = 1, Seed = 1 };
        var adam = new Adam { LearningRate = 1e-3 };
        return new Case(
            "Network 784-128-10, 10,000 images, float: an epoch of Adam, batches of 256", objective.PartsOf(Batch), threads => objective.MaxDegreeOfParallelism = threads,
            () => result = adam.Minimize(objective, start, options).Parameters, () => [.. adam.Minimize(objective, start, options).Parameters.Select(p => (double)p)], IsTarget: true);
    }

    private static Case Gradient<T>(string title, ExampleObjective<T> objective, T[] point, bool isTarget)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var gradient = new T[point.Length];
        return new Case(
            title, objective.PartsOf(objective.ExampleCount), threads => objective.MaxDegreeOfParallelism = threads, () => objective.Gradient(point, gradient),
            () => [double.CreateChecked(objective.Gradient(point, gradient)), .. gradient.Select(double.CreateChecked)], isTarget);
    }

    private static T[] Draw<T>(int count, Func<T> next)
    {
        var values = new T[count];
        foreach (ref T value in values.AsSpan()) value = next();
        return values;
    }

    private sealed record Case(string Title, int Parts, Action<int> Threads, Action Run, Func<double[]> Result, bool IsTarget);
}
