using IlgpuStandIn;

namespace ILGPU.Runtime;

public enum AcceleratorType
{
    CPU,
    Cuda,
    OpenCL,
}

/// <summary>What a device can do. In 1.5.3 only those of OpenCL say it, and a CPU has none.</summary>
public abstract class CapabilityContext
{
    private protected CapabilityContext()
    {
    }
}

public abstract class Device
{
    private protected Device(AcceleratorType type, StandInOptions options, CapabilityContext? capabilities)
    {
        options.Check();
        Options = options;
        AcceleratorType = type;
        Name = options.Name ?? (type == AcceleratorType.CPU ? nameof(CPU.CPUAccelerator) : $"a CPU that stands in for {type}");
        MemorySize = options.MemorySize;
        MaxNumThreadsPerGroup = options.MaxThreadsPerGroup;
        MaxNumThreadsPerMultiprocessor = options.MaxThreadsPerGroup;
        MaxGroupSize = new Index3D(options.MaxThreadsPerGroup);
        MaxGridSize = new Index3D(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MaxSharedMemoryPerGroup = options.SharedMemoryPerGroup;
        MaxConstantMemory = int.MaxValue;
        NumMultiprocessors = options.Multiprocessors;
        WarpSize = options.WarpSize;
        Capabilities = capabilities!;
    }

    public AcceleratorType AcceleratorType { get; }

    public string Name { get; }

    public long MemorySize { get; }

    public Index3D MaxGridSize { get; }

    public Index3D MaxGroupSize { get; }

    public int MaxNumThreadsPerGroup { get; }

    public int MaxSharedMemoryPerGroup { get; }

    public int MaxConstantMemory { get; }

    public int WarpSize { get; }

    public int NumMultiprocessors { get; }

    public int MaxNumThreadsPerMultiprocessor { get; }

    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    /// <summary>Null on a CPU, as in 1.5.3, though the type does not say so.</summary>
    public CapabilityContext Capabilities { get; }

    internal StandInOptions Options { get; }

    public abstract Accelerator CreateAccelerator(Context context);

    public override string ToString() => $"{Name} [Type: {AcceleratorType}]";
}
