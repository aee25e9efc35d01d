using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>The losses of the north star and others of a typical shape, each with what it shows.</summary>
internal static class SampleLosses
{
    public static readonly IReadOnlyDictionary<string, string> Sources = new Dictionary<string, string>
    {
        ["LinearRegression"] = """
            public static partial class HousePrices
            {
                [Loss]
                public static float SquaredError(
                    [Parameter] ReadOnlySpan<float> weights, [Parameter] float intercept, ReadOnlySpan<float> features, float price)
                {
                    float error = intercept + TensorPrimitives.Dot(weights, features) - price;
                    return error * error;
                }
            }
            """,
        ["NaiveLogistic"] = """
            public static partial class Spam
            {
                [Loss]
                public static double NegativeLogLikelihood(
                    [Parameter, Shape("features")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2,
                    [Shape("features")] ReadOnlySpan<double> x, double label)
                {
                    double z = bias;
                    for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
                    double penalty = 0;
                    foreach (double wj in w) penalty += wj * wj;
                    return Math.Log(1 + Math.Exp(z)) - label * z + l2 * penalty;
                }
            }
            """,
        ["Rosenbrock"] = """
            public static partial class Functions
            {
                [Loss]
                public static double Rosenbrock([Parameter] ReadOnlySpan<double> x)
                {
                    double sum = 0;
                    for (int i = 0; i + 1 < x.Length; i++)
                    {
                        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
                        sum += 100 * a * a + b * b;
                    }
                    return sum;
                }
            }
            """,
        ["GrowthCurve"] = """
            public static partial class Curves
            {
                [Loss]
                public static double Growth([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y)
                {
                    double r = y - a / (1 + Math.Exp(b - c * x));
                    return r * r;
                }
            }
            """,
        ["SoftmaxRegression"] = """
            public static partial class Softmax
            {
                [Loss]
                public static double CrossEntropy(
                    [Parameter, Shape("classesSquared")] ReadOnlySpan<double> w, [Parameter, Shape("classes")] ReadOnlySpan<double> bias,
                    ReadOnlySpan<double> x, int label)
                {
                    Span<double> logits = stackalloc double[bias.Length];
                    for (int k = 0; k < logits.Length; k++)
                    {
                        double sum = bias[k];
                        for (int j = 0; j < x.Length; j++) sum += w[k * x.Length + j] * x[j];
                        logits[k] = sum;
                    }
                    return Sym.LogSumExp(logits) - logits[label];
                }
            }
            """,
        ["HuberWithBranch"] = """
            public static partial class Robust
            {
                [Loss(Reduction = Reduction.Sum)]
                public static double Huber([Parameter] double slope, [Parameter] double offset, [Constant] double delta, double x, double y)
                {
                    double r = slope * x + offset - y;
                    if (Math.Abs(r) <= delta) return 0.5 * r * r;
                    return delta * (Math.Abs(r) - 0.5 * delta);
                }
            }
            """,
        ["PolynomialByHorner"] = """
            public static partial class Polynomial
            {
                [Loss]
                public static double Squared([Parameter] ReadOnlySpan<double> c, double x, double y)
                {
                    double p = 0;
                    for (int k = c.Length - 1; k >= 0; k--) p = p * x + c[k];
                    return (p - y) * (p - y);
                }
            }
            """,
        ["CosineDistance"] = """
            public static partial class Angles
            {
                [Loss]
                public static double Cosine([Parameter] ReadOnlySpan<double> a, ReadOnlySpan<double> b, double weight) => weight * (1 - TensorPrimitives.CosineSimilarity(a, b));
            }
            """,
        ["MultilayerPerceptron"] = """
            public static partial class Network
            {
                [Loss]
                public static double Squared(
                    [Parameter, Shape("unitsSquared")] ReadOnlySpan<double> w1, [Parameter, Shape("units")] ReadOnlySpan<double> b1,
                    [Parameter, Shape("units")] ReadOnlySpan<double> w2, [Shape("units")] ReadOnlySpan<double> x, double y)
                {
                    Span<double> h = stackalloc double[b1.Length];
                    for (int i = 0; i < h.Length; i++) h[i] = Math.Tanh(b1[i] + TensorPrimitives.Dot(w1.Slice(i * x.Length, x.Length), x));
                    double o = TensorPrimitives.Dot(w2, h);
                    return (o - y) * (o - y);
                }
            }
            """,
        ["DenseNetwork"] = """
            public static partial class Digits
            {
                [Loss]
                public static float CrossEntropy(
                    [Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
                    [Parameter, Shape("classes", "hidden")] ReadOnlyMatrix<float> w2, [Parameter, Shape("classes")] ReadOnlySpan<float> b2,
                    [Shape("pixels")] ReadOnlySpan<float> image, int digit)
                {
                    Span<float> h = stackalloc float[b1.Length];
                    for (int i = 0; i < h.Length; i++) h[i] = MathF.Tanh(b1[i] + TensorPrimitives.Dot(w1.Row(i), image));
                    Span<float> logits = stackalloc float[b2.Length];
                    for (int k = 0; k < logits.Length; k++) logits[k] = b2[k] + TensorPrimitives.Dot(w2.Row(k), h);
                    return Sym.LogSumExp(logits) - logits[digit];
                }
            }
            """,
        ["MatrixFactorization"] = """
            public static partial class Ratings
            {
                [Loss]
                public static float SquaredError(
                    [Parameter, Shape("users", "rank")] ReadOnlyMatrix<float> user, [Parameter, Shape("items", "rank")] ReadOnlyMatrix<float> item,
                    [Parameter, Shape("users")] ReadOnlySpan<float> userBias, [Parameter, Shape("items")] ReadOnlySpan<float> itemBias,
                    [Constant] float l2, int u, int i, float rating)
                {
                    float e = userBias[u] + itemBias[i] + TensorPrimitives.Dot(user.Row(u), item.Row(i)) - rating;
                    return e * e + l2 * (TensorPrimitives.SumOfSquares(user.Row(u)) + TensorPrimitives.SumOfSquares(item.Row(i)));
                }
            }
            """,
        ["MatrixElements"] = """
            public static partial class Kernels
            {
                [Loss]
                public static double Bilinear(
                    [Parameter, Shape("rows", "columns")] ReadOnlyMatrix<double> a, [Constant, Shape("rows", "rows")] ReadOnlyMatrix<double> metric,
                    [Shape("rows", "columns")] ReadOnlyMatrix<double> x, double y)
                {
                    double sum = 0;
                    for (int i = 0; i < a.Rows; i++)
                    {
                        for (int j = 0; j < a.Columns; j++) sum += Math.Sin(a[i, j]) * x[i, j] * metric[i, i] + a[i, a.Columns - 1] * metric[0, i];
                    }
                    return (sum - y) * (sum - y);
                }
            }
            """,
        ["UniformBranch"] = """
            public static partial class Modes
            {
                [Loss]
                public static double Switched([Parameter] double a, [Parameter] double b, [Constant] double mode, double x)
                {
                    double z = a * x + b, extra = 0;
                    if (mode > 0) extra = Sym.Sigmoid(z) * x;
                    return extra + Sym.Softplus(z);
                }
            }
            """,
        ["UntakenBranch"] = """
            public static partial class Branches
            {
                [Loss]
                public static double Root([Parameter] double a, double x)
                {
                    double v = a * x;
                    return v > 0 ? Math.Sqrt(v) : 0;
                }
            }
            """,
        ["RatingsByIndex"] = """
            public static partial class Ratings
            {
                [Loss]
                public static float SquaredError(
                    [Parameter] ReadOnlySpan<float> user, [Parameter] ReadOnlySpan<float> item, [Constant] float l2, int u, int i, float rating)
                {
                    float e = user[u] * item[i] - rating;
                    return e * e + l2 * (user[u] * user[u] + item[i] * item[i]);
                }
            }
            """,
        ["CurveResidual"] = """
            public static partial class Nist
            {
                [Residual]
                public static double Misra1a([Parameter] double b1, [Parameter] double b2, double x, double y) => y - b1 * (1 - Math.Exp(-b2 * x));
            }
            """,
        ["GatheredResiduals"] = """
            public static partial class Springs
            {
                [Residual]
                public static void Stretch(
                    [Parameter, Shape("points", "dimensions")] ReadOnlyMatrix<double> points, [Parameter] double stiffness,
                    int from, int to, double length, [Output] Span<double> residuals)
                {
                    double squares = 1;
                    for (int j = 0; j < points.Columns; j++)
                    {
                        double d = points[from, j] - points[to, j];
                        squares += d * d;
                    }
                    residuals[0] = stiffness * (Math.Sqrt(squares) - length);
                    residuals[1] = 0.1 * points[to, 0];
                }
            }
            """,
        ["TurnedPoints"] = """
            public static partial class Turns
            {
                [Residual]
                public static void Turned(
                    [Parameter, Shape("poses", "numbers")] ReadOnlyMatrix<double> poses, int pose, double x, double y, [Output] Span<double> residuals)
                {
                    double angle = poses[pose, 0], dx = x - poses[pose, 1], dy = y - poses[pose, 2];
                    if (angle != 0) (dx, dy) = (Math.Cos(angle) * dx - Math.Sin(angle) * dy, Math.Sin(angle) * dx + Math.Cos(angle) * dy);
                    residuals[0] = poses[pose, 3] * dx - poses[pose, 4];
                    residuals[1] = poses[pose, 3] * dy - poses[pose, 6];
                }
            }
            """,
        ["ResidualsOfAnExtent"] = """
            public static partial class Responses
            {
                [Residual]
                public static void Tanh(
                    [Parameter, Shape("outputs")] ReadOnlySpan<double> gain, [Parameter] double offset,
                    double x, [Shape("outputs")] ReadOnlySpan<double> y, [Output, Shape("outputs")] Span<double> residuals)
                {
                    for (int k = 0; k < residuals.Length; k++) residuals[k] = Math.Tanh(gain[k] * x + offset) - y[k];
                }
            }
            """,
    };

    public static TheoryData<string> Names => [.. Sources.Keys];

    /// <summary>The source of a sample with second-order products.</summary>
    public static string SecondOrder(string name) =>
        Sources[name].Replace("[Loss]", "[Loss(Order = 2)]", StringComparison.Ordinal).Replace("[Loss(Reduction", "[Loss(Order = 2, Reduction", StringComparison.Ordinal)
        .Replace("[Residual]", "[Residual(Order = 2)]", StringComparison.Ordinal);
}
