using System.Diagnostics.CodeAnalysis;

namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator.</summary>
public abstract unsafe class MemoryBuffer : AcceleratorObject
{
    internal MemoryBuffer(Accelerator accelerator, long length, int elementSize)
        : base(accelerator)
    {
        Length = length;
        ElementSize = elementSize;
    }

    public nint NativePtr => (nint)Memory;

    public long Length { get; }

    public int ElementSize { get; }

    public long LengthInBytes => Length * ElementSize;

    /// <summary>Where kernels find the elements; null once the buffer is disposed, and while accesses are counted.</summary>
    internal byte* Direct { get; private protected set; }

    /// <summary>Where copies find the elements; null once the buffer is disposed.</summary>
    internal byte* Memory { get; private protected set; }

    public ArrayView<byte> AsRawArrayView() => AsRawArrayView(0, LengthInBytes);

    public ArrayView<byte> AsRawArrayView(long offsetInBytes) => AsRawArrayView(offsetInBytes, LengthInBytes - offsetInBytes);

    public ArrayView<byte> AsRawArrayView(long offsetInBytes, long lengthInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetInBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthInBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetInBytes + lengthInBytes, LengthInBytes, nameof(lengthInBytes));
        return new ArrayView<byte>(this, offsetInBytes, lengthInBytes);
    }

    /// <summary>The way of an access where <see cref="Direct"/> is null.</summary>
    /// <param name="offset">Of the element, in bytes.</param>
    /// <param name="size">Of the element, in bytes.</param>
    internal abstract byte* Watched(long offset, int size);

    [DoesNotReturn]
    internal void ThrowDisposed() =>
        throw new ObjectDisposedException(nameof(MemoryBuffer), $"A buffer of {Length} elements of {ElementSize} bytes is used after its disposal.");
}

public interface IMemoryBuffer<in TView> : IContiguousArrayView
    where TView : struct, IArrayView
{
}

/// <summary>A buffer that is seen through a view.</summary>
public unsafe class MemoryBuffer<TView> : MemoryBuffer, IMemoryBuffer<TView>
    where TView : struct, IArrayView
{
    private readonly MemoryBuffer raw;

    internal MemoryBuffer(Accelerator accelerator, in TView view, MemoryBuffer raw)
        : base(accelerator, view.Length, view.ElementSize)
    {
        this.raw = raw;
        View = view;
        accelerator.Adopt(this);
    }

    public TView View { get; }

    public bool IsValid => !IsDisposed;

    MemoryBuffer IArrayView.Buffer => raw;

    long IContiguousArrayView.Index => 0;

    long IContiguousArrayView.IndexInBytes => 0;

    internal MemoryBuffer Raw => raw;

    public TView ToArrayView() => View;

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => raw.AsRawArrayView();

    public static implicit operator TView(MemoryBuffer<TView> buffer) => buffer.View;

    internal override byte* Watched(long offset, int size) => raw.Watched(offset, size);

    private protected override void DisposeObject()
    {
        raw.Dispose();
        Accelerator.Release(this);
    }
}

public class MemoryBuffer1D<T, TStride> : MemoryBuffer<ArrayView1D<T, TStride>>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal MemoryBuffer1D(Accelerator accelerator, in ArrayView1D<T, TStride> view, MemoryBuffer raw)
        : base(accelerator, view, raw)
    {
    }

    public LongIndex1D Extent => View.Extent;

    public Index1D IntExtent => View.IntExtent;

    public ArrayView<T> AsContiguous() => View.AsContiguous();

    public static explicit operator ArrayView<T>(MemoryBuffer1D<T, TStride> buffer) => buffer.AsContiguous();
}
