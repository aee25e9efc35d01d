using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The constructor of an objective: what it takes, what it checks, and the lengths that it finds.</summary>
internal static class ConstructorText
{
    public static void Write(CodeWriter code, ObjectiveModel model, string workspace)
    {
        Function function = model.Function;
        foreach (Argument argument in function.Arguments.Items)
        {
            string type = OpText.TypeName(argument.Type);
            string? text = (argument.Role, argument.IsArray) switch
            {
                (ArgumentRole.Data, true) => $"n × {ShapeText(function, argument)} values of type {type}, row-major; referenced, not copied.",
                (ArgumentRole.Data, false) => $"n values of type {type}, one per example; referenced, not copied.",
                (ArgumentRole.Constant, true) when argument.IsMatrix => $"A matrix of {ShapeText(function, argument)} values of type {type}, the same for all examples; memory is referenced, not copied.",
                (ArgumentRole.Constant, true) => $"{ShapeText(function, argument)} values of type {type}, the same for all examples; referenced, not copied.",
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
            .Select(p => $"(\"{p.Argument.Name}\", [{string.Join(", ", p.Argument.Dimensions.Select(model.ExtentAtConstruction))}])"));
        string baseCall = model.Spec.Residual is not null
            ? $"base(new ParameterLayout({layout}), extents.Examples, {model.ResidualsAtConstruction}, {workspace})"
            : model.HasExamples
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
            WriteCounterChecks(code, model);
            foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Data))
            {
                string name = NameTable.Escaped(argument.Name), width = ObjectiveModel.LengthOf(argument, model.ExtentAtConstruction);
                if (argument.Type.IsReal()) code.Line($"DataCheck.Finite(\"{argument.Name}\", {name}.Span, {width});");
                WriteIndexChecks(code, model, index, $"{name}.Span", width, model.ExtentAtConstruction);
                code.Line($"{model.DataField(index)} = {name};");
            }

            foreach ((Argument argument, int index) in model.Arguments(ArgumentRole.Constant))
            {
                code.Line($"{model.ConstantMember(index)} = {NameTable.Escaped(argument.Name)};");
            }
        }

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
            parameters.Add($"{(IsConstantMatrix(argument) ? $"MatrixMemory<{type}>" : memory ? $"ReadOnlyMemory<{type}>" : type)} {NameTable.Escaped(argument.Name)}");
        }

        for (int e = 0; e < model.Sources.Length; e++)
        {
            if (model.Sources[e] == ExtentSource.Argument) parameters.Add($"int {FreeName(model, e)}");
        }

        if (model.AsksForExampleCount) parameters.Add("int examples");
        return parameters;
    }

    private static bool IsConstantMatrix(Argument argument) => argument.IsMatrix && argument.Role == ArgumentRole.Constant;

    /// <summary>The extents of an array as people read them: "hidden × pixels".</summary>
    public static string ShapeText(Function function, Argument array) => string.Join(" × ", array.Dimensions.Select(e => function.Extents[e].Name));

    /// <summary>An extent may have the name of an argument: only a data or constant argument takes it in the constructor.</summary>
    private static string FreeName(ObjectiveModel model, int extent)
    {
        string name = model.ExtentParameter(extent);
        return model.Function.Arguments.Items.Any(a => a.Role is ArgumentRole.Data or ArgumentRole.Constant && NameTable.Escaped(a.Name) == name) ? name + "Extent" : name;
    }

    private static bool UsedByExtents(ObjectiveModel model, string parameter) =>
        parameter.StartsWith("ReadOnlyMemory<", StringComparison.Ordinal)
        || parameter.StartsWith("MatrixMemory<", StringComparison.Ordinal)
        || Enumerable.Range(0, model.Sources.Length).Any(e => model.Sources[e] == ExtentSource.Argument && parameter == $"int {FreeName(model, e)}")
        || (model.AsksForExampleCount && parameter == "int examples");

    /// <summary>Checks of the integers that the loss uses as indices.</summary>
    public static void WriteIndexChecks(CodeWriter code, ObjectiveModel model, int argument, string span, string width, Func<int, string> extent)
    {
        string name = model.Function.Arguments[argument].Name;
        string row = width == "1" ? string.Empty : $", {width}";
        foreach (IndexUse use in model.Spec.IndexChecks.Data.Items.Where(u => u.Argument == argument))
        {
            (string length, string of) = LengthAndName(model, use.Length, extent);
            code.Line($"DataCheck.Indices(\"{name}\", {span}, {length}, \"{of}\"{row});");
        }
    }

    /// <summary>Checks of the counters that index something of another length than that which they run over.</summary>
    private static void WriteCounterChecks(CodeWriter code, ObjectiveModel model)
    {
        foreach (CounterUse use in model.Spec.IndexChecks.Counters)
        {
            (string end, string endName) = LengthAndName(model, use.End, model.ExtentAtConstruction);
            (string length, string name) = LengthAndName(model, use.Length, model.ExtentAtConstruction);
            code.Line($"DataCheck.Counter(\"{use.Counter}\", {NumberText.Integer(use.From)}, {end}, \"{endName}\", {NumberText.Integer(use.Shift)}, {length}, \"{name}\");");
        }
    }

    private static (string Length, string Name) LengthAndName(ObjectiveModel model, LengthRef length, Func<int, string> extent) => length.Extent >= 0
        ? (extent(length.Extent), model.Function.Extents[length.Extent].Name)
        : (NumberText.Integer(length.Literal), NumberText.Integer(length.Literal));

    /// <summary>The member of a constant array that tells one of its extents.</summary>
    public static string LengthMember(Argument array, int dimension) => !array.IsMatrix ? "Length" : dimension == 0 ? "Rows" : "Columns";

    public static void WriteExtents(CodeWriter code, ObjectiveModel model)
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
                    (Argument source, int of) = model.DimensionsOf(e, ArgumentRole.Constant).First();
                    string length = $"{NameTable.Escaped(source.Name)}.{LengthMember(source, of)}";
                    code.Line($"{model.ExtentMember(e)} = {length};");
                    foreach ((Argument other, int dimension) in model.DimensionsOf(e, ArgumentRole.Constant).Skip(1))
                    {
                        code.Line($"DataCheck.SameExtent(\"{function.Extents[e].Name}\", \"{source.Name}\", {length}, \"{other.Name}\", {NameTable.Escaped(other.Name)}.{LengthMember(other, dimension)});");
                    }
                }

                for (int e = 0; e < model.Sources.Length; e++)
                {
                    if (model.Sources[e] == ExtentSource.Literal) code.Line($"{model.ExtentMember(e)} = {NumberText.Integer(function.Extents[e].Literal)};");
                }

                if (model.AsksForExampleCount)
                {
                    code.Line("DataCheck.Extent(\"examples\", examples);");
                    code.Line("Examples = examples;");
                }
                else if (model.HasOneExample)
                {
                    code.Line("Examples = 1;");
                }
                else if (model.HasExamples)
                {
                    var scalars = model.Arguments(ArgumentRole.Data).Where(d => !d.Argument.IsArray).Select(d => $"(\"{d.Argument.Name}\", {NameTable.Escaped(d.Argument.Name)}.Length, 1)").ToList();
                    if (scalars.Count > 0) code.Line($"Examples = DataCheck.RowCount({string.Join(", ", scalars)});");
                    for (int e = 0; e < model.Sources.Length; e++)
                    {
                        if (model.Sources[e] != ExtentSource.Data || model.MatrixSources.Any(m => m.Extent == e)) continue;
                        Argument source = model.DimensionsOf(e, ArgumentRole.Data).First(d => !d.Array.IsMatrix).Array;
                        code.Line($"{model.ExtentMember(e)} = DataCheck.Width(\"{source.Name}\", {NameTable.Escaped(source.Name)}.Length, Examples, \"{function.Extents[e].Name}\");");
                    }

                    foreach ((int extent, Argument matrix) in model.MatrixSources)
                    {
                        string other = model.ExtentMember(extent == matrix.Columns ? matrix.Extent : matrix.Columns);
                        code.Line($"{model.ExtentMember(extent)} = DataCheck.Width(\"{matrix.Name}\", {NameTable.Escaped(matrix.Name)}.Length, Examples * {other}, \"{function.Extents[extent].Name}\");");
                    }

                    var all = model.Arguments(ArgumentRole.Data).Select(d => d.Argument)
                        .Select(d => $"(\"{d.Name}\", {NameTable.Escaped(d.Name)}.Length, {ObjectiveModel.LengthOf(d, model.ExtentMember)})").ToList();
                    if (all.Count > scalars.Count) code.Line($"Examples = DataCheck.RowCount({string.Join(", ", all)});");
                }
            }

            code.Gap();
            if (model.HasExamples) code.Line("public int Examples { get; }");
            for (int e = 0; e < model.Sources.Length; e++) code.Line($"public int {model.ExtentMember(e)} {{ get; }}");
        }

        code.Gap();
    }
}
