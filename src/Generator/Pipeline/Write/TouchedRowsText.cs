using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What an objective says of the rows of its parameters that a batch touches: see <see cref="GatheredRows"/>.</summary>
internal static class TouchedRowsText
{
    public static void Write(CodeWriter code, ObjectiveModel model, IReadOnlyList<GatheredRow> rows)
    {
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched)"))
        {
            var written = new List<IGrouping<int, GatheredRow>>();
            foreach (IGrouping<int, GatheredRow> parameter in rows.GroupBy(row => row.Parameter))
            {
                string block = NumberText.Integer(model.ParameterBlock(parameter.Key)), comment = $"   // {model.Function.Arguments[parameter.Key].Name}";
                if (written.Find(other => NamesTheSame(other, parameter)) is { } same)
                {
                    code.Line($"touched.AddSame({block}, {NumberText.Integer(model.ParameterBlock(same.Key))});{comment}");
                    continue;
                }

                foreach (GatheredRow row in parameter) code.Line($"touched.Add({block}, batch{Column(row)});{comment}");
                written.Add(parameter);
            }

            code.Line("return true;");
        }

        code.Gap();

        bool NamesTheSame(IGrouping<int, GatheredRow> a, IGrouping<int, GatheredRow> b) =>
            model.Function.Arguments[a.Key].Extent == model.Function.Arguments[b.Key].Extent
            && new HashSet<(int, int)>(a.Select(row => (row.Column, row.Element))).SetEquals(b.Select(row => (row.Column, row.Element)));

        string Column(GatheredRow row)
        {
            if (row.Column < 0) return string.Empty;
            Argument column = model.Function.Arguments[row.Column];
            string element = column.IsArray ? $", {ObjectiveModel.LengthOf(column, model.ExtentField)}, {NumberText.Integer(row.Element)}" : string.Empty;
            return $", {model.DataField(row.Column)}.Span{element}";
        }
    }
}
