using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What an objective says of the rows of its parameters that a batch touches: see <see cref="GatheredRows"/>.</summary>
internal static class TouchedRowsText
{
    /// <param name="kernel">The call of the gradient kernel over a batch, which adds to the gradient.</param>
    public static void Write(CodeWriter code, ObjectiveModel model, IReadOnlyList<GatheredRow> rows, string kernel)
    {
        string real = model.Real;
        code.Line("/// <inheritdoc/>");
        code.Line($"protected override {real} AddGradientCore(ReadOnlySpan<{real}> parameters, ReadOnlySpan<int> batch, Span<{real}> gradient, Span<{real}> workspace) =>");
        code.Line($"    {kernel};");
        code.Gap();
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched)"))
        {
            foreach (GatheredRow row in rows)
            {
                string arguments = "batch";
                if (row.Column >= 0)
                {
                    Argument column = model.Function.Arguments[row.Column];
                    string element = column.IsArray ? $", {ObjectiveModel.LengthOf(column, model.ExtentField)}, {NumberText.Integer(row.Element)}" : string.Empty;
                    arguments += $", {model.DataField(row.Column)}.Span{element}";
                }

                code.Line($"touched.Add({NumberText.Integer(model.ParameterBlock(row.Parameter))}, {arguments});   // {model.Function.Arguments[row.Parameter].Name}");
            }

            code.Line("return true;");
        }

        code.Gap();
    }
}
