using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>The members that <c>[Loss(Order = 2)]</c> adds: the Hessian-vector product, over all examples and over a batch, and the derivative along a direction.</summary>
internal sealed class SecondOrderMembers
{
    private readonly ObjectiveModel _model;
    private readonly KernelPlan _product;
    private readonly KernelPlan _along;
    private readonly CodeWriter _productBody;
    private readonly CodeWriter _alongBody;
    private readonly CodeWriter? _cliquesBody;

    /// <param name="cliques">The plan of <see cref="ObjectivePlans.Cliques"/>.</param>
    public SecondOrderMembers(ObjectiveModel model, KernelPlan product, KernelPlan along, KernelPlan? cliques)
    {
        if (cliques is not null) _cliquesBody = new KernelWriter(model, cliques, KernelWriter.Cliques).Write();
        _model = model;
        _product = product;
        _along = along;
        var productKernel = new KernelWriter(model, product, "product");
        _productBody = productKernel.Write();
        var alongKernel = new KernelWriter(model, along);
        _alongBody = alongKernel.Write();
        WorkspaceTerms = [productKernel.WorkspaceTerms, alongKernel.WorkspaceTerms];
    }

    /// <summary>The workspace of each kernel.</summary>
    public IReadOnlyList<List<string>> WorkspaceTerms { get; }

    public void Write(CodeWriter code)
    {
        string real = _model.Real, vectors = $"ReadOnlySpan<{real}> parameters, ReadOnlySpan<{real}> direction";
        string along = $"{real} DirectionalDerivativeCore({vectors}, Span<{real}> gradient, Span<{real}> workspace)", arguments = $"{vectors}, Span<{real}> product, Span<{real}> workspace";
        if (_model.HasExamples)
        {
            code.Line("/// <inheritdoc/>");
            code.Line($"protected override {along} =>");
            code.Line($"    AlongKernel(parameters, direction, workspace, new AllRows(ExampleCount)){(_model.Spec.IsMean ? " / ExampleCount" : string.Empty)};");
            code.Gap();
            WriteProductCore(code);
        }

        WriteCliques(code);
        if (_model.HasExamples)
        {
            KernelMethod.Write(code, _model, _along, real, "AlongKernel", "The derivative of the loss along the direction.", $"{vectors}, Span<{real}> workspace", string.Empty, _alongBody);
            KernelMethod.Write(code, _model, _product, "void", "ProductKernel", "Adds the Hessian times the direction to the product.", arguments, $", {real} weight", _productBody);
        }
        else
        {
            KernelMethod.WriteCore(code, along, string.Empty, _alongBody);
            KernelMethod.WriteCore(code, $"void HessianVectorProductCore({arguments})", ObjectiveWriter.Clear(_product.Function, "product"), _productBody);
        }
    }

    private void WriteCliques(CodeWriter code)
    {
        if (_cliquesBody is null) return;
        code.Line("/// <inheritdoc/>");
        using (code.Block("protected override void RecordHessianCliques(HessianCliques cliques)"))
        {
            if (_model.HasExamples) code.Line("var rows = new AllRows(ExampleCount);");
            code.Append(_cliquesBody);
        }

        code.Gap();
    }

    private void WriteProductCore(CodeWriter code)
    {
        string real = _model.Real, point = $"ReadOnlySpan<{real}> parameters", rest = $"ReadOnlySpan<{real}> direction, Span<{real}> product, Span<{real}> workspace";
        const string Call = "ProductKernel(parameters, direction, product, workspace";
        code.Line("/// <inheritdoc/>");
        using (code.Block($"protected override void AddHessianVectorProductCore({point}, ExampleRows rows, {real} weight, {rest})"))
        {
            code.Line($"if (rows.IsBatch) {Call}, rows.Batch, weight);");
            code.Line($"else {Call}, rows.All, weight);");
        }

        code.Gap();
    }
}
