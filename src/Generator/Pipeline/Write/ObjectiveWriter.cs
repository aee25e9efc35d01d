using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>Writes the file of one objective: header, constructor, members and the two kernels.</summary>
internal static class ObjectiveWriter
{
    /// <param name="header">Lines of the explaining header, summary and description.</param>
    /// <param name="value">The plan of the loss.</param>
    /// <param name="gradient">The plan of its gradient.</param>
    /// <param name="certificate">What was proved of the loss's curvature.</param>
    /// <param name="curvature">The plan of the gradient of the certificate's majorant; null without one.</param>
    public static string Write(
        LossSpec spec, Header header, KernelPlan value, KernelPlan gradient, CurvatureCertificate? certificate = null, KernelPlan? curvature = null)
    {
        var model = new ObjectiveModel(spec);
        var valueKernel = new KernelWriter(model, value);
        CodeWriter valueBody = valueKernel.Write();
        var gradientKernel = new KernelWriter(model, gradient);
        CodeWriter gradientBody = gradientKernel.Write();
        KernelWriter? curvatureKernel = curvature is null ? null : new KernelWriter(model, curvature);
        CodeWriter? curvatureBody = curvatureKernel?.Write();
        List<string>[] workspaces = [valueKernel.WorkspaceTerms, gradientKernel.WorkspaceTerms, curvatureKernel?.WorkspaceTerms ?? []];

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
            using (code.Block($"public sealed class {spec.ClassName} : {(model.HasExamples ? "ExampleObjective" : "HostObjective")}<{model.Real}>{(curvature is null ? string.Empty : $", ISmoothObjective<{model.Real}>")}"))
            {
                WriteFields(code, model);
                WriteConstructors(code, model, workspaces);
                WriteProperties(code, model);
                WriteMembers(code, model, header);
                WriteCores(code, model, gradient.Function);
                if (curvature is not null) CurvatureText.WriteMembers(code, model, certificate!);
                WriteKernel(code, model, "ValueKernel", "The sum of the loss over the rows.", false, valueBody);
                WriteKernel(code, model, "GradientKernel", "The sum of the loss over the rows; adds its derivatives, times the weight of an example, to the gradient.", true, gradientBody);
                if (curvatureBody is not null) WriteKernel(code, model, "CurvatureKernel", "The sum of the quadratic form that bounds the loss's second derivatives; adds its derivatives, times the weight of an example, to the gradient.", true, curvatureBody);
                if (model.HasExamples || model.Function.Extents.Count > 0) WriteExtents(code, model);
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

    private static void WriteNested(CodeWriter code, List<ContainingType> types, Action body)
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
        code.Gap();
    }

    private static List<string> ConstructorParameters(ObjectiveModel model)
    {
        var parameters = new List<string>();
        IEnumerable<Argument> inOrder = model.Arguments(ArgumentRole.Data).Concat(model.Arguments(ArgumentRole.Constant)).Select(p => p.Argument);
        foreach (Argument argument in inOrder)
        {
            string type = OpText.TypeName(argument.Type);
            bool memory = argument.IsArray || argument.Role == ArgumentRole.Data;
            parameters.Add($"{(memory ? $"ReadOnlyMemory<{type}>" : type)} {NameTable.Escaped(argument.Name)}");
        }

        for (int e = 0; e < model.Sources.Length; e++)
        {
            if (model.Sources[e] == ExtentSource.Argument) parameters.Add($"int {FreeName(model, e)}");
        }

        if (model.AsksForExampleCount) parameters.Add("int examples");
        return parameters;
    }

    /// <summary>An extent may have the name of an argument: only a data or constant argument takes it in the constructor.</summary>
    private static string FreeName(ObjectiveModel model, int extent)
    {
        string name = model.ExtentParameter(extent);
        return model.Function.Arguments.Items.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Constant && NameTable.Escaped(a.Name) == name) ? name + "Extent" : name;
    }

    private static void WriteConstructors(CodeWriter code, ObjectiveModel model, List<string>[] workspaces)
    {
        Function function = model.Function;
        foreach (Argument argument in function.Arguments.Items)
        {
            string type = OpText.TypeName(argument.Type);
            string? text = (argument.Role, argument.IsArray) switch
            {
                (ArgumentRole.Data, true) => $"n × {function.Extents[argument.Extent].Name} values of type {type}, row-major; referenced, not copied.",
                (ArgumentRole.Data, false) => $"n values of type {type}, one per example; referenced, not copied.",
                (ArgumentRole.Constant, true) => $"{function.Extents[argument.Extent].Name} values of type {type}, the same for all examples; referenced, not copied.",
                (ArgumentRole.Constant, false) => "The same for all examples; can be set anew between runs.",
                _ => null,
            };
            if (text is not null) code.Line($"/// <param name=\"{argument.Name}\">{text}</param>");
        }

        for (int e = 0; e < model.Sources.Length; e++)
        {
            if (model.Sources[e] == ExtentSource.Argument) code.Line($"/// <param name=\"{FreeName(model, e).TrimStart('@')}\">The extent {function.Extents[e].Name}.</param>");
        }

        if (model.AsksForExampleCount) code.Line("/// <param name=\"examples\">The number of examples.</param>");
        code.Line("/// <exception cref=\"ArgumentException\">Data are empty, ragged or not finite, or their lengths disagree; the message names column, row and value.</exception>");
        List<string> parameters = ConstructorParameters(model);
        var names = parameters.Select(p => p.Substring(p.LastIndexOf(' ') + 1)).ToList();
        bool extents = model.HasExamples || function.Extents.Count > 0;
        string layout = string.Join(", ", model.Arguments(ArgumentRole.Parameter)
            .Select(p => $"(\"{p.Argument.Name}\", [{(p.Argument.IsArray ? model.ExtentAtConstruction(p.Argument.Extent) : string.Empty)}])"));
        string workspace = Larger(workspaces);
        string baseCall = model.HasExamples
            ? $"base(new ParameterLayout({layout}), extents.Examples, {workspace}, Reduction.{(model.Spec.IsMean ? "Mean" : "Sum")})"
            : $"base(new ParameterLayout({layout}), {workspace})";
        const int Width = 120;
        if (baseCall.Length > Width) baseCall = baseCall.Replace("base(", "base(\n        ").Replace("), extents.Examples, ", "),\n        extents.Examples,\n        ");
        if (extents)
        {
            code.Line($"public {model.Spec.ClassName}({string.Join(", ", parameters)})");
            code.Line($"    : this(new Extents({string.Join(", ", names.Where((_, k) => UsedByExtents(model, parameters[k])))}){string.Concat(names.Select(n => ", " + n))})");
            code.Line("{");
            code.Line("}");
            code.Gap();
            code.Line($"private {model.Spec.ClassName}(Extents extents{string.Concat(parameters.Select(p => ", " + p))})");
        }
        else
        {
            code.Line($"public {model.Spec.ClassName}({string.Join(", ", parameters)})");
        }

        code.Line($"    : {baseCall}");
        using (code.Block(string.Empty))
        {
            for (int e = 0; e < function.Extents.Count; e++) code.Line($"{model.ExtentField(e)} = {model.ExtentAtConstruction(e)};");
            foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Data))
            {
                string name = NameTable.Escaped(argument.Name), width = argument.IsArray ? model.ExtentAtConstruction(argument.Extent) : "1";
                if (argument.Type.IsReal()) code.Line($"DataCheck.Finite(\"{argument.Name}\", {name}.Span, {width});");
                foreach (int extent in ExtentsIndexedBy(model, argument.Buffer))
                {
                    code.Line($"DataCheck.Indices(\"{argument.Name}\", {name}.Span, {model.ExtentAtConstruction(extent)}, \"{function.Extents[extent].Name}\");");
                }

                code.Line($"{model.DataField(index)} = {name};");
            }

            foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Constant))
            {
                code.Line($"{model.ConstantMember(index)} = {NameTable.Escaped(argument.Name)};");
            }
        }

        code.Gap();
    }

    private static bool UsedByExtents(ObjectiveModel model, string parameter) =>
        parameter.StartsWith("ReadOnlyMemory<", StringComparison.Ordinal)
        || Enumerable.Range(0, model.Sources.Length).Any(e => model.Sources[e] == ExtentSource.Argument && parameter == $"int {FreeName(model, e)}")
        || (model.AsksForExampleCount && parameter == "int examples");

    private static string Larger(IEnumerable<List<string>> kernels)
    {
        string[] lengths = kernels.Where(terms => terms.Count > 0).Select(terms => string.Join(" + ", terms)).Distinct().ToArray();
        return lengths.Length == 0 ? "0" : lengths.Aggregate((a, b) => $"Math.Max({a}, {b})");
    }

    /// <summary>The extents of the arrays that an integer data column indexes directly.</summary>
    private static IEnumerable<int> ExtentsIndexedBy(ObjectiveModel model, int column)
    {
        if (model.Function.Buffers[column].Type != ScalarType.I32) return [];
        var index = new FunctionIndex(model.Function);
        return model.Function.Body.AllItems().OfType<Load>()
            .Where(l => index.DefinitionOf(l.Index) is Load source && source.Buffer == column && model.Function.Buffers[l.Buffer].Argument >= 0)
            .Select(l => model.Function.Arguments[model.Function.Buffers[l.Buffer].Argument].Extent).Where(e => e >= 0).Distinct().ToList();
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
                string extent = model.Function.Extents[argument.Extent].Name;
                // A field of its own: the keyword needs C# 14.
                code.Line($"private ReadOnlyMemory<{type}> {model.DataField(index)};");
                code.Gap();
                code.Line($"/// <summary>The constant <c>{argument.Name}</c>: {extent} values; referenced, not copied.</summary>");
                using (code.Block($"public ReadOnlyMemory<{type}> {member}"))
                {
                    code.Line($"get => {model.DataField(index)};");
                    using (code.Block("set"))
                    {
                        code.Line($"DataCheck.SameExtent(\"{extent}\", \"{argument.Name}\", value.Length, \"{extent}\", {model.ExtentField(argument.Extent)});");
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
        code.Line("/// <inheritdoc cref=\"Description\"/>");
        code.Line("public string Describe() => Description;");
        code.Gap();
    }

    private static void WriteCores(CodeWriter code, ObjectiveModel model, Function gradient)
    {
        string real = model.Real;
        code.Line("/// <inheritdoc/>");
        if (!model.HasExamples)
        {
            code.Line($"protected override {real} ValueCore(ReadOnlySpan<{real}> parameters, Span<{real}> workspace) =>");
            code.Line("    ValueKernel(parameters, workspace);");
            code.Gap();
            code.Line("/// <inheritdoc/>");
            using (code.Block($"protected override {real} GradientCore(ReadOnlySpan<{real}> parameters, Span<{real}> gradient, Span<{real}> workspace)"))
            {
                code.Line(ClearGradient(gradient));
                code.Line("return GradientKernel(parameters, gradient, workspace);");
            }

            code.Gap();
            return;
        }

        bool mean = model.Spec.IsMean;
        string one = model.Real == "float" ? "1f" : "1.0";
        Cores("new AllRows(ExampleCount)", "ExampleCount", string.Empty);
        code.Line("/// <inheritdoc/>");
        Cores("new BatchRows(batch)", "batch.Length", "ReadOnlySpan<int> batch, ");

        void Cores(string rows, string count, string batch)
        {
            string divide = mean ? $" / {count}" : string.Empty;
            code.Line($"protected override {real} ValueCore(ReadOnlySpan<{real}> parameters, {batch}Span<{real}> workspace) =>");
            code.Line($"    ValueKernel(parameters, workspace, {rows}){divide};");
            code.Gap();
            code.Line("/// <inheritdoc/>");
            using (code.Block($"protected override {real} GradientCore(ReadOnlySpan<{real}> parameters, {batch}Span<{real}> gradient, Span<{real}> workspace)"))
            {
                code.Line("gradient.Clear();");
                code.Line($"return GradientKernel(parameters, gradient, workspace, {rows}, {(mean ? $"{one} / {count}" : one)}){divide};");
            }

            code.Gap();
        }
    }

    /// <summary>The kernel adds to the gradient, unless it has one block and stores to each of its elements.</summary>
    private static string ClearGradient(Function gradient) =>
        gradient.Buffers.Items.Where(b => b.Kind == BufferKind.Gradient).All(b => b.Overwritten)
            && gradient.Arguments.Items.Count(a => a.Role == ArgumentRole.Parameter) == 1
            ? $"if (gradient.Length < {BufferInfo.OverwrittenFrom}) gradient.Clear();   // longer ones are overwritten"
            : "gradient.Clear();";

    private static void WriteKernel(CodeWriter code, ObjectiveModel model, string name, string summary, bool gradient, CodeWriter body)
    {
        string real = model.Real;
        code.Line($"/// <summary>{(model.HasExamples ? summary : summary.Replace(" over the rows", string.Empty).Replace("The sum of the loss", "The loss").Replace(", times the weight of an example,", string.Empty))}</summary>");
        // NoInlining: tier 1 would inline the kernel into its caller, run out of inlining budget there, and call the vector math.
        code.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
        string parameters = $"ReadOnlySpan<{real}> parameters, {(gradient ? $"Span<{real}> gradient, " : string.Empty)}Span<{real}> workspace";
        string header = model.HasExamples
            ? $"private {real} {name}<TRows>({parameters}, TRows rows{(gradient ? $", {real} weight" : string.Empty)})\n    where TRows : struct, IRowSelector, allows ref struct"
            : $"private {real} {name}({parameters})";
        using (code.Block(header)) code.Append(body);
        code.Gap();
    }

    private static void WriteExtents(CodeWriter code, ObjectiveModel model)
    {
        Function function = model.Function;
        List<string> parameters = ConstructorParameters(model).Where(p => UsedByExtents(model, p)).ToList();
        code.Line("/// <summary>The lengths that the data and the arguments of the constructor agree on.</summary>");
        using (code.Block("private readonly struct Extents"))
        {
            using (code.Block($"public Extents({string.Join(", ", parameters)})"))
            {
                for (int e = 0; e < model.Sources.Length; e++)
                {
                    if (model.Sources[e] != ExtentSource.Argument) continue;
                    code.Line($"DataCheck.Extent(\"{function.Extents[e].Name}\", {FreeName(model, e)});");
                    code.Line($"{model.ExtentMember(e)} = {FreeName(model, e)};");
                }

                for (int e = 0; e < model.Sources.Length; e++)
                {
                    if (model.Sources[e] != ExtentSource.Constant) continue;
                    Argument source = model.ArraysOf(e, ArgumentRole.Constant).First();
                    code.Line($"{model.ExtentMember(e)} = {NameTable.Escaped(source.Name)}.Length;");
                    foreach (Argument other in model.ArraysOf(e, ArgumentRole.Constant).Skip(1))
                    {
                        code.Line($"DataCheck.SameExtent(\"{function.Extents[e].Name}\", \"{source.Name}\", {NameTable.Escaped(source.Name)}.Length, \"{other.Name}\", {NameTable.Escaped(other.Name)}.Length);");
                    }
                }

                if (model.AsksForExampleCount)
                {
                    code.Line("DataCheck.Extent(\"examples\", examples);");
                    code.Line("Examples = examples;");
                }
                else if (model.HasExamples)
                {
                    var scalars = model.Arguments(ArgumentRole.Data).Where(d => !d.Argument.IsArray).Select(d => $"(\"{d.Argument.Name}\", {NameTable.Escaped(d.Argument.Name)}.Length, 1)").ToList();
                    if (scalars.Count > 0) code.Line($"Examples = DataCheck.RowCount({string.Join(", ", scalars)});");
                    for (int e = 0; e < model.Sources.Length; e++)
                    {
                        if (model.Sources[e] != ExtentSource.Data) continue;
                        Argument source = model.ArraysOf(e, ArgumentRole.Data).First();
                        code.Line($"{model.ExtentMember(e)} = DataCheck.Width(\"{source.Name}\", {NameTable.Escaped(source.Name)}.Length, Examples, \"{function.Extents[e].Name}\");");
                    }

                    var all = model.Arguments(ArgumentRole.Data).Select(d => d.Argument)
                        .Select(d => $"(\"{d.Name}\", {NameTable.Escaped(d.Name)}.Length, {(d.IsArray ? model.ExtentMember(d.Extent) : "1")})").ToList();
                    if (all.Count > scalars.Count) code.Line($"Examples = DataCheck.RowCount({string.Join(", ", all)});");
                }
            }

            code.Gap();
            if (model.HasExamples) code.Line("public int Examples { get; }");
            for (int e = 0; e < model.Sources.Length; e++) code.Line($"public int {model.ExtentMember(e)} {{ get; }}");
        }

        code.Gap();
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
                code.Line($"/// <summary>The parameter <c>{argument.Name}</c>{(argument.IsArray ? $": {model.Function.Extents[argument.Extent].Name} values" : string.Empty)}.</summary>");
                code.Line(argument.IsArray
                    ? $"public Span<{real}> {model.ViewMember(index)} => Block({block});"
                    : $"public ref {real} {model.ViewMember(index)} => ref Scalar({block});");
            }
        }
    }
}
