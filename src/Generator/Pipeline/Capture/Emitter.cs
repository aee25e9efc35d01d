using Microsoft.CodeAnalysis;
using SymbolicGD.Generator.Diagnostics;
using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Capture;

/// <summary>
/// <see cref="IrBuilder"/> with folding of integer constants, so that addresses and bounds come out as <c>offset + i</c> and
/// not as <c>0 + i·1</c>, and with knowledge of which values are extents.
/// </summary>
/// <remarks>Only integers are folded, where it is exact. Algebra on reals belongs to Optimize.</remarks>
internal sealed class Emitter
{
    private readonly Dictionary<int, int> _constants = [];
    private readonly Dictionary<int, int> _extents = [];
    private readonly Dictionary<int, bool> _bools = [];
    private readonly IndexNotes _notes = new();

    private readonly Dictionary<int, SyntaxNode> _sites = [];

    public IrBuilder Builder { get; } = new();

    /// <summary>Says that the values made since there were <paramref name="from"/> of them come from a piece of source, but for those of smaller pieces.</summary>
    public void NoteSite(SyntaxNode source, int from)
    {
        for (int value = from; value < Builder.ValueCount; value++)
        {
            if (!_sites.ContainsKey(value)) _sites.Add(value, source);
        }
    }

    /// <summary>Where the operations come from whose derivative may not be finite, and squares of norms.</summary>
    public IEnumerable<ValueSite> SitesIn(Function function)
    {
        HashSet<int> norms = [.. IrFacts.Walk(function.Body).OfType<Let>().Where(l => l.Op == Op.Norm).Select(l => l.Id)];
        foreach (Let let in IrFacts.Walk(function.Body).OfType<Let>())
        {
            bool isSquare = let.Op == Op.Mul && let.A == let.B && norms.Contains(let.A);
            bool isHazard = isSquare || let.Op is Op.Div or Op.Sqrt or Op.Log or Op.Log2 or Op.Log10 or Op.Log1p or Op.Cbrt or Op.Asin or Op.Acos or Op.Atanh or Op.Acosh
                or Op.Atan2 or Op.Pow or Op.LogGamma or Op.Digamma or Op.Trigamma or Op.Polygamma;
            if (!isHazard || !function.TypeOf(let.Id).IsReal() || !_sites.TryGetValue(let.Id, out SyntaxNode? source)) continue;
            yield return new ValueSite(let.Id, source.SyntaxTree.FilePath, source.SpanStart, source.Span.Length, Refusal.Text(source));
        }
    }

    /// <summary>What was noted by <see cref="UseIndex"/>.</summary>
    public IndexChecks IndexChecks => _notes.Checks;

    public ScalarType TypeOf(int value) => Builder.TypeOf(value);

    public int Int(int value)
    {
        int id = Builder.Int(value);
        _constants[id] = value;
        return id;
    }

    public int Extent(int index)
    {
        int id = Builder.Extent(index);
        _extents[id] = index;
        return id;
    }

    /// <summary>The index of the extent that a value is, or null.</summary>
    public int? ExtentOf(int value) => _extents.TryGetValue(value, out int index) ? index : null;

    public int? IntOf(int value) => _constants.TryGetValue(value, out int constant) ? constant : null;

    public int Constant(ScalarType type, double value) => type switch
    {
        ScalarType.I32 => Int((int)value),
        ScalarType.Bool => Bool(value != 0),
        ScalarType.F32 => Builder.Real(type, (float)value),
        _ => Builder.Real(type, value),
    };

    public int Bool(bool value)
    {
        int id = Builder.Bool(value);
        _bools[id] = value;
        return id;
    }

    /// <summary>What a condition is known to be while the method is read: comparisons of integers that are known, and their connections.</summary>
    public bool? BoolOf(int value) => _bools.TryGetValue(value, out bool known) ? known : null;

    public int Compare(Op op, int a, int b)
    {
        if (IntOf(a) is not { } x || IntOf(b) is not { } y) return Builder.Binary(op, a, b);
        return Bool(op switch
        {
            Op.Lt => x < y,
            Op.Le => x <= y,
            Op.Eq => x == y,
            _ => x != y,
        });
    }

    public int And(int a, int b) =>
        BoolOf(a) is { } x ? (x ? b : Bool(false)) : BoolOf(b) is { } y ? (y ? a : Bool(false)) : Builder.Binary(Op.And, a, b);

    public int Or(int a, int b) =>
        BoolOf(a) is { } x ? (x ? Bool(true) : b) : BoolOf(b) is { } y ? (y ? Bool(true) : a) : Builder.Binary(Op.Or, a, b);

    public int Not(int a) => BoolOf(a) is { } known ? Bool(!known) : Builder.Unary(Op.Not, a);

    /// <summary>exp of how far a term is below the largest one.</summary>
    public int Weight(int below) => Builder.Let(Op.Exp, Builder.TypeOf(below), below, payload: OpFacts.Weight);

    public int Unary(Op op, int a) => op == Op.Neg && IntOf(a) is int k ? Int(unchecked(-k)) : Builder.Unary(op, a);

    public int Binary(Op op, int a, int b)
    {
        if (TypeOf(a) == ScalarType.I32)
        {
            int? x = IntOf(a), y = IntOf(b);
            switch (op)
            {
                case Op.Add when x is int i && y is int j: return Int(unchecked(i + j));
                case Op.Sub when x is int i && y is int j: return Int(unchecked(i - j));
                case Op.Mul when x is int i && y is int j: return Int(unchecked(i * j));
                case Op.Div when x is int i && y is int j && j is not (0 or -1): return Int(i / j);
                case Op.Add when x == 0: return b;
                case Op.Add or Op.Sub when y == 0: return a;
                case Op.Mul or Op.Div when y == 1: return a;
                case Op.Mul when x == 1: return b;
            }
        }

        int result = Builder.Binary(op, a, b);
        if (op == Op.Add && IntOf(b) is { } after) _notes.AddShifted(result, a, after);
        if (op == Op.Add && IntOf(a) is { } before) _notes.AddShifted(result, b, before);
        if (op == Op.Sub && IntOf(b) is { } less) _notes.AddShifted(result, a, -less);
        return result;
    }

    public int Add(int a, int b) => Binary(Op.Add, a, b);

    public int Sub(int a, int b) => Binary(Op.Sub, a, b);

    public int Mul(int a, int b) => Binary(Op.Mul, a, b);

    public int Load(in Binding span, int index)
    {
        int id = Builder.Load(span.Root, Add(span.Offset, index));
        BufferInfo buffer = Builder.Buffers[span.Root];
        if (buffer is { Type: ScalarType.I32, Kind: BufferKind.Data or BufferKind.Constant }) _notes.AddElement(id, buffer.Argument);
        return id;
    }

    /// <summary>
    /// Notes that a value indexes something of the given length. Where it is an element of integer data or a counter, and is used whatever the
    /// data are, it can be checked before anything runs.
    /// </summary>
    public void UseIndex(int index, int length)
    {
        if (!Builder.IsInBranch && LengthOf(length) is { } known) _notes.Use(index, known);
    }

    /// <param name="runsThrough">Whether the counter takes all values from one bound to the other.</param>
    public void EnterLoop(int counter, int from, int to, bool runsThrough) =>
        _notes.EnterLoop(counter, Builder.NameOf(counter), runsThrough ? IntOf(from) : null, LengthOf(to));

    public void LeaveLoop() => _notes.LeaveLoop();

    private LengthRef? LengthOf(int value) => ExtentOf(value) is { } extent ? new(extent, -1) : IntOf(value) is { } literal ? new(-1, literal) : null;

    public void Store(in Binding span, int index, int value) => Builder.Store(span.Root, Add(span.Offset, index), value);

    /// <summary>The element of a span; of a span of structs the aggregate of the elements of its fields.</summary>
    public Binding LoadElement(Binding span, int index) => span.Map(s => Binding.Of(Load(s, index)));

    public void StoreElement(Binding span, int index, Binding value) => Binding.Zip(span, value, (s, v) =>
    {
        Store(s, index, v.Value);
        return s;
    });

    public Binding Slice(Binding span, int start, int length) => span.Map(s => Binding.Span(s.Root, Add(s.Offset, start), length));

    /// <summary>A new local array of the given length, filled with zeros.</summary>
    public Binding Alloc(string name, ScalarType type, int length)
    {
        int buffer = Builder.AddBuffer(name, BufferKind.Local, type);
        Builder.Alloc(buffer, length);
        return Binding.Span(buffer, Int(0), length);
    }

    /// <summary>A new local matrix of the given extents, filled with zeros.</summary>
    public Binding Alloc(string name, ScalarType type, int rows, int columns)
    {
        Binding all = Alloc(name, type, Mul(rows, columns));
        return Binding.Matrix(all.Root, all.Offset, rows, columns, columns);
    }

    /// <summary>A loop over 0 ≤ i &lt; length that carries one value.</summary>
    public int Reduce(int length, int init, Func<int, int, int> next, int from = 0)
    {
        IrBuilder.OpenLoop loop = Builder.BeginLoop(Int(from), length, [init], []);
        return Builder.EndLoop(loop, [next(loop.Carried[0], loop.Counter)])[0];
    }

    /// <summary>A loop over 0 ≤ i &lt; length that writes into one buffer.</summary>
    public void Map(int length, in Binding destination, Func<int, int> element)
    {
        IrBuilder.OpenLoop loop = Builder.BeginLoop(Int(0), length, [], [destination.Root]);
        Store(destination, loop.Counter, element(loop.Counter));
        Builder.EndLoop(loop, []);
    }
}
