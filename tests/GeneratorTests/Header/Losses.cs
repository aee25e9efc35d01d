namespace SymbolicGD.GeneratorTests.Header;

/// <summary>Losses as users write them, for the tests of Condition, Optimize and the header.</summary>
internal static class Losses
{
    public const string Spam = """
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
        """;

    public const string Houses = """
        [Loss]
        public static float SquaredError(
            [Parameter] ReadOnlySpan<float> weights, [Parameter] float intercept,
            ReadOnlySpan<float> features, float price)
        {
            float error = intercept + TensorPrimitives.Dot(weights, features) - price;
            return error * error;
        }
        """;

    public const string Rosenbrock = """
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
        """;

    public const string Growth = """
        [Loss]
        public static double Growth([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y)
        {
            double r = y - a / (1 + Math.Exp(b - c * x));
            return r * r;
        }
        """;

    public const string Softmax = """
        [Loss]
        public static double CrossEntropy(
            [Parameter, Shape("classes")] ReadOnlySpan<double> b, [Parameter, Shape("classes")] ReadOnlySpan<double> w, double x, int digit)
        {
            double sum = 0;
            for (int k = 0; k < b.Length; k++) sum += Math.Exp(b[k] + w[k] * x);
            return Math.Log(sum) - (b[digit] + w[digit] * x);
        }
        """;

    public const string Network = """
        [Loss]
        public static float Network(
            [Parameter, Shape("hidden")] ReadOnlySpan<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
            [Parameter, Shape("hidden")] ReadOnlySpan<float> w2, float x, float y)
        {
            Span<float> h = stackalloc float[w2.Length];
            for (int i = 0; i < h.Length; i++) h[i] = MathF.Tanh(w1[i] * x + b1[i]);
            float error = TensorPrimitives.Dot(w2, h) - y;
            return error * error;
        }
        """;

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["Spam"] = Spam, ["Houses"] = Houses, ["Rosenbrock"] = Rosenbrock, ["Growth"] = Growth, ["Softmax"] = Softmax, ["Network"] = Network,
    };

    public static string InClass(string method) => $$"""
        using System;
        using System.Numerics.Tensors;
        using SymbolicGD;

        namespace Demo;

        public static partial class Losses
        {
        {{method}}
        }
        """;
}
