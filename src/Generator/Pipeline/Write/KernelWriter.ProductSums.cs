using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Running sums of products in loops along their counter: each product has a sum of its own, so that one instruction multiplies and adds, and constant factors are multiplied once, at the end.
/// </summary>
/// <remarks>
/// <code>
/// s += 100·a·a + b·b      three operations and an addition that wait for one another
/// s₁ += a·a; s₂ += b·b    two; s = 100·s₁ + s₂ after the loop
/// </code>
/// </remarks>
internal sealed partial class KernelWriter
{
    /// <summary>More sums than this would take registers from the body.</summary>
    private const int MaxProductSums = 4;

    /// <summary>A term of a running sum: a product of two values, or with <see cref="B"/> −1 one value; subtracted if negated; times <see cref="Scale"/> after the loop.</summary>
    private sealed record SumTerm(int A, int B, bool Negated, double Scale)
    {
        public string Name { get; set; } = string.Empty;
    }

    /// <summary>The terms of a running sum, where products among them gain by sums of their own; else null.</summary>
    /// <param name="absorbed">Receives the operations that the terms stand for.</param>
    private List<SumTerm>? TermsOf(Loop loop, Carried carried, HashSet<int> absorbed)
    {
        if (loop.ReductionOf(carried, _index) != Op.Add) return null;
        HashSet<int> inBody = [.. loop.Body.Items.OfType<Let>().Select(l => l.Id)];
        var links = new HashSet<int>();
        var terms = new List<SumTerm>();
        Flatten(carried.Next, negated: false);
        int products = terms.Count(t => t.B >= 0);
        if (terms.Count > MaxProductSums || (products < 2 && terms.All(t => t.Scale == 1)) || products == 0) return null;
        absorbed.UnionWith(links);
        return terms;

        void Flatten(int value, bool negated)
        {
            if (value == carried.Id) return;
            if (Inner(value) is { Op: Op.Add or Op.Sub } sum)
            {
                links.Add(value);
                Flatten(sum.A, negated);
                Flatten(sum.B, negated ^ (sum.Op == Op.Sub));
                return;
            }

            if (Inner(value) is not { Op: Op.Mul } product)
            {
                terms.Add(new SumTerm(value, -1, negated, 1));
                return;
            }

            links.Add(value);
            terms.Add(Product(product, negated));
        }

        // |c| ≥ 1: then the sum without the factor overflows only where the sum with it does.
        SumTerm Product(Let product, bool negated)
        {
            foreach ((int a, int b) in new[] { (product.A, product.B), (product.B, product.A) })
            {
                if (Inner(b) is not { Op: Op.Mul } scaled) continue;
                foreach ((int constant, int other) in new[] { (scaled.A, scaled.B), (scaled.B, scaled.A) })
                {
                    if (_index.LetOf(constant) is not { Op: Op.Const } factor || !(Math.Abs(factor.RealConstant) >= 1)) continue;
                    links.Add(b);
                    return new SumTerm(a, other, negated, factor.RealConstant);
                }
            }

            return new SumTerm(product.A, product.B, negated, 1);
        }

        // What the loop's body computes for this sum alone.
        Let? Inner(int value) => inBody.Contains(value) && _index.UsesOf(value) == 1 && _index.IsUsedOnlyInOwnRegion(value) && _function.TypeOf(value).IsReal()
            && (value == carried.Next || HasNoName(value)) ? _index.LetOf(value) : null;
    }

    /// <summary>The user gave the value no name: no variable is expected.</summary>
    private bool HasNoName(int value) => _function.Values[value].Name is not { } name || FormulaBuilder.IsAdjointName(name);

    private void StartSums(List<SumTerm> terms, string name)
    {
        foreach (SumTerm term in terms)
        {
            term.Name = _names.Unique(name);
            _code.Line($"var {term.Name} = {VectorType}.Zero;");
        }
    }

    private void AdvanceSums(List<SumTerm> terms, bool tail)
    {
        foreach (SumTerm term in terms)
        {
            string next = term.B < 0 ? $"{term.Name} {(term.Negated ? "-" : "+")} {InLoop(term.A).RightUnder(Text.Sum)}"
                : $"{(term.Negated ? "Lanes.MultiplyAddNegated" : "Vector512.FusedMultiplyAdd")}({InLoop(term.A)}, {InLoop(term.B)}, {term.Name})";
            _code.Line(_loop.Part ? $"{term.Name} = part.Select({next}, {term.Name});"
                : tail ? $"{term.Name} = Vector512.ConditionalSelect(tail, {next}, {term.Name});" : $"{term.Name} = {next};");
        }
    }

    private string Total(List<SumTerm> terms)
    {
        string total = string.Join(" + ", terms.Where(t => t.Scale == 1).Select(t => t.Name));
        foreach (SumTerm term in terms.Where(t => t.Scale != 1))
        {
            string scale = $"Vector512.Create({NumberText.Real(term.Scale, _function.Real)})";
            total = total.Length == 0 ? $"{term.Name} * {scale}" : $"Vector512.FusedMultiplyAdd({term.Name}, {scale}, {total})";
        }

        return total;
    }
}
