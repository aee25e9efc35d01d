using Xunit;
using Range = SymbolicGD.RuntimeTests.Numerics.Accuracy.Range;

namespace SymbolicGD.RuntimeTests.Numerics;

public sealed class SymTests
{
    private const double Inf = double.PositiveInfinity;
    private const double NaN = double.NaN;

    private sealed record Case(string Name, Func<double, double> Double, Func<float, float> Single, Func<double, DoubleDouble> Reference, double Bound, params Range[] Ranges);

    private static readonly Case[] Cases =
    [
        new("Sigmoid", Sym.Sigmoid, Sym.Sigmoid, Reference.Sigmoid, 2.5, new(-745, 40), new(-5, 5)),
        new("Softplus", Sym.Softplus, Sym.Softplus, Reference.Softplus, 2, new(-745, 100), new(-5, 5)),
        new("LogSigmoid", Sym.LogSigmoid, Sym.LogSigmoid, x => -Reference.Softplus(-x), 2, new Range(-100, 700)),
        new("Expm1", Sym.Expm1, Sym.Expm1, x => Reference.Expm1(x), 2, new(-50, 709), new(-2, 2), new(1e-290, 1, true)),
        new("Log1p", Sym.Log1p, Sym.Log1p, x => Reference.Log1p(x), 2, new(1e-290, 1e300, true), new(-0.9999, 3), new(-1e-30, -0.99999, true)),
        new("Log1mExp", Sym.Log1mExp, Sym.Log1mExp, x => x < -0.5 ? Reference.Log1p(-Reference.Exp(x)) : Reference.Log(-Reference.Expm1(x)), 2.5, new(-3, -1e-5), new(-600, -1e-30, true)),
        new("Logit", Sym.Logit, Sym.Logit, p => Math.Abs(p - 0.5) < 0.1 ? Reference.Log1p(((DoubleDouble)p * 2 - 1) / ((DoubleDouble)1 - p)) : Reference.Log(p) - Reference.Log1p(-(DoubleDouble)p), 3.5, new(0, 1), new(0.499, 0.501)),
        new("Erf", Sym.Erf, Sym.Erf, Reference.Erf, 2, new(-5, 5), new(1e-290, 1, true)),
        new("Erfc", Sym.Erfc, Sym.Erfc, x => Reference.Erfc(x), 5, new(-5, 5), new(0, 27)),
        new("NormalCdf", Sym.NormalCdf, Sym.NormalCdf, Reference.NormalCdf, 5, new(-38, 8), new(-3, 3)),
        new("NormalPdf", Sym.NormalPdf, Sym.NormalPdf, x => Reference.Exp((DoubleDouble)x * x * -0.5) / DoubleDouble.Sqrt(DoubleDouble.Pi * 2), 3, new(-37, 37), new(-3, 3)),
        new("LogGamma", Sym.LogGamma, Sym.LogGamma, Reference.LogGamma, 4, new(0.01, 20), new(0.9, 2.1), new(1e-290, 1e300, true)),
        new("Digamma", Sym.Digamma, Sym.Digamma, Reference.Digamma, 4, new(1e-5, 20), new(1.4, 1.52)),
        new("Trigamma", Sym.Trigamma, Sym.Trigamma, Reference.Trigamma, 5, new(1e-5, 20), new(-9.9, -0.1)),
        Polygamma(2, 6, new(1e-5, 20), new(1e-60, 1e60, true)),
        Polygamma(3, 6, new(1e-5, 20), new(1e-60, 1e60, true)),
        Polygamma(4, 6, new Range(1e-5, 20)),
        Polygamma(7, 6, new(1e-5, 30), new(1e-9, 1e9, true)),
        Polygamma(20, 6, new Range(0.01, 80)),
        Polygamma(100, 6, new Range(0.1, 200)),
        Polygamma(3, 14, new Range(-9.9, -0.1)),
        Polygamma(7, 22, new Range(-9.9, -0.1)),
    ];

    private static Case Polygamma(int order, double bound, params Range[] ranges) => new(
        FormattableString.Invariant($"Polygamma{order} on {ranges[0].A}"), x => Sym.Polygamma(order, x), x => Sym.Polygamma(order, x), x => Reference.Polygamma(order, x), bound, ranges);

    [Theory]
    [InlineData(2, new[] { 0, -0.0, -1, -2, Inf, -Inf, NaN }, new[] { -Inf, Inf, NaN, NaN, -0.0, NaN, NaN })]
    [InlineData(3, new[] { 0, -0.0, -1, -2, Inf, -Inf, NaN }, new[] { Inf, Inf, Inf, Inf, 0, NaN, NaN })]
    [InlineData(0, new[] { 1.5, -1 }, new[] { 0.03648997397857652, NaN })]
    [InlineData(1, new[] { 1.5, -1 }, new[] { 0.9348022005446793, Inf })]
    public void PolygammaHasTheseValues(int order, double[] operands, double[] expected)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            AssertSame($"Polygamma({order}, {operands[i]})", expected[i], Sym.Polygamma(order, operands[i]));
            AssertSame($"Polygamma({order}, {operands[i]}f)", (float)expected[i], Sym.Polygamma(order, (float)operands[i]));
        }

        Assert.Throws<ArgumentOutOfRangeException>("order", () => Sym.Polygamma(-1, 1.0));
        Assert.Throws<ArgumentOutOfRangeException>("order", () => Sym.Polygamma(Sym.MaxPolygammaOrder + 1, 1.0));
    }

    [Fact]
    public void PolygammaAtNegativePoints()
    {
        Assert.Equal(-0.82879664423432, Sym.Polygamma(2, -0.5), 9.3e-15);
        Assert.Equal(123.98126436732758, Sym.Polygamma(2, -4.25), 1.2e-12);
        Assert.Equal(194.59427621918762, Sym.Polygamma(3, -1.5), 1.9e-12);
        Assert.Equal(-156.22959659323299, Sym.Polygamma(10, -1.5), 1.6e-12);
        Assert.Equal(-1.3180061075500352, Sym.Polygamma(6, 2.5), 1.4e-14);
    }

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void StaysWithinItsBound(string name)
    {
        Case c = Cases.Single(c => c.Name == name);
        foreach (Range range in c.Ranges)
        {
            foreach (double x in range.Sample(1500, single: false))
            {
                double result = c.Double(x);
                double ulps = Accuracy.Ulps(result, c.Reference(x));
                Assert.True(ulps <= c.Bound + (double.IsSubnormal(result) ? 0.5 : 0), FormattableString.Invariant($"{name}({x:R}) = {result:R} is {ulps:F2} ulp off"));
            }

            foreach (double x in range.Sample(1500, single: true))
            {
                if (float.IsNormal((float)x) && x is > -1 or < 0.99999)
                {
                    Assert.Equal((float)c.Double(x), c.Single((float)x));
                }
            }
        }
    }

    [Theory]
    [InlineData("Sigmoid", new[] { 0, -0.0, Inf, -Inf, NaN, 800, -800, double.Epsilon }, new[] { 0.5, 0.5, 1, 0, NaN, 1, 0, 0.5 })]
    [InlineData("Softplus", new[] { Inf, -Inf, NaN, 800, -800 }, new[] { Inf, 0, NaN, 800, 0 })]
    [InlineData("LogSigmoid", new[] { Inf, -Inf, NaN, -800, 800 }, new[] { -0.0, -Inf, NaN, -800, -0.0 })]
    [InlineData("Relu", new[] { 0, -0.0, 3, -3, Inf, -Inf, NaN }, new[] { 0, 0, 3, 0, Inf, 0, NaN })]
    [InlineData("HardTanh", new[] { 0, -0.0, 3, -3, Inf, -Inf, NaN, 0.5 }, new[] { 0, -0.0, 1, -1, 1, -1, NaN, 0.5 })]
    [InlineData("Elu", new[] { 0, -0.0, 3, -Inf, Inf, NaN }, new[] { 0, -0.0, 3, -1, Inf, NaN })]
    [InlineData("Gelu", new[] { 0, -0.0, Inf, NaN, -1e300, 1e300 }, new[] { 0, -0.0, Inf, NaN, -0.0, 1e300 })]
    [InlineData("Silu", new[] { 0, -0.0, Inf, NaN, -1e300, 1e300 }, new[] { 0, -0.0, Inf, NaN, -0.0, 1e300 })]
    [InlineData("Mish", new[] { 0, -0.0, Inf, NaN, -1e300, 1e300 }, new[] { 0, -0.0, Inf, NaN, -0.0, 1e300 })]
    [InlineData("Softsign", new[] { 0, -0.0, 1, -1, NaN, double.MaxValue }, new[] { 0, -0.0, 0.5, -0.5, NaN, 1 })]
    [InlineData("Square", new[] { 0, -3, Inf, -Inf, NaN }, new[] { 0, 9, Inf, Inf, NaN })]
    [InlineData("Log1p", new[] { 0, -0.0, -1, -1.5, Inf, -Inf, NaN, double.Epsilon, -double.Epsilon, 1e-310 }, new[] { 0, -0.0, -Inf, NaN, Inf, NaN, NaN, double.Epsilon, -double.Epsilon, 1e-310 })]
    [InlineData("Expm1", new[] { 0, -0.0, Inf, -Inf, NaN, double.Epsilon, -double.Epsilon, 710, -800 }, new[] { 0, -0.0, Inf, -1, NaN, double.Epsilon, -double.Epsilon, Inf, -1 })]
    [InlineData("Log1mExp", new[] { 0, -Inf, NaN, 1 }, new[] { -Inf, -0.0, NaN, NaN })]
    [InlineData("Erf", new[] { 0, -0.0, Inf, -Inf, NaN, 10, -10 }, new[] { 0, -0.0, 1, -1, NaN, 1, -1 })]
    [InlineData("Erfc", new[] { 0, -0.0, Inf, -Inf, NaN, 30, -30 }, new[] { 1, 1, 0, 2, NaN, 0, 2 })]
    [InlineData("NormalCdf", new[] { 0, Inf, -Inf, NaN, 40, -40, 1e300, -1e300 }, new[] { 0.5, 1, 0, NaN, 1, 0, 1, 0 })]
    [InlineData("NormalPdf", new[] { Inf, -Inf, NaN, 1e300 }, new[] { 0, 0, NaN, 0 })]
    [InlineData("LogGamma", new[] { 1, 2, 0, -0.0, -1, -2, Inf, -Inf, NaN, double.MaxValue }, new[] { 0, 0, Inf, Inf, Inf, Inf, Inf, Inf, NaN, Inf })]
    [InlineData("Digamma", new[] { 0, -0.0, -1, -2, Inf, -Inf, NaN }, new[] { -Inf, Inf, NaN, NaN, Inf, NaN, NaN })]
    [InlineData("Trigamma", new[] { 0, -0.0, -1, -2, Inf, -Inf, NaN }, new[] { Inf, Inf, Inf, Inf, 0, NaN, NaN })]
    [InlineData("Logit", new[] { 0, 1, 0.5, -0.1, 1.1, NaN }, new[] { -Inf, Inf, 0, NaN, NaN, NaN })]
    [InlineData("Detach", new[] { 3, NaN, -0.0 }, new[] { 3, NaN, -0.0 })]
    public void HasTheseValuesAtTheEnds(string name, double[] operands, double[] expected)
    {
        var inDouble = typeof(Sym).GetMethod(name, [typeof(double)])!.CreateDelegate<Func<double, double>>();
        var inSingle = typeof(Sym).GetMethod(name, [typeof(float)])!.CreateDelegate<Func<float, float>>();
        for (int i = 0; i < operands.Length; i++)
        {
            AssertSame($"{name}({operands[i]})", expected[i], inDouble(operands[i]));
            if ((float)operands[i] == operands[i] || double.IsNaN(operands[i]))
            {
                AssertSame($"{name}({operands[i]}f)", expected[i], inSingle((float)operands[i]));
            }
        }
    }

    [Fact]
    public void TwoOperandFunctionsHaveTheirValues()
    {
        AssertSame("LeakyRelu", -0.03, Sym.LeakyRelu(-3, 0.01));
        AssertSame("LeakyRelu", 3, Sym.LeakyRelu(3.0, 0.01));
        AssertSame("LeakyRelu", NaN, Sym.LeakyRelu(NaN, 0.01));
        AssertSame("Huber", 0.5, Sym.Huber(1.0, 1));
        AssertSame("Huber", 2.5, Sym.Huber(-3.0, 1));
        AssertSame("Huber", Inf, Sym.Huber(-Inf, 1));
        AssertSame("LogAddExp", 1000 + Math.Log(2), Sym.LogAddExp(1000.0, 1000));
        AssertSame("LogAddExp", 1, Sym.LogAddExp(1.0, -1e20));
        AssertSame("LogAddExp", 1, Sym.LogAddExp(-Inf, 1));
        AssertSame("LogAddExp", -Inf, Sym.LogAddExp(-Inf, -Inf));
        AssertSame("LogAddExp", Inf, Sym.LogAddExp(Inf, 0));
        AssertSame("LogAddExp", NaN, Sym.LogAddExp(NaN, 0));
        AssertSame("LogAddExp", NaN, Sym.LogAddExp(0, NaN));
        AssertSame("XLogY", 0, Sym.XLogY(0.0, 0));
        AssertSame("XLogY", 2 * Math.Log(3), Sym.XLogY(2.0, 3));
        AssertSame("XLogY", -Inf, Sym.XLogY(2.0, 0));
        AssertSame("XLogY", NaN, Sym.XLogY(0, NaN));
        Assert.Equal(5e200, Sym.Hypot(3e200, 4e200), 1e186);
        AssertSame("Hypot", Inf, Sym.Hypot(Inf, NaN));
    }

    [Fact]
    public void SpanFunctionsHaveTheirValues()
    {
        AssertSame("LogSumExp", 1000 + Math.Log(3), Sym.LogSumExp([1000.0, 1000, 1000]));
        AssertSame("LogSumExp", -Inf, Sym.LogSumExp(ReadOnlySpan<double>.Empty));
        AssertSame("LogSumExp", -Inf, Sym.LogSumExp([-Inf, -Inf]));
        AssertSame("LogSumExp", Inf, Sym.LogSumExp([-Inf, Inf, 3]));
        AssertSame("LogSumExp", NaN, Sym.LogSumExp([1, NaN, 3]));
        AssertSame("LogSumExp", (float)(100 + Math.Log(2)), Sym.LogSumExp([100f, 100f]));
        AssertSame("Norm", 5, Sym.Norm([3.0, -4]));
        Assert.Equal(5e200, Sym.Norm([3e200, -4e200]), 1e186);
        Assert.Equal(5e-200, Sym.Norm([3e-200, -4e-200]), 1e-214);
        AssertSame("Norm", 0, Sym.Norm([0.0, -0.0]));
        AssertSame("Norm", 0, Sym.Norm(ReadOnlySpan<double>.Empty));
        AssertSame("Norm", Inf, Sym.Norm([-Inf, 1]));
        AssertSame("Norm", NaN, Sym.Norm([NaN, 1]));
        AssertSame("Norm", 5e30f, Sym.Norm([3e30f, -4e30f]));
        AssertSame("Mean", 2, Sym.Mean([1.0, 2, 3]));
        AssertSame("Variance", 1.25, Sym.Variance([1.0, 2, 3, 4]));
        AssertSame("Variance", 1.25, Sym.Variance([1f, 2, 3, 4]));
        AssertSame("Variance", NaN, Sym.Variance(ReadOnlySpan<double>.Empty));
        AssertSame("Mean", NaN, Sym.Mean(ReadOnlySpan<float>.Empty));

        double[] x = [1000, 1000, -Inf, 1000, 1000];
        Sym.SoftMax(x, x);
        Assert.Equal([0.25, 0.25, 0, 0.25, 0.25], x);
        float[] y = [-200, 0];
        Sym.SoftMax(y, y);
        Assert.Equal([0, 1], y);
        Assert.Throws<ArgumentException>("destination", () => Sym.SoftMax(new double[2], new double[3]));
    }

    private static void AssertSame(string call, double expected, double actual) => Assert.True(
        (double.IsNaN(expected) && double.IsNaN(actual)) || (expected == actual && (expected != 0 || double.IsNegative(expected) == double.IsNegative(actual))),
        FormattableString.Invariant($"{call} gave {actual:R} instead of {expected:R}."));
}
