namespace Benchmarks.Peers;

/// <summary>One thing that is timed against other programs.</summary>
/// <param name="Name">The same in all programs.</param>
/// <param name="Run">Computes it once and returns the loss.</param>
/// <param name="Norm">The Euclidean norm of the latest result: a gradient, a product, a Jacobian, or the parameters at the end of an epoch.</param>
internal sealed record Subject(string Name, Func<double> Run, Func<double> Norm)
{
    /// <summary>A result of floats.</summary>
    internal static Subject Of(string name, Func<float> run, Func<ReadOnlyMemory<float>> result) =>
        new(name, () => run(), () => Length(result().Span));

    /// <summary>A result of doubles.</summary>
    internal static Subject Of(string name, Func<double> run, Func<ReadOnlyMemory<double>> result) =>
        new(name, run, () => Length(result().Span));

    private static double Length(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    private static double Length(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value * value;
        return Math.Sqrt(sum);
    }
}
