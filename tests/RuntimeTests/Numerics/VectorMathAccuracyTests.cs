using System.Runtime.Intrinsics;
using SymbolicGD.Numerics;
using Xunit;
using Range = SymbolicGD.RuntimeTests.Numerics.Accuracy.Range;
using V32 = System.Runtime.Intrinsics.Vector512<float>;
using V64 = System.Runtime.Intrinsics.Vector512<double>;

namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>
/// The bounds that the documentation of <see cref="VectorMath"/> states, by dense sampling. To run them on 256-bit registers:
/// <c>DOTNET_EnableAVX512=0 dotnet test tests/RuntimeTests -c Release --filter Numerics</c>
/// (the knob was named EnableAVX512F before .NET 10); on no vector registers at all: <c>DOTNET_EnableHWIntrinsic=0</c>.
/// </summary>
public sealed class VectorMathAccuracyTests
{
    private const int Samples = 1600;

    internal sealed record Unary(
        string Name, Func<V64, V64> Double, Func<V32, V32> Single, Func<double, DoubleDouble> Reference, double DoubleBound, double SingleBound, params Range[] Ranges);

    private sealed record Binary(
        string Name, Func<V64, V64, V64> Double, Func<V32, V32, V32> Single, Func<double, double, DoubleDouble> Reference, double DoubleBound, double SingleBound,
        params (Range X, Range Y)[] Ranges);

    internal static readonly Unary[] Functions =
    [
        new("Exp", VectorMath.Exp, VectorMath.Exp, x => Reference.Exp(x), 1.1, 1.1, new(-745, 709.7), new(-87, 88.7), new(-1, 1), new(1e-290, 1, true)),
        new("Exp2", VectorMath.Exp2, VectorMath.Exp2, x => Reference.Exp(DoubleDouble.Ln2 * x), 1.25, 1.25, new(-1074, 1023.9), new(-126, 127.9), new(-1, 1)),
        new("Exp10", VectorMath.Exp10, VectorMath.Exp10, x => Reference.Exp(DoubleDouble.Ln10 * x), 1.5, 1.5, new(-323, 308.2), new(-37, 38.5), new(-1, 1)),
        new("Expm1", VectorMath.Expm1, VectorMath.Expm1, x => Reference.Expm1(x), 2, 2, new(-50, 709.7), new(-20, 88), new(-2, 2), new(1e-290, 1, true), new(-1e-30, -1, true)),
        new("Log", VectorMath.Log, VectorMath.Log, x => Reference.Log(x), 1, 1, new(1e-320, 1.7e308, true), new(1e-44, 3e38, true), new(0.5, 2), new(0.99, 1.01)),
        new("Log2", VectorMath.Log2, VectorMath.Log2, x => Reference.Log(x) / DoubleDouble.Ln2, 2, 0.51, new(1e-320, 1.7e308, true), new(1e-44, 3e38, true), new(0.5, 2)),
        new("Log10", VectorMath.Log10, VectorMath.Log10, x => Reference.Log(x) / DoubleDouble.Ln10, 2, 0.51, new(1e-320, 1.7e308, true), new(1e-44, 3e38, true), new(0.5, 2)),
        new("Log1p", VectorMath.Log1p, VectorMath.Log1p, x => Reference.Log1p(x), 2, 2, new(1e-290, 1e300, true), new(1e-40, 3e38, true), new(-0.9999, 3), new(-1e-30, -0.99999, true)),
        new("Sin", VectorMath.Sin, VectorMath.Sin, Reference.Sin, 2, 2, new(-10, 10), new(-60000, 60000), new(1e-290, 10, true)),
        new("Cos", VectorMath.Cos, VectorMath.Cos, Reference.Cos, 2, 2, new(-10, 10), new(-60000, 60000)),
        new("Tan", VectorMath.Tan, VectorMath.Tan, Reference.Tan, 3.5, 3.5, new(-10, 10), new(-60000, 60000), new(1e-290, 10, true)),
        new("Asin", VectorMath.Asin, VectorMath.Asin, Reference.Asin, 2.5, 0.51, new(-1, 1), new(1e-290, 1, true)),
        new("Acos", VectorMath.Acos, VectorMath.Acos, Reference.Acos, 2, 0.51, new(-1, 1), new(0.9, 1)),
        new("Atan", VectorMath.Atan, VectorMath.Atan, x => Reference.Atan(x), 2, 2.25, new(-10, 10), new(0.4, 0.6), new(1e-290, 1e300, true)),
        new("Sinh", VectorMath.Sinh, VectorMath.Sinh, Reference.Sinh, 2.5, 0.51, new(-710.4, 710.4), new(-89, 89), new(-3, 3), new(1e-290, 1, true)),
        new("Cosh", VectorMath.Cosh, VectorMath.Cosh, Reference.Cosh, 2, 0.51, new(-710.4, 710.4), new(-89, 89), new(-3, 3)),
        new("Tanh", VectorMath.Tanh, VectorMath.Tanh, Reference.Tanh, 2.25, 2.25, new(-20, 20), new(-2, 2), new(1e-290, 1, true)),
        new("Asinh", VectorMath.Asinh, VectorMath.Asinh, Reference.Asinh, 3, 0.51, new(-4, 4), new(1e-290, 1e300, true)),
        new("Acosh", VectorMath.Acosh, VectorMath.Acosh, Reference.Acosh, 3, 0.51, new(1, 10), new(1, 1e300, true)),
        new("Atanh", VectorMath.Atanh, VectorMath.Atanh, Reference.Atanh, 3, 0.51, new(-1, 1), new(1e-290, 1, true)),
        new("Sigmoid", VectorMath.Sigmoid, VectorMath.Sigmoid, Reference.Sigmoid, 2.5, 2.5, new(-745, 40), new(-100, 20), new(-5, 5)),
        new("Softplus", VectorMath.Softplus, VectorMath.Softplus, Reference.Softplus, 2, 2, new(-745, 100), new(-100, 100), new(-5, 5)),
        new("Erf", VectorMath.Erf, VectorMath.Erf, Reference.Erf, 2, 2, new(-5, 5), new(1e-290, 1, true)),
        new("Erfc", VectorMath.Erfc, VectorMath.Erfc, x => Reference.Erfc(x), 5, 5.5, new(-5, 5), new(0, 10), new(0, 27)),
        new("LogGamma", VectorMath.LogGamma, VectorMath.LogGamma, Reference.LogGamma, 4, 0.51, new(0.01, 20), new(0.9, 2.1), new(1e-290, 1e300, true)),
        new("Digamma", VectorMath.Digamma, VectorMath.Digamma, Reference.Digamma, 4, 0.51, new(1e-5, 20), new(1.4, 1.52), new(1e-30, 1e30, true)),
        new("Trigamma", VectorMath.Trigamma, VectorMath.Trigamma, Reference.Trigamma, 5, 0.51, new(1e-5, 20), new(-9.9, -0.1), new(1e-15, 1e30, true)),
        new("Polygamma", x => VectorMath.Polygamma(2, x), x => VectorMath.Polygamma(2, x), x => Reference.Polygamma(2, x), 6, 0.51, new(1e-5, 20), new(1e-15, 1e30, true)),
        new("Cbrt", VectorMath.Cbrt, VectorMath.Cbrt, x => Reference.Exp(Reference.Log(Math.Abs(x)) / 3) * Math.Sign(x), 3, 0.51, new(-3, 3), new(1e-290, 1e300, true)),
    ];

    private static readonly Binary[] Pairs =
    [
        new("Pow", VectorMath.Pow, VectorMath.Pow, Reference.Pow, 1.5, 0.51,
            (new(0.01, 100, true), new(-15, 15)), (new(0.9, 1.1), new(-800, 800)), (new(1e-290, 1e300, true), new(-1, 1)), (new(0.999999, 1.000001), new(-5e5, 5e5))),
        new("Atan2", VectorMath.Atan2, VectorMath.Atan2, Reference.Atan2, 2, 0.51, (new(-5, 5), new(-5, 5)), (new(1e-30, 1e30, true), new(-1e30, -1e-30, true))),
        new("Hypot", VectorMath.Hypot, VectorMath.Hypot, Reference.Hypot, 1.5, 0.51, (new(-5, 5), new(-5, 5)), (new(1e-15, 1e15, true), new(1e-15, 1e15, true))),
        new("Rem", VectorMath.Rem, VectorMath.Rem, (x, y) => x % y, 0, 0, (new(-100, 100), new(-7, 7))),
    ];

    public static TheoryData<string> FunctionNames => [.. Functions.Select(f => f.Name)];

    public static TheoryData<string> PairNames => [.. Pairs.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void DoubleStaysWithinItsBound(string name)
    {
        Unary f = Functions.Single(f => f.Name == name);
        foreach (Range range in f.Ranges)
        {
            double[] x = range.Sample(Samples, single: false);
            for (int i = 0; i < x.Length; i += V64.Count)
            {
                V64 result = f.Double(Vector512.Create(x, i));
                for (int lane = 0; lane < V64.Count; lane++)
                {
                    Check(f.Name, Accuracy.Ulps(result[lane], f.Reference(x[i + lane])), f.DoubleBound, double.IsSubnormal(result[lane]), x[i + lane], result[lane]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void SingleStaysWithinItsBound(string name)
    {
        Unary f = Functions.Single(f => f.Name == name);
        foreach (Range range in f.Ranges)
        {
            float[] x = [.. range.Sample(Samples, single: true).Select(x => (float)x).Where(float.IsNormal)];
            for (int i = 0; i + V32.Count <= x.Length; i += V32.Count)
            {
                V32 result = f.Single(Vector512.Create(x, i));
                for (int lane = 0; lane < V32.Count; lane++)
                {
                    DoubleDouble reference = f.Reference(x[i + lane]);
                    Check(f.Name, Accuracy.Ulps(result[lane], reference), f.SingleBound, float.IsSubnormal(result[lane]), x[i + lane], result[lane]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(PairNames))]
    public void PairsStayWithinTheirBounds(string name)
    {
        Binary f = Pairs.Single(f => f.Name == name);
        foreach ((Range rangeX, Range rangeY) in f.Ranges)
        {
            double[] x = rangeX.Sample(Samples, single: true), y = [.. rangeY.Sample(Samples, single: true).Reverse()];
            float[] xs = [.. x.Select(x => (float)x)], ys = [.. y.Select(y => (float)y)];
            for (int i = 0; i < x.Length; i += V32.Count)
            {
                V32 single = f.Single(Vector512.Create(xs, i), Vector512.Create(ys, i));
                V64 lower = f.Double(Vector512.Create(x, i), Vector512.Create(y, i));
                V64 upper = f.Double(Vector512.Create(x, i + V64.Count), Vector512.Create(y, i + V64.Count));
                for (int lane = 0; lane < V32.Count; lane++)
                {
                    double a = x[i + lane], b = y[i + lane];
                    double result = lane < V64.Count ? lower[lane] : upper[lane - V64.Count];
                    if (float.IsNormal((float)a) && float.IsNormal((float)b))
                    {
                        Check(f.Name, Accuracy.Ulps(single[lane], f.Reference(a, b)), f.SingleBound, float.IsSubnormal(single[lane]), a, single[lane]);
                    }

                    if (double.IsFinite(a) && a != 0)
                    {
                        Check(f.Name, Accuracy.Ulps(result, f.Reference(a, b)), f.DoubleBound, double.IsSubnormal(result), a, result);
                    }
                }
            }
        }
    }

    [Fact]
    public void SineAndCosineOfLargeOperandsAreThePlatforms()
    {
        V64 x = Vector512.Create(1e22, -1e15, 1e300, 3e10, 1, 2, 3, -0.5);
        VectorMath.SinCos(x, out V64 sin, out V64 cos);
        for (int lane = 0; lane < V64.Count; lane++)
        {
            Assert.Equal(Math.Sin(x[lane]), sin[lane], 1e-15);
            Assert.Equal(Math.Cos(x[lane]), cos[lane], 1e-15);
        }
    }

    [Fact]
    public void SigmoidAndSoftplusShareOneExponentialAndChangeNoBit()
    {
        foreach (double x in new Range(-40, 40).Sample(400, single: true))
        {
            VectorMath.SigmoidAndSoftplus(Vector512.Create(x), out V64 sigmoid, out V64 softplus);
            Assert.Equal(VectorMath.Sigmoid(Vector512.Create(x)), sigmoid);
            Assert.Equal(VectorMath.Softplus(Vector512.Create(x)), softplus);
            VectorMath.SigmoidAndSoftplus(Vector512.Create((float)x), out V32 sigmoidSingle, out V32 softplusSingle);
            Assert.Equal(VectorMath.Sigmoid(Vector512.Create((float)x)), sigmoidSingle);
            Assert.Equal(VectorMath.Softplus(Vector512.Create((float)x)), softplusSingle);
        }
    }

    [Fact]
    public void SigmoidAndComplementShareOneExponential()
    {
        foreach (double x in new Range(-700, 700).Sample(400, single: true).Concat(new Range(-5, 5).Sample(800, single: true)).Append(0))
        {
            VectorMath.SigmoidAndComplement(Vector512.Create(x), out V64 sigmoid, out V64 complement);
            Assert.Equal(VectorMath.Sigmoid(Vector512.Create(x)), sigmoid);
            Check("complement", Accuracy.Ulps(complement[3], Reference.Sigmoid(-x)), 3, double.IsSubnormal(complement[3]), x, complement[3]);
            VectorMath.SigmoidAndComplement(Vector512.Create((float)x), out V32 sigmoidSingle, out V32 complementSingle);
            Assert.Equal(VectorMath.Sigmoid(Vector512.Create((float)x)), sigmoidSingle);
            Check("complement", Accuracy.Ulps(complementSingle[3], Reference.Sigmoid(-x)), 3, float.IsSubnormal(complementSingle[3]), x, complementSingle[3]);
        }

        foreach (double x in new[] { double.PositiveInfinity, double.NegativeInfinity, double.NaN })
        {
            VectorMath.SigmoidAndComplement(Vector512.Create(x), out V64 sigmoid, out V64 complement);
            Assert.Equal([Sym.Sigmoid(x), Sym.Sigmoid(-x)], [sigmoid[1], complement[1]]);
        }
    }

    [Fact]
    public void TanhAndComplementShareOneExponential()
    {
        foreach (double x in new Range(-349, 349).Sample(400, single: true).Concat(new Range(-5, 5).Sample(800, single: true)).Append(0).Append(-0.0))
        {
            VectorMath.TanhAndComplement(Vector512.Create(x), out V64 tanh, out V64 complement);
            Assert.Equal(VectorMath.Tanh(Vector512.Create(x)), tanh);
            Check("complement", Accuracy.Ulps(complement[3], Reference.Sigmoid(-2 * Math.Abs(x))), 4, false, x, complement[3]);
            VectorMath.TanhAndComplement(Vector512.Create((float)x), out V32 tanhSingle, out V32 complementSingle);
            Assert.Equal(VectorMath.Tanh(Vector512.Create((float)x)), tanhSingle);
            if (Math.Abs(x) < 43) Check("complement", Accuracy.Ulps(complementSingle[3], Reference.Sigmoid(-2 * Math.Abs(x))), 4, false, x, complementSingle[3]);
        }

        foreach (double x in new[] { double.PositiveInfinity, double.NegativeInfinity, double.NaN, 400 })
        {
            VectorMath.TanhAndComplement(Vector512.Create(x), out V64 tanh, out V64 complement);
            Assert.Equal([Math.Tanh(x), double.IsNaN(x) ? x : 0], [tanh[1], complement[1]]);
        }
    }

    // A reference that is itself subnormal has been rounded once already.
    private static void Check(string name, double ulps, double bound, bool subnormal, double x, double result) =>
        Assert.True(ulps <= bound + (subnormal ? 0.5 : 0), FormattableString.Invariant($"{name}({x:R}) = {result:R} is {ulps:F2} ulp off; the bound is {bound}"));
}
