using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>A context with one device and its accelerator.</summary>
internal sealed class TestDevice : IDisposable
{
    internal TestDevice(StandInOptions? options = null, bool algorithms = true)
    {
        Context = Context.Create(builder =>
        {
            builder.StandIn(options ?? new StandInOptions());
            if (algorithms)
            {
                builder.EnableAlgorithms();
            }
        });
        Accelerator = Context.Devices[0].CreateAccelerator(Context);
    }

    internal Context Context { get; }

    internal Accelerator Accelerator { get; }

    public void Dispose()
    {
        Accelerator.Dispose();
        Context.Dispose();
    }
}
