using SymbolicGD.Generator.Support;
using static SymbolicGD.Generator.Pipeline.Write.Formula;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// The school algebra that makes formulas readable: 2·x + x = 3·x, x·x = x², −(a − b) = b − a, 0·x = 0. The code does not
/// rely on it; a formula in a comment speaks of real numbers.
/// </summary>
internal static class FormulaAlgebra
{
    public static Formula Zero { get; } = new Number(0);

    public static Formula One { get; } = new Number(1);

    public static bool IsZero(Formula formula) => formula is Number { Value: 0 };

    public static Formula Negate(Formula a) => Multiply(new Number(-1), a);

    public static Formula Subtract(Formula a, Formula b) => Add(a, Negate(b));

    public static Formula Divide(Formula a, Formula b) => Multiply(a, Power(b, -1));

    public static Formula Add(params Formula[] terms)
    {
        var order = new List<Formula>();
        var coefficients = new Dictionary<Formula, double>();
        foreach (Formula term in MergeCases(terms.SelectMany(t => t is Sum sum ? sum.Terms.AsEnumerable() : [t])))
        {
            (double coefficient, Formula rest) = Split(term);
            if (!coefficients.TryGetValue(rest, out double known)) order.Add(rest);
            coefficients[rest] = known + coefficient;
        }

        List<Formula> result = order.Where(rest => coefficients[rest] != 0).Select(rest => Scale(coefficients[rest], rest)).ToList();
        if (result.Count == 0) return Zero;
        if (result.Count == 1) return result[0];

        // Sums over indices last, since their sign reaches to the right; a positive term first.
        result = result.OrderBy(t => EndsInReduce(t) ? 1 : 0).ToList();
        int positive = result.FindIndex(t => Split(t).Coefficient > 0);
        if (positive > 0 && !EndsInReduce(result[positive]))
        {
            Formula first = result[positive];
            result.RemoveAt(positive);
            result.Insert(0, first);
        }

        return new Sum(result.ToEquatableArray());
    }

    public static Formula Multiply(Formula a, Formula b)
    {
        // A factor of a case that is otherwise 0 belongs to that case.
        if (HasZeroSide(a) && b is not Number) return TimesCases((Cases)a, b);
        if (HasZeroSide(b) && a is not Number) return TimesCases((Cases)b, a);
        double coefficient = 1;
        var order = new List<Formula>();
        var exponents = new Dictionary<Formula, int>();
        foreach (Formula factor in new[] { a, b })
        {
            (double own, IEnumerable<Factor> factors) = factor switch
            {
                Number number => (number.Value, []),
                Product product => (product.Coefficient, product.Factors.AsEnumerable()),
                _ => (1, [new Factor(factor, 1)]),
            };
            coefficient *= own;
            foreach (Factor each in factors)
            {
                if (!exponents.TryGetValue(each.Base, out int known)) order.Add(each.Base);
                exponents[each.Base] = known + each.Exponent;
            }
        }

        return Make(coefficient, order.Where(f => exponents[f] != 0).Select(f => new Factor(f, exponents[f])).ToList());
    }

    public static Formula Power(Formula a, int exponent) => a switch
    {
        _ when exponent == 1 => a,
        _ when exponent == 0 => One,
        Number number => new Number(Math.Pow(number.Value, exponent)),
        Product product => Make(
            Math.Pow(product.Coefficient, exponent), product.Factors.Select(f => new Factor(f.Base, f.Exponent * exponent)).ToList()),
        _ => new Product(1, new[] { new Factor(a, exponent) }.ToEquatableArray()),
    };

    public static Formula Reduce(string sign, string index, Formula body)
    {
        if (sign != "Σ") return new Reduce(sign, index, body);
        if (IsZero(body)) return Zero;

        // What does not depend on the index stands before the sign.
        (double coefficient, Formula rest) = Split(body);
        if (rest is Product product)
        {
            List<Factor> outside = product.Factors.Where(f => !Contains(f.Base, x => x is Symbol s && s.Name == index)).ToList();
            List<Factor> inside = product.Factors.Except(outside).ToList();
            if (outside.Count > 0 && inside.Count > 0)
                return Multiply(Make(coefficient, outside), new Reduce(sign, index, Make(1, inside)));
        }

        return Scale(coefficient, new Reduce(sign, index, rest));
    }

    /// <summary>
    /// <paramref name="then"/> where the condition holds, else <paramref name="otherwise"/>. Code guards a product by one of its factors, so that 0·∞ is 0;
    /// on paper the product says that already.
    /// </summary>
    public static Formula Choose(Formula condition, Formula then, Formula otherwise) =>
        otherwise.Equals(Zero) && condition is Relation { Sign: "≠" } guard && (Guards(guard.Left, guard.Right, then) || Guards(guard.Right, guard.Left, then))
            ? then
            : new Cases(condition, then, otherwise);

    private static bool Guards(Formula zero, Formula factor, Formula product) =>
        zero.Equals(Zero) && (factor is Number { Value: not 0 } || IsMultiple(product, factor));

    /// <summary>Whether the formula has the factor: then it is zero where the factor is.</summary>
    public static bool IsMultiple(Formula formula, Formula factor)
    {
        if (formula.Equals(factor)) return true;
        if (formula is not Product product) return false;
        IEnumerable<Factor> wanted = factor is Product whole ? whole.Factors : [new Factor(factor, 1)];
        return wanted.All(w => w.Exponent > 0 && product.Factors.Any(f => f.Base.Equals(w.Base) && f.Exponent >= w.Exponent));
    }

    public static bool Contains(Formula formula, Func<Formula, bool> test) => test(formula) || Children(formula).Any(c => Contains(c, test));

    public static IEnumerable<Formula> Children(Formula formula) => formula switch
    {
        Element { Column: { } column } element => [element.Index, column],
        Element element => [element.Index],
        Sum sum => sum.Terms,
        Product product => product.Factors.Select(f => f.Base),
        Call call => call.Arguments,
        Formula.Reduce reduce => [reduce.Body],
        Relation relation => [relation.Left, relation.Right],
        Cases cases => [cases.Condition, cases.Then, cases.Else],
        _ => [],
    };

    /// <summary>The formula with a symbol replaced.</summary>
    public static Formula Replace(Formula formula, string symbol, Formula by)
    {
        Formula Go(Formula f) => Replace(f, symbol, by);
        return formula switch
        {
            Symbol s => s.Name == symbol ? by : s,
            Element element => new Element(element.Name, Go(element.Index), element.Column is { } column ? Go(column) : null),
            Sum sum => Add(sum.Terms.Select(Go).ToArray()),
            Product product => product.Factors.Aggregate(
                (Formula)new Number(product.Coefficient), (all, f) => Multiply(all, Power(Go(f.Base), f.Exponent))),
            Call call => call with { Arguments = call.Arguments.Select(Go).ToEquatableArray() },
            Formula.Reduce reduce => reduce.Index == symbol ? reduce : Reduce(reduce.Sign, reduce.Index, Go(reduce.Body)),
            Relation relation => relation with { Left = Go(relation.Left), Right = Go(relation.Right) },
            Cases cases => new Cases(Go(cases.Condition), Go(cases.Then), Go(cases.Else)),
            _ => formula,
        };
    }

    /// <summary>The numeric factor of a term and what it multiplies (1 for a number).</summary>
    public static (double Coefficient, Formula Term) Split(Formula term) => term switch
    {
        Number number => (number.Value, One),
        Product { Coefficient: not 1 } product => (product.Coefficient, Make(1, product.Factors.ToList())),
        _ => (1, term),
    };

    private static bool HasZeroSide(Formula formula) => formula is Cases cases && (IsZero(cases.Then) || IsZero(cases.Else));

    private static Formula TimesCases(Cases cases, Formula factor) =>
        new Cases(cases.Condition, Multiply(cases.Then, factor), Multiply(cases.Else, factor));

    /// <summary>Sums of cases under one condition are the cases of the sums.</summary>
    private static IEnumerable<Formula> MergeCases(IEnumerable<Formula> terms)
    {
        var result = new List<Formula>();
        foreach (Formula term in terms)
        {
            int same = term is Cases cases ? result.FindIndex(t => t is Cases other && other.Condition.Equals(cases.Condition)) : -1;
            if (same < 0) result.Add(term);
            else result[same] = Both((Cases)result[same], (Cases)term);
        }

        return result;

        static Formula Both(Cases a, Cases b) => new Cases(a.Condition, Add(a.Then, b.Then), Add(a.Else, b.Else));
    }

    private static bool EndsInReduce(Formula term) =>
        term is Formula.Reduce || (term is Product product && product.Factors.Any(f => f is { Base: Formula.Reduce, Exponent: 1 }));

    private static Formula Scale(double coefficient, Formula rest) => coefficient == 1 ? rest : Multiply(new Number(coefficient), rest);

    private static Formula Make(double coefficient, IReadOnlyList<Factor> factors)
    {
        if (coefficient == 0) return Zero;
        if (factors.Count == 0) return new Number(coefficient);
        if (factors.Count == 1 && factors[0] is { Exponent: 1, Base: var only })
        {
            if (coefficient == 1) return only;
            if (coefficient == -1 && only is Sum sum) return Add(sum.Terms.Select(Negate).ToArray());
        }

        return new Product(coefficient, factors.ToEquatableArray());
    }
}
