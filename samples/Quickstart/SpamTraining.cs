using System.Globalization;
using Quickstart.Data;
using SymbolicGD;

namespace Quickstart;

/// <content>How the model is trained, and what is reported of it.</content>
public static partial class Spam
{
    private const int BatchSize = 128;
    private const double LearningRate = 0.01;
    private const double Penalty = 1e-4;
    private const double LargeScale = 1000;

    internal static ModelReport Train(int seed, bool quick)
    {
        Dataset messages = CsvSource.Spambase();
        (Dataset training, Dataset validation) = messages.Split(0.8, seed);
        var standardization = new Standardization(training);
        training = standardization.Apply(training);
        validation = standardization.Apply(validation);

        var objective = new NegativeLogLikelihoodObjective(x: training.Features, label: training.Target, l2: Penalty);
        var validationObjective = new NegativeLogLikelihoodObjective(x: validation.Features, label: validation.Target, l2: Penalty);

        int epochs = quick ? 40 : 100;
        FitResult<double> fit = TrainingDisplay.Show("Spam", epochs, progress => new Adam { LearningRate = LearningRate }.Minimize(
            objective,
            objective.CreateParameters(),
            new FitOptions
            {
                Epochs = epochs,
                BatchSize = BatchSize,
                Seed = seed,
                Schedule = Schedule.CosineAnnealing(epochs: epochs),
                Validation = validationObjective,
                RestoreBest = false,                                    // the validation error is reported, so it does not choose the epoch
                Progress = progress,
                ProgressInterval = TimeSpan.Zero,
            }));

        // The loss is smooth and convex and fits in memory: the same objective, minimized by a batch method, gives the optimum to compare with.
        FitResult<double> optimum = new LBfgs().Minimize(objective, objective.CreateParameters());

        NegativeLogLikelihoodObjective.Parameters model = objective.View(fit.Parameters);
        double accuracy = Accuracy(validation, i => LogOdds(model.W, model.Bias, validation.Row(i)) > 0);
        bool majority = training.Target.Average() > 0.5;
        double majorityAccuracy = Accuracy(validation, _ => majority);
        (FitResult<double> large, double naiveOverflows) = TrainOnLargeFeatures(training, seed, epochs);

        return new ModelReport
        {
            Title = "Spam",
            Data = Text($"Spambase: {messages.Rows:N0} messages, {messages.Width} features; ")
                + Text($"seeded split into {training.Rows:N0} for training and {validation.Rows:N0} for validation. ")
                + "Frequencies and lengths as log(1 + x), then standardized with the training mean and deviation.",
            Method = Text($"Logistic regression, double, l2 = {Penalty}, mini-batch Adam: batch {BatchSize}, ")
                + Text($"learning rate {LearningRate} annealed by a cosine over {epochs} epochs."),
            Formula = objective.Describe(),
            Fit = fit.ToString(),
            LossName = "mean negative log-likelihood + penalty",
            History = fit.History,
            ReferenceLoss = ("minimum by L-BFGS, training", optimum.Value),
            ValidationError = Text($"{100 * (1 - accuracy):F2}% misclassified"),
            MeanPredictor = Text($"{100 * (1 - majorityAccuracy):F2}% misclassified"),
            Reference = Text($"loss {optimum.Value:F6} (minimum by L-BFGS)"),
            RatioToReference = Text($"{fit.Value / optimum.Value:F5}"),
            Accuracy = Text($"{100 * accuracy:F2}%"),
            TrainingExamples = training.Rows,
            Timings = fit.Timings,
            Checks =
            [
                new Check("Validation accuracy at least 91%", Text($"{100 * accuracy:F2}%"), accuracy >= 0.91),
                new Check("No loss overflows", Text($"largest loss of an epoch {fit.History.Max(epoch => epoch.Value):F4}"), IsFinite(fit)),
                new Check(
                    Text($"Loss stays finite with features times {LargeScale:N0}"),
                    Text($"largest loss of an epoch {large.History.Max(epoch => epoch.Value):F1}; ")
                        + Text($"the method as written gives infinity on {100 * naiveOverflows:F1}% of the training messages"),
                    IsFinite(large)),
            ],
        };
    }

    /// <summary>Trains on features far too large, where exp(z) is beyond the range of a double.</summary>
    /// <returns>The fit, and for which share of the training messages the method as it is written is infinite at the point that was found.</returns>
    private static (FitResult<double> Fit, double NaiveOverflows) TrainOnLargeFeatures(Dataset training, int seed, int epochs)
    {
        double[] large = Array.ConvertAll(training.Features, value => LargeScale * value);
        var objective = new NegativeLogLikelihoodObjective(x: large, label: training.Target, l2: Penalty);
        FitResult<double> fit = new Adam { LearningRate = LearningRate }.Minimize(
            objective, objective.CreateParameters(), new FitOptions { Epochs = epochs, BatchSize = BatchSize, Seed = seed });

        NegativeLogLikelihoodObjective.Parameters model = objective.View(fit.Parameters);
        int overflows = Enumerable.Range(0, training.Rows).Count(i => !double.IsFinite(NegativeLogLikelihood(
            model.W, model.Bias, Penalty, large.AsSpan(i * training.Width, training.Width), training.Target[i])));
        return (fit, (double)overflows / training.Rows);
    }

    /// <summary>Whether every epoch, every step and the result of a fit were finite.</summary>
    private static bool IsFinite(FitResult<double> fit) =>
        fit.StopReason != StopReason.NonFinite && fit.SkippedSteps == 0
        && double.IsFinite(fit.Value) && fit.History.All(epoch => double.IsFinite(epoch.Value));

    private static double Accuracy(Dataset data, Func<int, bool> isSpam) =>
        Enumerable.Range(0, data.Rows).Count(i => isSpam(i) == data.Target[i] > 0.5) / (double)data.Rows;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
