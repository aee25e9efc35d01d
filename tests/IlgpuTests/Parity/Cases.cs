using System.Numerics;
using Benchmarks.Losses;
using Benchmarks.Peers;
using DigitsSample;
using GradBench.Losses;
using ILGPU.Runtime;
using SymbolicGD.RuntimeTests.Programs;
using UserTypes;
using Linear = SymbolicGD.RuntimeTests.Programs.Functions;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>Objectives of every kind over drawn data, with a point.</summary>
internal static class Cases
{
    public static readonly string[] Names =
    [
        "logistic", "logistic with penalty", "spam", "growth", "network", "digits", "softmax", "mixture", "recurrent", "reprojection", "reprojection weights", "ratings",
        "Rosenbrock", "chain", "graph", "product", "decay", "root", "springs", "two columns", "table", "constant", "arm",
        "log-sum-exp", "sign polynomial", "heights", "running", "penalties", "tied table", "network fit", "linear fit", "roots fit", "valley fit",
        "Rosenbrock benchmark", "growth benchmark", "square", "house prices", "quickstart spam", "plane", "second-order logistic", "second-order network", "second-order mixture",
        .. Curves.Names,
    ];

    /// <summary>Calls back with the objective of a name, which knows its element type.</summary>
    public static void Visit(string name, IVisitor visitor)
    {
        var random = new Random(name.Length);
        int n = 75;
        switch (name)
        {
            case "logistic":
                Over(new LogisticRegression.NegativeLogLikelihoodObjective(features: Floats(n * 21), label: Draw(n, () => (float)random.Next(2))), o => o.On, Floats(22));
                break;
            case "logistic with penalty":
                Over(new OverExamples.LogisticObjective(x: Floats(n * 37), label: Draw(n, () => (float)random.Next(2)), l2: 0.01f), o => o.On, Floats(38));
                break;
            case "spam":
                Over(new Spam.NegativeLogLikelihoodObjective(x: Doubles(n * 57), label: Draw(n, () => (double)random.Next(2)), l2: 1e-3), o => o.On, Doubles(58));
                break;
            case "growth":
                Over(new OverExamples.GrowthObjective(x: Doubles(n), y: Doubles(n)), o => o.On, [1.5, 0.5, 2.0]);
                break;
            case "network":
                Over(
                    new OverExamples.NetworkObjective(x: Floats(n * 19), label: Draw(n, () => random.Next(5)), hidden: 13, classes: 5), o => o.On, Floats((19 * 13) + 13 + (13 * 5) + 5));
                break;
            case "digits":
                Over(
                    new Digits.CrossEntropyObjective(image: Floats(n * 50), digit: Draw(n, () => random.Next(10)), hidden: 18, classes: 10), o => o.On,
                    Floats((50 * 18) + 18 + (18 * 10) + 10));
                break;
            case "softmax":
                Over(new SoftmaxRegression.CrossEntropyObjective(image: Floats(n * 30), digit: Draw(n, () => random.Next(10)), classes: 10), o => o.On, Floats(310));
                break;
            case "mixture":
                const int Dimensions = 5, Triangle = Dimensions * (Dimensions - 1) / 2, Components = 4;
                Over(
                    new GaussianMixture.NegativeLogPosteriorObjective(Doubles(n * Dimensions), 1.0, 0, components: Components, dimensions: Dimensions, triangle: Triangle), o => o.On,
                    Doubles(Components * (1 + (2 * Dimensions) + Triangle)));
                break;
            case "recurrent":
                const int Bits = 6, Characters = 12;
                Alone(
                    new LongShortTermMemory.NextCharacterObjective(
                        start: new MatrixMemory<double>(Doubles(4 * Bits), 4, Bits), sequence: new MatrixMemory<double>(Doubles(Characters * Bits), Characters, Bits), gates: 4 * Bits, extraParts: 3),
                    o => o.On, Doubles((16 * Bits) + (3 * Bits)));
                break;
            case "reprojection":
                const int Cameras = 4, Points = 9;
                Over(
                    new BundleAdjustment.ReprojectionObjective(
                        camera: Draw(n, () => random.Next(Cameras)), point: Draw(n, () => random.Next(Points)), feature: Doubles(2 * n), cameras: Cameras, cameraParameters: 11,
                        points: Points, coordinates: 3, observations: n),
                    o => o.On, [.. Doubles((11 * Cameras) + (3 * Points)).Select(x => 1 + x), .. Doubles(n)]);
                break;
            case "reprojection weights":
                Over(new BundleAdjustment.WeightObjective(observations: n, examples: n), o => o.On, Doubles(n));
                break;
            case "ratings":
                Over(
                    new MatrixFactorization.SquaredErrorObjective(
                        u: Draw(n, () => random.Next(7)), i: Draw(n, () => random.Next(5)), rating: Floats(n), l2: 0.01f, users: 7, rank: 3, items: 5),
                    o => o.On, Floats(12 * 4));
                break;
            case "Rosenbrock":
                Alone(new Linear.RosenbrockObjective(x: 100), o => o.On, Doubles(100));
                break;
            case "chain":
                Alone(new Linear.ChainObjective(x: 40), o => o.On, Doubles(42));
                break;
            case "running":
                Alone(new Linear.RunningObjective(x: 70), o => o.On, Doubles(70));
                break;
            case "penalties":
                Alone(new Linear.PenaltiesObjective(rows: 9, columns: 23, triangle: 36), o => o.On, Doubles((9 * 23) + 36));
                break;
            case "graph":
                Over(
                    new Linear.GraphObjective(from: Draw(n, () => random.Next(10)), to: Draw(n, () => random.Next(10)), length: Doubles(n), x: 10), o => o.On, Doubles(10));
                break;
            case "product":
                Alone(new Linear.ProductObjective(x: 33), o => o.On, Doubles(33));
                break;
            case "decay":
                Over(new OverExamples.DecayObjective(t: Doubles(n), y: Doubles(n), z: Doubles(n)), o => o.On, [1.5, 0.5, 0.25]);
                break;
            case "root":
                Over(new Bounded.RootObjective(x: Doubles(n)), o => o.On, [0.7, 0.3]);
                break;
            case "springs":
                Over(
                    new Meshes.SpringObjective(from: Draw(n, () => random.Next(9)), to: Draw(n, () => random.Next(9)), rest: Doubles(n), nodes: 9, space: 2), o => o.On, Doubles(19));
                break;
            case "two columns":
                Over(new Meshes.DecayObjective(time: Floats(n), seen: Floats(n)), o => o.On, [1.5f, 0.5f]);
                break;
            case "table":
                Over(new Meshes.TableObjective(x: Doubles(n), knots: 6), o => o.On, Doubles(7));
                break;
            case "constant":
                Over(new Meshes.ConstantObjective(x: Doubles(n)), o => o.On, [0.5]);
                break;
            case "log-sum-exp":
                Alone(new Elementary.LogSumExpObjective(x: 25), o => o.On, Doubles(25));
                break;
            case "sign polynomial":
                Over(new Elementary.SignPolynomialObjective(x: 5, examples: n), o => o.On, Doubles(5));
                break;
            case "heights":
                Over(
                    new Chosen.HeightsObjective(at: Draw(n, () => random.Next(6)), other: Draw(n, () => random.Next(6)), seen: Doubles(n), knots: 6), o => o.On, Doubles(7));
                break;
            case "tied table":
                Over(new Chosen.TiedObjective(word: Draw(n, () => random.Next(11)), next: Draw(n, () => random.Next(11)), words: 11, width: 7), o => o.On, Floats(77));
                break;
            case "arm":
                const int Joints = 5;
                Over(
                    new Arm.MisfitObjective(
                        marker: Doubles(3 * n), joint: Draw(n, () => random.Next(Joints)), quality: Draw(n, () => (1.5 * random.NextDouble()) - 0.2),
                        parent: new[] { -1, 0, 1, 2, 2 }, length: new[] { 1, 0.5, 0.25, 0.3, 0.2 }),
                    o => o.On, Doubles(Joints + 3));
                break;
            case "network fit":
                Over(new Fits.NetworkObjective(x: Floats(n * 12), y: Floats(n * 3), hidden: 7, inputs: 12, outputs: 3), o => o.On, Floats((7 * 12) + (3 * 7) + 3));
                break;
            case "linear fit":
                Over(new Fits.LinearObjective(x: Doubles(n * 9), outputs: 20, inputs: 9), o => o.On, Doubles(20 * 9));
                break;
            case "roots fit":
                Over(new Fits.RootsObjective(x: Draw(n, () => 1 + random.NextDouble()), y: Doubles(n)), o => o.On, [1.7, 0.3]);
                break;
            case "valley fit":
                Over(new Fits.ValleyObjective(n: 40), o => o.On, Doubles(40));
                break;
            case "Rosenbrock benchmark":
                Alone(new Benchmarks.Losses.Functions.RosenbrockObjective(x: 25), o => o.On, Doubles(25));
                break;
            case "growth benchmark":
                Over(new GrowthCurve.SquaredResidualObjective(x: Doubles(n), y: Doubles(n)), o => o.On, [1.5, 0.5, 2.0]);
                break;
            case "square":
                Alone(new Elementary.SquareObjective(), o => o.On, [0.7]);
                break;
            case "house prices":
                Over(new Quickstart.HousePrices.SquaredErrorObjective(features: Floats(n * 12), price: Floats(n)), o => o.On, Floats(13));
                break;
            case "quickstart spam":
                Over(new Quickstart.Spam.NegativeLogLikelihoodObjective(x: Doubles(n * 57), label: Draw(n, () => (double)random.Next(2)), l2: 1e-4), o => o.On, Doubles(58));
                break;
            case "plane":
                Over(new Consumer.Plane.SquaredErrorObjective(x: Doubles(n * 2), y: Doubles(n)), o => o.On, Doubles(3));
                break;
            case "second-order logistic":
                Over(new SecondOrder.LogisticObjective(features: Floats(n * 21), label: Draw(n, () => (float)random.Next(2))), o => o.On, Floats(22));
                break;
            case "second-order network":
                Over(new SecondOrder.NetworkObjective(image: Floats(34 * 9), digit: Draw(34, () => random.Next(4)), hidden: 5, classes: 4), o => o.On, Floats((9 * 5) + 5 + (5 * 4) + 4));
                break;
            case "second-order mixture":
                Over(new SecondOrder.MixtureObjective(Doubles(34 * 2), 1.0, 0, components: 2, dimensions: 2, triangle: 1), o => o.On, Doubles(2 * (1 + (2 * 2) + 1)));
                break;
            default:
                Curves.Visit(name, visitor);
                break;
        }

        void Over<TObjective, T>(TObjective objective, Func<TObjective, Func<Accelerator, DeviceExampleObjective<T>>> on, T[] point)
            where TObjective : ExampleObjective<T>
            where T : unmanaged, IFloatingPointIeee754<T> => visitor.Examples(objective, on(objective), point);

        void Alone<TObjective, T>(TObjective objective, Func<TObjective, Func<Accelerator, DeviceObjective<T>>> on, T[] point)
            where TObjective : HostObjective<T>
            where T : unmanaged, IFloatingPointIeee754<T> => visitor.Function(objective, on(objective), point);

        float[] Floats(int count) => Draw(count, () => random.NextSingle() - 0.5f);

        double[] Doubles(int count) => Draw(count, () => random.NextDouble() - 0.5);
    }

    public static T[] Draw<T>(int count, Func<T> next)
    {
        var values = new T[count];
        foreach (ref T value in values.AsSpan()) value = next();
        return values;
    }

    internal interface IVisitor
    {
        void Examples<T>(ExampleObjective<T> objective, Func<Accelerator, DeviceExampleObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>;

        void Function<T>(HostObjective<T> objective, Func<Accelerator, DeviceObjective<T>> on, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>;
    }
}
