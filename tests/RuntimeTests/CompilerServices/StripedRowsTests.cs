using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using SymbolicGD.RuntimeTests.Programs;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>Blocks whose lanes have stretches of the data of their own.</summary>
public sealed class StripedRowsTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(8191)]
    [InlineData(8192)]
    public void Every_example_is_active_in_one_block(int count)
    {
        Assert.All(Visits<float>(count), visits => Assert.Equal(1, visits));
        Assert.All(Visits<double>(count), visits => Assert.Equal(1, visits));
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
    [InlineData(65_536)]
    [InlineData(65_551)]
    [InlineData(66_345)]
    public void Kernels_over_many_rows_agree_with_a_batch_of_all(int examples)
    {
        const int Width = 21;
        var random = new Random(examples);
        float[] x = [.. Enumerable.Range(0, examples * Width).Select(_ => random.NextSingle() - 0.5f)], y = [.. Enumerable.Range(0, examples).Select(_ => (float)random.Next(2))];
        x[^1] = 1000;
        y[^1] = 0;
        var objective = new Functions.LinearLogisticObjective(x, y);
        float[] point = [.. Enumerable.Range(0, Width + 1).Select(i => 0.1f * (i - 10))], all = new float[Width + 1], batch = new float[Width + 1];
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
