namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// The table of integers that all kernels of an objective read first: extents, and where things lie. The host fills it once, by the statements that are
/// collected here.
/// </summary>
/// <param name="hasExamples">Whether the objective has examples.</param>
internal sealed class DeviceLayout(bool hasExamples)
{
    private readonly Dictionary<string, int> _entries = [];
    private readonly List<(string Value, string Comment)> _values = [("0", "how many groups the sums have places for"), (hasExamples ? "host.ExampleCount" : "0", "the number of examples"), ("0", "how many groups have come to where all meet")];

    public const int MostGroups = 0;

    public const int ExampleCount = 1;

    public const int Meeting = 2;

    public int Count => _values.Count;

    public IReadOnlyList<(string Value, string Comment)> Values => _values;

    /// <param name="key">What makes two entries the same.</param>
    /// <param name="value">C# for the host, over <c>host</c>, <c>data</c> and earlier entries of <c>layout</c>.</param>
    public int Entry(string key, string value, string comment)
    {
        if (_entries.TryGetValue(key, out int known)) return known;
        _values.Add((value, comment));
        _entries.Add(key, _values.Count - 1);
        return _values.Count - 1;
    }
}
