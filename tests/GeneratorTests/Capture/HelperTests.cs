using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>References, local functions, lambdas, generic helpers and constants: what is captured computes what the method computes.</summary>
public sealed class HelperTests
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

        """)) + """
        public static class Extensions
        {
            public static double Squared(this double v) => v * v;
            public static double Total(this ReadOnlySpan<double> v) { double s = 0; foreach (double t in v) s += t; return s; }
        }

        public interface IKernel { static abstract double At(double r); double Weight { get; } double Eval(double r); }

        public readonly struct Gauss(double width) : IKernel
        {
            public static double At(double r) => Math.Exp(-r * r);
            public double Weight => 2;
            public double Eval(double r) => Math.Exp(-r * r / width);
        }
        """;

    private static void Check(params (string Body, string Members)[] cases) => CaptureAgreement.CheckAll(Losses(cases));

    [Fact]
    public void References() => Check(
        ("double s = b; Twice(ref s, ref s); return s;", "static void Twice(ref double a, ref double c) { a += 1; c *= 2; a += c; }"),
        ("double[] t = [b, y]; Add(ref t[0], t[1]); Add(ref t[k % 2], b); return t[0] * t[1];", "static void Add(ref double a, double v) { if (v > 0) a += v; else a -= 2 * v; }"),
        ("double s = 0; for (int i = 0; i < 4; i++) Add(ref s, w[i]); return s * s;", "static void Add(ref double a, double v) { for (int j = 0; j < 2; j++) a += v * a + 1; }"),
        ("Span<double> t = new double[4]; for (int i = 0; i < 4; i++) { ref double r = ref t[i]; r = w[i]; r *= r; } ref double first = ref t[0]; first += b; return t[0] * t[1] + t[3];", ""),
        ("double p = b, q = y; ref double r = ref q; r += 1; p *= r; q += p; return r * p;", ""),
        ("var t = (a: b, c: y); Scale(ref t.a); Scale(ref t.c); return t.a * t.c;", "static void Scale(ref double v) => v = v * 3 + 1;"),
        ("if (Try(b, out double r) && r > 0) return r; return Try(y, out r) ? r * b : 1;", "static bool Try(double v, out double r) { r = v * v - 0.2; return v > 0; }"),
        ("double[] t = [b, y]; foreach (ref double v in t.AsSpan()) v = v * v + 1; return t[0] * t[1];", ""),
        ("double s = b; return Both(in s, ref s) + s;", "static double Both(in double a, ref double r) { r += 1; return a * r; }"),
        ("Span<double> a = new double[3], d = new double[3]; Fill(a, d, w); return a[1] * d[2];", "static void Fill(Span<double> a, Span<double> d, ReadOnlySpan<double> w) { for (int i = 0; i < a.Length; i++) { a[i] = w[i]; d[i] = a[i] * w[i]; } }"));

    [Fact]
    public void Local_functions_and_lambdas() => Check(
        ("double s = b; void Add(double v) { s += v; if (s > 1) s *= 0.5; } for (int i = 0; i < 3; i++) Add(w[i]); return s;", ""),
        ("double Sq(double v) => v * v + b; return Sq(Sq(y));", ""),
        ("double[] t = new double[3]; void Set(int i, double v) => t[i] = v * b; for (int i = 0; i < 3; i++) { Set(i, w[i]); } return t[0] * t[2];", ""),
        ("double Outer(double v) { double t = v; void Inner() { t += b; t *= t; } Inner(); Inner(); return t; } return Outer(y) + Outer(1);", ""),
        ("Func<double, double> f = v => v * b + Math.Sin(v); return f(f(y));", ""),
        ("Func<double, double> f = Math.Exp, g = Half; return f(b) * g(y);", "static double Half(double v) => v / 2;"),
        ("double scale = b; return Integrate(v => scale * v * v, 0, 1, 4) + Integrate(static v => Math.Cos(v), 0, 2, 3) * b;", "static double Integrate(Func<double, double> f, double a, double b, int n) { double h = (b - a) / n, s = 0; for (int i = 0; i < n; i++) { double m = a + (i + 0.5) * h; s += f(m) * h; } return s; }"),
        ("double[,] o = { { b, 1 }, { y, b } }; Func<double, double> f = v => { double[] t = new double[3]; for (int i = 0; i < 3; i++) t[i] = v * w1(i) * o[1, o.GetLength(1) - 1]; var m = new Matrix<double>(t, 1, 3); m[0, 1] += b; m.Row(0)[2] *= 2; (double p, double q) = (t[0], o[0, 0]); return TensorPrimitives.Sum<double>(t) + p * q; double w1(int i) { double[] r = new double[2]; put(r, 1); return r[1]; void put(Span<double> into, int at) => into[at] = i + b; } }; double s = 0; for (int i = 0; i < 3; i++) s += f(s + i); return s;", ""),
        ("Func<double, double> f = v => { if (v < 0) return 0; double t = 1; for (int i = 0; i < 3; i++) t *= v; return t; }; return f(b) + f(y);", ""));

    [Fact]
    public void Generic_helpers_and_interfaces() => Check(
        ("return Norm(w) + Logistic(b) + (double)Logistic((float)y) + Power(b, 3);", "static T Norm<T>(ReadOnlySpan<T> v) where T : IFloatingPointIeee754<T> { T s = T.Zero; foreach (T t in v) s += t * t; return T.Sqrt(s + T.CreateChecked(2)); } static T Logistic<T>(T v) where T : IFloatingPointIeee754<T> => T.One / (T.One + T.Exp(-v)); static T Power<T>(T v, int n) where T : INumber<T> { T p = T.One; for (int i = 0; i < n; i++) p *= v; return p; }"),
        ("return Sum<Gauss>(w) * new Gauss(2).Weight + Use(new Gauss(3), b);", "static double Sum<TKernel>(ReadOnlySpan<double> v) where TKernel : IKernel { double s = 0; foreach (double t in v) s += TKernel.At(t); return s; } static double Use<TKernel>(TKernel kernel, double v) where TKernel : IKernel => kernel.Eval(v) * kernel.Weight;"),
        ("return b.Squared() + w.Total() * y.Squared();", ""),
        ("return First<(double, double)>((b, y)).Item2 + Swap((b, k)).Item2;", "static T First<T>(T v) => v; static (TB, TA) Swap<TA, TB>((TA A, TB B) p) => (p.B, p.A);"));

    [Fact]
    public void Arguments_and_constants() => Check(
        ("return G(y: b, x: 2) + G(b) + G(1, z: b);", "static double G(double x, double y = 0.5, double z = Two) => x * y + z * x; const double Two = 2;"),
        ("return Sum(b, y, 1) + Sum() + All(b, 2);", "static double Sum(params ReadOnlySpan<double> v) { double s = 1; for (int i = 0; i < v.Length; i++) s = s * 2 + v[i]; return s; } static double All(params double[] v) { double s = 1; foreach (double t in v) s *= t; return s; }"),
        ("return b * LogTwoPi + Offset.X + Gain + N.Deep;", "static readonly double LogTwoPi = Math.Log(2 * Math.PI); static readonly (double X, double Y) Offset = (LogTwoPi / 2, 3); static double Gain { get; } = Math.Sqrt(3); static class N { public static readonly double Deep = LogTwoPi * Gain; }"),
        ("return Weights[1] * b + Weights[k % 3];", "static ReadOnlySpan<double> Weights => [0.5, 1.5, 2.5];"),
        ("return checked(k + 1) * b;", ""));
}
