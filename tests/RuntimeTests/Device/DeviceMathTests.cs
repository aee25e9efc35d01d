using System.Globalization;
using SymbolicGD.CompilerServices;
using SymbolicGD.Device;
using Xunit;
using Xunit.Abstractions;

namespace SymbolicGD.RuntimeTests.Device;

/// <summary>The functions of device kernels, on the host, against those of the host: at dense samples, and what they are at special values.</summary>
public class DeviceMathTests(ITestOutputHelper output)
{
    private const int Samples = 20_000;

    /// <summary>
    /// A function of one argument, for both types; where it is sampled, and how far off it may be: relatively in double, in units of the last place in
    /// float, both times the size of the result or of <paramref name="Scale"/> where that is larger (next to zeros of the function).
    /// </summary>
    public sealed record Unary(
        string Name, Func<double, double> Device, Func<double, double> Host, Func<float, float> Device32, double Low, double High, double Relative = 5e-15, double Ulp = 4, double Scale = 0, int Stride = 1)
    {
        public override string ToString() => Name;
    }

    public sealed record Binary(
        string Name, Func<double, double, double> Device, Func<double, double, double> Host, Func<float, float, float> Device32, double Low, double High, double Relative = 1e-15, double Ulp = 2)
    {
        public override string ToString() => Name;
    }

    private static readonly Unary[] UnaryFunctions =
    [
        new("Abs", DeviceMath.Abs, Math.Abs, DeviceMath.Abs, -10, 10, 0, 0),
        new("Sqrt", DeviceMath.Sqrt, Math.Sqrt, DeviceMath.Sqrt, 0, 100, 0, 0.5),
        new("Floor", DeviceMath.Floor, Math.Floor, DeviceMath.Floor, -10, 10, 0, 0),
        new("Ceiling", DeviceMath.Ceiling, Math.Ceiling, DeviceMath.Ceiling, -10, 10, 0, 0),
        new("Sign", DeviceMath.Sign, Lanes.Sign, DeviceMath.Sign, -10, 10, 0, 0),
        new("Round", DeviceMath.Round, Math.Round, DeviceMath.Round, -1000, 1000, 0, 0),
        new("Truncate", DeviceMath.Truncate, Math.Truncate, DeviceMath.Truncate, -1000, 1000, 0, 0),
        new("Exp", DeviceMath.Exp, Math.Exp, DeviceMath.Exp, -745, 709),
        new("Exp2", DeviceMath.Exp2, double.Exp2, DeviceMath.Exp2, -1074, 1023),
        new("Exp10", DeviceMath.Exp10, Exp10, DeviceMath.Exp10, -323, 308),
        new("Expm1", DeviceMath.Expm1, Sym.Expm1, DeviceMath.Expm1, -50, 709),
        new("Log", DeviceMath.Log, Math.Log, DeviceMath.Log, 0, 10),
        new("Log2", DeviceMath.Log2, Math.Log2, DeviceMath.Log2, 0, 10),
        new("Log10", DeviceMath.Log10, Math.Log10, DeviceMath.Log10, 0, 10),
        new("Log1p", DeviceMath.Log1p, Sym.Log1p, DeviceMath.Log1p, -1, 10),
        new("Cbrt", DeviceMath.Cbrt, Math.Cbrt, DeviceMath.Cbrt, -1000, 1000),
        new("Sinh", DeviceMath.Sinh, Math.Sinh, DeviceMath.Sinh, -710, 710),
        new("Cosh", DeviceMath.Cosh, Math.Cosh, DeviceMath.Cosh, -710, 710),
        new("Tanh", DeviceMath.Tanh, Math.Tanh, DeviceMath.Tanh, -25, 25),
        new("Asinh", DeviceMath.Asinh, Math.Asinh, DeviceMath.Asinh, -100, 100),
        new("Acosh", DeviceMath.Acosh, Math.Acosh, DeviceMath.Acosh, 1, 100),
        new("Atanh", DeviceMath.Atanh, Math.Atanh, DeviceMath.Atanh, -1, 1),
        new("Sigmoid", DeviceMath.Sigmoid, Sym.Sigmoid, DeviceMath.Sigmoid, -745, 50),
        new("Softplus", DeviceMath.Softplus, Sym.Softplus, DeviceMath.Softplus, -745, 50),
        new("Sin", DeviceMath.Sin, Math.Sin, DeviceMath.Sin, -100, 100),
        new("Cos", DeviceMath.Cos, Math.Cos, DeviceMath.Cos, -100, 100),
        new("Tan", DeviceMath.Tan, Math.Tan, DeviceMath.Tan, -100, 100),
        new("Asin", DeviceMath.Asin, Math.Asin, DeviceMath.Asin, -1, 1),
        new("Acos", DeviceMath.Acos, Math.Acos, DeviceMath.Acos, -1, 1),
        new("Atan", DeviceMath.Atan, Math.Atan, DeviceMath.Atan, -20, 20),
        new("Erf", DeviceMath.Erf, Sym.Erf, DeviceMath.Erf, -6, 6),
        new("Erfc", DeviceMath.Erfc, Sym.Erfc, DeviceMath.Erfc, -6, 27.2),
        new("LogGamma above 0", DeviceMath.LogGamma, Sym.LogGamma, DeviceMath.LogGamma, 0, 100),
        new("LogGamma below 0", DeviceMath.LogGamma, Sym.LogGamma, DeviceMath.LogGamma, -50, 0, 5e-14, 32, 1),
        new("Digamma above 0", DeviceMath.Digamma, Sym.Digamma, DeviceMath.Digamma, 0, 100),
        new("Trigamma above 0", DeviceMath.Trigamma, Sym.Trigamma, DeviceMath.Trigamma, 0, 100),
        new("Polygamma 2", x => DeviceMath.Polygamma(2, x), x => Sym.Polygamma(2, x), x => DeviceMath.Polygamma(2, x), 0, 100),
        new("Polygamma 3", x => DeviceMath.Polygamma(3, x), x => Sym.Polygamma(3, x), x => DeviceMath.Polygamma(3, x), 0, 100),
        new("Polygamma 10", x => DeviceMath.Polygamma(10, x), x => Sym.Polygamma(10, x), x => DeviceMath.Polygamma(10, x), 0, 100, 1e-14, 16),
        new("Polygamma 40", x => DeviceMath.Polygamma(40, x), x => Sym.Polygamma(40, x), x => DeviceMath.Polygamma(40, x), 0, 100, 1e-14, 32, 0, 20),
        new("Polygamma 100", x => DeviceMath.Polygamma(100, x), x => Sym.Polygamma(100, x), x => DeviceMath.Polygamma(100, x), 0, 100, 1e-13, 64, 0, 40),
    ];

    private static readonly Binary[] BinaryFunctions =
    [
        new("Min", DeviceMath.Min, Math.Min, DeviceMath.Min, -10, 10, 0, 0),
        new("Max", DeviceMath.Max, Math.Max, DeviceMath.Max, -10, 10, 0, 0),
        new("CopySign", DeviceMath.CopySign, Math.CopySign, DeviceMath.CopySign, -10, 10, 0, 0),
        new("Rem", DeviceMath.Rem, (x, y) => x % y, DeviceMath.Rem, -100, 100, 0, 0),
        new("Hypot", DeviceMath.Hypot, Sym.Hypot, DeviceMath.Hypot, -10, 10),
        new("Atan2", DeviceMath.Atan2, Math.Atan2, DeviceMath.Atan2, -10, 10, 1e-15, 4),
        new("Pow", DeviceMath.Pow, Math.Pow, DeviceMath.Pow, -20, 20, 2e-13, 90),
    ];

    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, 2.5, -2.5, 3, -3, 1e-9, -1e-9, 1e-30, -1e-30, 1e30, -1e30, 37.5, -37.5, 1000, -1000,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    public static TheoryData<string> UnaryNames => new(UnaryFunctions.Select(f => f.Name));

    public static TheoryData<string> BinaryNames => new(BinaryFunctions.Select(f => f.Name));

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void IsCloseToTheHost(string name)
    {
        Unary f = UnaryFunctions.Single(f => f.Name == name);
        Worst worst = new(), worst32 = new();
        foreach (double x in Points(f.Low, f.High).Where((_, i) => i % f.Stride == 0))
        {
            worst.Add(x, 0, f.Device(x), f.Host(x), f.Scale, DoubleUlp);
            float single = (float)x;
            if (single > f.Low && single < f.High)
            {
                worst32.Add(single, 0, f.Device32(single), f.Host(single), f.Scale, SingleUlp);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: double {worst}, float {worst32}"));
        Assert.True(worst.Relative <= f.Relative, "double: " + worst);
        Assert.True(worst32.Ulp <= f.Ulp, "float: " + worst32);
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void IsCloseToTheHostOnPairs(string name)
    {
        Binary f = BinaryFunctions.Single(f => f.Name == name);
        Worst worst = new(), worst32 = new();
        double[] points = [.. Points(f.Low, f.High).Where((_, i) => i % 97 == 0)];
        foreach (double x in points)
        {
            foreach (double y in points)
            {
                worst.Add(x, y, f.Device(x, y), f.Host(x, y), 0, DoubleUlp);
                worst32.Add((float)x, (float)y, f.Device32((float)x, (float)y), f.Host((float)x, (float)y), 0, SingleUlp);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: double {worst}, float {worst32}"));
        Assert.True(worst.Relative <= f.Relative, "double: " + worst);
        Assert.True(worst32.Ulp <= f.Ulp, "float: " + worst32);
    }

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void IsTheSameAtSpecialValues(string name)
    {
        Unary f = UnaryFunctions.Single(f => f.Name == name);
        foreach (double x in Special)
        {
            if (x < f.Low && name.EndsWith("above 0", StringComparison.Ordinal) && x != double.NegativeInfinity && x != Math.Floor(x))
            {
                continue;                                                   // close to the host within the bounds of another test
            }

            if (Math.Abs(x) > 1e29 && name is ("Sin" or "Cos" or "Tan"))
            {
                continue;                                                   // another test says so
            }

            AssertAlike(f.Host(x), f.Device(x), 1e-13, $"{name}({Show(x)})");
            AssertAlike((float)f.Host((float)x), f.Device32((float)x), 1e-5, $"{name}({Show(x)}f)");
        }
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void IsTheSameAtPairsOfSpecialValues(string name)
    {
        Binary f = BinaryFunctions.Single(f => f.Name == name);
        foreach (double x in Special)
        {
            foreach (double y in Special)
            {
                if (name == "CopySign" && double.IsNaN(y))
                {
                    continue;                                               // the sign of NaN is lost on purpose
                }

                AssertAlike(f.Host(x, y), f.Device(x, y), 1e-13, $"{name}({Show(x)}, {Show(y)})");
                AssertAlike((float)f.Host((float)x, (float)y), f.Device32((float)x, (float)y), 1e-4, $"{name}({Show(x)}f, {Show(y)}f)");
            }
        }
    }

    [Fact]
    public void LogarithmsAndRootsOfSubnormalNumbersAreRight()
    {
        for (double x = double.Epsilon; x < 1e-300; x *= 3)
        {
            AssertAlike(Math.Log(x), DeviceMath.Log(x), 1e-15, Show(x));
            AssertAlike(Math.Cbrt(x), DeviceMath.Cbrt(x), 1e-15, Show(x));
        }

        for (float x = float.Epsilon; x < 1e-37f; x *= 3)
        {
            AssertAlike(MathF.Log(x), DeviceMath.Log(x), 5e-7, Show(x));
            AssertAlike(MathF.Cbrt(x), DeviceMath.Cbrt(x), 5e-7, Show(x));
        }
    }

    [Fact]
    public void AnglesAreReducedExactlyUpToTheBoundAndNaNBeyond()
    {
        for (double x = 100; x < 4.5e15; x *= 1.0137)
        {
            AssertAlike(Math.Sin(x), DeviceMath.Sin(x), 1e-15, Show(x));
            AssertAlike(Math.Cos(-x), DeviceMath.Cos(-x), 1e-15, Show(x));
        }

        for (float x = 100; x < 8e6f; x *= 1.00137f)
        {
            AssertAlike(Math.Sin(x), DeviceMath.Sin(x), 5e-7, Show(x));
            AssertAlike(Math.Cos(x), DeviceMath.Cos(x), 5e-7, Show(x));
        }

        // The multiple of ½π that a double lies closest to below 2⁵².
        AssertAlike(Math.Cos(6381956970095103.0 / 2), DeviceMath.Cos(6381956970095103.0 / 2), 1e-15, "hard case");
        Assert.True(double.IsNaN(DeviceMath.Sin(1e16)) && double.IsNaN(DeviceMath.Cos(-1e16)) && float.IsNaN(DeviceMath.Tan(1e8f)));
    }

    /// <summary>Below zero both sums of the two parts may cancel: the difference counts against the larger part.</summary>
    [Fact]
    public void GammaDerivativesBelowZeroAreCloseToTheHost()
    {
        Worst worst = new(), worst32 = new();
        foreach (double x in Points(-30, 0).Where((_, i) => i % 5 == 0))
        {
            float single = (float)x;
            for (int order = 0; order <= 6; order++)
            {
                double scale = x == Math.Floor(x) ? 0 : Math.Abs(Sym.Polygamma(order | 1, x));
                worst.Add(x, order, Polygamma(order, x), Sym.Polygamma(order, x), scale, DoubleUlp);
                scale = single == MathF.Floor(single) ? 0 : Math.Abs(Sym.Polygamma(order | 1, (double)single));
                double host = Sym.Polygamma(order, (double)single);
                if (Math.Abs(host) < 1e37)
                {
                    worst32.Add(single, order, Polygamma(order, single), host, scale, SingleUlp);
                }
            }
        }

        output.WriteLine($"{worst}; {worst32}");
        Assert.True(worst.Relative <= 1e-13, "double: " + worst);
        Assert.True(worst32.Ulp <= 32, "float: " + worst32);
    }

    [Fact]
    public void TheRemainderIsExactOverTheWholeRange()
    {
        Random random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            double x = BitConverter.Int64BitsToDouble(random.NextInt64()), y = BitConverter.Int64BitsToDouble(random.NextInt64());
            AssertAlike(x % y, DeviceMath.Rem(x, y), 0, $"{Show(x)} % {Show(y)}");
            AssertAlike(-x % y, DeviceMath.Rem(-x, -y), 0, $"{Show(-x)} % {Show(-y)}");
            float single = BitConverter.Int32BitsToSingle(random.Next()), other = BitConverter.Int32BitsToSingle(random.Next());
            AssertAlike(single % other, DeviceMath.Rem(single, other), 0, $"{Show(single)} % {Show(other)}");
        }
    }

    [Fact]
    public void IntegersAreAsInCSharp()
    {
        int[] values = [0, 1, -1, 2, -2, 7, -7, 8, -8, 1000, -1001, int.MaxValue, int.MinValue + 1];
        foreach (int x in values)
        {
            Assert.Equal(Math.Abs(x), DeviceMath.Abs(x));
            Assert.Equal(Math.Sign(x), DeviceMath.Sign(x));
            foreach (int y in values)
            {
                Assert.Equal(Math.Min(x, y), DeviceMath.Min(x, y));
                Assert.Equal(Math.Max(x, y), DeviceMath.Max(x, y));
                if (y != 0)
                {
                    Assert.Equal(x / y, DeviceMath.Quotient(x, y));
                }
            }
        }

        Assert.Equal(int.MinValue, DeviceMath.Abs(int.MinValue));
        Assert.Equal(int.MinValue / 4, DeviceMath.Quotient(int.MinValue, 4));
        Assert.Equal(7.0, DeviceMath.Fma(2.0, 3.0, 1.0));
        Assert.Equal(7f, DeviceMath.Fma(2f, 3f, 1f));
    }

    private static double Polygamma(int order, double x) =>
        order == 0 ? DeviceMath.Digamma(x) : order == 1 ? DeviceMath.Trigamma(x) : DeviceMath.Polygamma(order, x);

    private static float Polygamma(int order, float x) =>
        order == 0 ? DeviceMath.Digamma(x) : order == 1 ? DeviceMath.Trigamma(x) : DeviceMath.Polygamma(order, x);

    /// <summary>Evenly spread, and evenly in their logarithms towards both ends and zero, and far out where the range is wide.</summary>
    private static IEnumerable<double> Points(double low, double high)
    {
        for (int i = 1; i < Samples; i++)
        {
            yield return low + (high - low) * i / Samples;
        }

        for (int i = 1; i < Samples; i++)
        {
            double step = Math.Pow(10, -15.0 * i / Samples);
            foreach (double x in (double[])[low + step, high - step, step * step, -step * step, 1 + step, 1 - step, 2 - step])
            {
                if (x > low && x < high)
                {
                    yield return x;
                }
            }
        }
    }

    /// <summary>Equal, with the sign of zero; or as close as said; a NaN with a NaN.</summary>
    private static void AssertAlike(double expected, double actual, double relative, string what)
    {
        bool isAlike = double.IsNaN(expected) ? double.IsNaN(actual)
            : expected == 0 || double.IsInfinity(expected) ? expected == actual && double.IsNegative(expected) == double.IsNegative(actual)
            : Math.Abs(actual - expected) <= relative * Math.Abs(expected);
        Assert.True(isAlike, $"{what}: {Show(actual)} instead of {Show(expected)}");
    }

    private static string Show(double x) => x.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>10ˣ in more digits than one call of <see cref="Math.Pow"/> promises: it is correct to an ulp or so.</summary>
    private static double Exp10(double x) => Math.Pow(10, x);

    private const double DoubleUlp = 2.220446049250313e-16;
    private const double SingleUlp = 1.1920928955078125e-07;

    private sealed class Worst
    {
        private string _where = "none";

        public double Relative { get; private set; }

        public double Ulp { get; private set; }

        public void Add(double x, double y, double actual, double expected, double scale, double ulp)
        {
            // Subnormal results have fewer digits; a float result that overflows has none.
            double least = ulp == SingleUlp ? 1.17549435e-38 : 2.2250738585072014e-308, most = ulp == SingleUlp ? float.MaxValue : double.MaxValue;
            double size = Math.Max(Math.Max(Math.Abs(expected), scale), least);
            double error = actual.Equals(expected) || (Math.Abs(expected) > most * (1 - ulp) && Math.Abs(actual) > most * (1 - 16 * ulp)) ? 0 : Math.Abs(actual - expected) / size;
            if (double.IsNaN(error) || error > Relative)
            {
                Relative = double.IsNaN(error) ? double.PositiveInfinity : error;
                Ulp = Relative / ulp;
                _where = $"{Show(actual)} instead of {Show(expected)} at {Show(x)}, {Show(y)}";
            }
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Relative:E1} ({Ulp:F1} ulp): {_where}");
    }
}
