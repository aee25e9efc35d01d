namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>A variable of the user's method, or one that Capture made (a result, an exit flag).</summary>
/// <param name="index">Slots are merged and carried in the order of their making, so that equal source gives equal IR.</param>
internal sealed class Slot(int index, string? name)
{
    public int Index { get; } = index;

    public string? Name { get; } = name;
}

/// <summary>
/// What a variable holds at one point: a value; a span as (root buffer, offset, length), where offset and length are values; a matrix as (root
/// buffer, offset, rows, columns, stride from row to row); an aggregate of such bindings; or a function that is known.
/// </summary>
/// <remarks>
/// A struct is the aggregate of its fields; a span of structs is an aggregate of spans, one per field. Which of the two an aggregate
/// stands for is said by the type of the expression.
/// </remarks>
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

    /// <summary>The values that a binding that is no aggregate is made of.</summary>
    public IEnumerable<int> Values => IsMatrix ? [Offset, Length, Columns, Stride] : IsSpan ? [Offset, Length] : IsValue ? [Value] : [];

    public bool HasUnknownRoot => Root == Several;

    /// <summary>The parts of an aggregate, in the order of its layout.</summary>
    public Parts? Parts { get; private init; }

    /// <summary>A lambda or a method that a delegate stands for.</summary>
    public Closure? Closure { get; private init; }

    public bool IsAggregate => Parts is not null;

    /// <summary>Whether it has a value: all of its parts, for an aggregate.</summary>
    public bool IsKnown => IsValue || IsArray || Closure is not null || (Parts is { } parts && parts.Items.All(p => p.IsKnown));

    public static Binding Of(int value) => new(value, None, None, None);

    public static Binding Span(int root, int offset, int length) => new(None, root, offset, length);

    public static Binding Matrix(int root, int offset, int rows, int columns, int stride) => new(None, root, offset, rows, columns, stride);

    /// <summary>Whether the two are of one kind and refer to one array, so that one can be merged with the other value by value.</summary>
    public bool IsLike(in Binding other) => Root == other.Root && IsMatrix == other.IsMatrix && IsValue == other.IsValue && Closure == other.Closure;

    /// <summary>The same with other values, which are taken in the order of <see cref="Values"/>.</summary>
    public Binding With(Func<int> next) =>
        IsMatrix ? Matrix(Root, next(), next(), next(), next()) : IsSpan ? Span(Root, next(), next()) : IsValue ? Of(next()) : this;

    public static Binding Of(Layout layout, IEnumerable<Binding> parts) => new(None, None, None, None) { Parts = new Parts(layout, parts.ToArray()) };

    public static Binding Of(Closure closure) => new(None, None, None, None) { Closure = closure };

    /// <summary>The same aggregate with another part at an index.</summary>
    public Binding With(int index, Binding part) => Of(Parts!.Layout, Parts.Items.Select((p, i) => i == index ? part : p));

    /// <summary>The aggregate that has each of the parts changed; for anything else, what it is changed to.</summary>
    public Binding Map(Func<Binding, Binding> change) => Parts is { } parts ? Of(parts.Layout, parts.Items.Select(p => p.Map(change))) : change(this);

    /// <summary>The bindings that are no aggregates, in order.</summary>
    public IEnumerable<Binding> Leaves => Parts is { } parts ? parts.Items.SelectMany(p => p.Leaves) : [this];

    /// <summary>
    /// Joins two bindings of the same shape leaf by leaf. Where the shapes differ, which an undefined side makes them, the join is undefined.
    /// </summary>
    public static Binding Zip(Binding a, Binding b, Func<Binding, Binding, Binding> join) => (a.Parts, b.Parts) switch
    {
        ({ } x, { } y) when x.Items.Count == y.Items.Count => Of(x.Layout, x.Items.Zip(y.Items, (p, q) => Zip(p, q, join))),
        (null, null) => join(a, b),
        _ => Undefined,
    };
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

    /// <summary>Forgets the variables of an activation that has ended.</summary>
    /// <param name="index">The index of its first variable.</param>
    public void RemoveFrom(int index)
    {
        foreach (Slot slot in _bindings.Keys.Where(s => s.Index >= index).ToList()) _bindings.Remove(slot);
    }

    public Environment Copy() => new(new Dictionary<Slot, Binding>(_bindings));
}
