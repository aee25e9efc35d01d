using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradBench.Evals;

/// <summary>A function of an eval: reads its input and gets everything ready that is not to be timed.</summary>
internal delegate Prepared Evaluation(JsonElement input);

/// <summary>A function with its input.</summary>
/// <param name="Run">One run, which is timed.</param>
/// <param name="Output">The result of the last run, as the protocol wants it.</param>
internal sealed record Prepared(Action Run, Func<JsonNode> Output);

/// <summary>Reading inputs and writing outputs.</summary>
internal static class Json
{
    internal static double[] Vector(JsonElement input, string name) => Values(input.GetProperty(name));

    /// <summary>A list of rows as one row-major array.</summary>
    internal static double[] Matrix(JsonElement input, string name) => [.. input.GetProperty(name).EnumerateArray().SelectMany(Values)];

    internal static int Integer(JsonElement input, string name) => input.GetProperty(name).GetInt32();

    internal static double Real(JsonElement input, string name) => input.GetProperty(name).GetDouble();

    internal static JsonArray Array(ReadOnlySpan<double> values)
    {
        var array = new JsonArray();
        foreach (double value in values) array.Add(value);
        return array;
    }

    private static double[] Values(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];
}
