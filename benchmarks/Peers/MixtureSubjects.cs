using Benchmarks.Workloads;
using GradBench.Losses;
using SymbolicGD;

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
        var twice = new SecondOrder.MixtureObjective(points, prior.Span[0], (int)prior.Span[1], components: Components, dimensions: dimensions, triangle: dimensions * (dimensions - 1) / 2);
        Memory<double> product = LargeMemory.Allocate<double>(point.Length);
        yield return Subject.Of(name + "-hvp", () => Product(twice, point.Span, product.Span), () => product);
        yield return Subject.Of(name + "-value", () => objective.Value(point.Span), () => point);
        yield return Subject.Of(name + "-gradient", () => objective.Gradient(point.Span, gradient.Span), () => gradient);
        yield return Subject.Of(name + "-gradientx2", () => shared.Gradient(point.Span, gradient.Span), () => gradient);

        GaussianMixture.NegativeLogPosteriorObjective Create() => new(
            points, prior.Span[0], (int)prior.Span[1], components: Components, dimensions: dimensions, triangle: dimensions * (dimensions - 1) / 2);
    }

    private static double Product(HostObjective<double> objective, ReadOnlySpan<double> point, Span<double> product)
    {
        objective.HessianVectorProduct(point, point, product);
        return product[0];
    }
}
