using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Helpers that call themselves, and derivatives that the user writes.</summary>
public sealed class RecursionTests
{
    private static string Losses(params (string Body, string Members)[] cases) => string.Concat(cases.Select((c, i) => $$"""
        public static partial class Model{{i}}
        {
            [Loss]
            public static double F(
                [Parameter] ReadOnlySpan<double> w, [Parameter] double b, [Constant] double c, [Constant] ReadOnlySpan<int> idx,
                ReadOnlySpan<double> x, int k, double y, [Example] int e, [Count] int n)
            {
                {{c.Body}}
            }

            {{c.Members}}
        }

        """));

    private static IReadOnlyList<LossSpec> Check(params (string Body, string Members)[] cases) => CaptureAgreement.CheckAll(Losses(cases));

    [Fact]
    public void Recursion() => Check(
        ("return Power(b, 5) + Power(y, 0);", "static double Power(double v, int n) => n == 0 ? 1 : n % 2 == 0 ? Power(v * v, n / 2) : v * Power(v, n - 1);"),
        ("return Even(b, 4);", "static double Even(double v, int n) { if (n == 0) return v; return Odd(v * v, n - 1) + 1; } static double Odd(double v, int n) { if (n == 0) return -v; return Even(v / 2, n - 1); }"),
        ("return Power(b, k);", "[Recursion(MaxDepth = 4)] static double Power(double v, int n) => n == 0 ? 1 : v * Power(v, n - 1);"),
        ("return Tree(w, k) * y;", "[Recursion(MaxDepth = 4)] static double Tree(ReadOnlySpan<double> w, int depth) { if (depth <= 0) return w[0]; double left = Tree(w, depth - 1); if (left > 2) return left; return left * w[1] + Tree(w, depth - 2); }"),
        ("double s = 0; for (int i = 0; i < w.Length; i++) s += Sum(w, k).Item1 * x[i]; return s;", "[Recursion(MaxDepth = 5)] static (double, int) Sum(ReadOnlySpan<double> w, int i) { if (i >= 3) return (0, 0); var (s, n) = Sum(w, i + 1); return (s * w[i] + 1, n + 1); }"),
        ("double Fib(int n, double a, double d) => n == 0 ? a : Fib(n - 1, d, a + d); return Fib(7, b, y);", ""),
        ("Fill(b, k, out double r); return r * r;", "[Recursion(MaxDepth = 4)] static void Fill(double v, int n, out double r) { if (n == 0) { r = v; return; } Fill(v * 0.5 + 1, n - 1, out r); }"));

    /// <summary>A recursion that is a loop in disguise is read as loops: its code does not depend on the depth.</summary>
    [Fact]
    public void Recursion_as_loops()
    {
        (string, string)[] cases =
        [
            ("return Power(b, k);", "[Recursion(MaxDepth = 4)] static double Power(double v, int n) => n == 0 ? 1 : v * Power(v, n - 1);"),
            ("return Chain(w, b, y, k);", "[Recursion(MaxDepth = 4)] static double Chain(ReadOnlySpan<double> w, double u, double v, int n) { if (n <= 0) return u; double s = u * w[n % 2]; double below = Chain(w, v + s, u * 0.5, n - 1); return below > 10 ? below : below * s + v; }"),
            ("double Walk(double u, int n) { if (n <= 0) return b * u; return Math.Sin(u) + Walk(u * b, n - 1) * y; } return Walk(y, k) + Walk(b, k - 1);".Replace("double Walk", "[Recursion(MaxDepth = 4)] double Walk", StringComparison.Ordinal), ""),
            ("double s = 0; for (int i = 0; i < w.Length; i++) if (x[i] > 0) s += Outer(w[i], k); return s;", "[Recursion(MaxDepth = 4)] static double Outer(double v, int n) => n <= 0 ? v : Outer(v * 0.5, n - 1) + Inner(v, n); [Recursion(MaxDepth = 5)] static double Inner(double v, int n) => n <= 0 ? 1 : 0.5 * v + Inner(v * v, n - 1);"),
            ("var p = Point(new Pair(b, y), k); return p.X * p.Y;", "record struct Pair(double X, double Y); [Recursion(MaxDepth = 4)] static Pair Point(Pair p, int n) { if (n <= 0) return p; Pair q = Point(new Pair(p.Y, p.X * 0.5), n - 1); return q with { X = q.X + p.X }; }"),
        ];
        IReadOnlyList<LossSpec> specs = Check(cases);
        IReadOnlyList<LossSpec> deep = CaptureDriver.Losses(Losses([.. cases.Select(c => (Deepen(c.Item1), Deepen(c.Item2)))]));
        for (int i = 0; i < cases.Length; i++)
        {
            Assert.Contains(IrFacts.Walk(specs[i].Function.Body), item => item is Loop { IsExamples: false });
            Assert.Equal(IrFacts.Walk(specs[i].Function.Body).Count(), IrFacts.Walk(deep[i].Function.Body).Count());
        }

        static string Deepen(string code) => code.Replace("MaxDepth = 4", "MaxDepth = 40", StringComparison.Ordinal).Replace("MaxDepth = 5", "MaxDepth = 50", StringComparison.Ordinal);
    }

    /// <summary>Too deep a call makes the loss NaN even if the result of the helper is thrown away or clamped, and only then.</summary>
    [Theory]
    [InlineData("return Power(b, k) > 0 ? b : 2 * b;")]
    [InlineData("double s = b; for (int i = 0; i < w.Length; i++) { if (i == 1) Power(b, k); s += w[i]; } return s;")]
    [InlineData("Func<double, double> f = v => Math.Min(Power(v, k), 3); return f(b) * f(1);")]
    public void Too_deep_a_call_is_not_silent(string body)
    {
        LossSpec spec = CaptureDriver.Loss(Losses((body, "[Recursion(MaxDepth = 3)] static double Power(double v, int n) => n == 0 ? 1 : v * Power(v, n - 1);")));
        foreach (int k in new[] { 0, 2, 3, 9 })
        {
            double[][] arguments = [.. spec.Function.Arguments.Select(a => a.Name switch
            {
                "k" => [k],
                "e" or "n" => [],
                _ => Enumerable.Repeat(0.5, a.IsArray ? 4 : 1).ToArray(),
            })];
            double value = IrInterpreter.Run(spec.Function, new IrInputs(arguments, [.. spec.Function.Extents.Select(_ => 4)], 1)).Value;
            Assert.Equal(k > 2, double.IsNaN(value));
        }
    }

    [Fact]
    public void Derivatives_that_are_given() => Check(
        ("return Phi(b * y) + Phi(b);", "static double Phi(double v) => Sym.NormalCdf(v); [Derivative(of: nameof(Phi))] static double PhiPrime(double v) => Math.Exp(-0.5 * v * v) / Math.Sqrt(2 * Math.PI);"),
        ("return Ex(b) * Ex(y + b);", "static double Ex(double v) => Math.Exp(v); [Derivative(of: nameof(Ex))] static double ExPrime(double v) => Ex(v);"),
        ("return Mix(b, k, w[1]) * Mix(y, 1, b);", "static double Mix(double u, int n, double v) { double s = 0; for (int i = 0; i <= n; i++) s += u * v * v; return s; } [Derivative(of: nameof(Mix))] static (double, double) D(double u, int n, double v) => ((n + 1) * v * v, 2 * (n + 1) * u * v);"),
        ("return Mix(b, w[1]);", "static double Mix(double u, double v) => u * Math.Sin(v); [Derivative(of: nameof(Mix), WithRespectTo = \"v\")] static double DV(double u, double v) => u * Math.Cos(v); [Derivative(of: nameof(Mix), WithRespectTo = \"u\")] static double DU(double u, double v) => Math.Sin(v);"),
        ("return Energy(w, b, x) * y;", "static double Energy(ReadOnlySpan<double> w, double b, ReadOnlySpan<double> x) { double s = 0; for (int i = 0; i < w.Length; i++) s += w[i] * w[i] * b * x[i]; return s; } [Derivative(of: nameof(Energy))] static void Pullback(ReadOnlySpan<double> w, double b, ReadOnlySpan<double> x, double adjoint, Span<double> dw, out double db, Span<double> dx) { db = 0; for (int i = 0; i < w.Length; i++) { dw[i] = 2 * adjoint * w[i] * b * x[i]; db += adjoint * w[i] * w[i] * x[i]; dx[i] = adjoint * w[i] * w[i] * b; } }"),
        ("double[] t = new double[3]; for (int i = 0; i < 3; i++) t[i] = w[i] * b; return Dot(t.AsSpan(1));", "static double Dot(ReadOnlySpan<double> v) { double s = 0; foreach (double u in v) s += u * u; return s; } [Derivative(of: nameof(Dot))] static void Back(ReadOnlySpan<double> v, double adjoint, Span<double> d) { for (int i = 0; i < v.Length; i++) d[i] += 2 * adjoint * v[i]; }"));

    /// <summary>It is the user's derivative that is used, also inside loops and branches, not one of the body.</summary>
    [Fact]
    public void The_given_derivative_is_the_one_that_is_used()
    {
        LossSpec spec = Assert.Single(CaptureDriver.Losses("""
            public static partial class Model
            {
                [Loss]
                public static double F([Parameter] double a, [Parameter] double b)
                {
                    double s = 0;
                    for (int i = 0; i < 3; i++) { if (i > 0) s += Steep(a) * b; }
                    return s;
                }

                static double Steep(double v) => v;

                [Derivative(of: nameof(Steep))]
                static double SteepPrime(double v) => 10;
            }
            """));
        Function gradient = Generator.Pipeline.Optimize.OptimizeStage.Run(Generator.Pipeline.Differentiate.DifferentiateStage.Gradient(spec.Function), fast: false);
        Assert.Equal([60.0, 8.0], IrInterpreter.Run(gradient, new IrInputs([[4], [3]], [])).Gradient);
        Assert.DoesNotContain(IrFacts.Walk(gradient.Body).OfType<Let>(), l => l.Op == Op.Chain);
    }
}
