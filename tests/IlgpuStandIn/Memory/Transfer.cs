using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>What moves bytes: checked, and counted.</summary>
internal static unsafe class Transfer
{
    internal static void Fill(AcceleratorStream stream, byte value, MemoryBuffer buffer, long offset, long bytes)
    {
        var accelerator = Check(stream, buffer);
        NativeMemory.Fill(buffer.Memory + offset, (nuint)bytes, value);
        accelerator.Tally.Fill();
    }

    internal static void OnDevice<TView>(AcceleratorStream stream, in TView source, in TView target, long bytes)
        where TView : IContiguousArrayView
    {
        if (!source.IsValid || !target.IsValid)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, source.LengthInBytes, nameof(source));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, target.LengthInBytes, nameof(target));
        MemoryBuffer from = source.Buffer, to = target.Buffer;
        var accelerator = Check(stream, to);
        Check(stream, from);
        Buffer.MemoryCopy(from.Memory + source.IndexInBytes, to.Memory + target.IndexInBytes, bytes, bytes);
        if (from is HostMemory)
        {
            accelerator.Tally.CopyToDevice(bytes);
        }
        else if (to is HostMemory)
        {
            accelerator.Tally.CopyToHost(bytes);
        }
        else
        {
            accelerator.Tally.CopyOnDevice(bytes);
        }
    }

    internal static void ToDevice<TView>(AcceleratorStream stream, in TView target, ref byte data, long length)
        where TView : IContiguousArrayView
    {
        if (Bytes(target, length) is var bytes and > 0)
        {
            var accelerator = Check(stream, target.Buffer);
            fixed (byte* from = &data)
            {
                Buffer.MemoryCopy(from, target.Buffer.Memory + target.IndexInBytes, bytes, bytes);
            }

            accelerator.Tally.CopyToDevice(bytes);
        }
    }

    internal static void ToHost<TView>(AcceleratorStream stream, in TView source, ref byte data, long length)
        where TView : IContiguousArrayView
    {
        if (Bytes(source, length) is var bytes and > 0)
        {
            var accelerator = Check(stream, source.Buffer);
            fixed (byte* to = &data)
            {
                Buffer.MemoryCopy(source.Buffer.Memory + source.IndexInBytes, to, bytes, bytes);
            }

            accelerator.Tally.CopyToHost(bytes);
        }
    }

    /// <summary>Unlike ILGPU, which looks at the end of the buffer, this looks at the end of the view.</summary>
    private static long Bytes<TView>(in TView view, long length)
        where TView : IContiguousArrayView
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, view.Length);
        return length * view.ElementSize;
    }

    private static Accelerator Check(AcceleratorStream stream, MemoryBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (buffer.Memory == null)
        {
            buffer.ThrowDisposed();
        }

        if (stream.Accelerator != buffer.Accelerator)
        {
            throw new ArgumentException("The stream belongs to another accelerator than the buffer.", nameof(stream));
        }

        stream.Check();
        return buffer.Accelerator;
    }
}
