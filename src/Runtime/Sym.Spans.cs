using System.Numerics.Tensors;

namespace SymbolicGD;

public static partial class Sym
{
    /// <summary>ln Σ e^xᵢ without overflow; −∞ for an empty span. +∞ where any element is +∞, −∞ where all are −∞, NaN where any is NaN.</summary>
    /// <param name="x">The operands; their derivative is the soft maximum of <paramref name="x"/>.</param>
    public static double LogSumExp(ReadOnlySpan<double> x)
    {
        double max = Max(x);
        if (!double.IsFinite(max))
        {
            return max;
        }

        double sum = 0;
        foreach (double value in x)
        {
            sum += Math.Exp(value - max);
        }

        return max + Math.Log(sum);
    }

    /// <inheritdoc cref="LogSumExp(ReadOnlySpan{double})"/>
    public static float LogSumExp(ReadOnlySpan<float> x)
    {
        float max = Max(x);
        if (!float.IsFinite(max))
        {
            return max;
        }

        double sum = 0;
        foreach (float value in x)
        {
            sum += Math.Exp((double)value - max);
        }

        return (float)(max + Math.Log(sum));
    }

    /// <summary>The Euclidean norm √Σ xᵢ², without intermediate overflow or underflow; 0 for an empty span. Slope 0 at the origin.</summary>
    /// <param name="x">The operands.</param>
    public static double Norm(ReadOnlySpan<double> x)
    {
        double sum = TensorPrimitives.SumOfSquares(x);
        if (sum is > 1e-280 and < double.PositiveInfinity || double.IsNaN(sum) || x.IsEmpty)
        {
            return Math.Sqrt(sum);
        }

        // Out of range, or truly zero or infinite: once more relative to the largest.
        double max = 0;
        foreach (double value in x)
        {
            max = Math.Max(max, Math.Abs(value));
        }

        if (max == 0 || double.IsInfinity(max))
        {
            return max;
        }

        sum = 0;
        foreach (double value in x)
        {
            sum += value / max * (value / max);
        }

        return max * Math.Sqrt(sum);
    }

    /// <inheritdoc cref="Norm(ReadOnlySpan{double})"/>
    public static float Norm(ReadOnlySpan<float> x)
    {
        double sum = 0;                                                     // squares of floats neither overflow nor vanish in double
        foreach (float value in x)
        {
            sum += (double)value * value;
        }

        return (float)Math.Sqrt(sum);
    }

    /// <summary>The arithmetic mean; NaN for an empty span.</summary>
    /// <param name="x">The operands.</param>
    public static double Mean(ReadOnlySpan<double> x) => TensorPrimitives.Sum(x) / x.Length;

    /// <inheritdoc cref="Mean(ReadOnlySpan{double})"/>
    public static float Mean(ReadOnlySpan<float> x) => TensorPrimitives.Sum(x) / x.Length;

    /// <summary>The mean of the squared deviations from the mean (divisor n, not n − 1), in two passes; NaN for an empty span.</summary>
    /// <param name="x">The operands.</param>
    public static double Variance(ReadOnlySpan<double> x)
    {
        double mean = Mean(x), sum = 0;
        foreach (double value in x)
        {
            sum += (value - mean) * (value - mean);
        }

        return sum / x.Length;
    }

    /// <inheritdoc cref="Variance(ReadOnlySpan{double})"/>
    public static float Variance(ReadOnlySpan<float> x)
    {
        float mean = Mean(x), sum = 0;
        foreach (float value in x)
        {
            sum += (value - mean) * (value - mean);
        }

        return sum / x.Length;
    }

    /// <summary>The soft maximum e^xᵢ/Σ e^xⱼ of each element, without overflow; NaN throughout where the largest element is not finite.</summary>
    /// <param name="x">The operands.</param>
    /// <param name="destination">As long as <paramref name="x"/>; may be <paramref name="x"/> itself.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SoftMax(ReadOnlySpan<double> x, Span<double> destination)
    {
        CheckLengths(x.Length, destination.Length);
        double max = Max(x);
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double e = Math.Exp(x[i] - max);
            destination[i] = e;
            sum += e;
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] /= sum;
        }
    }

    /// <inheritdoc cref="SoftMax(ReadOnlySpan{double}, Span{double})"/>
    public static void SoftMax(ReadOnlySpan<float> x, Span<float> destination)
    {
        CheckLengths(x.Length, destination.Length);
        float max = Max(x);
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float e = MathF.Exp(x[i] - max);
            destination[i] = e;
            sum += e;
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] /= sum;
        }
    }

    private static double Max(ReadOnlySpan<double> x)
    {
        double max = double.NegativeInfinity;
        foreach (double value in x)
        {
            max = Math.Max(max, value);
        }

        return max;
    }

    private static float Max(ReadOnlySpan<float> x)
    {
        float max = float.NegativeInfinity;
        foreach (float value in x)
        {
            max = MathF.Max(max, value);
        }

        return max;
    }

    private static void CheckLengths(int source, int destination)
    {
        if (source != destination)
        {
            throw new ArgumentException($"The destination holds {destination} elements where the source holds {source}.", nameof(destination));
        }
    }
}
