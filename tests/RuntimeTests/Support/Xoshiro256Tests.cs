using Xunit;

namespace SymbolicGD.RuntimeTests;

public sealed class Xoshiro256Tests
{
    [Fact]
    public void The_sequence_is_that_of_the_reference_implementation()
    {
        Xoshiro256 random = Xoshiro256.FromState(1, 2, 3, 4);
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240];
        Assert.Equal(expected, Enumerable.Range(0, 4).Select(_ => random.Next()).ToArray());
    }

    [Fact]
    public void Bounded_numbers_are_uniform()
    {
        var random = new Xoshiro256(1);
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[random.Next(7)]++;
        }

        Assert.All(counts, c => Assert.InRange(c, 9_600, 10_400));      // four standard deviations
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_variance_1()
    {
        var random = new Xoshiro256(1, 5);
        double[] draws = Enumerable.Range(0, 100_000).Select(_ => random.NextNormal()).ToArray();
        Assert.Equal(0, draws.Average(), 0.015);
        Assert.Equal(1, draws.Average(v => v * v), 0.02);
        Assert.Equal(3, draws.Average(v => v * v * v * v), 0.15);
    }
}
