using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Benchmarks.Workloads;

/// <summary>Reads data and nothing else: what memory alone costs.</summary>
internal static class DataPass
{
    private static Vector512<byte> sink;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Read<T>(ReadOnlySpan<T> data)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(data);
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        Vector512<byte> a = default, b = default, c = default, d = default;
        for (nuint i = 0; i + 256 <= (nuint)bytes.Length; i += 256)
        {
            a ^= Vector512.LoadUnsafe(ref start, i);
            b ^= Vector512.LoadUnsafe(ref start, i + 64);
            c ^= Vector512.LoadUnsafe(ref start, i + 128);
            d ^= Vector512.LoadUnsafe(ref start, i + 192);
        }

        sink = a ^ b ^ c ^ d;
    }
}
