using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
#if REAL_ILGPU
using ILGPU.Runtime.CPU;
#else
using IlgpuStandIn;
#endif

namespace SymbolicGD.IlgpuTests;

/// <summary>
/// The device of a test: the stand-in's, or, where ILGPU is given, its CPU accelerator. With <c>SYMBOLICGD_ILGPU_DEVICE=gpu</c> it is ILGPU's preferred
/// GPU, whose sizes are its own.
/// </summary>
internal sealed class TestAccelerator : IDisposable
{
    private readonly Context context;

    /// <param name="threads">The most threads of a group.</param>
    /// <param name="multiprocessors">How many groups run at a time.</param>
    /// <param name="findRaces">Whether the stand-in refuses accesses that nothing orders.</param>
    /// <param name="cuda">Whether the stand-in passes for a CUDA device: its groups run at the same time, and sums are added to by instructions.</param>
    public TestAccelerator(int threads = 16, int multiprocessors = 2, bool findRaces = false, bool cuda = false)
    {
#if REAL_ILGPU
        _ = (findRaces, cuda);
        if (IsGpu)
        {
            context = Context.Create(builder => builder.AllAccelerators().EnableAlgorithms());
            Device = context.GetPreferredDevice(preferCPU: false).CreateAccelerator(context);
            if (Device.AcceleratorType == AcceleratorType.CPU) throw new InvalidOperationException("SYMBOLICGD_ILGPU_DEVICE asks for a GPU; ILGPU finds none.");
        }
        else
        {
            context = Context.Create(builder => builder.CPU(new CPUDevice(4, threads / 4, multiprocessors)).EnableAlgorithms());
            Device = context.CreateCPUAccelerator(0);
        }
#else
        context = Context.Create(
            builder => builder.StandIn(new StandInOptions
            {
                Type = cuda ? AcceleratorType.Cuda : AcceleratorType.CPU, MaxThreadsPerGroup = threads, Multiprocessors = multiprocessors, FindRaces = findRaces,
            }).EnableAlgorithms());
        Device = context.Devices[0].CreateAccelerator(context);
#endif
    }

    /// <summary>Whether the tests run on a GPU.</summary>
    public static bool IsGpu { get; } =
#if REAL_ILGPU
        Environment.GetEnvironmentVariable("SYMBOLICGD_ILGPU_DEVICE") switch
        {
            null or "" or "cpu" => false,
            "gpu" => true,
            string other => throw new InvalidOperationException($"SYMBOLICGD_ILGPU_DEVICE is '{other}'; it is 'cpu' or 'gpu'."),
        };
#else
        false;
#endif

    public Accelerator Device { get; }

    public static implicit operator Accelerator(TestAccelerator device) => device.Device;

    public void Dispose()
    {
        Device.Dispose();
        context.Dispose();
    }
}
