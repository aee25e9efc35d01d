using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Losses that carry state from one iteration to the next, scalars and arrays, and that leave their loops early.</summary>
internal static class LoopLosses
{
    public static readonly IReadOnlyDictionary<string, string> Sources = new Dictionary<string, string>
    {
        ["Newton"] = """
            public static partial class NewtonLoss
            {
                [Loss]
                public static double Newton([Parameter] double a, double x)
                {
                    double v = a * a + x * x + 1, s = v;
                    while (Math.Abs(s * s - v) > 1e-13 * v) s = 0.5 * (s + v / s);
                    return s * a;
                }
            }
            """,
        ["NoExamples"] = """
            public static partial class NoExamplesLoss
            {
                [Loss]
                public static double NoExamples([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 1;
                    foreach (double e in w)
                    {
                        double t = e * e + 0.5;
                        while (t > 0.01)
                        {
                            t *= 0.5 + 0.1 * Math.Sin(e * s);
                            s += t * Math.Cos(e);
                        }
                    }
                    return s;
                }
            }
            """,
        ["While0"] = """
            public static partial class While0Loss
            {
                [Loss]
                public static double While0([Parameter] double a, double x)
                {
                    double s = a;
                    while (s > 1e9) s = Math.Sin(s * x);
                    return s * s;
                }
            }
            """,
        ["Do"] = """
            public static partial class DoLoss
            {
                [Loss]
                public static double Do([Parameter] double a, double x)
                {
                    double s = a * a;
                    do
                    {
                        s = s * 1.7 + x * x * Math.Sin(s);
                    }
                    while (s < 3);
                    return s * a;
                }
            }
            """,
        ["Break"] = """
            public static partial class BreakLoss
            {
                [Loss]
                public static double Break([Parameter, Shape("n")] ReadOnlySpan<double> w, [Shape("n")] ReadOnlySpan<double> x)
                {
                    double s = 0.3;
                    for (int i = 0; i < w.Length; i++)
                    {
                        s = Math.Sin(s * w[i]) + s;
                        if (s > 1.2) break;
                        s += x[i];
                    }
                    return s * s;
                }
            }
            """,
        ["Continue"] = """
            public static partial class ContinueLoss
            {
                [Loss]
                public static double Continue([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0.3;
                    for (int i = 0; i < w.Length; i++)
                    {
                        if (w[i] < 0) continue;
                        s = Math.Sin(s * w[i]) + s;
                    }
                    return s * s;
                }
            }
            """,
        ["Return"] = """
            public static partial class ReturnLoss
            {
                [Loss]
                public static double Return([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0.3;
                    for (int i = w.Length - 1; i >= 0; i--)
                    {
                        s = Math.Sin(s * w[i]) + s * w[i];
                        if (s < -0.2) return s * w[i];
                    }
                    return s * s;
                }
            }
            """,
        ["ArrayWhile"] = """
            public static partial class ArrayWhileLoss
            {
                [Loss]
                public static double ArrayWhile([Parameter] ReadOnlySpan<double> w)
                {
                    Span<double> h = stackalloc double[w.Length];
                    for (int i = 0; i < h.Length; i++) h[i] = w[i];
                    double e = 1;
                    while (e > 0.05)
                    {
                        double m = 0;
                        for (int i = 0; i < h.Length; i++)
                        {
                            h[i] = Math.Sin(h[i]) * w[i];
                            m += h[i] * h[i];
                        }
                        e *= 0.6;
                        if (m > 3) break;
                    }
                    double s = 0;
                    foreach (double v in h) s += v * v;
                    return s;
                }
            }
            """,
        ["Nested"] = """
            public static partial class NestedLoss
            {
                [Loss]
                public static double Nested([Parameter] ReadOnlySpan<double> w, double x)
                {
                    double s = x;
                    int k = 0;
                    while (s * s < 30 && k < 40)
                    {
                        double t = s * s + 0.3;
                        while (t > 0.1)
                        {
                            t = t * 0.4 * (1.1 + Math.Sin(w[0]));
                            s += 0.01 * t * t;
                        }
                        k++;
                        s = s * 1.2 + t;
                    }
                    return s;
                }
            }
            """,
        ["Nested3"] = """
            public static partial class Nested3Loss
            {
                [Loss]
                public static double Nested3([Parameter] ReadOnlySpan<double> w, double x)
                {
                    double s = x;
                    for (int i = 0; i < w.Length; i++)
                    {
                        int k = 0;
                        while (k < i + 2)
                        {
                            double t = Math.Sin(s * w[i]);
                            for (int j = 0; j <= k; j++)
                            {
                                t = Math.Tanh(t * s + w[j % w.Length]);
                                s += 0.1 * t;
                            }
                            k += 1 + (i % 2);
                        }
                    }
                    return s;
                }
            }
            """,
        ["LocalInWhile"] = """
            public static partial class LocalInWhileLoss
            {
                [Loss]
                public static double LocalInWhile([Parameter] ReadOnlySpan<double> w, double x)
                {
                    double s = x;
                    int k = 0;
                    while (s < 4 && k < 6)
                    {
                        double[] h = new double[3];
                        h[k % 3] = Math.Sin(s + w[0]);
                        for (int i = 0; i < 3; i++)
                        {
                            h[i] = Math.Exp(0.1 * h[i]) * s;
                        }
                        s += 0.3 + 0.1 * h[0] * h[1] + h[2] * 0.01;
                        k++;
                    }
                    return s * s;
                }
            }
            """,
        ["DataLength"] = """
            public static partial class DataLengthLoss
            {
                [Loss]
                public static double DataLength([Parameter] ReadOnlySpan<double> w, int n)
                {
                    double h = 0.1;
                    for (int t = 0; t <= n; t++) h = Math.Tanh(h * w[0] + w[t % w.Length]);
                    return h;
                }
            }
            """,
        ["Collatz"] = """
            public static partial class CollatzLoss
            {
                [Loss]
                public static double Collatz([Parameter] double a, [Constant] int start)
                {
                    int n = start + 27;
                    double s = a;
                    while (n != 1)
                    {
                        if (n % 2 == 0)
                        {
                            n /= 2;
                            s = Math.Sin(s) + 1;
                        }
                        else
                        {
                            n = 3 * n + 1;
                            s = s * 0.9 + a;
                        }
                    }
                    return s;
                }
            }
            """,
        ["Sum"] = """
            public static partial class SumLoss
            {
                [Loss]
                public static double Sum([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0;
                    int i = 0;
                    while (true)
                    {
                        if (i >= w.Length) break;
                        s += w[i] * w[i] * Math.Sin(w[i]);
                        i++;
                    }
                    return s;
                }
            }
            """,
        ["ReturnNested"] = """
            public static partial class ReturnNestedLoss
            {
                [Loss]
                public static double ReturnNested([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0;
                    for (int i = 0; i < w.Length; i++) for (int j = i; j >= 0; j--)
                    {
                        s = Math.Sin(s + w[i] * w[j]);
                        if (s > 0.9) return s * w[i];
                        if (s < -0.5) break;
                        s *= 1.1;
                    }
                    return s;
                }
            }
            """,
        ["Cholesky"] = """
            public static partial class CholeskyLoss
            {
                [Loss]
                public static double Cholesky([Parameter, Shape("nSquared")] ReadOnlySpan<double> a, [Shape("n")] ReadOnlySpan<double> x)
                {
                    int n = x.Length;
                    Span<double> l = stackalloc double[n * n];
                    double logdet = 0;
                    for (int i = 0; i < n; i++) for (int j = 0; j <= i; j++)
                    {
                        double s = i == j ? n + 3.0 : 0;
                        s += 0.1 * (a[i * n + j] + a[j * n + i]);
                        for (int k = 0; k < j; k++) s -= l[i * n + k] * l[j * n + k];
                        if (i == j)
                        {
                            l[i * n + i] = Math.Sqrt(s);
                            logdet += Math.Log(l[i * n + i]);
                        }
                        else l[i * n + j] = s / l[j * n + j];
                    }
                    Span<double> z = stackalloc double[n];
                    double q = 0;
                    for (int i = 0; i < n; i++)
                    {
                        double r = x[i];
                        for (int k = 0; k < i; k++) r -= l[i * n + k] * z[k];
                        z[i] = r / l[i * n + i];
                        q += z[i] * z[i];
                    }
                    return logdet + q;
                }
            }
            """,
        ["CholeskyInPlace"] = """
            public static partial class CholeskyInPlaceLoss
            {
                [Loss]
                public static double CholeskyInPlace([Parameter, Shape("nSquared")] ReadOnlySpan<double> a, [Shape("n")] ReadOnlySpan<double> x)
                {
                    int n = x.Length;
                    Span<double> l = stackalloc double[n * n];
                    for (int i = 0; i < n * n; i++) l[i] = 0.1 * a[i];
                    for (int i = 0; i < n; i++) l[i * n + i] += n + 3;
                    for (int k = 0; k < n; k++)
                    {
                        l[k * n + k] = Math.Sqrt(l[k * n + k]);
                        for (int i = k + 1; i < n; i++) l[i * n + k] /= l[k * n + k];
                        for (int j = k + 1; j < n; j++) for (int i = j; i < n; i++) l[i * n + j] -= l[i * n + k] * l[j * n + k];
                    }
                    double d = 0;
                    for (int i = 0; i < n; i++) d += Math.Log(l[i * n + i]);
                    Span<double> z = stackalloc double[n];
                    x.CopyTo(z);
                    for (int i = n - 1; i >= 0; i--)
                    {
                        for (int k = i + 1; k < n; k++) z[i] -= l[k * n + i] * z[k];
                        z[i] /= l[i * n + i];
                    }
                    double q = 0;
                    foreach (double v in z) q += v * v;
                    return d + q;
                }
            }
            """,
        ["GaussSeidel"] = """
            public static partial class GaussSeidelLoss
            {
                [Loss]
                public static double GaussSeidel([Parameter] ReadOnlySpan<double> b, [Parameter] double a)
                {
                    int n = b.Length;
                    Span<double> u = stackalloc double[n];
                    for (int it = 0; it < 6; it++) for (int i = 0; i < n; i++)
                    {
                        double left = i > 0 ? u[i - 1] : 0, right = i + 1 < n ? u[i + 1] : 0;
                        u[i] = (b[i] + 0.3 * a * left + 0.2 * right * u[i]) / (3 + a * a);
                    }
                    double s = 0;
                    for (int i = 0; i < n; i++) s += u[i] * u[i];
                    return s;
                }
            }
            """,
        ["RungeKutta"] = """
            public static partial class RungeKuttaLoss
            {
                [Loss]
                public static double RungeKutta([Parameter] double a, [Parameter] double b, double x, double y)
                {
                    double u = 0.5, v = 0.1, h = 0.05;
                    for (int i = 0; i < 20; i++)
                    {
                        double k1u = F(u, v, a), k1v = G(u, v, b);
                        double k2u = F(u + 0.5 * h * k1u, v + 0.5 * h * k1v, a), k2v = G(u + 0.5 * h * k1u, v + 0.5 * h * k1v, b);
                        u += h * k2u;
                        v += h * k2v;
                    }
                    return (u - x) * (u - x) + (v - y) * (v - y);
                }
                private static double F(double u, double v, double a) => a * u - u * v;
                private static double G(double u, double v, double b) => b * u * v - Math.Sin(v);
            }
            """,
        ["Prefix"] = """
            public static partial class PrefixLoss
            {
                [Loss]
                public static double Prefix([Parameter] ReadOnlySpan<double> w, [Shape("m")] ReadOnlySpan<double> x)
                {
                    Span<double> p = stackalloc double[w.Length];
                    w.CopyTo(p);
                    for (int i = 1; i < p.Length; i++) p[i] += p[i - 1] * p[i - 1] * 0.3;
                    double s = 0;
                    for (int i = 0; i < p.Length; i++) s += Math.Cos(p[i]);
                    return s;
                }
            }
            """,
        ["Rnn"] = """
            public static partial class RnnLoss
            {
                [Loss]
                public static double Rnn([Parameter, Shape("nSquared")] ReadOnlySpan<double> w, [Parameter, Shape("n")] ReadOnlySpan<double> u, [Shape("t")] ReadOnlySpan<double> x, double y)
                {
                    int n = u.Length;
                    Span<double> h = stackalloc double[n], g = stackalloc double[n];
                    for (int t = 0; t < x.Length; t++)
                    {
                        for (int i = 0; i < n; i++)
                        {
                            double z = u[i] * x[t];
                            for (int j = 0; j < n; j++) z += 0.3 * w[i * n + j] * h[j];
                            g[i] = Math.Tanh(z);
                        }
                        g.CopyTo(h);
                    }
                    double s = 0;
                    foreach (double v in h) s += v;
                    return (s - y) * (s - y);
                }
            }
            """,
        ["Triangular"] = """
            public static partial class TriangularLoss
            {
                [Loss]
                public static double Triangular([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0.1;
                    int o = 0;
                    for (int i = 0; i < w.Length; i++) for (int j = 0; j <= i; j++)
                    {
                        s = Math.Sin(s + w[i] * w[j] + 0.01 * o);
                        o++;
                    }
                    return s;
                }
            }
            """,
        ["Strides"] = """
            public static partial class StridesLoss
            {
                [Loss]
                public static double Strides([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0.1;
                    for (int i = w.Length - 1; i >= 0; i -= 2) for (int j = i; j < w.Length; j += 3) s = Math.Sin(s + w[i] * w[j]);
                    return s;
                }
            }
            """,
        ["Alias"] = """
            public static partial class AliasLoss
            {
                [Loss]
                public static double Alias([Parameter] ReadOnlySpan<double> w)
                {
                    Span<double> h = stackalloc double[w.Length + 2];
                    w.CopyTo(h);
                    Span<double> a = h.Slice(1), b = h[..^1];
                    for (int i = 0; i < b.Length; i++)
                    {
                        b[i] = Math.Sin(a[i]) + b[i] * a[i];
                        a[i] += 0.2 * Math.Sin(b[i] * b[i]);
                    }
                    double s = 0;
                    foreach (double v in h) s += v * v;
                    return s;
                }
            }
            """,
        ["Bubble"] = """
            public static partial class BubbleLoss
            {
                [Loss]
                public static double Bubble([Parameter] ReadOnlySpan<double> w)
                {
                    Span<double> h = stackalloc double[w.Length];
                    w.CopyTo(h);
                    for (int i = 0; i < h.Length; i++) for (int j = 0; j + 1 < h.Length - i; j++) if (h[j] > h[j + 1])
                    {
                        double t = h[j];
                        h[j] = h[j + 1];
                        h[j + 1] = t;
                    }
                    double s = 0;
                    for (int i = 0; i < h.Length; i++) s += (i + 1) * h[i] * h[i];
                    return s;
                }
            }
            """,
        ["Fill"] = """
            public static partial class FillLoss
            {
                [Loss]
                public static double Fill([Parameter] ReadOnlySpan<double> w, int k)
                {
                    Span<double> h = stackalloc double[w.Length];
                    h.Fill(w[0]);
                    for (int i = 0; i < h.Length; i++)
                    {
                        h[(i * 3 + k) % h.Length] += w[i] * h[i];
                        h[k] *= 0.9;
                    }
                    double s = 0;
                    foreach (double v in h) s += v * v * v;
                    return s;
                }
            }
            """,
        ["Ints"] = """
            public static partial class IntsLoss
            {
                [Loss]
                public static double Ints([Parameter] ReadOnlySpan<double> w)
                {
                    Span<int> p = stackalloc int[w.Length];
                    for (int i = 0; i < p.Length; i++) p[i] = (i * 7 + 1) % p.Length;
                    double s = 0.1;
                    for (int t = 0; t < 3; t++) for (int i = 0; i < p.Length; i++)
                    {
                        s = Math.Sin(s + w[p[i]]);
                        p[i] = (p[i] + i) % p.Length;
                    }
                    return s;
                }
            }
            """,
        ["Dtw"] = """
            public static partial class DtwLoss
            {
                [Loss]
                public static double Dtw([Parameter, Shape("n")] ReadOnlySpan<double> a, [Shape("n")] ReadOnlySpan<double> b)
                {
                    int n = b.Length;
                    double[] d = new double[(n + 1) * (n + 1)];
                    for (int i = 0; i <= n; i++)
                    {
                        d[i] = 1e3;
                        d[i * (n + 1)] = 1e3;
                    }
                    d[0] = 0;
                    for (int i = 1; i <= n; i++) for (int j = 1; j <= n; j++)
                    {
                        double c = (a[i - 1] - b[j - 1]) * (a[i - 1] - b[j - 1]);
                        d[i * (n + 1) + j] = c + Math.Min(d[(i - 1) * (n + 1) + j - 1], Math.Min(d[(i - 1) * (n + 1) + j], d[i * (n + 1) + j - 1]));
                    }
                    return d[n * (n + 1) + n];
                }
            }
            """,
        ["Diffusion"] = """
            public static partial class DiffusionLoss
            {
                [Loss]
                public static double Diffusion([Parameter] ReadOnlySpan<double> w, [Parameter] double k)
                {
                    int n = w.Length;
                    Span<double> u = stackalloc double[n], v = stackalloc double[n];
                    w.CopyTo(u);
                    for (int t = 0; t < 4; t++)
                    {
                        for (int i = 0; i < n; i++) v[i] = u[i] + 0.1 * k * (u[(i + 1) % n] - 2 * u[i] + u[(i + n - 1) % n]);
                        for (int i = 0; i < n; i++) u[i] = v[i] * (1 - 0.1 * v[i]);
                    }
                    double s = 0;
                    foreach (double x in u) s += x * x;
                    return s;
                }
            }
            """,
    }.Concat(CheckpointLosses.Sources).Concat(StateLosses.Sources).ToDictionary(s => s.Key, s => s.Value);

    public static TheoryData<string> Names => [.. Sources.Keys];
}
