using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>Memory of the host that the device copies from and to on its own.</summary>
internal sealed unsafe class HostMemory : MemoryBuffer
{
    internal HostMemory(Accelerator accelerator, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        nuint bytes = checked((nuint)LengthInBytes);
        Memory = (byte*)NativeMemory.AlignedAlloc(Math.Max(bytes, 1), 64);
        NativeMemory.Clear(Memory, bytes);
    }

    ~HostMemory() => DisposeObject();

    /// <summary>Kernels do not see it.</summary>
    internal override byte* Watched(long offset, int size) => throw new InvalidOperationException("A kernel accesses memory of the host.");

    private protected override void DisposeObject()
    {
        byte* memory = Memory;
        Memory = null;
        NativeMemory.AlignedFree(memory);
        GC.SuppressFinalize(this);
    }
}

/// <summary>An array in page-locked memory. Copies between its view and a device are asynchronous: the host waits for the stream before it looks.</summary>
public sealed unsafe class PageLockedArray1D<T> : Util.DisposeBase
    where T : unmanaged
{
    private readonly HostMemory memory;

    internal PageLockedArray1D(Accelerator accelerator, long length)
    {
        memory = new HostMemory(accelerator, length, sizeof(T));
        ArrayView = new ArrayView<T>(memory, 0, length);
    }

    public Span<T> Span => memory.Memory == null ? [] : new Span<T>(memory.Memory, (int)memory.Length);

    public ArrayView<T> ArrayView { get; }

    public long Length => memory.Length;

    private protected override void DisposeObject() => memory.Dispose();
}

public static class PageLockedArrayExtensions
{
    public static PageLockedArray1D<T> AllocatePageLocked1D<T>(this Accelerator accelerator, LongIndex1D extent)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.Check();
        return new PageLockedArray1D<T>(accelerator, extent.X);
    }
}
