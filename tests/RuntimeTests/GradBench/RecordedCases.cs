using System.Text.Json;
using System.Text.Json.Nodes;
using GradBench.Protocol;
using Xunit;

namespace SymbolicGD.RuntimeTests.GradBench;

/// <summary>The tool in <c>benchmarks/GradBench</c> against what GradBench's hand-written C++ tool answered, through the protocol.</summary>
public class RecordedCases
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Evals => ["lse", "llsq", "gmm", "lstm", "ba"];

    [Theory]
    [MemberData(nameof(Evals))]
    public void Outputs_are_those_of_the_hand_written_tool(string eval)
    {
        JsonNode recorded = JsonNode.Parse(ReadCases(eval))!;
        Assert.Equal(eval, (string)recorded["eval"]!);
        JsonArray cases = recorded["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        for (int k = 0; k < cases.Count; k++)
        {
            foreach ((string function, JsonNode? expected) in cases[k]!["output"]!.AsObject())
            {
                JsonNode response = Ask(new JsonObject
                {
                    ["id"] = 7,
                    ["kind"] = "evaluate",
                    ["module"] = eval,
                    ["function"] = function,
                    ["input"] = cases[k]!["input"]!.DeepClone(),
                });
                if (eval == "ba" && function == "jacobian") KeepWhatIsThere(expected!["rows"]!.AsArray(), 3 * (int)cases[k]!["input"]!["p"]! + 1);
                string where = $"{eval}[{k}].{function}";
                Assert.True((bool)response["success"]!, $"{where}: {response["error"]}");
                Assert.Equal(7, (int)response["id"]!);
                AssertClose(expected!, response["output"]!, where);
            }
        }
    }

    [Fact]
    public void Hello_squares_and_doubles()
    {
        Assert.Equal(12.25, (double)Ask("""{"id":1,"kind":"evaluate","module":"hello","function":"square","input":3.5}""")["output"]!);
        Assert.Equal(7, (double)Ask("""{"id":1,"kind":"evaluate","module":"hello","function":"double","input":3.5}""")["output"]!);
    }

    [Fact]
    public void A_session_answers_every_message_in_order()
    {
        const string session = """
            {"id":0,"kind":"start","eval":"lse"}
            {"id":1,"kind":"define","module":"lse"}
            {"id":2,"kind":"define","module":"nothing"}
            {"id":3,"kind":"evaluate","module":"lse","function":"primal","input":{"x":[0,0],"min_runs":3,"min_seconds":0}}
            {"id":4,"kind":"evaluate","module":"lse","function":"hessian","input":{"x":[0,0]}}
            {"id":5,"kind":"evaluate","module":"lse","function":"primal","input":{}}
            {"id":6,"kind":"analysis","of":3,"valid":true}
            """;
        JsonNode[] responses = [.. Session(session)];

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], responses.Select(r => (int)r["id"]!));
        Assert.True((bool)responses[1]["success"]!);
        Assert.False((bool)responses[2]["success"]!);
        Assert.Contains("nothing", (string)responses[2]["error"]!, StringComparison.Ordinal);
        Assert.Equal(3, responses[3]["timings"]!.AsArray().Count);
        Assert.Equal(Math.Log(2), (double)responses[3]["output"]!, 15);
        Assert.False((bool)responses[4]["success"]!);
        Assert.False((bool)responses[5]["success"]!);
        Assert.Null(responses[6]["success"]);
    }

    /// <summary>The tool that was recorded sends the first 30 row starts and the last one, and uninitialized memory where there are fewer.</summary>
    private static void KeepWhatIsThere(JsonArray rows, int length)
    {
        while (rows.Count > length) rows.RemoveAt(rows.Count - 2);
    }

    private static JsonNode Ask(JsonNode message) => Ask(message.ToJsonString());

    private static JsonNode Ask(string message) => Assert.Single(Session(message));

    private static IEnumerable<JsonNode> Session(string lines)
    {
        var output = new StringWriter();
        Tool.Run(new StringReader(lines), output);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);
    }

    private static void AssertClose(JsonNode expected, JsonNode actual, string where)
    {
        switch (expected)
        {
            case JsonObject members:
                Assert.Equal(members.Select(m => m.Key).Order(), actual.AsObject().Select(m => m.Key).Order());
                foreach ((string name, JsonNode? value) in members) AssertClose(value!, actual[name]!, $"{where}.{name}");
                break;
            case JsonArray elements:
                Assert.Equal(elements.Count, actual.AsArray().Count);
                for (int i = 0; i < elements.Count; i++) AssertClose(elements[i]!, actual[i]!, $"{where}[{i}]");
                break;
            default:
                double x = expected.GetValue<double>(), y = actual.GetValue<double>();
                double error = Math.Abs(x - y) / Math.Max(1, Math.Max(Math.Abs(x), Math.Abs(y)));
                Assert.True(error <= Tolerance, $"{where}: {y:R} where {x:R} is expected, error {error:E1}");
                break;
        }
    }

    private static string ReadCases(string eval)
    {
        using Stream stream = typeof(RecordedCases).Assembly.GetManifestResourceStream($"gradbench.{eval}.json")
            ?? throw new InvalidOperationException($"There are no recorded cases of {eval}.");
        return new StreamReader(stream).ReadToEnd();
    }
}
