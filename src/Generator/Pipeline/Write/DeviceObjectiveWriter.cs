using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Writes the part of an objective that brings it to a device: its kernels, and what the host needs to know to run them.</summary>
internal static class DeviceObjectiveWriter
{
    private const string KernelParameters =
        "ArrayView<{0}> parameters, ArrayView<{0}> direction, ArrayView<{0}> result, ArrayView<{0}> data, ArrayView<int> integers, ArrayView<int> rows,\n"
        + "    int count, int gather, {0} weight, ArrayView<{0}> scratch, ArrayView<int> scratchIntegers, ArrayView<{0}> partials, ArrayView<{0}> shared, int tile";

    public static string Write(LossSpec spec, DevicePlans plans)
    {
        var model = new ObjectiveModel(spec);
        var layout = new DeviceLayout(model.HasExamples);
        var kernels = new List<(string Name, string Summary, CodeWriter Body)>();
        var functions = new List<(string Name, CodeWriter Text)>();
        Add("Value", plans.Value);
        Add("Gradient", plans.Gradient);
        if (plans.Product is { } product) Add("Product", product);
        if (plans.Residuals is { } residuals)
        {
            Add("Residuals", residuals);
            Add("JacobianVectorProduct", plans.JacobianVectorProduct!);
            Add("JacobianTransposedProduct", plans.JacobianTransposedProduct!);
        }

        string real = model.Real, kind = plans.Residuals is not null ? "ResidualObjective" : model.HasExamples ? "ExampleObjective" : "Objective";
        string parent = kind + "OnDevice" + (plans.Product is null ? string.Empty : $", ITwiceDifferentiable<{real}>");
        var code = new CodeWriter();
        FileHeader.Write(
            code, $"{spec.ContainingTypes.Items.LastOrDefault().Name}.{spec.Method} on devices", [$"The kernels of {spec.ClassName} for ILGPU. Its formulas are in the header of the class itself."],
            "ILGPU", "ILGPU.Runtime", "SymbolicGD.Device", DeviceTemplates.NamespaceOf(spec.Function.Real));
        if (spec.Namespace.Length > 0)
        {
            code.Line($"namespace {spec.Namespace};");
            code.Line();
        }

        ObjectiveWriter.WriteNested(code, [.. spec.ContainingTypes.Items], () =>
        {
            using (code.Block($"partial class {spec.ClassName}"))
            {
                code.Line("/// <summary>This objective on a device: data and constants are copied there now and by <c>Refresh()</c>, and parameters stay there while a solver runs.</summary>");
                code.Line("/// <param name=\"accelerator\">The device. Dispose the objective before it.</param>");
                code.Line("/// <exception cref=\"InsufficientMemoryException\">The device has no room for the data, or the working memory of one group of threads is above the limit.</exception>");
                code.Line("/// <exception cref=\"NotSupportedException\">The device lacks what the kernels need, numbers of type double for example.</exception>");
                code.Line($"public Device{kind}<{real}> On(Accelerator accelerator) => new OnDevice(this, accelerator);");
                code.Gap();
                using (code.Block($"private sealed class OnDevice : {parent}"))
                {
                    code.Line($"private readonly {spec.ClassName} _objective;");
                    code.Gap();
                    using (code.Block($"public OnDevice({spec.ClassName} objective, Accelerator accelerator)\n    : base(objective, accelerator)"))
                    {
                        code.Line("_objective = objective;");
                        code.Line("Refresh();");
                    }

                    code.Gap();
                    WriteCollect(code, spec, layout);
                    foreach ((string name, CodeWriter text) in functions)
                    {
                        code.Line("/// <inheritdoc/>");
                        code.Line($"protected override FunctionOnDevice{(name == "Product" ? "?" : string.Empty)} Create{name}(int[] layout) =>");
                        code.Append(text, indent: 1, end: ";");
                        code.Gap();
                    }

                    foreach ((string name, string summary, CodeWriter body) in kernels)
                    {
                        code.Line($"/// <summary>{summary}</summary>");
                        using (code.Block($"private static void {name}(\n    {string.Format(System.Globalization.CultureInfo.InvariantCulture, KernelParameters, real)})")) code.Append(body);
                        code.Gap();
                    }
                }
            }
        });
        return code.ToString();

        void Add(string name, DevicePlan plan)
        {
            var writer = new IlgpuWriter(model, plan, layout, name);
            CodeWriter text = writer.Write();
            functions.Add((name, text));
            kernels.AddRange(writer.Kernels);
        }
    }

    /// <summary>The table of extents and places, which also says what data go to the device.</summary>
    private static void WriteCollect(CodeWriter code, LossSpec spec, DeviceLayout layout)
    {
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override int[] Collect(DataOnDevice data)"))
        {
            code.Line($"{spec.ClassName} host = _objective;");
            code.Line($"data.LayoutLength = {NumberText.Integer(layout.Count)};");
            code.Line($"var layout = new int[{NumberText.Integer(layout.Count)}];");
            for (int k = 0; k < layout.Count; k++)
            {
                (string value, string comment) = layout.Values[k];
                if (value != "0") code.Line($"layout[{NumberText.Integer(k)}] = {value};".PadRight(68) + $" // {comment}");
            }

            code.Line("return layout;");
        }

        code.Gap();
    }
}
