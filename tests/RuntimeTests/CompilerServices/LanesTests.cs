using System.Numerics;
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

    /// <summary>The last vector of a range ends where the range ends; in front of a range shorter than a vector it is zero, whatever lies there.</summary>
    [Theory]
    [MemberData(nameof(Counts))]
    public void TailEndsWithItsRange(int count)
    {
        TailIsTheLastVector<float>(count);
        TailIsTheLastVector<double>(count);
    }

    /// <summary>Only the lanes of the mask are stored, and nothing in front of a range shorter than a vector.</summary>
    [Theory]
    [MemberData(nameof(Counts))]
    public void StoringATailLeavesTheRestAlone(int count)
    {
        StoreOneTail(count, Singles(), Lanes.TailMask((float)(count % 16)));
        StoreOneTail(count, Doubles(), Lanes.TailMask((double)(count % 8)));
    }

    /// <summary>A range inside of the array is found, one that is not is refused; an empty one may start anywhere.</summary>
    [Fact]
    public void RangesAreCheckedOnce()
    {
        double[] values = [1, 2, 3, 4, 5];
        Assert.Equal(3, Lanes.Range(values.AsSpan(), 2, 3));
        Assert.Equal(1, Lanes.Range((ReadOnlySpan<double>)values, 0, 5));
        foreach ((int start, int count) in new[] { (-1, 1), (0, 6), (5, 1), (int.MaxValue, 2), (int.MinValue, 3), (1, int.MaxValue) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Lanes.Range(values.AsSpan(), start, count) = 0);
            Assert.Throws<ArgumentOutOfRangeException>(() => Lanes.Range((ReadOnlySpan<double>)values, start, count) + 0);
        }

        foreach ((int start, int count) in new[] { (-1, 0), (7, 0), (3, -2), (9, -9), (int.MinValue, -1) })
        {
            _ = ref Lanes.Range(values.AsSpan(), start, count);
            _ = ref Lanes.Range((ReadOnlySpan<double>)values, start, count);
        }
    }

    /// <summary>Elements that lie side by side in rows that examples name, up to the end of the array, are those that are read one by one; none beyond the array is read.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(11)]
    public void NeighboursAreReadTogether(int width)
    {
        NeighboursAreThoseOfTheRows<double>(width);
        NeighboursAreThoseOfTheRows<float>(width);
    }

    /// <summary>The element that belongs to an example, for examples in order and in any.</summary>
    [Fact]
    public void ElementsOfExamplesAreRead()
    {
        double[] values = [.. Enumerable.Range(0, 12).Select(i => (double)i)];
        int[] batch = [9, 2, 2, 11, 0, 5, 7, 1, 3];
        Assert.Equal(Vector512.Create(4.0, 5, 6, 7, 8, 9, 10, 11), Lanes.Gather(values, new AllRows(12), 3, 1));
        Assert.Equal(Vector512.Create(2.0, 2, 11, 0, 5, 7, 1, 3), Lanes.Gather(values, new BatchRows(batch), 1, 0));
        Assert.Throws<IndexOutOfRangeException>(() => Lanes.Gather(values, new AllRows(12), 4, 1));
        Assert.Throws<IndexOutOfRangeException>(() => Lanes.Gather(values, new AllRows(12), 0, -1));
        Assert.Throws<IndexOutOfRangeException>(() => Lanes.Gather(values, new BatchRows(batch), 0, 1));
    }

    /// <summary>An element of rows of data, for examples in order and in any.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void ColumnsOfRowsAreRead(int width)
    {
        float[] values = [.. Enumerable.Range(0, 20 * width).Select(i => (float)i)];
        int[] batch = [.. Enumerable.Range(0, 16).Select(i => 19 - i)];
        for (int index = 0; index < width; index++)
        {
            Vector512<float> all = Lanes.Column(ref values[0], new AllRows(20), 4, width, index), some = Lanes.Column(ref values[0], new BatchRows(batch), 0, width, index);
            for (int lane = 0; lane < 16; lane++)
            {
                Assert.Equal(values[((4 + lane) * width) + index], all[lane]);
                Assert.Equal(values[(batch[lane] * width) + index], some[lane]);
            }
        }

        Assert.Throws<IndexOutOfRangeException>(() => Lanes.Column(ref values[0], new AllRows(20), 4, width, width));
    }

    public static TheoryData<int> Counts => [.. Enumerable.Range(1, 35)];

    private static void NeighboursAreThoseOfTheRows<T>(int width)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector512<T>.Count;
        T[] values = [.. Enumerable.Range(0, 20 * width).Select(T.CreateChecked)];
        int[] column = [.. Enumerable.Range(0, 20).Select(i => 7 * i % 20)], batch = [.. Enumerable.Range(0, lanes).Select(i => 3 * i % 20)];
        LaneStarts all = Lanes.Starts(ref column[0], new AllRows(20), 20 - lanes, width, lanes), some = Lanes.Starts(ref column[0], new BatchRows(batch), 0, width, lanes);
        int[] rows = column[^lanes..], named = [.. batch.Select(i => column[i])];
        for (int offset = 0; offset < width; offset++)
        {
            Check(all, rows, offset);
            Check(some, named, offset);
        }

        // The last row named ends with the array; the one after it is missing.
        Assert.Contains(19, rows);
        for (int count = 1; count <= Math.Min(width, 4); count++)
        {
            Assert.Throws<IndexOutOfRangeException>(() => Read(all, values, width - count + 1, count));
            Assert.Throws<IndexOutOfRangeException>(() => Read(all, values, -width * 20, count));
            Assert.Throws<IndexOutOfRangeException>(() => Read(all, [], 0, count));
        }

        void Check(LaneStarts starts, int[] of, int offset)
        {
            for (int count = 1; count <= Math.Min(width - offset, 4); count++)
            {
                Vector512<T>[] read = Read(starts, values, offset, count);
                for (int k = 0; k < count; k++)
                {
                    for (int lane = 0; lane < lanes; lane++) Assert.Equal(values[(of[lane] * width) + offset + k], read[k][lane]);
                }
            }
        }

        static Vector512<T>[] Read(LaneStarts starts, T[] values, int offset, int count)
        {
            Vector512<T> a, b, c, d;
            switch (count)
            {
                case 1:
                    return [Lanes.Gather(values, starts, offset)];
                case 2:
                    Lanes.Gather(values, starts, offset, out a, out b);
                    return [a, b];
                case 3:
                    Lanes.Gather(values, starts, offset, out a, out b, out c);
                    return [a, b, c];
                default:
                    Lanes.Gather(values, starts, offset, out a, out b, out c, out d);
                    return [a, b, c, d];
            }
        }
    }

    private static void TailIsTheLastVector<T>(int count)
        where T : unmanaged, INumber<T>
    {
        // What lies in front of the range must not matter.
        T[] values = Enumerable.Range(0, count + 3).Select(i => T.CreateChecked(i - 2)).ToArray();
        Vector512<T> tail = Lanes.LoadTail(ref values[3], count), alone = Lanes.LoadTail(ref values[3..][0], count);
        Assert.Equal(tail, alone);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            int element = count - Vector512<T>.Count + lane;
            Assert.Equal(element >= 0 ? T.CreateChecked(element + 1) : T.Zero, tail[lane]);
        }
    }

    private static void StoreOneTail<T>(int count, Vector512<T> stored, Vector512<T> mask)
        where T : unmanaged, INumber<T>
    {
        int lanes = Vector512<T>.Count;
        T[] values = Enumerable.Range(0, count + 4).Select(i => T.CreateChecked(i)).ToArray();
        if (count < lanes) mask = Vector512<T>.AllBitsSet;
        Lanes.StoreTail(ref values[2], count, stored, mask);
        for (int i = 0; i < values.Length; i++)
        {
            int lane = i - 2 - (count - lanes);
            bool inside = i >= 2 && i < count + 2 && lane >= 0 && !mask[lane].Equals(T.Zero);
            Assert.Equal(inside ? stored[lane] : T.CreateChecked(i), values[i]);
        }
    }

    private Vector512<float> Singles() => Vector512.Create(Enumerable.Range(0, 16).Select(_ => (2 * _random.NextSingle()) - 1).ToArray());

    private Vector512<double> Doubles() => Vector512.Create(Enumerable.Range(0, 8).Select(_ => (2 * _random.NextDouble()) - 1).ToArray());
}
