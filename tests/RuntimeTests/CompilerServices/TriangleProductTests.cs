using System.Numerics;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>Products of triangular matrices with the vectors of a block of examples against plain loops, to the bit, in tiles of both widths.</summary>
public sealed class TriangleProductTests
{
    private const int Examples = 64;

    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 16 }, { 2, 64 }, { 7, 8 }, { 8, 64 }, { 10, 48 }, { 12, 64 }, { 13, 33 }, { 16, 64 }, { 17, 64 }, { 24, 1 }, { 33, 64 }, { 64, 64 }, { 70, 40 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SinglesEqualPlainLoops(int size, int examples) => AssertAll<float>(size, examples, columns: 32);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void DoublesEqualPlainLoops(int size, int examples) => AssertAll<double>(size, examples, columns: 16);

    [Fact]
    public void ShortArraysAreRefused()
    {
        double[] matrix = new double[12 * 16], array = new double[12 * Examples], workspace = new double[TriangleProduct.WorkspaceLength(10)];
        TriangleProduct.Multiply<double>(matrix, 16, false, false, array, array.ToArray(), 10, 64, false);
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Multiply<double>(matrix.AsSpan(1), 16, false, false, array, array, 10, 64, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Multiply<double>(matrix, 15, false, false, array, array, 10, 64, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Multiply<double>(matrix, 16, false, false, array.AsSpan(0, 639), array, 10, 64, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Multiply<double>(matrix, 16, false, false, array, array.AsSpan(1), 10, 64, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Multiply<double>(matrix, 16, false, false, array, array, 10, 65, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Accumulate<double>(array.AsSpan(1), array, matrix, 16, false, 10, 64, workspace));
        Assert.Throws<ArgumentOutOfRangeException>(() => TriangleProduct.Accumulate<double>(array, array, matrix, 16, false, 10, 64, workspace.AsSpan(1)));
    }

    private static void AssertAll<T>(int size, int examples, int columns)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int lanes = columns / 2;
        var random = new Random(size);
        int padded = (size + 11) / 12 * 12, stride = (size + columns - 1) / columns * columns;
        T[] vectors = Values(padded * Examples), signals = Values(padded * Examples), workspace = new T[TriangleProduct.WorkspaceLength(size)];
        foreach (bool isUpper in (bool[])[false, true])
        {
            T[] matrix = new T[padded * stride];
            for (int i = 0; i < size; i++)
            {
                for (int k = 0; k < size; k++) matrix[(i * stride) + k] = IsOf(i, k) ? T.CreateChecked(random.NextDouble() - 0.5) : T.Zero;
            }

            foreach (bool wide in (bool[])[true, false])
            {
                foreach ((bool transposed, bool accumulate) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
                {
                    T[] sums = Values(padded * Examples), before = [.. sums];
                    TriangleProduct.Multiply<T>(matrix, stride, transposed, isUpper, vectors, sums, size, examples, accumulate, wide);
                    for (int i = 0; i < size; i++)
                    {
                        for (int e = 0; e < examples; e++)
                        {
                            T sum = accumulate ? before[(i * Examples) + e] : T.Zero;
                            for (int k = 0; k < size; k++)
                            {
                                sum = T.FusedMultiplyAdd(transposed ? matrix[(k * stride) + i] : matrix[(i * stride) + k], vectors[(k * Examples) + e], sum);
                            }

                            Assert.Equal(sum, sums[(i * Examples) + e]);
                        }
                    }
                }

                T[] gradient = Values(padded * stride), start = [.. gradient];
                TriangleProduct.Accumulate<T>(signals, vectors, gradient, stride, isUpper, size, examples, workspace, wide);
                for (int i = 0; i < size; i++)
                {
                    for (int k = 0; k < size; k++)
                    {
                        if (!IsOf(i, k)) continue;
                        Assert.Equal(size <= 16 && examples % lanes == 0 ? start[(i * stride) + k] + SumOfLanes(i, k) : Chain(start[(i * stride) + k], i, k), gradient[(i * stride) + k]);
                    }
                }
            }

            bool IsOf(int i, int k) => isUpper ? k >= i : k <= i;

            T Chain(T sum, int i, int k)
            {
                for (int e = 0; e < examples; e++) sum = T.FusedMultiplyAdd(signals[(i * Examples) + e], vectors[(k * Examples) + e], sum);
                return sum;
            }

            T SumOfLanes(int i, int k)
            {
                T[] sums = new T[lanes];
                for (int e = 0; e < examples; e++) sums[e % lanes] = T.FusedMultiplyAdd(signals[(i * Examples) + e], vectors[(k * Examples) + e], sums[e % lanes]);
                return Lanes.Sum(Vector512.Create(sums));
            }
        }

        T[] Values(int length) => [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.NextDouble() - 0.5))];
    }
}
