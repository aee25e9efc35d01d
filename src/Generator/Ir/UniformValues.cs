namespace SymbolicGD.Generator.Ir;

/// <summary>The values in the loop over the examples that are the same for all of them, and can be computed once, in front of that loop or behind it.</summary>
internal sealed class UniformValues
{
    private const int MostOperations = 64;

    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly HashSet<int> _inExamples;
    private readonly HashSet<int> _written;

    public UniformValues(Function function, FunctionIndex index, Loop examples)
    {
        (_function, _index) = (function, index);
        Varying = VaryingValues.Of(function, examples);
        _inExamples = [.. examples.Body.DefinedValues(), examples.Counter, .. examples.Carried.Items.Select(c => c.Id)];
        _written = [.. IrFacts.WrittenBuffers(examples.Body)];
    }

    /// <inheritdoc cref="VaryingValues.Of"/>
    public HashSet<int> Varying { get; }

    /// <summary>Whether a value is defined in the loop over the examples.</summary>
    public bool IsInExamples(int value) => _inExamples.Contains(value);

    /// <summary>Whether a value can be computed outside of the examples, from the counters of the given loops.</summary>
    public bool CanCopy(int value, IReadOnlyList<Loop> loops)
    {
        int left = MostOperations;
        return Can(value);

        bool Can(int v)
        {
            if (!_inExamples.Contains(v) || loops.Any(l => l.Counter == v)) return true;
            if (left-- == 0 || Varying.Contains(v)) return false;
            return _index.DefinitionOf(v) switch
            {
                Let let => let.Operands.All(Can),
                Load load => !_written.Contains(load.Buffer) && !_function.Buffers[load.Buffer].IsOfExample && Can(load.Index),
                _ => false,
            };
        }
    }

    /// <summary>Computes a value that <see cref="CanCopy"/> where the builder stands.</summary>
    /// <param name="map">What values from outside of the examples have become.</param>
    /// <param name="copies">What is computed there already; the counters of the loops at least.</param>
    public int Copy(int value, IrBuilder builder, Func<int, int> map, Dictionary<int, int> copies)
    {
        if (copies.TryGetValue(value, out int known)) return known;
        if (!_inExamples.Contains(value)) return map(value);
        return copies[value] = _index.DefinitionOf(value) switch
        {
            Let let => builder.Let(let.Op, _function.TypeOf(value), Operand(let.A), Operand(let.B), Operand(let.C), let.Payload),
            Load load => builder.Load(load.Buffer, Copy(load.Index, builder, map, copies)),
            _ => throw new InvalidOperationException("What is computed outside of the examples was made of operations and elements when it was recognized."),
        };

        int Operand(int operand) => operand < 0 ? -1 : Copy(operand, builder, map, copies);
    }

    /// <summary>Those of the loops whose counters the values read.</summary>
    public List<Loop> LoopsOf(IReadOnlyList<Loop> loops, IEnumerable<int> values)
    {
        var read = new HashSet<int>();
        foreach (int value in values) Collect(value);
        return [.. loops.Where(l => read.Contains(l.Counter))];

        void Collect(int value)
        {
            if (!_inExamples.Contains(value) || !read.Add(value) || _index.DefinitionOf(value) is not { } item || item is not (Let or Load)) return;
            foreach (int operand in IrFacts.Operands(item)) Collect(operand);
        }
    }

    /// <summary>Whether a loop runs from zero to a length that is known when the objective is constructed.</summary>
    public bool RunsOverExtent(Loop loop) =>
        !loop.EndsEarly && _index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 } && _index.LetOf(loop.To) is { Op: Op.Extent } or { Op: Op.Const, Payload: > 0 };

    /// <summary>Whether two lengths are the same value, or the same extent or constant.</summary>
    public bool Same(int a, int b) => a == b || (_index.LetOf(a) is { Op: Op.Extent or Op.Const } x && _index.LetOf(b) is { } y && x.Op == y.Op && x.Payload == y.Payload);
}
