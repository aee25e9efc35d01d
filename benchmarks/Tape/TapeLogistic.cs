namespace Benchmarks.Tape;

/// <summary>Logistic regression on the tape, one example at a time, so that the tape stays in the first level cache.</summary>
internal sealed class TapeLogistic(int width)
{
    private readonly Real[] weights = new Real[width];

    internal double[] Result { get; } = new double[width + 1];

    internal double Gradient(ReadOnlySpan<float> features, ReadOnlySpan<float> labels, ReadOnlySpan<float> parameters)
    {
        Tape.Rewind(0);
        for (int j = 0; j < width; j++) weights[j] = Tape.Variable(parameters[j]);
        Real bias = Tape.Variable(parameters[width]);

        double sum = 0;
        int mark = Tape.Mark;
        for (int i = 0; i < labels.Length; i++)
        {
            Real loss = Loss(weights, bias, features.Slice(i * width, width), labels[i]);
            sum += loss.Value;
            Tape.Reverse(loss, 1.0 / labels.Length, mark);
        }

        for (int j = 0; j < width; j++)
        {
            Result[j] = Tape.Adjoint(weights[j]);
            Tape.ClearAdjoint(weights[j]);
        }

        Result[width] = Tape.Adjoint(bias);
        Tape.ClearAdjoint(bias);
        return sum / labels.Length;
    }

    private static Real Loss(ReadOnlySpan<Real> weights, Real bias, ReadOnlySpan<float> features, float label)
    {
        Real z = bias;
        for (int j = 0; j < weights.Length; j++) z += features[j] * weights[j];
        return Real.Softplus(z) - label * z;
    }
}
