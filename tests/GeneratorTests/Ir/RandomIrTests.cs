using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Ir;

public sealed class RandomIrTests
{
    private sealed class Copy(Function source) : IrRewriter(source);

    [Fact]
    public void ProgramsAreWellFormedAndSurviveACopy()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Function function = RandomIr.Create(seed);
            // The first copy may share loads that the generator, which names too many written buffers, keeps apart.
            Function copy = new Copy(function).Run();
            Assert.Equal(IrPrinter.Print(copy), IrPrinter.Print(new Copy(copy).Run()));
            Equivalence.Check(function, copy, runs: 1, exact: true);
        }
    }

    [Fact]
    public void ProgramsAreFinite()
    {
        int finite = 0;
        const int Programs = 300;
        for (int seed = 0; seed < Programs; seed++)
        {
            Function function = RandomIr.Create(seed);
            DualOutcome outcome = IrInterpreter.Differentiate(function, RandomInputs.For(function, seed));
            if (double.IsFinite(outcome.Value) && outcome.Gradient.All(double.IsFinite)) finite++;
        }

        Assert.True(finite >= 0.98 * Programs, $"{finite} of {Programs} are finite");
    }

    /// <summary>Each operation is made at least once in 300 programs: no pass goes untested for one.</summary>
    [Fact]
    public void EveryOperationOccurs()
    {
        var seen = new HashSet<Op>();
        for (int seed = 0; seed < 300; seed++)
        {
            foreach (Let let in IrFacts.Walk(RandomIr.Create(seed).Body).OfType<Let>()) seen.Add(let.Op);
        }

        Assert.Empty(Enum.GetValues<Op>().Except(seen));
    }

    /// <summary>The dual numbers against central differences: two ways to be right that share nothing.</summary>
    [Fact]
    public void DualNumbersMatchDifferences()
    {
        int compared = 0, close = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Function function = RandomIr.Create(seed);

            // Detach and Chain are exempt by definition, and steps are no differences.
            if (IrFacts.Walk(function.Body).OfType<Let>().Any(l => l.Op is Op.Detach or Op.Chain)) continue;
            IrInputs inputs = RandomInputs.For(function, seed) with { Seed = 1 };
            DualOutcome outcome = IrInterpreter.Differentiate(function, inputs, roundSingle: false);
            int component = 0;
            for (int a = 0; a < inputs.Arguments.Length; a++)
            {
                if (function.Arguments[a].Role != ArgumentRole.Parameter) continue;
                for (int k = 0; k < inputs.Arguments[a].Length; k++)
                {
                    double difference = (At(function, inputs, a, k, 1e-5) - At(function, inputs, a, k, -1e-5)) / 2e-5;
                    double expected = outcome.Gradient[component], scale = outcome.Magnitude[component++] + 1;
                    compared++;
                    if (Math.Abs(difference - expected) <= 1e-5 * scale) close++;
                }
            }
        }

        // A kink or a jump may lie within the step.
        Assert.True(compared > 500 && close >= 0.99 * compared, $"{close} of {compared} agree");
    }

    private static double At(Function function, IrInputs inputs, int argument, int index, double step)
    {
        double[][] moved = inputs.Arguments.Select(a => (double[])a.Clone()).ToArray();
        moved[argument][index] += step;
        return IrInterpreter.Run(function, inputs with { Arguments = moved }, roundSingle: false).Value;
    }
}
