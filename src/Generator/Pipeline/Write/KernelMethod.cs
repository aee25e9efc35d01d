using System.Text;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The methods around the bodies of kernels.</summary>
internal static class KernelMethod
{
    // NoInlining: tier 1 would inline the kernel into its caller, run out of inlining budget there, and call the vector math.
    private const string Attribute = "[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]";

    /// <summary>A kernel that methods of the runtime call: one over examples for any choice of rows.</summary>
    /// <param name="type">What it returns; <c>void</c> for nothing.</param>
    /// <param name="parameters">Its parameters but the rows, which all kernels over examples have.</param>
    /// <param name="weight">The parameters after the rows, with the comma before them.</param>
    public static void Write(CodeWriter code, ObjectiveModel model, KernelPlan plan, string type, string name, string summary, string parameters, string weight, CodeWriter body)
    {
        code.Line($"/// <summary>{summary}</summary>");
        code.Line(Attribute);
        string header = model.HasExamples
            ? $"private {type} {name}<TRows>({parameters}, TRows rows{weight})\n    where TRows : struct, IRowSelector, allows ref struct"
            : $"private {type} {name}({parameters})";
        using (code.Block(header))
        {
            if (plan.Examples == ExampleMode.Blocks)
            {
                string lanes = plan.Function.Real == ScalarType.F32 ? "16" : "8";
                code.Line(With("BatchRows.First(rows.Count)", $"Lanes.AreShort(rows, {lanes})"));
                if (StreamsRows(plan)) code.Line(With($"Lanes.Striped(rows, {lanes})", $"Lanes.AreMany(rows, {lanes})"));
            }

            code.Append(body);
        }

        code.Gap();

        // A block takes as many rows as it has lanes: where there are fewer in all, a batch repeats the first one. Where there are many, every four
        // lanes have a stretch of their own.
        string With(string rows, string condition)
        {
            string call = $"{name}({Names(parameters)}, {rows}{(weight.Length > 0 ? ", " + Names(weight.TrimStart(',', ' ')) : string.Empty)})";
            return type == "void" ? $"if ({condition}) {{ {call}; return; }}" : $"if ({condition}) return {call};";
        }
    }

    /// <summary>The method that the runtime calls, for an objective without examples: it is the kernel.</summary>
    /// <remarks>One call more would copy the spans once more, which takes as long as a loss of ten parameters.</remarks>
    /// <param name="signature">What it returns, its name and its parameters.</param>
    /// <param name="first">A line before the body; empty for none.</param>
    public static void WriteCore(CodeWriter code, string signature, string first, CodeWriter body)
    {
        code.Line("/// <inheritdoc/>");
        code.Line(Attribute);
        using (code.Block("protected override " + signature))
        {
            if (first.Length > 0)
            {
                code.Line(first);
                code.Gap();
            }

            code.Append(body);
        }

        code.Gap();
    }

    /// <summary>A loop over the rows of a block that begins at position i, or one that a large kernel calls.</summary>
    public static void WriteLoop(CodeWriter code, LoopMethod loop, string real)
    {
        code.Line($"/// <summary>{loop.Summary}{(loop.Called is null ? ", for the rows of a block" : string.Empty)}.</summary>");
        if (loop.Called is { } called)
        {
            using (code.Block($"private ref struct {loop.Name}")) WriteCalled(code, loop, called, real);
        }
        else
        {
            // Called instead, it costs a fifth where there are several stretches (Sapphire Rapids): the prefetches come too late.
            code.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            using (code.Block(Wrapped($"private static void {loop.Name}<TRows>(", loop.Parameters, ")\n    where TRows : struct, IRowSelector, allows ref struct"))) code.Append(loop.Body);
        }

        code.Gap();
    }

    private static void WriteCalled(CodeWriter code, LoopMethod loop, CalledLoop called, string real)
    {
        // Fields of one type in one declaration.
        foreach (IGrouping<string, string> fields in loop.Parameters.GroupBy(p => p.Substring(0, p.LastIndexOf(' ')), p => p.Substring(p.LastIndexOf(' ') + 1)))
        {
            code.Line(Wrapped($"public {fields.Key} ", fields, ";"));
        }

        code.Gap();
        code.Line(Attribute);
        using (code.Block($"public {called.Type} Run(int count{called.Results})")) code.Append(called.Run);
        code.Gap();
        code.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        using (code.Block($"private void Body<TPart>(TPart part{called.Sums})\n    where TPart : struct, IVectorPart<{real}>")) code.Append(called.Body);
    }

    /// <summary>A list of arguments, on lines of its own where one line would be too long.</summary>
    public static string Wrapped(string head, IEnumerable<string> arguments, string end)
    {
        const int Width = 120;
        string all = string.Join(", ", arguments);
        if (head.Length + all.Length <= Width) return head + all + end;
        var text = new StringBuilder(head);
        int column = Width;
        string comma = string.Empty;
        foreach (string argument in arguments)
        {
            bool breaks = column + argument.Length + 2 > Width;
            text.Append(comma).Append(breaks ? "\n    " : comma.Length > 0 ? " " : string.Empty).Append(argument);
            column = (breaks ? 4 : column + 2) + argument.Length;
            comma = ",";
        }

        return text.Append(end).ToString();
    }

    /// <summary>Whether loops over the rows of a block read data: how fast memory delivers them decides then.</summary>
    private static bool StreamsRows(KernelPlan plan) => plan.Contractions.Count == 0
        && plan.Function.Body.Items.OfType<Loop>().First(l => l.IsExamples).Body.Items.OfType<Loop>()
            .Any(l => plan.IsVectorLoop(l) && l.Body.AllItems().OfType<Load>().Any(load => plan.Function.Buffers[load.Buffer].Kind == BufferKind.Data));

    private static string Names(string parameters) => string.Join(", ", parameters.Split(',').Select(p => p.Substring(p.LastIndexOf(' ') + 1)));
}
