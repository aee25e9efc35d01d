using System.Text.RegularExpressions;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Losses whose state is arrays, each element updated from itself: the way back runs along them in vectors, too.</summary>
internal static class StateLosses
{
    // A loop with two sums and a maximum in a large kernel.
    private const string Functions = """
            public static partial class FunctionsLoss
            {
                [Loss]
                public static double Functions([Parameter, Shape("n")] ReadOnlySpan<double> w, [Parameter] double k, [Constant, Shape("n")] ReadOnlySpan<double> x)
                {
                    double total = 0;
                    for (int t = 0; t < 3; t++)
                    {
                        double first = k, second = 1, largest = 0.1 * t;
                        for (int i = 0; i < w.Length; i++)
                        {
                            double a = Math.Sin(w[i]) * Math.Atan(x[i] * k), b = Math.Tanh(w[i] * w[i]) + Math.Cos(x[i] + t + 0.01 * i);
                            double c = Math.Exp(-a * a) * Math.Asinh(b), d = Math.Cosh(0.1 * a) + Math.Log(1 + c * c), e = Math.Pow(1 + d * d, 0.3) * Math.Cbrt(2 + b);
                            first += c * d + Math.Sinh(0.2 * b) * Math.Atan(e);
                            first += x[i] > 0.1 ? Math.Sqrt(1 + c * c) * k : 0;
                            second += e * e + Math.Sin(a * b) * Math.Cos(d);
                            largest = Math.Max(largest, a + b * c);
                        }

                        total += first * second + largest;
                    }

                    return total;
                }
            }
            """;

    public static readonly IReadOnlyDictionary<string, string> Sources = new Dictionary<string, string>
    {
        ["Filter"] = """
            public static partial class FilterLoss
            {
                [Loss]
                public static double Filter(
                    [Parameter, Shape("n")] ReadOnlySpan<double> gain, [Parameter, Shape("n")] ReadOnlySpan<double> decay, [Shape("n")] ReadOnlySpan<double> x)
                {
                    Span<double> level = stackalloc double[2 * gain.Length];
                    double sum = 0;
                    for (int t = 0; t < 4; t++)
                    {
                        int at = t % 2 * gain.Length;
                        for (int i = 0; i < gain.Length; i++)
                        {
                            level[at + i] = level[at + i] * decay[i] + gain[i] * x[i];
                            level[at + i] = level[at + i] * (1 + 0.1 * level[at + i]);
                        }

                        for (int i = 0; i < gain.Length; i++) sum += level[at + i] * level[at + i];
                    }

                    return sum;
                }
            }
            """,

        // Contributions to w[i] and w[k + i]: the ranges of one iteration over k overlap, and for k = 0 they are one.
        ["Overlap"] = """
            public static partial class OverlapLoss
            {
                [Loss]
                public static double Overlap([Parameter] ReadOnlySpan<double> w)
                {
                    double sum = 0;
                    for (int k = 0; k < 4; k++)
                    {
                        for (int i = 0; i + k < w.Length; i++) sum += Math.Sin(w[i] * w[k + i] + 0.1 * k);
                    }

                    return sum;
                }
            }
            """,

        // Several layers, gates and an output: more than the just-in-time compiler takes into one method, so that loops are called.
        ["Gates"] = """
            public static partial class GatesLoss
            {
                [Loss]
                public static double Gates(
                    [Parameter, Shape("layers", "n")] ReadOnlyMatrix<double> forget, [Parameter, Shape("layers", "n")] ReadOnlyMatrix<double> enter,
                    [Parameter, Shape("layers", "n")] ReadOnlyMatrix<double> leave, [Parameter, Shape("layers", "n")] ReadOnlyMatrix<double> change,
                    [Parameter, Shape("n")] ReadOnlySpan<double> scale, [Constant, Shape("steps", "n")] ReadOnlyMatrix<double> x)
                {
                    int n = scale.Length, layers = forget.Rows;
                    Span<double> hidden = stackalloc double[layers * n];
                    Span<double> cell = stackalloc double[layers * n];
                    Span<double> signal = stackalloc double[n];
                    double total = 0;
                    for (int t = 0; t < x.Rows; t++)
                    {
                        for (int i = 0; i < n; i++) signal[i] = x[t, i] * scale[i];
                        for (int layer = 0; layer < layers; layer++)
                        {
                            Step(forget.Row(layer), enter.Row(layer), leave.Row(layer), change.Row(layer), hidden.Slice(layer * n, n), cell.Slice(layer * n, n), signal);
                        }

                        double sum = 1, squares = 0, largest = 0;
                        for (int i = 0; i < n; i++)
                        {
                            signal[i] = signal[i] * scale[i] + 0.2;
                            sum += Math.Exp(signal[i]) + Math.Sin(signal[i]) * Math.Atan(signal[i]);
                            squares += signal[i] * Math.Tanh(signal[i]);
                            largest = Math.Max(largest, signal[i] * scale[i]);
                        }

                        total += Math.Log(sum) + squares + largest;
                    }

                    return total;
                }

                private static void Step(
                    ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> c, ReadOnlySpan<double> d, Span<double> hidden, Span<double> cell, Span<double> signal)
                {
                    for (int i = 0; i < signal.Length; i++)
                    {
                        double forget = 1 / (1 + Math.Exp(-(signal[i] * a[i] + b[i])));
                        double enter = 1 / (1 + Math.Exp(-(hidden[i] * b[i] + c[i])));
                        double leave = 1 / (1 + Math.Exp(-(signal[i] * c[i] + d[i])));
                        double change = Math.Tanh(hidden[i] * d[i] + a[i]);
                        cell[i] = cell[i] * forget + enter * change;
                        hidden[i] = leave * Math.Tanh(cell[i]);
                        signal[i] = hidden[i];
                    }
                }
            }
            """,

        ["Functions"] = Functions,
        ["SingleFunctions"] = Regex.Replace(Functions.Replace("double", "float").Replace("Math.", "MathF.").Replace("Functions", "SingleFunctions"), @"\d\.\d+", "$0f"),

        // What a sum begins with is read in the loop as well.
        ["Start"] = """
            public static partial class StartLoss
            {
                [Loss]
                public static double Start([Parameter, Shape("n")] ReadOnlySpan<double> w, [Parameter] double scale, [Shape("n")] ReadOnlySpan<double> x)
                {
                    double sum = scale;
                    for (int i = 0; i < w.Length; i++) sum += Math.Sqrt(1 + w[i] * w[i] * x[i] * x[i] + scale * scale * w[i] * w[i]) * Math.Abs(w[i] - scale);
                    return sum * sum;
                }
            }
            """,

        // Elements at a distance from the counter that the loop changes: two iterations share one, and their order matters.
        ["Shared"] = """
            public static partial class SharedLoss
            {
                [Loss]
                public static double Shared([Parameter] ReadOnlySpan<double> w)
                {
                    Span<double> level = stackalloc double[w.Length + 1];
                    for (int t = 0; t < 2; t++)
                    {
                        for (int i = 0; i < w.Length; i++)
                        {
                            int at = i + i % 2;
                            level[at] = level[at] * level[at] * w[i] + Math.Sin(w[i]);
                        }
                    }

                    double sum = 0;
                    foreach (double l in level) sum += l * l;
                    return sum;
                }
            }
            """,
    };
}
