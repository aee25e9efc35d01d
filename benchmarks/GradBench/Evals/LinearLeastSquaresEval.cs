using System.Text.Json;
using GradBench.Losses;

namespace GradBench.Evals;

/// <summary>The eval <c>llsq</c>: a polynomial is fitted to the sign function.</summary>
internal static class LinearLeastSquaresEval
{
    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["primal"] = input => Scalar.Primal(Objective(input), Json.Vector(input, "x")),
        ["gradient"] = input => Scalar.Gradient(Objective(input), Json.Vector(input, "x")),
    };

    private static Elementary.SignPolynomialObjective Objective(JsonElement input) =>
        new(examples: Json.Integer(input, "n"), x: input.GetProperty("x").GetArrayLength());
}
