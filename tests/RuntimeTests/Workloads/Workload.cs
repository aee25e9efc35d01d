using Benchmarks.Losses;
using DigitsSample;
using GradBench.Losses;
using CurveFitting;

namespace SymbolicGD.RuntimeTests.Workloads;

/// <summary>The workloads that SymbolicGD is compared with other programs on (<c>benchmarks/peers</c>), over drawn data: what a user calls again and again.</summary>
internal static class Workload
{
    private const int Users = 60;
    private const int Items = 90;
    private const int Rank = 16;
    private const int Dimensions = 10;
    private const int Components = 5;
    private const int Bits = 14;
    private const int Cameras = 7;
    private const int Points = 50;

    public static readonly string[] Names =
    [
        "logistic", "logistic, step of Adam", "spam", "spam, step of Adam", "digits, step of Adam, batch 64", "digits, step of Adam, batch 256", "digits", "softmax",
        "mixture", "recurrent", "bundle adjustment", "ratings", "Rosenbrock 10", "Rosenbrock 1000", "Rosenbrock 1000, Hessian product", "curve fit",
    ];

    /// <summary>An objective that nobody has called, and a call of it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="scale">How many times some hundred examples, where there are examples.</param>
    public static Action Create(string name, int scale = 1)
    {
        var random = new Random(name.Length);
        int n = 333 * scale;
        switch (name)
        {
            case "logistic":
                return Gradient(Logistic(), Floats(65));
            case "logistic, step of Adam":
                return Step(Logistic(), Floats(65), Batch(256));
            case "spam":
                return Gradient(Spam(n, random), Doubles(58));
            case "spam, step of Adam":
                return Step(Spam(n, random), Doubles(58), Batch(128));
            case "digits, step of Adam, batch 64":
                return Step(Network(), Floats(Weights), Batch(64));
            case "digits, step of Adam, batch 256":
                return Step(Network(), Floats(Weights), Batch(256));
            case "digits":
                return Gradient(Network(), Floats(Weights));
            case "softmax":
                return Gradient(new SoftmaxRegression.CrossEntropyObjective(image: Floats(n * 784), digit: Draw(n, () => random.Next(10)), classes: 10), Floats(7850));
            case "mixture":
                const int Triangle = Dimensions * (Dimensions - 1) / 2;
                return Gradient(
                    new GaussianMixture.NegativeLogPosteriorObjective(Doubles(n * Dimensions), 1.0, 0, components: Components, dimensions: Dimensions, triangle: Triangle),
                    Doubles(Components * (1 + (2 * Dimensions) + Triangle)));
            case "recurrent":
                int characters = 40 * scale;
                return Gradient(
                    new LongShortTermMemory.NextCharacterObjective(
                        start: new MatrixMemory<double>(Doubles(4 * Bits), 4, Bits), sequence: new MatrixMemory<double>(Doubles(characters * Bits), characters, Bits), gates: 4 * Bits, extraParts: 3),
                    Doubles((16 * Bits) + (3 * Bits)));
            case "bundle adjustment":
                return BundleAdjustmentJacobian();
            case "ratings":
                return Ratings();
            case "Rosenbrock 10":
                return Gradient(new Functions.RosenbrockObjective(x: 10), Doubles(10));
            case "Rosenbrock 1000":
                return Gradient(new Functions.RosenbrockObjective(x: 1000), Doubles(1000));
            case "Rosenbrock 1000, Hessian product":
                var rosenbrock = new Functions.RosenbrockObjective(x: 1000);
                double[] point = Doubles(1000), direction = Doubles(1000), product = new double[1000];
                return () => rosenbrock.HessianVectorProduct(point, direction, product);
            case "curve fit":
                Nist.GaussObjective curve = Curve(250, random);
                double[] b = Peaks, jacobian = new double[curve.ResidualCount * b.Length], residuals = new double[curve.ResidualCount];
                return () => curve.Jacobian(b, jacobian, residuals);
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such workload.");
        }

        LogisticRegression.NegativeLogLikelihoodObjective Logistic() => new(features: Floats(n * 64), label: Draw(n, () => (float)random.Next(2)));

        Digits.CrossEntropyObjective Network() => new(image: Floats(n * 784), digit: Draw(n, () => random.Next(10)), hidden: 128, classes: 10);

        Action Ratings()
        {
            var objective = new MatrixFactorization.SquaredErrorObjective(
                u: Draw(n, () => random.Next(Users)), i: Draw(n, () => random.Next(Items)), rating: Floats(n), l2: 0.01f, users: Users, rank: Rank, items: Items);
            VectorHandle<float> parameters = objective.CreateVector(), state = objective.CreateVector(0);
            parameters.CopyFrom(Floats((Users + Items) * (Rank + 1)));
            int[] batch = Batch(256);
            var rule = new Sgd.Rule<float>(new Sgd { LearningRate = 0.05 });
            rule.Prepare(1, 1);
            return () => objective.Step(parameters, batch, state, rule, GradientTransform<float>.None);
        }

        Action BundleAdjustmentJacobian()
        {
            var reprojection = new BundleAdjustment.ReprojectionObjective(
                camera: Draw(n, () => random.Next(Cameras)), point: Draw(n, () => random.Next(Points)), feature: Doubles(2 * n), cameras: Cameras, cameraParameters: 11,
                points: Points, coordinates: 3, observations: n);
            double[] parameters = [.. Doubles((11 * Cameras) + (3 * Points)).Select(x => 1 + x), .. Doubles(n)], errors = new double[2 * n];
            SparseMatrix<double> jacobian = reprojection.SparseJacobian(parameters);
            return () => reprojection.SparseJacobian(parameters, jacobian, errors);
        }

        int[] Batch(int length) => Draw(length, () => random.Next(n));

        float[] Floats(int count) => Draw(count, () => random.NextSingle() - 0.5f);

        double[] Doubles(int count) => Draw(count, () => random.NextDouble() - 0.5);
    }

    /// <summary>Logistic regression with a penalty.</summary>
    public static Spam.NegativeLogLikelihoodObjective Spam(int examples, Random random) => new(
        x: Draw(examples * 57, () => random.NextDouble() - 0.5), label: Draw(examples, () => (double)random.Next(2)), l2: 1e-3);

    /// <summary>Two peaks, with some noise.</summary>
    public static Nist.GaussObjective Curve(int examples, Random random)
    {
        double[] b = Peaks, x = [.. Enumerable.Range(1, examples).Select(i => (double)i)];
        double[] y = [.. x.Select(t => (b[0] * Math.Exp(-b[1] * t)) + Peak(2, t) + Peak(5, t) + random.NextDouble())];
        return new(x, y, b: b.Length);

        double Peak(int first, double t) => b[first] * Math.Exp(-(t - b[first + 1]) * (t - b[first + 1]) / (b[first + 2] * b[first + 2]));
    }

    /// <summary>Parameters of <see cref="Curve"/>.</summary>
    public static double[] Peaks => [97, 0.009, 100, 65, 20, 70, 178, 16.5];

    private const int Weights = (784 * 128) + 128 + (128 * 10) + 10;

    private static Action Gradient<T>(HostObjective<T> objective, T[] point)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var gradient = new T[point.Length];
        return () => objective.Gradient(point, gradient);
    }

    private static Action Step<T>(ExampleObjective<T> objective, T[] start, int[] batch)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        VectorHandle<T> parameters = objective.CreateVector(), state = objective.CreateVector(Adam.Rule<T>.StateCount * start.Length);
        parameters.CopyFrom(start);
        var rule = new Adam.Rule<T>(new Adam { LearningRate = 1e-3 });
        rule.Prepare(1, 1);
        return () => objective.Step(parameters, batch, state, rule, GradientTransform<T>.None);
    }

    private static T[] Draw<T>(int count, Func<T> next)
    {
        var values = new T[count];
        foreach (ref T value in values.AsSpan()) value = next();
        return values;
    }
}
