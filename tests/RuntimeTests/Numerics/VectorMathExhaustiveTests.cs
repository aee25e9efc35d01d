using System.Globalization;
using System.Runtime.Intrinsics;
using SymbolicGD.Numerics;
using Xunit;
using Xunit.Abstractions;

namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>
/// The bounds of the functions of one <see cref="float"/> over all 2³² operands, NaN, infinities and subnormal numbers included:
/// <c>SYMBOLICGD_ULPS=all dotnet test tests/RuntimeTests -c Release --filter EveryOperand --logger "console;verbosity=detailed"</c>, an hour on two cores; or
/// names separated by commas. Without the variable, over one operand of 65,521.
/// </summary>
/// <remarks>
/// The reference is the same function of <see cref="double"/>, which other tests hold against numbers of twice its precision: its error is a billionth of a bound here. Functions of
/// <see cref="float"/> that are computed in <see cref="double"/> and rounded are held against those of the platform, or of <see cref="Sym"/>, instead.
/// </remarks>
public sealed class VectorMathExhaustiveTests(ITestOutputHelper output)
{
    private const long Operands = 1L << 32;
    private const int SampledStep = 65_521;
    private const int Chunks = 256;

    private static readonly string[] Wanted = (Environment.GetEnvironmentVariable("SYMBOLICGD_ULPS") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static readonly Dictionary<string, Func<double, double>> Scalars = new()
    {
        ["Log2"] = Math.Log2, ["Log10"] = Math.Log10, ["Asin"] = Math.Asin, ["Acos"] = Math.Acos, ["Sinh"] = Math.Sinh, ["Cosh"] = Math.Cosh,
        ["Asinh"] = Math.Asinh, ["Acosh"] = Math.Acosh, ["Atanh"] = Math.Atanh, ["Cbrt"] = Math.Cbrt, ["LogGamma"] = Sym.LogGamma, ["Digamma"] = Sym.Digamma,
        ["Trigamma"] = Sym.Trigamma, ["Polygamma"] = x => Sym.Polygamma(2, x),
    };

    public static TheoryData<string> FunctionNames => [.. VectorMathAccuracyTests.Functions.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void EveryOperandStaysWithinTheBound(string name)
    {
        VectorMathAccuracyTests.Unary f = VectorMathAccuracyTests.Functions.Single(f => f.Name == name);
        bool all = Wanted.Contains("all", StringComparer.OrdinalIgnoreCase) || Wanted.Contains(name, StringComparer.OrdinalIgnoreCase);
        var worst = new (double Ulps, uint Bits)[Chunks];
        if (all) Parallel.For(0, Chunks, chunk => worst[chunk] = Check(f, Operands / Chunks * chunk, Operands / Chunks * (chunk + 1), 1));
        else worst[0] = Check(f, 0, Operands, SampledStep);
        (double ulps, uint bits) = worst.MaxBy(w => w.Ulps);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {(all ? Operands : Operands / SampledStep):N0} operands, at most {ulps:F3} ulp, at {BitConverter.UInt32BitsToSingle(bits):R}; the bound is {f.SingleBound}"));
        Assert.True(ulps <= f.SingleBound, string.Create(CultureInfo.InvariantCulture, $"{name}({BitConverter.UInt32BitsToSingle(bits):R}) is {ulps:F3} ulp off; the bound is {f.SingleBound}."));
    }

    /// <returns>The largest error, and where.</returns>
    private static (double Ulps, uint Bits) Check(VectorMathAccuracyTests.Unary f, long from, long to, int step)
    {
        (double Ulps, uint Bits) worst = (0, 0);
        bool scalar = Scalars.TryGetValue(f.Name, out Func<double, double>? reference);
        Vector512<uint> lanes = Vector512<uint>.Indices * Vector512.Create((uint)step);
        for (long bits = from; bits < to; bits += (long)step * Vector512<float>.Count)
        {
            Vector512<uint> operands = Vector512.Create((uint)bits) + lanes;
            Vector512<float> x = operands.AsSingle(), result = f.Single(x);
            (Vector512<double> lowX, Vector512<double> highX) = Vector512.Widen(x);
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(result);
            Vector512<double> lowReference = scalar ? Apply(reference!, lowX) : f.Double(lowX), highReference = scalar ? Apply(reference!, highX) : f.Double(highX);
            if (IsWellWithin(low, lowReference, worst.Ulps) && IsWellWithin(high, highReference, worst.Ulps)) continue;
            for (int lane = 0; lane < Vector512<float>.Count && bits + ((long)step * lane) < to; lane++)
            {
                double ulps = Ulps(result[lane], lane < 8 ? lowReference[lane] : highReference[lane - 8]);
                if (ulps > worst.Ulps) worst = (ulps, operands[lane]);
            }
        }

        return worst;
    }

    /// <summary>Whether no lane can be worse than what there was: an ulp is at least 2⁻²⁴ of the number.</summary>
    private static bool IsWellWithin(Vector512<double> result, Vector512<double> reference, double ulps) =>
        Vector512.LessThanOrEqualAll(Vector512.Abs(result - reference), Vector512.Abs(reference) * Vector512.Create(ulps * 5.9604644775390625e-8));

    private static Vector512<double> Apply(Func<double, double> function, Vector512<double> x)
    {
        Vector512<double> result = default;
        for (int lane = 0; lane < 8; lane++) result = result.WithElement(lane, function(x[lane]));
        return result;
    }

    /// <summary>The error in units of the last place of a float at the reference; infinite where only one of the two is NaN, or an infinity that the other is not.</summary>
    private static double Ulps(float result, double reference)
    {
        if (double.IsNaN(reference) || float.IsNaN(result)) return double.IsNaN(reference) == float.IsNaN(result) ? 0 : double.PositiveInfinity;
        if (result == reference) return 0;
        float nearest = (float)reference;
        if (float.IsInfinity(result) || float.IsInfinity(nearest)) return result == nearest ? 0 : Math.Abs(reference) > float.MaxValue * (1 - 1e-7) && Math.Abs(result) > float.MaxValue * (1 - 1e-6) ? 1 : double.PositiveInfinity;
        double place = Math.ScaleB(1, Math.Max(Math.ILogB(reference), -126) - 23);
        return Math.Abs(result - reference) / place;
    }
}
