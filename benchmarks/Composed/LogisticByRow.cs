using System.Numerics.Tensors;

namespace Benchmarks.Composed;

/// <summary>Logistic regression as one composes it: a dot product and a multiply-add per row, while the row is in the cache.</summary>
internal static class LogisticByRow
{
    internal static float Gradient(ReadOnlySpan<float> features, ReadOnlySpan<float> labels, ReadOnlySpan<float> parameters, Span<float> gradient)
    {
        int width = parameters.Length - 1;
        ReadOnlySpan<float> weights = parameters[..width];
        Span<float> weightGradient = gradient[..width];
        float bias = parameters[width], loss = 0, biasGradient = 0;
        weightGradient.Clear();
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = features.Slice(i * width, width);
            float z = bias + TensorPrimitives.Dot(weights, row);
            float e = MathF.Exp(-MathF.Abs(z)), inverse = 1 / (1 + e);
            float slope = (z >= 0 ? inverse : e * inverse) - labels[i];
            loss += MathF.Max(z, 0) + MathF.Log(1 + e) - labels[i] * z;
            biasGradient += slope;
            TensorPrimitives.MultiplyAdd(row, slope, weightGradient, weightGradient);
        }

        TensorPrimitives.Divide(weightGradient, labels.Length, weightGradient);
        gradient[width] = biasGradient / labels.Length;
        return loss / labels.Length;
    }
}
