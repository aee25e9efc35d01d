using ILGPU;
using ILGPU.Engine;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace IlgpuStandIn;

/// <summary>In which order the threads of a group run from one barrier to the next.</summary>
public enum ThreadOrder
{
    /// <summary>Up before the first barrier, down after it, and so on.</summary>
    UpAndDown,

    /// <summary>Down before the first barrier, up after it. What both orders compute alike does not lack a barrier.</summary>
    DownAndUp,
}

/// <summary>A device for tests. The default is what ILGPU's default CPU device says of itself, but for the shared memory.</summary>
public sealed record StandInOptions
{
    /// <summary>What the device takes itself for; it runs on the CPU whatever it says.</summary>
    public AcceleratorType Type { get; init; } = AcceleratorType.CPU;

    public string? Name { get; init; }

    public int MaxThreadsPerGroup { get; init; } = 16;

    public int Multiprocessors { get; init; } = 1;

    public int WarpSize { get; init; } = 4;

    /// <summary>In bytes. One more is an exception at the allocation.</summary>
    public int SharedMemoryPerGroup { get; init; } = 48 << 10;

    /// <summary>What the device says it has, in bytes.</summary>
    public long MemorySize { get; init; } = long.MaxValue;

    /// <summary>How many bytes all buffers together may take.</summary>
    public long MemoryLimit { get; init; } = long.MaxValue;

    /// <summary>Can be false for OpenCL only: elsewhere ILGPU knows of no such device.</summary>
    public bool SupportsDouble { get; init; } = true;

    public ThreadOrder Order { get; init; }

    /// <summary>Throws where two threads access an element, one of them changes it, not both do so atomically, and no barrier orders them. Slow.</summary>
    public bool FindRaces { get; init; }

    /// <summary>Gives each thread of a group a thread of the system in kernels with barriers, which is slow; otherwise so where there is no other way.</summary>
    public bool SystemThreads { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxThreadsPerGroup, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Multiprocessors, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(SharedMemoryPerGroup);
        if (!SupportsDouble && Type != AcceleratorType.OpenCL)
        {
            throw new NotSupportedException($"A device of type {Type} supports double.");
        }
    }

    internal Device ToDevice() => Type switch
    {
        AcceleratorType.Cuda => new CudaDevice(this),
        AcceleratorType.OpenCL => new CLDevice(this),
        _ => new CPUDevice(this),
    };
}

/// <summary>What tests can ask of the stand-in and not of ILGPU.</summary>
public static class StandInExtensions
{
    /// <summary>Adds a device.</summary>
    public static Context.Builder StandIn(this Context.Builder builder, StandInOptions options)
    {
        builder.Devices.Add(options.ToDevice());
        return builder;
    }

    /// <summary>What the accelerator has been asked for so far.</summary>
    public static AcceleratorCounters Counters(this Accelerator accelerator) => accelerator.Tally;

    /// <summary>From here on, everything that is asked of the accelerator fails, as after an error of the device.</summary>
    public static void Lose(this Accelerator accelerator) => accelerator.Lost = true;

    /// <summary>Whether a kernel with barriers does without threads of the system.</summary>
    public static bool RunsInSteps<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct => new KernelLaunch<T1, T2, T3>(accelerator, kernel).Steps is not null;

    /// <summary>Counts, from here on, how often kernels access each element of the buffer (an indexer counts, be it for reading or writing).</summary>
    public static AccessCounts CountAccesses<T, TStride>(this MemoryBuffer1D<T, TStride> buffer)
        where T : unmanaged
        where TStride : struct, IStride1D => ((DeviceMemory)buffer.Raw).Count();

    /// <summary>Counts no longer.</summary>
    public static void StopCounting<T, TStride>(this MemoryBuffer1D<T, TStride> buffer)
        where T : unmanaged
        where TStride : struct, IStride1D => ((DeviceMemory)buffer.Raw).StopCounting();
}
