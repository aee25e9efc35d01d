using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>A CPU accelerator with groups of a size, on the stand-in or on ILGPU.</summary>
internal sealed class TestAccelerator : IDisposable
{
    public TestAccelerator(int threads = 16, int multiprocessors = 1)
    {
        Context = Context.Create(builder => builder.CPU(new CPUDevice(4, threads / 4, multiprocessors)).EnableAlgorithms());
        Accelerator = Context.CreateCPUAccelerator(0);
    }

    public Context Context { get; }

    public CPUAccelerator Accelerator { get; }

    public static implicit operator Accelerator(TestAccelerator device) => device.Accelerator;

    public void Dispose()
    {
        Accelerator.Dispose();
        Context.Dispose();
    }
}
