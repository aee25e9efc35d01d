using System.Numerics;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>
/// The linear algebra of a Gauss–Newton step, in double precision whatever the objective's: J·D⁻¹·P = Q·R by Householder reflections with column
/// pivoting (Businger and Golub 1965), where D holds the norms of J's columns. The accuracy is that of J, not, as with normal equations, of its
/// square.
/// </summary>
internal sealed class JacobianFactor(int rows, int columns)
{
    private const double Precision = 2.220446049250313e-16;        // the distance from 1 to the next number

    private readonly double[] a = new double[rows * columns];
    private readonly double[] rotated = new double[Math.Max(rows, columns)];   // Qᵀ·residuals
    private readonly double[] reflector = new double[Math.Max(rows, 2 * columns)];
    private readonly double[] products = new double[columns + 1];
    private readonly int[] order = new int[columns];
    private readonly double[] scale = new double[columns];

    // R over the roots of the damping, with the right-hand side as last column; reduced anew for each damping.
    private readonly double[] stacked = new double[2 * columns * (columns + 1)];
    private readonly double[] z = new double[columns];

    private int Depth => Math.Min(rows, columns);

    /// <summary>The largest number of diagonal elements of R that are not zero within rounding.</summary>
    public int Rank { get; private set; }

    /// <summary>The largest cosine of an angle between the residual vector and a column of J.</summary>
    public double LargestCosine { get; private set; }

    /// <summary>Of the last step: ½‖r‖² − ½‖r + J·δ‖² without damping's share, from terms that do not cancel.</summary>
    public double PredictedDecrease { get; private set; }

    /// <summary>Of the last step: ‖D·δ‖.</summary>
    public double ScaledLength { get; private set; }

    /// <summary>The norms D of the columns of J, 1 where a column is zero.</summary>
    public ReadOnlySpan<double> Scale => scale;

    /// <summary>Factors a Jacobian.</summary>
    /// <param name="jacobian">Row-major.</param>
    /// <param name="residuals">One per row.</param>
    /// <param name="keepsLargest">Whether D keeps the largest norm that each column had so far (Moré 1978), or holds that of this Jacobian.</param>
    public void Factor<T>(ReadOnlySpan<T> jacobian, ReadOnlySpan<T> residuals, bool keepsLargest = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Load(jacobian, residuals, keepsLargest);
        Rank = 0;
        double largest = 0;
        for (int k = 0; k < Depth; k++)
        {
            Pivot(k);
            double diagonal = Math.Abs(Reflect(a, columns, rows, k, rotated));
            largest = Math.Max(largest, diagonal);
            Rank += diagonal > Precision * Math.Max(rows, columns) * largest ? 1 : 0;
        }

    }

    /// <summary>The step δ that minimizes ‖r + J·δ‖² + damping·‖D·δ‖².</summary>
    /// <param name="damping">0 or more. What J does not determine is left where it is: with 0, parameters; else combinations of them.</param>
    /// <param name="step">Overwritten.</param>
    public void Solve(double damping, Span<double> step)
    {
        int width = columns + 1, solved = damping > 0 ? columns : Rank;
        Array.Clear(stacked);
        for (int i = 0; i < Rank; i++)                             // rows below are rounding errors of zero, and would be divided by
        {
            a.AsSpan((i * columns) + i, columns - i).CopyTo(stacked.AsSpan((i * width) + i));
            stacked[(i * width) + columns] = -rotated[i];
        }

        if (damping > 0)
        {
            double root = Math.Sqrt(damping);
            for (int i = 0; i < columns; i++)
            {
                stacked[((columns + i) * width) + i] = root;
            }

            for (int k = 0; k < columns; k++)
            {
                Reflect(stacked, width, columns + k + 1, k, []);
            }
        }

        Array.Clear(z);
        for (int i = solved - 1; i >= 0; i--)
        {
            double sum = stacked[(i * width) + columns];
            for (int j = i + 1; j < solved; j++)
            {
                sum -= stacked[(i * width) + j] * z[j];
            }

            z[i] = sum / stacked[(i * width) + i];
        }

        double image = 0, length = 0;
        for (int i = 0; i < Rank; i++)
        {
            double element = 0;
            for (int j = i; j < columns; j++)
            {
                element += a[(i * columns) + j] * z[j];
            }

            image += element * element;
        }

        foreach (double element in z)
        {
            length += element * element;
        }

        PredictedDecrease = (0.5 * image) + (damping * length);
        ScaledLength = Math.Sqrt(length);
        for (int i = 0; i < columns; i++)
        {
            step[order[i]] = z[i] / scale[order[i]];
        }
    }

    /// <summary>(JᵀJ)⁻¹, from R; NaN where the rank is not full.</summary>
    public double[,] InverseSquare()
    {
        var inverse = new double[columns, columns];
        if (Rank < columns)
        {
            MemoryMarshal.CreateSpan(ref inverse[0, 0], inverse.Length).Fill(double.NaN);
            return inverse;
        }

        var upper = new double[columns, columns];                  // R⁻¹, column by column
        for (int j = 0; j < columns; j++)
        {
            for (int i = j; i >= 0; i--)
            {
                double sum = i == j ? 1 : 0;
                for (int k = i + 1; k <= j; k++)
                {
                    sum -= a[(i * columns) + k] * upper[k, j];
                }

                upper[i, j] = sum / a[(i * columns) + i];
            }
        }

        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = i; k < columns; k++)
                {
                    sum += upper[i, k] * upper[j, k];
                }

                int p = order[i], q = order[j];
                inverse[p, q] = inverse[q, p] = sum / scale[p] / scale[q];
            }
        }

        return inverse;
    }

    private void Load<T>(ReadOnlySpan<T> jacobian, ReadOnlySpan<T> residuals, bool keepsLargest)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = double.CreateSaturating(jacobian[i]);
        }

        for (int i = 0; i < rows; i++)
        {
            rotated[i] = double.CreateSaturating(residuals[i]);
        }

        double norm = VectorKernels.Norm<double>(rotated.AsSpan(0, rows));
        LargestCosine = 0;
        for (int j = 0; j < columns; j++)
        {
            order[j] = j;
            for (int i = 0; i < rows; i++)
            {
                reflector[i] = a[(i * columns) + j];
            }

            ReadOnlySpan<double> column = reflector.AsSpan(0, rows);
            double length = VectorKernels.Norm(column);
            scale[j] = Math.Max(keepsLargest ? scale[j] : 0, length);
            scale[j] = scale[j] > 0 ? scale[j] : 1;
            if (length > 0 && norm > 0)
            {
                LargestCosine = Math.Max(LargestCosine, Math.Abs(VectorKernels.Dot(column, rotated.AsSpan(0, rows))) / length / norm);
            }
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                a[(i * columns) + j] /= scale[j];
            }
        }
    }

    // Brings the column that is longest below row k to place k.
    private void Pivot(int k)
    {
        Array.Clear(products);
        for (int i = k; i < rows; i++)
        {
            ReadOnlySpan<double> row = a.AsSpan(i * columns, columns);
            for (int j = k; j < columns; j++)
            {
                products[j] += row[j] * row[j];
            }
        }

        int best = k;
        for (int j = k + 1; j < columns; j++)
        {
            best = products[j] > products[best] ? j : best;
        }

        if (best != k)
        {
            (order[k], order[best]) = (order[best], order[k]);
            for (int i = 0; i < rows; i++)
            {
                (a[(i * columns) + k], a[(i * columns) + best]) = (a[(i * columns) + best], a[(i * columns) + k]);
            }
        }
    }

    // Reflects rows k to end − 1 of a row-major matrix so that column k becomes zero below row k; also of a vector that goes along.
    private double Reflect(double[] matrix, int width, int end, int k, Span<double> vector)
    {
        Span<double> v = reflector.AsSpan(k, end - k);
        for (int i = k; i < end; i++)
        {
            v[i - k] = matrix[(i * width) + k];
        }

        double norm = VectorKernels.Norm<double>(v);
        if (norm == 0)
        {
            return 0;
        }

        double diagonal = v[0] > 0 ? -norm : norm;
        v[0] -= diagonal;
        double factor = -1 / (diagonal * v[0]);                    // 2/‖v‖²
        Span<double> sums = products.AsSpan(0, width - k - 1);
        sums.Clear();
        for (int i = k; i < end; i++)
        {
            VectorKernels.SetToSum(sums, sums, v[i - k], matrix.AsSpan((i * width) + k + 1, sums.Length));
        }

        for (int i = k; i < end; i++)
        {
            Span<double> row = matrix.AsSpan((i * width) + k + 1, sums.Length);
            VectorKernels.SetToSum(row, row, -factor * v[i - k], sums);
        }

        if (vector.Length > 0)
        {
            Span<double> part = vector[k..end];
            VectorKernels.SetToSum(part, part, -factor * VectorKernels.Dot<double>(v, part), v);
        }

        matrix[(k * width) + k] = diagonal;
        for (int i = k + 1; i < end; i++)
        {
            matrix[(i * width) + k] = 0;
        }

        return diagonal;
    }
}
