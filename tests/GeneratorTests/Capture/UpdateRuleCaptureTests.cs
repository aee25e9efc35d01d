using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;
using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

public sealed class UpdateRuleCaptureTests
{
    private const string Lion = """
        namespace Demo;
        public static partial class Rules
        {
            /// <summary>Evolved sign momentum.</summary>
            [UpdateRule(Name = "Lion")]
            public static void Lion<T>(ref T parameter, T gradient, [State] ref T momentum, [Hyper(1e-4)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.99)] T beta2)
                where T : IFloatingPointIeee754<T>
            {
                T u = beta1 * momentum + (T.One - beta1) * gradient;
                parameter -= u > T.Zero ? learningRate : u < T.Zero ? -learningRate : T.Zero;
                momentum = beta2 * momentum + (T.One - beta2) * gradient;
            }
        }
        """;

    private const string Adam = """
        public static partial class Rules
        {
            [UpdateRule]
            public static void Adam<T>(
                ref T p, T g, [State] ref T m, [State] ref T v, [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T beta1, [Hyper(0.999)] T beta2,
                [Hyper(1e-8)] T epsilon, [Hyper(0)] T decay, [Step] int step) where T : IFloatingPointIeee754<T>
            {
                if (decay != T.Zero) g += decay * p;
                m = beta1 * m + (T.One - beta1) * g;
                v = Blend(v, g * g, beta2);
                T one = T.One - T.Pow(beta1, T.CreateChecked(step)), two = T.One - T.Pow(beta2, T.CreateChecked(step));
                p -= learningRate * (m / one) / (T.Sqrt(v / two) + T.Max(epsilon, T.CreateChecked(0.5) * T.Zero));
            }

            private static T Blend<T>(T a, T b, T weight) where T : INumber<T> => weight * a + (T.One - weight) * b;
        }
        """;

    [Fact]
    public void Lion_is_straight_line_and_computes_its_formula()
    {
        UpdateRuleSpec spec = CaptureDriver.Rule(Lion);
        Assert.Equal(("Demo", true, "Demo.Rules.Lion", "Lion", "Evolved sign momentum."), (spec.Namespace, spec.IsPublic, spec.Method, spec.ClassName, spec.Summary));
        Assert.Equal(
            [
                new("parameter", RuleRole.Parameter, 0, 0), new("gradient", RuleRole.Gradient, 1, 0), new("momentum", RuleRole.State, 2, 0),
                new("learningRate", RuleRole.Hyper, -1, 1e-4), new("beta1", RuleRole.Hyper, -1, 0.9), new RuleArgument("beta2", RuleRole.Hyper, -1, 0.99),
            ],
            spec.Arguments);
        IrVerifier.Verify(spec.Function, isUpdateRule: true);
        Assert.DoesNotContain(IrFacts.Walk(spec.Function.Body), i => i is If or Loop);
        foreach (double momentum in new[] { 0.5, -0.5, 0 })
        {
            double[] values = [2, -0.25 * momentum, momentum];
            IrInterpreter<Plain>.RunRule(spec.Function, new Dictionary<int, double> { [3] = 0.1, [4] = 0.9, [5] = 0.99 }, values);
            Assert.Equal(2 - (0.1 * Math.Sign(momentum)), values[0], 15);
            Assert.Equal((0.99 * momentum) + (0.01 * -0.25 * momentum), values[2], 15);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Adam_reads_the_step_and_calls_helpers(double decay)
    {
        UpdateRuleSpec spec = CaptureDriver.Rule(Adam);
        IrVerifier.Verify(spec.Function, isUpdateRule: true);
        double[] values = [1.5, 0.3, 0.2, 0.05];
        var scalars = new Dictionary<int, double> { [4] = 1e-3, [5] = 0.9, [6] = 0.999, [7] = 1e-8, [8] = decay, [9] = 7 };
        IrInterpreter<Plain>.RunRule(spec.Function, scalars, values);
        double g = 0.3 + (decay * 1.5), m = (0.9 * 0.2) + (0.1 * g), v = (0.999 * 0.05) + (0.001 * g * g);
        Assert.Equal(m, values[2], 14);
        Assert.Equal(v, values[3], 14);
        Assert.Equal(1.5 - (1e-3 * (m / (1 - Math.Pow(0.9, 7))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, 7))) + 1e-8)), values[0], 14);
        Assert.Equal(0.3, values[1]);
    }

    [Fact]
    public void Arrays_are_refused()
    {
        Diagnostic diagnostic = Assert.Single(CaptureDriver.Diagnostics(
            "public static partial class Rules { [UpdateRule] public static void R<T>(ref T p, T g) where T : IFloatingPointIeee754<T> { T[] t = new T[2]; p -= t[0] * g; } }"));
        Assert.Equal("SGD2001", diagnostic.Id);
    }

    [Theory]
    [InlineData("static void R(ref double p, double g) { }")]
    [InlineData("static int R<T>(ref T p, T g) where T : IFloatingPointIeee754<T> => 1;")]
    [InlineData("static void R<T>(T p, T g) where T : IFloatingPointIeee754<T> { }")]
    [InlineData("static void R<T>(ref T p, T g, T h) where T : IFloatingPointIeee754<T> { }")]
    [InlineData("static void R<T>(ref T p, T g, [State] T h) where T : IFloatingPointIeee754<T> { }")]
    [InlineData("static void R<T>(ref T p, T g, [Step] T h) where T : IFloatingPointIeee754<T> { }")]
    [InlineData("static void R<T>(ref T p, T g, [Hyper(1)] double h) where T : IFloatingPointIeee754<T> { }")]
    public void Signature_is_refused(string method)
    {
        Diagnostic diagnostic = Assert.Single(CaptureDriver.Diagnostics("public static partial class Rules { [UpdateRule] public " + method + " }"));
        Assert.Equal("SGD4001", diagnostic.Id);
        Assert.True(diagnostic.Location.IsInSource);
    }
}
