using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Loops whose forward and reverse sweep are one loop: sums whose adjoint is known before they are computed, because they reach the
/// result through operations whose slopes do not depend on them. The loop over the examples is the most important one.
/// </summary>
internal sealed partial class GradientPass
{
    // Longer ways from a sum to the result are not worth following, and recursion has an end.
    private const int MaxEarlySteps = 400;

    private readonly Dictionary<int, int?> _earlyAdjoints = [];
    private int _earlyDepth;
    private bool _earlyFailed;
    private bool _planFailed;

    private void FindBaseRegions(RegionNode region)
    {
        _baseRegions.Add(region);
        foreach (Node node in region.Nodes)
        {
            if (IsSegmented(node)) _baseRegions.Add(node.Body!);
            else if (node.Item is Loop loop && MayFuse(loop, node)) FindBaseRegions(node.Body!);
            else if (IsExampleLoop(node) && IsDifferentiated(node)) throw new DifferentiationNotSupportedException("an example changes what later examples compute");
        }
    }

    private bool IsDifferentiated(Node node) =>
        node.Item is Loop loop && loop.Carried.Any(c => _activity.IsActive(c.Result));

    private bool MayFuse(Loop loop, Node node)
    {
        if (_recording.IsApart(node) || !IsDifferentiated(node)) return false;
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            if (IsActive(loop.Carried[k]) && !_reductions.IsAdditive(node, k)) return false;
        }

        // Arrays from outside: their adjoints must be complete, but for what this loop adds, when the loop runs. So the loop must not write
        // them, and nothing may write them later.
        foreach (Node access in node.Subtree())
        {
            int buffer = Dependence.BufferOf(access);
            if (buffer < 0 || _tree.AllocationOf(buffer) is not { } allocation || allocation.Region.IsWithin(node.Body!)) continue;

            // Passive arrays too: the reverse of an iteration may bring back what it overwrote, which later iterations must not see.
            if (Dependence.IsWrite(access)) return false;
            if (_activity.IsActiveBuffer(buffer) && _dependence.WritesAfter(access, _tree.Root).Any()) return false;
        }

        return true;
    }

    private void FusedLoop(Loop loop, Node node)
    {
        // The adjoints of the sums, as far as they are known before the body.
        var seeds = new Dictionary<int, int>();
        for (int k = 0; k < loop.Carried.Count && !loop.IsExamples; k++)
        {
            if (!_activity.IsActive(loop.Carried[k].Result)) continue;
            _earlyFailed = false;
            _earlyAdjoints.Clear();
            int? adjoint = EarlyAdjoint(loop.Carried[k].Result);
            if (_earlyFailed)
            {
                _recording.SetApart(node);
                _planFailed = true;
                return;
            }

            if (adjoint is { } seed) seeds.Add(k, seed);
        }

        IrBuilder.OpenLoop open = _builder.BeginLoop(
            At(loop.From), At(loop.To), [.. loop.Carried.Select(c => At(c.Init))], WrittenForward(node).Concat(WrittenReverse(node)),
            loop.Descending, loop.IsExamples, Source.Values[loop.Counter].Name);
        EnterBody(loop, node, open, isBase: true);
        if (loop.IsExamples) seeds = ExampleSeeds(loop);
        foreach (KeyValuePair<int, int> seed in seeds) _frame.Seeds.Add(seed.Key, seed.Value);
        foreach (Node inner in node.Body!.Nodes)
        {
            Forward(inner);
            if (_planFailed) return;
        }

        List<int> nexts = [.. loop.Carried.Select(c => At(c.Next))];
        foreach (KeyValuePair<int, int> seed in seeds) AddAdjoint(loop.Carried[seed.Key].Next, seed.Value);
        ReverseRegion();
        int[] results = CloseLoop(open, nexts, out int[] passed);
        DefineResults(loop, results);
        for (int p = 0; p < passed.Length; p++) _frame.Adjoints[passed[p]] = _emit.Masked(results[loop.Carried.Count + p]);
    }

    /// <summary>Every example enters the objective with its weight, which only the code that drives the loop knows.</summary>
    private Dictionary<int, int> ExampleSeeds(Loop loop)
    {
        var seeds = new Dictionary<int, int>();
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            if (loop.Carried[k].Result != Source.Result) continue;
            ScalarType type = _tree.TypeOf(Source.Result);
            int seed = _emit.Let(Op.Argument, type, payload: SeedArgument);
            _builder.SetName(seed, "seed");
            seeds.Add(k, seed);
        }

        return seeds;
    }

    /// <summary>
    /// The adjoint of a value of the current base region, computed from what is known at this point of the forward sweep; null if
    /// it is zero. Sets a flag where it is not known yet.
    /// </summary>
    private int? EarlyAdjoint(int value)
    {
        if (_earlyAdjoints.TryGetValue(value, out int? done)) return done;
        if (_earlyDepth >= MaxEarlySteps) return Fail();
        _earlyDepth++;
        int? sum = SumOfContributions(value);
        _earlyDepth--;
        _earlyAdjoints[value] = sum;
        return sum;
    }

    private int? SumOfContributions(int value)
    {
        int? sum = value == Source.Result ? _emit.Real(_tree.TypeOf(value), 1) : null;
        if (value == Source.Result && _tree.AllNodes.Any(IsExampleLoop)) return Fail();
        foreach (Use use in _tree.UsesOf(value))
        {
            int? contribution = EarlyContribution(value, use);
            if (_earlyFailed) return null;
            if (contribution is { } more) sum = sum is { } known ? _emit.Sum(known, more) : more;
        }

        return sum;
    }

    private int? EarlyContribution(int value, Use use)
    {
        if (use.Kind == UseKind.Next && use.Node.Body == _frame.Region) return _frame.Seeds.TryGetValue(use.Slot, out int seed) ? seed : null;
        int produced = use switch
        {
            { Kind: UseKind.Operand, Node.Item: Let let } => let.Id,
            { Kind: UseKind.Init, Node.Item: Loop loop } => loop.Carried[use.Slot].Result,
            { Kind: UseKind.Then or UseKind.Else, Node.Item: If branch } => branch.Results[use.Slot].Result,
            _ => -1,
        };
        // What a loop starts from may matter through its iterations alone.
        bool mattersInside = use is { Kind: UseKind.Init, Node.Item: Loop into } && _activity.IsActive(into.Carried[use.Slot].Id);
        if (produced >= 0 && !_activity.IsActive(produced) && !mattersInside) return null;
        if (use.Node.Region != _frame.Region) return Fail();
        switch (use)
        {
            case { Kind: UseKind.Operand, Node.Item: Let let }:
                if (!DerivativeTable.HasSlope(let.Op, use.Slot)) return null;
                return EarlyAdjoint(let.Id) is { } adjoint ? DerivativeTable.Scale(new RuleSite(_emit, let, EarlyPrimal, IsAtHand), use.Slot, adjoint) : null;
            case { Kind: UseKind.Init, Node.Item: Loop } when _reductions.IsAdditive(use.Node, use.Slot):
                return EarlyAdjoint(produced);
            case { Kind: UseKind.StoredValue } when !_activity.IsActiveBuffer(Dependence.BufferOf(use.Node)):
                return null;
            default:
                return Fail();
        }
    }

    private int? Fail()
    {
        _earlyFailed = true;
        return null;
    }

    /// <summary>A value of the region that may stand further down in the source, but depends on nothing that does not stand above already.</summary>
    private int EarlyPrimal(int value)
    {
        if (Lookup(value) is { } known) return known;
        if (_tree[value] is { Kind: DefinitionKind.Let, Node.Item: Let let } && !_earlyFailed)
        {
            return _emit.Let(let.Op, _tree.TypeOf(value), Operand(let.A), Operand(let.B), Operand(let.C), let.Payload);
        }

        return Placeholder(value, failed: true);

        int Operand(int operand) => operand < 0 ? operand : EarlyPrimal(operand);
    }
}
