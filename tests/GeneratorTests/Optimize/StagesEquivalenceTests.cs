using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Condition;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Optimize;

/// <summary>Condition, Normalize, Differentiate and Run one after the other, on random programs.</summary>
public sealed class StagesEquivalenceTests
{
    [Theory]
    [InlineData(1, 250)]
    [InlineData(250, 500)]
    [InlineData(500, 750)]
    public void Optimized_gradients_equal_those_of_Differentiate(int from, int to)
    {
        for (int seed = from; seed < to; seed++)
        {
            Function loss = RandomIr.Create(seed);

            // Folding rounds a float's constants; the comparison in double precision would see that.
            if (loss.Values.Any(v => v.Type == ScalarType.F32)) continue;
            Function stable = ConditionStage.Run(loss, stabilize: true).Function;
            Function normal = OptimizeStage.Normalize(stable, fast: false);
            try
            {
                Function gradient = DifferentiateStage.Gradient(normal);
                Equivalence.Check(gradient, OptimizeStage.Run(gradient, fast: false));
                Equivalence.Check(DifferentiateStage.Gradient(loss), OptimizeStage.Run(gradient, fast: false));
            }
            catch (DifferentiationNotSupportedException)
            {
                // Some operations have no derivative of their own.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void Stabilized_values_agree_with_the_naive_ones()
    {
        for (int seed = 1; seed <= 400; seed++)
        {
            Function loss = RandomIr.Create(seed);
            Equivalence.Check(loss, ConditionStage.Run(loss, stabilize: true).Function, mayRepair: true);
        }
    }
}
