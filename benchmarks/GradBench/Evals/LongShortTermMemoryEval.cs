using System.Text.Json;
using GradBench.Losses;
using SymbolicGD;

namespace GradBench.Evals;

/// <summary>The eval <c>lstm</c>: the loss of a recurrent network and its gradient, the main parameters before the extra ones.</summary>
internal static class LongShortTermMemoryEval
{
    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["objective"] = input => Scalar.Primal(Objective(input), Point(input)),
        ["jacobian"] = input => Scalar.Gradient(Objective(input), Point(input)),
    };

    private static LongShortTermMemory.NextCharacterObjective Objective(JsonElement input)
    {
        int bits = Columns(input, "sequence");
        return new LongShortTermMemory.NextCharacterObjective(
            start: Rows(input, "state", bits), sequence: Rows(input, "sequence", bits), gates: Columns(input, "main_params"), extraParts: 3);
    }

    private static double[] Point(JsonElement input) => [.. Json.Matrix(input, "main_params"), .. Json.Matrix(input, "extra_params")];

    private static MatrixMemory<double> Rows(JsonElement input, string name, int columns)
    {
        double[] values = Json.Matrix(input, name);
        return new MatrixMemory<double>(values, values.Length / columns, columns);
    }

    private static int Columns(JsonElement input, string name) => input.GetProperty(name)[0].GetArrayLength();
}
