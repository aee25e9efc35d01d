using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.EndToEnd;

/// <summary>Where other systems for automatic differentiation are known to give NaN or a wrong derivative: the emitted code, run.</summary>
public sealed class KnownFailureTests
{
    private const string Source = """
        public static partial class Known
        {
            [Loss] public static double UntakenRoot([Parameter] double x) => x > 0 ? Math.Sqrt(x) : 0;

            [Loss] public static double UntakenNested([Parameter] double x) => x > 0 ? x > 1 ? Math.Log(x - 1) : Math.Sqrt(x) : -x;

            [Loss] public static double UntakenInLoop([Parameter] ReadOnlySpan<double> w)
            {
                double s = 0;
                for (int i = 0; i < w.Length; i++)
                {
                    double r = w[i];
                    if (w[i] > 0) r = Math.Sqrt(w[i]) / w[i];
                    s += r * r;
                }

                return s;
            }

            [Loss] public static double UntakenPerExample([Parameter] double a, double x)
            {
                double v = a * x;
                return v > 0 ? Math.Sqrt(v) : 0;
            }

            [Loss] public static double NormAtZero([Parameter] ReadOnlySpan<double> w) => Sym.Norm(w) + TensorPrimitives.Norm(w);

            [Loss] public static double DistanceAtZero([Parameter] ReadOnlySpan<double> w, [Constant] ReadOnlySpan<double> c) => TensorPrimitives.Distance(w, c);

            [Loss] public static double DivisionInLoop([Parameter] ReadOnlySpan<double> w)
            {
                double q = 1;
                foreach (double e in w) q /= e;
                return q;
            }

            [Loss] public static double BreakInTheMiddle([Parameter] ReadOnlySpan<double> w)
            {
                double s = 1;
                for (int i = 0; i < w.Length; i++)
                {
                    s *= w[i];
                    if (s > 5) break;
                    s += w[i] * w[i];
                }

                return s * s;
            }

            [Loss] public static double UnusedInvalid([Parameter] double x, [Parameter] double y)
            {
                double bad = Math.Log(x) / Math.Sqrt(x);
                double[] both = [bad * y, y * y];
                return Math.Max(both[1], 1) + 3 * y;
            }

            [Loss] public static double SelectedInvalid([Parameter] double x)
            {
                double root = Math.Sqrt(x), inverse = 1 / x;
                double chosen = x > 0 ? root + inverse : x;
                return chosen * 2;
            }

            [Loss] public static double OverwrittenAfterUse([Parameter] double x)
            {
                double t = x * x;
                double u = Math.Sin(t);
                t = Math.Exp(u);
                u = t * x;
                t = 1;
                return u * t;
            }

            [Loss] public static double ElementOverwrittenAfterUse([Parameter] ReadOnlySpan<double> w)
            {
                Span<double> h = stackalloc double[w.Length];
                w.CopyTo(h);
                double s = 0;
                for (int i = 0; i < h.Length; i++)
                {
                    s += h[i] * h[i] * h[i];
                    h[i] = 7;
                    s += h[i] * w[i];
                }

                return s;
            }

            [Loss] public static double SliceAliasesSpan([Parameter] ReadOnlySpan<double> w)
            {
                Span<double> h = stackalloc double[w.Length];
                w.CopyTo(h);
                Span<double> part = h.Slice(1);
                part[0] *= h[0];
                h[1] *= part[0];
                part[1] += h[1];
                return h[0] + h[1] + h[2];
            }

            [Loss] public static double NoIterations([Parameter] double x, [Constant] int n)
            {
                double s = x * x;
                for (int i = 0; i < n; i++) s = Math.Sqrt(s - 100) / s;
                while (s < -1) s = 1 / (s + 2);
                return s;
            }

            [Loss] public static double MaxOverTies([Parameter] ReadOnlySpan<double> w) => TensorPrimitives.Max(w);

            [Loss] public static double MaxByLoop([Parameter] ReadOnlySpan<double> w)
            {
                double m = w[0];
                for (int i = 1; i < w.Length; i++) m = Math.Max(m, w[i]);
                return m;
            }

            [Loss] public static double SquareOfNegative([Parameter] double x) => Math.Pow(x, 2) + Math.Pow(x, 3);

            [Loss] public static double SquareByVariable([Parameter] double x, [Constant] double p) => Math.Pow(x, p);

            [Loss] public static double PowerOfZero([Parameter] double x, [Parameter] double y) => Math.Pow(x, y);

            [Loss] public static double AbsAtZero([Parameter] double x) => Math.Abs(x) + 2 * x;

            [Loss] public static double SquareRootOfSquare([Parameter] double x) => Sym.Norm([x, 0.0]);

            [Loss] public static double WhileOverInvalid([Parameter] double x)
            {
                double s = x;
                int k = 0;
                while (true)
                {
                    if (k++ > 3) break;
                    double t = s > 0 ? Math.Log(s) : 0;
                    s = s > 0 ? s * 0.5 + 0 * k : s - 1;
                    if (t < -100) return t;
                }

                return s;
            }
        }
        """;

    private static readonly Lazy<Type> s_losses = new(() =>
    {
        CSharpCompilation compilation = CompilationFactory.Create(Source);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out var diagnostics);
        Assert.DoesNotContain(diagnostics, d => d.Severity == DiagnosticSeverity.Error);
        return CompilationFactory.Load((CSharpCompilation)generated).GetType("Known")!;
    });

    [Fact]
    public void UntakenRoot() => Check("UntakenRoot", [], ([0], 0, [0]), ([-2], 0, [0]), ([4], 2, [0.25]));

    [Fact]
    public void UntakenNested() => Check("UntakenNested", [], ([0], 0, [-1]), ([-2], 2, [-1]), ([0.25], 0.5, [1]), ([1], 1, [0.5]), ([2], 0, [1]));

    [Fact]
    public void UntakenInLoop() => Check("UntakenInLoop", [3], ([0, 4, -1], 0.25 + 1, [0, -1 / 16.0, -2]));

    [Fact]
    public void UntakenPerExample()
    {
        var objective = (ExampleObjective<double>)Create("UntakenPerExample", new ReadOnlyMemory<double>([-1, 0, 4, -3, 1, 0, 0, 0, 9, -2]));
        var gradient = new double[1];
        Assert.Equal((4 + 2 + 6) / 10.0, objective.Gradient([4], gradient), 1e-15);
        Assert.Equal((2 + 1 + 3) / (2 * Math.Sqrt(4)) / 10, gradient[0], 1e-15);
        Assert.Equal(0, objective.Gradient([0], gradient));
        Assert.Equal(0, gradient[0]);
    }

    [Fact]
    public void NormAtZero() => Check("NormAtZero", [3], ([0, 0, 0], 0, [0, 0, 0]), ([3, 0, 4], 10, [1.2, 0, 1.6]));

    [Fact]
    public void DistanceAtZero() => Check("DistanceAtZero", [new ReadOnlyMemory<double>([1, 2])], ([1, 2], 0, [0, 0]), ([4, 6], 5, [0.6, 0.8]));

    [Fact]
    public void DivisionInLoop() => Check("DivisionInLoop", [3], ([2, 4, 0.5], 0.25, [-0.125, -0.0625, -0.5]), ([1e-3, 1, 1], 1e3, [-1e6, -1e3, -1e3]));

    [Fact]
    public void BreakInTheMiddle() => Check(
        "BreakInTheMiddle", [4],

        // 1·1 + 1 = 2, 2·2 + 4 = 8: stops at 2·3 = 6 > 5 where w₁ = 3.
        ([1, 3, 9, 9], 36, [108, 24, 0, 0]),
        ([0.5, 0.5, 0.5, 0.5], Square(Chain(0.5, 0.5, 0.5, 0.5)), ByDifferences(w => Square(Chain(w)), [0.5, 0.5, 0.5, 0.5])));

    [Fact]
    public void UnusedInvalid() => Check("UnusedInvalid", [], ([0, 2], 10, [0, 7]), ([-1, 0.5], 2.5, [0, 3]));

    [Fact]
    public void SelectedInvalid() => Check("SelectedInvalid", [], ([-1], -2, [2]), ([0], 0, [2]), ([4], 4.5, [2 * (0.25 - (1 / 16.0))]));

    [Fact]
    public void OverwrittenAfterUse()
    {
        const double X = 0.7;
        double e = Math.Exp(Math.Sin(X * X));
        Check("OverwrittenAfterUse", [], ([X], e * X, [e + (X * e * Math.Cos(X * X) * 2 * X)]));
    }

    [Fact]
    public void ElementOverwrittenAfterUse() => Check("ElementOverwrittenAfterUse", [2], ([2, -1], 8 - 1 + 7, [19, 10]));

    [Fact]
    public void SliceAliasesSpan() => Check("SliceAliasesSpan", [3], ([2, 3, 5], 2 + 36 + 41, [1 + 72, 2 * 4 * 2 * 3, 1]));

    [Fact]
    public void NoIterations() => Check("NoIterations", [0], ([3], 9, [6]), ([0], 0, [0]));

    [Fact]
    public void MaxOverTies()
    {
        Check("MaxOverTies", [3], ([1, 5, 5], 5, [0, 1, 0]), ([5, 5, 5], 5, [1, 0, 0]));
        Check("MaxByLoop", [3], ([1, 5, 5], 5, [0, 1, 0]), ([5, 5, 5], 5, [1, 0, 0]));
    }

    [Fact]
    public void PowerOfNegative()
    {
        Check("SquareOfNegative", [], ([-3], 9 - 27, [-6 + 27]), ([0], 0, [0]));
        Check("SquareByVariable", [2.0], ([-3], 9, [-6]), ([0], 0, [0]));
    }

    [Fact]
    public void PowerOfZero() => Check("PowerOfZero", [], ([0, 2], 0, [0, 0]), ([0, 3.5], 0, [0, 0]), ([2, 3], 8, [12, 8 * Math.Log(2)]), ([0, 1], 0, [1, 0]));

    [Fact]
    public void AbsAtZero() => Check("AbsAtZero", [], ([0], 0, [2]), ([-0.0], 0, [2]), ([-3], -3, [1]), ([3], 9, [3]));

    [Fact]
    public void NormOfOneNumber() => Check("SquareRootOfSquare", [], ([0], 0, [0]), ([-3], 3, [-1]));

    [Fact]
    public void WhileOverInvalid() => Check("WhileOverInvalid", [], ([16], 1, [1 / 16.0]), ([-1], -5, [1]), ([0], -4, [1]));

    private static double Chain(params double[] w)
    {
        double s = 1;
        foreach (double e in w) s = (s * e) + (e * e);
        return s;
    }

    private static double Square(double x) => x * x;

    private static double[] ByDifferences(Func<double[], double> f, double[] at) => at.Select((_, k) =>
    {
        double[] up = [.. at], down = [.. at];
        up[k] += 1e-6;
        down[k] -= 1e-6;
        return (f(up) - f(down)) / 2e-6;
    }).ToArray();

    private static object Create(string method, params object[] arguments) => Activator.CreateInstance(s_losses.Value.GetNestedType(method + "Objective")!, arguments)!;

    private static void Check(string method, object[] arguments, params (double[] At, double Value, double[] Gradient)[] points)
    {
        var objective = (HostObjective<double>)Create(method, arguments);
        foreach ((double[] at, double value, double[] expected) in points)
        {
            var gradient = new double[at.Length];
            Assert.Equal(value, objective.Value(at), 1e-12);
            Assert.Equal(value, objective.Gradient(at, gradient), 1e-12);
            for (int k = 0; k < at.Length; k++) Assert.True(Math.Abs(gradient[k] - expected[k]) <= 1e-9 * (1 + Math.Abs(expected[k])), $"{method} at ({string.Join(", ", at)}): gradient[{k}] is {gradient[k]} instead of {expected[k]}");
        }
    }
}
