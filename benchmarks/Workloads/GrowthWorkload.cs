using Benchmarks.Composed;
using Benchmarks.Losses;
using Benchmarks.Native;
using Benchmarks.Tape;

namespace Benchmarks.Workloads;

/// <summary>A fit of the growth curve a/(1 + exp(b − c·x)) to a million points: one exponential and one division per example.</summary>
internal sealed unsafe class GrowthWorkload : Workload
{
    internal const int Examples = 1_000_000;
    private const int ParameterCount = 3;

    private readonly Memory<double> x = LargeMemory.Allocate<double>(Examples);
    private readonly Memory<double> y = LargeMemory.Allocate<double>(Examples);
    private readonly Memory<double> parameters = LargeMemory.Allocate<double>(ParameterCount);
    private readonly Memory<double> gradient = LargeMemory.Allocate<double>(ParameterCount);

    internal GrowthWorkload()
    {
        var random = new Random(3);
        for (int i = 0; i < Examples; i++)
        {
            x.Span[i] = 4 * random.NextDouble() - 2;
            y.Span[i] = 2.2 / (1 + Math.Exp(1.2 - 2.7 * x.Span[i])) + 0.02 * (random.NextDouble() - 0.5);
        }

        ((ReadOnlySpan<double>)[2, 1, 3]).CopyTo(parameters.Span);

        var objective = new GrowthCurve.SquaredResidualObjective(x: x, y: y);
        var composed = new GrowthComposed(Examples);
        var tape = new TapeGrowth();
        var contenders = new List<Contender>
        {
            Contend(Contender.Generated, () => objective.Gradient(parameters.Span, gradient.Span)),
            Contend(Contender.Composed, () => composed.Gradient(x.Span, y.Span, parameters.Span, gradient.Span)),
            new(Contender.OperatorTape, () => tape.Gradient(x.Span, y.Span, parameters.Span), () => [.. tape.Result]),
        };
        if (NativeKernels.Library is { } c)
        {
            double* px = LargeMemory.Address<double>(x), py = LargeMemory.Address<double>(y);
            double* p = LargeMemory.Address<double>(parameters), g = LargeMemory.Address<double>(gradient);
            contenders.Add(Contend(Contender.Native, () => c.Growth(px, py, Examples, p, g)));
        }

        Contenders = contenders;
    }

    internal override string Name => "growth";

    internal override string Title => "Growth curve, 1,000,000 points, double: value and gradient";

    internal override IReadOnlyList<Contender> Contenders { get; }

    internal override IReadOnlyList<Target> Targets { get; } = [new(Contender.Native, 1.2)];

    protected override double Tolerance => 1e-10;

    private Contender Contend(string name, Func<double> evaluate) => new(name, evaluate, () => gradient.ToArray());
}
