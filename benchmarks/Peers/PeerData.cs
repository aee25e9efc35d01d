using System.Runtime.InteropServices;
using Benchmarks.Workloads;

namespace Benchmarks.Peers;

/// <summary>The files that <c>benchmarks/peers/data.py</c> writes: raw numbers, one file per array.</summary>
/// <param name="folder">Where they are.</param>
internal sealed class PeerData(string folder)
{
    /// <summary>All numbers of a file, in memory as for the other workloads.</summary>
    internal Memory<T> Read<T>(string name)
        where T : unmanaged
    {
        using FileStream file = File.OpenRead(Path.Combine(folder, name));
        Memory<T> memory = LargeMemory.Allocate<T>((int)(file.Length / Marshal.SizeOf<T>()));
        file.ReadExactly(MemoryMarshal.AsBytes(memory.Span));
        return memory;
    }
}
