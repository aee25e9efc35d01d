using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>Zeroed memory that starts at a cache line and stays where it is: no vector of a kernel straddles two lines.</summary>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int LineBytes = 64;

    private readonly T[] array;
    private readonly int offset;
    private readonly int length;

    [SuppressMessage("Style", "IDE0290", Justification = "The offset is computed from the array's address.")]
    public unsafe AlignedBuffer(int length)
    {
        int line = LineBytes / Unsafe.SizeOf<T>();
        this.length = length;
        array = GC.AllocateArray<T>(checked(length + line), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref array[0]);
        offset = (int)((LineBytes - (address % LineBytes)) % LineBytes) / Unsafe.SizeOf<T>();
    }

    // The constructor has seen to it that the range is in the array.
    public Span<T> Span => MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), offset), length);
}
