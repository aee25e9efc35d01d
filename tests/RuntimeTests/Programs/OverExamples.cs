using System.Numerics.Tensors;

namespace SymbolicGD.RuntimeTests.Programs;

/// <summary>Losses over data, one for each way in which a kernel takes its examples.</summary>
public static partial class OverExamples
{
    /// <summary>Along the rows of the data, and a term that all examples share.</summary>
    [Loss(Order = 2)]
    public static float Logistic(
        [Parameter, Shape("features")] ReadOnlySpan<float> w, [Parameter] float bias, [Constant] float l2, [Shape("features")] ReadOnlySpan<float> x, float label)
    {
        float z = bias + TensorPrimitives.Dot(w, x);
        return Sym.Softplus(z) - label * z + l2 * TensorPrimitives.SumOfSquares(w);
    }

    /// <summary>One example per lane, as a sum.</summary>
    [Loss(Order = 2, Reduction = Reduction.Sum)]
    public static double Growth([Parameter] double a, [Parameter] double b, [Parameter] double c, double x, double y)
    {
        double e = y - a / (1 + Math.Exp(b - c * x));
        return e * e;
    }

    /// <summary>Products of matrices over blocks of examples.</summary>
    [Loss]
    public static float Network(
        [Parameter, Shape("hidden", "inputs")] ReadOnlyMatrix<float> w1, [Parameter, Shape("hidden")] ReadOnlySpan<float> b1,
        [Parameter, Shape("classes", "hidden")] ReadOnlyMatrix<float> w2, [Parameter, Shape("classes")] ReadOnlySpan<float> b2,
        [Shape("inputs")] ReadOnlySpan<float> x, int label)
    {
        Span<float> h = stackalloc float[b1.Length];
        Span<float> logits = stackalloc float[b2.Length];
        for (int i = 0; i < h.Length; i++) h[i] = MathF.Tanh(b1[i] + TensorPrimitives.Dot(w1.Row(i), x));
        for (int k = 0; k < logits.Length; k++) logits[k] = b2[k] + TensorPrimitives.Dot(w2.Row(k), h);
        return Sym.LogSumExp(logits) - logits[label];
    }

    /// <summary>One by one, with a record that grows.</summary>
    [Loss(Targets = Target.Cpu)]
    public static double Root([Parameter] double scale, [Parameter] double tolerance, double x)
    {
        double target = scale * scale + x * x, root = target + 1;
        while (Math.Abs(root * root - target) > 1e-9 + 0 * tolerance) root = 0.5 * (root + target / root);
        return root + tolerance * tolerance;
    }

    /// <summary>Residuals, of parameters that all examples share.</summary>
    [Residual(Order = 2)]
    public static void Decay([Parameter] double a, [Parameter] double rate, [Parameter] double offset, double t, double y, double z, [Output] Span<double> residuals)
    {
        double e = a * Math.Exp(-rate * t);
        residuals[0] = e + offset - y;
        residuals[1] = rate * e - z;
    }
}
