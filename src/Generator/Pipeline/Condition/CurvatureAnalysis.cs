using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>
/// Proves convexity and bounded curvature of a loss in its parameters by composition rules (Boyd and Vandenberghe 2004, section 3.2; Grant,
/// Boyd and Ye 2006), over the IR with its loops: what a loop carries is followed until nothing changes.
/// </summary>
internal sealed class CurvatureAnalysis
{
    private const int MaxPasses = 12;

    private readonly Function _function;
    private readonly CurvatureFact?[] _facts;
    private readonly CurvatureFact?[] _buffers;
    private readonly CurvatureRules _rules;
    private bool _changed;
    private bool _isLost;

    private CurvatureAnalysis(Function function)
    {
        _function = function;
        _facts = new CurvatureFact?[function.Values.Count];
        _buffers = new CurvatureFact?[function.Buffers.Count];
        Defining = IrFacts.DefiningItems(function);
        Signs = new Signs(function, Defining);
        _rules = new CurvatureRules(this);
    }

    public Function Function => _function;

    public Item?[] Defining { get; }

    public Signs Signs { get; }

    /// <summary>The steps of the proof that are worth a word.</summary>
    public List<string> Reasons { get; } = [];

    /// <param name="loss">The loss after Condition.</param>
    public static CurvatureCertificate Certify(Function loss)
    {
        if (loss.Result < 0 || loss.Arguments.All(a => a.Role != ArgumentRole.Parameter)) return CurvatureCertificate.None;
        var analysis = new CurvatureAnalysis(loss);
        if (!analysis.Run()) return CurvatureCertificate.None;
        CurvatureFact fact = analysis.FactOf(loss.Result);
        bool isConvex = fact.IsConvex;
        Function? majorant = fact.IsSmooth && !fact.IsShifted ? Majorant.Build(analysis) : null;
        if (!isConvex && majorant is null) return CurvatureCertificate.None;
        EquatableArray<ArgumentBound>? strict = isConvex ? StrongConvexity.Of(analysis) : null;
        return new CurvatureCertificate(
            !isConvex ? Convexity.NotShown : strict is not null ? Convexity.StronglyConvex : Convexity.Convex,
            isConvex ? analysis.Signs.Bounds.OrderBy(b => b.Argument).ThenBy(b => b.IsUpper).ToEquatableArray() : EquatableArray<ArgumentBound>.Empty,
            strict ?? EquatableArray<ArgumentBound>.Empty,
            analysis.Reasons.Distinct().ToEquatableArray(),
            majorant);
    }

    public CurvatureFact FactOf(int value) => _facts[value] ?? CurvatureFact.Constant;

    public CurvatureFact FactOfBuffer(int buffer) => _buffers[buffer] ?? CurvatureFact.Constant;

    public Let? LetOf(int value) => Defining[value] as Let;

    private bool Run()
    {
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            _changed = false;
            Reasons.Clear();
            Signs.Bounds.Clear();
            Walk(_function.Body);
            if (_isLost) return false;
            if (!_changed) return true;
        }

        return false;
    }

    private void Walk(Region region)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Let let:
                    // An operand that a loop carries has no fact before the loop was seen once; then it comes again.
                    Set(let.Id, _rules.Of(let));
                    break;
                case Load load:
                    Set(load.Id, OfLoad(load));
                    break;
                case Store store:
                    Join(store.Buffer, FactOf(store.Index).IsConstant ? FactOf(store.Value) : CurvatureFact.Unknown);
                    break;
                case Accumulate accumulate:
                    Join(accumulate.Buffer, CurvatureFact.Unknown);
                    break;
                case Loop loop:
                    Walk(loop);
                    break;
                case If branch:
                    Walk(branch);
                    break;
            }
        }
    }

    private void Walk(Loop loop)
    {
        // How often it runs may not depend on the parameters.
        if (!FactOf(loop.From).IsConstant || !FactOf(loop.To).IsConstant || loop.EndsEarly) _isLost = true;
        Set(loop.Counter, CurvatureFact.Constant);
        foreach (Carried carried in loop.Carried) Set(carried.Id, _facts[carried.Id] is { } known ? CurvatureFact.Either(known, FactOf(carried.Init)) : FactOf(carried.Init));
        Walk(loop.Body);
        foreach (Carried carried in loop.Carried)
        {
            CurvatureFact all = CurvatureFact.Either(FactOf(carried.Id), FactOf(carried.Next));
            Set(carried.Id, all);
            Set(carried.Result, all);
        }
    }

    private void Walk(If branch)
    {
        Walk(branch.Then);
        Walk(branch.Else);
        bool isFixed = FactOf(branch.Condition).IsConstant;
        if (!isFixed && (IrFacts.WrittenBuffers(branch.Then).Count > 0 || IrFacts.WrittenBuffers(branch.Else).Count > 0)) _isLost = true;
        foreach (Merge merge in branch.Results)
        {
            Set(merge.Result, isFixed ? CurvatureFact.Either(FactOf(merge.Then), FactOf(merge.Else)) : _rules.OfHuber(branch, merge) ?? CurvatureFact.Unknown);
        }
    }

    private CurvatureFact OfLoad(Load load)
    {
        if (!FactOf(load.Index).IsConstant) return CurvatureFact.Unknown;
        return _function.Buffers[load.Buffer].Kind switch
        {
            BufferKind.Parameter => CurvatureFact.Affine,
            BufferKind.Constant or BufferKind.Data => CurvatureFact.Constant,
            _ => FactOfBuffer(load.Buffer),
        };
    }

    private void Set(int value, CurvatureFact fact)
    {
        if (_facts[value] == fact) return;
        _facts[value] = fact;
        _changed = true;
    }

    private void Join(int buffer, CurvatureFact fact)
    {
        // Elements start as zeros.
        CurvatureFact joined = CurvatureFact.Either(FactOfBuffer(buffer) with { IsSquares = false }, fact with { IsSquares = false });
        if (fact.IsExpSum) joined = CurvatureFact.Unknown;
        if (_buffers[buffer] == joined) return;
        _buffers[buffer] = joined;
        _changed = true;
    }
}
