using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What an objective says of the rows of its parameters that a batch touches: see <see cref="GatheredRows"/>.</summary>
internal static class TouchedRowsText
{
    public static void Write(CodeWriter code, ObjectiveModel model, IReadOnlyList<GatheredRow> rows, bool kernelNames)
    {
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override bool TouchedRowsCore(ReadOnlySpan<int> batch, TouchedRows touched)"))
        {
            foreach ((IGrouping<int, GatheredRow> parameter, int same) in Selectors(model, rows))
            {
                string block = NumberText.Integer(model.ParameterBlock(parameter.Key)), comment = $"   // {model.Function.Arguments[parameter.Key].Name}";
                if (same >= 0) code.Line($"touched.AddSame({block}, {NumberText.Integer(model.ParameterBlock(same))});{comment}");
                else foreach (GatheredRow row in parameter) code.Line($"touched.Add({block}, batch{Column(row)});{comment}");
            }

            code.Line("return true;");
        }

        code.Gap();
        if (kernelNames)
        {
            code.Line("/// <inheritdoc/>");
            code.Line("protected override bool NamesRows => true;");
            code.Gap();
        }

        string Column(GatheredRow row)
        {
            if (row.Column < 0) return string.Empty;
            Argument column = model.Function.Arguments[row.Column];
            string element = column.IsArray ? $", {ObjectiveModel.LengthOf(column, model.ExtentField)}, {NumberText.Integer(row.Element)}" : string.Empty;
            return $", {model.DataField(row.Column)}.Span{element}";
        }
    }

    /// <summary>What a kernel over examples, one by one, names while it runs: of each selector the parameter that has its rows, and the values that number them.</summary>
    /// <returns>Nothing if one of these values is not at hand in every example.</returns>
    public static IReadOnlyList<NamedParameter> Named(ObjectiveModel model, KernelPlan plan)
    {
        if (plan.Examples != ExampleMode.OneByOne) return [];
        Function gradient = plan.Function;
        Loop examples = gradient.Body.Items.OfType<Loop>().First(l => l.IsExamples);
        var index = new FunctionIndex(gradient);
        var named = new List<NamedParameter>();
        foreach ((IGrouping<int, GatheredRow> parameter, int same) in Selectors(model, GatheredRows.Of(gradient)))
        {
            if (same >= 0) continue;
            List<int> values = [.. parameter.Select(ValueOf)];
            if (values.Contains(-1)) return [];
            named.Add(new NamedParameter(parameter.Key, values));
        }

        return named;

        int ValueOf(GatheredRow row) => row.Column < 0 ? examples.Counter : examples.Body.Items.OfType<Load>()
            .Where(l => gradient.Buffers[l.Buffer] is { Kind: BufferKind.Data } data && data.Argument == row.Column && index.LetOf(l.Index) is { Op: Op.Const } element && element.Payload == row.Element)
            .Select(l => l.Id).DefaultIfEmpty(-1).First();
    }

    /// <summary>The parameters with the rows that are named of them; of one whose rows are those of another one, that one, else -1.</summary>
    private static IEnumerable<(IGrouping<int, GatheredRow> Parameter, int Same)> Selectors(ObjectiveModel model, IReadOnlyList<GatheredRow> rows)
    {
        var written = new List<IGrouping<int, GatheredRow>>();
        foreach (IGrouping<int, GatheredRow> parameter in rows.GroupBy(row => row.Parameter))
        {
            IGrouping<int, GatheredRow>? same = written.Find(other => NamesTheSame(other, parameter));
            if (same is null) written.Add(parameter);
            yield return (parameter, same?.Key ?? -1);
        }

        bool NamesTheSame(IGrouping<int, GatheredRow> a, IGrouping<int, GatheredRow> b) =>
            model.Function.Arguments[a.Key].Extent == model.Function.Arguments[b.Key].Extent
            && new HashSet<(int, int)>(a.Select(row => (row.Column, row.Element))).SetEquals(b.Select(row => (row.Column, row.Element)));
    }
}

/// <summary>A parameter of which a kernel names rows.</summary>
/// <param name="Parameter">Index of its argument.</param>
/// <param name="Rows">The values of an example that are numbers of rows.</param>
internal sealed record NamedParameter(int Parameter, IReadOnlyList<int> Rows);
