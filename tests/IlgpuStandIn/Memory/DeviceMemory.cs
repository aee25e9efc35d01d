using System.Runtime.InteropServices;
using ILGPU.Engine;
using IlgpuStandIn;

namespace ILGPU.Runtime;

/// <summary>The memory itself. It starts as bytes of 255: no number as float and double, -1 as integer, so that what nobody wrote shows.</summary>
internal sealed unsafe class DeviceMemory : MemoryBuffer
{
    private readonly bool watched;
    private AccessCounts? counts;

    internal DeviceMemory(Accelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        nuint bytes = checked((nuint)LengthInBytes);
        Memory = (byte*)NativeMemory.AlignedAlloc(Math.Max(bytes, 1), 64);
        watched = accelerator?.Device.Options.FindRaces ?? false;
        Watch();
        Poison(bytes);
    }

    ~DeviceMemory() => DisposeObject();

    internal void Poison(nuint bytes) => NativeMemory.Fill(Memory, bytes, 0xFF);

    /// <summary>From here on, kernels' accesses are counted.</summary>
    internal AccessCounts Count()
    {
        if (Memory == null)
        {
            ThrowDisposed();
        }

        counts ??= new AccessCounts(checked((int)Length));
        Watch();
        return counts;
    }

    internal void StopCounting()
    {
        counts = null;
        Watch();
    }

    /// <summary>Sends accesses by <see cref="Watched"/> if somebody wants to know of them.</summary>
    internal void Watch(bool races = false) => Direct = watched || races || counts is not null ? null : Memory;

    internal override byte* Watched(long offset, int size)
    {
        byte* memory = Memory;
        if (memory == null)
        {
            ThrowDisposed();
        }

        counts?.Add(offset / ElementSize);
        KernelThread.Races?.Touch(this, (nint)memory + (nint)offset, size);
        return memory;
    }

    private protected override void DisposeObject()
    {
        byte* memory = Memory;
        Memory = null;
        Direct = null;
        NativeMemory.AlignedFree(memory);
        GC.SuppressFinalize(this);
    }
}
