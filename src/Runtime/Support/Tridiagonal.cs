namespace SymbolicGD;

/// <summary>Symmetric tridiagonal matrices.</summary>
internal static class Tridiagonal
{
    /// <summary>The largest eigenvalue, by bisection of Sturm's count (Golub and Van Loan 2013, section 8.4.1), to rounding and from above; NaN if an element is.</summary>
    public static double LargestEigenvalue(IReadOnlyList<double> diagonal, IReadOnlyList<double> offDiagonal)
    {
        double low = double.NegativeInfinity, high = double.NegativeInfinity;
        for (int i = 0; i < diagonal.Count; i++)
        {
            double radius = (i > 0 ? Math.Abs(offDiagonal[i - 1]) : 0) + (i < offDiagonal.Count ? Math.Abs(offDiagonal[i]) : 0);
            low = Math.Max(low, diagonal[i]);            // no eigenvalue bound is needed below the largest element
            high = Math.Max(high, diagonal[i] + radius); // Gershgorin
        }

        while (double.IsFinite(high))
        {
            double middle = low + ((high - low) / 2);
            if (!(middle > low && middle < high))
            {
                break;
            }

            if (HasEigenvalueAbove(middle))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;

        // The signs of the pivots of T − x·I are those of its eigenvalues.
        bool HasEigenvalueAbove(double x)
        {
            double pivot = 1;
            for (int i = 0; i < diagonal.Count; i++)
            {
                double square = i > 0 ? offDiagonal[i - 1] * offDiagonal[i - 1] : 0;
                pivot = diagonal[i] - x - (square / pivot);
                if (pivot > 0)
                {
                    return true;
                }

                if (pivot == 0)
                {
                    pivot = -double.Epsilon;
                }
            }

            return false;
        }
    }
}
