namespace SymbolicGD.Generator.Pipeline.Differentiate;

/// <summary>
/// What one pass learned for the next: the values and overwritten elements that the reverse sweep wants from the forward
/// sweep. Sets only grow, so the passes end.
/// </summary>
internal sealed class Recording(int sourceValues)
{
    private readonly SortedSet<int> _taped = [];
    private readonly Dictionary<Node, int> _saved = [];
    private readonly Dictionary<int, Node> _savedBy = [];
    private readonly HashSet<int> _expanded = [];
    private readonly HashSet<int> _refilled = [];
    private readonly HashSet<Node> _apart = [];
    private readonly Dictionary<Node, SortedSet<int>> _ahead = [];

    /// <summary>Whether this pass asked for something that it had not been told to record.</summary>
    public bool Changed { get; private set; }

    /// <summary>Values that are recorded where they are computed.</summary>
    public IEnumerable<int> Taped => _taped;

    /// <summary>Local arrays that keep what every iteration of the loops around them puts in.</summary>
    public IEnumerable<int> Expanded => _expanded.OrderBy(b => b);

    public void BeginPass() => Changed = false;

    public bool IsTaped(int value) => _taped.Contains(value);

    public void Tape(int value) => Changed |= _taped.Add(value);

    /// <summary>The id that stands for the element which a write destroys, as if it were a value of the function; -1 if it is not kept.</summary>
    public int SavedBy(Node write) => _saved.TryGetValue(write, out int id) ? id : -1;

    /// <summary>The write that destroys the element for which the id stands.</summary>
    public Node WriteOf(int saved) => _savedBy[saved];

    public bool IsSaved(int value) => value >= sourceValues;

    public void Save(Node write)
    {
        if (_saved.ContainsKey(write)) return;
        int id = sourceValues + _saved.Count;
        _saved.Add(write, id);
        _savedBy.Add(id, write);
        _taped.Add(id);
        Changed = true;
    }

    public bool IsExpanded(int buffer) => _expanded.Contains(buffer);

    public void Expand(int buffer) => Changed |= _expanded.Add(buffer);

    /// <summary>Local arrays that the reverse sweep fills again.</summary>
    public IEnumerable<int> Refilled => _refilled.OrderBy(b => b);

    public void Refill(int buffer) => Changed |= _refilled.Add(buffer);

    public bool IsApart(Node loop) => _apart.Contains(loop);

    /// <summary>
    /// Notes that the adjoint of a loop's result is not known before the loop, so that its reverse is a loop of its own. Wishes
    /// of the pass so far came from a wrong plan and are dropped.
    /// </summary>
    public void SetApart(Node loop)
    {
        _apart.Add(loop);
        _taped.Clear();
        _saved.Clear();
        _savedBy.Clear();
        _expanded.Clear();
        _refilled.Clear();
        _ahead.Clear();
        Changed = true;
    }

    /// <summary>Values that the reverse of a loop computes again and that can be computed once before it.</summary>
    public IEnumerable<int> AheadOf(Node loop) => _ahead.TryGetValue(loop, out SortedSet<int>? values) ? values : [];

    public void ComputeAhead(Node loop, int value)
    {
        if (!_ahead.TryGetValue(loop, out SortedSet<int>? values)) _ahead.Add(loop, values = []);
        Changed |= values.Add(value);
    }
}
