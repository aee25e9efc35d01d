using System.Globalization;
using ILGPU.Runtime;

namespace ILGPU.Engine;

/// <summary>Where a barrier stands in the source.</summary>
internal readonly record struct BarrierSite(int Line)
{
    public override string ToString() => "the barrier of line " + Line.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a thread of a group throws to leave its kernel when another thread has failed.</summary>
internal sealed class KernelAbandonedException : Exception;

/// <summary>One thread of a group.</summary>
internal sealed class KernelThread(GroupRun group, int linear)
{
    /// <summary>The most that a thread may have: CUDA's limit.</summary>
    private const int LocalBytes = 512 << 10;

    [ThreadStatic]
    private static KernelThread? current;

    private DeviceMemory? local;
    private int localUsed;

    internal static KernelThread Current =>
        current ?? throw new InvalidOperationException("Grid, Group, SharedMemory and LocalMemory exist inside of kernels only.");

    /// <summary>What looks for races in the launch of the calling thread; null outside of kernels, and where nobody asked for it.</summary>
    internal static RaceWatch? Races => current?.Group.Races;

    internal GroupRun Group { get; } = group;

    internal int Linear { get; } = linear;

    internal Index3D Index { get; private set; }

    /// <summary>Bytes of shared memory that it has allocated.</summary>
    internal int SharedUsed { get; set; }

    /// <summary>Whether it waits at a barrier.</summary>
    internal bool Waits { get; set; }

    internal bool Started { get; set; }

    internal BarrierSite Site { get; set; }

    internal int Barriers { get; set; }

    /// <summary>The end of a message: which thread of which group it happened to; nothing outside of kernels.</summary>
    internal static string Where() =>
        current is { } thread ? $" (kernel {thread.Group.Kernel}, group {thread.Group.GridIndex}, thread {thread.Index})" : "";

    /// <summary>From here on, the calling thread of the system runs this one; or none.</summary>
    internal static void Enter(KernelThread? thread) => current = thread;

    internal void Reset(Index3D extent)
    {
        Index = new Index3D(Linear % extent.X, Linear / extent.X % extent.Y, Linear / (extent.X * extent.Y));
        SharedUsed = 0;
        localUsed = 0;
        Waits = false;
        Started = false;
        Barriers = 0;
    }

    internal unsafe ArrayView<T> AllocateLocal<T>(int extent)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent);
        local ??= new DeviceMemory(null!, LocalBytes, 1);
        int start = (localUsed + sizeof(T) - 1) / sizeof(T);
        if (((long)start + extent) * sizeof(T) > LocalBytes)
        {
            throw new InvalidOperationException($"A thread asks for more than {LocalBytes} bytes of local memory{Where()}.");
        }

        localUsed = (start + extent) * sizeof(T);
        new Span<byte>(local.Memory + (start * sizeof(T)), extent * sizeof(T)).Fill(0xFF);
        return new ArrayView<T>(local, start, extent);
    }
}
