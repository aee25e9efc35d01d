using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Writes the file of one objective: header, constructor, members and the two kernels.</summary>
internal static class ObjectiveWriter
{
    /// <param name="header">Lines of the explaining header, summary and description.</param>
    public static string Write(LossSpec spec, Header header, ObjectivePlans plans)
    {
        var model = new ObjectiveModel(spec);
        KernelPlan gradient = plans.Gradient;
        var valueKernel = new KernelWriter(model, plans.Value);
        CodeWriter valueBody = valueKernel.Write();
        IReadOnlyList<NamedParameter> named = model.HasExamples ? TouchedRowsText.Named(model, gradient) : [];
        int vectorExtent = named.Count > 0 ? KernelWriter.OnlyExtent(gradient) : -1;
        var gradientKernel = new KernelWriter(model, gradient) { NamedParameters = named, VectorExtent = vectorExtent };
        CodeWriter gradientBody = gradientKernel.Write();
        SecondOrderMembers? secondOrder = plans is { Product: { } product, Along: { } along } ? new SecondOrderMembers(model, product, along, plans.Cliques) : null;
        var examples = new ExampleMembers(model, plans);
        KernelWriter? curvatureKernel = plans.Curvature is null ? null : new KernelWriter(model, plans.Curvature);
        CodeWriter? curvatureBody = curvatureKernel?.Write();

        var code = new CodeWriter();
        FileHeader.Write(code, $"{spec.ContainingTypes.Items.LastOrDefault().Name}.{spec.Method}", VectorizedLine.AddTo(header.Lines, gradient));
        if (spec.Namespace.Length > 0)
        {
            code.Line($"namespace {spec.Namespace};");
            code.Line();
        }

        WriteNested(code, spec.ContainingTypes.Items.ToList(), () =>
        {
            WriteDocumentation(code, "summary", header.Summary);
            if (header.Remarks.Length > 0) WriteDocumentation(code, "remarks", header.Remarks);
            string baseClass = spec.Residual is not null ? "ResidualObjective" : model.HasExamples ? "ExampleObjective" : "HostObjective";
            string interfaces = secondOrder is null ? string.Empty : $", ITwiceDifferentiable<{model.Real}>";
            if (curvatureKernel is not null) interfaces += $", ISmoothObjective<{model.Real}>";
            using (code.Block($"public sealed {(spec.HasDevice ? "partial " : string.Empty)}class {spec.ClassName} : {baseClass}<{model.Real}>{interfaces}"))
            {
                WriteFields(code, model);
                ConstructorText.Write(code, model, Largest([valueKernel.WorkspaceTerms, gradientKernel.WorkspaceTerms, curvatureKernel?.WorkspaceTerms ?? [], .. secondOrder?.WorkspaceTerms ?? [], .. examples.WorkspaceTerms]));
                WriteProperties(code, model);
                WriteMembers(code, model, header);
                WriteRecordedBytes(code, gradientKernel.RecordedTerms);
                if (model.HasExamples) WriteCores(code, model, plans, named.Count > 0, vectorExtent);
                if (curvatureKernel is not null) CurvatureText.WriteMembers(code, model, plans.Certificate);
                if (model.HasExamples)
                {
                    WriteKernel(code, model, plans.Value, "ValueKernel", "The sum of the loss over the rows.", false, valueBody);
                    WriteKernel(code, model, gradient, "GradientKernel", "The sum of the loss over the rows; adds its derivatives, times the weight of an example, to the gradient.", true, gradientBody);
                }
                else
                {
                    string vectors = $"(ReadOnlySpan<{model.Real}> parameters, ", workspace = $"Span<{model.Real}> workspace)";
                    KernelMethod.WriteCore(code, $"{model.Real} ValueCore{vectors}{workspace}", string.Empty, valueBody);
                    KernelMethod.WriteCore(code, $"{model.Real} GradientCore{vectors}Span<{model.Real}> gradient, {workspace}", Clear(gradient.Function, "gradient"), gradientBody);
                }

                if (curvatureBody is not null) WriteKernel(code, model, plans.Curvature!, "CurvatureKernel", "The sum of the quadratic form that bounds the loss's second derivatives; adds its derivatives, times the weight of an example, to the gradient.", true, curvatureBody);
                secondOrder?.Write(code);
                examples.Write(code);
                foreach (LoopMethod loop in model.Loops) KernelMethod.WriteLoop(code, loop, model.Real);
                if (model.HasExamples || model.Function.Extents.Count > 0) ConstructorText.WriteExtents(code, model);
                WriteParameters(code, model);
            }
        });
        return code.ToString();
    }

    /// <summary>An element of a documentation comment, on several lines where one would be too long.</summary>
    private static void WriteDocumentation(CodeWriter code, string element, string text)
    {
        const int Width = 120;
        if (text.Length <= Width)
        {
            code.Line($"/// <{element}>{text}</{element}>");
            return;
        }

        code.Line($"/// <{element}>");
        string line = string.Empty;
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length + 1 > Width)
            {
                code.Line($"/// {line}");
                line = string.Empty;
            }

            line = line.Length == 0 ? word : line + " " + word;
        }

        code.Line($"/// {line}");
        code.Line($"/// </{element}>");
    }

    public static void WriteNested(CodeWriter code, List<ContainingType> types, Action body)
    {
        if (types.Count == 0)
        {
            body();
            return;
        }

        using (code.Block($"partial {types[0].Keyword} {types[0].Name}")) WriteNested(code, types.Skip(1).ToList(), body);
    }

    private static void WriteFields(CodeWriter code, ObjectiveModel model)
    {
        foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Data))
        {
            code.Line($"private readonly ReadOnlyMemory<{OpText.TypeName(argument.Type)}> {model.DataField(index)};");
        }

        for (int e = 0; e < model.Function.Extents.Count; e++) code.Line($"private readonly int {model.ExtentField(e)};");
        if (model.Tapes > 0) code.Line($"private readonly TapePool __tapes = new({NumberText.Integer(model.Tapes)});");
        code.Gap();
    }

    /// <summary>The workspace that is enough for each kernel.</summary>
    private static string Largest(IEnumerable<List<string>> kernels)
    {
        const int Width = 140;
        string[] sums = [.. kernels.Select(Sum).Where(length => length != "0").Distinct()];
        string all = sums.Aggregate("0", (largest, length) => largest == "0" ? length : $"Math.Max({largest}, {length})");
        if (all.Length < Width) return all;
        all = sums[sums.Length - 1];
        for (int k = sums.Length - 2; k >= 0; k--) all = $"Math.Max(\n            {sums[k]},\n            {all})";
        return all;

        static string Sum(List<string> terms)
        {
            string sum = "0";
            int line = 0;
            foreach (string term in terms)
            {
                bool wraps = line + term.Length > Width;
                line = wraps ? 0 : line + term.Length + 3;
                sum = sum == "0" ? term : sum + (wraps ? "\n                + " : " + ") + term;
            }

            return sum;
        }
    }

    private static void WriteProperties(CodeWriter code, ObjectiveModel model)
    {
        foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Constant))
        {
            string type = OpText.TypeName(argument.Type), member = model.ConstantMember(index);
            if (!argument.IsArray)
            {
                // An integer may size working arrays, which are made once.
                code.Line($"/// <summary>The constant <c>{argument.Name}</c>.</summary>");
                code.Line($"public {type} {member} {{ get; {(argument.Type == ScalarType.I32 ? string.Empty : "set; ")}}}");
            }
            else
            {
                string memory = argument.IsMatrix ? $"MatrixMemory<{type}>" : $"ReadOnlyMemory<{type}>";
                // A field of its own: the keyword needs C# 14.
                code.Line($"private {memory} {model.DataField(index)};");
                code.Gap();
                code.Line($"/// <summary>The constant <c>{argument.Name}</c>: {ConstructorText.ShapeText(model.Function, argument)} values; referenced, not copied.</summary>");
                using (code.Block($"public {memory} {member}"))
                {
                    code.Line($"get => {model.DataField(index)};");
                    using (code.Block("set"))
                    {
                        int dimension = 0;
                        foreach (int e in argument.Dimensions)
                        {
                            string extent = model.Function.Extents[e].Name;
                            code.Line($"DataCheck.SameExtent(\"{extent}\", \"{argument.Name}\", value.{ConstructorText.LengthMember(argument, dimension++)}, \"{extent}\", {model.ExtentField(e)});");
                        }

                        ConstructorText.WriteIndexChecks(code, model, index, "value.Span", argument.IsMatrix ? "value.Columns" : "1", model.ExtentField);
                        code.Line($"{model.DataField(index)} = value;");
                    }
                }
            }

            code.Gap();
        }
    }

    private static void WriteMembers(CodeWriter code, ObjectiveModel model, Header header)
    {
        code.Line("/// <summary>Parameters of this objective's shape, all zero.</summary>");
        code.Line("public Parameters CreateParameters() => new(Layout);");
        code.Gap();
        code.Line("/// <summary>Parameters of this objective's shape with start values.</summary>");
        code.Line("public Parameters CreateParameters(Initializer initializer) => new(Layout, initializer);");
        code.Gap();
        code.Line("/// <summary>Names for the blocks of a flat vector, such as the parameters of a fit; the vector is referenced, not copied.</summary>");
        code.Line($"public Parameters View({model.Real}[] values) => new(Layout, values);");
        code.Gap();
        code.Line("/// <summary>What was compiled: formulas of the loss and of its derivatives, rewrites, and operation counts.</summary>");
        code.Line("public static string Description =>");
        string quotes = "\"\"\"";
        code.Line($"    {quotes}");
        foreach (string line in header.Description.Split('\n')) code.Line($"    {line.TrimEnd('\r').Replace("\"\"\"", "\"\"")}");
        code.Line($"    {quotes};");
        code.Gap();
        code.Line("/// <summary><see cref=\"Description\"/>, and the memory that this objective works in.</summary>");
        code.Line("public string Describe() => Description + DescribeMemory();");
        code.Gap();
    }

    private static void WriteRecordedBytes(CodeWriter code, List<string> terms)
    {
        if (terms.Count == 0) return;
        code.Line("/// <inheritdoc/>");
        code.Line($"protected override long RecordedBytes => {string.Join(" + ", terms)};");
        code.Gap();
    }

    private static void WriteCores(CodeWriter code, ObjectiveModel model, ObjectivePlans plans, bool namesRows, int vectorExtent)
    {
        Function gradient = plans.Gradient.Function;
        string real = model.Real;
        code.Line("/// <inheritdoc/>");
        code.Line($"protected override ExampleWork WorkCore => {WorkText.Of(model, plans.Gradient)};");
        code.Gap();
        code.Line("/// <inheritdoc/>");
        code.Line($"protected override {real} SumCore(ReadOnlySpan<{real}> parameters, ExampleRows rows, Span<{real}> workspace) => {OverRows("ValueKernel(parameters, workspace", ")")};");
        code.Gap();
        code.Line("/// <inheritdoc/>");
        const string Start = "GradientKernel(parameters, gradient, workspace", End = ", weight)";
        string names = namesRows ? $"rows.AreNamed\n    ? {Start}, rows.Named{End}\n    : " : string.Empty;
        if (vectorExtent >= 0) names = $"rows.AreNamed && {model.ExtentField(vectorExtent)} == {(real == "float" ? "16" : "8")}\n    ? {Start}, rows.NamedVectors{End}\n    : {names}";
        code.Line($"protected override {real} AddGradientCore(ReadOnlySpan<{real}> parameters, ExampleRows rows, {real} weight, Span<{real}> gradient, Span<{real}> workspace) => {names}{OverRows(Start, End)};");
        code.Gap();
        List<int> parameters = [.. Enumerable.Range(0, gradient.Arguments.Count).Where(a => gradient.Arguments[a].Role == ArgumentRole.Parameter)];
        int[] overwritten = [.. OverwrittenGradients.Of(plans.Gradient).Select(b => parameters.IndexOf(gradient.Buffers[b].Argument)).OrderBy(b => b)];
        if (overwritten.Length > 0)
        {
            code.Line("/// <inheritdoc/>");
            code.Line($"protected override ReadOnlySpan<int> OverwrittenBlocks => [{string.Join(", ", overwritten.Select(b => NumberText.Integer(b)))}];");
            code.Gap();
        }

        WriteFetch(code, model, plans.Gradient);
        IReadOnlyList<GatheredRow> gathered = GatheredRows.Of(gradient);
        if (gathered.Count > 0) TouchedRowsText.Write(code, model, gathered, namesRows);
    }

    /// <summary>Losses with products of matrices have long updates, during which the rows of the next batch can be fetched.</summary>
    private static void WriteFetch(CodeWriter code, ObjectiveModel model, KernelPlan gradient)
    {
        if (gradient.Contractions.Count == 0) return;
        int[] columns = [.. Enumerable.Range(0, model.Function.Arguments.Count).Where(a => model.Function.Arguments[a] is { Role: ArgumentRole.Data, IsArray: true })];
        if (columns.Length == 0) return;
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override void FetchCore(ReadOnlySpan<int> batch, RowFetch rows)"))
        {
            foreach (int a in columns) code.Line($"rows.Add({model.DataField(a)}.Span, {ObjectiveModel.LengthOf(model.Function.Arguments[a], model.ExtentField)}, batch);");
        }

        code.Gap();
    }

    /// <summary>A call of a kernel, which is specialized for batches and for all examples.</summary>
    public static string OverRows(string start, string end) => $"rows.IsBatch\n    ? {start}, rows.Batch{end}\n    : {start}, rows.All{end}";

    /// <summary>The kernel adds to the gradient, unless it has one block and stores to each of its elements.</summary>
    /// <param name="output">The argument that the kernel adds to.</param>
    public static string Clear(Function gradient, string output) =>
        gradient.Buffers.Items.Where(b => b.Kind == BufferKind.Gradient).All(b => b.Overwritten)
            && gradient.Arguments.Items.Count(a => a.Role == ArgumentRole.Parameter) == 1
            ? $"if ({output}.Length < {BufferInfo.OverwrittenFrom}) {output}.Clear();   // longer ones are overwritten"
            : $"{output}.Clear();";

    private static void WriteKernel(CodeWriter code, ObjectiveModel model, KernelPlan plan, string name, string summary, bool gradient, CodeWriter body)
    {
        string real = model.Real;
        string text = model.HasExamples ? summary : summary.Replace(" over the rows", string.Empty).Replace("The sum of the loss", "The loss").Replace(", times the weight of an example,", string.Empty);
        string parameters = $"ReadOnlySpan<{real}> parameters, {(gradient ? $"Span<{real}> gradient, " : string.Empty)}Span<{real}> workspace";
        KernelMethod.Write(code, model, plan, real, name, text, parameters, gradient ? $", {real} weight" : string.Empty, body);
    }

    private static void WriteParameters(CodeWriter code, ObjectiveModel model)
    {
        string real = model.Real;
        code.Line("/// <summary>The parameters of the loss by name: a view over one flat vector.</summary>");
        using (code.Block($"public sealed class Parameters : ParameterView<{real}>"))
        {
            using (code.Block($"internal Parameters(ParameterLayout layout) : base(layout)")) { }
            code.Gap();
            using (code.Block($"internal Parameters(ParameterLayout layout, {real}[] values) : base(layout, values)")) { }
            code.Gap();
            using (code.Block("internal Parameters(ParameterLayout layout, Initializer initializer) : base(layout)")) code.Line("Initialize(initializer);");
            foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Parameter))
            {
                string block = NumberText.Integer(model.ParameterBlock(index));
                code.Gap();
                code.Line($"/// <summary>The parameter <c>{argument.Name}</c>{(argument.IsArray ? $": {ConstructorText.ShapeText(model.Function, argument)} values" : string.Empty)}.</summary>");
                code.Line(argument.IsMatrix
                    ? $"public Matrix<{real}> {model.ViewMember(index)} => MatrixBlock({block});"
                    : argument.IsArray
                    ? $"public Span<{real}> {model.ViewMember(index)} => Block({block});"
                    : $"public ref {real} {model.ViewMember(index)} => ref Scalar({block});");
            }
        }
    }
}
