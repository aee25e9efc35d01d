using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;
using static SymbolicGD.Generator.Pipeline.Write.Formula;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Elements of arguments as the user writes them: an index columns·i + j into the buffer of a matrix reads [i, j] again.
/// </summary>
internal static class FormulaElements
{
    public static Formula Of(Function function, Argument argument, Formula index)
    {
        if (!argument.IsArray) return new Symbol(argument.Name);
        if (!argument.IsMatrix) return new Element(argument.Name, index);
        Extent columns = function.Extents[argument.Columns];
        (Formula row, Formula column) = columns.Literal > 0 ? Split(index, columns.Literal) : Split(index, columns.Name);
        return new Element(argument.Name, row, column);
    }

    private static IEnumerable<Formula> Terms(Formula index) => index is Sum sum ? sum.Terms.AsEnumerable() : [index];

    private static (Formula Row, Formula Column) Split(Formula index, string columns)
    {
        Formula row = FormulaAlgebra.Zero, column = FormulaAlgebra.Zero;
        var one = new Symbol(columns);
        foreach (Formula term in Terms(index))
        {
            bool isRow = term.Equals(one) || (term is Product product && product.Factors.Any(f => f.Exponent == 1 && f.Base.Equals(one)));
            if (isRow) row = FormulaAlgebra.Add(row, FormulaAlgebra.Divide(term, one));
            else column = FormulaAlgebra.Add(column, term);
        }

        // m[i, columns − 1] lies at columns·(i + 1) − 1.
        bool isBeforeRow = Terms(column).All(t => FormulaAlgebra.Split(t).Coefficient < 0);
        return isBeforeRow ? (FormulaAlgebra.Subtract(row, FormulaAlgebra.One), FormulaAlgebra.Add(column, one)) : (row, column);
    }

    private static (Formula Row, Formula Column) Split(Formula index, int columns)
    {
        Formula row = FormulaAlgebra.Zero, column = FormulaAlgebra.Zero;
        foreach (Formula term in Terms(index))
        {
            (double coefficient, Formula rest) = FormulaAlgebra.Split(term);
            double rows = coefficient % columns == 0 || term is Number ? Math.Floor(coefficient / columns) : 0;
            row = FormulaAlgebra.Add(row, FormulaAlgebra.Multiply(new Number(rows), rest));
            column = FormulaAlgebra.Add(column, FormulaAlgebra.Multiply(new Number(coefficient - (rows * columns)), rest));
        }

        return (row, column);
    }
}
