using System.Text.Json;
using GradBench.Losses;

namespace GradBench.Evals;

/// <summary>The eval <c>lse</c>: the logarithm of a sum of exponentials.</summary>
internal static class LogSumExpEval
{
    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["primal"] = input => Scalar.Primal(Objective(input), Json.Vector(input, "x")),
        ["gradient"] = input => Scalar.Gradient(Objective(input), Json.Vector(input, "x")),
    };

    private static Elementary.LogSumExpObjective Objective(JsonElement input) => new(x: input.GetProperty("x").GetArrayLength());
}
