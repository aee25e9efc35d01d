using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The letters by which formulas call the counters of loops: the user's name where it is one, else j, k, l, …</summary>
internal sealed class LoopLetters
{
    private static readonly string[] Defaults = ["j", "k", "l", "m", "p", "r", "s", "t"];

    private readonly Function _function;
    private readonly Dictionary<int, string> _letters = [];

    public LoopLetters(Function function)
    {
        _function = function;
        bool hasExamples = IrFacts.Walk(function.Body).Any(i => i is Loop { IsExamples: true });
        string[] defaults = hasExamples ? Defaults : ["i", .. Defaults];
        Assign(function.Body, [.. function.Arguments.Select(a => a.Name)], defaults, 0);
    }

    public string Of(Loop loop) => _letters[loop.Counter];

    /// <summary>The range of a loop's index: "j &lt; features".</summary>
    public string RangeOf(Loop loop, FormulaBuilder formulas)
    {
        if (loop.Limited is not null) return HeaderText.Cut(loop.Limited, 40);
        string letter = Of(loop), to = FormulaPrinter.Print(formulas.Of(loop.To));
        string range = formulas.Of(loop.From) is Formula.Number { Value: 0 }
            ? $"{letter} < {to}"
            : $"{FormulaPrinter.Print(formulas.Of(loop.From))} ≤ {letter} < {to}";
        if (loop.Descending) range += " downward";
        return loop.EndsEarly ? range + " until it ends early" : range;
    }

    private void Assign(Region region, string[] around, string[] defaults, int depth)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Loop loop:
                    string? user = _function.Values[loop.Counter].Name;
                    string letter = loop.IsExamples ? user ?? "example"
                        : user is { Length: <= 3 } && !around.Contains(user) ? user
                        : defaults.Skip(Math.Min(depth, defaults.Length - 1)).FirstOrDefault(d => !around.Contains(d)) ?? defaults[defaults.Length - 1];
                    _letters[loop.Counter] = letter;
                    Assign(loop.Body, [.. around, letter], defaults, loop.IsExamples ? depth : depth + 1);
                    break;
                case If branch:
                    Assign(branch.Then, around, defaults, depth);
                    Assign(branch.Else, around, defaults, depth);
                    break;
            }
        }
    }
}
