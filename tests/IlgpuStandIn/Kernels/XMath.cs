namespace ILGPU.Algorithms;

/// <summary>The functions of ILGPU.Algorithms that kernels may call.</summary>
public static class XMath
{
    public static float Exp(float f) => MathF.Exp(f);

    public static double Exp(double f) => Math.Exp(f);

    public static float Exp2(float value) => MathF.Pow(2f, value);

    public static double Exp2(double value) => Math.Pow(2d, value);

    public static float Log(float value) => MathF.Log(value);

    public static double Log(double value) => Math.Log(value);

    public static float Log2(float value) => MathF.Log2(value);

    public static double Log2(double value) => Math.Log2(value);

    public static float Log10(float value) => MathF.Log10(value);

    public static double Log10(double value) => Math.Log10(value);

    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    public static float Sqrt(float value) => MathF.Sqrt(value);

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static float Rsqrt(float value) => 1f / MathF.Sqrt(value);

    public static double Rsqrt(double value) => 1d / Math.Sqrt(value);

    public static float Rcp(float value) => 1f / value;

    public static double Rcp(double value) => 1d / value;

    public static float Sin(float value) => MathF.Sin(value);

    public static double Sin(double value) => Math.Sin(value);

    public static float Cos(float value) => MathF.Cos(value);

    public static double Cos(double value) => Math.Cos(value);

    public static float Tan(float value) => MathF.Tan(value);

    public static double Tan(double value) => Math.Tan(value);

    public static float Tanh(float value) => MathF.Tanh(value);

    public static double Tanh(double value) => Math.Tanh(value);

    public static float Abs(float value) => MathF.Abs(value);

    public static double Abs(double value) => Math.Abs(value);

    public static int Abs(int value) => Math.Abs(value);

    public static float Max(float first, float second) => MathF.Max(first, second);

    public static double Max(double first, double second) => Math.Max(first, second);

    public static int Max(int first, int second) => Math.Max(first, second);

    public static float Min(float first, float second) => MathF.Min(first, second);

    public static double Min(double first, double second) => Math.Min(first, second);

    public static int Min(int first, int second) => Math.Min(first, second);

    public static float Floor(float value) => MathF.Floor(value);

    public static double Floor(double value) => Math.Floor(value);

    public static float Ceiling(float value) => MathF.Ceiling(value);

    public static double Ceiling(double value) => Math.Ceiling(value);

    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;

    public static long DivRoundUp(long numerator, long denominator) => (numerator + denominator - 1) / denominator;
}
