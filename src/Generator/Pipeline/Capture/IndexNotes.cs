using SymbolicGD.Generator.Ir;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// What is known of indices while a method is read: which values are elements of integer data, which are counters of loops whose bounds are known
/// before anything runs, and what they index.
/// </summary>
internal sealed class IndexNotes
{
    private readonly record struct Counter(string Name, int From, LengthRef End);

    private readonly Dictionary<int, int> _elements = [];
    private readonly Dictionary<int, (Counter Counter, int Shift)> _counters = [];
    private readonly List<IndexUse> _data = [];
    private readonly List<CounterUse> _uses = [];
    private readonly Stack<bool> _loops = new();

    public IndexChecks Checks => new(_data.ToEquatableArray(), _uses.ToEquatableArray());

    /// <summary>A value is an element of an integer argument.</summary>
    public void AddElement(int value, int argument) => _elements[value] = argument;

    /// <param name="from">Null where it is not known, or the loop may end early.</param>
    /// <param name="end">Null where it is known at run time only.</param>
    public void EnterLoop(int counter, string? name, int? from, LengthRef? end)
    {
        bool isKnown = from is not null && end is { Literal: not int.MaxValue };
        _loops.Push(isKnown);
        if (isKnown) _counters[counter] = (new Counter(name ?? "counter", from!.Value, end!.Value), 0);
    }

    public void LeaveLoop() => _loops.Pop();

    /// <summary>A value is another one plus a constant.</summary>
    public void AddShifted(int value, int of, int shift)
    {
        if (_counters.TryGetValue(of, out (Counter Counter, int Shift) known)) _counters[value] = (known.Counter, known.Shift + shift);
    }

    public void Use(int index, LengthRef length)
    {
        if (_elements.TryGetValue(index, out int argument))
        {
            var use = new IndexUse(argument, length);
            if (!_data.Contains(use)) _data.Add(use);
        }

        // Inside a loop that may not run at all nothing can be said.
        if (!_counters.TryGetValue(index, out (Counter Counter, int Shift) known) || _loops.Any(isKnown => !isKnown)) return;
        if (known.Counter.End == length && known.Shift <= 0) return;
        var counterUse = new CounterUse(known.Counter.Name, known.Counter.From, known.Counter.End, known.Shift, length);
        if (!_uses.Contains(counterUse)) _uses.Add(counterUse);
    }
}
