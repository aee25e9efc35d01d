namespace Benchmarks.Tape;

/// <summary>Rosenbrock's function on the tape.</summary>
internal sealed class TapeRosenbrock(int dimensions)
{
    private readonly Real[] x = new Real[dimensions];

    internal double[] Result { get; } = new double[dimensions];

    internal double Gradient(ReadOnlySpan<double> point)
    {
        Tape.Rewind(0);
        for (int i = 0; i < x.Length; i++) x[i] = Tape.Variable(point[i]);
        int mark = Tape.Mark;
        Real value = Value(x);
        Tape.Reverse(value, 1, mark);
        for (int i = 0; i < x.Length; i++)
        {
            Result[i] = Tape.Adjoint(x[i]);
            Tape.ClearAdjoint(x[i]);
        }

        return value.Value;
    }

    private static Real Value(ReadOnlySpan<Real> x)
    {
        Real sum = default;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            Real a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
            Real term = 100 * a * a + b * b;
            sum = i == 0 ? term : sum + term;
        }

        return sum;
    }
}
