using System.Collections.Immutable;
using SymbolicGD.Generator.Support;

namespace SymbolicGD.Generator.Ir;

/// <summary>
/// Builds a <see cref="Function"/> item by item. Equal pure operations, and loads of the same version of a buffer, in the
/// same or an enclosing region are one value.
/// </summary>
/// <remarks>
/// The builder does no algebra: simplification belongs to Optimize. A store gives its buffer a new version; at the head
/// and at the end of a loop or branch every buffer written in it gets a new version, so that loads on both sides differ.
/// The caller says at <see cref="BeginLoop"/> which buffers the body writes, since the body is not known yet.
/// </remarks>
internal sealed class IrBuilder
{
    private sealed class Scope(Scope? parent)
    {
        public readonly Scope? Parent = parent;
        public readonly List<Item> Items = [];
        public readonly Dictionary<Let, int> Lets = [];
        public readonly Dictionary<Load, int> Loads = [];
    }

    private readonly List<ValueInfo> _values = [];
    private readonly List<BufferInfo> _buffers = [];
    private readonly List<int> _versions = [];
    private readonly HashSet<int> _constants = [];
    private int _nextVersion = 1;
    private Scope _scope = new(null);
    private int _branches;

    public IReadOnlyList<BufferInfo> Buffers => _buffers;

    /// <summary>How many values there are so far; the next one has this id.</summary>
    public int ValueCount => _values.Count;

    /// <summary>Whether a side of a branch is being built.</summary>
    public bool IsInBranch => _branches > 0;

    public ScalarType TypeOf(int value) => _values[value].Type;

    public string? NameOf(int value) => _values[value].Name;

    /// <summary>Names a value after the user's variable; the first name stays. Constants are many variables' start values and have no name.</summary>
    public void SetName(int value, string? name)
    {
        if (name is not null && _values[value].Name is null && !_constants.Contains(value)) _values[value] = _values[value] with { Name = name };
    }

    /// <summary>Names a value after the user's variable in place of the name that it took from the value it started with.</summary>
    public void Rename(int value, string? name) => _values[value] = _values[value] with { Name = name };

    /// <summary>Says that the function stores to every element: see <see cref="BufferInfo.Overwritten"/>.</summary>
    public void MarkOverwritten(int buffer) => _buffers[buffer] = _buffers[buffer] with { Overwritten = true };

    /// <summary>Says that a store past the end of the buffer makes it longer: see <see cref="BufferInfo.Growing"/>.</summary>
    public void MarkGrowing(int buffer, string? owner) => _buffers[buffer] = _buffers[buffer] with { Growing = true, Owner = owner };

    public int AddBuffer(string name, BufferKind kind, ScalarType type, int argument = -1, bool overwritten = false, Triangle triangle = Triangle.None)
    {
        _buffers.Add(new BufferInfo(name, kind, type, argument, overwritten, Triangle: triangle));
        _versions.Add(0);
        return _buffers.Count - 1;
    }

    public int Real(ScalarType type, double value) => Let(Op.Const, type, payload: BitConverter.DoubleToInt64Bits(value));

    public int Int(int value) => Let(Op.Const, ScalarType.I32, payload: value);

    public int Bool(bool value) => Let(Op.Const, ScalarType.Bool, payload: value ? 1 : 0);

    public int Argument(int index, ScalarType type, string name)
    {
        int id = Let(Op.Argument, type, payload: index);
        SetName(id, name);
        return id;
    }

    public int Extent(int index) => Let(Op.Extent, ScalarType.I32, payload: index);

    public int Unary(Op op, int a) => Let(op, op == Op.Not ? ScalarType.Bool : TypeOf(a), a);

    public int Binary(Op op, int a, int b) => Let(op, op.IsComparison() ? ScalarType.Bool : TypeOf(a), a, b);

    public int Select(int condition, int then, int otherwise) => Let(Op.Select, TypeOf(then), condition, then, otherwise);

    public int Fma(int a, int b, int c) => Let(Op.Fma, TypeOf(a), a, b, c);

    public int Convert(int a, ScalarType type) => TypeOf(a) == type ? a : Let(Op.Convert, type, a);

    public int Let(Op op, ScalarType type, int a = -1, int b = -1, int c = -1, long payload = 0)
    {
        if (op.IsCommutative() && a > b) (a, b) = (b, a);

        // The key has the type in place of the id: the id is what is looked up.
        var key = new Let((int)type, op, a, b, c, payload);
        for (Scope? scope = _scope; scope is not null; scope = scope.Parent)
        {
            if (scope.Lets.TryGetValue(key, out int known)) return known;
        }

        int id = NewValue(type);
        if (op == Op.Const) _constants.Add(id);
        _scope.Lets.Add(key, id);
        _scope.Items.Add(key with { Id = id });
        return id;
    }

    public int Load(int buffer, int index)
    {
        var key = new Load(0, buffer, _versions[buffer], index);
        for (Scope? scope = _scope; scope is not null; scope = scope.Parent)
        {
            if (scope.Loads.TryGetValue(key, out int known)) return known;
        }

        int id = NewValue(_buffers[buffer].Type);
        _scope.Loads.Add(key, id);
        _scope.Items.Add(key with { Id = id });
        return id;
    }

    public void Store(int buffer, int index, int value)
    {
        _scope.Items.Add(new Store(buffer, index, value));
        NewVersion(buffer);
    }

    public void Accumulate(int buffer, int index, int value)
    {
        _scope.Items.Add(new Accumulate(buffer, index, value));
        NewVersion(buffer);
    }

    public void Alloc(int buffer, int length)
    {
        _scope.Items.Add(new Alloc(buffer, length));
        NewVersion(buffer);
    }

    /// <summary>A loop whose body is being built; <see cref="EndLoop"/> closes it.</summary>
    internal sealed class OpenLoop
    {
        public int Counter;
        public int From;
        public int To;
        public bool Descending;
        public bool IsExamples;
        public int[] Carried = [];
        public int[] Inits = [];
        public int[] Written = [];

        /// <summary>One of <see cref="Carried"/> that ends the loop when it is false; see <see cref="Loop.While"/>.</summary>
        public int While = -1;

        /// <summary>See <see cref="Loop.Limited"/>.</summary>
        public string? Limited;
    }

    /// <param name="inits">Values before the first iteration of what the loop carries; more can be added with <see cref="AddCarried"/>.</param>
    /// <param name="written">Every buffer that the body stores to or accumulates into.</param>
    public OpenLoop BeginLoop(
        int from, int to, IReadOnlyList<int> inits, IEnumerable<int> written,
        bool descending = false, bool isExamples = false, string? counterName = null)
    {
        var loop = new OpenLoop
        {
            From = from,
            To = to,
            Descending = descending,
            IsExamples = isExamples,
            Written = written.Distinct().ToArray(),
            Counter = NewValue(ScalarType.I32, counterName),
            Inits = inits.ToArray(),
            Carried = inits.Select(i => NewValue(TypeOf(i))).ToArray(),
        };
        foreach (int buffer in loop.Written) NewVersion(buffer);
        _scope = new Scope(_scope);
        return loop;
    }

    /// <summary>Adds a carried value to a loop whose body is being built and returns its id inside the body.</summary>
    public int AddCarried(OpenLoop loop, int init)
    {
        int id = NewValue(TypeOf(init));
        loop.Inits = [.. loop.Inits, init];
        loop.Carried = [.. loop.Carried, id];
        return id;
    }

    /// <param name="nexts">For each carried value, what it is in the next iteration.</param>
    /// <returns>The values of the carried after the loop, in order.</returns>
    public int[] EndLoop(OpenLoop loop, IReadOnlyList<int> nexts)
    {
        Region body = CloseScope();
        int[] results = loop.Carried.Select(c => NewValue(TypeOf(c), NameOf(c))).ToArray();
        var carried = Enumerable.Range(0, loop.Inits.Length)
            .Select(k => new Carried(loop.Carried[k], loop.Inits[k], nexts[k], results[k])).ToEquatableArray();
        _scope.Items.Add(new Loop(
            loop.Counter, loop.From, loop.To, loop.Descending, loop.IsExamples, carried, body, loop.While, loop.Limited));
        foreach (int buffer in loop.Written) NewVersion(buffer);
        return results;
    }

    /// <summary>Starts a nested region; <see cref="CloseScope"/> ends it. Used for the sides of a branch.</summary>
    public void OpenScope() => _scope = new Scope(_scope);

    public Region CloseScope()
    {
        Scope scope = _scope;
        _scope = scope.Parent ?? throw new InvalidOperationException("The outermost region is closed by Finish.");
        return new Region(scope.Items.ToEquatableArray());
    }

    /// <summary>
    /// A branch: <paramref name="then"/> and <paramref name="otherwise"/> build their side and return the values it gives,
    /// equally many and of the same types.
    /// </summary>
    public int[] If(int condition, Func<IReadOnlyList<int>> then, Func<IReadOnlyList<int>> otherwise)
    {
        int[] versions = _versions.ToArray();
        _branches++;
        OpenScope();
        IReadOnlyList<int> a = then();
        Region thenRegion = CloseScope();
        int[] afterThen = _versions.ToArray();
        RestoreVersions(versions);
        OpenScope();
        IReadOnlyList<int> b = otherwise();
        Region elseRegion = CloseScope();
        _branches--;
        for (int buffer = 0; buffer < _versions.Count; buffer++)
        {
            int before = buffer < versions.Length ? versions[buffer] : 0;
            int one = buffer < afterThen.Length ? afterThen[buffer] : before;
            if (one != before || _versions[buffer] != before) NewVersion(buffer);
        }

        int[] results = a.Select((v, k) => NewValue(TypeOf(v), NameOf(v) == NameOf(b[k]) ? NameOf(v) : null)).ToArray();
        var merges = results.Select((r, k) => new Merge(r, a[k], b[k])).ToEquatableArray();
        _scope.Items.Add(new If(condition, thenRegion, elseRegion, merges));
        return results;
    }

    /// <summary>Builds the function from what was emitted so far in the outermost region.</summary>
    public Function Finish(string name, ScalarType real, IEnumerable<Argument> arguments, IEnumerable<Extent> extents, int result)
    {
        if (_scope.Parent is not null) throw new InvalidOperationException("A region is still open.");
        return new Function(
            name, real, arguments.ToEquatableArray(), extents.ToEquatableArray(), _buffers.ToEquatableArray(),
            _values.ToEquatableArray(), new Region(_scope.Items.ToEquatableArray()), result);
    }

    private int NewValue(ScalarType type, string? name = null)
    {
        _values.Add(new ValueInfo(type, name));
        return _values.Count - 1;
    }

    private void NewVersion(int buffer) => _versions[buffer] = _nextVersion++;

    private void RestoreVersions(int[] versions)
    {
        for (int i = 0; i < versions.Length; i++) _versions[i] = versions[i];
    }
}
