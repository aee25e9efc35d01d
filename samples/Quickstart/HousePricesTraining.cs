using System.Globalization;
using System.Numerics.Tensors;
using Quickstart.Data;
using SymbolicGD;

namespace Quickstart;

/// <content>How the model is trained, and what is reported of it.</content>
public static partial class HousePrices
{
    private const double Dollars = 100_000;
    private const int BatchSize = 256;
    private const double LearningRate = 0.01;

    internal static ModelReport Train(int seed, bool quick)
    {
        Dataset houses = CsvSource.CaliforniaHousing();
        (Dataset training, Dataset validation) = houses.Split(0.8, seed);
        var standardization = new Standardization(training);
        training = standardization.Apply(training);
        validation = standardization.Apply(validation);

        var objective = new SquaredErrorObjective(features: Single(training.Features), price: Single(training.Target));
        var validationObjective = new SquaredErrorObjective(features: Single(validation.Features), price: Single(validation.Target));

        int epochs = quick ? 50 : 100;
        FitResult<float> fit = TrainingDisplay.Show("House prices", epochs, progress => new Adam { LearningRate = LearningRate }.Minimize(
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

        SquaredErrorObjective.Parameters model = objective.View(fit.Parameters);
        float[] features = Single(validation.Features);
        int width = validation.Width;
        double rmse = RootMeanSquare(validation, i => Predict(model.Weights, model.Intercept, features.AsSpan(i * width, width)));

        (double intercept, double[] weights) = LeastSquares.Solve(training);
        double closedForm = RootMeanSquare(validation, i => intercept + TensorPrimitives.Dot(weights, validation.Row(i)));
        double trainingMean = training.Target.Average();
        double meanPredictor = RootMeanSquare(validation, _ => trainingMean);
        double ratio = rmse / closedForm;

        return new ModelReport
        {
            Title = "House prices",
            Data = Text($"California housing: {houses.Rows:N0} block groups, {houses.Width} features; ")
                + Text($"seeded split into {training.Rows:N0} for training and {validation.Rows:N0} for validation. ")
                + "Standardized with the training mean and deviation; a blank total_bedrooms becomes the training mean; "
                + "ocean_proximity as 0/1 columns, without its most common category.",
            Method = Text($"Linear regression, float, mini-batch Adam: batch {BatchSize}, ")
                + Text($"learning rate {LearningRate} annealed by a cosine over {epochs} epochs."),
            Formula = objective.Describe(),
            Fit = fit.ToString(),
            LossName = "mean squared error, ($100,000)²",
            History = fit.History,
            ReferenceLoss = ("closed-form least squares, validation", closedForm * closedForm),
            ValidationError = Text($"RMSE ${rmse * Dollars:N0}"),
            MeanPredictor = Text($"RMSE ${meanPredictor * Dollars:N0}"),
            Reference = Text($"RMSE ${closedForm * Dollars:N0} (closed-form least squares)"),
            RatioToReference = Text($"{ratio:F5}"),
            Accuracy = "–",
            TrainingExamples = training.Rows,
            Timings = fit.Timings,
            Checks = [new Check("Validation RMSE within 1% of closed-form least squares", Text($"ratio {ratio:F5}"), Math.Abs(ratio - 1) <= 0.01)],
        };
    }

    private static double RootMeanSquare(Dataset data, Func<int, double> predict)
    {
        double sum = 0;
        for (int i = 0; i < data.Rows; i++)
        {
            double error = predict(i) - data.Target[i];
            sum += error * error;
        }

        return Math.Sqrt(sum / data.Rows);
    }

    private static float[] Single(double[] values)
    {
        float[] result = new float[values.Length];
        TensorPrimitives.ConvertTruncating<double, float>(values, result);
        return result;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
