namespace Benchmarks.Tape;

/// <summary>The growth curve's squared residuals on the tape, one example at a time.</summary>
internal sealed class TapeGrowth
{
    internal double[] Result { get; } = new double[3];

    internal double Gradient(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> parameters)
    {
        Tape.Rewind(0);
        Real a = Tape.Variable(parameters[0]), b = Tape.Variable(parameters[1]), c = Tape.Variable(parameters[2]);

        double sum = 0;
        int mark = Tape.Mark;
        for (int i = 0; i < x.Length; i++)
        {
            Real r = y[i] - a / (1 + Real.Exp(b - x[i] * c));
            Real loss = r * r;
            sum += loss.Value;
            Tape.Reverse(loss, 1.0 / x.Length, mark);
        }

        (Result[0], Result[1], Result[2]) = (Tape.Adjoint(a), Tape.Adjoint(b), Tape.Adjoint(c));
        Tape.ClearAdjoint(a);
        Tape.ClearAdjoint(b);
        Tape.ClearAdjoint(c);
        return sum / x.Length;
    }
}
