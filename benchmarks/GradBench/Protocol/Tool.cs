using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using GradBench.Evals;

namespace GradBench.Protocol;

/// <summary>The tool's side of GradBench's protocol.</summary>
internal static class Tool
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly Dictionary<string, Dictionary<string, Evaluation>> s_modules = new(StringComparer.Ordinal)
    {
        ["hello"] = Hello.Functions,
        ["lse"] = LogSumExpEval.Functions,
        ["llsq"] = LinearLeastSquaresEval.Functions,
        ["gmm"] = GaussianMixtureEval.Functions,
        ["ba"] = BundleAdjustmentEval.Functions,
        ["lstm"] = LongShortTermMemoryEval.Functions,
    };

    /// <summary>Answers every line of <paramref name="input"/> with one line, until there are no more.</summary>
    internal static void Run(TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            Message message = JsonSerializer.Deserialize<Message>(line, s_json) ?? throw new InvalidDataException("A message is an object, not null.");
            output.WriteLine(JsonSerializer.Serialize(Answer(message), s_json));
        }
    }

    private static Response Answer(Message message) => message.Kind switch
    {
        "start" => new Response(message.Id, Tool: "symbolicgd"),
        "define" when s_modules.ContainsKey(message.Module ?? "") => new Response(message.Id, Success: true),
        "define" => new Response(message.Id, Success: false, Error: $"There is no module '{message.Module}' here."),
        "evaluate" => Evaluate(message),
        _ => new Response(message.Id),
    };

    private static Response Evaluate(Message message)
    {
        if (!s_modules.TryGetValue(message.Module ?? "", out Dictionary<string, Evaluation>? functions)
            || !functions.TryGetValue(message.Function ?? "", out Evaluation? evaluation))
        {
            return new Response(message.Id, Success: false, Error: $"There is no function '{message.Function}' in a module '{message.Module}' here.");
        }

        try
        {
            Prepared prepared = evaluation(message.Input);
            List<Timing> timings = Time(prepared.Run, Runs.Of(message.Input));
            return new Response(message.Id, Success: true, Output: prepared.Output(), Timings: timings);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or JsonException or KeyNotFoundException or FormatException)
        {
            // The protocol's own way of saying that an input cannot be evaluated.
            return new Response(message.Id, Success: false, Error: e.Message);
        }
    }

    private static List<Timing> Time(Action run, Runs runs)
    {
        var timings = new List<Timing>();
        TimeSpan total = TimeSpan.Zero;
        do
        {
            long start = Stopwatch.GetTimestamp();
            run();
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            total += elapsed;
            timings.Add(new Timing("evaluate", (long)(elapsed.TotalMilliseconds * 1e6)));
        }
        while (timings.Count < runs.Least || total.TotalSeconds < runs.Seconds);
        return timings;
    }

    /// <summary>How often an eval wants a function to be run: so many times, and for so long in all.</summary>
    private readonly record struct Runs(int Least, double Seconds)
    {
        internal static Runs Of(JsonElement input) => input.ValueKind != JsonValueKind.Object
            ? new Runs(1, 0)
            : new Runs(
                input.TryGetProperty("min_runs", out JsonElement runs) ? runs.GetInt32() : 1,
                input.TryGetProperty("min_seconds", out JsonElement seconds) ? seconds.GetDouble() : 0);
    }
}
