using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>What goes through the memory of a group: tiles of products, and rows of data.</summary>
internal sealed partial class IlgpuWriter
{
    private readonly Dictionary<int, (string At, string Pitch)> _stagedAt = [];
    private int _stagedPerRow = -1;

    /// <summary>Whether the kernel that is being written does so with rows of data.</summary>
    private bool _stages;

    /// <summary>A product of a matrix that all examples share and a vector of each, or of two vectors of each, summed over the examples.</summary>
    private void WriteProduct(Contraction c)
    {
        _lane = "0";
        bool isData = _function.Buffers[c.Vector].Kind == BufferKind.Data;
        string j = ValueText(c.Rows).Code, k = ValueText(c.Columns).Code, rowStride = Stride(c.RowStride), columnStride = Stride(c.ColumnStride);
        (string array, string at) matrix = MatrixAt(c);
        string signal = $"{WorkingBase(true)} + {Parenthesized(Sum(FromLayout(_at[c.Signal], _function.Buffers[c.Signal].Name + "At"), Shift(c.SignalShift, c.SignalConstant)))} * tile";
        string s = _function.Buffers[c.Signal].Name, m = _function.Buffers[c.Matrix].Name, v = _function.Buffers[c.Vector].Name;
        string vector, vectorRow, vectorTerm;
        if (isData)
        {
            Argument argument = _function.Arguments[_function.Buffers[c.Vector].Argument];
            vector = DataAt(_function.Buffers[c.Vector].Argument);
            (vectorRow, vectorTerm) = (string.Join(" * ", argument.Dimensions.Select(ExtentName)), "1");
        }
        else
        {
            vector = $"{WorkingBase(true)} + {Parenthesized(Sum(FromLayout(_at[c.Vector], v + "At"), Shift(c.VectorShift, c.VectorConstant)))} * tile";
            (vectorRow, vectorTerm) = ("1", "tile");
        }

        string from = isData ? "data" : "scratch";
        _exchanges = true;
        _code.Gap();
        switch (c.Kind)
        {
            case ContractionKind.Forward:
                _code.Line($"// {s} = {m} · {v}, for all examples of the tile");
                Call($"{matrix.array}, {matrix.at}, {rowStride}, {columnStride}", $"{from}, {vector}, {vectorRow}, {vectorTerm}", isData ? 1 : 0, $"scratch, {signal}, tile, 1", $"{j}, examples, {k}", accumulate: false);
                break;
            case ContractionKind.Backward:
                _code.Line($"// {v} += {m}ᵀ · {s}, for all examples of the tile");
                Call($"{matrix.array}, {matrix.at}, {columnStride}, {rowStride}", $"scratch, {signal}, 1, tile", 0, $"scratch, {vector}, tile, 1", $"{k}, examples, {j}", accumulate: true);
                break;
            default:
                _code.Line($"// {m} += {s} · {v}ᵀ, over the examples of the tile");
                Call($"scratch, {signal}, tile, 1", $"{from}, {vector}, {vectorTerm}, {vectorRow}", isData ? 2 : 0, $"partials, {matrix.at}, {rowStride}, {columnStride}", $"{j}, {k}, examples", accumulate: true);
                break;
        }

        _lane = "thread";

        void Call(string left, string right, int axis, string result, string shape, bool accumulate)
        {
            _code.Line("DeviceKernels.Product(");
            _code.Line($"    new MatrixPlace({left}), new MatrixPlace({right}), {Number(axis)}, rows, gather, first,");
            _code.Line($"    new MatrixPlace({result}), {shape}, {(accumulate ? "1" : "0")}, {(_sharesGrid ? "together" : "0")}, exchange);");
        }
    }

    private bool _exchanges;

    private string Stride(int value) => value == MatrixIndex.One ? "1" : ValueText(value).Code;

    private (string Array, string At) MatrixAt(Contraction c)
    {
        BufferInfo info = _function.Buffers[c.Matrix];
        Text shift = Shift(c.Shift, c.Constant);
        if (c.Kind == ContractionKind.Weights)
        {
            _addsForGroup = true;
            string sums = SumsBase(c.Matrix, forGroup: true);
            _addsForGroup = false;
            return ("partials", Sum(sums, shift));
        }

        return info.Kind switch
        {
            BufferKind.Parameter => ("parameters", Sum(ParameterAt(info.Argument), shift)),
            BufferKind.Direction => ("direction", Sum(ParameterAt(info.Argument), shift)),
            BufferKind.Constant => ("data", Sum(DataAt(info.Argument), shift)),
            _ => ("shared", Sum(FromLayout(_at[c.Matrix], info.Name + "At"), shift)),
        };
    }

    private Text Shift(Support.EquatableArray<ShiftTerm> shift, int constant)
    {
        string text = constant == 0 ? string.Empty : Number(constant);
        foreach (ShiftTerm term in shift)
        {
            string value = term.Factor >= 0 ? $"{ValueText(term.Value).Under(Text.Product)} * {ValueText(term.Factor).RightUnder(Text.Product)}" : ValueText(term.Value).RightUnder(Text.Sum);
            text += (text.Length == 0 ? term.Sign > 0 ? string.Empty : "-" : term.Sign > 0 ? " + " : " - ") + value;
        }

        return text.Length == 0 ? new Text("0") : text.IndexOf(' ') >= 0 ? new Text(text, Text.Sum) : new Text(text);
    }

    /// <summary>Decides where rows of data lie in the memory of the group.</summary>
    private void Stage()
    {
        _stagedAt.Clear();
        int sum = -1;
        var columns = new List<(int Buffer, int Pitch, int Before)>();
        foreach (int buffer in _plan.Staged)
        {
            Argument argument = _function.Arguments[_function.Buffers[buffer].Argument];
            string width = ObjectiveModel.LengthOf(argument, ExtentAtHost);
            int pitch = _layout.Entry("pitch of " + argument.Name, $"{Parenthesized(width)} | 1", $"elements of the memory of a group for a row of {argument.Name}: odd, so that rows lie in different banks");
            int before = sum;
            sum = Entry("stage." + Number(buffer), sum < 0 ? $"layout[{Number(pitch)}]" : $"layout[{Number(sum)}] + layout[{Number(pitch)}]", $"{_name}: staged up to {argument.Name}");
            columns.Add((buffer, pitch, before));
        }

        int fits = Entry("staged", $"layout[{Number(sum)}] <= DeviceKernels.StageLength ? 1 : 0", $"{_name}: whether a row fits into the memory of a group");
        _stagedPerRow = Entry("staged per row", $"layout[{Number(fits)}] * layout[{Number(sum)}]", $"{_name}: elements staged per row");
        Declare("stage", $"ArrayView<{_real}> stage = SharedMemory.Allocate<{_real}>(DeviceKernels.StageLength);");
        foreach ((int buffer, int pitch, int before) in columns)
        {
            string name = _function.Buffers[buffer].Name;
            string pitchName = FromLayout(pitch, name + "Pitch");
            string at = before < 0 ? string.Empty : FromLayout(before, name + "StageAt");
            string begin = before < 0 ? string.Empty : _names.UniqueAtTop(name + "Stage");
            if (before >= 0) Declare(begin, $"int {begin} = {at} * tile;");
            _stagedAt.Add(buffer, (begin, pitchName));
        }
    }

    private void WriteStaging()
    {
        if (_stagedAt.Count == 0) return;
        foreach (KeyValuePair<int, (string At, string Pitch)> column in _stagedAt)
        {
            // Some neighbouring threads, a power of two, bring a row.
            Argument argument = _function.Arguments[_function.Buffers[column.Key].Argument];
            string width = string.Join(" * ", argument.Dimensions.Select(ExtentName)), e = _names.Unique("e"), r = _names.Unique("r"), lanes = _names.Unique("lanes"), row = _names.Unique("rowOf" + r);
            string length = width.IndexOf(' ') >= 0 ? _names.Unique("width") : width;
            if (length != width) _code.Line($"int {length} = {width};");
            _code.Line($"int {lanes} = DeviceKernels.Lanes({length}, threads);");
            using (_code.Block($"for (int {r} = thread / {lanes}; {r} < examples; {r} += threads / {lanes})"))
            {
                _code.Line($"int {row} = gather != 0 ? rows[first + {r}] : first + {r};");
                _code.Line($"for (int {e} = thread % {lanes}; {e} < {length}; {e} += {lanes}) stage[{(column.Value.At.Length == 0 ? string.Empty : column.Value.At + " + ")}{r} * {column.Value.Pitch} + {e}] = data[{DataAt(_function.Buffers[column.Key].Argument)} + {row} * {length} + {e}];");
            }
        }

        _code.Gap();
        Wait();
    }
}
