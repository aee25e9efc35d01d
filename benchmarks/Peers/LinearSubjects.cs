using Benchmarks.Losses;
using Benchmarks.Workloads;
using SymbolicGD;

namespace Benchmarks.Peers;

/// <summary>Logistic regression: gradients, an epoch of Adam, a fit.</summary>
internal static class LinearSubjects
{
    private const int Features = 64;
    private const int Batch = 256;
    private const int SpamBatch = 128;
    private const double Rate = 1e-3;
    private const double Penalty = 1e-3;

    internal static IEnumerable<Subject> Logistic(PeerData data)
    {
        Memory<float> w = data.Read<float>("logistic.w"), gradient = LargeMemory.Allocate<float>(w.Length);
        Memory<int> order = data.Read<int>("logistic.order");
        ReadOnlyMemory<float> features = data.Read<float>("logistic.x"), labels = data.Read<float>("logistic.y");
        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(features: features, label: labels);
        var twice = new SecondOrder.LogisticObjective(features: features, label: labels);
        Memory<float> product = LargeMemory.Allocate<float>(w.Length);
        yield return Subject.Of("logistic-hvp", () => Product(twice, w.Span, product.Span), () => product);
        yield return Subject.Of("logistic-value", () => objective.Value(w.Span), () => w);
        yield return Subject.Of("logistic-gradient", () => objective.Gradient(w.Span, gradient.Span), () => gradient);

        var epoch = new Epoch<float>(objective, new float[w.Length], order, Batch);
        var adam = new Adam { LearningRate = Rate };
        yield return Subject.Of("logistic-epoch", () => epoch.Run(new Adam.Rule<float>(adam)), () => epoch.Parameters);
    }

    /// <summary>More rows than any cache holds; drawn here, since nobody else computes with them.</summary>
    internal static IEnumerable<Subject> LargeLogistic(string name, int examples)
    {
        Memory<float> features = LargeMemory.Allocate<float>(examples * Features), labels = LargeMemory.Allocate<float>(examples);
        float[] w = new float[Features + 1], gradient = new float[Features + 1];
        var random = new Random(1);
        Span<float> first = features.Span[..(100_000 * Features)];
        foreach (ref float value in first) value = 2 * random.NextSingle() - 1;
        for (int from = first.Length; from < features.Length; from += first.Length) first.CopyTo(features.Span[from..]);
        foreach (ref float value in w.AsSpan()) value = random.NextSingle() - 0.5f;
        foreach (ref float value in labels.Span) value = random.Next(2);
        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(features: features, label: labels);
        yield return Subject.Of(name + "-gradient", () => objective.Gradient(w, gradient), () => gradient);
        yield return Subject.Of(
            name + "-gradientx4",
            () =>
            {
                float value = 0;
                for (int k = 0; k < 4; k++) value = objective.Gradient(w, gradient);
                return value;
            },
            () => gradient);
        yield return new Subject(
            name + "-read",
            () =>
            {
                DataPass.Read<float>(features.Span);
                return 0;
            },
            () => 0);
    }

    internal static IEnumerable<Subject> Spam(PeerData data)
    {
        var objective = new Spam.NegativeLogLikelihoodObjective(x: data.Read<double>("spam.x"), label: data.Read<double>("spam.y"), l2: Penalty);
        var solver = new LBfgs { GradientTolerance = 1e-6 };
        double[] start = new double[objective.Layout.Length];
        double[] result = [];
        yield return Subject.Of(
            "spam-fit",
            () =>
            {
                FitResult<double> fit = solver.Minimize(objective, start);
                if (!fit.Converged) throw new InvalidOperationException(fit.ToString());
                result = fit.Parameters;
                return fit.Value;
            },
            () => result);
        double[] gradient = new double[start.Length];
        yield return Subject.Of("spam-gradient", () => objective.Gradient(start, gradient), () => gradient);

        var epoch = new Epoch<double>(objective, start, data.Read<int>("spam.order"), SpamBatch);
        var adam = new Adam { LearningRate = Rate };
        yield return Subject.Of("spam-epoch", () => epoch.Run(new Adam.Rule<double>(adam)), () => epoch.Parameters);
    }

    private static float Product(HostObjective<float> objective, ReadOnlySpan<float> point, Span<float> product)
    {
        objective.HessianVectorProduct(point, point, product);
        return product[0];
    }
}
