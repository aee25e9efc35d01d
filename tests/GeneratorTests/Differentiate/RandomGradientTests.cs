using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

public sealed class RandomGradientTests
{
    /// <summary>Random programs with fixed seeds: loops, branches, local arrays and every operation, against dual numbers.</summary>
    [Theory]
    [InlineData(0, 250)]
    [InlineData(250, 500)]
    [InlineData(500, 750)]
    [InlineData(750, 1000)]
    public void GradientsMatchDualNumbers(int from, int to)
    {
        int compared = 0;
        var failures = new List<string>();
        for (int seed = from; seed < to; seed++)
        {
            Function loss = RandomIr.Create(seed);
            try
            {
                Function gradient = DifferentiateStage.Gradient(loss);
                if (Equivalence.CheckGradient(loss, gradient, RandomInputs.For(loss, seed))) compared++;
            }
            catch (Exception e)
            {
                failures.Add($"seed {seed}: {e.GetType().Name} {e.Message}\n{e.StackTrace}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {to - from} fail; the shortest:\n{failures.MinBy(f => f.Length)}");
        Assert.True(compared >= 0.95 * (to - from), $"only {compared} programs of {to - from} are finite");
    }
}
