using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What was proved of a loss's curvature, in words and as C# conditions.</summary>
internal static class CurvatureText
{
    /// <summary>Label, statement and note of each line of the header.</summary>
    public static IEnumerable<(string Label, string Text, string Note)> Lines(Function function, CurvatureCertificate certificate)
    {
        string[] names = function.Arguments.Items.Where(a => a.Role == ArgumentRole.Parameter).Select(a => a.Name).ToArray();
        string parameters = names.Length == 1 ? names[0] : $"({string.Join(", ", names)})";
        if (certificate.Convexity == Convexity.NotShown)
        {
            yield return ("curvature", $"not shown convex in {parameters}", string.Empty);
        }
        else
        {
            string bounds = Bounds(function, certificate.Bounds.Items), strict = Bounds(function, certificate.StrictBounds.Items);
            string strongly = certificate.Convexity != Convexity.StronglyConvex ? string.Empty : strict.Length == 0 ? ", strongly" : $", strongly where {strict}";
            yield return ("convex", $"in {parameters}{(bounds.Length == 0 ? string.Empty : $" where {bounds}")}{strongly}", string.Join("; ", certificate.Reasons.Items));
        }

        if (certificate.Majorant is { } majorant)
        {
            string q = FormulaPrinter.Print(new FormulaBuilder(majorant, 40).Of(majorant.Result));
            yield return ("smooth", $"L ≤ λmax ∇²q, q = {q}", "LipschitzBound(): GradientDescent needs no learning rate");
        }
    }

    /// <summary>"0 ≤ label ≤ 1, l2 ≥ 0".</summary>
    private static string Bounds(Function function, IEnumerable<ArgumentBound> bounds) => string.Join(", ", bounds.GroupBy(b => b.Argument).Select(group =>
    {
        string name = function.Arguments[group.Key].Name;
        ArgumentBound[] lower = group.Where(b => !b.IsUpper).ToArray(), upper = group.Where(b => b.IsUpper).ToArray();
        return (lower.Length, upper.Length) switch
        {
            ( > 0, > 0) => $"{FormulaPrinter.Number(lower.Max(b => b.Bound))} ≤ {name} ≤ {FormulaPrinter.Number(upper.Min(b => b.Bound))}",
            (_, > 0) => $"{name} ≤ {FormulaPrinter.Number(upper.Min(b => b.Bound))}",
            _ => $"{name} {(lower[0].IsStrict ? ">" : "≥")} {FormulaPrinter.Number(lower.Max(b => b.Bound))}",
        };
    }));

    /// <summary>Writes what <c>ISmoothObjective</c> asks for, around the kernel of the majorant.</summary>
    public static void WriteMembers(CodeWriter code, ObjectiveModel model, CurvatureCertificate certificate)
    {
        string real = model.Real;
        Function function = model.Function;
        string[] conditions = certificate.Bounds.Items.Select(bound =>
        {
            Argument argument = function.Arguments[bound.Argument];
            bool isColumn = argument.Role == ArgumentRole.Data;
            string name = isColumn ? model.DataField(bound.Argument) : model.ConstantMember(bound.Argument), limit = argument.Type.IsReal() ? NumberText.Real(bound.Bound, argument.Type) : NumberText.Integer((long)bound.Bound);
            return isColumn || argument.IsArray
                ? $"DataCheck.{(bound.IsUpper ? "IsAtMost" : "IsAtLeast")}({name}.Span, {limit})"
                : $"{name} {(bound.IsUpper ? "<=" : ">=")} {limit}";
        }).ToArray();
        code.Line("/// <inheritdoc/>");
        code.Line($"public bool IsConvex => {(certificate.Convexity == Convexity.NotShown ? "false" : conditions.Length == 0 ? "true" : string.Join(" && ", conditions))};");
        code.Gap();
        code.Line("/// <inheritdoc/>");
        code.Line($"public {real} LipschitzBound() => LargestCurvature();");
        code.Gap();
        code.Line("/// <inheritdoc/>");
        using (code.Block($"protected override void CurvatureCore(ReadOnlySpan<{real}> direction, Span<{real}> product, Span<{real}> workspace)"))
        {
            code.Line("product.Clear();");
            string one = model.Real == "float" ? "1.0f" : "1.0";
            code.Line(model.HasExamples
                ? $"CurvatureKernel(direction, product, workspace, new AllRows(ExampleCount), {one}{(model.Spec.IsMean ? " / ExampleCount" : string.Empty)});"
                : "CurvatureKernel(direction, product, workspace);");
        }

        code.Gap();
    }
}
