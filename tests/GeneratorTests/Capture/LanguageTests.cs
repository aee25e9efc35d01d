using System.Reflection;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Every supported construct of a body: the captured IR computes what the method computes.</summary>
public sealed class LanguageTests
{
    private static string Loss(string body, string members = "") => Losses((body, members));

    /// <summary>One compilation for many bodies: compiling is what takes time.</summary>
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

    private static void Check(params (string Body, string Members)[] cases) => CaptureAgreement.CheckAll(Losses(cases));

    [Fact]
    public void Arithmetic_and_loops() => Check(
        ("return b * y + w[k] * x[k + 1] - c / (1 + b * b);", ""),
        ("double s = 0; s += b; s -= y; s *= 3; s /= 2; s %= 0.7; s++; ++s; s--; return s;", ""),
        ("double s = b, t = s = y; return -s + +t;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) s += w[i] * x[i]; return s;", ""),
        ("double s = 0; for (int i = w.Length - 1; i >= 0; i--) s = s * b + w[i]; return s;", ""),
        ("double s = 0; for (int i = w.Length; i > 0; --i) s = s * b + w[i - 1]; return s;", ""),
        ("double s = 0; for (int i = 1; i <= 5; i += 2) s += i * w[i]; return s;", ""),
        ("double s = 0; for (int i = 5; i > 0; i -= 2) s = s * b + w[i]; return s;", ""),
        ("double s = 0; for (int i = 0; w.Length > i + 1; i = i + 1) s += w[i] * w[i + 1]; return s;", ""),
        ("double s = 0; for (int i = 0; 2 + i - 1 < w.Length; i = 1 + i) s += w[i]; return s;", ""),
        ("double s = 0; for (int i = 0; i != w.Length; i++) s += w[i]; return s;", ""),
        ("double s = 0; int i; for (i = 0; i < 4; i++) s += w[i]; return s + i;", ""),
        ("double s = 0; int i = 7; for (; i < 4; i += 3) s += w[i]; return s + i;", ""),
        ("double s = 0; int i = 0; while (i < w.Length) { s += w[i]; i++; s += i * b; } return s + i;", ""),
        ("double s = 0; int i = 5; while (i >= 2) { i -= 2; s += w[i]; } return s + i;", ""),
        ("double s = 0; for (int i = 0, j = 5; i < w.Length; i++, j--) s += w[i] * x[j]; return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) for (int j = i; j < x.Length; j++) s += w[i] * x[j]; return s;", ""),
        ("double s = 0; int o = 0; for (int i = 0; i < 3; i++) for (int j = 0; j < i; j++) s += w[o++] * x[j]; return s + o;", ""),
        ("double s = 0; foreach (double v in w) s += v * v; foreach (int i in idx) s += w[i]; return s;", ""),
        ("double s = 0; for (int i = 0; i < idx.Length; i++) s += w[idx[i]] * x[i]; return s;", ""),
        ("return e * b + n * c + (double)e / n + e / 2 + e % 3 + (e - 7) / 2;", ""),
        ("return (int)(b * 5) + (float)c + (double)(float)y + k;", ""));

    [Fact]
    public void Branches_and_jumps() => Check(
        ("if (b > 0) return b; return -2 * b;", ""),
        ("if (b > 0) return b; else return y;", ""),
        ("if (y < 0) { return b; } else if (y < 0.5) { double t = b * y; return t * t; } c = 3; return b * c;", ""),
        ("double s = b; if (y > 0) s = b * y; else { s += 1; s *= s; } return s;", ""),
        ("double s; if (y > 0) s = b; else s = c; return s;", ""),
        ("double s = 0; if (y > 0) { if (c > 0) return b; s = 1; } return s + c;", ""),
        ("double s; if (y > 0) { if (c > 0) return b; s = 1; } else { s = 2; if (b > 0) return 3; s *= y; } s += c; return s;", ""),
        ("return y > 0 ? b * y : y < -0.5 ? Math.Exp(b) : c;", ""),
        ("return k switch { 0 => b, 1 or 2 => b * y, > 2 and < 10 => w[0], _ => c };", ""),
        ("return y switch { < -0.5 => b, < 0 => c, var v when v > b => v * b, not < 0.5 => 1, _ => 0 };", ""),
        ("double s = 1; switch (k) { case 0: s = b; break; case 1: case 2: if (y > 0) break; s = y; break; default: return c; } return s * s;", ""),
        ("switch (k) { case 0: return b; case > 1: return y; default: break; } return c;", ""),
        ("bool p = y > 0 && b > 0 || !(c <= 0.1); return (p ? 1 : 0) + (k == 1 ? b : 0) + (k != 2 ? c : 0) + (p & y < 1 | false ? 1 : 2) + (p ^ true ? 1 : 3);", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { if (i > 0 && w[i - 1] > 0 || w[i] < -1) s += w[i]; } return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { if (w[i] < 0) continue; s += w[i]; } return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { if (w[i] < 0) { s += 1; if (x[i] < 0) continue; s += 2; } s += w[i]; } return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { if (s > 1) break; s += w[i] * w[i]; } return s;", ""),
        ("double s = 0; int i; for (i = 0; i < w.Length; i++) { if (s > 1) break; s += w[i] * w[i]; } return s + i;", ""),
        ("double s = 0; int i = 0; while (i < w.Length) { s += w[i] * w[i]; i += 2; if (s > 1) break; } return s + i;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { s += w[i] * w[i]; if (s > 1) return s * b; } return s;", ""),
        ("double s = 0; for (int i = 0; i < 4; i++) { for (int j = 0; j < 3; j++) { if (w[j] * i > 0.5) break; if (x[j] > 1.2) return b; s += x[j]; } s += i; } return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { double t; if (w[i] > 0) { t = w[i]; } else { continue; } s += t; } return s;", ""),
        ("double s = 0; for (int i = 0; i < w.Length && s < 0.5; i++) s += w[i] * w[i]; return s;", ""),
        ("double s = 0; int i = 1; while (s < 0.5 && w.Length > i && x[i] < 1.2) { s += w[i] * w[i]; i++; } return s + i;", ""),
        ("double s = 0; int i = 0; do { s += w[i]; i += 2; } while (i < w.Length); return s + i;", ""),
        ("double s = 0; int i = 5; do { s += w[i]; i--; } while (i > 7); return s + i;", ""),
        ("double s = b * b + 1; int m = 0; while (s > 1e-3) { s *= 0.5; m++; } return s * w[1] + m;", ""),
        ("int m = 4; double s = 0; for (int i = 0; i < m; i++) { s += w[i]; if (w[i] > 0) m--; } return s;", ""),
        ("double s = 0; for (int i = 1; i < 100; i *= 2) { s = s * b + i; } return s;", ""),
        ("double s = 0; do { s += Math.Abs(b) + 0.5; } while (s < 5); return s;", ""),
        ("double s = 0, t; do { t = s + Math.Abs(b) + 1; s = t; } while (t < 5); return t;", ""),
        ("double s = 1; while (true) { s *= 1.5; if (s > 7 + b * b) break; if (s > 6) return s * b; } return s + b;", ""),
        ("double s = 1; for (;;) { s *= 1.5; if (s > 7 + b * b) return s; }", ""),
        ("double s = 0; int i = 0; while (i < w.Length && w[i] < 1) { if (w[i] < 0) { i++; continue; } s += w[i]; i++; } return s + i;", ""),
        ("double s = 0; int i = 0; while (i++ < 4) { if (w[i - 1] < 0) continue; s += w[i - 1] * i; } return s;", ""),
        ("double s = 0; int i = 4; while (--i >= 0) s = s * b + w[i]; return s + i;", ""),
        ("Span<double> t = stackalloc double[2]; t[0] = b * b + 3; int m = 0; while (t[0] > 0.1) { t[0] /= 2; t[1] += t[0]; m++; } return t[0] + t[1] * m;", ""),
        ("double s = 0; for (int i = 0; i < 3; i++) { double t = w[i] * w[i] + 1; while (t > 0.3) { t *= 0.6; s += t; if (s > 5) return s; } } return s;", ""),
        ("double s = 0; bool done = false; do { s += 1 + b * b; done = s > 4; } while (!done); return s;", ""),
        ("double s = 2, old; do { old = s; s = 0.5 * (s + (1 + b * b) / s); } while (Math.Abs(s - old) > 1e-9); return s;", ""),
        ("double s = 0; int i = k; do { s += w[i]; i++; } while (i < 2); return s + i;", ""),
        ("double s = 0; for (int i = 0; i < w.Length; i++) { switch (i % 3) { case 0: continue; case 1: if (w[i] < 0) break; s += 1; break; default: if (s > 2) return s * b; break; } s += w[i]; } return s;", ""),
        ("double s = 0; foreach (double v in w) { if (v < -1) continue; if (v > 1) break; s += v; } return s;", ""),
        ("double s = 0; foreach (double v in w) if (v > 0.5) return v * b; else s += v; return s;", ""),
        ("const bool on = true; if (on) return b; else return c;", ""),
        ("{ double t = b; { t += 1; } c = t; } return c;", ""));

    [Fact]
    public void Arrays_and_spans() => Check(
        ("Span<double> h = stackalloc double[w.Length]; for (int i = 0; i < h.Length; i++) h[i] = w[i] * x[i]; double s = 0; foreach (double v in h) s += v * v; return s;", ""),
        ("double[] h = new double[w.Length + 1]; h[0] = b; for (int i = 0; i < w.Length; i++) h[i + 1] = h[i] * w[i] + x[i]; return h[w.Length];", ""),
        ("double[] h = [b, c, y]; h[1] += h[0]++; h[2] *= 2; return h[0] + h[1] + h[2];", ""),
        ("Span<double> h = [b, c, y]; return h[k % 3];", ""),
        ("Span<double> h = stackalloc double[] { b, 2, y }; return h[k % 3];", ""),
        ("Span<double> h = stackalloc[] { b, 2, y }; return h[k % 3];", ""),
        ("ReadOnlySpan<double> h = new double[] { b, 2, y }; return h[^1] * h[^2];", ""),
        ("ReadOnlySpan<double> t = w.Slice(1); var u = w.Slice(2, 3); var v = x[1..4]; var z = x[2..]; return t[0] * u[2] + v[v.Length - 1] + z[^1] + w[..^2][^1] + t.Length;", ""),
        ("ReadOnlySpan<double> t = w; for (int i = 0; i < 3; i++) t = t.Slice(1); return t[0] * t.Length;", ""),
        ("ReadOnlySpan<double> t = w; if (y > 0) t = t[2..]; return t[0] * t.Length;", ""),
        ("int[] order = [2, 0, 1]; double s = 0; for (int i = 0; i < order.Length; i++) s = s * b + w[order[i]]; return s;", ""),
        ("Span<double> a = stackalloc double[4]; for (int i = 0; i < 3; i++) for (int j = 0; j < 4; j++) a[j] += w[i] * x[j]; a[1..3].Clear(); a.Slice(0, 1).Fill(b); return a[0] + a[1] * 7 + a[3];", ""),
        ("var a = w.ToArray(); a.AsSpan(1)[0] = 5; Span<double> d = new double[8]; a.AsSpan(0, 3).CopyTo(d); return a[1] * d[1] + d[2] + a[5];", ""),
        ("double s = 0; for (int i = 0; i < 3; i++) { double[] t = new double[2]; t[0] += w[i]; t[1] = t[0] * t[0]; s += t[1]; } return s;", ""),
        ("double[] t = new double[3]; for (int i = 0; i < 3; i++) { Span<double> u = t; u[i] = w[i]; t[0] += t[i]; } return t[0] * t[1] + t[2];", ""),
        ("(double p, double q) = (b, y); (p, q) = (q, p); var (s, t) = Math.SinCos(b); return p - 2 * q + s * t;", ""),
        ("double[] t = [b, y]; (t[0], t[1]) = (t[1], t[0]); return t[0] - 2 * t[1];", ""));

    [Fact]
    public void Math_members() => Check(
        ("return Math.Abs(b) + Math.Sin(b) + Math.Cos(b) + Math.Tan(b) + Math.Atan(b) + Math.Sinh(b) + Math.Cosh(b) + Math.Tanh(b) + Math.Asinh(b) + Math.Exp(b) + Math.Cbrt(b);", ""),
        ("double a = Math.Abs(b) + 0.1; return Math.Log(a) + Math.Log2(a) + Math.Log10(a) + Math.Sqrt(a) + Math.Pow(a, y) + Math.Log(a, 3) + Math.Acosh(a + 1);", ""),
        ("double a = 0.9 * Math.Tanh(b); return Math.Asin(a) + Math.Acos(a) + Math.Atanh(a) + Math.Atan2(a, y);", ""),
        ("return Math.Max(b, y) + Math.Min(b, 0) + Math.Clamp(b, -0.5, 0.5) + Math.Sign(y) + Math.Floor(b) + Math.Ceiling(b) + Math.Round(b) + Math.Truncate(b);", ""),
        ("return Math.FusedMultiplyAdd(b, y, c) + Math.ScaleB(b, 3) + Math.CopySign(b, y) + Math.Max(k, 2) + Math.Abs(k - 2) + Math.Min(e, 1);", ""),
        ("return double.Exp(b) + double.Lerp(b, y, 0.25) + double.Hypot(b, y) + double.RootN(b, 3) + double.Pi + Math.E + double.ExpM1(b) + double.LogP1(b * b) + double.Exp2(b) + double.Exp10(b) + double.DegreesToRadians(b);", ""),
        ("return (double.IsNaN(b) ? 1 : 2) + (double.IsFinite(y) ? 4 : 8) + (double.IsPositiveInfinity(c) ? 16 : 32);", ""),
        ("return MathF.Exp((float)b) * MathF.Sqrt(2f);", ""));

    [Fact]
    public void TensorPrimitives_members() => Check(
        ("return TensorPrimitives.Dot(w, x) + TensorPrimitives.Sum(w) + TensorPrimitives.SumOfSquares(x) + TensorPrimitives.SumOfMagnitudes(w);", ""),
        ("return TensorPrimitives.Norm(w) + TensorPrimitives.Distance(w, x) + TensorPrimitives.CosineSimilarity(w, x) + TensorPrimitives.Product(x);", ""),
        ("return TensorPrimitives.Max(w) - TensorPrimitives.Min(x) + TensorPrimitives.Average(w);", ""),
        ("Span<double> t = stackalloc double[w.Length]; TensorPrimitives.Multiply(w, x, t); TensorPrimitives.Add(t, 2, t); TensorPrimitives.Exp(t, t); TensorPrimitives.MultiplyAdd(t, b, x, t); TensorPrimitives.Negate<double>(t, t); return TensorPrimitives.Dot<double>(w, t);", ""),
        ("Span<double> t = new double[w.Length]; TensorPrimitives.SoftMax(w, t); TensorPrimitives.Tanh(t, t); TensorPrimitives.Subtract(t, x, t); TensorPrimitives.Sigmoid(t, t); return TensorPrimitives.Sum<double>(t) + TensorPrimitives.Dot<double>(t, x);", ""),
        ("Span<double> t = new double[w.Length]; TensorPrimitives.Max(w, x, t); TensorPrimitives.Divide(t, 3, t); TensorPrimitives.Abs(t, t); TensorPrimitives.Sqrt(t, t); TensorPrimitives.Pow(t, 3, t); TensorPrimitives.FusedMultiplyAdd(t, x, w, t); TensorPrimitives.Lerp(t, x, 0.3, t); return TensorPrimitives.Dot<double>(t, x);", ""));

    [Fact]
    public void Helper_methods() => Check(
        ("return Predict(w, b, x) - y;", "static double Predict(ReadOnlySpan<double> w, double b, ReadOnlySpan<double> x) { double s = b; for (int i = 0; i < w.Length; i++) s += w[i] * x[i]; return s; }"),
        ("return Sq(Sq(b) + Sq(y));", "static double Sq(double v) => v * v;"),
        ("Span<double> t = stackalloc double[3]; Fill(w, t); double s = 0; for (int i = 0; i < 2; i++) { Fill(x.Slice(i), t); s += t[1]; } return s + t[0];", "static void Fill(ReadOnlySpan<double> a, Span<double> r) { for (int i = 0; i < r.Length; i++) { if (a[i] < 0) continue; r[i] += a[i] * 2; } }"),
        ("double s = b; Step(ref s, y); Half(s, out double h, out _); return s + h + Ref(in b);", "static void Step(ref double s, double v) { if (v < 0) return; s += v; s *= 2; } static void Half(double v, out double h, out int z) { h = v / 2; z = 1; } static double Ref(in double v) => v + 1;"),
        ("return Clip(b, high: 1) + Clip(y, 0.25);", "static double Clip(double v, double low = -0.5, double high = 0.75) => v < low ? low : v > high ? high : v;"),
        ("return Sq(b) + Scale * Offset + Half + N.Three;", "const double Scale = 2.5; static readonly double Offset = Scale * 2; static double Half => Scale / 2; static class N { public const int Three = 3; } static double Sq(double v) { if (v < 0) return 0; for (int i = 0; i < 3; i++) { if (v > i) return v * i; } return v; }"),
        ("return Tail(w)[1] + Gen.Twice(b) + Gen.Twice(k);", "static ReadOnlySpan<double> Tail(ReadOnlySpan<double> a) => a.Slice(2); static class Gen { public static T Twice<T>(T v) where T : System.Numerics.INumber<T> => v + v * T.One; }"),
        ("double s = 0; for (int i = 0; i < 3; i++) s += Pick(i); return s * b + Local(y); static double Local(double v) => v * v; static double Pick(int i) { switch (i) { case 0: return 2; case 1: return 5; } return 7; }", ""),
        ("return Outer(b);", "static double Outer(double v) { double s = 0; for (int i = 0; i < 3; i++) s += Inner(v, i); return s; } static double Inner(double v, int i) { double s = 1; for (int j = 0; j < i; j++) s *= v; return s; }"));

    /// <summary>Every member of <c>Sym</c> is known, and its expansion computes what the member computes.</summary>
    [Fact]
    public void Sym_members()
    {
        (string, string)[] cases = [.. typeof(Sym).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(m => m.GetParameters().All(p => p.ParameterType != typeof(float) && p.ParameterType != typeof(ReadOnlySpan<float>)))
            .Select(m => (Call(m.Name, m.GetParameters()), ""))];
        Assert.True(cases.Length > 25);
        Check(cases);

        static string Call(string name, ParameterInfo[] parameters) => (name, parameters.Length) switch
        {
            ("SoftMax", 2) => "Span<double> t = stackalloc double[w.Length]; Sym.SoftMax(w, t); return t[k] * b;",
            ("Detach", 1) => "return Sym.Detach(b) * b;",
            ("Log1mExp", 1) => "return Sym.Log1mExp(-0.1 - b * b);",
            ("Polygamma", 2) => "return Sym.Polygamma(2, 0.5 + 0.4 * Math.Tanh(b)) + Sym.Polygamma(1, 1.5 + b * b);",
            ("Trigamma" or "Digamma" or "LogGamma" or "Logit" or "Log1p", 1) => $"return Sym.{name}(0.5 + 0.4 * Math.Tanh(b));",
            ("XLogY", 2) => "return Sym.XLogY(b, 0.1 + y * y);",
            ("Huber" or "LeakyRelu", 2) => $"return Sym.{name}(b * y, 0.3);",
            _ when parameters[0].ParameterType == typeof(ReadOnlySpan<double>) => $"return Sym.{name}(w) * b;",
            (_, 2) => $"return Sym.{name}(b, y);",
            _ => $"return Sym.{name}(b * y);",
        };
    }

    [Fact]
    public void Single_precision() => CaptureAgreement.Check("""
        namespace Deep.Er
        {
            public static partial class Outer
            {
                internal partial struct Inner
                {
                    [Loss(Reduction = Reduction.Sum)]
                    public static float F([Parameter, Shape("d")] ReadOnlySpan<float> w, [Parameter, Shape("d")] ReadOnlySpan<float> v, float y)
                    {
                        float s = 0.1f;
                        for (int i = 0; i < w.Length; i++) s += 2 * w[i] * MathF.Tanh(v[i]);
                        double t = s;
                        t += 0.5;
                        s += (float)t;
                        return s - y;
                    }
                }
            }
        }
        """);

    [Fact]
    public void Five_thousand_statements()
    {
        string body = string.Join("\n", Enumerable.Range(0, 5000).Select(i => $"s = s * 0.5 + w[{i % 6}];"));
        CaptureAgreement.Check(Loss("double s = b;\n" + body + "return s;"));
    }

    [Fact]
    public void A_sum_of_two_thousand_terms() =>
        CaptureAgreement.Check(Loss("return " + string.Join(" + ", Enumerable.Repeat("b * y", 2000)) + ";"));

    [Fact]
    public void Division_by_constant_zero()
    {
        var spec = CaptureDriver.Loss(Loss("return b / 0.0;"));
        Assert.Contains(Generator.Ir.Op.Div, Generator.Ir.IrFacts.Walk(spec.Function.Body).OfType<Generator.Ir.Let>().Select(l => l.Op));
    }
}
