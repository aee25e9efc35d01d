using System.Numerics.Tensors;

namespace Benchmarks.Composed;

/// <summary>Rosenbrock's function and its gradient in calls over whole arrays.</summary>
internal sealed class RosenbrockComposed(int dimensions)
{
    private readonly double[] curve = new double[dimensions - 1];
    private readonly double[] offset = new double[dimensions - 1];
    private readonly double[] product = new double[dimensions - 1];

    internal double Gradient(ReadOnlySpan<double> x, Span<double> gradient)
    {
        ReadOnlySpan<double> left = x[..^1], right = x[1..];
        Span<double> a = curve, b = offset, t = product;

        TensorPrimitives.Multiply(left, left, t);
        TensorPrimitives.Subtract(right, t, a);                             // a = x[i + 1] − x[i]²
        TensorPrimitives.Subtract(1.0, left, b);                            // b = 1 − x[i]
        double sum = 100 * TensorPrimitives.SumOfSquares<double>(a) + TensorPrimitives.SumOfSquares<double>(b);

        TensorPrimitives.Multiply(left, a, t);
        TensorPrimitives.Multiply(t, -400, t);
        TensorPrimitives.MultiplyAdd(b, -2, t, gradient[..^1]);             // ∂/∂x[i] = −400·x[i]·a − 2·b
        gradient[^1] = 0;
        TensorPrimitives.MultiplyAdd(a, 200, gradient[1..], gradient[1..]); // ∂/∂x[i + 1] += 200·a
        return sum;
    }
}
