using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The members that are about one example: its residuals and the rows of their Jacobian, or its gradient where that is sparse, or which parameters it uses.</summary>
internal sealed class ExampleMembers
{
    private readonly ObjectiveModel _model;
    private readonly List<(string Header, CodeWriter Body)> _members = [];
    private readonly List<List<string>> _workspaceTerms = [];

    public ExampleMembers(ObjectiveModel model, ObjectivePlans plans)
    {
        _model = model;
        string real = model.Real, parameters = $"(ReadOnlySpan<{real}> parameters, int example", row = $"GradientRow<{real}> row", workspace = $"Span<{real}> workspace)";
        Add(plans.Touches, $"bool TouchCore(int example, {row})", KernelWriter.Touches);
        Add(plans.ExampleGradient, $"{real} ExampleGradientCore{parameters}, {row}, {workspace}");
        Add(plans.Residuals, $"void ResidualCore{parameters}, Span<{real}> residuals, {workspace}");
        Add(plans.ResidualRow, $"void ResidualRowCore{parameters}, int output, {row}, {workspace}");
    }

    /// <summary>The workspace of each kernel.</summary>
    public IReadOnlyList<List<string>> WorkspaceTerms => _workspaceTerms;

    public void Write(CodeWriter code)
    {
        foreach ((string header, CodeWriter body) in _members)
        {
            code.Line("/// <inheritdoc/>");
            code.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (code.Block("protected override " + header)) code.Append(body);
            code.Gap();
        }
    }

    private void Add(KernelPlan? plan, string header, string output = KernelWriter.SparseRow)
    {
        if (plan is null) return;
        var kernel = new KernelWriter(_model, plan, output);
        CodeWriter body = kernel.Write();
        if (output == KernelWriter.Touches)
        {
            body.Gap();
            body.Line("return true;");
        }

        _members.Add((header, body));
        _workspaceTerms.Add(kernel.WorkspaceTerms);
    }
}
