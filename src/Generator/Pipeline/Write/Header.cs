using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What the generated code says about itself.</summary>
/// <param name="Lines">The comment at the head of the file, without the slashes.</param>
/// <param name="Summary">The formula of the loss for the summary of the generated class, escaped for XML.</param>
/// <param name="Remarks">The formulas of the derivatives for its remarks, escaped for XML; empty if there are none to show.</param>
/// <param name="Description">What <c>Describe()</c> returns: the lines but for the pseudo-code, which is about the file that it heads.</param>
internal sealed record Header(IReadOnlyList<string> Lines, string Summary, string Remarks, string Description);

/// <summary>
/// Explains a compiled loss: its formula and those of its derivatives, what was rewritten and hoisted, what a call costs, and the kernel
/// in pseudo-code. All of it is read off the IR that the kernel is made from.
/// </summary>
internal static class HeaderText
{
    /// <summary>Beyond this many steps formulas explain nothing any more.</summary>
    private const int MaxItems = 700;

    /// <summary>The file writer puts the slashes and three spaces before each line.</summary>
    internal const int Width = 144;

    /// <summary>Values are given names until the formulas fit: the first size that does is taken.</summary>
    private static readonly int[] InlineSizes = [30, 14, 7];

    /// <param name="loss">The loss after Condition.</param>
    /// <param name="gradient">The function that the gradient's kernel is made from; it gives the loss too.</param>
    /// <param name="plans">What else is generated; null where there is nothing else.</param>
    public static Header Create(LossSpec spec, Function loss, Function gradient, EquatableArray<Rewrite> rewrites, ObjectivePlans? plans = null)
    {
        if (gradient.Result < 0) throw new ArgumentException("A loss has a result.", nameof(gradient));
        var lines = new List<string>();
        HeaderFormulas? formulas = null;
        if (IrFacts.Walk(gradient.Body).Count() <= MaxItems)
        {
            foreach (int size in InlineSizes)
            {
                formulas = new HeaderFormulas(gradient, size);
                if (formulas.Rows.All(r => r.Left.Length + r.Right.Length + 5 <= Width)) break;
            }
        }

        if (formulas is null)
        {
            lines.Add($"{IrFacts.Walk(loss.Body).Count()} steps of the loss, {IrFacts.Walk(gradient.Body).Count()} with its derivatives: too many for formulas.");
        }
        else
        {
            lines.AddRange(Table(formulas.Rows));
        }

        lines.Add(string.Empty);
        foreach (Rewrite rewrite in rewrites) lines.Add(Row("stabilized", $"{rewrite.From} → {rewrite.To}", rewrite.Reason));
        if (formulas?.Hoisted is { Length: > 0 } hoisted) lines.Add(Row("hoisted", hoisted, "once per call, not per example"));
        if (plans is not null) lines.AddRange(CurvatureText.Lines(spec.Function, plans.Certificate).Select(l => Row(l.Label, l.Text, l.Note)));
        lines.Add(Row("cost", HeaderCost.Of(gradient), string.Empty));
        if (plans?.Product is { } product) lines.Add(Row("products", "Hessian times vector " + HeaderCost.Of(product.Function), string.Empty));
        if (plans?.ResidualRow is { } row)
        {
            string count = spec.Residual!.Extent is >= 0 and var extent ? $"{CountOf(loss.Extents[extent])} per example" : "one per example";
            lines.Add(Row("residuals", $"{count}, the value is ½·Σ r²; a row of the Jacobian {HeaderCost.Of(row.Function).Replace("per example ", string.Empty)}", string.Empty));
        }

        int facts = lines.Count;
        if (formulas is not null)
        {
            IReadOnlyList<string> code = HeaderPseudoCode.Write(gradient);
            if (code.Count > 0) lines.Add(string.Empty);
            lines.AddRange(code);
        }

        lines = lines.Select(l => Cut(l.TrimEnd())).ToList();
        string kind = !HasExamples(gradient) ? "Value" : spec.IsMean ? "Mean over the examples" : "Sum over the examples";
        string summary = formulas is null ? $"{kind} of {spec.Method}." : $"{kind} of ℓ = {formulas.OneLine}.";
        string remarks = formulas is null ? string.Empty : string.Join("; ", formulas.Rows.Where(r => r.IsDerivative).Take(4).Select(r => $"{r.Left} {r.Sign} {r.Right}")) + ".";
        string description = spec.Method + Environment(lines.Take(facts));
        return new Header(lines, Escape(summary), remarks == "." ? string.Empty : Escape(remarks), description);
    }

    internal static string Cut(string line, int width = Width) => line.Length <= width ? line : line.Substring(0, width - 1) + "…";

    private static string Environment(IEnumerable<string> lines) => "\n\n" + string.Join("\n", lines).TrimEnd() + "\n";

    private static string CountOf(Extent extent) =>
        extent.Literal >= 0 ? extent.Literal.ToString(System.Globalization.CultureInfo.InvariantCulture) : extent.Name;

    private static bool HasExamples(Function function) => function.Body.Items.Any(i => i is Loop { IsExamples: true });

    private static string Row(string label, string text, string note)
    {
        string line = label.PadRight(12) + " " + text;
        return note.Length == 0 ? line : line.PadRight(62) + " " + note;
    }

    private static IEnumerable<string> Table(IReadOnlyList<HeaderFormulas.Row> rows)
    {
        int left = Math.Min(16, rows.Max(r => r.Left.Length));
        foreach (HeaderFormulas.Row row in rows)
        {
            string text = $"{row.Left.PadRight(left)} {row.Sign} {row.Right}";
            yield return row.Range.Length == 0 ? text : (text + "  ").PadRight(63) + row.Range;
        }
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
