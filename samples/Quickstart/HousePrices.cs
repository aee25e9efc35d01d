using System.Numerics.Tensors;
using SymbolicGD;

namespace Quickstart;

/// <summary>Linear regression of house prices, by mini-batches. Prices are in units of $100,000.</summary>
public static partial class HousePrices
{
    [Loss]
    public static float SquaredError(
        [Parameter] ReadOnlySpan<float> weights, [Parameter] float intercept, ReadOnlySpan<float> features, float price)
    {
        float error = Predict(weights, intercept, features) - price;
        return error * error;
    }

    /// <summary>The model itself: the loss calls it, and so does whoever wants a prediction.</summary>
    public static float Predict(ReadOnlySpan<float> weights, float intercept, ReadOnlySpan<float> features) =>
        intercept + TensorPrimitives.Dot(weights, features);
}
