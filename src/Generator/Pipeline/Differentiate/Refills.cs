using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// Arrays of an iteration that are cheaper to fill again in the reverse sweep than to keep for every iteration: the differences of a row of data and a mean, for each
/// component of a mixture. See <see cref="PrivateArrays"/>.
/// </summary>
internal sealed partial class GradientPass
{
    // More operations per element cost more than to store it and to read it again from an outer cache.
    private const int MostRefillOperations = 6;

    private readonly Dictionary<int, int> _refills = [];
    private readonly Dictionary<int, Node?> _fills = [];

    /// <summary>The loop that fills an array of an iteration, if it is cheap and reads nothing that changes; else null.</summary>
    private Node? FillOf(int buffer)
    {
        if (!_fills.TryGetValue(buffer, out Node? fill)) _fills[buffer] = fill = FindFill(buffer);
        return fill;
    }

    private Node? FindFill(int buffer)
    {
        if (!Source.Buffers[buffer].Overwritten || _tree.AllocationOf(buffer) is not { Region.Loop: not null } allocation) return null;
        Node[] writes = [.. _tree.AccessesOf(buffer).Where(Dependence.IsWrite)];
        if (writes.Length != 1 || writes[0].Item is not Store store || writes[0].Region.Owner is not { Item: Loop { Carried.Count: 0 } } fill || fill.Region != allocation.Region) return null;
        int left = MostRefillOperations;
        return IsCheap(store.Value) ? fill : null;

        bool IsCheap(int value)
        {
            if (!HomeOf(value).IsWithin(fill.Body!)) return !_activity.IsActive(value) || _tree.IsConstant(value) || IsAtHandLater(value);
            if (left-- == 0) return false;
            return _tree[value] switch
            {
                { Kind: DefinitionKind.Let, Node.Item: Let let } => !let.Op.IsTranscendental() && let.Operands.All(o => IsIndex(o) || IsCheap(o)),
                { Kind: DefinitionKind.Load, Node.Item: Load load } => Source.Buffers[load.Buffer].IsReadOnly,
                _ => false,
            };
        }

        bool IsIndex(int value) => _tree.TypeOf(value) == ScalarType.I32;

        // A value of the iteration that is an element of a parameter is read again, no more.
        bool IsAtHandLater(int value) => _tree[value] is { Kind: DefinitionKind.Load, Node.Item: Load load } && Source.Buffers[load.Buffer].IsReadOnly;
    }

    private void Refill(int buffer)
    {
        Node fill = FillOf(buffer)!;
        var loop = (Loop)fill.Item;
        Store store = fill.Body!.Nodes.Select(n => n.Item).OfType<Store>().First(s => s.Buffer == buffer);
        int copy = _builder.AddBuffer(Source.Buffers[buffer].Name, BufferKind.Local, Source.Buffers[buffer].Type, overwritten: true);
        _builder.Alloc(copy, Primal(((Alloc)_tree.AllocationOf(buffer)!.Item).Length));
        IrBuilder.OpenLoop open = _builder.BeginLoop(Primal(loop.From), Primal(loop.To), [], [copy], loop.Descending, counterName: Source.Values[loop.Counter].Name);
        _frame = new Frame(fill.Body!, _frame, isBase: false);
        _frame.Map[loop.Counter] = open.Counter;
        _builder.Store(copy, Primal(store.Index), Primal(store.Value));
        _frame = _frame.Parent!;
        _builder.EndLoop(open, []);
        _refills[buffer] = copy;
    }
}
