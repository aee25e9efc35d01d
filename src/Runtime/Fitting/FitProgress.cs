namespace SymbolicGD;

/// <summary>A report from a running fit.</summary>
/// <param name="Epoch">The current epoch or iteration, from 1.</param>
/// <param name="Epochs">The largest number of epochs.</param>
/// <param name="Step">The steps made in this epoch.</param>
/// <param name="StepsPerEpoch">The steps of an epoch.</param>
/// <param name="Value">The training value: over the steps of this epoch so far. NaN before the first.</param>
/// <param name="ValidationValue">The last validation value; NaN if there is none yet.</param>
/// <param name="GradientNorm">The Euclidean norm of the last gradient.</param>
/// <param name="Elapsed">Since the start of the fit.</param>
public readonly record struct FitProgress(
    int Epoch, int Epochs, int Step, int StepsPerEpoch, double Value, double ValidationValue, double GradientNorm, TimeSpan Elapsed);

/// <summary>One epoch in the history of a fit; for solvers without epochs, one iteration.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Steps">The steps applied in this epoch.</param>
/// <param name="SkippedSteps">The steps not applied because value or gradient was not finite.</param>
/// <param name="Value">
/// The training value. Where a step sees all examples: at the point before the epoch's step. With mini-batches: each batch at the point before its
/// step, averaged over the examples (summed for <see cref="Reduction.Sum"/>). NaN if every step was skipped.
/// </param>
/// <param name="ValidationValue">The validation value after the epoch; NaN without validation objective.</param>
/// <param name="GradientNorm">The Euclidean norm of the gradient before clipping, averaged over the applied steps.</param>
/// <param name="LearningRateFactor">What the learning rate was multiplied by in the epoch's last step; for descents the step length.</param>
/// <param name="Elapsed">From the start of the fit to the end of this epoch.</param>
public readonly record struct FitEpoch(
    int Epoch, int Steps, int SkippedSteps, double Value, double ValidationValue, double GradientNorm, double LearningRateFactor, TimeSpan Elapsed);

/// <summary>Where the time of a fit went.</summary>
/// <param name="Steps">Values, gradients and updates.</param>
/// <param name="Validation">Evaluations of the validation objective.</param>
/// <param name="Other">Everything else: copies, shuffling, reports.</param>
public readonly record struct FitTimings(TimeSpan Steps, TimeSpan Validation, TimeSpan Other)
{
    /// <summary>The whole fit.</summary>
    public TimeSpan Total => Steps + Validation + Other;
}

/// <summary>Why a fit ended.</summary>
public enum StopReason
{
    /// <summary>The gradient is as small as was asked for: converged.</summary>
    GradientTolerance,

    /// <summary>The value no longer changes by more than was asked for: converged.</summary>
    ValueTolerance,

    /// <summary>The parameters no longer change by more than was asked for: converged. Least-squares solvers only.</summary>
    StepTolerance,

    /// <summary>The largest number of epochs or iterations was reached.</summary>
    EpochLimit,

    /// <summary>The validation value, or the training value, did not improve for long enough.</summary>
    EarlyStopping,

    /// <summary>The time was up.</summary>
    TimeLimit,

    /// <summary>The caller cancelled the run.</summary>
    Cancelled,

    /// <summary>A value or a gradient was not finite.</summary>
    NonFinite,

    /// <summary>
    /// No lower value was found along a descent direction. Near a minimum this is the end of the precision of the element type; elsewhere it
    /// points to a gradient that does not belong to the value, or to a function that is not smooth.
    /// </summary>
    LineSearchFailed,
}
