using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>What the stand-in checks about memory, where ILGPU has undefined behavior or another limit.</summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void An_index_outside_of_a_view_is_an_error(int index)
    {
        using var device = new TestDevice();
        using var buffer = device.Accelerator.Allocate1D<double>(8);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<double>, int>(Write);

        var error = Assert.Throws<IndexOutOfRangeException>(() => kernel(new KernelConfig(1, 1), buffer.View.SubView(4, 3), index));
        Assert.StartsWith($"Index {index} lies outside of a view of 3 elements of Double (kernel Write,", error.Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => buffer.View.SubView(4, 5));
    }

    [Fact]
    public void Memory_that_nobody_wrote_is_no_number()
    {
        using var device = new TestDevice();
        using var result = device.Accelerator.Allocate1D<float>(6);
        device.Accelerator.LoadStreamKernel<ArrayView<float>>(ReadUnwritten)(new KernelConfig(2, 1), result.View);
        Assert.All(result.GetAsArray1D(), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Memory_is_not_used_after_its_disposal()
    {
        using var device = new TestDevice();
        var buffer = device.Accelerator.Allocate1D<double>(4);
        ArrayView<double> view = buffer.View;
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<double>, int>(Write);
        Assert.Equal((1, 32), (device.Accelerator.Counters().LiveBuffers, device.Accelerator.Counters().LiveBytes));
        buffer.Dispose();
        Assert.Equal((0, 0), (device.Accelerator.Counters().LiveBuffers, device.Accelerator.Counters().LiveBytes));

        Assert.Throws<ObjectDisposedException>(() => kernel(new KernelConfig(1, 1), view, 0));
        Assert.Throws<ObjectDisposedException>(() => view.MemSetToZero());
        Assert.Throws<ObjectDisposedException>(() => view.CopyToCPU(new double[4]));
    }

    [Fact]
    public void Disposal_of_the_accelerator_ends_everything()
    {
        var device = new TestDevice();
        var buffer = device.Accelerator.Allocate1D<double>(4);
        var stream = device.Accelerator.CreateStream();
        var kernel = device.Accelerator.LoadKernel<ArrayView<double>, int>(Write);
        device.Dispose();

        Assert.True(buffer.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => kernel(stream, new KernelConfig(1, 1), buffer.View, 0));
        Assert.Throws<ObjectDisposedException>(() => stream.Synchronize());
        Assert.Throws<ObjectDisposedException>(() => device.Accelerator.Synchronize());
        Assert.Throws<ObjectDisposedException>(() => device.Accelerator.Allocate1D<int>(1));
    }

    [Fact]
    public void A_copy_keeps_to_its_view()
    {
        using var device = new TestDevice();
        using var buffer = device.Accelerator.Allocate1D<int>(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.View.SubView(0, 2).CopyFromCPU([1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.CopyToCPU(new int[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.View.SubView(0, 2).CopyFrom(buffer.View));
    }

    [Fact]
    public void Shared_memory_has_a_limit()
    {
        using var device = new TestDevice();
        using var result = device.Accelerator.Allocate1D<byte>(1);
        var most = device.Accelerator.LoadStreamKernel<ArrayView<byte>>(MostShared);
        var more = device.Accelerator.LoadStreamKernel<ArrayView<byte>>(MoreShared);

        most(new KernelConfig(1, 4), result.View);
        var error = Assert.Throws<InvalidOperationException>(() => more(new KernelConfig(1, 4), result.View));
        Assert.Contains("49160 bytes of shared memory, and there are 49152", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_memory_that_some_threads_allocate_is_an_error()
    {
        using var device = new TestDevice();
        using var result = device.Accelerator.Allocate1D<float>(4);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<float>>(SharedUnderDivergence);
        var error = Assert.Throws<InvalidOperationException>(() => kernel(new KernelConfig(1, 4), result.View));
        Assert.Contains("Shared memory under divergence", error.Message, StringComparison.Ordinal);
    }

    private static void Write(ArrayView<double> view, int index) => view[index] = 1;

    private static void ReadUnwritten(ArrayView<float> result)
    {
        int first = 3 * Grid.IdxX;
        var shared = SharedMemory.Allocate<float>(1);
        var local = LocalMemory.Allocate<float>(1);
        float was = result[first];
        result[first] = was;
        result[first + 1] = shared[0];
        result[first + 2] = local[0];
        shared[0] = 1;
        local[0] = 1;
    }

    private static void MostShared(ArrayView<byte> result)
    {
        var shared = SharedMemory.Allocate<double>(6144);
        result[0] = (byte)shared.IntLength;
    }

    private static void MoreShared(ArrayView<byte> result)
    {
        var shared = SharedMemory.Allocate<byte>(1);
        var more = SharedMemory.Allocate<double>(6144);
        result[0] = (byte)(shared.IntLength + more.IntLength);
    }

    private static void SharedUnderDivergence(ArrayView<float> result)
    {
        if (Group.IdxX > 0)
        {
            result[Group.IdxX] = SharedMemory.Allocate<float>(1).Length;
        }
    }
}
