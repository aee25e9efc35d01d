using Xunit;
using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.Generator.Pipeline.Schedule;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.Optimize;

/// <summary>Every pass preserves what the interpreter computes, on random programs.</summary>
public sealed class PassEquivalenceTests
{
    private const int Programs = 300;

    private static readonly Dictionary<string, Func<Function, Function>> Passes = new()
    {
        ["Simplify"] = f => Simplify.Run(f, fast: false, afterDifferentiation: false),
        ["SimplifyAfter"] = f => Simplify.Run(f, fast: false, afterDifferentiation: true),
        ["SimplifyFast"] = f => Simplify.Run(f, fast: true, afterDifferentiation: true),
        ["ClosedForms"] = ClosedForms.Run,
        ["ForwardStores"] = ForwardStores.Run,
        ["DeadStores"] = DeadStores.Run,
        ["DeadCode"] = DeadCode.Run,
        ["Hoist"] = Hoist.Run,
        ["FuseLoops"] = FuseLoops.Run,
        ["MergeAccumulates"] = MergeAccumulates.Run,
        ["AccumulateOnce"] = AccumulateOnce.Run,
        ["GatherAccumulates"] = GatherAccumulates.Run,
        ["UniformArrays"] = UniformArrays.Run,
        ["UniformSums"] = UniformSums.Run,
        ["DiagonalAdjoints"] = DiagonalAdjoints.Run,
        ["SumsBeforeProducts"] = f => SumsBeforeProducts.Run(f),
        ["SumsBeforeProductsOnDevices"] = f => SumsBeforeProducts.Run(f, forDevices: true),
        ["Normalize"] = f => OptimizeStage.Normalize(f, fast: false),
        ["NormalizeFast"] = f => OptimizeStage.Normalize(f, fast: true),
        ["Run"] = f => OptimizeStage.Run(f, fast: false),
        ["NormalizeThenRun"] = f => OptimizeStage.Run(OptimizeStage.Normalize(f, fast: false), fast: false),
    };

    public static TheoryData<string> Names => new(Passes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Preserves_what_random_programs_compute(string pass)
    {
        for (int seed = 1; seed <= Programs; seed++)
        {
            Function before = RandomIr.Create(seed);

            // Fast regroups constants, which rounds; the comparison in double precision sees that in float programs.
            if (before.Real == ScalarType.F32 && pass.EndsWith("Fast", StringComparison.Ordinal)) continue;
            Equivalence.Check(before, Passes[pass](before));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Preserves_accumulations_at_shifted_elements(string pass)
    {
        for (int seed = 1; seed <= Programs; seed++)
        {
            Function before = RandomScatter.Create(seed);
            Function after = Passes[pass](before);

            // Extents around the length of the shifts: loops that do not run, or run fewer times than the shifts span.
            for (int extent = 1; extent <= 9; extent++)
            {
                double[] values = Enumerable.Range(0, extent).Select(k => Math.Sin(seed + (3.7 * k))).ToArray();
                Equivalence.Check(before, after, new IrInputs([values, [0.75]], [extent]));
            }
        }
    }

    [Fact]
    public void Run_is_idempotent_on_random_programs()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            Function once = OptimizeStage.Run(OptimizeStage.Run(RandomIr.Create(seed), fast: false), fast: false);
            Function twice = OptimizeStage.Run(once, fast: false);
            Assert.True(IrFacts.Walk(twice.Body).Count() <= IrFacts.Walk(once.Body).Count(), $"seed {seed} grows");
        }
    }
}
