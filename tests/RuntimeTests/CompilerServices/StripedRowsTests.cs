using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>Blocks that take four examples at a time of several stretches of the data.</summary>
public sealed class StripedRowsTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(67)]
    [InlineData(68)]
    [InlineData(71)]
    [InlineData(79)]
    [InlineData(80)]
    [InlineData(8191)]
    [InlineData(8192)]
    public void Every_example_is_active_in_one_block(int count)
    {
        Assert.All(Visits<float>(count), visits => Assert.Equal(1, visits));
        Assert.All(Visits<double>(count), visits => Assert.Equal(1, visits));
    }

    [Theory]
    [InlineData(16, 100)]
    [InlineData(8, 100)]
    [InlineData(16, 96)]
    public void Four_lanes_follow_each_other_in_memory(int lanes, int count)
    {
        var rows = new StripedRows(count, lanes);
        for (int position = 0; position < rows.Count; position++)
        {
            if (position % 4 != 0) Assert.Equal(rows[position - 1] + 1, rows[position]);
        }

        int blocks = (count + lanes - 1) / lanes;
        Assert.Equal(Math.Max(count - (lanes * blocks), 0), rows[0]);
        Assert.Equal(count - 4, rows[rows.Count - 4]);
        Assert.Equal(count - (4 * blocks), rows[lanes - 4]);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(70)]
    public void Parts_have_the_blocks_of_the_whole(int count)
    {
        var whole = new StripedRows(count, 16);
        var all = new AllRows(count, 32, count - 32);
        StripedRows part = all.Striped(16);
        Assert.Equal(whole.Count - 32, part.Count);
        for (int position = 0; position < part.Count; position++) Assert.Equal(whole[position + 32], part[position]);
    }

    [Fact]
    public void Columns_are_read_by_four()
    {
        float[] column = [.. Enumerable.Range(0, 70).Select(i => (float)i)];
        double[] wide = [.. Enumerable.Range(0, 70).Select(i => (double)i)];
        var rows = new StripedRows(70, 16);
        var wideRows = new StripedRows(70, 8);
        Vector512<float> block = Lanes.Column(ref column[0], rows, 16);
        Vector512<double> wideBlock = Lanes.Column(ref wide[0], wideRows, 16);
        for (int lane = 0; lane < 16; lane++) Assert.Equal(rows[16 + lane], block[lane]);
        for (int lane = 0; lane < 8; lane++) Assert.Equal(wideRows[16 + lane], wideBlock[lane]);
    }

    [Fact]
    public void A_position_past_the_end_lies_one_block_ahead_of_the_one_asked_for()
    {
        // Kernels ask two blocks ahead.
        float[] column = new float[100];
        var rows = new StripedRows(100, 16);
        ref float ahead = ref Lanes.RowAhead(ref column[0], rows, 32, 1);
        ref float next = ref Lanes.Row(ref column[0], rows, 16, 1);
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref ahead, ref next));
    }

    /// <summary>A generated kernel over so many rows that it takes stretches agrees with the same kernel over a batch, and reads every row.</summary>
    [Theory]
    [InlineData(65_536, 21)]
    [InlineData(65_551, 21)]
    [InlineData(66_345, 21)]
    [InlineData(65_551, 64)]
    [InlineData(65_537, 85)]
    public void Kernels_over_many_rows_agree_with_a_batch_of_all(int examples, int width)
    {
        var random = new Random(examples);
        float[] x = [.. Enumerable.Range(0, examples * width).Select(_ => random.NextSingle() - 0.5f)], y = [.. Enumerable.Range(0, examples).Select(_ => (float)random.Next(2))];
        x[^1] = 1000;
        y[^1] = 0;
        var objective = new Functions.LinearLogisticObjective(x, y);
        float[] point = [.. Enumerable.Range(0, width + 1).Select(i => 0.1f * ((i % 21) - 10))], all = new float[width + 1], batch = new float[width + 1];
        point[width - 1] = 1;
        int[] rows = [.. Enumerable.Range(0, examples)];
        float value = objective.Gradient(point, all);
        Assert.Equal(objective.Gradient(point, rows, batch), value, 1e-5f * value);
        Assert.Equal(objective.Value(point), value, 1e-5f * value);
        for (int k = 0; k < all.Length; k++) Assert.Equal(batch[k], all[k], 1e-5f * Math.Max(1, Math.Abs(batch[k])));

        // The last row weighs as much as a hundred others.
        x[^1] = 0;
        Assert.NotEqual(value, objective.Value(point), 1e-3f * value);
    }

    private static int[] Visits<T>(int count)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        var rows = new StripedRows(count, lanes);
        int[] visits = new int[count];
        for (int block = 0; block < rows.Count; block += lanes)
        {
            Vector512<T> active = Lanes.Active<T, StripedRows>(rows, block, block);
            for (int lane = 0; lane < lanes; lane++)
            {
                int row = rows[block + lane];
                Assert.InRange(row, 0, count - 1);
                if (active.AsByte()[lane * (64 / lanes)] != 0) visits[row]++;
            }
        }

        return visits;
    }
}
