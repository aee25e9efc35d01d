using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Benchmarks.Reports;

/// <summary>Chains of multiply-adds that do not wait for each other.</summary>
internal static class Peak<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Chains = 12;
    private const int Steps = 10_000;

    internal static double Flops => 2.0 * Chains * Steps * (Vector512.IsHardwareAccelerated ? Vector512<T>.Count : Vector256<T>.Count);

    private static T sum;

    internal static void Run() => sum += Vector512.IsHardwareAccelerated ? Wide() : Narrow();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Wide()
    {
        Vector512<T> x = Vector512.Create(T.CreateChecked(0.5)), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Fma(x, a, x); b = Fma(x, b, x); c = Fma(x, c, x); d = Fma(x, d, x); e = Fma(x, e, x); f = Fma(x, f, x);
            g = Fma(x, g, x); h = Fma(x, h, x); i = Fma(x, i, x); j = Fma(x, j, x); k = Fma(x, k, x); l = Fma(x, l, x);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Narrow()
    {
        Vector256<T> x = Vector256.Create(T.CreateChecked(0.5)), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Fma(x, a, x); b = Fma(x, b, x); c = Fma(x, c, x); d = Fma(x, d, x); e = Fma(x, e, x); f = Fma(x, f, x);
            g = Fma(x, g, x); h = Fma(x, h, x); i = Fma(x, i, x); j = Fma(x, j, x); k = Fma(x, k, x); l = Fma(x, l, x);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Fma(Vector512<T> x, Vector512<T> y, Vector512<T> z) => typeof(T) == typeof(float)
        ? Vector512.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
        : Vector512.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Fma(Vector256<T> x, Vector256<T> y, Vector256<T> z) => typeof(T) == typeof(float)
        ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
        : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
}
