namespace Quickstart.Data;

/// <summary>A table of numbers with one value to predict per row.</summary>
/// <param name="FeatureNames">One name per column of <paramref name="Features"/>.</param>
/// <param name="Features">n × d values, row-major; NaN where the source has a blank.</param>
/// <param name="Target">The n values to predict.</param>
internal sealed record Dataset(string[] FeatureNames, double[] Features, double[] Target)
{
    /// <summary>The number of rows, n.</summary>
    public int Rows => Target.Length;

    /// <summary>The number of features, d.</summary>
    public int Width => FeatureNames.Length;

    /// <summary>The features of one row.</summary>
    public ReadOnlySpan<double> Row(int row) => Features.AsSpan(row * Width, Width);

    /// <summary>Shuffles the rows by <paramref name="seed"/> and cuts them in two, the first part with <paramref name="fraction"/> of them.</summary>
    public (Dataset Training, Dataset Validation) Split(double fraction, int seed)
    {
        int[] order = Enumerable.Range(0, Rows).ToArray();
        new Random(seed).Shuffle(order);
        int cut = (int)Math.Round(fraction * Rows);
        return (Select(order.AsSpan(0, cut)), Select(order.AsSpan(cut)));
    }

    private Dataset Select(ReadOnlySpan<int> rows)
    {
        double[] features = new double[rows.Length * Width];
        double[] target = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(rows[i]).CopyTo(features.AsSpan(i * Width));
            target[i] = Target[rows[i]];
        }

        return new Dataset(FeatureNames, features, target);
    }
}
