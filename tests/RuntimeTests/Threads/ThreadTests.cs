using System.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Threads;

/// <summary>These want threads to be there: they run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Generated objectives on several threads.</summary>
[Collection(nameof(Alone))]
public sealed class ThreadTests
{
    private static readonly int[] Threads = [2, 3, 4, 7];

    public ThreadTests()
    {
        ThreadPool.GetMinThreads(out int workers, out int completion);
        ThreadPool.SetMinThreads(Math.Max(workers, 8), completion);
    }

    public static TheoryData<string> Names => [.. ThreadCases.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_have_the_same_bits_on_any_number_of_threads(string name)
    {
        int two = ThreadCases.Visit(name, 0, new Least(2)), four = ThreadCases.Visit(name, 0, new Least(4));

        // So many rows are read in a stretch for each lane.
        int[] many = name == "logistic" ? [70_001] : [];
        foreach (int examples in (int[])[two - 1, two + 77, .. many])
        {
            int[] batches = [64, two, two + 13, four - 1, four + 63];
            Dictionary<string, ulong> expected = ThreadCases.Visit(name, examples, new BitsOf(1, batches));
            foreach (int threads in Threads)
            {
                Dictionary<string, ulong> actual = ThreadCases.Visit(name, examples, new BitsOf(threads, batches));
                string[] other = [.. expected.Where(pair => actual[pair.Key] != pair.Value).Select(pair => pair.Key)];
                Assert.True(other.Length == 0, $"{examples} examples, {threads} threads: other bits in {string.Join(", ", other)}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_example_is_in_one_part(string name) => Assert.True(ThreadCases.Visit(name, 0, new PartsAddUp()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Warm_evaluations_on_two_threads_allocate_nothing(string name) => Assert.Equal(0, ThreadCases.Visit(name, 0, new Bytes()));

    [Fact]
    public void A_kernel_that_throws_throws_where_it_was_called() => Assert.True(ThreadCases.Visit("root", 0, new Failing()));

    /// <summary>The first length of a batch that is split into so many parts.</summary>
    private sealed class Least(int parts) : ThreadCases.IVisitor<int>
    {
        public int Visit<T>(ExampleObjective<T> objective, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T> => ThreadCases.LeastFor(objective, parts);
    }

    /// <summary>What parts give agrees with what batches give that are too small to be split.</summary>
    private sealed class PartsAddUp : ThreadCases.IVisitor<bool>
    {
        public bool Visit<T>(ExampleObjective<T> objective, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            objective.MaxDegreeOfParallelism = 3;
            int[] batch = ThreadCases.Batch(objective.ExampleCount, ThreadCases.LeastFor(objective, 8) + 29);
            Assert.Equal(8, objective.PartsOf(batch.Length));
            double value = 0;
            double[] expected = new double[point.Length];
            T[] gradient = new T[point.Length];
            foreach (int[] few in batch.Chunk(1000))
            {
                Assert.Equal(1, objective.PartsOf(few.Length));
                double share = objective.Reduction == Reduction.Sum ? 1 : few.Length / (double)batch.Length;
                value += share * double.CreateChecked(objective.Gradient(point, few, gradient));
                for (int i = 0; i < expected.Length; i++) expected[i] += share * double.CreateChecked(gradient[i]);
            }

            double tolerance = typeof(T) == typeof(float) ? 1e-4 : 1e-12, scale = expected.Max(Math.Abs);
            Assert.Equal(1, double.CreateChecked(objective.Gradient(point, batch, gradient)) / value, tolerance);
            Assert.Equal(1, double.CreateChecked(objective.Value(point, batch)) / value, tolerance);
            Assert.All(expected.Zip(gradient), pair => Assert.Equal(pair.First, double.CreateChecked(pair.Second), tolerance * scale));
            return true;
        }
    }

    private sealed class Bytes : ThreadCases.IVisitor<long>
    {
        public long Visit<T>(ExampleObjective<T> objective, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            objective.MaxDegreeOfParallelism = 2;
            int[] batch = ThreadCases.Batch(objective.ExampleCount, ThreadCases.LeastFor(objective, 4));
            T[] gradient = new T[point.Length];
            using VectorHandle<T> parameters = objective.CreateVector(), state = objective.CreateVector(2 * point.Length);
            parameters.CopyFrom(point);
            var rule = new Adam.Rule<T>(new Adam { LearningRate = 1e-6 });
            rule.Prepare(1, 1);
            long least = long.MaxValue;
            for (int run = 0; run < 6; run++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 10; i++) Evaluate();
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return least;

            void Evaluate()
            {
                objective.Value(point, batch);
                objective.Gradient(point, batch, gradient);
                if (objective.HasSecondOrder) objective.HessianVectorProduct(point, batch, point, gradient);
                objective.Step(parameters, batch, state, rule, GradientTransform<T>.None);
            }
        }
    }

    private sealed class Failing : ThreadCases.IVisitor<bool>
    {
        public bool Visit<T>(ExampleObjective<T> objective, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            objective.MaxDegreeOfParallelism = 2;
            int[] batch = ThreadCases.Batch(objective.ExampleCount, ThreadCases.LeastFor(objective, 4));
            objective.TapeLimit = 8;
            Assert.Contains("takes more than 8 bytes", Assert.Throws<InvalidOperationException>(() => objective.Gradient(point, batch, new T[point.Length])).Message);
            objective.TapeLimit = 1 << 20;
            T[] gradient = new T[point.Length], expected = new T[point.Length];
            T value = objective.Gradient(point, batch, gradient);
            objective.MaxDegreeOfParallelism = 1;
            Assert.Equal(objective.Gradient(point, batch, expected), value);
            Assert.Equal(expected, gradient);
            return true;
        }
    }
}
