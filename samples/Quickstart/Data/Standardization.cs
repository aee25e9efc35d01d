namespace Quickstart.Data;

/// <summary>
/// Shifts and scales every feature to mean 0 and standard deviation 1 on the training rows; other rows get the same shift and scale,
/// so that nothing of them leaks into the model. A blank becomes 0, which is the training mean.
/// </summary>
internal sealed class Standardization
{
    private readonly double[] mean;
    private readonly double[] deviation;

    public Standardization(Dataset training)
    {
        mean = new double[training.Width];
        deviation = new double[training.Width];
        for (int j = 0; j < training.Width; j++)
        {
            double sum = 0, squares = 0;
            int count = 0;
            for (int i = 0; i < training.Rows; i++)
            {
                double value = training.Row(i)[j];
                if (!double.IsNaN(value))
                {
                    sum += value;
                    count++;
                }
            }

            mean[j] = sum / count;
            for (int i = 0; i < training.Rows; i++)
            {
                double value = training.Row(i)[j];
                squares += double.IsNaN(value) ? 0 : (value - mean[j]) * (value - mean[j]);
            }

            deviation[j] = Math.Sqrt(squares / count);
            if (!(deviation[j] > 0))
            {
                throw new InvalidDataException($"Feature '{training.FeatureNames[j]}' is the same in all training rows: it cannot be standardized.");
            }
        }
    }

    public Dataset Apply(Dataset data)
    {
        double[] features = new double[data.Features.Length];
        for (int k = 0; k < features.Length; k++)
        {
            int j = k % data.Width;
            features[k] = double.IsNaN(data.Features[k]) ? 0 : (data.Features[k] - mean[j]) / deviation[j];
        }

        return data with { Features = features };
    }
}
