using System.Globalization;

namespace SymbolicGD;

/// <summary>Which derivative was compared.</summary>
public enum CheckedDerivative
{
    /// <summary>The gradient.</summary>
    Gradient,

    /// <summary>The Hessian times a direction.</summary>
    HessianVectorProduct,

    /// <summary>The Jacobian of residuals.</summary>
    Jacobian,

    /// <summary>A derivative that was written by hand.</summary>
    Custom,
}

/// <summary>What a comparison showed.</summary>
public enum CheckVerdict
{
    /// <summary>The two agree within the tolerance and the uncertainty of the numeric one.</summary>
    Agrees,

    /// <summary>The two differ, or the analytic one is not finite where the numeric one is.</summary>
    Differs,

    /// <summary>The function is not smooth, or not finite, around the point: differences say nothing there.</summary>
    Undetermined,
}

/// <summary>One comparison of an analytic with a numeric derivative.</summary>
/// <param name="Derivative">Which derivative.</param>
/// <param name="Name">The parameter, such as <c>weights[3]</c>; for a Jacobian also the residual with the largest error.</param>
/// <param name="Index">The index in the parameter vector.</param>
/// <param name="Analytic">The derivative that is checked.</param>
/// <param name="Numeric">By extrapolated central differences.</param>
/// <param name="Uncertainty">What truncation and rounding may have added to the numeric one, by its own estimate.</param>
/// <param name="RelativeError">The part of the difference that the uncertainty does not explain, relative to the larger of the two; 0 if none is left.</param>
/// <param name="Verdict">What that means.</param>
public readonly record struct GradientCheckEntry(
    CheckedDerivative Derivative, string Name, int Index, double Analytic, double Numeric, double Uncertainty, double RelativeError, CheckVerdict Verdict);

/// <summary>What <see cref="GradientCheck"/> found.</summary>
public sealed class GradientCheckReport
{
    private const int MostListed = 100;

    private readonly string subject;
    private readonly int parameterCount;

    internal GradientCheckReport(string subject, int parameterCount, double tolerance, IReadOnlyList<GradientCheckEntry> entries)
    {
        this.subject = subject;
        this.parameterCount = parameterCount;
        Tolerance = tolerance;
        Entries = entries;
        Passed = entries.All(entry => entry.Verdict == CheckVerdict.Agrees);
        MaxRelativeError = entries.Count == 0 ? 0 : entries.Max(entry => entry.RelativeError);
    }

    /// <summary>Every comparison, by derivative and parameter.</summary>
    public IReadOnlyList<GradientCheckEntry> Entries { get; }

    /// <summary>Whether every comparison agrees. One that is undetermined does not pass: check at another point.</summary>
    public bool Passed { get; }

    /// <summary>The largest <see cref="GradientCheckEntry.RelativeError"/>; infinite where an analytic derivative is not finite.</summary>
    public double MaxRelativeError { get; }

    /// <summary>The largest relative error that counts as agreement.</summary>
    public double Tolerance { get; }

    /// <summary>
    /// Writes a table per derivative, one line per parameter: analytic, numeric, relative error. Of more than 100 parameters, those with the largest
    /// errors.
    /// </summary>
    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (IGrouping<CheckedDerivative, GradientCheckEntry> group in Entries.GroupBy(entry => entry.Derivative))
        {
            GradientCheckEntry[] entries = [.. group];
            writer.WriteLine(Summary(group.Key, entries));
            GradientCheckEntry[] listed = entries.Length <= MostListed
                ? entries
                : [.. entries.OrderByDescending(entry => entry.Verdict != CheckVerdict.Agrees).ThenByDescending(entry => entry.RelativeError).Take(MostListed)];
            int width = Math.Max("parameter".Length, listed.Max(entry => entry.Name.Length));
            writer.WriteLine($"  {"parameter".PadRight(width)}           analytic            numeric  relative error");
            foreach (GradientCheckEntry entry in listed)
            {
                string note = entry.Verdict switch
                {
                    CheckVerdict.Agrees => "",
                    CheckVerdict.Differs => "  differs",
                    _ => string.Create(CultureInfo.InvariantCulture, $"  undetermined: ±{entry.Uncertainty:G2}; not smooth, or not finite, around here"),
                };
                writer.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {entry.Name.PadRight(width)}  {entry.Analytic,17:G10}  {entry.Numeric,17:G10}  {entry.RelativeError,14:E1}{note}"));
            }

            if (listed.Length < entries.Length)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  and {entries.Length - listed.Length} more with smaller errors"));
            }
        }
    }

    /// <summary>What <see cref="Write"/> writes.</summary>
    public override string ToString()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        Write(writer);
        return writer.ToString();
    }

    private string Summary(CheckedDerivative derivative, GradientCheckEntry[] entries)
    {
        string what = derivative switch
        {
            CheckedDerivative.Gradient => "Gradient",
            CheckedDerivative.HessianVectorProduct => "Hessian-vector product",
            CheckedDerivative.Jacobian => "Jacobian",
            _ => "Derivative",
        };
        int differing = entries.Count(entry => entry.Verdict == CheckVerdict.Differs), open = entries.Count(entry => entry.Verdict == CheckVerdict.Undetermined);
        string where = entries.Length < parameterCount ? $" at {entries.Length} of {parameterCount} parameters" : "";
        string verdict = (differing, open) switch
        {
            (0, 0) => "passed",
            (0, _) => $"{open} undetermined",
            (_, 0) => $"{differing} differ",
            _ => $"{differing} differ, {open} undetermined",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what} of {subject}{where}: {verdict}; largest relative error {entries.Max(entry => entry.RelativeError):E1}, tolerance {Tolerance:E0}");
    }
}
