namespace SymbolicGD.Generator.Ir;

/// <summary>A row of a parameter array that an example touches.</summary>
/// <param name="Parameter">Index of the parameter's argument.</param>
/// <param name="Column">Index of the argument whose integers name the row; -1 for <c>[Example]</c>, the example's own number.</param>
/// <param name="Element">Which integer of the example's row of that column.</param>
internal readonly record struct GatheredRow(int Parameter, int Column, int Element);

/// <summary>
/// Parameter arrays of which an example touches only rows that its integer data name: a step over a batch can leave all other rows alone.
/// </summary>
/// <remarks>
/// A row of a matrix is named where every index is columns·k + (a counter that runs over the columns, or a constant column) with k read from data; an
/// element of a vector where every index is such a k. Any other access, one that might leave its row, say, makes the array one that is touched as a whole.
/// </remarks>
internal static class GatheredRows
{
    /// <param name="gradient">The gradient function of a loss: all that reads a parameter, or adds to its derivative.</param>
    public static IReadOnlyList<GatheredRow> Of(Function gradient)
    {
        if (gradient.Body.Items.OfType<Loop>().FirstOrDefault(l => l.IsExamples) is not { } examples) return [];
        var index = new FunctionIndex(gradient);
        var inside = new HashSet<Item>(examples.Body.AllItems(), ReferenceComparer.Instance);
        var rows = new List<GatheredRow>();
        for (int parameter = 0; parameter < gradient.Arguments.Count; parameter++)
        {
            if (gradient.Arguments[parameter] is { Role: ArgumentRole.Parameter, IsArray: true }) rows.AddRange(RowsOf(parameter));
        }

        return rows;

        IEnumerable<GatheredRow> RowsOf(int parameter)
        {
            var found = new HashSet<GatheredRow>();
            foreach (Item item in gradient.Body.AllItems())
            {
                if (item.ElementAccess() is not var (buffer, at)) continue;
                BufferInfo info = gradient.Buffers[buffer];
                if (info.Argument != parameter || info.Kind is not (BufferKind.Parameter or BufferKind.Gradient)) continue;
                if (item is Store || !inside.Contains(item) || RowOf(parameter, at) is not { } row) return [];
                found.Add(row);
            }

            return found;
        }

        GatheredRow? RowOf(int parameter, int at)
        {
            Argument array = gradient.Arguments[parameter];
            if (!array.IsMatrix) return NamedBy(parameter, at);
            var terms = new List<int>();
            int constant = 0;
            Collect(at);
            int[] named = [.. terms.Where(t => StartOfRow(array, t) >= 0)];
            int[] others = [.. terms.Where(t => StartOfRow(array, t) < 0)];
            bool inRow = others.Length == 0
                ? constant >= 0 && constant < gradient.Extents[array.Columns].Literal
                : others.Length == 1 && constant == 0 && RunsOverColumns(array, others[0]);
            return named.Length == 1 && inRow ? NamedBy(parameter, StartOfRow(array, named[0])) : null;

            void Collect(int value)
            {
                switch (index.LetOf(value))
                {
                    case { Op: Op.Add } sum:
                        Collect(sum.A);
                        Collect(sum.B);
                        break;
                    case { Op: Op.Const } number:
                        constant += (int)number.Payload;
                        break;
                    default:
                        terms.Add(value);
                        break;
                }
            }
        }

        // The k of columns·k; -1 for others.
        int StartOfRow(Argument array, int value) => index.LetOf(value) is not { Op: Op.Mul } product ? -1
            : IsColumns(array, product.A) ? product.B
            : IsColumns(array, product.B) ? product.A
            : -1;

        bool IsColumns(Argument array, int value) => index.LetOf(value) is { } let
            && (let.Op == Op.Extent ? let.Payload == array.Columns : let.Op == Op.Const && let.Payload == gradient.Extents[array.Columns].Literal);

        bool RunsOverColumns(Argument array, int value) => index.DefinitionOf(value) is Loop loop && loop.Counter == value
            && index.LetOf(loop.From) is { Op: Op.Const, Payload: >= 0 } && IsColumns(array, loop.To);

        GatheredRow? NamedBy(int parameter, int value)
        {
            if (value == examples.Counter) return new GatheredRow(parameter, -1, 0);
            if (index.DefinitionOf(value) is not Load load || gradient.Buffers[load.Buffer] is not { Kind: BufferKind.Data, Type: ScalarType.I32 } data) return null;
            return index.LetOf(load.Index) is { Op: Op.Const } element ? new GatheredRow(parameter, data.Argument, (int)element.Payload) : null;
        }
    }

    // Items are records: equal ones may stand in several places.
    private sealed class ReferenceComparer : IEqualityComparer<Item>
    {
        public static ReferenceComparer Instance { get; } = new();

        public bool Equals(Item? x, Item? y) => ReferenceEquals(x, y);

        public int GetHashCode(Item item) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(item);
    }
}
