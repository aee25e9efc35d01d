using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Copies and fills of every view that is contiguous.</summary>
public static partial class ArrayViewExtensions
{
    public static bool HasNoData<TView>(this TView view)
        where TView : IArrayView => view.Length < 1;

    public static bool HasData<TView>(this TView view)
        where TView : IArrayView => view.Length > 0;

    public static Accelerator GetAccelerator<TView>(this TView view)
        where TView : IArrayView => view.Buffer.Accelerator;

    public static AcceleratorType GetAcceleratorType<TView>(this TView view)
        where TView : IArrayView => view.Buffer.Accelerator.AcceleratorType;

    public static void MemSetToZero<TView>(this TView view)
        where TView : IContiguousArrayView => view.MemSetToZero(view.DefaultStream());

    public static void MemSetToZero<TView>(this TView view, AcceleratorStream stream)
        where TView : IContiguousArrayView => view.MemSet(stream, 0);

    public static void MemSet<TView>(this TView view, byte value)
        where TView : IContiguousArrayView => view.MemSet(view.DefaultStream(), value);

    public static void MemSet<TView>(this TView view, AcceleratorStream stream, byte value)
        where TView : IContiguousArrayView
    {
        if (!view.IsValid)
        {
            throw new ArgumentNullException(nameof(view));
        }

        Transfer.Fill(stream, value, view.Buffer, view.IndexInBytes, view.LengthInBytes);
    }

    public static void CopyTo<TView>(this TView source, in TView target)
        where TView : IContiguousArrayView => source.CopyTo(source.DefaultStream(), target);

    public static void CopyTo<TView>(this TView source, AcceleratorStream stream, in TView target)
        where TView : IContiguousArrayView => Transfer.OnDevice(stream, source, target, target.LengthInBytes);

    public static void CopyFrom<TView>(this TView target, in TView source)
        where TView : IContiguousArrayView => target.CopyFrom(target.DefaultStream(), source);

    public static void CopyFrom<TView>(this TView target, AcceleratorStream stream, in TView source)
        where TView : IContiguousArrayView => Transfer.OnDevice(stream, source, target, source.LengthInBytes);

    public static void CopyToCPUUnsafeAsync<T, TView>(this TView source, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => source.CopyToCPUUnsafeAsync(source.DefaultStream(), ref cpuData, length);

    public static void CopyToCPUUnsafeAsync<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => Transfer.ToHost(stream, source, ref Unsafe.As<T, byte>(ref cpuData), length);

    public static void CopyFromCPUUnsafeAsync<T, TView>(this TView target, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => target.CopyFromCPUUnsafeAsync(target.DefaultStream(), ref cpuData, length);

    public static void CopyFromCPUUnsafeAsync<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => Transfer.ToDevice(stream, target, ref Unsafe.As<T, byte>(ref cpuData), length);

    public static void CopyToCPU<T, TView>(this TView source, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => source.CopyToCPU(source.DefaultStream(), ref cpuData, length);

    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        source.CopyToCPUUnsafeAsync(stream, ref cpuData, length);
        stream.Synchronize();
    }

    public static void CopyFromCPU<T, TView>(this TView target, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => target.CopyFromCPU(target.DefaultStream(), ref cpuData, length);

    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        target.CopyFromCPUUnsafeAsync(stream, ref cpuData, length);
        stream.Synchronize();
    }

    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, in Span<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        if (!span.IsEmpty)
        {
            source.CopyToCPU(stream, ref span[0], span.Length);
        }
    }

    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged
    {
        if (!span.IsEmpty)
        {
            target.CopyFromCPU(stream, ref Unsafe.AsRef(in span[0]), span.Length);
        }
    }

    public static void CopyToCPU<T, TView>(this TView source, in Span<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => source.CopyToCPU(source.DefaultStream(), span);

    public static void CopyFromCPU<T, TView>(this TView target, in ReadOnlySpan<T> span)
        where TView : IContiguousArrayView<T>
        where T : unmanaged => target.CopyFromCPU(target.DefaultStream(), span);

    public static void CopyToCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged => ((ArrayView1D<T, Stride1D.Dense>)view).CopyToCPU(data);

    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => ((ArrayView1D<T, Stride1D.Dense>)view).CopyToCPU(stream, data);

    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged => ((ArrayView1D<T, Stride1D.Dense>)view).CopyFromCPU(data);

    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged => ((ArrayView1D<T, Stride1D.Dense>)view).CopyFromCPU(stream, data);

    private static AcceleratorStream DefaultStream<TView>(this TView view)
        where TView : IArrayView =>
        (view.Buffer ?? throw new ArgumentNullException(nameof(view), "The view has no buffer.")).Accelerator.DefaultStream;
}
