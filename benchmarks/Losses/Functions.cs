using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>Test functions of optimization, without data.</summary>
public static partial class Functions
{
    [Loss(Order = 2)]
    public static double Rosenbrock([Parameter] ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
            sum += 100 * a * a + b * b;
        }

        return sum;
    }
}
