using SymbolicGD;

namespace Quickstart;

/// <summary>A statement that must hold for the sample to succeed, and what was measured.</summary>
internal sealed record Check(string Statement, string Measured, bool Passed);

/// <summary>Everything about one trained model that the console table and the HTML report show.</summary>
internal sealed record ModelReport
{
    public required string Title { get; init; }

    /// <summary>Which data, how many rows, how split and prepared.</summary>
    public required string Data { get; init; }

    /// <summary>What was fitted, and by which optimizer.</summary>
    public required string Method { get; init; }

    /// <summary>What the generator says about the loss: formulas of loss and gradient, rewrites.</summary>
    public required string Formula { get; init; }

    /// <summary>The optimizer's own report: why it stopped and after what.</summary>
    public required string Fit { get; init; }

    public required string LossName { get; init; }

    public required IReadOnlyList<FitEpoch> History { get; init; }

    /// <summary>A loss to compare the curves with, drawn as a dashed line.</summary>
    public required (string Label, double Value) ReferenceLoss { get; init; }

    public required string ValidationError { get; init; }

    /// <summary>The validation error of always predicting the training mean, or the more frequent class.</summary>
    public required string MeanPredictor { get; init; }

    public required string Reference { get; init; }

    public required string RatioToReference { get; init; }

    public required string Accuracy { get; init; }

    public required int TrainingExamples { get; init; }

    public required FitTimings Timings { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>How many training examples a second went through the loss, its gradient and the update; validation is not counted.</summary>
    public double ExamplesPerSecond => (double)TrainingExamples * History.Count / Timings.Steps.TotalSeconds;
}
