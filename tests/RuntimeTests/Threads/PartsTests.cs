using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.RuntimeTests.Threads;

/// <summary>How parts are made and who runs them, by objectives written by hand.</summary>
[Collection(nameof(Alone))]
public sealed class PartsTests
{
    // What this thread had allocated when it last began a part.
    [ThreadStatic]
    private static long allocated;

    private static readonly double[] Point = [0.5];

    [Theory]
    [InlineData(100_000, 300, 0, 65, 4, 8)]                 // logistic regression
    [InlineData(256, 410_000, 0, 101_770, 4, 2)]            // layers 784-128-10: sums of the gradient cost something
    [InlineData(64, 410_000, 0, 101_770, 4, 1)]
    [InlineData(10_000, 410_000, 0, 101_770, 4, 8)]         // they stay in the cache
    [InlineData(1 << 30, 1000, 0, 10, 4, 64)]
    [InlineData(127, 1e9, 0, 10, 4, 1)]
    [InlineData(128, 1e9, 0, 10, 4, 2)]
    [InlineData(1000, 1e6, 1e12, 10, 4, 1)]
    [InlineData(1_000_000, 0, 0, 10, 4, 1)]
    public void The_number_of_parts_follows_from_the_work(int examples, double perExample, double perCall, int parameters, int size, int parts) =>
        Assert.Equal(parts, new ExampleWork(perExample, perCall).Parts(examples, parameters, size));

    [Theory]
    [InlineData(128, 2)]
    [InlineData(1000, 8)]
    [InlineData(191, 2)]
    [InlineData(int.MaxValue, 64)]
    public void Parts_cover_all_examples_in_order(int examples, int parts)
    {
        Assert.Equal(0, ExampleWork.Start(examples, parts, 0));
        Assert.Equal(examples, ExampleWork.Start(examples, parts, parts));
        for (int part = 0; part < parts; part++)
        {
            Assert.True(ExampleWork.Start(examples, parts, part + 1) - ExampleWork.Start(examples, parts, part) >= 64);
            Assert.Equal(0, ExampleWork.Start(examples, parts, part) % 16);
            Assert.InRange(ExampleWork.Start(examples, parts, part + 1) - ExampleWork.Start(examples, parts, part), (examples / parts) - 16, (examples / parts) + 32);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void A_number_of_threads_that_is_none_is_refused(int threads)
    {
        LeastSquares<double> objective = LeastSquares<double>.Create(10, 2, seed: 1);
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => objective.MaxDegreeOfParallelism = threads);
        Assert.Contains($"MaxDegreeOfParallelism is {threads}; it must be 1 or more, or −1", e.Message);
        Assert.Equal(1, objective.MaxDegreeOfParallelism);
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.PartsOf(0));
    }

    [Fact]
    public void An_objective_that_says_nothing_of_its_work_has_one_part() => Assert.Equal(1, LeastSquares<double>.Create(10, 2, seed: 1).PartsOf(int.MaxValue));

    [Fact]
    public void Descriptions_end_with_memory_and_parts()
    {
        string few = Network(100).Describe(), many = Network(20_000).Describe();
        Assert.Matches(@"memory       [0-9,]+ bytes per thread for working arrays; a gradient records 1,280 bytes on the way to the value and reads them on the way back\n$", few);
        Assert.EndsWith("8 over all examples, which up to 8 threads share; 1,320 bytes for the gradient of each\n", many);

        static OverExamples.NetworkObjective Network(int examples) => new(x: new float[19 * examples], label: new int[examples], hidden: 13, classes: 5);
    }

    [Fact]
    public void Two_threads_work_at_the_same_time()
    {
        using var both = new Barrier(2);
        var threads = new HashSet<int>();
        var objective = new Watched(start =>
        {
            lock (threads) threads.Add(Environment.CurrentManagedThreadId);
            Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(60)));
        }) { MaxDegreeOfParallelism = 2 };
        objective.Value(Point);
        Assert.Equal(2, threads.Count);
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void Helpers_allocate_nothing_between_parts()
    {
        long bytes = 0;
        int helped = 0, caller = Environment.CurrentManagedThreadId;
        var gradient = new double[1];
        var objective = new Watched(_ =>
        {
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (allocated > 0) Interlocked.Add(ref bytes, now - allocated);
            if (Environment.CurrentManagedThreadId != caller) Interlocked.Increment(ref helped);
            allocated = now;
            Thread.SpinWait(2000);
        }) { MaxDegreeOfParallelism = 2 };
        for (int i = 0; i < 100; i++) objective.Gradient(Point, gradient);
        // Now and then the pool itself does: some hundred bytes in a second.
        long least = long.MaxValue;
        for (int run = 0; run < 30; run++)
        {
            bytes = 0;
            for (int i = 0; i < 20; i++) objective.Gradient(Point, gradient);
            least = Math.Min(least, bytes);
        }

        Assert.Equal(0, least);
        Assert.InRange(helped, 100, int.MaxValue);
    }

    [Fact]
    public void One_thread_is_the_caller()
    {
        int caller = Environment.CurrentManagedThreadId;
        var objective = new Watched(_ => Assert.Equal(caller, Environment.CurrentManagedThreadId));
        Assert.Equal(Watched.Examples, objective.Value(Point));
        objective.MaxDegreeOfParallelism = -1;
        Assert.Equal(-1, objective.MaxDegreeOfParallelism);
    }

    [Fact]
    public void A_busy_pool_costs_speed_only()
    {
        // All threads of the pool wait until the caller has done everything by itself.
        var done = new ManualResetEventSlim();             // not disposed: some of them begin late
        ThreadPool.GetMinThreads(out int workers, out _);
        for (int i = 0; i < workers + 4; i++) ThreadPool.QueueUserWorkItem(_ => done.Wait());
        var objective = new Watched(_ => { }) { MaxDegreeOfParallelism = 4 };
        for (int call = 0; call < 50; call++) Assert.Equal(Watched.Examples, objective.Value(Point));
        done.Set();
        Assert.Equal(Watched.Examples, objective.Value(Point));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void The_exception_is_that_of_the_first_part_that_fails(int threads)
    {
        bool fails = true;
        var objective = new Watched(start =>
        {
            if (!fails) return;
            if (start >= 2 * Watched.Examples / Watched.Parts) throw new InvalidOperationException($"from {start}");
            Thread.Sleep(2);
        }) { MaxDegreeOfParallelism = threads };
        for (int call = 0; call < 20; call++)
        {
            Assert.Equal($"from {2 * Watched.Examples / Watched.Parts}", Assert.Throws<InvalidOperationException>(() => objective.Gradient(Point, new double[1])).Message);
        }

        fails = false;
        Assert.Equal(Watched.Examples, objective.Gradient(Point, new double[1]));
    }

    [Fact]
    public void Several_callers_have_sums_of_their_own()
    {
        var objective = new Watched(_ => { }) { MaxDegreeOfParallelism = 3 };
        Parallel.For(0, 200, _ => Assert.Equal(Watched.Examples, objective.Value(Point)));
    }

    [Fact]
    public void A_fit_on_two_threads_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        int parts = 0;
        var objective = new Watched(_ =>
        {
            if (Interlocked.Increment(ref parts) == 100) cancellation.Cancel();
        }) { MaxDegreeOfParallelism = 2 };
        FitResult<double> fit = new Sgd { LearningRate = 1e-9 }.Minimize(objective, Point, new FitOptions { Epochs = 1_000_000 }, cancellation.Token);
        Assert.Equal(StopReason.Cancelled, fit.StopReason);
    }

    /// <summary>Examples with a loss of 1 and a gradient of 1 in the one parameter; says which parts are evaluated.</summary>
    private sealed class Watched(Action<int> part) : ExampleObjective<double>(new ParameterLayout(("x", [])), Examples, 0, Reduction.Sum)
    {
        public const int Examples = 64 * Parts * 3;
        public const int Parts = 8;

        protected override ExampleWork WorkCore => new(Parts * 3.1e6 / Examples, 0);

        protected override double SumCore(ReadOnlySpan<double> parameters, ExampleRows rows, Span<double> workspace)
        {
            part(rows[0]);
            return rows.Count;
        }

        protected override double AddGradientCore(ReadOnlySpan<double> parameters, ExampleRows rows, double weight, Span<double> gradient, Span<double> workspace)
        {
            gradient[0] += weight * rows.Count;
            return SumCore(parameters, rows, workspace);
        }
    }
}
