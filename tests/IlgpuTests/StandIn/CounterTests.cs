using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>What the stand-in counts, and what it does not allocate.</summary>
public sealed class CounterTests
{
    [Fact]
    public void Launches_copies_and_synchronizations_are_counted()
    {
        using var device = new TestDevice();
        var counters = device.Accelerator.Counters();
        using var buffer = device.Accelerator.Allocate1D<double>(10);
        using var other = device.Accelerator.Allocate1D<double>(10);
        var increment = device.Accelerator.LoadStreamKernel<ArrayView<double>>(Increment);
        Assert.Equal((2, 160), (counters.Allocations, counters.BytesAllocated));

        buffer.MemSetToZero();
        other.MemSetToZero();
        increment(new KernelConfig(1, 2), buffer.View);
        increment(new KernelConfig(2, 1), buffer.View);
        buffer.View.SubView(0, 3).CopyFromCPU([1, 2, 3]);
        buffer.View.CopyTo(other.View);
        double value = 0;
        other.View.SubView(2, 1).BaseView.CopyToCPUUnsafeAsync(device.Accelerator.DefaultStream, ref value, 1);
        device.Accelerator.DefaultStream.Synchronize();
        device.Accelerator.Synchronize();

        Assert.Equal(3, value);
        Assert.Equal((2, 2), (counters.Launches, counters.LaunchesOf(nameof(Increment))));
        Assert.Equal((1, 24), (counters.CopiesToDevice, counters.BytesToDevice));
        Assert.Equal((1, 8), (counters.CopiesToHost, counters.BytesToHost));
        Assert.Equal((1, 80), (counters.CopiesOnDevice, counters.BytesOnDevice));
        Assert.Equal(2, counters.Fills);
        Assert.Equal(3, counters.HostSynchronizations);
        Assert.Equal("Increment: 2", Assert.Single(counters.Kernels).ToString());

        counters.Reset();
        Assert.Equal(0, counters.Launches + counters.LaunchesOf(nameof(Increment)) + counters.BytesToDevice + counters.HostSynchronizations + counters.Allocations);
        Assert.Equal(2, counters.LiveBuffers);
    }

    [Fact]
    public void Accesses_of_kernels_are_counted_by_element()
    {
        using var device = new TestDevice();
        using var buffer = device.Accelerator.Allocate1D<double>(4);
        buffer.MemSetToZero();
        var increment = device.Accelerator.LoadStreamKernel<ArrayView<double>>(Increment);
        var counts = buffer.CountAccesses();

        increment(new KernelConfig(2, 4), buffer.View.SubView(1, 2));
        Assert.Equal([0, 4, 4, 0], counts.Counts);
        Assert.Equal((8, 4), (counts.Total, counts[1]));
        counts.Reset();
        buffer.StopCounting();
        increment(new KernelConfig(2, 4), buffer.View);

        Assert.Equal(0, counts.Total);
        Assert.Equal([2, 6, 6, 2], buffer.GetAsArray1D());
    }

    [Fact]
    public void Launches_and_copies_allocate_nothing()
    {
        using var device = new TestDevice();
        using var buffer = device.Accelerator.Allocate1D<double>(16);
        using var indices = device.Accelerator.Allocate1D<int>(32);
        using var stream = device.Accelerator.CreateStream();
        int[] batch = new int[32];
        var increment = device.Accelerator.LoadStreamKernel<ArrayView<double>>(Increment);
        var pass = device.Accelerator.LoadKernel<ArrayView<double>, int>(Pass);
        Assert.Equal(0, Allocated(() =>
        {
            indices.View.CopyFromCPU(stream, batch);
            indices.View.SubView(0, 5).CopyFromCPU(stream, new ReadOnlySpan<int>(batch, 0, 5));
            increment(new KernelConfig(2, 4), buffer.View);
            pass(stream, new KernelConfig(2, 4), buffer.View, 3);
            buffer.MemSetToZero(stream);
            indices.View.CopyToCPU(stream, batch);
            stream.Synchronize();
        }));
    }

    private static long Allocated(Action action)
    {
        action();
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Increment(ArrayView<double> values)
    {
        for (int i = Group.IdxX % values.IntLength; i < values.IntLength; i += Group.DimX)
        {
            Atomic.Add(ref values[i], 1.0);
        }
    }

    private static void Pass(ArrayView<double> values, int count)
    {
        var shared = SharedMemory.Allocate<double>(4);
        for (int i = 0; i < count; i++)
        {
            shared[Group.IdxX] = i;
            Group.Barrier();
            values[Group.IdxX] = shared[(Group.IdxX + 1) % Group.DimX];
            Group.Barrier();
        }
    }
}
