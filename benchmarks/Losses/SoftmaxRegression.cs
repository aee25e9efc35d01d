using System.Numerics.Tensors;
using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>A linear classifier of several classes.</summary>
public static partial class SoftmaxRegression
{
    [Loss]
    public static float CrossEntropy(
        [Parameter, Shape("classes", "pixels")] ReadOnlyMatrix<float> w, [Parameter, Shape("classes")] ReadOnlySpan<float> b,
        [Shape("pixels")] ReadOnlySpan<float> image, int digit)
    {
        Span<float> logits = stackalloc float[b.Length];
        for (int k = 0; k < logits.Length; k++) logits[k] = b[k] + TensorPrimitives.Dot(w.Row(k), image);
        return Sym.LogSumExp(logits) - logits[digit];
    }
}
