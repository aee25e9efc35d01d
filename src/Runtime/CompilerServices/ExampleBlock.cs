using System.ComponentModel;

namespace SymbolicGD.CompilerServices;

/// <summary>Blocks of several vectors of examples, for kernels with products of matrices.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ExampleBlock
{
    /// <summary>
    /// Lists the rows of the examples from a position on, a whole number of vectors of them. As in kernels of one vector, the last vector of all ends
    /// with the last example, so that it may hold some of those before it, or, where there are fewer examples than lanes, the first one several times.
    /// </summary>
    /// <param name="examples">Where they are listed; the most that are.</param>
    /// <param name="rows">All examples.</param>
    /// <param name="start">The position of the first.</param>
    /// <param name="lanes">The examples of a vector, a divisor of the most.</param>
    /// <returns>How many are listed.</returns>
    public static int Fill<TRows>(Span<int> examples, TRows rows, int start, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        int count = Math.Min(examples.Length, (rows.Count - start + lanes - 1) / lanes * lanes);
        for (int vector = 0; vector < count; vector += lanes)
        {
            int position = Math.Min(start + vector, rows.Count - lanes);
            for (int lane = 0; lane < lanes; lane++) examples[vector + lane] = rows[position + lane];
        }

        return count;
    }
}
