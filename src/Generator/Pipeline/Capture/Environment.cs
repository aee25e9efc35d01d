namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>A variable of the user's method, or one that Capture made (a result, an exit flag).</summary>
/// <param name="index">Slots are merged and carried in the order of their making, so that equal source gives equal IR.</param>
internal sealed class Slot(int index, string? name)
{
    public int Index { get; } = index;

    public string? Name { get; } = name;
}

/// <summary>
/// What a variable holds at one point: a value, or a span as (root buffer, offset, length), where offset and length are values; or a matrix
/// as (root buffer, offset, rows, columns, stride from row to row).
/// </summary>
internal readonly record struct Binding(int Value, int Root, int Offset, int Length, int Columns = -1, int Stride = -1)
{
    private const int None = -1;
    private const int Several = -2;

    /// <summary>No value on some path that leads here.</summary>
    public static Binding Undefined { get; } = new(None, None, None, None);

    /// <summary>A span that refers to different arrays on different paths.</summary>
    public static Binding UnknownRoot { get; } = new(None, Several, None, None);

    public bool IsValue => Value >= 0;

    public bool IsSpan => Root >= 0 && Columns < 0;

    public bool IsMatrix => Root >= 0 && Columns >= 0;

    /// <summary>A span or a matrix.</summary>
    public bool IsArray => Root >= 0;

    /// <summary>The number of rows of a matrix.</summary>
    public int Rows => Length;

    /// <summary>The values that the binding is made of.</summary>
    public IEnumerable<int> Parts => IsMatrix ? [Offset, Length, Columns, Stride] : IsSpan ? [Offset, Length] : [Value];

    public bool HasUnknownRoot => Root == Several;

    public static Binding Of(int value) => new(value, None, None, None);

    public static Binding Span(int root, int offset, int length) => new(None, root, offset, length);

    public static Binding Matrix(int root, int offset, int rows, int columns, int stride) => new(None, root, offset, rows, columns, stride);

    /// <summary>Whether the two are of one kind and refer to one array, so that one can be merged with the other part by part.</summary>
    public bool IsLike(in Binding other) => Root == other.Root && IsMatrix == other.IsMatrix && IsValue == other.IsValue;

    /// <summary>The same with other parts, which are taken in the order of <see cref="Parts"/>.</summary>
    public Binding With(Func<int> next) =>
        IsMatrix ? Matrix(Root, next(), next(), next(), next()) : IsSpan ? Span(Root, next(), next()) : Of(next());
}

/// <summary>The bindings of the variables that are in scope; copied where control flow splits.</summary>
internal sealed class Environment
{
    private readonly Dictionary<Slot, Binding> _bindings;

    public Environment() => _bindings = [];

    private Environment(Dictionary<Slot, Binding> bindings) => _bindings = bindings;

    public Binding this[Slot slot]
    {
        get => _bindings.TryGetValue(slot, out Binding binding) ? binding : Binding.Undefined;
        set => _bindings[slot] = value;
    }

    public bool Contains(Slot slot) => _bindings.ContainsKey(slot);

    public void Remove(Slot slot) => _bindings.Remove(slot);

    /// <summary>Every variable that is declared, in the order of declaration.</summary>
    public IEnumerable<Slot> Slots => _bindings.Keys.OrderBy(s => s.Index);

    public Environment Copy() => new(new Dictionary<Slot, Binding>(_bindings));
}
