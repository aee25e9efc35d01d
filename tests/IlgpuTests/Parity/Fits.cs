using System.Numerics.Tensors;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>Residuals of other kinds than curves and meshes have.</summary>
public static partial class Fits
{
    /// <summary>Products of matrices, with as many residuals as the data have columns.</summary>
    [Residual(Order = 2)]
    public static void Network(
        [Parameter, Shape("hidden", "inputs")] ReadOnlyMatrix<float> first, [Parameter, Shape("outputs", "hidden")] ReadOnlyMatrix<float> second, [Parameter, Shape("outputs")] ReadOnlySpan<float> bias,
        [Shape("inputs")] ReadOnlySpan<float> x, [Shape("outputs")] ReadOnlySpan<float> y, [Output, Shape("outputs")] Span<float> residuals)
    {
        Span<float> hidden = stackalloc float[first.Rows];
        for (int j = 0; j < first.Rows; j++) hidden[j] = MathF.Tanh(TensorPrimitives.Dot(first.Row(j), x));
        for (int k = 0; k < second.Rows; k++) residuals[k] = bias[k] + TensorPrimitives.Dot(second.Row(k), hidden) - y[k];
    }

    /// <summary>A matrix times a row of data is what the residuals are.</summary>
    [Residual]
    public static void Linear([Parameter, Shape("outputs", "inputs")] ReadOnlyMatrix<double> weights, [Shape("inputs")] ReadOnlySpan<double> x, [Output, Shape("outputs")] Span<double> residuals)
    {
        for (int k = 0; k < weights.Rows; k++) residuals[k] = TensorPrimitives.Dot(weights.Row(k), x);
    }

    /// <summary>A loop that only a condition ends, for each example and in front of all.</summary>
    [Residual(MaxTrips = 40)]
    public static void Roots([Parameter] double scale, [Parameter] double shift, double x, double y, [Output] Span<double> residuals)
    {
        double root = 1, common = 1;
        while (Math.Abs(root * root - x) > 1e-9) root = 0.5 * (root + x / root);
        while (Math.Abs(common * common - scale) > 1e-9) common = 0.5 * (common + scale / common);
        residuals[0] = common * root + shift - y;
        residuals[1] = shift * y;
    }

    /// <summary>Of the parameters alone: one example.</summary>
    [Residual]
    public static void Valley([Parameter, Shape("n")] ReadOnlySpan<double> x, [Output, Shape("n")] Span<double> residuals)
    {
        residuals[0] = 1 - x[0];
        for (int k = 1; k < x.Length; k++) residuals[k] = 10 * (x[k] - x[k - 1] * x[k - 1]);
    }
}
