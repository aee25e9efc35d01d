using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace SymbolicGD;

/// <summary>What a fit gave. <see cref="ToString"/> is a report that says why it stopped, with the numbers.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public class FitResult<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Creates a result; the properties say all.</summary>
    public FitResult()
    {
    }

    /// <summary>Copies a result, for a type that adds to it.</summary>
    [SetsRequiredMembers]
    protected FitResult(FitResult<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Solver = other.Solver;
        Parameters = other.Parameters;
        Value = other.Value;
        GradientNorm = other.GradientNorm;
        GradientNormInfinity = other.GradientNormInfinity;
        ValidationValue = other.ValidationValue;
        StopReason = other.StopReason;
        Message = other.Message;
        Epochs = other.Epochs;
        BestEpoch = other.BestEpoch;
        Steps = other.Steps;
        SkippedSteps = other.SkippedSteps;
        GradientEvaluations = other.GradientEvaluations;
        HessianProducts = other.HessianProducts;
        History = other.History;
        Timings = other.Timings;
    }

    /// <summary>The name of the solver.</summary>
    public required string Solver { get; init; }

    /// <summary>The best parameters. See <see cref="FitOptions.RestoreBest"/>.</summary>
    public required T[] Parameters { get; init; }

    /// <summary>The value of the objective, over all examples, at <see cref="Parameters"/>.</summary>
    public required T Value { get; init; }

    /// <summary>The Euclidean norm of the gradient, over all examples, at <see cref="Parameters"/>.</summary>
    public required T GradientNorm { get; init; }

    /// <summary>The largest magnitude in the gradient at <see cref="Parameters"/>.</summary>
    public required T GradientNormInfinity { get; init; }

    /// <summary>The value of the validation objective at <see cref="Parameters"/>; NaN if there is none.</summary>
    public double ValidationValue { get; init; } = double.NaN;

    /// <summary>Why the fit ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>Whether a tolerance was reached.</summary>
    public bool Converged => StopReason is StopReason.GradientTolerance or StopReason.ValueTolerance or StopReason.StepTolerance;

    /// <summary>One sentence that says why the fit ended, with the numbers.</summary>
    public required string Message { get; init; }

    /// <summary>The number of epochs or iterations begun.</summary>
    public required int Epochs { get; init; }

    /// <summary>The number of the epoch that <see cref="Parameters"/> come from; 0: the start.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The number of steps applied.</summary>
    public required long Steps { get; init; }

    /// <summary>The number of steps not applied because value or gradient was not finite.</summary>
    public long SkippedSteps { get; init; }

    /// <summary>How often value and gradient were evaluated, on a batch or on all examples, fused steps included.</summary>
    public required long GradientEvaluations { get; init; }

    /// <summary>How often a Hessian was multiplied by a vector.</summary>
    public long HessianProducts { get; init; }

    /// <summary>One entry per epoch.</summary>
    public required IReadOnlyList<FitEpoch> History { get; init; }

    /// <summary>Where the time went.</summary>
    public required FitTimings Timings { get; init; }

    /// <summary>A report of several lines, in the invariant culture.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.AppendLine(culture, $"{Solver}: {Message}");
        text.Append(culture, $"  value          {Value:G9}");
        if (History.Count > 0)
        {
            text.Append(culture, $"   (first {History[0].Value:G6})");
        }

        text.AppendLine();
        if (!double.IsNaN(ValidationValue))
        {
            text.AppendLine(culture, $"  validation     {ValidationValue:G9}");
        }

        text.AppendLine(culture, $"  gradient norm  {GradientNorm:G4}   (largest element {GradientNormInfinity:G4})");
        text.Append(culture, $"  epochs         {Epochs}, {Steps} steps");
        text.Append(SkippedSteps > 0 ? string.Create(culture, $", {SkippedSteps} skipped") : "");
        text.AppendLine(BestEpoch == Epochs ? "" : string.Create(culture, $"; the result is from {(BestEpoch == 0 ? "the start" : $"epoch {BestEpoch}")}"));
        text.Append(culture, $"  evaluations    {GradientEvaluations} gradients");
        text.AppendLine(HessianProducts > 0 ? string.Create(culture, $", {HessianProducts} Hessian-vector products") : "");
        text.Append(culture, $"  time           {Seconds(Timings.Total)} (steps {Seconds(Timings.Steps)}");
        text.Append(Timings.Validation > TimeSpan.Zero ? $", validation {Seconds(Timings.Validation)}" : "");
        text.Append(culture, $", other {Seconds(Timings.Other)})");
        return text.ToString();
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:G3} ms");
}
