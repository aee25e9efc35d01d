using Benchmarks.Composed;
using Benchmarks.Losses;
using Benchmarks.Native;
using Benchmarks.Tape;

namespace Benchmarks.Workloads;

/// <summary>The gradient of logistic regression over 25.6 MB of features: as fast as memory delivers them, if each is read once.</summary>
internal sealed unsafe class LogisticWorkload : Workload
{
    internal const int Examples = 100_000;
    internal const int Features = 64;

    private readonly Memory<float> features = LargeMemory.Allocate<float>(Examples * Features);
    private readonly Memory<float> labels = LargeMemory.Allocate<float>(Examples);
    private readonly Memory<float> parameters = LargeMemory.Allocate<float>(Features + 1);
    private readonly Memory<float> gradient = LargeMemory.Allocate<float>(Features + 1);

    internal LogisticWorkload()
    {
        var random = new Random(1);
        foreach (ref float value in features.Span) value = 2 * random.NextSingle() - 1;
        foreach (ref float value in parameters.Span) value = random.NextSingle() - 0.5f;
        foreach (ref float value in labels.Span) value = random.Next(2);

        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(features: features, label: labels);
        var tape = new TapeLogistic(Features);
        var blocked = new LogisticInBlocks();
        var contenders = new List<Contender>
        {
            Contend(Contender.Generated, () => objective.Gradient(parameters.Span, gradient.Span)),
            Contend(Contender.Composed, () => LogisticByRow.Gradient(features.Span, labels.Span, parameters.Span, gradient.Span)),
            Contend(Contender.ComposedInBlocks, () => blocked.Gradient(features.Span, labels.Span, parameters.Span, gradient.Span)),
            new(
                Contender.OperatorTape,
                () => tape.Gradient(features.Span, labels.Span, parameters.Span),
                () => [.. tape.Result]),
        };
        if (NativeKernels.Library is { } c)
        {
            float* x = LargeMemory.Address<float>(features), y = LargeMemory.Address<float>(labels);
            float* w = LargeMemory.Address<float>(parameters), g = LargeMemory.Address<float>(gradient);
            contenders.Add(Contend(Contender.Native, () => c.Logistic(x, y, Examples, Features, w, g)));
        }

        Contenders = contenders;
    }

    internal override string Name => "logistic";

    internal override string Title => "Logistic regression, 100,000 × 64, float: value and gradient";

    internal override IReadOnlyList<Contender> Contenders { get; }

    internal override IReadOnlyList<Target> Targets { get; } =
        [new(Contender.Composed, 1 / 4.0), new(Contender.OperatorTape, 1 / 20.0), new(Contender.Native, 1.0)];

    internal override Action? ReadData => () => DataPass.Read<float>(features.Span);

    /// <remarks>Sums of 100,000 floats; the tape sums in double.</remarks>
    protected override double Tolerance => 2e-5;

    private Contender Contend(string name, Func<float> evaluate) =>
        new(name, () => evaluate(), () => [.. gradient.ToArray().Select(value => (double)value)]);
}
