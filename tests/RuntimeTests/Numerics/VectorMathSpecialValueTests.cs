using System.Runtime.Intrinsics;
using SymbolicGD.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Numerics;

/// <summary>
/// The ends of each domain, zeros of both signs, subnormals, infinities and NaN: the vector functions against the scalar ones of the
/// platform (or of <see cref="Sym"/>, which <see cref="SymTests"/> holds against written values).
/// </summary>
public sealed class VectorMathSpecialValueTests
{
    private static readonly double[] Operands =
    [
        0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
        double.Epsilon, -double.Epsilon, 1e-310, -1e-310, 2.2250738585072014e-308, -2.2250738585072014e-308, 1e-300, -1e-300, 1e-20, -1e-20,
        double.MaxValue, double.MinValue, 1e300, -1e300, 709.782712893384, 709.782712893385, -745.1332191019412, -745.2, -708.5, 710.4, 711, -711, 1024, -1075, -1074, 308.3,
        0.9999999999999999, 1.0000000000000002, -0.9999999999999999, -1.0000000000000002, 1.5, 2.5, -2.5, 1e9, 1e16,
    ];

    private static readonly float[] SingleOperands =
    [
        0.0f, -0.0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f, 1.17549435e-38f, -1.17549435e-38f, 1e-30f, -1e-30f, 1e-10f, -1e-10f,
        float.MaxValue, float.MinValue, 1e30f, -1e30f, 88.72283f, 88.7229f, -103.97f, -104.1f, -87.5f, 89.4f, 89.5f, 128, -150, -149, 38.6f,
        0.99999994f, 1.0000001f, -0.99999994f, -1.0000001f, 1.5f, 2.5f, -2.5f, 40000, 60000, 7,
    ];

    private static readonly Dictionary<string, (Func<Vector512<double>, Vector512<double>> Double, Func<Vector512<float>, Vector512<float>> Single, Func<double, double> Scalar)> Functions = new()
    {
        ["Exp"] = (VectorMath.Exp, VectorMath.Exp, Math.Exp),
        ["Exp2"] = (VectorMath.Exp2, VectorMath.Exp2, x => Math.Pow(2, x)),
        ["Exp10"] = (VectorMath.Exp10, VectorMath.Exp10, x => Math.Pow(10, x)),
        ["Expm1"] = (VectorMath.Expm1, VectorMath.Expm1, Sym.Expm1),
        ["Log"] = (VectorMath.Log, VectorMath.Log, Math.Log),
        ["Log2"] = (VectorMath.Log2, VectorMath.Log2, Math.Log2),
        ["Log10"] = (VectorMath.Log10, VectorMath.Log10, Math.Log10),
        ["Log1p"] = (VectorMath.Log1p, VectorMath.Log1p, Sym.Log1p),
        ["Sin"] = (VectorMath.Sin, VectorMath.Sin, Math.Sin),
        ["Cos"] = (VectorMath.Cos, VectorMath.Cos, Math.Cos),
        ["Tan"] = (VectorMath.Tan, VectorMath.Tan, Math.Tan),
        ["Asin"] = (VectorMath.Asin, VectorMath.Asin, Math.Asin),
        ["Acos"] = (VectorMath.Acos, VectorMath.Acos, Math.Acos),
        ["Atan"] = (VectorMath.Atan, VectorMath.Atan, Math.Atan),
        ["Sinh"] = (VectorMath.Sinh, VectorMath.Sinh, Math.Sinh),
        ["Cosh"] = (VectorMath.Cosh, VectorMath.Cosh, Math.Cosh),
        ["Tanh"] = (VectorMath.Tanh, VectorMath.Tanh, Math.Tanh),
        ["Asinh"] = (VectorMath.Asinh, VectorMath.Asinh, Math.Asinh),
        ["Acosh"] = (VectorMath.Acosh, VectorMath.Acosh, Math.Acosh),
        ["Atanh"] = (VectorMath.Atanh, VectorMath.Atanh, Math.Atanh),
        ["Sigmoid"] = (VectorMath.Sigmoid, VectorMath.Sigmoid, Sym.Sigmoid),
        ["Softplus"] = (VectorMath.Softplus, VectorMath.Softplus, Sym.Softplus),
        ["Erf"] = (VectorMath.Erf, VectorMath.Erf, Sym.Erf),
        ["Erfc"] = (VectorMath.Erfc, VectorMath.Erfc, Sym.Erfc),
        ["LogGamma"] = (VectorMath.LogGamma, VectorMath.LogGamma, Sym.LogGamma),
        ["Digamma"] = (VectorMath.Digamma, VectorMath.Digamma, Sym.Digamma),
        ["Trigamma"] = (VectorMath.Trigamma, VectorMath.Trigamma, Sym.Trigamma),
        ["Polygamma"] = (x => VectorMath.Polygamma(2, x), x => VectorMath.Polygamma(2, x), x => Sym.Polygamma(2, x)),
        ["Cbrt"] = (VectorMath.Cbrt, VectorMath.Cbrt, Math.Cbrt),
        ["Sign"] = (VectorMath.Sign, VectorMath.Sign, x => double.IsNaN(x) || x == 0 ? x : Math.Sign(x)),
        ["Floor"] = (VectorMath.Floor, VectorMath.Floor, Math.Floor),
        ["Ceiling"] = (VectorMath.Ceiling, VectorMath.Ceiling, Math.Ceiling),
        ["Round"] = (VectorMath.Round, VectorMath.Round, Math.Round),
        ["Truncate"] = (VectorMath.Truncate, VectorMath.Truncate, Math.Truncate),
    };

    private static readonly Dictionary<string, (Func<Vector512<double>, Vector512<double>, Vector512<double>> Double, Func<Vector512<float>, Vector512<float>, Vector512<float>> Single, Func<double, double, double> Scalar)> Pairs = new()
    {
        ["Pow"] = (VectorMath.Pow, VectorMath.Pow, Math.Pow),
        ["Atan2"] = (VectorMath.Atan2, VectorMath.Atan2, Math.Atan2),
        ["Hypot"] = (VectorMath.Hypot, VectorMath.Hypot, double.Hypot),
        ["Rem"] = (VectorMath.Rem, VectorMath.Rem, (x, y) => x % y),
        ["CopySign"] = (VectorMath.CopySign, VectorMath.CopySign, Math.CopySign),
    };

    public static TheoryData<string> FunctionNames => [.. Functions.Keys];

    public static TheoryData<string> PairNames => [.. Pairs.Keys];

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void Double(string name)
    {
        foreach (double x in Operands)
        {
            AssertAgree($"{name}({x:R})", Functions[name].Scalar(x), Functions[name].Double(Vector512.Create(x))[3], 5e-15, double.Epsilon);
        }
    }

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void Single(string name)
    {
        foreach (float x in SingleOperands)
        {
            AssertAgree($"{name}({x:R}f)", (float)Functions[name].Scalar(x), Functions[name].Single(Vector512.Create(x))[5], 1e-6, float.Epsilon);
        }
    }

    [Theory]
    [MemberData(nameof(PairNames))]
    public void PairsOfDouble(string name)
    {
        foreach (double x in Operands)
        {
            foreach (double y in Operands)
            {
                AssertAgree($"{name}({x:R}, {y:R})", Pairs[name].Scalar(x, y), Pairs[name].Double(Vector512.Create(x), Vector512.Create(y))[3], 5e-15, double.Epsilon);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PairNames))]
    public void PairsOfSingle(string name)
    {
        foreach (float x in SingleOperands)
        {
            foreach (float y in SingleOperands)
            {
                AssertAgree($"{name}({x:R}f, {y:R}f)", (float)Pairs[name].Scalar(x, y), Pairs[name].Single(Vector512.Create(x), Vector512.Create(y))[5], 1e-6, float.Epsilon, mayUnderflow: name == "Pow");
            }
        }
    }

    /// <summary>The same kind of value and sign; finite values closely, down to one unit where they are subnormal.</summary>
    private static void AssertAgree(string call, double expected, double actual, double relative, double smallest, bool mayUnderflow = false)
    {
        bool agree = double.IsNaN(expected) ? double.IsNaN(actual)
            : double.IsInfinity(expected) ? expected == actual
            : double.IsNegative(expected) == double.IsNegative(actual) && Math.Abs(expected - actual) <= Math.Max(relative * Math.Abs(expected), expected == 0 && !mayUnderflow ? 0 : smallest);
        Assert.True(agree, FormattableString.Invariant($"{call} gave {actual:R} instead of {expected:R}."));
    }

    [Fact]
    public void ExpOrZeroIsTheExponentialOrZeroWhereThatIsTiny()
    {
        foreach (double x in Operands.Append(-693.14).Append(-693.15))
        {
            double exp = VectorMath.Exp(Vector512.Create(x))[0], orZero = VectorMath.ExpOrZero(Vector512.Create(x))[0];
            Assert.Equal(exp < Math.ScaleB(1, -1000) ? 0 : exp, orZero);
        }

        foreach (float x in SingleOperands.Append(-69.31f).Append(-69.32f))
        {
            float exp = VectorMath.Exp(Vector512.Create(x))[0], orZero = VectorMath.ExpOrZero(Vector512.Create(x))[0];
            Assert.Equal(exp < MathF.ScaleB(1, -100) ? 0 : exp, orZero);
        }
    }
}
