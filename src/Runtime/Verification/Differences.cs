using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Derivatives by central differences, extrapolated to step zero (Ridders 1982; Press et al., "Numerical Recipes", section 5.7). The step shrinks
/// from one in proportion to the point until the extrapolations no longer agree better; how well they agreed is the estimate of the error. Steps are
/// powers of two, so that adding them to a number is exact, or nearly so.
/// </summary>
internal sealed class Differences<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Levels = 10;
    private const double Shrinkage = 2;
    private const int MostTries = 60;
    private const double Worsening = 2;                     // the extrapolations have begun to suffer from rounding

    private readonly double[][] table = new double[Levels][];
    private readonly double[][] previous = new double[Levels][];
    private readonly double[] error;
    private readonly double[] best;
    private readonly double[] rounding;
    private readonly bool[] isSettled;
    private readonly T[] ahead;
    private readonly T[] behind;

    /// <param name="outputs">How many values the function has.</param>
    public Differences(int outputs)
    {
        for (int i = 0; i < Levels; i++)
        {
            table[i] = new double[outputs];
            previous[i] = new double[outputs];
        }

        error = new double[outputs];
        best = new double[outputs];
        rounding = new double[outputs];
        isSettled = new bool[outputs];
        ahead = new T[outputs];
        behind = new T[outputs];
    }

    /// <summary>Writes the values at a step.</summary>
    public delegate void Function(double step, Span<T> values);

    // Of the point's magnitude. Single precision has little room between truncation and rounding: it starts further out.
    private static double FirstStep => typeof(T) == typeof(float) ? 0.5 : 0.0625;

    /// <summary>The derivatives; NaN where the function is not finite around the point.</summary>
    public ReadOnlySpan<double> Values => best;

    /// <summary>What rounding and truncation may have added to each, at least.</summary>
    public ReadOnlySpan<double> Errors => error;

    /// <summary>Differentiates a function of one number at 0.</summary>
    /// <param name="function">The function.</param>
    /// <param name="scale">The magnitude of the number at 0, above 0.</param>
    public void Run(Function function, double scale)
    {
        Array.Fill(best, double.NaN);
        Array.Fill(error, double.PositiveInfinity);
        Array.Clear(isSettled);
        double step = PowerOfTwo(FirstStep * scale);
        for (int level = 0, tries = 0; level < Levels && tries < MostTries; tries++, step /= Shrinkage)
        {
            function(step, ahead);
            function(-step, behind);
            if (level > 0 || AreFinite())                      // the first steps may leave the domain
            {
                Extrapolate(level++, step);
            }
        }

        for (int k = 0; k < best.Length; k++)
        {
            error[k] += rounding[k];
        }
    }

    /// <summary>The largest power of two that is not above a positive number.</summary>
    public static double PowerOfTwo(double value) => Math.ScaleB(1, Math.ILogB(value));

    private bool AreFinite()
    {
        for (int k = 0; k < ahead.Length; k++)
        {
            if (!T.IsFinite(ahead[k]) || !T.IsFinite(behind[k]))
            {
                return false;
            }
        }

        return true;
    }

    private void Extrapolate(int level, double step)
    {
        for (int i = 0; i <= level; i++)
        {
            (table[i], previous[i]) = (previous[i], table[i]);
        }

        double precision = double.CreateChecked(T.BitIncrement(T.One) - T.One);
        for (int k = 0; k < best.Length; k++)
        {
            double a = double.CreateChecked(ahead[k]), b = double.CreateChecked(behind[k]);
            table[0][k] = (a - b) / (2 * step);
            double noise = 4 * precision * Math.Max(Math.Abs(a), Math.Abs(b)) / step;
            if (level == 0)
            {
                best[k] = table[0][k];
                rounding[k] = noise;
            }

            double factor = Shrinkage * Shrinkage;
            for (int i = 1; i <= level; i++, factor *= Shrinkage * Shrinkage)
            {
                table[i][k] = ((table[i - 1][k] * factor) - previous[i - 1][k]) / (factor - 1);
                double spread = Math.Max(Math.Abs(table[i][k] - table[i - 1][k]), Math.Abs(table[i][k] - previous[i - 1][k]));
                if (!isSettled[k] && spread <= error[k])
                {
                    error[k] = spread;
                    best[k] = table[i][k];
                    rounding[k] = noise;
                }
            }

            isSettled[k] |= level > 0 && Math.Abs(table[level][k] - previous[level - 1][k]) >= Worsening * error[k];
        }
    }
}
