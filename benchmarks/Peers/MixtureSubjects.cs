using Benchmarks.Workloads;
using GradBench.Losses;

namespace Benchmarks.Peers;

/// <summary>Mixtures of 25 Gaussians over 1,000 points.</summary>
internal static class MixtureSubjects
{
    private const int Components = 25;

    internal static IEnumerable<Subject> All(PeerData data, string name, int dimensions)
    {
        Memory<double> point = data.Read<double>(name + ".p"), gradient = LargeMemory.Allocate<double>(point.Length), prior = data.Read<double>(name + ".prior");
        ReadOnlyMemory<double> points = data.Read<double>(name + ".x");
        GaussianMixture.NegativeLogPosteriorObjective objective = Create(), shared = Create();
        shared.MaxDegreeOfParallelism = 2;
        yield return Subject.Of(name + "-value", () => objective.Value(point.Span), () => point);
        yield return Subject.Of(name + "-gradient", () => objective.Gradient(point.Span, gradient.Span), () => gradient);
        yield return Subject.Of(name + "-gradientx2", () => shared.Gradient(point.Span, gradient.Span), () => gradient);

        GaussianMixture.NegativeLogPosteriorObjective Create() => new(
            points, prior.Span[0], (int)prior.Span[1], components: Components, dimensions: dimensions, triangle: dimensions * (dimensions - 1) / 2);
    }
}
