using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>A region of the function being differentiated, with its place in the tree.</summary>
internal sealed class RegionNode(Node? owner)
{
    public Node? Owner { get; } = owner;

    public List<Node> Nodes { get; } = [];

    public RegionNode? Parent => Owner?.Region;

    public Loop? Loop => Owner?.Item as Loop;

    public bool IsWithin(RegionNode other)
    {
        for (RegionNode? region = this; region is not null; region = region.Parent)
        {
            if (region == other) return true;
        }

        return false;
    }
}

/// <summary>
/// One item in its place. Items compare by content, so two equal stores are one key; a node is the item's identity.
/// </summary>
internal sealed class Node(Item item, RegionNode region, int index)
{
    public Item Item { get; } = item;

    public RegionNode Region { get; } = region;

    public int Index { get; } = index;

    /// <summary>The body of a loop, or the side of a branch taken when the condition holds.</summary>
    public RegionNode? Body { get; set; }

    public RegionNode? Else { get; set; }

    public IEnumerable<RegionNode> Regions
    {
        get
        {
            if (Body is not null) yield return Body;
            if (Else is not null) yield return Else;
        }
    }

    /// <summary>This node and all nodes inside it, in program order.</summary>
    public IEnumerable<Node> Subtree() => Regions.SelectMany(r => r.Nodes).SelectMany(n => n.Subtree()).Prepend(this);
}

internal enum DefinitionKind : byte
{
    None,
    Let,
    Load,
    Counter,
    CarriedIn,
    CarriedOut,
    Merge,
}

/// <param name="Slot">Which carried value or merge.</param>
/// <param name="Home">The region at whose level the value lives: the body for a loop's counter and carried values.</param>
internal readonly record struct Definition(DefinitionKind Kind, Node Node, int Slot, RegionNode Home);

internal enum UseKind : byte
{
    Operand,
    StoredValue,
    Init,
    Next,
    Then,
    Else,

    /// <summary>An index, bound, length or condition: no derivative flows here.</summary>
    Control,
}

internal readonly record struct Use(Node Node, UseKind Kind, int Slot);

/// <summary>The function being differentiated as a tree of nodes, with the definition and the uses of every value.</summary>
internal sealed class SourceTree
{
    private readonly Definition[] _definitions;
    private readonly List<Use>[] _uses;
    private readonly Dictionary<int, Node> _allocations = [];
    private readonly Dictionary<int, List<Node>> _accesses = [];
    private readonly Dictionary<(Op, long), int> _leaves = [];

    public SourceTree(Function function)
    {
        Function = function;
        _definitions = new Definition[function.Values.Count];
        _uses = Enumerable.Range(0, function.Values.Count).Select(_ => new List<Use>()).ToArray();
        Root = Build(function.Body, null);
    }

    public Function Function { get; }

    public RegionNode Root { get; }

    /// <summary>The polynomial forms of integers found so far: shared values are expanded once.</summary>
    public Dictionary<int, AffineIndex> Indices { get; } = [];

    public IEnumerable<Node> AllNodes => Root.Nodes.SelectMany(n => n.Subtree());

    public Definition this[int value] => _definitions[value];

    public IReadOnlyList<Use> UsesOf(int value) => _uses[value];

    public ScalarType TypeOf(int value) => Function.TypeOf(value);

    /// <summary>The loads, stores and accumulations of a buffer in program order.</summary>
    public IReadOnlyList<Node> AccessesOf(int buffer) => _accesses.TryGetValue(buffer, out List<Node>? nodes) ? nodes : [];

    /// <summary>Where a local buffer comes into being; null for those that live outside of the function.</summary>
    public Node? AllocationOf(int buffer) => _allocations.TryGetValue(buffer, out Node? node) ? node : null;

    /// <summary>One id for every definition of the same argument or extent, which regions beside one another may repeat.</summary>
    public int Canonical(int value) =>
        _definitions[value] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Argument or Op.Extent } let } ? _leaves[(let.Op, let.Payload)] : value;

    public bool IsConstant(int value) => value >= 0 && _definitions[value] is { Kind: DefinitionKind.Let, Node.Item: Let { Op: Op.Const } };

    private RegionNode Build(Region region, Node? owner)
    {
        var built = new RegionNode(owner);
        foreach (Item item in region.Items)
        {
            var node = new Node(item, built, built.Nodes.Count);
            built.Nodes.Add(node);
            Visit(node);
        }

        return built;
    }

    private void Visit(Node node)
    {
        RegionNode region = node.Region;
        switch (node.Item)
        {
            case Let let:
                Define(let.Id, DefinitionKind.Let, node, 0, region);
                Use(let.A, node, UseKind.Operand, 0);
                Use(let.B, node, UseKind.Operand, 1);
                Use(let.C, node, UseKind.Operand, 2);
                if (let.Op is Op.Argument or Op.Extent && !_leaves.ContainsKey((let.Op, let.Payload))) _leaves.Add((let.Op, let.Payload), let.Id);
                break;
            case Load load:
                Define(load.Id, DefinitionKind.Load, node, 0, region);
                Use(load.Index, node, UseKind.Control, 0);
                Access(load.Buffer, node);
                break;
            case Store store:
                Use(store.Index, node, UseKind.Control, 0);
                Use(store.Value, node, UseKind.StoredValue, 0);
                Access(store.Buffer, node);
                break;
            case Accumulate accumulate:
                Use(accumulate.Index, node, UseKind.Control, 0);
                Use(accumulate.Value, node, UseKind.StoredValue, 0);
                Access(accumulate.Buffer, node);
                break;
            case Alloc alloc:
                Use(alloc.Length, node, UseKind.Control, 0);
                _allocations.Add(alloc.Buffer, node);
                break;
            case Loop loop:
                VisitLoop(loop, node);
                break;
            case If branch:
                Use(branch.Condition, node, UseKind.Control, 0);
                node.Body = Build(branch.Then, node);
                node.Else = Build(branch.Else, node);
                for (int k = 0; k < branch.Results.Count; k++)
                {
                    Define(branch.Results[k].Result, DefinitionKind.Merge, node, k, region);
                    Use(branch.Results[k].Then, node, UseKind.Then, k);
                    Use(branch.Results[k].Else, node, UseKind.Else, k);
                }

                break;
            default:
                throw new InvalidOperationException($"Unknown item {node.Item.GetType().Name}.");
        }
    }

    private void VisitLoop(Loop loop, Node node)
    {
        Use(loop.From, node, UseKind.Control, 0);
        Use(loop.To, node, UseKind.Control, 0);

        // The counter and the carried values are defined before the body is read, since definitions name its region.
        var body = new RegionNode(node);
        node.Body = body;
        Define(loop.Counter, DefinitionKind.Counter, node, 0, body);
        for (int k = 0; k < loop.Carried.Count; k++)
        {
            Define(loop.Carried[k].Id, DefinitionKind.CarriedIn, node, k, body);
            Define(loop.Carried[k].Result, DefinitionKind.CarriedOut, node, k, node.Region);
            Use(loop.Carried[k].Init, node, UseKind.Init, k);
            Use(loop.Carried[k].Next, node, UseKind.Next, k);
        }

        foreach (Item item in loop.Body.Items)
        {
            var inner = new Node(item, body, body.Nodes.Count);
            body.Nodes.Add(inner);
            Visit(inner);
        }
    }

    private void Define(int value, DefinitionKind kind, Node node, int slot, RegionNode home) => _definitions[value] = new Definition(kind, node, slot, home);

    private void Use(int value, Node node, UseKind kind, int slot)
    {
        if (value >= 0) _uses[value].Add(new Use(node, kind, slot));
    }

    private void Access(int buffer, Node node)
    {
        if (!_accesses.TryGetValue(buffer, out List<Node>? nodes)) _accesses.Add(buffer, nodes = []);
        nodes.Add(node);
    }
}
