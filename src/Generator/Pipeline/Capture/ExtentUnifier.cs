using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// Which dimensions of array arguments are equally long. Starts from the names of <c>[Shape]</c>; members such as
/// <c>TensorPrimitives.Dot</c> add what they demand while the method is read.
/// </summary>
internal sealed class ExtentUnifier
{
    /// <param name="Array">The array argument's name, with the dimension where there are two.</param>
    /// <param name="Shape">Its name from <c>[Shape]</c>, if any.</param>
    internal readonly record struct Source(string Array, string? Shape, bool IsParameter);

    private readonly List<Source> _sources;
    private readonly int[] _parent;
    private readonly int?[] _literals;

    public ExtentUnifier(IEnumerable<Source> sources)
    {
        _sources = [.. sources];
        _parent = Enumerable.Range(0, _sources.Count).ToArray();
        _literals = new int?[_sources.Count];
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
        int literal = _literals[root] ?? -1;
        if (members.Select(m => m.Shape).FirstOrDefault(s => s is not null) is { } shape) return new Extent(shape, literal);
        string array = members.Where(m => m.IsParameter).Select(m => m.Array).FirstOrDefault() ?? members[0].Array;
        return new Extent(_sources.Any(s => s.Shape == array) ? array + "Length" : array, literal);
    });

    /// <summary>Makes two extents one. Returns null, or why they cannot be.</summary>
    public string? Unify(int extentA, int extentB)
    {
        int a = Find(Array.IndexOf(Index, extentA)), b = Find(Array.IndexOf(Index, extentB));
        if (a == b) return null;
        if (ShapeOf(a) is { } one && ShapeOf(b) is { } other) return $"one has the shape '{one}', the other '{other}'";
        if (_literals[a] is { } first && _literals[b] is { } second && first != second) return $"one has {Text(first)} elements, the other {Text(second)}";
        int root = Math.Min(a, b);
        _literals[root] = _literals[a] ?? _literals[b];
        _parent[Math.Max(a, b)] = root;
        IsStale = true;
        return null;
    }

    /// <summary>Gives an extent a constant value. Returns null, or why it cannot have it.</summary>
    public string? Fix(int extent, int literal)
    {
        int root = Find(Array.IndexOf(Index, extent));
        if (_literals[root] is { } known)
        {
            return known == literal ? null : $"{(ShapeOf(root) is { } shape ? $"'{shape}'" : "one")} has {Text(known)} elements elsewhere, here {Text(literal)}";
        }

        _literals[root] = literal;
        IsStale = true;
        return null;
    }

    /// <summary>The constant value of an extent, if it has one.</summary>
    public int? LiteralOf(int extent) => _literals[Find(Array.IndexOf(Index, extent))];

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string? ShapeOf(int root) =>
        Enumerable.Range(0, _sources.Count).Where(i => Find(i) == root).Select(i => _sources[i].Shape).FirstOrDefault(s => s is not null);

    private List<int> Roots() => Enumerable.Range(0, _sources.Count).Where(i => Find(i) == i).ToList();

    private int Find(int i)
    {
        while (_parent[i] != i) i = _parent[i];
        return i;
    }
}
