using System.Numerics.Tensors;

namespace SymbolicGD.IlgpuTests.Parity;

/// <summary>Losses in which integers of the data choose what an example adds to.</summary>
public static partial class Chosen
{
    /// <summary>Elements of an array that the parameters decide in front of the examples.</summary>
    [Loss(Order = 2)]
    public static double Heights([Parameter, Shape("knots")] ReadOnlySpan<double> knots, [Parameter] double scale, int at, int other, double seen)
    {
        Span<double> heights = stackalloc double[knots.Length];
        for (int k = 0; k < knots.Length; k++) heights[k] = Math.Sin(scale * knots[k]);
        double e = heights[at] * heights[other] - seen;
        return e * e;
    }

    /// <summary>The same table gives the row of a word and the scores of all words: a product of matrices adds to it, and each example to a row.</summary>
    [Loss]
    public static float Tied([Parameter, Shape("words", "width")] ReadOnlyMatrix<float> table, int word, int next)
    {
        Span<float> row = stackalloc float[table.Columns], scores = stackalloc float[table.Rows];
        for (int k = 0; k < table.Columns; k++) row[k] = MathF.Tanh(table[word, k]);
        for (int w = 0; w < table.Rows; w++) scores[w] = TensorPrimitives.Dot(table.Row(w), row);
        return Sym.LogSumExp(scores) - scores[next];
    }
}
