using ILGPU.Engine;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Memory that the threads of a group share; what it holds at first is undefined (and no number, here).</summary>
public static class SharedMemory
{
    public static ref T Allocate<T>()
        where T : unmanaged => ref Allocate<T>(1)[0];

    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        var thread = KernelThread.Current;
        return thread.Group.AllocateShared<T>(thread, extent);
    }

    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent);
}

/// <summary>Memory of one thread; what it holds at first is undefined (and no number, here).</summary>
public static class LocalMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => KernelThread.Current.AllocateLocal<T>(extent);

    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent);
}
