using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ILGPU.Engine;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Elements of a buffer that follow each other. Unlike ILGPU's, it checks every index, in release builds too.</summary>
public readonly unsafe struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    public static readonly int ElementSize = sizeof(T);

    public static readonly ArrayView<T> Empty;

    private readonly MemoryBuffer buffer;
    private readonly long start;
    private readonly long length;

    public ArrayView(MemoryBuffer source, long index, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        buffer = source;
        start = index;
        this.length = length;
    }

    public bool IsValid => buffer is not null && length > 0;

    public LongIndex1D Extent => new(length);

    public Index1D IntExtent => Extent.ToIntIndex();

    public Stride1D.Dense Stride => default;

    public long Length => length;

    public int IntLength => checked((int)length);

    public long LengthInBytes => length * sizeof(T);

    MemoryBuffer IArrayView.Buffer => buffer;

    int IArrayView.ElementSize => sizeof(T);

    long IContiguousArrayView.Index => start;

    long IContiguousArrayView.IndexInBytes => start * sizeof(T);

    internal MemoryBuffer Buffer => buffer;

    public ref T this[Index1D index] => ref this[(long)index.X];

    public ref T this[LongIndex1D index] => ref this[index.X];

    public ref T this[int index] => ref this[(long)index];

    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)index >= (ulong)length)
            {
                ThrowOutside(index);
            }

            byte* memory = buffer.Direct;
            if (memory == null)
            {
                memory = buffer.Watched((start + index) * sizeof(T), sizeof(T));
            }

            return ref ((T*)memory)[start + index];
        }
    }

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => new(buffer, start * sizeof(T), LengthInBytes);

    public ArrayView<T> SubView(long index) => SubView(index, length - index);

    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if ((index < 0 || index >= length) && (index != 0 || length > 0))
        {
            ThrowOutside(index);
        }

        if (subViewLength < 0 || index + subViewLength > length)
        {
            throw new IndexOutOfRangeException($"A sub-view of {subViewLength} elements from {index} on lies outside of a view of {length} elements{KernelThread.Where()}.");
        }

        return new ArrayView<T>(buffer, start + index, subViewLength);
    }

    public override string ToString() => $"{start} [{length}]";

    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view, view.Extent, default);

    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView.SubView(0, view.Length);

    [DoesNotReturn]
    private void ThrowOutside(long index) =>
        throw new IndexOutOfRangeException($"Index {index} lies outside of a view of {length} elements of {typeof(T).Name}{KernelThread.Where()}.");
}
