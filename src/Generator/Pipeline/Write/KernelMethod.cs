using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The method around the body of a kernel.</summary>
internal static class KernelMethod
{
    /// <param name="type">What it returns; <c>void</c> for nothing.</param>
    /// <param name="parameters">Its parameters but the rows, which all kernels over examples have.</param>
    /// <param name="weight">The parameters after the rows, with the comma before them.</param>
    public static void Write(CodeWriter code, ObjectiveModel model, KernelPlan plan, string type, string name, string summary, string parameters, string weight, CodeWriter body)
    {
        code.Line($"/// <summary>{summary}</summary>");
        // NoInlining: tier 1 would inline the kernel into its caller, run out of inlining budget there, and call the vector math.
        code.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        string header = model.HasExamples
            ? $"private {type} {name}<TRows>({parameters}, TRows rows{weight})\n    where TRows : struct, IRowSelector, allows ref struct"
            : $"private {type} {name}({parameters})";
        using (code.Block(header))
        {
            if (plan.Examples == ExampleMode.Blocks) code.Line(FewRows(plan, type, name, parameters, weight));
            code.Append(body);
        }

        code.Gap();
    }

    /// <summary>A block takes as many rows as it has lanes. Where there are fewer in all, a batch repeats the first one.</summary>
    private static string FewRows(KernelPlan plan, string type, string name, string parameters, string weight)
    {
        string call = $"{name}({Names(parameters)}, BatchRows.First(rows.Count){(weight.Length > 0 ? ", " + Names(weight.TrimStart(',', ' ')) : string.Empty)})";
        string condition = $"if (Lanes.AreShort(rows, {(plan.Function.Real == ScalarType.F32 ? "16" : "8")}))";
        return type == "void" ? $"{condition} {{ {call}; return; }}" : $"{condition} return {call};";
    }

    private static string Names(string parameters) => string.Join(", ", parameters.Split(',').Select(p => p.Substring(p.LastIndexOf(' ') + 1)));
}
