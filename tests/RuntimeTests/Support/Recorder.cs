namespace SymbolicGD.RuntimeTests;

/// <summary>
/// Copies of a problem side by side in one vector, so that a step works on whole vectors of elements and on a tail; notes every point.
/// </summary>
internal sealed class Recorder(HostObjective<double> problem, int copies)
    : HostObjective<double>(new ParameterLayout(("x", [copies, problem.Layout.Length])), 0)
{
    private readonly int width = problem.Layout.Length;

    public List<double[]> Points { get; } = [];

    protected override double ValueCore(ReadOnlySpan<double> x, Span<double> workspace) => problem.Value(x[..width]);

    protected override double GradientCore(ReadOnlySpan<double> x, Span<double> gradient, Span<double> workspace)
    {
        Points.Add(x.ToArray());
        for (int i = 0; i < x.Length; i += width)
        {
            problem.Gradient(x.Slice(i, width), gradient.Slice(i, width));
        }

        return problem.Value(x[..width]);
    }
}
