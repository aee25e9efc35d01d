using GradBench.Losses;

namespace GradBench.Evals;

/// <summary>The eval <c>hello</c>: x² and its derivative.</summary>
internal static class Hello
{
    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["square"] = input =>
        {
            var objective = new Elementary.SquareObjective();
            double[] x = [input.GetDouble()];
            double value = 0;
            return new Prepared(() => value = objective.Value(x), () => value);
        },
        ["double"] = input =>
        {
            var objective = new Elementary.SquareObjective();
            double[] x = [input.GetDouble()], gradient = new double[1];
            return new Prepared(() => objective.Gradient(x, gradient), () => gradient[0]);
        },
    };
}
