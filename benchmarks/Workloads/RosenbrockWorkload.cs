using Benchmarks.Composed;
using Benchmarks.Losses;
using Benchmarks.Native;
using Benchmarks.Tape;

namespace Benchmarks.Workloads;

/// <summary>The gradient of Rosenbrock's function in 1,000 dimensions: everything in the first level cache, 0.2 µs, so that overhead shows.</summary>
internal sealed unsafe class RosenbrockWorkload : Workload
{
    internal const int Dimensions = 1000;

    private readonly Memory<double> point = LargeMemory.Allocate<double>(Dimensions);
    private readonly Memory<double> gradient = LargeMemory.Allocate<double>(Dimensions);

    internal RosenbrockWorkload()
    {
        var random = new Random(2);
        foreach (ref double value in point.Span) value = 2 * random.NextDouble() - 1;

        var objective = new Functions.RosenbrockObjective(x: Dimensions);
        var composed = new RosenbrockComposed(Dimensions);
        var tape = new TapeRosenbrock(Dimensions);
        var contenders = new List<Contender>
        {
            Contend(Contender.Generated, () => objective.Gradient(point.Span, gradient.Span)),
            Contend(Contender.Composed, () => composed.Gradient(point.Span, gradient.Span)),
            new(Contender.OperatorTape, () => tape.Gradient(point.Span), () => [.. tape.Result]),
        };
        if (NativeKernels.Library is { } c)
        {
            double* x = LargeMemory.Address<double>(point), g = LargeMemory.Address<double>(gradient);
            contenders.Add(Contend(Contender.Native, () => c.Rosenbrock(x, g, Dimensions)));
        }

        Contenders = contenders;
    }

    internal override string Name => "rosenbrock";

    internal override string Title => "Rosenbrock, n = 1000, double: value and gradient";

    internal override IReadOnlyList<Contender> Contenders { get; }

    internal override IReadOnlyList<Target> Targets { get; } = [new(Contender.Native, 1.5)];

    protected override double Tolerance => 1e-12;

    private Contender Contend(string name, Func<double> evaluate) => new(name, evaluate, () => gradient.ToArray());
}
