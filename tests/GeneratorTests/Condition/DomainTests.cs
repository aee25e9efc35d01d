using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SymbolicGD.Generator;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Condition;

/// <summary>SGD6001: at the expression whose derivative may not be finite, and only there.</summary>
public sealed class DomainTests
{
    [Theory]
    [InlineData("return Math.Sqrt(a);", "Math.Sqrt(a)")]
    [InlineData("return Math.Sqrt(a * a + b * b * b * b - 1);", "Math.Sqrt(a * a + b * b * b * b - 1)")]
    [InlineData("return Math.Sqrt(Math.Abs(a));", "Math.Sqrt(Math.Abs(a))")]
    [InlineData("return Math.Log(a);", "Math.Log(a)")]
    [InlineData("return Math.Log(1 + a);", "Math.Log(1 + a)")]
    [InlineData("return Math.Log(a * a);", "Math.Log(a * a)")]
    [InlineData("return x / a;", "x / a")]
    [InlineData("double s = x; s /= a; return s;", "s /= a")]
    [InlineData("return Math.Pow(a, 0.5);", "Math.Pow(a, 0.5)")]
    [InlineData("return Math.Pow(a, b);", "Math.Pow(a, b)")]
    [InlineData("return Math.Pow(a, -1);", "Math.Pow(a, -1)")]
    [InlineData("return Math.Acos(a) + Math.Asin(Math.Sin(a));", "Math.Acos(a)|Math.Asin(Math.Sin(a))")]
    [InlineData("return Math.Atan2(a, b);", "Math.Atan2(a, b)")]
    [InlineData("return Math.Cbrt(a);", "Math.Cbrt(a)")]
    [InlineData("return Sym.Logit(a);", "Sym.Logit(a)")]
    [InlineData("return Helper(a);", "Math.Log(v)")]
    [InlineData("return a > 0 ? Math.Sqrt(b) : 0;", "Math.Sqrt(b)")]
    [InlineData("return a >= 0 ? Math.Sqrt(a) : 0;", "Math.Sqrt(a)")]
    [InlineData("double sum = 0; for (int i = 0; i < 3; i++) sum += a * i; return 1 / sum;", "1 / sum")]
    [InlineData("double sum = 0; for (int i = 0; i < 3; i++) sum += Math.Abs(a); return Math.Log(sum);", "Math.Log(sum)")]
    public void Is_reported(string body, string expected)
    {
        (ImmutableArray<Diagnostic> diagnostics, SyntaxTree tree) = Diagnose(body);
        Assert.Equal(expected.Split('|'), diagnostics.Select(d => tree.GetText().ToString(d.Location.SourceSpan)));
        Assert.All(diagnostics, d =>
        {
            Assert.Equal(("SGD6001", DiagnosticSeverity.Info), (d.Id, d.Severity));
            Assert.StartsWith("The derivative of '", d.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("return Math.Abs(a) + Math.Cos(a) + Math.Pow(a, 2) + Math.Pow(a, 3);")]
    [InlineData("return Math.Sqrt(a * a + 1) + Math.Log(1 + a * a) + 1 / (1 + Math.Exp(a)) + x / (1 + Math.Abs(a));")]
    [InlineData("return Math.Log(Math.Exp(a)) + Math.Log(Sym.Softplus(a)) + Math.Log(Sym.Sigmoid(a)) + Math.Log(1 - Sym.Sigmoid(a));")]
    [InlineData("return a > 0 ? Math.Sqrt(a) + Math.Log(a) + x / a : 0;")]
    [InlineData("if (a <= 0) return 0; return Math.Sqrt(a);")]
    [InlineData("if (a == 0) return 0; return 1 / a;")]
    [InlineData("double r = 0; if (Math.Abs(a) < 1) { r = Math.Acos(a) + Math.Atanh(a); } return r;")]
    [InlineData("double q = a * a + b * b; return q > 1e-12 ? Math.Sqrt(q) + 1 / q : q;")]
    [InlineData("return Math.Log(Math.Max(a, 1e-12)) + 1 / Math.Max(Math.Abs(b), 1e-3);")]
    [InlineData("return Math.Sqrt(a * a + b * b) + Sym.Hypot(a, b) + a / (Math.Exp(a) - 1);")]
    [InlineData("double sum = 1e-9; for (int i = 0; i < 3; i++) sum += a * a; return Math.Sqrt(sum) + 1 / sum;")]
    [InlineData("return Math.Atan2(a, 1 + b * b) + Math.Acosh(2 + a * a) + Math.Log(x) * a + a / x;")]
    [InlineData("Span<double> s = stackalloc double[3]; for (int i = 0; i < s.Length; i++) s[i] = Math.Exp(a * i); return Math.Log(s[1]) + 1 / s[2];")]
    [InlineData("return Math.Tanh(a) < 2 && b > 1 && a != 0 ? Math.Acosh(b) / a : 1;")]
    [InlineData("double d = a - b; return d > 0 || d < 0 ? 1 / (d * d) : 0;", true)]
    public void Is_not_reported(string body, bool isKnownLimit = false)
    {
        // What is not seen yet stands here, so that it is noticed when it is.
        (ImmutableArray<Diagnostic> diagnostics, SyntaxTree tree) = Diagnose(body);
        string all = string.Join("\n", diagnostics.Select(d => d.ToString()));
        Assert.True(isKnownLimit ? all.Length > 0 : all.Length == 0, all + tree);
    }

    [Fact]
    public void Users_raise_and_silence_it()
    {
        (ImmutableArray<Diagnostic> diagnostics, _) = Diagnose("\n#pragma warning disable SGD6001\nreturn Math.Log(a);", ReportDiagnostic.Warn);
        Assert.All(diagnostics, d => Assert.True(d.IsSuppressed));
        (diagnostics, _) = Diagnose("return Math.Log(a);", ReportDiagnostic.Error);
        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(diagnostics).Severity);
    }

    private static (ImmutableArray<Diagnostic> Diagnostics, SyntaxTree Tree) Diagnose(string body, ReportDiagnostic report = ReportDiagnostic.Default)
    {
        CSharpCompilation compilation = CompilationFactory.Create($$"""
            public static partial class Model
            {
                static double Helper(double v) => Math.Log(v);

                [Loss]
                public static double F([Parameter] double a, [Parameter] double b, double x) { {{body}} }
            }
            """);
        compilation = compilation.WithOptions(compilation.Options.WithSpecificDiagnosticOptions(ImmutableDictionary<string, ReportDiagnostic>.Empty.Add("SGD6001", report)));
        CSharpGeneratorDriver.Create([new SymbolicGDGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(generated.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return ([.. diagnostics.Where(d => d.Id == "SGD6001").OrderBy(d => d.Location.SourceSpan.Start)], compilation.SyntaxTrees[0]);
    }
}
