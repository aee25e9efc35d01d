namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Losses whose loops record one state in √n, and compute the others again on the way back.</summary>
internal static class CheckpointLosses
{
    public static readonly IReadOnlyDictionary<string, string> Sources = new Dictionary<string, string>
    {
        ["CheckpointedRecurrence"] = """
            public static partial class CheckpointedRecurrenceLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedRecurrence([Parameter] double a, [Parameter] double b, [Shape("n")] ReadOnlySpan<double> x, [Shape("n")] ReadOnlySpan<double> y)
                {
                    double h = 0.2, c = 0.1;
                    for (int t = 0; t < x.Length; t++)
                    {
                        c = Math.Sin(c * b + x[t]);
                        h = Math.Tanh(a * h + b * x[t] + c);
                    }
                    return h * h;
                }
            }
            """,
        ["CheckpointedDown"] = """
            public static partial class CheckpointedDownLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedDown([Parameter, Shape("n")] ReadOnlySpan<double> w, [Shape("n")] ReadOnlySpan<double> x)
                {
                    double h = 0.2;
                    int o = 3;
                    for (int t = w.Length - 1; t >= 0; t--)
                    {
                        h = Math.Tanh(w[t] * h + x[t] + 0.1 * o);
                        o += 2;
                        if (h > 0.95) break;
                    }
                    return h * h;
                }
            }
            """,
        ["CheckpointedRnn"] = """
            public static partial class CheckpointedRnnLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedRnn([Parameter, Shape("nSquared")] ReadOnlySpan<double> w, [Parameter, Shape("n")] ReadOnlySpan<double> u, [Shape("t")] ReadOnlySpan<double> x, double y)
                {
                    int n = u.Length;
                    Span<double> h = stackalloc double[n], g = stackalloc double[n];
                    for (int i = 0; i < n; i++) g[i] = Math.Sin(u[i]);
                    for (int t = 0; t < x.Length; t++)
                    {
                        double z0 = g[0] * h[n - 1];
                        for (int i = 0; i < n; i++)
                        {
                            double z = u[i] * x[t] + z0;
                            for (int j = 0; j < n; j++) z += 0.3 * w[i * n + j] * h[j];
                            g[i] = Math.Tanh(z);
                        }
                        g.CopyTo(h);
                    }
                    double s = 0;
                    foreach (double v in h) s += v;
                    return (s - y) * (s - y) + g[0];
                }
            }
            """,
        ["CheckpointedLocalInside"] = """
            public static partial class CheckpointedLocalInsideLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedLocalInside([Parameter] ReadOnlySpan<double> w, double y)
                {
                    double s = 0.1;
                    double[] k = new double[w.Length];
                    w.CopyTo(k);
                    for (int t = 0; t < 7; t++)
                    {
                        double[] h = new double[w.Length];
                        for (int i = 0; i < h.Length; i++)
                        {
                            h[i] = Math.Sin(s + w[i] * k[i]);
                            double[] z = new double[2];
                            z[i % 2] = h[i];
                            s += 0.1 * z[0] * Math.Cos(z[1] + h[i]);
                        }
                        while (s > 1) s *= 0.7;
                        s += h[0];
                    }
                    for (int i = 0; i < k.Length; i++) k[i] *= s * y;
                    foreach (double v in k) s += v * v;
                    return s;
                }
            }
            """,
        ["CheckpointedGaussSeidel"] = """
            public static partial class CheckpointedGaussSeidelLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedGaussSeidel([Parameter] ReadOnlySpan<double> b, [Parameter] double a)
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
        ["CheckpointedSum"] = """
            public static partial class CheckpointedSumLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedSum([Parameter] ReadOnlySpan<double> w)
                {
                    double s = 0;
                    for (int i = 0; i < w.Length; i++) s += Math.Sin(w[i]);
                    double p = 1;
                    for (int i = 0; i < w.Length; i++)
                    {
                        p *= w[i];
                        if (p > 3) return p;
                        p += s * Math.Exp(p);
                        p *= 0.1;
                    }
                    return s * p;
                }
            }
            """,
        // The second derivative of a loop that nobody can count is made of arrays that grow, of signs too.
        ["CheckpointedSignsInWhile"] = """
            public static partial class CheckpointedSignsInWhileLoss
            {
                [Loss(Checkpoint = Checkpoint.SquareRoot)]
                public static double CheckpointedSignsInWhile([Parameter] ReadOnlySpan<double> w, [Constant] double y)
                {
                    double sum = 0;
                    for (int i = 0; i < w.Length; i++)
                    {
                        double last = 1, s = 1 + Math.Abs(y);
                        while (s > 0.2)
                        {
                            double[] h = new double[] { w[i], w[i], w[0] * s, y };
                            last = TensorPrimitives.SumOfMagnitudes((ReadOnlySpan<double>)h);
                            s *= 0.5;
                        }
                        sum -= last;
                    }
                    return sum;
                }
            }
            """,
    };
}
