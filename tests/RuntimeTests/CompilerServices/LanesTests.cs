using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>What kernels do with lanes. On 256-bit registers: <c>DOTNET_EnableAVX512=0 dotnet test tests/RuntimeTests -c Release --filter Lanes</c>.</summary>
public sealed class LanesTests
{
    private readonly Random _random = new(1);

    /// <summary>Rows that are summed together have the bits that each has alone, in their order.</summary>
    [Fact]
    public void SumsOfSingleRowsHaveTheBitsOfEachSum()
    {
        Vector512<float>[] rows = Enumerable.Range(0, 16).Select(_ => Singles()).ToArray();
        Span<float> begun = stackalloc float[64];
        for (int r = 0; r < 16; r += 4) Lanes.StoreSums(ref begun[4 * r], rows[r], rows[r + 1], rows[r + 2], rows[r + 3]);
        Vector512<float> sums = Lanes.LoadSums(ref begun[0]);
        for (int r = 0; r < 16; r++) Assert.Equal(BitConverter.SingleToInt32Bits(Lanes.Sum(rows[r])), BitConverter.SingleToInt32Bits(sums[r]));
    }

    /// <inheritdoc cref="SumsOfSingleRowsHaveTheBitsOfEachSum"/>
    [Fact]
    public void SumsOfDoubleRowsHaveTheBitsOfEachSum()
    {
        Vector512<double>[] rows = Enumerable.Range(0, 8).Select(_ => Doubles()).ToArray();
        Span<double> begun = stackalloc double[16];
        for (int r = 0; r < 8; r += 4) Lanes.StoreSums(ref begun[2 * r], rows[r], rows[r + 1], rows[r + 2], rows[r + 3]);
        Vector512<double> sums = Lanes.LoadSums(ref begun[0]);
        for (int r = 0; r < 8; r++) Assert.Equal(BitConverter.DoubleToInt64Bits(Lanes.Sum(rows[r])), BitConverter.DoubleToInt64Bits(sums[r]));
    }

    /// <summary>The extreme lane, wherever it is.</summary>
    [Fact]
    public void LargestAndSmallestLaneAreFoundInEveryPlace()
    {
        for (int lane = 0; lane < 16; lane++)
        {
            Assert.Equal(5, Lanes.Max(Singles().WithElement(lane, 5)));
            Assert.Equal(-5, Lanes.Min(Singles().WithElement(lane, -5)));
            Assert.True(float.IsNaN(Lanes.Max(Singles().WithElement(lane, float.NaN))));
            Assert.True(float.IsNaN(Lanes.Min(Singles().WithElement(lane, float.NaN))));
            if (lane >= 8) continue;
            Assert.Equal(5, Lanes.Max(Doubles().WithElement(lane, 5)));
            Assert.Equal(-5, Lanes.Min(Doubles().WithElement(lane, -5)));
            Assert.True(double.IsNaN(Lanes.Max(Doubles().WithElement(lane, double.NaN))));
            Assert.True(double.IsNaN(Lanes.Min(Doubles().WithElement(lane, double.NaN))));
        }
    }

    /// <summary>The block before has done the first lanes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void ActiveLanesAreThoseLeft(int done)
    {
        for (int lane = 0; lane < 8; lane++) Assert.Equal(lane >= done, double.IsNaN(Lanes.Active((double)done)[lane]));
        for (int lane = 0; lane < 16; lane++) Assert.Equal(lane >= done, float.IsNaN(Lanes.Active((float)done)[lane]));
    }

    /// <summary>A block of fewer rows than lanes ends with the last row; before the first one it repeats that one.</summary>
    [Fact]
    public void ShortBatchRepeatsItsFirstRow()
    {
        double[] column = [10, 11, 12, 13, 14];
        Vector512<double> block = Lanes.Column(ref column[0], new BatchRows([4, 2, 0]), 3 - 8);
        Assert.Equal(Vector512.Create(14.0, 14, 14, 14, 14, 14, 12, 10), block);
        Assert.True(Lanes.AreShort(new AllRows(7), 8));
        Assert.False(Lanes.AreShort(new AllRows(8), 8));
        Assert.False(Lanes.AreShort(new BatchRows([1]), 8));
        BatchRows first = BatchRows.First(3);
        Assert.Equal([0, 1, 2], new[] { first[0], first[1], first[2] });
        Assert.Equal(3, first.Count);
    }

    private Vector512<float> Singles() => Vector512.Create(Enumerable.Range(0, 16).Select(_ => (2 * _random.NextSingle()) - 1).ToArray());

    private Vector512<double> Doubles() => Vector512.Create(Enumerable.Range(0, 8).Select(_ => (2 * _random.NextDouble()) - 1).ToArray());
}
