using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What a loop computes, in the user's names: the line above it in the kernel.</summary>
internal sealed class LoopComments
{
    private const int Width = 110;

    private readonly Function _function;
    private readonly FormulaBuilder _formulas;
    private readonly IReadOnlyDictionary<int, string> _names;
    private readonly List<GradientTerm> _terms;

    public LoopComments(Function function, string output)
    {
        _function = function;

        // Sums and named adjoints keep their names, so that each line shows one loop and not all that led to it.
        var names = new Dictionary<int, string>();
        foreach (Loop loop in function.Body.AllItems().OfType<Loop>().Where(l => !l.IsExamples))
        {
            foreach (Carried carried in loop.Carried)
            {
                if (function.Values[carried.Result].Name is { } name) names[carried.Result] = name;
            }
        }

        for (int value = 0; value < function.Values.Count; value++)
        {
            if (function.Values[value].Name is { } name && FormulaBuilder.IsAdjointName(name) && !names.ContainsKey(value)) names[value] = name;
        }

        _names = names;
        _formulas = new FormulaBuilder(function, 14, names);
        _terms = GradientTerm.Collect(function, _formulas, output);
    }

    /// <returns>Null where there is nothing to say in one line.</returns>
    public string? Of(Loop loop)
    {
        var parts = new List<string>();
        foreach (Carried carried in loop.Carried)
        {
            if (!_names.TryGetValue(carried.Result, out string? name)) continue;
            Formula sum = _formulas.Of(carried.Result);
            FormulaDefinition? definition = _formulas.Definitions.LastOrDefault(d => sum is Formula.Symbol && FormulaPrinter.Print(sum) == d.Left);
            if (definition is not null) parts.Add($"{name} = {definition.RightText}");
        }

        foreach (GradientTerm term in _terms.Where(t => t.Loops.Count > 0 && t.Loops[t.Loops.Count - 1].Counter == loop.Counter))
        {
            parts.Add($"{term.Element} += {FormulaPrinter.Print(term.Inner)}");
        }

        string text = string.Join(";  ", parts.Distinct());
        return text.Length is 0 or > Width ? null : text;
    }
}
