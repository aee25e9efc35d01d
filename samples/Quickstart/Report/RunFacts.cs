using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Quickstart.Report;

/// <summary>Under which conditions the program ran.</summary>
internal sealed record RunFacts(int Seed, TimeSpan Elapsed)
{
    /// <summary>The run-time library, the processor's architecture and the widest vectors that it computes with.</summary>
    public string Platform { get; } =
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, {VectorBits}-bit vectors";

    private static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
}
