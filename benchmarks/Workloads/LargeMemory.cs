using System.Runtime.InteropServices;

namespace Benchmarks.Workloads;

/// <summary>
/// Arrays that all contenders share: pinned, so that C may keep an address; on cache line boundaries and, on Linux, in huge pages, so
/// that no contender pays for a layout that another would have chosen better.
/// </summary>
internal static unsafe partial class LargeMemory
{
    private const int CacheLine = 64;
    private const nint HugePage = 1 << 21;
    private const int AdviseHugePages = 14;

    internal static Memory<T> Allocate<T>(int length)
        where T : unmanaged
    {
        int slack = CacheLine / sizeof(T);
        T[] array = GC.AllocateUninitializedArray<T>(length + slack, pinned: true);
        nint address = (nint)Address<T>(array);
        nint start = Align(address, CacheLine);
        if (OperatingSystem.IsLinux())
        {
            // Advice for whole pages inside of the array, before its memory is touched for the first time. Advice may be declined.
            nint first = Align(address, HugePage);
            nint size = (address + (nint)array.Length * sizeof(T) - first) & ~(HugePage - 1);
            if (size > 0) _ = MemoryAdvise(first, size, AdviseHugePages);
        }

        Memory<T> memory = array.AsMemory((int)((start - address) / sizeof(T)), length);
        memory.Span.Clear();
        return memory;
    }

    /// <summary>The address of memory that came from <see cref="Allocate"/>.</summary>
    internal static T* Address<T>(ReadOnlyMemory<T> memory)
        where T : unmanaged => (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory.Span));

    private static nint Align(nint address, nint boundary) => (address + boundary - 1) & ~(boundary - 1);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nint length, int advice);
}
