using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Which gradients a kernel writes as a whole by one product for each block of examples, and nothing else: the product of the first block stores them, so that
/// they need not be zero before.
/// </summary>
internal static class OverwrittenGradients
{
    /// <returns>Their buffers.</returns>
    public static IReadOnlyList<int> Of(KernelPlan plan)
    {
        if (plan.Contractions.Count == 0) return [];
        Function function = plan.Function;
        var index = new FunctionIndex(function);
        return [.. plan.Contractions.Items.Where(c => c.Kind == ContractionKind.Weights && Covers(c) && IsOnlyWriter(c)).Select(c => c.Matrix)];

        bool Covers(Contraction c)
        {
            BufferInfo buffer = function.Buffers[c.Matrix];
            if (buffer.Kind != BufferKind.Gradient || c.Shift.Count > 0 || c.Constant != 0) return false;
            Argument argument = function.Arguments[buffer.Argument];
            bool rowMajor = c.ColumnStride == MatrixIndex.One;
            (int rows, int columns, int stride) = rowMajor ? (c.Rows, c.Columns, c.RowStride) : (c.Columns, c.Rows, c.ColumnStride);
            return argument.IsMatrix && IsExtent(rows, argument.Extent) && IsExtent(columns, argument.Columns) && IsExtent(stride, argument.Columns);
        }

        bool IsExtent(int value, int extent) => value >= 0 && index.LetOf(value) is { Op: Op.Extent } let && let.Payload == extent;

        bool IsOnlyWriter(Contraction c) => IrFacts.Walk(function.Body).Count(i => i is Store s ? s.Buffer == c.Matrix : i is Accumulate a && a.Buffer == c.Matrix) == 1;
    }
}
