using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using IlgpuStandIn;

namespace ILGPU.Runtime;

/// <summary>Work that is done in order. Here, it is done when it is asked for.</summary>
public abstract class AcceleratorStream : AcceleratorObject
{
    internal AcceleratorStream(Accelerator accelerator)
        : base(accelerator)
    {
    }

    public abstract void Synchronize();

    internal void Check()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Accelerator.Check();
    }
}

internal sealed class StandInStream(Accelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize()
    {
        Check();
        Accelerator.Tally.Synchronize();
    }

    private protected override void DisposeObject()
    {
    }
}

/// <summary>A device in use.</summary>
public abstract class Accelerator : Util.DisposeBase
{
    private readonly HashSet<MemoryBuffer> buffers = [];

    internal Accelerator(Context context, Device device)
    {
        ArgumentNullException.ThrowIfNull(context);
        ObjectDisposedException.ThrowIf(context.IsDisposed, context);
        Context = context;
        Device = device;
        DefaultStream = new StandInStream(this);
    }

    public Context Context { get; }

    public Device Device { get; }

    public AcceleratorStream DefaultStream { get; }

    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    public string Name => Device.Name;

    public long MemorySize => Device.MemorySize;

    public Index3D MaxGridSize => Device.MaxGridSize;

    public Index3D MaxGroupSize => Device.MaxGroupSize;

    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    public int MaxConstantMemory => Device.MaxConstantMemory;

    public int WarpSize => Device.WarpSize;

    public int NumMultiprocessors => Device.NumMultiprocessors;

    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    public int MaxNumThreads => Device.MaxNumThreads;

    public CapabilityContext Capabilities => Device.Capabilities;

    internal AcceleratorCounters Tally { get; } = new();

    /// <summary>Held by the launch that runs.</summary>
    internal object Running { get; } = new();

    internal bool Lost { get; set; }

    public AcceleratorStream CreateStream()
    {
        Check();
        return new StandInStream(this);
    }

    public void Synchronize()
    {
        Check();
        Tally.Synchronize();
    }

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged => Allocate1D<T, Stride1D.Dense>(length, default);

    public unsafe MemoryBuffer1D<T, TStride> Allocate1D<T, TStride>(long length, TStride stride)
        where T : unmanaged
        where TStride : struct, IStride1D
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Check();
        long bytes = checked(length * sizeof(T));
        if (bytes > Device.Options.MemoryLimit - Tally.LiveBytes)
        {
            throw OutOfMemory();
        }

        var raw = new DeviceMemory(this, length, sizeof(T));
        return new MemoryBuffer1D<T, TStride>(this, new ArrayView1D<T, TStride>(new ArrayView<T>(raw, 0, length), length, stride), raw);
    }

    public override string ToString() => Device.ToString();

    internal void Check()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (Lost)
        {
            throw AcceleratorType == AcceleratorType.OpenCL
                ? new CLException(CLError.CL_OUT_OF_RESOURCES)
                : new CudaException(CudaError.CUDA_ERROR_LAUNCH_FAILED);
        }
    }

    internal void Adopt(MemoryBuffer buffer)
    {
        lock (buffers)
        {
            buffers.Add(buffer);
        }

        Tally.Allocate(buffer.LengthInBytes);
    }

    internal void Release(MemoryBuffer buffer)
    {
        lock (buffers)
        {
            buffers.Remove(buffer);
        }

        Tally.Free(buffer.LengthInBytes);
    }

    private protected override void DisposeObject()
    {
        MemoryBuffer[] left;
        lock (buffers)
        {
            left = [.. buffers];
        }

        foreach (var buffer in left)
        {
            buffer.Dispose();
        }
    }

    /// <summary>Of the type that the device's driver has for it: ILGPU passes it on.</summary>
    private Exception OutOfMemory() => AcceleratorType switch
    {
        AcceleratorType.Cuda => new CudaException(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        AcceleratorType.OpenCL => new CLException(CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE),
        _ => new OutOfMemoryException(),
    };
}
