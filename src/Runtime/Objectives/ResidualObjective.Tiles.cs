using System.Numerics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

public abstract partial class ResidualObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Pool<Reader>? readers;

    /// <summary>
    /// Where the rows of one example's Jacobian have the same entries for every example: where the entries of each of its residuals begin, and last their number.
    /// Empty, which is the default, where they have not.
    /// </summary>
    protected virtual ReadOnlySpan<int> EntryStarts => [];

    /// <summary>For each entry the number of the place where it stands, which entries of two residuals may share. Empty, which is the default: the entry's own number.</summary>
    protected virtual ReadOnlySpan<int> EntryPlaces => [];

    /// <summary>Whether the places are in the same columns for every example. False by default.</summary>
    protected virtual bool PlacesAreFixed => false;

    /// <summary>The columns of the places where the entries of one example stand. Called only where <see cref="EntryStarts"/> is not empty.</summary>
    /// <param name="example">The index of an example, checked.</param>
    /// <param name="columns">As many as there are places; every element is to be overwritten. A column may occur twice in a row: the entries add up.</param>
    protected virtual void PlaceColumnsCore(int example, Span<int> columns) => throw NoEntries();

    /// <summary>The residuals of some examples, and after them the entries of their Jacobian. Called only where <see cref="EntryStarts"/> is not empty.</summary>
    /// <param name="parameters">As long as the parameter vector.</param>
    /// <param name="rows">The examples, at most 64.</param>
    /// <param name="tile">Of undefined content; every number of every example is to be overwritten.</param>
    /// <param name="workspace">Scratch memory as for <see cref="HostObjective{T}.ValueCore"/>.</param>
    protected virtual void JacobianTileCore(ReadOnlySpan<T> parameters, ExampleRows rows, JacobianTile<T> tile, Span<T> workspace) => throw NoEntries();

    private Pool<Reader> Readers => readers ?? Interlocked.CompareExchange(ref readers, new Pool<Reader>(() => new Reader(this)), null) ?? readers;

    private static NotSupportedException NoEntries() => new("An objective whose rows have fixed entries overrides what is asked of them.");

    /// <summary>Goes through examples: gives their residuals and the rows of their Jacobian, computed for many of them at once where the objective can.</summary>
    private sealed class Reader
    {
        private readonly ResidualObjective<T> objective;
        private readonly int[] starts;
        private readonly int[] places;
        private readonly int[] placeColumns;
        private readonly int[] columns;
        private readonly AlignedBuffer<T> numbers;
        private int first;
        private int filled;
        private int example;

        public Reader(ResidualObjective<T> objective)
        {
            this.objective = objective;
            starts = objective.EntryStarts.ToArray();
            columns = new int[Entries];
            places = objective.EntryPlaces.IsEmpty ? [.. Enumerable.Range(0, Entries)] : objective.EntryPlaces.ToArray();
            placeColumns = new int[places.DefaultIfEmpty(-1).Max() + 1];
            HasDenseRows = IsTiled && objective.PlacesAreFixed && AreDense();
            numbers = new AlignedBuffer<T>(IsTiled ? JacobianTile<T>.LengthFor(objective.ResidualsPerExample + Entries) : objective.ResidualsPerExample);
        }

        /// <summary>Whether the objective computes residuals and entries together.</summary>
        public bool IsTiled => starts.Length > 0;

        /// <summary>Whether the entries of each row are all its columns in order, for every example.</summary>
        public bool HasDenseRows { get; }

        private int Entries => IsTiled ? starts[^1] : 0;

        /// <summary>Forgets what was computed, at another point.</summary>
        public void Start() => filled = 0;

        /// <summary>Makes an example the current one: they are best taken in order. Its residuals are asked for only if they are needed.</summary>
        public void MoveTo(ReadOnlySpan<T> parameters, int index, bool needsResiduals, Span<T> workspace)
        {
            example = index;
            if (!IsTiled)
            {
                if (needsResiduals)
                {
                    objective.ResidualCore(parameters, index, numbers.Span, workspace);
                }
            }
            else if (index < first || index >= first + filled)
            {
                Fill(parameters, index, workspace);
            }
        }

        /// <summary>Computes one example alone.</summary>
        public void MoveToOne(ReadOnlySpan<T> parameters, int index, Span<T> workspace)
        {
            if (IsTiled)
            {
                example = first = index;
                filled = 1;
                objective.JacobianTileCore(parameters, new ExampleRows([index]), new JacobianTile<T>(numbers.Span), workspace);
            }
            else
            {
                MoveTo(parameters, index, needsResiduals: true, workspace);
            }
        }

        public T Residual(int output) => IsTiled ? Number(output) : numbers.Span[output];

        /// <summary>The gradient of a residual of the current example.</summary>
        public void Row(ReadOnlySpan<T> parameters, int output, GradientRow<T> row, Span<T> workspace)
        {
            if (!IsTiled)
            {
                objective.ResidualRowCore(parameters, example, output, row, workspace);
                return;
            }

            NameColumns();
            for (int e = starts[output]; e < starts[output + 1]; e++)
            {
                row.Add(columns[e], Number(objective.ResidualsPerExample + e));
            }
        }

        /// <summary>The columns of the entries of a row, if they ascend; else false.</summary>
        public bool TryColumns(int output, out ReadOnlySpan<int> ascending)
        {
            if (output == 0)
            {
                NameColumns();
            }

            ascending = columns.AsSpan(starts[output]..starts[output + 1]);
            for (int e = 1; e < ascending.Length; e++)
            {
                if (ascending[e] <= ascending[e - 1])
                {
                    return false;
                }
            }

            return true;
        }

        /// <summary>The entries of a row, in order.</summary>
        public void CopyEntries(int output, Span<T> destination)
        {
            for (int e = 0; e < destination.Length; e++)
            {
                destination[e] = Number(objective.ResidualsPerExample + starts[output] + e);
            }
        }

        /// <summary>A whole row of the Jacobian.</summary>
        public void CopyRow(int output, Span<T> destination)
        {
            if (output == 0)
            {
                NameColumns();
            }

            destination.Clear();
            for (int e = starts[output]; e < starts[output + 1]; e++)
            {
                destination[columns[e]] += Number(objective.ResidualsPerExample + e);
            }
        }

        /// <summary>The entries of all examples, row by row, and their residuals if there is a place for them.</summary>
        public void CopyAllEntries(ReadOnlySpan<T> parameters, Span<T> destination, Span<T> residuals, Span<T> workspace)
        {
            int entries = Entries, m = objective.ResidualsPerExample;
            for (int i = 0; i < objective.ExampleCount; i += JacobianTile<T>.Examples)
            {
                Fill(parameters, i, workspace);
                var tile = new JacobianTile<T>(numbers.Span);
                if (entries > 0)
                {
                    tile.CopyExamples(m, entries, filled, destination.Slice(first * entries, filled * entries));
                }

                if (!residuals.IsEmpty)
                {
                    tile.CopyExamples(0, m, filled, residuals.Slice(first * m, filled * m));
                }
            }
        }

        private bool AreDense()
        {
            NameColumns();
            int length = objective.Layout.Length;
            for (int k = 0; k < objective.ResidualsPerExample; k++)
            {
                if (!columns.AsSpan(starts[k]..starts[k + 1]).SequenceEqual(Enumerable.Range(0, length).ToArray()))
                {
                    return false;
                }
            }

            return true;
        }

        private void NameColumns()
        {
            objective.PlaceColumnsCore(example, placeColumns);
            for (int e = 0; e < columns.Length; e++)
            {
                columns[e] = placeColumns[places[e]];
            }
        }

        private T Number(int number) => new JacobianTile<T>(numbers.Span).Of(number)[example - first];

        // As many examples as fit, from this one on; the last of them are computed again rather than few alone.
        private void Fill(ReadOnlySpan<T> parameters, int index, Span<T> workspace)
        {
            int total = objective.ExampleCount;
            filled = Math.Min(total, JacobianTile<T>.Examples);
            first = Math.Min(index, total - filled);
            objective.JacobianTileCore(parameters, new ExampleRows(total, first, filled), new JacobianTile<T>(numbers.Span), workspace);
        }
    }
}
