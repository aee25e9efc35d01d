using Benchmarks.Losses;
using ILGPU.Runtime;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;
#if !REAL_ILGPU
using ILGPU;
using ILGPU.Algorithms;
using IlgpuStandIn;
#endif

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>Sums that integers of the data choose: copies of threads while they fit, and one copy that all threads add to.</summary>
public sealed class SumMemoryTests
{
    [Fact]
    public void A_table_too_large_for_copies_has_one()
    {
        // 16 threads in a group, each with a copy of 4.4 million numbers, are more than the 256 MiB of the default. ILGPU's CPU accelerator takes minutes to add up
        // so many: it gets a lower limit.
#if REAL_ILGPU
        const int Users = 1_100;
        const long Limit = 256L << 10;
#else
        const int Users = 1_100_000;
        const long Limit = 256L << 20;
#endif
        const int Items = 5, Rank = 3, N = 40;
        var random = new Random(1);
        var host = new MatrixFactorization.SquaredErrorObjective(
            u: Cases.Draw(N, () => random.Next(Users)), i: Cases.Draw(N, () => random.Next(Items)), rating: Cases.Draw(N, random.NextSingle), l2: 0.01f, users: Users, rank: Rank, items: Items);
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<float> onDevice = host.On(accelerator.Device);
        Assert.Equal(256L << 20, onDevice.SumMemoryLimit);
        onDevice.SumMemoryLimit = Limit;
        int length = host.Layout.Length;
        Assert.True(16L * sizeof(float) * length > onDevice.SumMemoryLimit, "the table fits");
        float[] point = Cases.Draw(length, () => random.NextSingle() - 0.5f), expected = new float[length], found = new float[length];
        float value = host.Gradient(point, expected);
        for (int call = 0; call < 2; call++)
        {
            Assert.Equal(value, onDevice.Gradient(point, found), 1e-5f * value);
            Near(expected, found);
        }

        int[] batch = [3, 1, 3];
        value = host.Gradient(point, batch, expected);
        Assert.Equal(value, onDevice.Gradient(point, batch, found), 1e-5f * value);
        Near(expected, found);
    }

    [Fact]
    public void The_limit_is_set_before_the_first_evaluation()
    {
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<double> onDevice = Springs(60).On(accelerator.Device);
        Assert.Throws<ArgumentOutOfRangeException>(() => onDevice.SumMemoryLimit = -1);
        onDevice.SumMemoryLimit = 1 << 20;
        onDevice.Refresh();
        onDevice.SumMemoryLimit = 1 << 10;
        Assert.Equal(1 << 10, onDevice.SumMemoryLimit);
        onDevice.Value(new double[Nodes * 2 + 1]);
        string message = Assert.Throws<InvalidOperationException>(() => onDevice.SumMemoryLimit = 0).Message;
        Assert.Contains("before the first evaluation", message, StringComparison.Ordinal);
        Assert.Equal(1 << 10, onDevice.SumMemoryLimit);
    }

    [Fact]
    public void Sums_keep_their_places_when_the_data_is_brought_again()
    {
        using var accelerator = new TestAccelerator();
        Meshes.SpringObjective host = Springs(60);
        using DeviceExampleObjective<double> onDevice = host.On(accelerator.Device);
        onDevice.SumMemoryLimit = 0;
        double[] point = Point(), expected = new double[point.Length], found = new double[point.Length];
        host.Gradient(point, expected);
        for (int call = 0; call < 2; call++)
        {
            onDevice.Gradient(point, found);
            for (int i = 0; i < found.Length; i++) Assert.Equal(expected[i], found[i], 1e-12);
            onDevice.Refresh();
        }
    }

    [Fact]
    public void Atomic_sums_take_NaN()
    {
        using var accelerator = new TestAccelerator();
        Meshes.SpringObjective host = Springs(60);
        using DeviceExampleObjective<double> onDevice = host.On(accelerator.Device);
        onDevice.SumMemoryLimit = 0;
        double[] point = Point(), expected = new double[point.Length], found = new double[point.Length];
        point[2] = double.NaN;
        Assert.True(double.IsNaN(host.Gradient(point, expected)) && double.IsNaN(onDevice.Gradient(point, found)));
        Assert.Contains(expected, double.IsNaN);
        for (int i = 0; i < found.Length; i++) Assert.Equal(expected[i], found[i], 1e-12);
    }

#if !REAL_ILGPU
    [Fact]
    public void By_default_the_bits_do_not_depend_on_the_order_of_the_threads()
    {
        double[] expected = Gradient(ThreadOrder.UpAndDown, null), atomic = Gradient(ThreadOrder.UpAndDown, 0);
        Assert.Equal(expected, Gradient(ThreadOrder.DownAndUp, null));

        // Atomic additions come in the order of the threads: the comparison can fail. An instruction adds what exchanges do.
        Assert.NotEqual(atomic, Gradient(ThreadOrder.DownAndUp, 0));
        Assert.Equal(atomic, Gradient(ThreadOrder.UpAndDown, 0, AcceleratorType.Cuda));
        for (int i = 0; i < atomic.Length; i++) Assert.Equal(expected[i], atomic[i], 1e-12);

        static double[] Gradient(ThreadOrder order, long? limit, AcceleratorType type = AcceleratorType.CPU)
        {
            using Context context = Context.Create(builder => builder.StandIn(new StandInOptions { Type = type, Multiprocessors = 2, Order = order, FindRaces = true }).EnableAlgorithms());
            using Accelerator device = context.Devices[0].CreateAccelerator(context);
            using DeviceExampleObjective<double> onDevice = Springs(120).On(device);       // as many groups with either type of device
            if (limit is { } bytes) onDevice.SumMemoryLimit = bytes;
            double[] point = Point(), first = new double[point.Length], second = new double[point.Length];
            onDevice.Gradient(point, first);
            onDevice.Gradient(point, second);
            Assert.Equal(first, second);
            return first;
        }
    }

    [Fact]
    public void The_longest_sums_lose_their_copies_first()
    {
        // 16 threads: users take 7·3·4·16 = 1344 bytes, items 960, the biases 448 and 320; 2 multiprocessors count as one group.
        long all = Bytes(1344 + 960 + 448 + 320), withoutUsers = Bytes(1344 + 960 + 448 + 319), onlyBiases = Bytes(448 + 320), none = Bytes(0);
        Assert.True(all > withoutUsers && withoutUsers > onlyBiases && onlyBiases > none, $"{all}, {withoutUsers}, {onlyBiases}, {none} bytes");

        static long Bytes(long limit)
        {
            using var accelerator = new TestAccelerator();
            using DeviceExampleObjective<float> onDevice = Ratings().On(accelerator.Device);
            onDevice.SumMemoryLimit = limit;
            onDevice.Gradient(new float[RatingsLength], new float[RatingsLength]);
            return accelerator.Device.Counters().LiveBytes;
        }
    }

    [Fact]
    public void Atomic_sums_have_room_for_all_groups()
    {
        // 200 examples, 16 at a time: of 4 groups for each of 2 multiprocessors all have work.
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<double> onDevice = Springs(200).On(accelerator.Device);
        onDevice.SumMemoryLimit = 0;
        onDevice.Gradient(Point(), new double[(Nodes * 2) + 1]);
        object function = Field(Field(onDevice, "_engine"), "_gradient");
        Assert.Equal(8, Field(function, "_mostGroups"));

        static object Field(object of, string name)
        {
            System.Reflection.FieldInfo? field = null;
            for (Type? type = of.GetType(); field is null && type is not null; type = type.BaseType)
            {
                field = type.GetField(name, System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.DeclaredOnly);
            }

            return field?.GetValue(of) ?? throw new InvalidOperationException($"{of.GetType().Name} has no field {name}.");
        }
    }

    [Fact]
    public void A_step_with_atomic_sums_launches_few_kernels_and_updates_the_rows_of_the_batch()
    {
        MatrixFactorization.SquaredErrorObjective host = Ratings();
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<float> onDevice = host.On(accelerator.Device);
        onDevice.SumMemoryLimit = 0;
        using VectorHandle<float> parameters = onDevice.CreateVector(), state = onDevice.CreateVector(Adam.Rule<float>.StateCount * RatingsLength);
        var random = new Random(3);
        float[] start = Cases.Draw(RatingsLength, () => random.NextSingle() - 0.5f);
        parameters.CopyFrom(start);
        using StepQueue<float> queue = onDevice.CreateStepQueue();
        var rule = new Adam.Rule<float>(new Adam { LearningRate = 1e-3 });
        int[] batch = [4, 9];
        Step(1);
        Step(2);
        AcceleratorCounters counters = accelerator.Device.Counters();
        counters.Reset();
        Step(3);
        Assert.Equal(4, counters.Launches);              // the marks of rows, the examples, the sums, the update: 8 are allowed
        Assert.Equal(0, counters.Fills);                 // who adds up the sums clears them
        Assert.Equal(0, counters.Allocations);
        Assert.Equal(0, counters.HostSynchronizations);
        Assert.Equal(3, queue.Read().Applied);
        var end = new float[RatingsLength];
        parameters.CopyTo(end);
        int moved = Enumerable.Range(0, RatingsLength).Count(k => end[k] != start[k]);
        Assert.InRange(moved, 8, 16);                    // one or two users and items, with four numbers each

        void Step(int number)
        {
            rule.Prepare(number, 1);
            queue.Add(parameters, batch, state, rule, GradientTransform<float>.None);
        }
    }

    private const int RatingsLength = 12 * 4;

    private static MatrixFactorization.SquaredErrorObjective Ratings()
    {
        var random = new Random(2);
        return new MatrixFactorization.SquaredErrorObjective(
            u: Cases.Draw(75, () => random.Next(7)), i: Cases.Draw(75, () => random.Next(5)), rating: Cases.Draw(75, random.NextSingle), l2: 0.01f, users: 7, rank: 3, items: 5);
    }
#endif

    private const int Nodes = 9;

    private static Meshes.SpringObjective Springs(int n)
    {
        var random = new Random(n);
        return new Meshes.SpringObjective(
            from: Cases.Draw(n, () => random.Next(Nodes)), to: Cases.Draw(n, () => random.Next(Nodes)), rest: Cases.Draw(n, random.NextDouble), nodes: Nodes, space: 2);
    }

    private static double[] Point()
    {
        var random = new Random(5);
        return Cases.Draw((Nodes * 2) + 1, random.NextDouble);
    }

    private static void Near(float[] expected, float[] found)
    {
        float largest = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(MathF.Abs(expected[i] - found[i]) <= 1e-5f * largest)) Assert.Fail($"element {i} is {found[i]} on the device, {expected[i]} on the CPU");
        }
    }
}
