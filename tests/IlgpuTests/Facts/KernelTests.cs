using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace SymbolicGD.IlgpuTests.Facts;

/// <summary>What emitted code relies on; holds on the stand-in and on ILGPU.</summary>
public sealed class KernelTests : IDisposable
{
    private readonly TestAccelerator device = new();
    private readonly Accelerator accelerator;

    public KernelTests() => accelerator = device;

    public void Dispose() => device.Dispose();

    [Theory]
    [InlineData(1, 1, 100)]
    [InlineData(1, 16, 100)]
    [InlineData(4, 4, 1000)]
    [InlineData(3, 16, 7)]
    public void Groups_sum_through_shared_memory(int grid, int group, int count)
    {
        var data = new float[count];
        for (int i = 0; i < count; i++)
        {
            data[i] = i + 1;
        }

        using var source = accelerator.Allocate1D(data);
        using var sums = accelerator.Allocate1D<float>(grid);
        sums.MemSetToZero();
        var kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int>(Sum);

        kernel(new KernelConfig(grid, group), source.View, sums.View, count);
        accelerator.Synchronize();

        var result = new float[grid];
        sums.View.CopyToCPU(ref result[0], grid);
        Assert.Equal(count * (count + 1L) / 2f, result.Sum());
    }

    [Fact]
    public void A_structure_may_hold_views()
    {
        using var x = accelerator.Allocate1D(new[] { 1.0, 2, 3, 4 });
        using var y = accelerator.Allocate1D(new[] { 10.0, 20, 30, 40 });
        using var stream = accelerator.CreateStream();
        var kernel = accelerator.LoadKernel<Arguments>(Axpy);

        kernel(stream, new KernelConfig(2, 2), new Arguments { X = x.View, Y = y.View, Count = 4, Factor = 0.5 });
        stream.Synchronize();

        var result = new double[4];
        y.CopyToCPU(stream, result);
        Assert.Equal([10.5, 21, 31.5, 42], result);
    }

    [Fact]
    public void A_kernel_may_be_generic_in_a_structure_with_static_members()
    {
        using var values = accelerator.Allocate1D(new[] { 1f, 2, 3 });
        var twice = accelerator.LoadStreamKernel<ArrayView<float>, Twice>(Apply);
        var square = accelerator.LoadStreamKernel<ArrayView<float>, Square>(Apply);

        twice(new KernelConfig(1, 4), values.View, new Twice { Value = 1 });
        square(new KernelConfig(1, 4), values.View, default);

        Assert.Equal([9f, 25, 49], values.GetAsArray1D());
    }

    [Fact]
    public void Atomics_add_to_a_field_of_an_element()
    {
        using var pairs = accelerator.Allocate1D(new Pair[2]);
        var kernel = accelerator.LoadStreamKernel<ArrayView<Pair>, int>(Scatter);

        kernel(new KernelConfig(4, 8), pairs.View, 100);

        var result = pairs.GetAsArray1D();
        Assert.Equal(50, result[0].Count);
        Assert.Equal(50, result[1].Count);
        Assert.Equal(2450, result[0].Sum);
        Assert.Equal(2500, result[1].Sum);
    }

    [Fact]
    public void Local_memory_belongs_to_a_thread()
    {
        using var values = accelerator.Allocate1D<int>(8);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>>(Local);

        kernel(new KernelConfig(1, 8), values.View);

        Assert.Equal([0, 3, 6, 9, 12, 15, 18, 21], values.GetAsArray1D());
    }

    [Fact]
    public void Copies_take_parts_of_buffers()
    {
        using var buffer = accelerator.Allocate1D<int>(6);
        buffer.MemSetToZero();
        int[] data = [1, 2, 3];
        buffer.View.SubView(1, 3).CopyFromCPU(data);
        buffer.View.BaseView.SubView(5, 1).CopyFromCPU(accelerator.DefaultStream, new ReadOnlySpan<int>(data, 2, 1));
        Assert.Equal([0, 1, 2, 3, 0, 3], buffer.GetAsArray1D());

        using var other = accelerator.Allocate1D<int>(2);
        buffer.View.SubView(2, 2).CopyTo(other.View);
        other.View.CopyToCPU(data.AsSpan(0, 2).ToArray());
        other.View.BaseView.CopyToCPU(accelerator.DefaultStream, data.AsSpan(1));
        Assert.Equal([1, 2, 3], data);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    public void A_launch_without_threads_or_with_too_many_is_refused(int grid, int group)
    {
        if (group < 0) group = accelerator.MaxNumThreadsPerGroup + 1;
        using var values = accelerator.Allocate1D<int>(8);
        var kernel = accelerator.LoadStreamKernel<ArrayView<int>>(Local);

        Exception refusal = Assert.ThrowsAny<Exception>(() => kernel(new KernelConfig(grid, group), values.View));
        Assert.True(refusal is ArgumentOutOfRangeException || (TestAccelerator.IsGpu && refusal is AcceleratorException), refusal.ToString());
    }

    [Fact]
    public void The_default_device_has_16_threads_in_a_group()
    {
        using var context = Context.Create(builder => builder.DefaultCPU());
        using Accelerator standard = context.GetPreferredDevice(preferCPU: true).CreateAccelerator(context);
        Assert.Equal(16, standard.MaxNumThreadsPerGroup);
        Assert.Equal(16, standard.MaxNumThreads);
        Assert.Equal(4, standard.WarpSize);
        Assert.Equal(AcceleratorType.CPU, standard.AcceleratorType);
        Assert.Null(standard.Capabilities);
    }

    public struct Arguments
    {
        public ArrayView<double> X;
        public ArrayView<double> Y;
        public int Count;
        public double Factor;
    }

    public struct Pair
    {
        public double Sum;
        public int Count;
    }

    public interface IFunction<TSelf>
        where TSelf : struct, IFunction<TSelf>
    {
        static abstract float Of(in TSelf self, float x);
    }

    public struct Twice : IFunction<Twice>
    {
        public float Value;

        public static float Of(in Twice self, float x) => (2 * x) + self.Value;
    }

    public struct Square : IFunction<Square>
    {
        public float Value;

        public static float Of(in Square self, float x) => (x * x) + self.Value;
    }

    private static void Sum(ArrayView<float> source, ArrayView<float> sums, int count)
    {
        var parts = SharedMemory.Allocate<float>(16);
        float sum = 0;
        int stride = Grid.DimX * Group.DimX;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += stride)
        {
            sum += source[i];
        }

        parts[Group.IdxX] = sum;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                parts[Group.IdxX] += parts[Group.IdxX + half];
            }

            Group.Barrier();
        }

        if (Group.IdxX == 0)
        {
            sums[Grid.IdxX] = parts[0];
        }
    }

    private static void Axpy(Arguments a)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int i = Grid.GlobalLinearIndex; i < a.Count; i += stride)
        {
            a.Y[i] += a.Factor * a.X[i];
        }
    }

    private static void Apply<TFunction>(ArrayView<float> values, TFunction function)
        where TFunction : struct, IFunction<TFunction>
    {
        int i = Grid.GlobalIndex.X;
        if (i < values.IntLength)
        {
            values[i] = TFunction.Of(function, values[i]);
        }
    }

    private static void Scatter(ArrayView<Pair> pairs, int count)
    {
        int stride = Grid.DimX * Group.DimX;
        for (int i = (Grid.IdxX * Group.DimX) + Group.IdxX; i < count; i += stride)
        {
            Atomic.Add(ref pairs[i % 2].Sum, (double)i);
            Atomic.Add(ref pairs[i % 2].Count, 1);
        }
    }

    private static void Local(ArrayView<int> values)
    {
        var mine = LocalMemory.Allocate<int>(3);
        for (int i = 0; i < 3; i++)
        {
            mine[i] = Group.IdxX;
        }

        int sum = 0;
        for (int i = 0; i < 3; i++)
        {
            sum += mine[i];
        }

        values[Group.IdxX] = sum;
    }
}
