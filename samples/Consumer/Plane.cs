using System.Numerics;
using SymbolicGD;

namespace Consumer;

/// <summary>A linear model of two variables.</summary>
public static partial class Plane
{
    [Loss]
    public static double SquaredError(
        [Parameter, Shape("axes")] ReadOnlySpan<double> w, [Parameter] double bias, [Shape("axes")] ReadOnlySpan<double> x, double y)
    {
        double error = Predict(w, bias, x) - y;
        return error * error;
    }

    public static double Predict(ReadOnlySpan<double> w, double bias, ReadOnlySpan<double> x)
    {
        double sum = bias;
        for (int j = 0; j < w.Length; j++) sum += w[j] * x[j];
        return sum;
    }
}

/// <summary>An optimizer of this project's own: a step of fixed length along the sign of the averaged gradient.</summary>
public static partial class Rules
{
    [UpdateRule]
    public static void SignMomentum<T>(ref T parameter, T gradient, [State] ref T momentum, [Hyper(1e-3)] T learningRate, [Hyper(0.9)] T beta)
        where T : IFloatingPointIeee754<T>
    {
        momentum = beta * momentum + (T.One - beta) * gradient;
        parameter -= momentum > T.Zero ? learningRate : momentum < T.Zero ? -learningRate : T.Zero;
    }
}
