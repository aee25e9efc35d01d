using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The members that are about one example: its residuals and the rows of their Jacobian, or its gradient where that is sparse, or which parameters it uses.</summary>
internal sealed class ExampleMembers
{
    private readonly ObjectiveModel _model;
    private readonly List<(string Header, CodeWriter Body)> _members = [];
    private readonly List<List<string>> _workspaceTerms = [];
    private (KernelPlan Plan, CodeWriter Body)? _jacobian;
    private string _starts = string.Empty;
    private string _places = string.Empty;
    private readonly bool _isFixed;

    public ExampleMembers(ObjectiveModel model, ObjectivePlans plans)
    {
        _model = model;
        string real = model.Real, parameters = $"(ReadOnlySpan<{real}> parameters, int example", row = $"GradientRow<{real}> row", workspace = $"Span<{real}> workspace)";
        Add(plans.Touches, $"bool TouchCore(int example, {row})", KernelWriter.Touches);
        Add(plans.ExampleGradient, $"{real} ExampleGradientCore{parameters}, {row}, {workspace}");
        if (plans is { Jacobian: { } jacobian, JacobianColumns: { } columns })
        {
            AddJacobian(jacobian, plans.JacobianStarts, plans.JacobianPlaces);
            _isFixed = columns.Function.Body.AllItems().OfType<Loop>().All(l => l.Body.AllItems().All(i => i is not Load && !i.Reads().Contains(l.Counter)));
            Add(columns, "void PlaceColumnsCore(int example, Span<int> columns)", KernelWriter.Columns);
            return;
        }

        Add(plans.Residuals, $"void ResidualCore{parameters}, Span<{real}> residuals, {workspace}");
        Add(plans.ResidualRow, $"void ResidualRowCore{parameters}, int output, {row}, {workspace}");
    }

    /// <summary>The workspace of each kernel.</summary>
    public IReadOnlyList<List<string>> WorkspaceTerms => _workspaceTerms;

    public void Write(CodeWriter code)
    {
        if (_jacobian is var (plan, kernel)) WriteJacobian(code, plan, kernel);
        foreach ((string header, CodeWriter body) in _members)
        {
            code.Line("/// <inheritdoc/>");
            code.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
            using (code.Block("protected override " + header)) code.Append(body);
            code.Gap();
        }
    }

    private void AddJacobian(KernelPlan plan, EquatableArray<int> starts, EquatableArray<int> places)
    {
        var kernel = new KernelWriter(_model, plan, "tile");
        _jacobian = (plan, kernel.Write());
        _workspaceTerms.Add(kernel.WorkspaceTerms);
        _starts = List(starts);
        if (!places.Items.SequenceEqual(Enumerable.Range(0, places.Count))) _places = List(places);

        static string List(EquatableArray<int> numbers) => string.Join(", ", numbers.Items.Select(n => NumberText.Integer(n)));
    }

    private void WriteJacobian(CodeWriter code, KernelPlan plan, CodeWriter body)
    {
        string real = _model.Real, arguments = $"ReadOnlySpan<{real}> parameters, ";
        code.Line("/// <inheritdoc/>");
        code.Line($"protected override ReadOnlySpan<int> EntryStarts => [{_starts}];");
        code.Gap();
        if (_places.Length > 0)
        {
            code.Line("/// <inheritdoc/>");
            code.Line($"protected override ReadOnlySpan<int> EntryPlaces => [{_places}];");
            code.Gap();
        }

        if (_isFixed)
        {
            code.Line("/// <inheritdoc/>");
            code.Line("protected override bool PlacesAreFixed => true;");
            code.Gap();
        }

        code.Line("/// <inheritdoc/>");
        code.Line($"protected override void JacobianTileCore({arguments}ExampleRows rows, JacobianTile<{real}> tile, Span<{real}> workspace)");
        using (code.Block(string.Empty))
        {
            code.Line("if (rows.IsBatch) JacobianKernel(parameters, tile, workspace, rows.Batch);");
            code.Line("else JacobianKernel(parameters, tile, workspace, rows.All);");
        }

        code.Gap();
        KernelMethod.Write(
            code, _model, plan, "void", "JacobianKernel", "The residuals of the rows and the entries of their Jacobian.", $"{arguments}JacobianTile<{real}> tile, Span<{real}> workspace", string.Empty, body);
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
