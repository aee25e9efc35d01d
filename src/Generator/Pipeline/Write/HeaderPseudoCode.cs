using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The kernel of the gradient in a few lines: what is computed for each example and added to which element.</summary>
internal static class HeaderPseudoCode
{
    private static readonly string[] Names = ["s", "t", "u", "r", "q"];
    private const int MaxLines = 16;

    public static IReadOnlyList<string> Write(Function function)
    {
        Loop? examples = function.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
        Region body = examples?.Body ?? function.Body;
        var formulas = new FormulaBuilder(function, 14, Shared(function, body));
        Formula loss = formulas.Of(function.Result);
        List<GradientTerm> terms = GradientTerm.Collect(function, formulas);
        if (terms.Count == 0) return [];

        var lines = new List<string>();
        string[] definitions = formulas.Definitions.Select(d => $"{d.Left} {(d.Sign == "+=" ? "+=" : "←")} {d.RightText}").ToArray();
        if (examples is not null) lines.Add("for each example:".PadRight(62) + " (pseudo-code of the gradient)");
        else lines.Add("once per call:".PadRight(62) + " (pseudo-code of the gradient)");
        lines.AddRange(Wrap([.. definitions, $"loss += {FormulaPrinter.Print(loss)}".Replace("loss += ", examples is null ? "loss ← " : "loss += ")]));

        // A scalar that is summed over the examples and added at the end is still what each example gives.
        bool isEach(GradientTerm term) => term.IsPerExample || term.Loops.Count == 0 || examples is null;
        lines.AddRange(Wrap(terms.Where(isEach).Select(Show)));
        GradientTerm[] once = terms.Where(t => !isEach(t)).ToArray();
        if (once.Length > 0)
        {
            lines.Add("then once per call:");
            lines.AddRange(Wrap(once.Select(Show)));
        }

        if (IrFacts.Walk(function.Body).OfType<If>().Any(i => GradientTerm.Gathered(function, i)))
            lines.Add("  (gathered: each element of the gradient is written once, with all that it gets)");
        return lines.Count > MaxLines ? [.. lines.Take(MaxLines), $"  … {lines.Count - MaxLines} more lines"] : lines;

        string Show(GradientTerm term) => $"{term.Element} += {FormulaPrinter.Print(term.Inner)}"
            + (term.Loops.Count == 0 ? string.Empty : $"  ({string.Join(", ", term.Loops.Select(l => formulas.Letters.RangeOf(l, formulas)))})");
    }

    /// <summary>The factors that the loops of the reverse sweep share: computed once per example, they deserve a name.</summary>
    private static Dictionary<int, string> Shared(Function function, Region body)
    {
        var free = new HashSet<int>(body.Items.OfType<Loop>()
            .Where(l => IrFacts.WrittenBuffers(l.Body).Any(b => function.Buffers[b].Kind == BufferKind.Gradient))
            .SelectMany(IrFacts.FreeValues));
        var names = new Queue<string>(Names.Where(n => function.Arguments.All(a => a.Name != n) && function.Values.All(v => v.Name != n)));
        var shared = new Dictionary<int, string>();
        foreach (Let let in body.Items.OfType<Let>())
        {
            bool isWorthIt = free.Contains(let.Id) && function.TypeOf(let.Id).IsReal() && let.Op.Arity() > 0;
            if (!isWorthIt) continue;
            string? name = function.Values[let.Id].Name;
            if (name is not null && FormulaBuilder.IsAdjointName(name)) shared.Add(let.Id, name);
            else if (name is null && names.Count > 0) shared.Add(let.Id, names.Dequeue());
        }

        return shared;
    }

    private static IEnumerable<string> Wrap(IEnumerable<string> statements)
    {
        string line = string.Empty;
        foreach (string statement in statements)
        {
            string shown = HeaderText.Cut(statement, HeaderText.Width - 4);
            if (line.Length > 0 && line.Length + shown.Length + 3 > 100)
            {
                yield return "  " + line;
                line = string.Empty;
            }

            line = line.Length == 0 ? shown : line + ";  " + shown;
        }

        if (line.Length > 0) yield return "  " + line;
    }
}
