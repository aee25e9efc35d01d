using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Schedule;

/// <summary>
/// In a block of examples both sides of a branch that differs from example to example are computed anyway: written one after the other, they share what they
/// have in common with each other, and with other branches on the same condition.
/// </summary>
internal sealed class FlattenBranches : IrRewriter
{
    private readonly HashSet<int> _varying;

    private FlattenBranches(Function source, Loop examples) : base(source) => _varying = VaryingValues.Of(source, examples);

    /// <param name="function">A function that runs in blocks.</param>
    /// <param name="examples">Its loop over examples.</param>
    public static Function Run(Function function, Loop examples)
    {
        var pass = new FlattenBranches(function, examples);
        return examples.Body.AllItems().OfType<If>().Any(pass.IsFlat) ? pass.Run() : function;
    }

    protected override void RewriteIf(If branch)
    {
        if (!IsFlat(branch))
        {
            base.RewriteIf(branch);
            return;
        }

        RewriteRegion(branch.Then);
        RewriteRegion(branch.Else);
        int condition = Map(branch.Condition);
        foreach (Merge merge in branch.Results) SetMap(merge.Result, Builder.Select(condition, Map(merge.Then), Map(merge.Else)));
    }

    /// <summary>Whether a branch computes values and does nothing else.</summary>
    private bool IsFlat(If branch) => _varying.Contains(branch.Condition)
        && branch.Results.All(m => Source.TypeOf(m.Result) == Source.Real)
        && IsPure(branch.Then) && IsPure(branch.Else);

    private bool IsPure(Region region) => region.Items.All(item => item switch
    {
        Let => true,
        Load load => Source.Buffers[load.Buffer].IsReadOnly,
        If inner => IsFlat(inner),
        _ => false,
    });
}
