using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The formulas of the loss and its derivatives, read off the gradient's IR.</summary>
internal sealed class HeaderFormulas
{
    private const int MaxRows = 40;

    private readonly Function _function;
    private readonly FormulaBuilder _formulas;

    public HeaderFormulas(Function function, int inlineSize)
    {
        _function = function;
        _formulas = new FormulaBuilder(function, inlineSize);
        var rows = new List<Row>();
        Formula loss = _formulas.Of(function.Result);
        AddDefinitions(rows, 0);
        int ofLoss = _formulas.Definitions.Count;
        rows.Add(new Row("ℓ", "=", FormulaPrinter.Print(loss), string.Empty, false));
        OneLine = Describe(loss);

        List<GradientTerm> terms = GradientTerm.Collect(function, _formulas);
        var derivatives = new List<Row>();
        foreach (IGrouping<int, GradientTerm> parameter in terms.GroupBy(t => t.Argument).OrderBy(g => g.Key)) AddDerivative(derivatives, parameter);
        AddDefinitions(rows, ofLoss);
        rows.AddRange(derivatives);
        Rows = WithRanges(rows.Count > MaxRows ? [.. rows.Take(MaxRows), new Row("…", " ", $"{rows.Count - MaxRows} more", string.Empty, false)] : rows);
        Hoisted = DescribeHoisted();
    }

    /// <param name="Range">The ranges of the indices that appear here first.</param>
    internal sealed record Row(string Left, string Sign, string Right, string Range, bool IsDerivative);

    public IReadOnlyList<Row> Rows { get; }

    /// <summary>The loss and the definitions that it uses in one line.</summary>
    public string OneLine { get; }

    /// <summary>What is computed before the loop over the examples; empty if nothing worth mentioning.</summary>
    public string Hoisted { get; }

    private void AddDefinitions(List<Row> rows, int from)
    {
        foreach (FormulaDefinition definition in _formulas.Definitions.Skip(from))
            rows.Add(new Row(definition.Left, definition.Sign, definition.RightText, string.Empty, false));
    }

    private string Describe(Formula loss)
    {
        string line = FormulaPrinter.Print(loss);
        foreach (FormulaDefinition definition in _formulas.Definitions.AsEnumerable().Reverse())
        {
            string longer = $"{line}, {definition.Left} {definition.Sign} {definition.RightText}";
            if (longer.Length > 180) return line + ", …";
            line = longer;
        }

        return HeaderText.Cut(line, 180);
    }

    private void AddDerivative(List<Row> rows, IEnumerable<GradientTerm> terms)
    {
        // Contributions to one index are one formula; others are said to add up.
        var groups = new List<(string Left, Formula Value)>();
        foreach (GradientTerm term in terms)
        {
            int known = groups.FindIndex(g => g.Left == term.Left);
            if (known >= 0) groups[known] = (term.Left, FormulaAlgebra.Add(groups[known].Value, term.Value));
            else groups.Add((term.Left, term.Value));
        }

        foreach ((string left, Formula value) in groups)
            rows.Add(new Row(left, groups.Count > 1 ? "+=" : "=", FormulaPrinter.Print(value), string.Empty, true));
    }

    private List<Row> WithRanges(List<Row> rows)
    {
        var ranges = new Dictionary<string, string>();
        foreach (Loop loop in GradientTerm.PlainWalk(_function, _function.Body).OfType<Loop>().Where(l => !l.IsExamples))
        {
            string letter = _formulas.Letters.Of(loop);
            if (!ranges.ContainsKey(letter)) ranges.Add(letter, _formulas.Letters.RangeOf(loop, _formulas));
        }

        var said = new HashSet<string>();
        return rows.Select(row =>
        {
            string[] here = ranges.Keys.Where(l => !said.Contains(l) && Mentions(row.Left + " " + row.Right, l)).ToArray();
            said.UnionWith(here);
            return row with { Range = string.Join(", ", here.Select(l => ranges[l]).Where(range => !row.Right.Contains(range))) };
        }).ToList();
    }

    private static bool Mentions(string text, string letter)
    {
        for (int at = text.IndexOf(letter, StringComparison.Ordinal); at >= 0; at = text.IndexOf(letter, at + 1, StringComparison.Ordinal))
        {
            bool starts = at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] == '_');
            int end = at + letter.Length;
            if (starts && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] == '_'))) return true;
        }

        return false;
    }

    private string DescribeHoisted()
    {
        int examples = _function.Body.Items.AsEnumerable().ToList().FindIndex(i => i is Loop { IsExamples: true });
        if (examples < 0) return string.Empty;
        var loop = (Loop)_function.Body.Items[examples];
        var used = new HashSet<int>(IrFacts.FreeValues(loop));
        string[] shown = _function.Body.Items.Take(examples)
            .SelectMany(IrFacts.Definitions)
            .Where(id => used.Contains(id) && _function.TypeOf(id).IsReal())
            .Select(_formulas.Of)
            .Where(f => f.Size > 2)
            .Select(FormulaPrinter.Print)
            .Distinct().Where(t => t.Length <= 40).ToArray();
        return shown.Length <= 3 ? string.Join(" and ", shown) : string.Join(", ", shown.Take(3)) + $" and {shown.Length - 3} more";
    }
}
