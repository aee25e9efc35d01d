using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
#if !REAL_ILGPU
using IlgpuStandIn;
#endif

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>A CPU accelerator: of ILGPU where it is given, else of the stand-in, with groups of a size that the test says.</summary>
internal sealed class TestAccelerator : IDisposable
{
    private readonly Context context;

    /// <param name="group">The most threads of a group on the stand-in; ILGPU's default device has 16.</param>
    /// <param name="findRaces">Whether the stand-in refuses accesses that nothing orders.</param>
    public TestAccelerator(int group = 16, bool findRaces = false)
    {
#if REAL_ILGPU
        _ = (group, findRaces);
        context = Context.Create(builder => builder.DefaultCPU().EnableAlgorithms());
        Device = context.GetPreferredDevice(preferCPU: true).CreateAccelerator(context);
#else
        context = Context.Create(builder => builder.StandIn(new StandInOptions { MaxThreadsPerGroup = group, Multiprocessors = 2, FindRaces = findRaces }).EnableAlgorithms());
        Device = context.GetPreferredDevice(preferCPU: true).CreateAccelerator(context);
#endif
    }

    public Accelerator Device { get; }

    public void Dispose()
    {
        Device.Dispose();
        context.Dispose();
    }
}
