using System.Globalization;
using System.Text;
using SymbolicGD.Generator.Ir;
using static SymbolicGD.Generator.Pipeline.Write.Formula;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Writes formulas in mathematical notation, with no more parentheses than needed.</summary>
internal static class FormulaPrinter
{
    // How tightly a formula holds together: what binds less than its place asks for is put in parentheses.
    private const int OfRelation = 0, OfSum = 1, OfProduct = 2, OfPower = 3, OfAtom = 4;

    private static readonly Dictionary<char, char> Subscripts = new()
    {
        ['i'] = 'ᵢ', ['j'] = 'ⱼ', ['k'] = 'ₖ', ['l'] = 'ₗ', ['m'] = 'ₘ', ['n'] = 'ₙ', ['p'] = 'ₚ', ['r'] = 'ᵣ', ['s'] = 'ₛ', ['t'] = 'ₜ',
        ['u'] = 'ᵤ', ['v'] = 'ᵥ', ['a'] = 'ₐ', ['e'] = 'ₑ', ['h'] = 'ₕ', ['o'] = 'ₒ', ['x'] = 'ₓ',
    };

    public static string Print(Formula formula) => Print(formula, OfRelation);

    public static string Number(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "−∞";
        string text = NumberText.Real(NumberText.Readable(Math.Abs(value)), ScalarType.F64);
        if (text.EndsWith(".0", StringComparison.Ordinal)) text = text.Substring(0, text.Length - 2);
        return value < 0 ? "−" + text : text;
    }

    private static string Print(Formula formula, int place)
    {
        (string text, int binding) = Write(formula);
        return binding < place ? $"({text})" : text;
    }

    private static (string Text, int Binding) Write(Formula formula)
    {
        switch (formula)
        {
            case Number number: return (Number(number.Value), number.Value < 0 ? OfSum : OfAtom);
            case Symbol symbol: return (symbol.Name, OfAtom);
            case Element element:
                return ($"{element.Name}[{Print(element.Index)}{(element.Column is { } column ? ", " + Print(column) : string.Empty)}]", OfAtom);
            case Sum sum: return (WriteSum(sum), OfSum);
            case Product product: return WriteProduct(product);
            case Call { Name: "√" } root: return ("√" + Print(root.Arguments[0], OfAtom), OfPower);
            case Call { Name: "|" } abs: return ($"|{Print(abs.Arguments[0])}|", OfAtom);
            case Call { Name: "^" } power: return (Print(power.Arguments[0], OfAtom) + "^" + Print(power.Arguments[1], OfAtom), OfPower);
            case Call call: return ($"{call.Name}({string.Join(", ", call.Arguments.Select(a => Print(a)))})", OfAtom);
            case Reduce reduce: return (Sign(reduce) + " " + Print(reduce.Body, OfProduct), OfProduct);
            // "0 < v" reads better as "v > 0".
            case Relation { Left: Formula.Number, Sign: "<" or "≤" } turned:
                return ($"{Print(turned.Right, OfSum)} {(turned.Sign == "<" ? ">" : "≥")} {Print(turned.Left, OfSum)}", OfRelation);
            case Relation relation: return ($"{Print(relation.Left, OfSum)} {relation.Sign} {Print(relation.Right, OfSum)}", OfRelation);
            case Cases cases: return ($"{Print(cases.Then, OfSum)} if {Print(cases.Condition)} else {Print(cases.Else, OfSum)}", OfRelation);
            default: throw new InvalidOperationException($"Unknown formula {formula.GetType().Name}.");
        }
    }

    private static string Sign(Reduce reduce) =>
        reduce.Index.Length == 1 && Subscripts.TryGetValue(reduce.Index[0], out char subscript) ? reduce.Sign + subscript : $"{reduce.Sign}_{reduce.Index}";

    private static string WriteSum(Sum sum)
    {
        var text = new StringBuilder();
        for (int k = 0; k < sum.Terms.Count; k++)
        {
            (double coefficient, Formula rest) = FormulaAlgebra.Split(sum.Terms[k]);
            bool isNegative = coefficient < 0;
            if (k > 0) text.Append(isNegative ? " − " : " + ");
            else if (isNegative) text.Append('−');
            Formula shown = isNegative ? FormulaAlgebra.Multiply(new Number(-coefficient), rest) : sum.Terms[k];

            // Only the last term may end in a sum over an index without parentheses.
            bool isOpen = shown is Reduce || (shown is Product product && product.Factors.Any(f => f.Base is Reduce));
            string term = Print(shown, shown is Sum ? OfProduct : OfSum);
            text.Append(isOpen && k < sum.Terms.Count - 1 ? $"({term})" : term);
        }

        return text.ToString();
    }

    private static (string Text, int Binding) WriteProduct(Product product)
    {
        if (product.Coefficient < 0)
        {
            Formula positive = FormulaAlgebra.Multiply(new Number(-1), product);
            return ("−" + Print(positive, OfProduct), OfSum);
        }

        Factor[] above = product.Factors.Where(f => f.Exponent > 0).OrderBy(Rank).ToArray();
        Factor[] below = product.Factors.Where(f => f.Exponent < 0).Select(f => f with { Exponent = -f.Exponent }).ToArray();
        if (above.Length == 1 && below.Length == 0 && product.Coefficient == 1 && above[0].Exponent > 1) return (WriteFactor(above[0], true), OfPower);

        var parts = new List<string>();
        if (product.Coefficient != 1 || above.Length == 0) parts.Add(Number(product.Coefficient));
        for (int k = 0; k < above.Length; k++) parts.Add(WriteFactor(above[k], k == above.Length - 1 && below.Length == 0));
        string numerator = string.Join("·", parts);
        if (below.Length == 0) return (numerator, OfProduct);
        string denominator = below.Length == 1
            ? WriteFactor(below[0], false)
            : $"({string.Join("·", below.Select(f => WriteFactor(f, false)))})";
        return ($"{numerator}/{denominator}", OfProduct);
    }

    /// <summary>Scalars stand before array elements: 2·error·x[j].</summary>
    private static int Rank(Factor factor) => factor.Base switch
    {
        Symbol => 0,
        Element => 2,
        Reduce => 3,
        _ => 1,
    };

    private static string WriteFactor(Factor factor, bool isLast)
    {
        if (factor.Exponent == 1)
        {
            if (factor.Base is Reduce) return isLast ? Print(factor.Base) : $"({Print(factor.Base)})";
            return Print(factor.Base, OfPower);
        }

        return Print(factor.Base, OfAtom) + Superscript(factor.Exponent);
    }

    public static string Superscript(int exponent) =>
        string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
}
