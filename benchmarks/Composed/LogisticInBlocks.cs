using System.Numerics.Tensors;

namespace Benchmarks.Composed;

/// <summary>
/// The same as <see cref="LogisticByRow"/> with the scalar functions taken over blocks of rows that fit in the first level cache: more
/// than one expects a user to write, and the best that was found with these primitives.
/// </summary>
internal sealed class LogisticInBlocks
{
    private const int Block = 64;
    private readonly float[] z = new float[Block];
    private readonly float[] e = new float[Block];
    private readonly float[] slope = new float[Block];

    internal float Gradient(ReadOnlySpan<float> features, ReadOnlySpan<float> labels, ReadOnlySpan<float> parameters, Span<float> gradient)
    {
        int width = parameters.Length - 1;
        ReadOnlySpan<float> weights = parameters[..width];
        Span<float> weightGradient = gradient[..width];
        float bias = parameters[width], loss = 0, biasGradient = 0;
        weightGradient.Clear();
        for (int start = 0; start < labels.Length; start += Block)
        {
            int count = Math.Min(Block, labels.Length - start);
            Span<float> zs = z.AsSpan(0, count), es = e.AsSpan(0, count), slopes = slope.AsSpan(0, count);
            ReadOnlySpan<float> label = labels.Slice(start, count);
            ReadOnlySpan<float> rows = features.Slice(start * width, count * width);
            for (int r = 0; r < count; r++) zs[r] = bias + TensorPrimitives.Dot(weights, rows.Slice(r * width, width));

            // loss: max(z, 0) + ln(1 + exp(−|z|)) − label·z
            TensorPrimitives.Abs<float>(zs, es);
            TensorPrimitives.Negate<float>(es, es);
            TensorPrimitives.Exp<float>(es, es);
            TensorPrimitives.LogP1<float>(es, es);
            loss += TensorPrimitives.Sum<float>(es) - TensorPrimitives.Dot(label, zs);
            TensorPrimitives.Max(zs, 0f, es);
            loss += TensorPrimitives.Sum<float>(es);

            TensorPrimitives.Sigmoid<float>(zs, slopes);
            TensorPrimitives.Subtract(slopes, label, slopes);
            biasGradient += TensorPrimitives.Sum<float>(slopes);
            for (int r = 0; r < count; r++)
            {
                TensorPrimitives.MultiplyAdd(rows.Slice(r * width, width), slopes[r], weightGradient, weightGradient);
            }
        }

        TensorPrimitives.Divide(weightGradient, labels.Length, weightGradient);
        gradient[width] = biasGradient / labels.Length;
        return loss / labels.Length;
    }
}
