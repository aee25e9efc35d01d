using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Optimize;

/// <summary>
/// Removes what the result and the gradient do not depend on: operations, loads, carried values and branch results that
/// nobody reads, stores into arrays that nobody reads, loops and branches left without effect, and the arrays themselves.
/// </summary>
internal sealed class DeadCode
{
    private readonly Function _function;
    private readonly bool[] _values;
    private readonly bool[] _buffers;
    private bool _changed;

    private DeadCode(Function function)
    {
        _function = function;
        _values = new bool[function.Values.Count];

        // An array without Alloc belongs to the caller (an update rule's state): live on exit, as gradients are.
        var allocated = new HashSet<int>(IrFacts.Walk(function.Body).OfType<Alloc>().Select(a => a.Buffer));
        _buffers = function.Buffers.Select((b, i) => b.Kind is BufferKind.Gradient or BufferKind.Output || (b.Kind == BufferKind.Local && !allocated.Contains(i))).ToArray();
    }

    public static Function Run(Function function)
    {
        var pass = new DeadCode(function);
        if (function.Result >= 0) pass._values[function.Result] = true;
        do
        {
            pass._changed = false;
            pass.Mark(function.Body);
        }
        while (pass._changed);
        return Rebuild.Run(pass.Sweep());
    }

    private void Value(int id) => _changed |= Set(_values, id);

    private static bool Set(bool[] live, int id)
    {
        if (id < 0 || live[id]) return false;
        return live[id] = true;
    }

    /// <summary>Marks what the live items of the region need; returns whether it has an item that must stay.</summary>
    private bool Mark(Region region)
    {
        bool stays = false;
        for (int i = region.Items.Count - 1; i >= 0; i--) stays |= Mark(region.Items[i]);
        return stays;
    }

    private bool Mark(Item item)
    {
        switch (item)
        {
            case Let let when _values[let.Id]:
                foreach (int operand in let.Operands) Value(operand);
                return true;
            case Load load when _values[load.Id]:
                Value(load.Index);
                _changed |= Set(_buffers, load.Buffer);
                return true;
            case Store or Accumulate or Alloc when _buffers[BufferOf(item)]:
                foreach (int operand in IrFacts.Operands(item)) Value(operand);
                return true;
            case Loop loop:
                return MarkLoop(loop);
            case If branch:
                return MarkIf(branch);
            default:
                return false;
        }
    }

    private bool MarkLoop(Loop loop)
    {
        bool stays = false;
        foreach (Carried carried in loop.Carried)
        {
            if (!_values[carried.Result] && !_values[carried.Id]) continue;
            Value(carried.Id);
            Value(carried.Init);
            Value(carried.Next);
            stays = true;
        }

        // Values alone keep no loop alive: outside of it nobody sees them.
        if (HasLiveEffect(loop.Body)) stays = true;
        Mark(loop.Body);
        if (!stays) return false;
        Value(loop.From);
        Value(loop.To);
        if (loop.EndsEarly && !_values[loop.While])
        {
            // What ends the loop lives with it; its own iteration of the marking comes next time round.
            Value(loop.While);
            Value(loop.Carried.First(c => c.Id == loop.While).Init);
            Value(loop.Carried.First(c => c.Id == loop.While).Next);
        }

        return true;
    }

    private bool MarkIf(If branch)
    {
        bool stays = HasLiveEffect(branch.Then) || HasLiveEffect(branch.Else);
        foreach (Merge merge in branch.Results)
        {
            if (!_values[merge.Result]) continue;
            Value(merge.Then);
            Value(merge.Else);
            stays = true;
        }

        Mark(branch.Then);
        Mark(branch.Else);
        if (stays) Value(branch.Condition);
        return stays;
    }

    private bool HasLiveEffect(Region region) =>
        IrFacts.Walk(region).Any(item => item is Store or Accumulate or Alloc && _buffers[BufferOf(item)]);

    private static int BufferOf(Item item) => item switch
    {
        Store store => store.Buffer,
        Accumulate accumulate => accumulate.Buffer,
        Alloc alloc => alloc.Buffer,
        Load load => load.Buffer,
        _ => -1,
    };

    private Function Sweep()
    {
        var numbers = new int[_function.Buffers.Count];
        var kept = new List<BufferInfo>();
        for (int i = 0; i < numbers.Length; i++)
        {
            BufferInfo buffer = _function.Buffers[i];
            bool stays = _buffers[i] || buffer.IsReadOnly;
            numbers[i] = stays ? kept.Count : -1;
            if (stays) kept.Add(buffer);
        }

        return _function with
        {
            Arguments = _function.Arguments.Select(a => a.Buffer < 0 ? a : a with { Buffer = numbers[a.Buffer] }).ToEquatableArray(),
            Buffers = kept.ToEquatableArray(),
            Body = Sweep(_function.Body, numbers),
        };
    }

    private Region Sweep(Region region, int[] numbers)
    {
        var items = new List<Item>();
        foreach (Item item in region.Items)
        {
            if (Sweep(item, numbers) is Item kept) items.Add(kept);
        }

        return new Region(items.ToEquatableArray());
    }

    private Item? Sweep(Item item, int[] numbers)
    {
        switch (item)
        {
            case Let let: return _values[let.Id] ? let : null;
            case Load load: return _values[load.Id] ? load with { Buffer = numbers[load.Buffer] } : null;
            case Store store: return _buffers[store.Buffer] ? store with { Buffer = numbers[store.Buffer] } : null;
            case Accumulate accumulate: return _buffers[accumulate.Buffer] ? accumulate with { Buffer = numbers[accumulate.Buffer] } : null;
            case Alloc alloc: return _buffers[alloc.Buffer] ? alloc with { Buffer = numbers[alloc.Buffer] } : null;
            case Loop loop:
                EquatableArray<Carried> carried = loop.Carried.Where(c => _values[c.Id]).ToEquatableArray();
                if (carried.Count == 0 && !HasLiveEffect(loop.Body)) return null;
                return loop with { Carried = carried, Body = Sweep(loop.Body, numbers) };
            case If branch:
                EquatableArray<Merge> results = branch.Results.Where(m => _values[m.Result]).ToEquatableArray();
                if (results.Count == 0 && !HasLiveEffect(branch.Then) && !HasLiveEffect(branch.Else)) return null;
                return branch with { Then = Sweep(branch.Then, numbers), Else = Sweep(branch.Else, numbers), Results = results };
            default: throw new InvalidOperationException($"Unknown item {item.GetType().Name}.");
        }
    }
}
