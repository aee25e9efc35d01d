using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Derivatives by central differences, extrapolated to step zero (Ridders 1982; Press et al., "Numerical Recipes", section 5.7). The step shrinks
/// from one in proportion to the point; the derivative is the extrapolation that agrees best with its three neighbours, of lower order and of
/// larger steps, and how well they agree is the estimate of the error, with what rounding adds. Steps are powers of two, so that adding them to a
/// number is exact, or nearly so.
/// </summary>
internal sealed class Differences<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Levels = 10;
    private const double Shrinkage = 2;
    private const int MostTries = 60;
    private const int ScatterOrder = 2;                     // extrapolations of this order, from this level on, scatter by rounding alone
    private const int ScatterLevel = 5;

    private readonly double[][] table = new double[Levels][];
    private readonly double[][] previous = new double[Levels][];
    private readonly double[] error;
    private readonly double[] best;
    private readonly double[] magnitude;
    private readonly double[] bestStep;
    private readonly double[] scatter;
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
        magnitude = new double[outputs];
        bestStep = new double[outputs];
        scatter = new double[outputs];
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
        Array.Clear(scatter);
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

        AddRounding();
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

        for (int k = 0; k < best.Length; k++)
        {
            double a = double.CreateChecked(ahead[k]), b = double.CreateChecked(behind[k]);
            table[0][k] = (a - b) / (2 * step);
            if (level == 0)
            {
                Keep(k, table[0][k], double.PositiveInfinity, step, a, b);
            }

            double factor = Shrinkage * Shrinkage;
            for (int i = 1; i <= level; i++, factor *= Shrinkage * Shrinkage)
            {
                double value = table[i][k] = ((table[i - 1][k] * factor) - previous[i - 1][k]) / (factor - 1);
                if (i == level)
                {
                    break;                                     // one neighbour is missing, and two may agree by chance
                }

                double change = Math.Abs(value - previous[i][k]);
                double spread = Math.Max(Math.Abs(value - table[i - 1][k]), Math.Max(Math.Abs(value - previous[i - 1][k]), change));
                if (i == ScatterOrder && level >= ScatterLevel && double.IsFinite(change))
                {
                    scatter[k] = Math.Max(scatter[k], change * step);
                }

                if (spread <= error[k])
                {
                    Keep(k, value, spread, step, a, b);
                }
            }
        }
    }

    private void Keep(int k, double value, double spread, double step, double ahead, double behind)
    {
        best[k] = value;
        error[k] = spread;
        bestStep[k] = step;
        magnitude[k] = Math.Max(Math.Abs(ahead), Math.Abs(behind));
    }

    // The rounding error of the function is at least that of its value; where it is made of larger numbers, scatter shows it.
    private void AddRounding()
    {
        double precision = double.CreateChecked(T.BitIncrement(T.One) - T.One);
        for (int k = 0; k < best.Length; k++)
        {
            error[k] += 4 * Math.Max(precision * magnitude[k], scatter[k]) / bestStep[k];
        }
    }
}
