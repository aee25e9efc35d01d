using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The line of the header that says which mode the scheduler chose, and why it chose none.</summary>
internal static class VectorizedLine
{
    /// <summary>Puts the line behind that of the cost.</summary>
    public static IReadOnlyList<string> AddTo(IReadOnlyList<string> header, KernelPlan plan)
    {
        int cost = header.ToList().FindIndex(line => line.StartsWith("cost", StringComparison.Ordinal));
        if (cost < 0) return header;
        return [.. header.Take(cost + 1), "vectorized".PadRight(12) + " " + Text(plan), .. header.Skip(cost + 1)];
    }

    private static string Text(KernelPlan plan)
    {
        Function function = plan.Function;
        int lanes = function.Real == ScalarType.F32 ? 16 : 8;
        int all = function.Body.AllItems().OfType<Loop>().Count(l => !l.IsExamples);
        int vector = function.Body.AllItems().OfType<Loop>().Count(l => !l.IsExamples && plan.IsVectorLoop(l));
        string loops = all == 0 ? string.Empty : vector == all ? "inside loops" : vector == 0 ? string.Empty : $"inside {NumberText.Integer(vector)} of {NumberText.Integer(all)} loops";
        string examples = plan.Examples switch
        {
            ExampleMode.Blocks when plan.Contractions.Count > 0 =>
                $"{NumberText.Integer(plan.Contractions.Count)} products of matrices over blocks of {NumberText.Integer(KernelWriter.BlockExamples)} examples; between them across examples, {NumberText.Integer(lanes)} at a time",
            ExampleMode.Blocks when vector > 0 => $"{loops}, {Rows(plan)}; blocks of {NumberText.Integer(lanes)} examples",
            ExampleMode.Blocks => $"across examples, {NumberText.Integer(lanes)} at a time",
            ExampleMode.OneByOne => $"{(loops.Length > 0 ? loops + "; " : string.Empty)}examples one by one: {plan.Reason}",
            _ => loops.Length > 0 ? loops : "no: no loop runs over independent elements",
        };
        return examples;
    }

    /// <summary>How the loops over the rows of a block go: see <see cref="KernelWriter.HasQuadText"/>.</summary>
    private static string Rows(KernelPlan plan)
    {
        bool[] fours = [.. plan.Function.Body.AllItems().OfType<Loop>().Where(plan.IsVectorLoop).Select(l => l.Body.AllItems().OfType<Let>().All(KernelWriter.HasQuadText))];
        return fours.All(four => four) ? "four rows of data at a time" : fours.Any(four => four) ? "up to four rows of data at a time" : "row by row";
    }
}
