using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

/// <summary>What a step fetches for the batch after it, and that nothing depends on it.</summary>
public sealed class FetchedRowsTests
{
    [Fact]
    public void Every_line_of_every_row_is_asked_for_once()
    {
        var rows = new RowFetch();
        rows.Add<float>(new float[10 * 33], 33, [3, 9, -1, 10, int.MaxValue, 0]);     // 132 bytes: three lines
        rows.Add<int>(new int[10], 1, [1, 2]);
        rows.Add<double>([], 0, [0]);
        Assert.Equal((3 * 3) + 2, Lines(rows));
        Assert.Equal(0, Lines(rows));
        rows.Clear();
        rows.Add<double>(new double[8], 8, [0]);
        Assert.Equal(1, Lines(rows));
    }

    [Fact]
    public void No_more_is_fetched_than_a_cache_keeps()
    {
        const int MostLines = 4096;
        var rows = new RowFetch();
        int[] all = [.. Enumerable.Range(0, 100)];
        rows.Add<double>(new double[100 * 800], 800, all);                              // 100 lines each
        Assert.Equal(MostLines / 100 * 100, Lines(rows));
        rows.Add<double>(new double[100 * 800], 800, all);
        Assert.Equal(0, Lines(rows));
    }

    [Theory]
    [InlineData(4095, false)]
    [InlineData(4101, true)]
    public void A_step_asks_for_the_rows_of_the_next_batch_and_has_the_same_result(int n, bool fetches)
    {
        int[] batch = [2, 0], next = [3, 1];
        (float[] alone, _) = Step(n, batch, [], GradientTransform<float>.None);
        (float[] told, int[] asked) = Step(n, batch, next, GradientTransform<float>.None);
        Assert.Equal(alone, told);
        Assert.Equal(fetches ? next : [], asked);

        var clipped = new GradientTransform<float>(0.1f, 0.01f);
        Assert.Equal(Step(n, batch, [], clipped).Parameters, Step(n, batch, next, clipped).Parameters);
    }

    [Fact]
    public void A_fit_tells_the_batch_after_each_but_the_last_of_an_epoch()
    {
        var objective = new Wide(5000);
        new HandSgd(0.01).Minimize(objective, new float[5000], new FitOptions { Epochs = 2, BatchSize = 2, Shuffle = false });
        Assert.Equal([2, 3, 4, 2, 3, 4], objective.Asked);
    }

    private static int Lines(RowFetch rows)
    {
        int lines = 0;
        while (rows.FetchLine()) lines++;
        return lines;
    }

    private static (float[] Parameters, int[] Asked) Step(int n, int[] batch, int[] next, GradientTransform<float> transform)
    {
        var objective = new Wide(n);
        using VectorHandle<float> p = objective.CreateVector(), state = objective.CreateVector();
        p.Fill(1);
        var rule = new MomentumStruct<float>(0.1f, 0.5f);
        rule.Prepare(1, 1);
        Assert.True(objective.Step(p, batch, state, rule, transform, next).Applied);
        float[] result = new float[n];
        p.CopyTo(result);
        return (result, [.. objective.Asked]);
    }

    /// <summary>Σᵢ x[i]·sin(i + example), five examples whose rows of data are as long as the parameters.</summary>
    private sealed class Wide(int n) : ExampleObjective<float>(new ParameterLayout(("x", [n])), 5, 0)
    {
        private readonly float[] data = new float[5 * n];

        public List<int> Asked { get; } = [];

        protected override float SumCore(ReadOnlySpan<float> parameters, ExampleRows rows, Span<float> workspace)
        {
            float sum = 0;
            for (int k = 0; k < rows.Count; k++)
            {
                for (int i = 0; i < parameters.Length; i++) sum += parameters[i] * MathF.Sin(i + rows[k]);
            }

            return sum;
        }

        protected override float AddGradientCore(ReadOnlySpan<float> parameters, ExampleRows rows, float weight, Span<float> gradient, Span<float> workspace)
        {
            for (int k = 0; k < rows.Count; k++)
            {
                for (int i = 0; i < gradient.Length; i++) gradient[i] += weight * MathF.Sin(i + rows[k]);
            }

            return SumCore(parameters, rows, workspace);
        }

        protected override void FetchCore(ReadOnlySpan<int> batch, RowFetch rows)
        {
            Asked.AddRange(batch);
            rows.Add<float>(data, data.Length / ExampleCount, batch);
        }
    }
}
