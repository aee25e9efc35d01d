using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Algebra on single operations, branches whose side is known, loops that run once or never, and values that a loop
/// carries but never changes. Copying through the builder shares equal values on the way.
/// </summary>
internal sealed class Simplify : IrRewriter
{
    private readonly Algebra _algebra;

    private Simplify(Function source, bool fast, bool afterDifferentiation) : base(source) =>
        _algebra = new Algebra(Builder, fast, afterDifferentiation);

    public static Function Run(Function function, bool fast, bool afterDifferentiation) => new Simplify(function, fast, afterDifferentiation).Run();

    protected override int RewriteLet(Let let) =>
        _algebra.Emit(let.Op, Source.TypeOf(let.Id), MapOperand(let.A), MapOperand(let.B), MapOperand(let.C), let.Payload);

    protected override void RewriteIf(If branch)
    {
        int condition = Map(branch.Condition);
        if (_algebra.BoolOf(condition) is bool known)
        {
            RewriteRegion(known ? branch.Then : branch.Else);
            foreach (Merge merge in branch.Results) SetMap(merge.Result, Map(known ? merge.Then : merge.Else));
            return;
        }

        bool isValuesOnly = branch.Then.Items.Count == 0 && branch.Else.Items.Count == 0;
        if (isValuesOnly || (_algebra.AfterDifferentiation && IsCheap(branch.Then) && IsCheap(branch.Else)))
        {
            // Nothing lazy is left of it. Before differentiation only sides without operations may become eager: the
            // derivative of an untaken side can be NaN.
            RewriteRegion(branch.Then);
            RewriteRegion(branch.Else);
            foreach (Merge merge in branch.Results) SetMap(merge.Result, _algebra.Select(condition, Map(merge.Then), Map(merge.Else)));
            return;
        }

        if (_algebra.Is(condition, Op.Not, out Let not))
        {
            RewriteKeptIf(not.A, branch with
            {
                Then = branch.Else,
                Else = branch.Then,
                Results = branch.Results.Select(m => new Merge(m.Result, m.Else, m.Then)).ToEquatableArray(),
            });
            return;
        }

        RewriteKeptIf(condition, branch);
    }

    protected override void RewriteLoop(Loop loop)
    {
        int? trips = loop.IsExamples ? null : _algebra.AffineOf(Map(loop.To)).Minus(_algebra.AffineOf(Map(loop.From)));
        if (trips <= 0)
        {
            foreach (Carried carried in loop.Carried) SetMap(carried.Result, Map(carried.Init));
            return;
        }

        // A condition that never changes: the loop runs to its end or not at all.
        if (loop.EndsEarly && loop.Carried.First(c => c.Id == loop.While) is var end && (IsConstant(end) || _algebra.BoolOf(Map(end.Init)) == false))
        {
            if (_algebra.BoolOf(Map(end.Init)) == true)
            {
                RewriteLoop(loop with { While = -1, Limited = null });
                return;
            }

            if (_algebra.BoolOf(Map(end.Init)) == false)
            {
                foreach (Carried carried in loop.Carried) SetMap(carried.Result, Map(carried.Init));
                return;
            }
        }

        if (trips == 1 && !loop.EndsEarly)
        {
            Alias(loop.Counter, Map(loop.From));
            foreach (Carried carried in loop.Carried) Alias(carried.Id, Map(carried.Init));
            RewriteRegion(loop.Body);
            int[] nexts = loop.Carried.Select(c => Map(c.Next)).ToArray();
            for (int k = 0; k < nexts.Length; k++) SetMap(loop.Carried[k].Result, nexts[k]);
            return;
        }

        bool Unchanged(Carried carried) => IsConstant(carried) && carried.Id != loop.While;
        foreach (Carried carried in loop.Carried.Where(Unchanged))
        {
            SetMap(carried.Id, Map(carried.Init));
            SetMap(carried.Result, Map(carried.Init));
        }

        base.RewriteLoop(loop with { Carried = loop.Carried.Where(c => !Unchanged(c)).ToEquatableArray() });
    }

    private static bool IsConstant(Carried carried) => carried.Next == carried.Id || carried.Next == carried.Init;

    private void RewriteKeptIf(int condition, If branch)
    {
        IReadOnlyList<int> then = [], otherwise = [];
        int[] results = Builder.If(condition, () => then = Side(branch.Then, m => m.Then), () => otherwise = Side(branch.Else, m => m.Else));

        // What is one value on both sides comes from before the branch.
        for (int k = 0; k < results.Length; k++) SetMap(branch.Results[k].Result, then[k] == otherwise[k] ? then[k] : results[k]);

        IReadOnlyList<int> Side(Region region, Func<Merge, int> value)
        {
            RewriteRegion(region);
            return branch.Results.Select(m => Map(value(m))).ToArray();
        }
    }

    /// <summary>A few operations that cannot trap and cost less than a mispredicted branch.</summary>
    private bool IsCheap(Region region) =>
        region.Items.Count <= 8 && region.Items.All(item => item is Let let
            && !let.Op.IsTranscendental()
            && !(let.Op is Op.Div or Op.Rem && Source.TypeOf(let.Id) == ScalarType.I32));
}
