using System.Runtime.CompilerServices;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>The printed IR of representative losses, which are also compared with the methods that they come from.</summary>
public sealed class CaptureSnapshotTests
{
    [Fact]
    public void Dot_unifies_extents() => Verify("""
        public static partial class HousePrices
        {
            [Loss]
            public static float SquaredError(
                [Parameter] ReadOnlySpan<float> weights, [Parameter] float intercept, ReadOnlySpan<float> features, float price)
            {
                float error = Predict(weights, intercept, features) - price;
                return error * error;
            }

            public static float Predict(ReadOnlySpan<float> weights, float intercept, ReadOnlySpan<float> features) =>
                intercept + TensorPrimitives.Dot(weights, features);
        }
        """);

    [Fact]
    public void Loops_are_sums() => Verify("""
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
        """);

    [Fact]
    public void Shifted_indices_without_examples() => Verify("""
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
        """);

    [Fact]
    public void Local_arrays_and_log_sum_exp() => Verify("""
        public static partial class Digits
        {
            [Loss]
            public static float CrossEntropy(
                [Parameter] ReadOnlySpan<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1, [Parameter, Shape("hidden")] ReadOnlySpan<float> w2,
                [Shape("pixels")] ReadOnlySpan<float> image, int digit)
            {
                Span<float> h = stackalloc float[b1.Length];
                for (int i = 0; i < h.Length; i++) h[i] = MathF.Tanh(b1[i] + w1[i] * image[i]);
                TensorPrimitives.Multiply(h, w2, h);
                return LogSumExp(h) - h[digit];
            }

            private static float LogSumExp(ReadOnlySpan<float> x)
            {
                float max = TensorPrimitives.Max(x), sum = 0;
                foreach (float v in x) sum += MathF.Exp(v - max);
                return max + MathF.Log(sum);
            }
        }
        """);

    [Fact]
    public void Early_exits() => Verify("""
        public static partial class Exits
        {
            [Loss]
            public static double F([Parameter] ReadOnlySpan<double> w, ReadOnlySpan<double> x, double y)
            {
                if (y < 0) return -y * w[0];
                double s = 0;
                for (int i = 0; i < w.Length; i++)
                {
                    if (x[i] < 0) continue;
                    if (s > 2) break;
                    s += w[i] * x[i];
                }
                return s * y;
            }
        }
        """);

    private static void Verify(string source, [CallerMemberName] string method = "")
    {
        LossSpec spec = CaptureAgreement.Check(source);
        Snapshot.Match(IrPrinter.Print(spec.Function), "Capture", method: method);
    }
}
