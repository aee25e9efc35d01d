using System.Runtime.CompilerServices;
using Benchmarks.Losses;
using CurveFitting;
using Xunit;

namespace SymbolicGD.RuntimeTests.Workloads;

/// <summary>Warm calls allocate nothing, on every workload; nor do the iterations of solvers, but for the history that their results keep.</summary>
public sealed class AllocationTests
{
    public static TheoryData<string> Names => [.. Workload.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_warm_call_allocates_nothing(string name) => Assert.Equal(0, Allocations.Of(Workload.Create(name)));

    [Fact]
    public void Iterations_of_solvers_allocate_their_entry_in_the_history_and_nothing_else()
    {
        Spam.NegativeLogLikelihoodObjective spam = Workload.Spam(501, new Random(1));
        var rosenbrock = new Functions.RosenbrockObjective(x: 100);
        Nist.GaussObjective curve = Workload.Curve(250, new Random(2));
        double[] zeros = new double[spam.Layout.Length], ones = [.. Enumerable.Repeat(-1.2, 100)], near = [.. Workload.Peaks.Select(b => 1.02 * b)];
        // Few and many have as many digits, in the messages of the results.
        var never = new FitOptions { GradientTolerance = 0, ValueTolerance = 0 };
        Check(new LBfgs { Memory = 10 }, spam, zeros, 12, 30);   // from the eleventh on its memory is full
        Check(new NonlinearCg(), spam, zeros, 10, 20);
        Check(new Adam(), spam, zeros, 10, 20);
        Check(new LBfgs(), rosenbrock, ones, 25, 60);
        Check(new NewtonCg(), rosenbrock, ones, 10, 15);
        Check(new TrustRegion(), rosenbrock, ones, 10, 15);
        Check(new LevenbergMarquardt(), curve, near, 1, 3);

        void Check(ISolver solver, IObjective<double> objective, double[] start, int few, int many)
        {
            Assert.Equal(many, Run(many).History.Count);
            long bytes = Allocations.Between(few, many, n => Run(n));
            Assert.True(bytes <= (many - few) * Unsafe.SizeOf<FitEpoch>(), $"{solver.GetType().Name}: {bytes} bytes in {many - few} iterations");

            FitResult<double> Run(int iterations) => solver.Minimize(objective, start, never with { Epochs = iterations });
        }
    }
}
