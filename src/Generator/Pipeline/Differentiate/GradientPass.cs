using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// The values at hand while the copy of one source region is written: its primal values and the adjoints collected so far.
/// </summary>
/// <param name="isBase">Whether the forward and the reverse sweep of the region stand in the same region of the output, so that its primal values are simply there.</param>
internal sealed class Frame(RegionNode region, Frame? parent, bool isBase)
{
    public RegionNode Region => region;

    public Frame? Parent => parent;

    public bool IsBase => isBase;

    /// <summary>Source value → value of the output that equals it here.</summary>
    public Dictionary<int, int> Map { get; } = [];

    /// <summary>Source value → its adjoint, as far as contributions came in. Values of outer regions are passed on when the region ends.</summary>
    public SortedDictionary<int, int> Adjoints { get; } = [];

    /// <summary>For the body of a fused loop: the adjoint of each additive carried value.</summary>
    public Dictionary<int, int> Seeds { get; } = [];

    /// <summary>The item whose reverse is being written.</summary>
    public int Position { get; set; } = region.Nodes.Count;
}

/// <summary>
/// One attempt at the gradient under the decisions recorded so far: the forward sweep, the reverse sweep, and the loops that
/// do both at once.
/// </summary>
internal sealed partial class GradientPass
{
    /// <summary>The payload of <see cref="Op.Argument"/> that stands for the weight of the current example in the objective.</summary>
    private const int SeedArgument = -2;

    private readonly SourceTree _tree;
    private readonly Activity _activity;
    private readonly Reductions _reductions;
    private readonly Dependence _dependence;
    private readonly Recording _recording;
    private readonly IrBuilder _builder = new();
    private readonly Emitter _emit;
    private readonly HashSet<RegionNode> _baseRegions = [];
    private readonly HashSet<int> _dropped = [];
    private readonly Dictionary<int, int> _gradients = [];
    private readonly Dictionary<int, int> _adjointBuffers = [];
    private readonly ScalarType[] _realTypes;
    private Frame _frame;

    public GradientPass(Facts facts, Recording recording)
    {
        (_tree, _activity, _reductions, _dependence, _segments) = facts;
        _recording = recording;
        _emit = new Emitter(_builder);
        _frame = new Frame(_tree.Root, null, isBase: true);
        _realTypes = Source.Values.Select(v => v.Type).Where(t => t.IsReal()).Distinct().OrderBy(t => t).ToArray();
    }

    /// <inheritdoc cref="Emitter.Guards"/>
    public HashSet<int> Guards => _emit.Guards;

    private Function Source => _tree.Function;

    /// <summary>The gradient function, or null if a decision proved wrong on the way.</summary>
    public Function? Run()
    {
        foreach (BufferInfo buffer in Source.Buffers) _builder.AddBuffer(buffer.Name, buffer.Kind, buffer.Type, buffer.Argument, buffer.Overwritten, buffer.Triangle);
        for (int a = 0; a < Source.Arguments.Count; a++)
        {
            Argument argument = Source.Arguments[a];
            if (argument.Role == ArgumentRole.Parameter && argument.Type.IsReal()) _gradients.Add(a, _builder.AddBuffer($"gradient_{argument.Name}", BufferKind.Gradient, argument.Type, a));
        }

        FindBaseRegions(_tree.Root);
        FindDropped();
        PlaceTapes();
        if (_tree.AllNodes.Any(n => n.Body is not null))
        {
            // What a loop or branch passes on starts from zero in the region around it.
            foreach (ScalarType type in _realTypes) _emit.Zero(type);
        }

        foreach (Node node in _tree.Root.Nodes)
        {
            Forward(node);
            if (_planFailed) return null;
        }

        int result = Lookup(Source.Result) ?? throw new InvalidOperationException("The result is not defined in the outermost region.");
        if (!_tree.AllNodes.Any(IsExampleLoop)) AddAdjoint(Source.Result, _emit.Real(_tree.TypeOf(Source.Result), 1));
        ReverseRegion();
        AccumulateScalarParameters();
        return _builder.Finish(Source.Name, Source.Real, Source.Arguments, Source.Extents, result);
    }

    private static bool IsExampleLoop(Node node) => node.Item is Loop { IsExamples: true };

    /// <summary>A carried sum passes its adjoint on unchanged from iteration to iteration: it enters at the loop's start once, not per iteration.</summary>
    private void FindDropped()
    {
        foreach (Node node in _tree.AllNodes)
        {
            if (node.Item is not Loop loop) continue;
            for (int k = 0; k < loop.Carried.Count; k++)
            {
                if (_reductions.IsAdditive(node, k)) _dropped.Add(loop.Carried[k].Id);
            }
        }
    }

    private void AccumulateScalarParameters()
    {
        for (int a = 0; a < Source.Arguments.Count; a++)
        {
            if (Source.Arguments[a] is not { Role: ArgumentRole.Parameter, IsArray: false }) continue;
            foreach (KeyValuePair<int, int> adjoint in _frame.Adjoints)
            {
                if (_tree[adjoint.Key].Node.Item is Let { Op: Op.Argument } let && let.Payload == a) _builder.Accumulate(_gradients[a], _emit.Int(0), adjoint.Value);
            }
        }
    }

    /// <summary>The region at which a value's adjoint is complete.</summary>
    private RegionNode HomeOf(int value) =>
        _recording.IsSaved(value) ? _recording.WriteOf(value).Region
        : _tree[value] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Argument } } ? _tree.Root
        : _tree[value].Home;

    private ScalarType TypeOf(int value) =>
        _recording.IsSaved(value) ? Source.Buffers[Dependence.BufferOf(_recording.WriteOf(value))].Type : _tree.TypeOf(value);

    private void AddAdjoint(int value, int contribution)
    {
        if (!_activity.IsActive(value)) return;
        value = _tree.Canonical(value);
        if (_dropped.Contains(value)) return;
        _frame.Adjoints[value] = _frame.Adjoints.TryGetValue(value, out int known) ? _emit.Sum(known, contribution) : contribution;
    }

    /// <summary>The buffer of the output that collects the adjoints of an active buffer of the source.</summary>
    private int AdjointBuffer(int buffer)
    {
        BufferInfo info = Source.Buffers[buffer];
        if (info.Kind == BufferKind.Parameter) return _gradients[info.Argument];
        if (!_adjointBuffers.TryGetValue(buffer, out int adjoint))
        {
            _adjointBuffers.Add(buffer, adjoint = _builder.AddBuffer($"{info.Name}Bar", BufferKind.Adjoint, info.Type, triangle: info.Triangle));
        }

        return adjoint;
    }

    private void AllocateAdjoint(Alloc alloc)
    {
        if (_activity.IsActiveBuffer(alloc.Buffer)) _builder.Alloc(AdjointBuffer(alloc.Buffer), Primal(alloc.Length));
    }
}
