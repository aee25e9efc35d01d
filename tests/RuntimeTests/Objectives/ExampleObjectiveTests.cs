using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

public sealed class ExampleObjectiveTests
{
    private readonly LeastSquares<double> objective = LeastSquares<double>.Create(40, 3, seed: 2);
    private readonly double[] point = [0.1, 0.2, 0.3, 0.4];

    [Fact]
    public void The_mean_of_two_half_batches_is_the_value_over_all()
    {
        int[] all = Enumerable.Range(0, 40).ToArray();
        double halves = 0.5 * (objective.Value(point, all[..20]) + objective.Value(point, all[20..]));
        Assert.Equal(objective.Value(point), halves, 1e-12);
    }

    [Fact]
    public void Batches_by_span_and_by_handle_agree()
    {
        int[] batch = [3, 1, 39, 3];
        var gradient = new double[4];
        var onHandle = new double[4];
        using VectorHandle<double> p = objective.CreateVector(), g = objective.CreateVector();
        p.CopyFrom(point);
        double value = objective.Gradient(point, batch, gradient);
        Assert.Equal(value, objective.Gradient(p, batch, g));
        Assert.Equal(value, objective.Value(p, batch));
        g.CopyTo(onHandle);
        Assert.Equal(gradient, onHandle);
    }

    [Fact]
    public void An_empty_batch_is_refused() =>
        Assert.Contains("batch is empty", Assert.Throws<ArgumentException>(() => objective.Value(point, [])).Message);

    [Theory]
    [InlineData(40)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void An_index_out_of_range_is_named(int index)
    {
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => objective.Gradient(point, [0, 5, index], new double[4]));
        Assert.Contains($"batch[2] is {index}; the indices of the 40 examples go from 0 to 39", e.Message);
    }

    [Fact]
    public void A_state_of_the_wrong_length_is_refused()
    {
        using VectorHandle<double> p = objective.CreateVector(), state = objective.CreateVector(7);
        var rule = new MomentumStruct<double>(0.1, 0.9);
        ArgumentException e = Assert.Throws<ArgumentException>(() => objective.Step(p, [1], state, rule, GradientTransform<double>.None));
        Assert.Contains("state has 7 elements; the rule keeps 1 values for each of 4 parameters", e.Message);
    }

    [Fact]
    public void Warm_batches_allocate_nothing()
    {
        int[] batch = [3, 1, 39, 3];
        var gradient = new double[4];
        using VectorHandle<double> p = objective.CreateVector(), state = objective.CreateVector();
        var rule = new MomentumStruct<double>(1e-9, 0.9);
        rule.Prepare(1, 1);
        Assert.Equal(0, Allocations.Of(() => objective.Gradient(point, batch, gradient)));
        Assert.Equal(0, Allocations.Of(() => objective.Step(p, batch, state, rule, GradientTransform<double>.None)));
    }

    [Fact]
    public void An_objective_without_examples_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NoExamples());

    private sealed class NoExamples() : ExampleObjective<double>(new ParameterLayout(("x", [])), 0, 0)
    {
        protected override double SumCore(ReadOnlySpan<double> parameters, ExampleRows rows, Span<double> workspace) => 0;

        protected override double AddGradientCore(ReadOnlySpan<double> parameters, ExampleRows rows, double weight, Span<double> gradient, Span<double> workspace) => 0;
    }
}
