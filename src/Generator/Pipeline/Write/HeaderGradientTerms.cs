using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>One contribution to the derivative with respect to a parameter.</summary>
/// <param name="Argument">The parameter's argument.</param>
/// <param name="Left">"∂ℓ/∂w[j]".</param>
/// <param name="Element">"gradient.w[j]".</param>
/// <param name="Value">What is added, summed over the loops whose index is not in <paramref name="Left"/>.</param>
/// <param name="Inner">What is added in one iteration.</param>
/// <param name="Loops">The loops around it, outermost first, without that over the examples.</param>
/// <param name="IsPerExample">Whether it is added once for each example.</param>
internal sealed record GradientTerm(
    int Argument, string Left, string Element, Formula Value, Formula Inner, IReadOnlyList<Loop> Loops, bool IsPerExample)
{
    /// <param name="output">What the contributions are added to.</param>
    public static List<GradientTerm> Collect(Function function, FormulaBuilder formulas, string output = "gradient")
    {
        var terms = new List<GradientTerm>();
        Walk(function.Body, [], [], false);
        return terms;

        void Walk(Region region, List<Loop> loops, List<Formula> conditions, bool perExample)
        {
            foreach (Item item in region.Items)
            {
                switch (item)
                {
                    case Store store when IsGradient(store.Buffer):
                        Add(store.Buffer, store.Index, store.Value, loops, conditions, perExample);
                        break;
                    case Accumulate accumulate when IsGradient(accumulate.Buffer):
                        Add(accumulate.Buffer, accumulate.Index, accumulate.Value, loops, conditions, perExample);
                        break;
                    case Loop loop:
                        Walk(loop.Body, loop.IsExamples ? loops : [.. loops, loop], conditions, perExample || loop.IsExamples);
                        break;
                    case If branch when Gathered(function, branch):
                        // The gathered form says the same as the plain one, but less readably.
                        Walk(branch.Else, loops, conditions, perExample);
                        break;
                    case If branch:
                        Formula condition = formulas.Of(branch.Condition);
                        Walk(branch.Then, loops, [.. conditions, condition], perExample);
                        Walk(branch.Else, loops, [.. conditions, new Formula.Call("not", new Formula[] { condition }.ToEquatableArray())], perExample);
                        break;
                }
            }
        }

        bool IsGradient(int buffer) => function.Buffers[buffer].Kind == BufferKind.Gradient;

        void Add(int buffer, int index, int value, List<Loop> loops, List<Formula> conditions, bool perExample)
        {
            int number = function.Buffers[buffer].Argument;
            Argument argument = function.Arguments[number];
            Formula at = formulas.Of(index), inner = formulas.Of(value);
            foreach (Formula condition in conditions.AsEnumerable().Reverse()) inner = new Formula.Cases(condition, inner, FormulaAlgebra.Zero);
            Formula sum = inner;
            foreach (Loop loop in loops.AsEnumerable().Reverse())
            {
                string letter = formulas.Letters.Of(loop);
                if (!FormulaAlgebra.Contains(at, f => f is Formula.Symbol s && s.Name == letter)) sum = FormulaAlgebra.Reduce("Σ", letter, sum);
            }

            string element = FormulaPrinter.Print(FormulaElements.Of(function, argument, at));
            terms.Add(new GradientTerm(number, $"∂ℓ/∂{element}", $"{output}.{element}", sum, inner, loops, perExample));
        }
    }

    /// <summary>Every item of the region, of gathered loops the plain form only.</summary>
    public static IEnumerable<Item> PlainWalk(Function function, Region region)
    {
        foreach (Item item in region.Items)
        {
            yield return item;
            IEnumerable<Region> regions = item is If branch && Gathered(function, branch) ? [branch.Else] : IrFacts.Regions(item);
            foreach (Item inner in regions.SelectMany(r => PlainWalk(function, r))) yield return inner;
        }
    }

    /// <summary>Whether the branch is the choice between a gathered loop and the plain one for short ranges.</summary>
    public static bool Gathered(Function function, If branch)
    {
        bool Writes(Region region) => IrFacts.WrittenBuffers(region).Any(b => function.Buffers[b].Kind == BufferKind.Gradient);
        return branch.Then.Items.Any(i => i is Loop) && branch.Else.Items.OfType<Loop>().Count() == 1
            && Writes(branch.Then) && Writes(branch.Else)
            && IrFacts.DefiningItems(function)[branch.Condition] is Let { Op: Op.Le } condition && function.TypeOf(condition.A) == ScalarType.I32;
    }
}
