using Benchmarks.Losses;
using DigitsSample;
using GradBench.Losses;
using SymbolicGD;

namespace Benchmarks.Device;

/// <summary>The losses of the other benchmarks, in sizes for a GPU. torch_device.py has the same under the same names.</summary>
internal static class Workloads
{
    private static readonly Random s_random = new(7);

    public static IEnumerable<(string Name, Func<Workload> Create)> All(bool quick)
    {
        int million = quick ? 20_000 : 1_000_000;
        yield return ("logistic gradient", () => Logistic(million));
        yield return ("logistic step 1024", () => Logistic(quick ? 20_000 : 200_000, 1024));
        foreach (int batch in new[] { 64, 256, 1024 }) yield return ($"MLP step {batch}", () => Network(quick ? 1024 : 8192, batch));
        yield return ("MLP gradient 8192", () => Network(quick ? 1024 : 8192, null));
        yield return ("softmax gradient 8192", () => Softmax(quick ? 1024 : 8192));
        yield return ("mixture d = 10", () => Mixture(quick ? 1_000 : 100_000, 10, 25));
        yield return ("mixture d = 64", () => Mixture(quick ? 100 : 10_000, 64, 25));
        yield return ("ratings step 256", () => Ratings(256));
        yield return ("ratings step 4096", () => Ratings(4096));
        yield return ("growth curve", () => Growth(million));
        yield return ("Rosenbrock", () => new GradientWorkload<double>("Rosenbrock", NewRosenbrock(million, out var on), on, Doubles(million)) { Bytes = 16.0 * million });
    }

    private static Functions.RosenbrockObjective NewRosenbrock(int n, out Func<ILGPU.Runtime.Accelerator, DeviceObjective<double>> on)
    {
        var objective = new Functions.RosenbrockObjective(x: n);
        on = objective.On;
        return objective;
    }

    private static Workload Logistic(int n, int? batch = null)
    {
        const int D = 64;
        var objective = new LogisticRegression.NegativeLogLikelihoodObjective(features: Floats(n * D), label: Draw(n, () => (float)s_random.Next(2)));
        return batch is { } b
            ? new StepWorkload($"logistic step {b}", objective, objective.On, Floats(D + 1), b) { Bytes = 4.0 * b * (D + 1) }
            : new GradientWorkload<float>("logistic gradient", objective, objective.On, Floats(D + 1)) { Bytes = 4.0 * n * (D + 1), Operations = 4.0 * n * D };
    }

    private static Workload Network(int n, int? batch)
    {
        const int Pixels = 784, Hidden = 128, Classes = 10;
        var objective = new Digits.CrossEntropyObjective(image: Floats(n * Pixels), digit: Draw(n, () => s_random.Next(Classes)), hidden: Hidden, classes: Classes);
        float[] start = objective.CreateParameters(Initializer.Xavier(seed: 1)).Values.ToArray();
        double perExample = 2.0 * ((2 * Pixels * Hidden) + (3 * Hidden * Classes));
        return batch is { } b
            ? new StepWorkload($"MLP step {b}", objective, objective.On, start, b) { Operations = perExample * b }
            : new GradientWorkload<float>($"MLP gradient {n}", objective, objective.On, start) { Operations = perExample * n };
    }

    private static GradientWorkload<float> Softmax(int n)
    {
        const int Pixels = 784, Classes = 10;
        var objective = new SoftmaxRegression.CrossEntropyObjective(image: Floats(n * Pixels), digit: Draw(n, () => s_random.Next(Classes)), classes: Classes);
        return new($"softmax gradient {n}", objective, objective.On, Floats((Pixels + 1) * Classes)) { Bytes = 4.0 * n * Pixels, Operations = 4.0 * n * Pixels * Classes };
    }

    private static GradientWorkload<double> Mixture(int n, int dimensions, int components)
    {
        int triangle = dimensions * (dimensions - 1) / 2;
        var objective = new GaussianMixture.NegativeLogPosteriorObjective(
            x: Normals(n * dimensions), gamma: 1, m: 0, components: components, dimensions: dimensions, triangle: triangle);
        double[] point = Normals(components * (1 + (2 * dimensions) + triangle));
        return new($"mixture d = {dimensions}", objective, objective.On, [.. point.Select(v => 0.1 * v)]) { Operations = 4.0 * n * components * ((dimensions * dimensions / 2) + (2 * dimensions)) };
    }

    private static StepWorkload Ratings(int batch)
    {
        const int N = 100_000, Users = 943, Items = 1682, Rank = 16;
        var objective = new MatrixFactorization.SquaredErrorObjective(
            u: Draw(N, () => s_random.Next(Users)), i: Draw(N, () => s_random.Next(Items)), rating: Floats(N), l2: 0.01f, users: Users, rank: Rank, items: Items);
        return new($"ratings step {batch}", objective, objective.On, Floats((Users + Items) * (Rank + 1)), batch);
    }

    private static GradientWorkload<double> Growth(int n)
    {
        var objective = new GrowthCurve.SquaredResidualObjective(x: Doubles(n), y: Doubles(n));
        return new("growth curve", objective, objective.On, [1.5, 0.5, 2]) { Bytes = 16.0 * n };
    }

    private static TElement[] Draw<TElement>(int length, Func<TElement> next) => [.. Enumerable.Range(0, length).Select(_ => next())];

    private static float[] Floats(int length) => Draw(length, () => (s_random.NextSingle() - 0.5f) * 0.2f);

    private static double[] Doubles(int length) => Draw(length, s_random.NextDouble);

    private static double[] Normals(int length) =>
        Draw(length, () => Math.Sqrt(-2 * Math.Log(1 - s_random.NextDouble())) * Math.Cos(2 * Math.PI * s_random.NextDouble()));
}
