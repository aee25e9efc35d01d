using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SymbolicGD.Numerics;

// value·2ⁿ rounded once: one instruction where AVX-512 has it, else two products. The bits are the same. This file names instruction sets
// and therefore stands for itself; the other widths of all others come from their text for 512 bits (see SymbolicGD.Runtime.csproj).
public static partial class VectorMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Scale(Vector512<double> value, Vector512<double> n, Vector512<double> rounded) =>
        Avx512F.IsSupported ? Avx512F.Scale(value, n) : ScaleInTwo(value, rounded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> value, Vector512<float> n, Vector512<float> rounded) =>
        Avx512F.IsSupported ? Avx512F.Scale(value, n) : ScaleInTwo(value, rounded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Scale(Vector256<double> value, Vector256<double> n, Vector256<double> rounded) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.Scale(value, n) : ScaleInTwo(value, rounded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scale(Vector256<float> value, Vector256<float> n, Vector256<float> rounded) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.Scale(value, n) : ScaleInTwo(value, rounded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Scale(Vector128<double> value, Vector128<double> n, Vector128<double> rounded) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.Scale(value, n) : ScaleInTwo(value, rounded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Scale(Vector128<float> value, Vector128<float> n, Vector128<float> rounded) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.Scale(value, n) : ScaleInTwo(value, rounded);
}
