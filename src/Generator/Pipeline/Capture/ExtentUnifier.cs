using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Which array arguments are equally long. Starts from the names of <c>[Shape]</c>; members such as
/// <c>TensorPrimitives.Dot</c> add what they demand while the method is read.
/// </summary>
internal sealed class ExtentUnifier
{
    /// <param name="Array">The array argument's name.</param>
    /// <param name="Shape">Its name from <c>[Shape]</c>, if any.</param>
    internal readonly record struct Source(string Array, string? Shape, bool IsParameter);

    private readonly List<Source> _sources;
    private readonly int[] _parent;

    public ExtentUnifier(IEnumerable<Source> sources)
    {
        _sources = [.. sources];
        _parent = Enumerable.Range(0, _sources.Count).ToArray();
        for (int i = 0; i < _sources.Count; i++)
        {
            int first = _sources[i].Shape is null ? i : _sources.FindIndex(s => s.Shape == _sources[i].Shape);
            _parent[i] = first;
        }

        Renumber();
    }

    /// <summary>For each source, the index of its extent, as of the last <see cref="Renumber"/>.</summary>
    public int[] Index { get; private set; } = [];

    /// <summary>Whether extents were unified that still have different numbers.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Numbers the extents in the order of their first array.</summary>
    public void Renumber()
    {
        List<int> roots = Roots();
        Index = Enumerable.Range(0, _sources.Count).Select(i => roots.IndexOf(Find(i))).ToArray();
        IsStale = false;
    }

    /// <summary>The extents in the order of their numbers: named by their shape, else by the first parameter, else by the first array.</summary>
    public IEnumerable<Extent> Extents() => Roots().Select(root =>
    {
        List<Source> members = Enumerable.Range(0, _sources.Count).Where(i => Find(i) == root).Select(i => _sources[i]).ToList();
        if (members.Select(m => m.Shape).FirstOrDefault(s => s is not null) is { } shape) return new Extent(shape);
        string array = members.Where(m => m.IsParameter).Select(m => m.Array).FirstOrDefault() ?? members[0].Array;
        return new Extent(_sources.Any(s => s.Shape == array) ? array + "Length" : array);
    });

    /// <summary>Makes two extents one. Returns null, or why they cannot be.</summary>
    public string? Unify(int extentA, int extentB)
    {
        int a = Find(Array.IndexOf(Index, extentA)), b = Find(Array.IndexOf(Index, extentB));
        if (a == b) return null;
        if (ShapeOf(a) is { } one && ShapeOf(b) is { } other) return $"one has the shape '{one}', the other '{other}'";
        _parent[Math.Max(a, b)] = Math.Min(a, b);
        IsStale = true;
        return null;
    }

    private string? ShapeOf(int root) =>
        Enumerable.Range(0, _sources.Count).Where(i => Find(i) == root).Select(i => _sources[i].Shape).FirstOrDefault(s => s is not null);

    private List<int> Roots() => Enumerable.Range(0, _sources.Count).Where(i => Find(i) == i).ToList();

    private int Find(int i)
    {
        while (_parent[i] != i) i = _parent[i];
        return i;
    }
}
