using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Kernels whose examples, one by one, choose rows of the parameters by integers of the data: they name these rows while they run, check each number once, and have an
/// instantiation for rows of one vector.
/// </summary>
internal sealed partial class KernelWriter
{
    // A constant of the instantiation.
    private const string IsOneVector = "typeof(TRows) == typeof(NamedVectors)";

    /// <summary>The extent that each of some numbers of rows is checked against where it is read.</summary>
    private readonly Dictionary<int, int> _rowNumbers = [];

    /// <summary>The parameters of which the kernel names the rows that its examples touch, where it is asked for that.</summary>
    public IReadOnlyList<NamedParameter> NamedParameters { get; init; } = [];

    /// <summary>The extent that all vector loops run over, of which the kernel has an instantiation for one vector: see <see cref="OnlyExtent"/>. -1: there is none.</summary>
    public int VectorExtent { get; init; } = -1;

    /// <summary>The extent that all vector loops of a kernel run over from 0 on, if it is one; else -1.</summary>
    public static int OnlyExtent(KernelPlan plan)
    {
        var index = new FunctionIndex(plan.Function);
        int[] extents = [.. plan.Function.Body.AllItems().OfType<Loop>().Where(plan.IsVectorLoop).Select(ExtentOf).Distinct()];
        return extents.Length == 1 ? extents[0] : -1;

        int ExtentOf(Loop loop) => index.LetOf(loop.From) is { Op: Op.Const, Payload: 0 } && index.LetOf(loop.To) is { Op: Op.Extent } extent ? (int)extent.Payload : -1;
    }

    /// <summary>Numbers that the constructor has checked, because the loss uses them in any case: data may have been changed since, but one check is enough.</summary>
    private void FindRowNumbers()
    {
        foreach (NamedParameter parameter in NamedParameters)
        {
            int extent = _function.Arguments[parameter.Parameter].Extent;
            foreach (int row in parameter.Rows)
            {
                if (_index.DefinitionOf(row) is not Load load) continue;
                int column = _function.Buffers[load.Buffer].Argument;
                if (_model.Spec.IndexChecks.Data.Items.Any(use => use.Argument == column && use.Length.Extent == extent)) _rowNumbers[row] = extent;
            }
        }
    }

    private bool IsRowNumber(int value, int extent) => _rowNumbers.TryGetValue(value, out int known) && known == extent;

    /// <summary>Whether an element of a parameter, or of its gradient, has a number that is checked.</summary>
    private bool IsKnownElement(int buffer, int index) =>
        _function.Buffers[buffer] is { Kind: BufferKind.Parameter or BufferKind.Gradient } known && !IsSparse(buffer)
        && _function.Arguments[known.Argument] is { IsMatrix: false } vector && IsRowNumber(index, vector.Extent);

    /// <summary>Whether a loop runs along a row of a parameter, or of its gradient, whose number is checked.</summary>
    private bool IsKnownRow(int buffer, Affine shift)
    {
        if (_function.Buffers[buffer] is not { Kind: BufferKind.Parameter or BufferKind.Gradient } known || IsSparse(buffer)) return false;
        Argument matrix = _function.Arguments[known.Argument];
        if (!matrix.IsMatrix || shift.Constant != 0 || shift.Terms.Count() != 1 || !IsColumns(_loop.Loop.To) || _index.LetOf(_loop.Loop.From) is not { Op: Op.Const, Payload: 0 }) return false;
        (int start, int sign) = shift.Terms.First();
        return sign > 0 && _index.LetOf(start) is { Op: Op.Mul } product
            && ((IsColumns(product.A) && IsRowNumber(product.B, matrix.Extent)) || (IsColumns(product.B) && IsRowNumber(product.A, matrix.Extent)));

        bool IsColumns(int value) => _index.LetOf(value) is { Op: Op.Extent } extent && extent.Payload == matrix.Columns;
    }

    /// <summary>
    /// Whether the kernel, where it names rows, finds the values of a column side by side: a batch's are scattered over memory, and a loop of its own fetches them all at
    /// once, while the kernel would wait for one after the other (an epoch of ratings, in C on Zen 4: 1.80 → 1.40 ms).
    /// </summary>
    private bool Gathers(Argument column) => NamedParameters.Count > 0 && !column.IsArray;

    /// <summary>Where the values of the example are in such columns.</summary>
    private void WritePlace(string position)
    {
        if (!_columnNames.Keys.Any(b => Gathers(_function.Arguments[_function.Buffers[b].Argument]))) return;
        _place = _names.Unique("at");
        _code.Line($"int {_place} = NamedRows.Are<TRows>() ? {position} : {_row};");
    }

    private List<string> DeclareNames()
    {
        List<string> names = [];
        foreach (NamedParameter parameter in NamedParameters)
        {
            names.Add(_names.Unique(_function.Arguments[parameter.Parameter].Name + "Names"));
            _code.Line($"RowNames {names[names.Count - 1]} = NamedRows.Names(rows, {NumberText.Integer(_model.ParameterBlock(parameter.Parameter))});");
        }

        return names;
    }

    // A kernel is compiled for each kind of rows: in the others nothing remains of this.
    private void WriteNames(List<string> names)
    {
        if (names.Count == 0) return;
        using (Block("if (NamedRows.Are<TRows>())"))
        {
            for (int k = 0; k < names.Count; k++)
            {
                foreach (int row in NamedParameters[k].Rows) _code.Line($"{names[k]}.{(_rowNumbers.ContainsKey(row) ? "AddKnown" : "Add")}({Scalar(row)});");
            }
        }
    }

    private void EndNames(List<string> names)
    {
        if (names.Count == 0) return;
        using (Block("if (NamedRows.Are<TRows>())"))
        {
            foreach (string name in names) _code.Line($"{name}.End();");
        }
    }
}
