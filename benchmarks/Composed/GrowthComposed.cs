using System.Numerics.Tensors;

namespace Benchmarks.Composed;

/// <summary>The growth curve's mean squared residual and its gradient in calls over whole arrays.</summary>
internal sealed class GrowthComposed(int examples)
{
    private readonly double[] sigmoid = new double[examples];
    private readonly double[] residual = new double[examples];

    internal double Gradient(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        (double a, double b, double c) = (parameters[0], parameters[1], parameters[2]);
        Span<double> s = sigmoid, r = residual;

        TensorPrimitives.Multiply(x, c, s);
        TensorPrimitives.Subtract(s, b, s);
        TensorPrimitives.Sigmoid<double>(s, s);                             // s = 1/(1 + exp(b − c·x))
        TensorPrimitives.MultiplyAdd(s, -a, y, r);                          // r = y − a·s
        double loss = TensorPrimitives.SumOfSquares<double>(r) / x.Length;

        TensorPrimitives.Multiply(r, s, r);                                 // r·s
        gradient[0] = -2 * TensorPrimitives.Sum<double>(r) / x.Length;
        TensorPrimitives.Subtract(1, s, s);
        TensorPrimitives.Multiply(r, s, r);                                 // r·s·(1 − s)
        gradient[1] = 2 * a * TensorPrimitives.Sum<double>(r) / x.Length;
        gradient[2] = -2 * a * TensorPrimitives.Dot(r, x) / x.Length;
        return loss;
    }
}
