using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>Devices that this machine does not have, and their errors.</summary>
public sealed class DeviceTests
{
    [Fact]
    public void The_preferred_device_is_the_one_that_a_test_adds()
    {
        using var context = Context.Create(builder => builder.Default().StandIn(new StandInOptions { Type = AcceleratorType.Cuda, Name = "Test" }).EnableAlgorithms());
        Assert.Equal("Test", context.GetPreferredDevice(preferCPU: false).Name);
        Assert.IsType<CPUDevice>(context.GetPreferredDevice(preferCPU: true));
        using var accelerator = context.CreateCudaAccelerator(0);
        Assert.Equal(AcceleratorType.Cuda, accelerator.AcceleratorType);
    }

    [Fact]
    public void Without_a_device_the_preferred_one_is_the_CPU()
    {
        using var context = Context.CreateDefault();
        Assert.Equal(AcceleratorType.CPU, context.GetPreferredDevice(preferCPU: false).AcceleratorType);
    }

    [Theory]
    [InlineData(AcceleratorType.Cuda, typeof(CudaException))]
    [InlineData(AcceleratorType.OpenCL, typeof(CLException))]
    [InlineData(AcceleratorType.CPU, typeof(OutOfMemoryException))]
    public void Memory_can_run_out(AcceleratorType type, Type exception)
    {
        using var device = new TestDevice(new StandInOptions { Type = type, MemoryLimit = 100 });
        using (device.Accelerator.Allocate1D<double>(10))
        {
            Assert.Throws(exception, () => device.Accelerator.Allocate1D<double>(3));
        }

        device.Accelerator.Allocate1D<double>(12).Dispose();
    }

    [Fact]
    public void A_lost_device_fails_in_all_it_is_asked_for()
    {
        using var device = new TestDevice(new StandInOptions { Type = AcceleratorType.Cuda });
        using var buffer = device.Accelerator.Allocate1D<float>(4);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<float>>(Zero);
        device.Accelerator.Lose();
        Assert.Throws<CudaException>(() => kernel(new KernelConfig(1, 4), buffer.View));
        Assert.Throws<CudaException>(() => buffer.MemSetToZero());
        Assert.Throws<CudaException>(() => buffer.GetAsArray1D());
        Assert.Throws<CudaException>(() => device.Accelerator.Synchronize());
        Assert.Throws<CudaException>(() => device.Accelerator.Allocate1D<float>(1));
    }

    [Fact]
    public void A_kernel_with_double_does_not_load_where_there_is_none()
    {
        using var device = new TestDevice(new StandInOptions { Type = AcceleratorType.OpenCL, SupportsDouble = false });
        Assert.False(((CLAccelerator)device.Accelerator).Capabilities.Float64);
        device.Accelerator.LoadStreamKernel<ArrayView<float>>(Zero);
        var error = Assert.Throws<InternalCompilerException>(() => device.Accelerator.LoadStreamKernel<Arguments>(ZeroAll));
        Assert.IsType<CapabilityNotSupportedException>(error.InnerException);
    }

    [Fact]
    public void Parameters_are_structures_that_a_device_can_take()
    {
        using var device = new TestDevice();
        Assert.Throws<ArgumentException>(() => device.Accelerator.LoadStreamKernel<bool>(Flag));
        Assert.Throws<InternalCompilerException>(() => device.Accelerator.LoadStreamKernel<Private>(Take));
        int captured = 0;
        Assert.Throws<NotSupportedException>(() => device.Accelerator.LoadStreamKernel<int>(value => captured += value));
        Assert.Equal(0, captured);
    }

    public struct Arguments
    {
        public ArrayView<double> Values;
        public int Count;
    }

    private struct Private
    {
        public int Value;
    }

    private static void Zero(ArrayView<float> values) => values[Group.IdxX] = 0;

    private static void ZeroAll(Arguments arguments) => arguments.Values[Group.IdxX] = arguments.Count;

    private static void Flag(bool value) => _ = value;

    private static void Take(Private value) => _ = value.Value++;
}
