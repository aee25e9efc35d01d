using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>
/// What Capture refuses: each has its diagnostic at the offending piece of source, which <c>⟦…⟧</c> marks, and nothing throws.
/// </summary>
public sealed class RefusalTests
{
    private static string Class(string members) => "public static partial class Model\n{\n" + members + "\n}\n";

    private static string Body(string body, string members = "") =>
        Class("[Loss] public static double F([Parameter] ReadOnlySpan<double> w, [Parameter] double b, [Constant] double c, ReadOnlySpan<double> x, int k)\n{\n"
            + body + "\n}\n" + members);

    public static TheoryData<string, string> Signatures => new()
    {
        { "SGD1001", "public partial class Model { [Loss] public double ⟦F⟧([Parameter] double a) => a; }" },
        { "SGD1002", "public static class ⟦Model⟧ { [Loss] public static double F([Parameter] double a) => a; }" },
        { "SGD1002", "public static class ⟦Outer⟧ { public static partial class Model { [Loss] public static double F([Parameter] double a) => a; } }" },
        { "SGD1003", Class("[Loss] public static double ⟦F⟧<T>([Parameter] double a) => a;") },
        { "SGD1003", "public static partial class ⟦Model⟧<T> { [Loss] public static double F([Parameter] double a) => a; }" },
        { "SGD1004", Class("[Loss] public static double ⟦F⟧([Parameter] double a);") },
        { "SGD1004", Class("[Loss] public static extern double ⟦F⟧([Parameter] double a);") },
        { "SGD1005", Class("[Loss] public static double ⟦F⟧([Parameter] double a) { }") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) { return a +⟦;⟧ }") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) { double t = a return t; }") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) { ⟦Unknown⟧ t = null; return a; }") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) => ⟦Unknown⟧(a);") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a, Unknown ⟦b⟧) => a;") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) { double t; return a + ⟦t⟧; }") },
        { "SGD1005", Class("[Loss] public static double F([Parameter] double a) { if (a > 0) return 1; }") },
        { "SGD1006", Class("[Loss] public static void ⟦F⟧([Parameter] double a) { }") },
        { "SGD1006", Class("[Loss] public static int ⟦F⟧([Parameter] double a) => 1;") },
        { "SGD1007", Class("[Loss] public static double ⟦F⟧(double a) => a;") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] double[] ⟦a⟧) => a[0];") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] double a, long ⟦b⟧) => a;") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] Span<double> ⟦a⟧) => a[0];") },
        { "SGD1009", Class("[Loss] public static double F([Parameter] int ⟦a⟧) => a;") },
        { "SGD1010", Class("[Loss] public static float F([Parameter] double ⟦a⟧) => (float)a;") },
        { "SGD1011", Class("[Loss] public static double F([Parameter] ref double ⟦a⟧) => a;") },
        { "SGD1011", Class("[Loss] public static double F([Parameter] double a, in double ⟦b⟧) => a;") },
        { "SGD1012", Class("[Loss] public static double F([Parameter, Constant] double ⟦a⟧) => a;") },
        { "SGD1012", Class("[Loss] public static double F([Parameter] double a, [Example] double ⟦b⟧) => a;") },
        { "SGD1013", Class("[Loss] public static double ⟦F⟧([Parameter] double a) => a; public class FObjective { }") },
        { "SGD1014", Class("[Loss] public static async Task<double> ⟦F⟧([Parameter] double a) => a;") },
        { "SGD1015", Class("[Loss(Name = \"not a name\")] public static double ⟦F⟧([Parameter] double a) => a;") },
        { "SGD1021", Class("[Residual] public static void ⟦F⟧([Parameter] double a) { }") },
        { "SGD1021", Class("[Residual] public static double ⟦F⟧([Parameter] double a, [Output] Span<double> r) => a;") },
        { "SGD1021", Class("[Residual] public static void ⟦F⟧([Parameter] double a, [Output] ReadOnlySpan<double> r) { }") },
        { "SGD1021", Class("[Residual] public static void ⟦F⟧([Parameter] double a, [Output] Span<double> r, [Output] Span<double> s) { }") },
        { "SGD1012", Class("[Loss] public static double F([Parameter] double a, [Output] ReadOnlySpan<double> ⟦r⟧) => a;") },
        { "SGD1010", Class("[Residual] public static void F([Parameter] float ⟦a⟧, [Output] Span<double> r) { r[0] = a; }") },
        { "SGD1013", Class("[Loss, Residual] public static double ⟦F⟧([Parameter] double a) => a;") },
        { "SGD1020", "public static partial class M { [Loss(Order = 3)] public static double ⟦F⟧([Parameter] double a) => a; }" },
        { "SGD1020", "public static partial class M { [Loss(Order = 0)] public static double ⟦F⟧([Parameter] double a) => a; }" },
        { "SGD1016", "file static partial class ⟦Model⟧ { [Loss] public static double F([Parameter] double a) => a; }" },
        { "SGD2009", Class("[Loss] public static double F([Parameter] double a, dynamic ⟦b⟧) => a;") },
        { "SGD3001", Class("[Loss] public static double F([Parameter, Shape(\"n\")] ReadOnlySpan<double> a, [Shape(\"m\")] ReadOnlySpan<double> b) => ⟦TensorPrimitives.Dot(a, b)⟧;") },
        { "SGD3001", Class("[Loss] public static double F([Parameter, Shape(\"n\", \"m\")] ReadOnlyMatrix<double> a, [Shape(\"n\")] ReadOnlySpan<double> b) => ⟦TensorPrimitives.Dot(a.Row(0), b)⟧;") },
        { "SGD3001", Class("[Loss] public static double F([Parameter, Shape(\"n\", \"m\")] ReadOnlyMatrix<double> a, [Parameter, Shape(\"n\")] ReadOnlySpan<double> b) { Span<double> h = stackalloc double[b.Length]; return ⟦TensorPrimitives.Dot(a.Row(0), h)⟧; }") },
        { "SGD3001", Class("[Loss] public static double F([Parameter, Shape(\"n\")] ReadOnlySpan<double> a, [Shape(\"n\")] ReadOnlySpan<double> b) { Span<double> p = stackalloc double[2], q = stackalloc double[3]; return TensorPrimitives.Dot(a, p) + ⟦TensorPrimitives.Dot(b, q)⟧; }") },
        { "SGD3001", Class("[Loss] public static double F([Parameter] ReadOnlySpan<double> a, [Parameter] ReadOnlySpan<double> b) { Span<double> p = stackalloc double[2], q = stackalloc double[3]; return TensorPrimitives.Dot(a, p) + TensorPrimitives.Dot(b, q) + ⟦TensorPrimitives.Dot(a, b)⟧; }") },
        { "SGD3002", Class("[Loss] public static double F([Parameter, Shape(\"n\")] ReadOnlyMatrix<double> ⟦a⟧) => a[0, 0];") },
        { "SGD3002", Class("[Loss] public static double F([Parameter, Shape(\"n\", \" \")] ReadOnlyMatrix<double> ⟦a⟧) => a[0, 0];") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] Matrix<double> ⟦a⟧) => a[0, 0];") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] double a, [Constant] double[,] ⟦b⟧) => a * b[0, 0];") },
        { "SGD1008", Class("[Loss] public static double F([Parameter] double a, ReadOnlyMatrix<long> ⟦b⟧) => a * b[0, 0];") },
        { "SGD1009", Class("[Loss] public static double F([Parameter] ReadOnlyMatrix<int> ⟦a⟧) => a[0, 0];") },
        { "SGD2001", Class("[Loss] public static double F([Parameter] double a, TensorSpan<double> b) { ⟦b[0, 0]⟧ = 1; return a; }") },
        { "SGD2001", Class("[Loss] public static double F([Parameter] double a, TensorSpan<double> b) => a * ⟦b[0]⟧;") },
        { "SGD3001", Class("[Loss] public static double F([Parameter] double a) { Span<double> p = stackalloc double[5]; return a * ⟦new Matrix<double>(p, 2, 3)⟧[0, 0]; }") },
        { "SGD3002", Class("[Loss] public static double F([Parameter, Shape(\"n\", \"m\")] ReadOnlySpan<double> ⟦a⟧) => a[0];") },
        { "SGD3002", Class("[Loss] public static double F([Parameter, Shape(\"n\")] double ⟦a⟧) => a;") },
    };

    public static TheoryData<string, string> Bodies => new()
    {
        { "SGD2001", Body("double s = 0; Func<double, double> f = ⟦v => s += v⟧; return f(b);") },
        { "SGD2001", Body("double[] t = [b]; Func<double, double> f = ⟦v => { t[0] = v; return v; }⟧; return f(b);") },
        { "SGD2001", Body("double[] t = [b]; Func<double, double> f = ⟦v => { TensorPrimitives.Exp<double>(t, t); return v; }⟧; for (int i = 0; i < 2; i++) b += f(b) * t[0]; return b;") },
        { "SGD2001", Body("double[] t = [b]; Func<double, double> f = ⟦v => { Span<double> u = t; u[0] = v; return v; }⟧; return f(b);") },
        { "SGD2001", Body("double[] t = [b]; double G(double[] u) { Func<double, double> f = ⟦v => { u[0] = v; return v; }⟧; return f(b); } return G(t);") },
        { "SGD2001", Body("Func<double, double> f = v => v; if (b > 0) f = v => v * v; return ⟦f⟧(b);") },
        { "SGD2001", Body("return ⟦\"abc\".Length⟧ * b;") },
        { "SGD2001", Body("return ⟦~k⟧ * b;") },
        { "SGD2001", Body("double[] t = ⟦new double[2, 2, 2].Length⟧ > 0 ? [b] : [c]; return t[0];") },
        { "SGD2001", Body("return ⟦k.GetHashCode()⟧ * b;") },
        { "SGD2002", Body("⟦try { c = b; } finally { }⟧ return c;") },
        { "SGD2002", Body("if (b < 0) ⟦throw new ArgumentException();⟧ return b;") },
        { "SGD2002", Body("⟦lock (typeof(int)) { c = b; }⟧ return c;") },
        { "SGD2003", Body("long t = ⟦k⟧; return t * b;") },
        { "SGD2003", Body("decimal t = ⟦1⟧; return (double)t * b;") },
        { "SGD2003", Body("object o = ⟦b⟧; return b;") },
        { "SGD2003", Body("return ⟦new Point(b)⟧.X;", "class Point(double x) { public double X = x; }") },
        { "SGD2003", Body("double? t = ⟦b⟧; return t.Value;") },
        { "SGD2004", Body("return ⟦Math.IEEERemainder(b, c)⟧;") },
        { "SGD2004", Body("return b * ⟦double.Parse(\"1\")⟧;") },
        { "SGD2004", Body("return ⟦TensorPrimitives.IndexOfMax(x)⟧ * b;") },
        { "SGD2005", Body("return G(b, k);", "static double G(double v, int d) => d == 0 ? v : ⟦G(v * v, d - 1)⟧;") },
        { "SGD2005", Body("return G(b, 3);", "static double G(double v, int d) => v > 1 ? v : ⟦G(v * v, 3)⟧;") },
        { "SGD2005", Body("return G(b, k);", "[Recursion] static double G(double v, int d) => d == 0 ? v : ⟦G(v * v, d - 1)⟧;") },
        { "SGD2016", Body("return G(b, k);", "[Recursion(MaxDepth = 12)] static double G(double v, int d) => d == 0 ? v : ⟦G(v / 2, d - 1)⟧ + G(v / 3, d - 1);") },
        { "SGD2001", Body("return G(w, k)[0];", "[Recursion(MaxDepth = 3)] static ReadOnlySpan<double> G(ReadOnlySpan<double> v, int d) => d == 0 ? v : ⟦G(v[1..], d - 1)⟧;") },
        { "SGD2012", Body("return S * b;", "static readonly double S = ⟦T⟧ * 2; static readonly double T = Math.Sqrt(2);") },
        { "SGD2012", Body("return ⟦S⟧[0] * b;", "static readonly double[] S = [1, 2];") },
        { "SGD2012", Body("return ⟦S⟧ * b;", "static readonly double S; static Model() { S = 2; }") },
        { "SGD2017", Body("return G(b);", "static double G(double v) => v; [Derivative(of: \"H\")] static double ⟦D⟧(double v) => 1;") },
        { "SGD2017", Body("return b;", "static double G(double v) => v; [Derivative(of: nameof(G))] static double ⟦D⟧(double v, double u) => 1;") },
        { "SGD2017", Body("return b;", "static double G(double v, double u) => v; [Derivative(of: nameof(G))] static double ⟦D⟧(double v, double u) => 1;") },
        { "SGD2017", Body("return b;", "static double G(double v, double u) => v; [Derivative(of: nameof(G), WithRespectTo = \"u\")] static double ⟦D⟧(double v, double u) => 1;") },
        { "SGD2017", Body("return b;", "static double G(double v, double u) => v; [Derivative(of: nameof(G), WithRespectTo = \"x\")] static double ⟦D⟧(double v, double u) => 1;") },
        { "SGD2017", Body("return b;", "static double G(double v, double u) => v; [Derivative(of: nameof(G))] static (double, int) ⟦D⟧(double v, double u) => (1, 1);") },
        { "SGD2017", Body("return b;", "static double G(double v) => v; [Derivative(of: nameof(G))] static int ⟦D⟧(double v) => 1;") },
        { "SGD2017", Body("return b;", "static double G(ReadOnlySpan<double> v) => v[0]; [Derivative(of: nameof(G))] static double ⟦D⟧(ReadOnlySpan<double> v) => 1;") },
        { "SGD2017", Body("return b;", "static double G(ReadOnlySpan<double> v) => v[0]; [Derivative(of: nameof(G))] static void ⟦D⟧(ReadOnlySpan<double> v, double t, ReadOnlySpan<double> u) { }") },
        { "SGD2017", Body("return b;", "static double G(double v) => v; [Derivative(of: nameof(G))] static double ⟦D⟧(double v) => 1; [Derivative(of: nameof(G))] static double E(double v) => 1;").Replace("⟦D⟧", "D", StringComparison.Ordinal).Replace(" E(", " ⟦E⟧(", StringComparison.Ordinal) },
        { "SGD2005", Body("return G(b);", "static double G(double v) => v > 1 ? H(v) : v; static double H(double v) => ⟦G(v / 2)⟧;") },
        { "SGD2006", Body("foreach (int i in ⟦new List<int>()⟧) c += b; return c;") },
        { "SGD2007", Body("⟦while (true) { c += b; }⟧") },
        { "SGD2007", Body("⟦for (;;) { c += b; }⟧") },
        { "SGD2007", Body("while (⟦b > 0⟧) { } return b;") },
        { "SGD2007", Body("for (int i = 0; ⟦i < 5⟧; i--) c += b; return c;") },
        { "SGD2008", Body("again: c += b; if (c < 5) goto again; return c;") },
        { "SGD2009", Body("dynamic d = ⟦b⟧; return d;") },
        { "SGD2010", Body("Span<double> p = stackalloc double[2], q = stackalloc double[2]; ⟦for (int i = 0; i < k; i++) { var t = p; p = q; q = t; p[0] += b; }⟧ return p[0];") },
        { "SGD2010", Body("ReadOnlySpan<double> p = w; if (k > 0) p = x; return ⟦p⟧[0];") },
        { "SGD2012", Body("return ⟦s_state⟧ * b;", "static double s_state;") },
        { "SGD2012", Body("return ⟦Environment.TickCount⟧ * b;") },
        { "SGD2013", Body("return ⟦k switch { 0 => b, 1 => c }⟧;") },
        { "SGD3001", Body("Span<double> p = stackalloc double[2], q = stackalloc double[3]; return b * ⟦TensorPrimitives.Dot<double>(p, q)⟧;") },
    };

    [Theory]
    [MemberData(nameof(Signatures))]
    public void Signature_is_refused(string id, string source) => AssertRefused(id, source);

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Body_is_refused(string id, string source) => AssertRefused(id, source);

    [Fact]
    public void Overloads_need_names()
    {
        string source = Class("[Loss] public static double F([Parameter] double a) => a; [Loss] public static double F([Parameter] double a, double b) => a;");
        IReadOnlyList<Diagnostic> diagnostics = CaptureDriver.Diagnostics(source);
        Assert.Equal(["SGD1013", "SGD1013"], diagnostics.Select(d => d.Id));
        Assert.Empty(CaptureDriver.Diagnostics(source.Replace("[Loss] public static double F([Parameter] double a, double b)", "[Loss(Name = \"G\")] public static double F([Parameter] double a, double b)", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_mistake_of_a_signature_is_reported()
    {
        IReadOnlyList<Diagnostic> diagnostics = CaptureDriver.Diagnostics("public class Model { [Loss] public int F([Parameter] int a, long b) => a; }");
        Assert.Equal(["SGD1001", "SGD1002", "SGD1006", "SGD1008", "SGD1009"], diagnostics.Select(d => d.Id).Order());
    }

    [Theory]
    [InlineData("(b + ", ")", 2000)]
    [InlineData("(b > 0 ? c : ", ")", 1000)]
    [InlineData("-", "", 3001)]
    public void Deep_nesting_does_not_throw(string open, string close, int depth)
    {
        string spaced = open == "-" ? "- " : open;
        string expression = string.Concat(Enumerable.Repeat(spaced, depth)) + "b" + string.Concat(Enumerable.Repeat(close, depth));
        Assert.All(CaptureDriver.Diagnostics(Body("return " + expression + ";")), d => Assert.True(d.Location.IsInSource));
    }

    [Fact]
    public void Many_early_returns_do_not_throw()
    {
        string body = string.Concat(Enumerable.Range(0, 3000).Select(i => $"if (k == {i}) return b * {i};\n"));
        Assert.All(CaptureDriver.Diagnostics(Body(body + "return c;")), d => Assert.Equal("SGD2014", d.Id));
    }

    [Fact]
    public void Diagnostics_lie_in_the_tree_so_that_pragmas_apply()
    {
        string source = Class("[Loss]\n#pragma warning disable SGD1005\npublic static double F([Parameter] double a) => Unknown(a);");
        Diagnostic diagnostic = Assert.Single(CaptureDriver.Diagnostics(source));
        Assert.True(diagnostic.Location.IsInSource);
    }

    private static void AssertRefused(string id, string marked)
    {
        string usings = CompilationFactory.Create("").SyntaxTrees[0].ToString();
        int start = marked.IndexOf('⟦', StringComparison.Ordinal), end = marked.IndexOf('⟧', StringComparison.Ordinal) - 1;
        string source = marked.Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal);
        Diagnostic diagnostic = Assert.Single(CaptureDriver.Diagnostics(source));
        Assert.Equal(id, diagnostic.Id);
        Assert.True(diagnostic.Location.IsInSource);
        Assert.NotEqual("", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        if (start >= 0)
        {
            var span = diagnostic.Location.SourceSpan;
            string actual = diagnostic.Location.SourceTree!.ToString().Substring(span.Start, span.Length);
            Assert.Equal(source[start..end], actual);
            Assert.Equal(usings.Length + start, span.Start);
        }
    }
}

/// <summary>The catalog and its pages.</summary>
public sealed class DiagnosticCatalogTests
{
    [Fact]
    public void Every_diagnostic_has_a_page()
    {
        foreach (DiagnosticDescriptor descriptor in DiagnosticCatalog.All)
        {
            Assert.Equal($"docs/diagnostics/{descriptor.Id}.md", descriptor.HelpLinkUri);
            string page = File.ReadAllText(Path.Combine(Repository.Root, descriptor.HelpLinkUri));
            Assert.StartsWith($"# {descriptor.Id}: {descriptor.Title}\n", page, StringComparison.Ordinal);
        }

        string[] pages = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "diagnostics"), "SGD*.md");
        Assert.Equal(DiagnosticCatalog.All.Length, pages.Length);
    }
}
