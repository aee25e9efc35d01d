using Xunit;

namespace SymbolicGD.RuntimeTests.Parameters;

public sealed class InitializerTests
{
    private static readonly ParameterLayout Layout = new(("w", [300, 200]), ("b", [300]), ("scale", []));

    [Fact]
    public void Xavier_draws_matrices_from_the_interval_of_Glorot_and_leaves_vectors_zero()
    {
        var view = new View<double>(Layout, Initializer.Xavier(seed: 1));
        double bound = Math.Sqrt(6.0 / 500);
        double[] w = view[0].ToArray();
        Assert.All(w, v => Assert.InRange(v, -bound, bound));
        Assert.Equal(bound * bound / 3, w.Average(v => v * v), 0.02 * bound * bound);
        Assert.Equal(0, w.Average(), 0.01 * bound);
        Assert.All(view[1].ToArray(), v => Assert.Equal(0, v));
        Assert.Equal(0, view[2][0]);
    }

    [Fact]
    public void He_draws_matrices_with_variance_two_over_inputs()
    {
        var view = new View<float>(Layout, Initializer.He(seed: 1));
        Assert.Equal(2.0 / 200, view[0].ToArray().Average(v => (double)v * v), 0.02 * 2 / 200);
        Assert.All(view[1].ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Uniform_normal_constant_and_zeros_fill_every_block()
    {
        Assert.All(new View<double>(Layout, Initializer.Uniform(3, 2, 4)).Values, v => Assert.InRange(v, 2, 4));
        Assert.Equal(3, new View<double>(Layout, Initializer.Uniform(3, 2, 4)).Values.Average(), 0.01);
        Assert.Equal(0.25, new View<double>(Layout, Initializer.Normal(3, 0.5)).Values.Average(v => v * v), 0.01);
        Assert.All(new View<double>(Layout, Initializer.Constant(7)).Values, v => Assert.Equal(7, v));
        Assert.All(new View<double>(Layout, Initializer.Zeros).Values, v => Assert.Equal(0, v));
    }

    [Fact]
    public void Equal_seeds_give_equal_values_and_a_block_does_not_depend_on_another()
    {
        double[] first = new View<double>(Layout, Initializer.Normal(5)).Values;
        Assert.Equal(first, new View<double>(Layout, Initializer.Normal(5)).Values);
        Assert.NotEqual(first, new View<double>(Layout, Initializer.Normal(6)).Values);
        var shorter = new View<double>(new ParameterLayout(("w", [2, 3]), ("b", [300])), Initializer.Normal(5));
        Assert.Equal(first[60000..60300], shorter[1].ToArray());
        Assert.NotEqual(shorter[0].ToArray(), shorter[1][..6].ToArray());
    }

    [Fact]
    public void Blocks_can_have_initializers_of_their_own()
    {
        Initializer mixed = Initializer.PerBlock(Initializer.Zeros, ("b", Initializer.Constant(1)), ("scale", Initializer.Constant(2)));
        var view = new View<double>(Layout, mixed);
        Assert.Equal(302, view.Values.Sum());
        Assert.Equal(2, view[2][0]);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new View<double>(Layout, Initializer.PerBlock(Initializer.Zeros, ("v", Initializer.Zeros))));
        Assert.Contains("no parameter block 'v'; the blocks are w, b, scale", e.Message);
        Assert.Throws<ArgumentException>(() => Initializer.PerBlock(Initializer.Zeros, ("b", Initializer.Zeros), ("b", Initializer.Zeros)));
        Assert.Contains("low is 2 and high is 1", Assert.Throws<ArgumentException>(() => Initializer.Uniform(1, 2, 1)).Message);
        Assert.Contains("standardDeviation is -1", Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Normal(1, -1)).Message);
    }
}
