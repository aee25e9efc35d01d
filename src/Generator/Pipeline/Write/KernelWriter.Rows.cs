using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Kernels of one example that the caller names, and gradients that go to a sparse row: a parameter array that is gathered by the example's
/// data is touched where it is read, and nowhere else.
/// </summary>
internal sealed partial class KernelWriter
{
    /// <summary>The argument of a kernel that is a <c>GradientRow</c>.</summary>
    public const string SparseRow = "row";

    /// <summary>The argument of a kernel that is a <c>HessianCliques</c>.</summary>
    public const string Cliques = "cliques";

    /// <summary>The argument of a kernel that is a <c>GradientRow</c> of which only the elements are named.</summary>
    public const string Touches = "touches";

    private HashSet<int>? _sparse;

    /// <summary>The argument of a kernel that is a list of the columns of entries.</summary>
    public const string Columns = "columns";

    private int _columns;

    /// <summary>Whether the kernel computes nothing but which parameters are used.</summary>
    private bool NamesParameters => _output is Cliques or Touches or Columns;

    /// <summary>Whether a gradient buffer of a sparse row is added to at places that depend on the example.</summary>
    private bool IsSparse(int buffer)
    {
        if (NamesParameters) return _function.Buffers[buffer].Kind is BufferKind.Gradient or BufferKind.Output;
        if (_output != SparseRow) return false;
        if (_sparse is null)
        {
            Loop? examples = _function.Body.Items.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples);
            HashSet<int> varying = examples is null ? [] : VaryingValues.Of(_function, examples);
            _sparse = [.. _function.Body.AllItems().OfType<Accumulate>()
                .Where(a => _function.Buffers[a.Buffer].Kind == BufferKind.Gradient && varying.Contains(a.Index)).Select(a => a.Buffer)];
        }

        return _sparse.Contains(buffer);
    }

    /// <summary>The place of an element of a parameter array in the whole row.</summary>
    private string PlaceInRow(int buffer, string index)
    {
        string offset = ParameterOffset(_function.Buffers[buffer].Argument);
        return offset == "0" ? index : index == "0" ? offset : $"{offset} + {index}";
    }

    private string RangeText(int buffer, string start, string count) => IsSparse(buffer)
        ? $"Lanes.Range(row, {PlaceInRow(buffer, start)}, {count})"
        : $"Lanes.Range({_bufferNames[buffer]}, {start}, {count})";

    private void WriteSingleExample(Loop examples)
    {
        _row = "example";
        _scalars[examples.Counter] = new Text(_row);
        DeclareRowsOfData();

        // The loop runs once: a sum from zero is its one term.
        var sums = new Dictionary<int, int>();
        foreach (Carried carried in examples.Carried)
        {
            _scalars[carried.Id] = Scalar(carried.Init);
            bool startsAtZero = _index.LetOf(carried.Init) is { Op: Op.Const, Payload: 0 };
            if (startsAtZero && _index.LetOf(carried.Next) is { Op: Op.Add } sum && _index.UsesOf(sum.Id) == 1 && (sum.A == carried.Id) != (sum.B == carried.Id))
            {
                sums.Add(sum.Id, sum.A == carried.Id ? sum.B : sum.A);
            }
        }

        foreach (Item item in examples.Body.Items)
        {
            if (item is Let let && sums.ContainsKey(let.Id)) continue;
            WriteItem(item);
        }

        foreach (Carried carried in examples.Carried) _scalars[carried.Result] = Scalar(sums.TryGetValue(carried.Next, out int term) ? term : carried.Next);
    }

    /// <summary>The current example's rows of the data columns.</summary>
    private void DeclareRowsOfData()
    {
        foreach (KeyValuePair<int, string> column in _columnNames)
        {
            if (!_function.Arguments[_function.Buffers[column.Key].Argument].IsArray) continue;
            string type = OpText.TypeName(_function.Buffers[column.Key].Type), length = _lengthTexts[column.Key];
            _code.Line($"ReadOnlySpan<{type}> {_bufferNames[column.Key]} = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref {column.Value}, (nint){_row} * {length}), {length});");
        }
    }
}
