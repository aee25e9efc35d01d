using System.Numerics.Tensors;
using SymbolicGD;

namespace DigitsSample;

/// <summary>A network with one hidden layer that tells handwritten digits apart.</summary>
public static partial class Digits
{
    /// <summary>Minus the log probability that the network gives the right digit.</summary>
    [Loss]
    public static float CrossEntropy(
        [Parameter, Shape("hidden", "pixels")] ReadOnlyMatrix<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
        [Parameter, Shape("classes", "hidden")] ReadOnlyMatrix<float> w2, [Parameter, Shape("classes")] ReadOnlySpan<float> b2,
        [Shape("pixels")] ReadOnlySpan<float> image, int digit)
    {
        Span<float> logits = stackalloc float[b2.Length];
        Predict(w1, b1, w2, b2, image, logits);
        return Sym.LogSumExp(logits) - logits[digit];
    }

    /// <summary>The digit that a trained network sees in an image.</summary>
    public static int Classify(CrossEntropyObjective.Parameters network, ReadOnlySpan<float> image)
    {
        Span<float> logits = stackalloc float[network.B2.Length];
        Predict(network.W1, network.B1, network.W2, network.B2, image, logits);
        return TensorPrimitives.IndexOfMax<float>(logits);
    }

    /// <summary>The model itself, an ordinary method: the loss calls it, and so does whoever wants a prediction.</summary>
    private static void Predict(
        ReadOnlyMatrix<float> w1, ReadOnlySpan<float> b1, ReadOnlyMatrix<float> w2, ReadOnlySpan<float> b2, ReadOnlySpan<float> image, Span<float> logits)
    {
        Span<float> h = stackalloc float[b1.Length];
        for (int i = 0; i < h.Length; i++) h[i] = MathF.Tanh(b1[i] + TensorPrimitives.Dot(w1.Row(i), image));
        for (int k = 0; k < logits.Length; k++) logits[k] = b2[k] + TensorPrimitives.Dot(w2.Row(k), h);
    }
}
