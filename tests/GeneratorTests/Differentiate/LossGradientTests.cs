using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Pipeline.Differentiate;
using SymbolicGD.Generator.Pipeline.Optimize;
using SymbolicGD.GeneratorTests.Capture;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Differentiate;

/// <summary>Losses as users write them: the gradient, taken of the captured and of the normalized loss, against dual numbers.</summary>
public sealed class LossGradientTests
{
    private const string Helpers = """
            private static double LogSumExp(ReadOnlySpan<double> x)
            {
                double max = x[0];
                for (int i = 1; i < x.Length; i++) max = Math.Max(max, x[i]);
                double sum = 0;
                for (int i = 0; i < x.Length; i++) sum += Math.Exp(x[i] - max);
                return max + Math.Log(sum);
            }
        """;

    public static TheoryData<string, string> Losses => new()
    {
        { "Linear", "([Parameter] ReadOnlySpan<double> w, [Parameter] double b, ReadOnlySpan<double> x, double y) { double e = b + TensorPrimitives.Dot(w, x) - y; return e * e; }" },
        {
            "Logistic with l2",
            """
            ([Parameter, Shape("f")] ReadOnlySpan<double> w, [Parameter] double bias, [Constant] double l2, [Shape("f")] ReadOnlySpan<double> x, double label)
            {
                double z = bias;
                for (int j = 0; j < x.Length; j++) z += w[j] * x[j];
                double penalty = 0;
                foreach (double wj in w) penalty += wj * wj;
                return Math.Log(1 + Math.Exp(z)) - label * z + l2 * penalty;
            }
            """
        },
        { "Growth", "([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y) { double r = y - a / (1 + Math.Exp(b - c * x)); return r * r; }" },
        {
            "Rosenbrock",
            """
            ([Parameter] ReadOnlySpan<double> x)
            {
                double sum = 0;
                for (int i = 0; i + 1 < x.Length; i++)
                {
                    double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
                    sum += 100 * a * a + b * b;
                }
                return sum;
            }
            """
        },
        {
            "Network",
            """
            ([Parameter] ReadOnlySpan<double> w1, [Parameter, Shape("hidden")] ReadOnlySpan<double> b1, [Parameter, Shape("hidden")] ReadOnlySpan<double> w2, ReadOnlySpan<double> x, double y)
            {
                Span<double> h = stackalloc double[b1.Length];
                for (int i = 0; i < h.Length; i++)
                {
                    double z = b1[i];
                    for (int j = 0; j < x.Length; j++) z += w1[(i + j) % w1.Length] * x[j];
                    h[i] = Math.Tanh(z);
                }
                double e = TensorPrimitives.Dot(w2, h) - y;
                return e * e;
            }
            """
        },
        {
            "Softmax with a picked class",
            """
            ([Parameter, Shape("k")] ReadOnlySpan<double> w, [Shape("k")] ReadOnlySpan<double> x, int label)
            {
                Span<double> logits = stackalloc double[w.Length];
                for (int k = 0; k < w.Length; k++) logits[k] = w[k] * x[k] + w[0];
                return LogSumExp(logits) - logits[label];
            }
            """
        },
        {
            "Horner",
            "([Parameter] ReadOnlySpan<double> c, double x, double y) { double p = 0; for (int i = c.Length - 1; i >= 0; i--) p = p * x + c[i]; return (p - y) * (p - y); }"
        },
        { "Horner in the parameter", "([Parameter] ReadOnlySpan<double> c, [Parameter] double x) { double p = 1; for (int i = 0; i < c.Length; i++) p = Math.Sin(p * x) + c[i]; return p * p; }" },
        { "Product", "([Parameter] ReadOnlySpan<double> c) { double p = 1; for (int i = 0; i < c.Length; i++) p *= c[i]; return p; }" },
        { "Maximum", "([Parameter] ReadOnlySpan<double> c, double x) { double m = c[0] * x; for (int i = 1; i < c.Length; i++) m = Math.Max(m, Math.Exp(c[i] * x)); return m * m; }" },
        {
            "Gauss-Seidel",
            """
            ([Parameter, Shape("n")] ReadOnlySpan<double> b, [Parameter] double d)
            {
                Span<double> u = stackalloc double[b.Length];
                for (int sweep = 0; sweep < 3; sweep++)
                {
                    for (int i = 0; i < b.Length; i++)
                    {
                        double left = i > 0 ? u[i - 1] : 0, right = i + 1 < b.Length ? u[i + 1] : 0;
                        u[i] = (b[i] + left * right + 0.3 * u[i]) / (2 + d * d);
                    }
                }
                double s = 0;
                for (int i = 0; i < b.Length; i++) s += u[i] * u[i];
                return s;
            }
            """
        },
        {
            "Cholesky",
            """
            ([Parameter] ReadOnlySpan<double> p)
            {
                const int n = 4;
                Span<double> a = stackalloc double[n * n];
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < n; j++) a[i * n + j] = (i == j ? 6 : 0) + p[(i + j) % p.Length] * 0.5;
                double logDet = 0;
                for (int j = 0; j < n; j++)
                {
                    for (int k = 0; k < j; k++)
                        for (int i = j; i < n; i++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
                    double root = Math.Sqrt(a[j * n + j]);
                    logDet += Math.Log(root);
                    for (int i = j; i < n; i++) a[i * n + j] /= root;
                }
                return 2 * logDet + a[n * n - 2];
            }
            """
        },
        {
            "Triangular with a packed offset",
            """
            ([Parameter, Shape("d")] ReadOnlySpan<double> q, [Parameter] ReadOnlySpan<double> l, [Shape("d")] ReadOnlySpan<double> x)
            {
                Span<double> r = stackalloc double[q.Length];
                for (int i = 0; i < q.Length; i++) r[i] = Math.Exp(q[i]) * x[i];
                int offset = 0;
                for (int i = 0; i < q.Length; i++)
                    for (int j = i + 1; j < q.Length; j++) { r[j] += l[offset % l.Length] * x[i]; offset++; }
                double s = 0;
                for (int i = 0; i < q.Length; i++) s += r[i] * r[i];
                return s;
            }
            """
        },
        {
            "Mixture of Gaussians",
            """
            ([Parameter, Shape("k")] ReadOnlySpan<double> alpha, [Parameter, Shape("d")] ReadOnlySpan<double> mean, [Parameter, Shape("d")] ReadOnlySpan<double> q, [Shape("d")] ReadOnlySpan<double> x)
            {
                Span<double> term = stackalloc double[alpha.Length];
                Span<double> xc = stackalloc double[x.Length];
                Span<double> qx = stackalloc double[x.Length];
                for (int k = 0; k < alpha.Length; k++)
                {
                    for (int i = 0; i < x.Length; i++) xc[i] = x[i] - mean[i] * (k + 1);
                    for (int i = 0; i < x.Length; i++)
                    {
                        double s = Math.Exp(q[i]) * xc[i];
                        for (int j = 0; j < i; j++) s += q[j] * xc[j] * 0.1;
                        qx[i] = s;
                    }
                    double squares = 0;
                    for (int i = 0; i < x.Length; i++) squares += qx[i] * qx[i];
                    term[k] = alpha[k] - 0.5 * squares;
                }
                return LogSumExp(term) - LogSumExp(alpha);
            }
            """
        },
        {
            "Scratch array inside a loop",
            """
            ([Parameter, Shape("k")] ReadOnlySpan<double> a, [Parameter, Shape("d")] ReadOnlySpan<double> m, [Shape("d")] ReadOnlySpan<double> x)
            {
                double total = 1;
                for (int k = 0; k < a.Length; k++)
                {
                    Span<double> t = new double[x.Length];
                    for (int i = 0; i < x.Length; i++) t[i] = Math.Sin(a[k] * x[i] + m[i]);
                    double s = 0;
                    for (int i = 0; i < x.Length; i++)
                        for (int j = 0; j < x.Length; j++) s += t[i] * t[j] * x[j];
                    total = total * 0.5 + Math.Cos(s);
                }
                return total;
            }
            """
        },
        {
            "State in place over time",
            """
            ([Parameter] ReadOnlySpan<double> w, [Parameter] double u, ReadOnlySpan<double> x)
            {
                Span<double> h = stackalloc double[w.Length];
                double loss = 0;
                for (int t = 0; t < x.Length; t++)
                {
                    for (int i = 0; i < h.Length; i++)
                    {
                        double forget = Sym.Sigmoid(w[i] * x[t]);
                        h[i] = forget * h[i] + (1 - forget) * Math.Tanh(u * h[(i + 1) % h.Length]);
                    }
                    for (int i = 0; i < h.Length; i++) loss += (h[i] - x[t]) * (h[i] - x[t]);
                }
                return loss;
            }
            """
        },
        {
            "Branches in a loop",
            """
            ([Parameter] ReadOnlySpan<double> w, [Parameter] double b, ReadOnlySpan<double> x)
            {
                double s = b;
                for (int i = 0; i < x.Length; i++)
                {
                    double v = w[i % w.Length] * x[i];
                    if (v > 0) { double e = Math.Exp(v); s += e / (1 + e); }
                    else if (v < -1) s -= v * v * b;
                    else continue;
                    if (s > 3) break;
                }
                return s * s;
            }
            """
        },
        {
            "Early return",
            """
            ([Parameter] double a, [Parameter] double b, double x)
            {
                double z = a * x;
                if (z < 0) return Math.Sqrt(1 - z) * b;
                double s = 0;
                for (int i = 0; i < 5; i++)
                {
                    s += Math.Log(1 + z + i);
                    if (s > 2 * b) return s * a;
                }
                return s - b;
            }
            """
        },
        {
            "Aliasing slices",
            """
            ([Parameter, Shape("n")] ReadOnlySpan<double> p, [Shape("n")] ReadOnlySpan<double> x)
            {
                Span<double> all = stackalloc double[2 * p.Length];
                Span<double> left = all.Slice(0, p.Length), right = all.Slice(p.Length);
                for (int i = 0; i < p.Length; i++) left[i] = Math.Sin(p[i]);
                for (int i = 0; i < p.Length; i++) right[i] = left[i] * left[p.Length - 1 - i] + x[i];
                for (int i = 0; i + 1 < all.Length; i++) all[i + 1] += all[i] * 0.5;
                double s = 0;
                for (int i = 0; i < all.Length; i++) s += all[i] * all[i];
                return s;
            }
            """
        },
        {
            "Zero trips",
            """
            ([Parameter] ReadOnlySpan<double> w, [Parameter] double b, double x)
            {
                double s = b, p = 1, log = Math.Log(b * b);
                for (int i = 0; i < w.Length - 4; i++) { s += Math.Log(w[i] * w[i]) * log; p *= w[i]; }
                return s * x + p * b;
            }
            """
        },
        {
            "Helpers and selection",
            """
            ([Parameter] double a, [Parameter] double b, double x)
            {
                double m = Math.Max(Math.Min(a * x, 1), -1), n = Math.Max(a, b), c = Math.Clamp(b * x, -0.5, 0.5);
                double big = a > b ? a * a : b * Math.Abs(a);
                return m * n + c * big + Math.Pow(a * a + 1, b) + Math.Atan2(a, 2 + x * x) + Sym.Hypot(a, b);
            }
            """
        },
        {
            "Swapping carried values",
            "([Parameter] double a, [Parameter] double b, [Parameter] ReadOnlySpan<double> w) { double p = a, q = b; for (int i = 0; i < w.Length; i++) { double t = p; p = q; q = t * q + w[i]; } return p * q; }"
        },
        {
            "Integer recurrences",
            """
            ([Parameter] ReadOnlySpan<double> w)
            {
                double s = 0; int k = 1, step = 0;
                for (int i = 0; i < w.Length; i++) { step += 2; k = (k * 3 + step) % 5; s += Math.Sin(w[i]) * w[i] * k; s *= 0.9 + 0.1 * step; }
                return s;
            }
            """
        },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void MatchesDualNumbers(string name, string method)
    {
        Assert.NotEmpty(name);
        Function loss = Capture(method);
        Function normalized = OptimizeStage.Normalize(loss, fast: false);
        Function gradient = DifferentiateStage.Gradient(loss), ofNormalized = DifferentiateStage.Gradient(normalized);
        Function optimized = OptimizeStage.Run(ofNormalized, fast: false);
        int compared = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            IrInputs inputs = RandomInputs.For(loss, seed);
            if (Equivalence.CheckGradient(loss, gradient, inputs)) compared++;
            Equivalence.CheckGradient(normalized, ofNormalized, inputs);
            Equivalence.CheckGradient(normalized, optimized, inputs);
        }

        Assert.True(compared >= 9, $"only {compared} of 12 points are finite");
    }

    /// <summary>Sums scattered into a local array through a table of integers, read and overwritten between: what captured code does not contain but passes may make.</summary>
    [Fact]
    public void ScatteredSums()
    {
        var b = new IrBuilder();
        int w = b.AddBuffer("w", BufferKind.Parameter, ScalarType.F64, 0);
        int sums = b.AddBuffer("sums", BufferKind.Local, ScalarType.F64);
        int table = b.AddBuffer("table", BufferKind.Local, ScalarType.I32);
        int zero = b.Int(0), two = b.Int(2), length = b.Extent(0), p = b.Argument(1, ScalarType.F64, "p");
        b.Alloc(sums, two);
        b.Alloc(table, length);
        IrBuilder.OpenLoop fill = b.BeginLoop(zero, length, [], [table]);
        b.Store(table, fill.Counter, b.Binary(Op.Rem, fill.Counter, two));
        b.EndLoop(fill, []);
        IrBuilder.OpenLoop rounds = b.BeginLoop(zero, b.Int(3), [], [sums, table]);
        IrBuilder.OpenLoop scatter = b.BeginLoop(zero, length, [], [sums, table]);
        int target = b.Load(table, scatter.Counter);
        int weight = b.Unary(Op.Sin, b.Binary(Op.Mul, b.Load(w, scatter.Counter), b.Load(sums, b.Binary(Op.Sub, b.Int(1), target))));
        b.Accumulate(sums, target, b.Binary(Op.Add, b.Binary(Op.Mul, weight, weight), p));
        b.Store(table, scatter.Counter, b.Binary(Op.Sub, b.Int(1), target));
        b.EndLoop(scatter, []);
        b.EndLoop(rounds, []);
        int loss = b.Binary(Op.Mul, b.Load(sums, zero), b.Load(sums, b.Int(1)));
        Function function = b.Finish(
            "Scattered", ScalarType.F64,
            [new Argument("w", ArgumentRole.Parameter, ScalarType.F64, true, 0, w), new Argument("p", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)],
            [new Extent("n")], loss);
        Function gradient = DifferentiateStage.Gradient(function);
        for (int seed = 1; seed <= 8; seed++) Assert.True(Equivalence.CheckGradient(function, gradient, RandomInputs.For(function, seed)));
    }

    internal static Function Capture(string method) =>
        CaptureDriver.Loss($$"""
            public static partial class Losses
            {
                [Loss]
                public static double Loss{{method}}

            {{(method.Contains("LogSumExp", StringComparison.Ordinal) ? Helpers : "")}}
            }
            """).Function;
}
