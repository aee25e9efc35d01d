using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace SymbolicGD;

/// <summary>What a least-squares fit gave, with the statistics of its parameters.</summary>
/// <remarks>
/// Covariance and standard errors are those of the linear model at the solution, s²·(JᵀJ)⁻¹ with s² = Σr²/(residuals − parameters): what
/// statistics packages and the NIST certificates report. They suppose independent residuals of equal variance, so weight them accordingly.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class LeastSquaresFit<T> : FitResult<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostListed = 40;

    private readonly ParameterLayout layout;

    [SetsRequiredMembers]
    internal LeastSquaresFit(FitResult<T> fit, ResidualObjective<T> objective, JacobianFactor factor)
        : base(fit)
    {
        layout = objective.Layout;
        int n = layout.Length;
        DegreesOfFreedom = objective.ResidualCount - n;
        Rank = factor.Rank;
        double variance = DegreesOfFreedom > 0 ? 2 * double.CreateSaturating(fit.Value) / DegreesOfFreedom : double.NaN;
        ResidualStandardDeviation = T.CreateSaturating(Math.Sqrt(variance));
        double[,] inverse = factor.InverseSquare();
        Covariance = new T[n, n];
        StandardErrors = new T[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                Covariance[i, j] = T.CreateSaturating(variance * inverse[i, j]);
            }

            StandardErrors[i] = T.CreateSaturating(Math.Sqrt(variance * inverse[i, i]));
        }
    }

    /// <summary>The number of residuals less the number of parameters. Where it is not above 0, nothing is known about the errors: they are NaN.</summary>
    public int DegreesOfFreedom { get; }

    /// <summary>s, the square root of Σr² over <see cref="DegreesOfFreedom"/>.</summary>
    public T ResidualStandardDeviation { get; }

    /// <summary>The standard deviation of each parameter, the root of the diagonal of <see cref="Covariance"/>.</summary>
    public T[] StandardErrors { get; }

    /// <summary>The covariance matrix of the parameters. NaN where <see cref="Rank"/> is below their number.</summary>
    public T[,] Covariance { get; }

    /// <summary>The numerical rank of the Jacobian: below the number of parameters, the data do not determine them all.</summary>
    public int Rank { get; }

    /// <summary>The report of the fit, then each parameter with its standard error (the first 40), in the invariant culture.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder(base.ToString());
        text.AppendLine().Append(culture, $"  residuals      standard deviation {ResidualStandardDeviation:G6}, {DegreesOfFreedom} degrees of freedom");
        if (Rank < layout.Length)
        {
            text.AppendLine().Append(culture, $"  rank           {Rank} of {layout.Length}: the data do not determine all parameters");
        }

        int width = Math.Min(MostListed, layout.Length);
        for (int i = 0; i < width; i++)
        {
            text.AppendLine().Append(culture, $"  {layout.NameOf(i),-14} {Parameters[i]:G10} ± {StandardErrors[i]:G4}");
        }

        return text.ToString();
    }
}
