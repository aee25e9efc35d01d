using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradBench.Protocol;

/// <summary>What an eval sends. Which of the optional members are there depends on the kind.</summary>
/// <param name="Kind"><c>start</c>, <c>define</c>, <c>evaluate</c> or <c>analysis</c>.</param>
internal sealed record Message(long Id, string Kind, string? Module = null, string? Function = null, JsonElement Input = default);

/// <summary>What the tool answers. Members that are null are left out.</summary>
internal sealed record Response(
    long Id, string? Tool = null, bool? Success = null, JsonNode? Output = null, IReadOnlyList<Timing>? Timings = null, string? Error = null);

/// <summary>How long one run of a function took, without reading its input and writing its output.</summary>
internal readonly record struct Timing(string Name, long Nanoseconds);
