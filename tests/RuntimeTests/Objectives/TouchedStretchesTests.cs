using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

/// <summary>What a step on a device is told of the parameters that a batch touches.</summary>
public sealed class TouchedStretchesTests
{
    [Fact]
    public void They_are_the_named_rows_and_whole_blocks_in_pieces()
    {
        var objective = new Chosen();
        int[] stretches = [];
        Assert.True(objective.ChoosesRows);
        Assert.Equal(14, objective.TouchedBy([4, 1, 4], ref stretches));
        Assert.Equal([12, 3, 3, 3, 15, 4096, 4111, 4096, 8207, 1808, 10015, 1, 10016, 2], stretches.AsSpan(0, 14).ToArray());
        Assert.Equal(12, objective.TouchedBy([0], ref stretches));
        Assert.Equal([0, 3, 15, 4096], stretches.AsSpan(0, 4).ToArray());
        Assert.False(LeastSquares<double>.Create(5, 2, seed: 1).ChoosesRows);
    }

    private sealed class Chosen() : ExampleObjective<double>(new ParameterLayout(("u", [5, 3]), ("w", [10000]), ("b", []), ("c", [2])), 5, 0)
    {
        protected override double SumCore(ReadOnlySpan<double> parameters, ExampleRows rows, Span<double> workspace) => 0;

        protected override double AddGradientCore(ReadOnlySpan<double> parameters, ExampleRows rows, double weight, Span<double> gradient, Span<double> workspace) => 0;

        protected override bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched)
        {
            touched.Add(0, batch);
            return true;
        }
    }
}
