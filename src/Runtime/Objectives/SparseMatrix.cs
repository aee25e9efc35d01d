using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>A sparse matrix in compressed rows (CSR): a Jacobian, a Hessian, or the gradients of examples.</summary>
/// <remarks>
/// The entries of row i are at positions <c>RowStarts[i]</c> to <c>RowStarts[i + 1] - 1</c> of <see cref="ColumnIndices"/> and <see cref="Values"/>,
/// by ascending column. A matrix that is symmetric holds both triangles, and is thereby its own compressed-column form.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class SparseMatrix<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] starts;
    private int[] columns;
    private T[] values;
    private int filled;

    internal SparseMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        starts = new int[rows + 1];
        this.columns = new int[16];
        values = new T[16];
        CanAppend = true;
    }

    /// <summary>A matrix of zeros in a given pattern, which is not copied.</summary>
    internal SparseMatrix(int[] starts, int[] columns)
    {
        Rows = Columns = starts.Length - 1;
        this.starts = starts;
        this.columns = columns;
        values = new T[columns.Length];
        filled = Rows;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The number of entries that are stored.</summary>
    public int EntryCount => starts[filled];

    /// <summary>Where each row begins, and last where the last row ends: <see cref="Rows"/> + 1 positions.</summary>
    public ReadOnlySpan<int> RowStarts => starts;

    /// <summary>The column of each entry.</summary>
    public ReadOnlySpan<int> ColumnIndices => columns.AsSpan(0, EntryCount);

    /// <summary>The value of each entry.</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, EntryCount);

    /// <summary>Whether the rows can be written anew: not in a given pattern, which others may share.</summary>
    internal bool CanAppend { get; }

    internal Span<T> Entries => values.AsSpan(0, EntryCount);

    /// <summary>The element at a row and column; zero where none is stored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row or column.</exception>
    public T this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
            int position = Array.BinarySearch(columns, starts[row], starts[row + 1] - starts[row], column);
            return position < 0 ? T.Zero : values[position];
        }
    }

    /// <summary><paramref name="product"/> is overwritten with this matrix times <paramref name="vector"/>.</summary>
    /// <param name="vector">As long as the matrix has columns.</param>
    /// <param name="product">As long as the matrix has rows, apart from <paramref name="vector"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public void Multiply(ReadOnlySpan<T> vector, Span<T> product)
    {
        Check(vector, Columns, product, Rows);
        for (int i = 0; i < Rows; i++)
        {
            T sum = T.Zero;
            for (int k = starts[i]; k < starts[i + 1]; k++)
            {
                sum += values[k] * vector[columns[k]];
            }

            product[i] = sum;
        }
    }

    /// <summary><paramref name="product"/> is overwritten with the transpose of this matrix times <paramref name="vector"/>.</summary>
    /// <param name="vector">As long as the matrix has rows.</param>
    /// <param name="product">As long as the matrix has columns, apart from <paramref name="vector"/>.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the two overlap.</exception>
    public void MultiplyTransposed(ReadOnlySpan<T> vector, Span<T> product)
    {
        Check(vector, Rows, product, Columns);
        product.Clear();
        for (int i = 0; i < Rows; i++)
        {
            for (int k = starts[i]; k < starts[i + 1]; k++)
            {
                product[columns[k]] += values[k] * vector[i];
            }
        }
    }

    /// <summary>Writes the whole matrix, zeros included.</summary>
    /// <param name="dense">Row-major, <see cref="Rows"/> × <see cref="Columns"/> elements.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public void CopyTo(Span<T> dense)
    {
        if (dense.Length != (long)Rows * Columns)
        {
            throw new ArgumentException($"The destination has {dense.Length} elements; a matrix of {Rows} × {Columns} needs {(long)Rows * Columns}.", nameof(dense));
        }

        dense.Clear();
        for (int i = 0; i < Rows; i++)
        {
            for (int k = starts[i]; k < starts[i + 1]; k++)
            {
                dense[(i * Columns) + columns[k]] = values[k];
            }
        }
    }

    /// <summary>Extents and number of entries, in the invariant culture.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Rows} × {Columns}, {EntryCount} entries ({(double)EntryCount / Rows / Columns:P3})");

    /// <summary>Whether this matrix was made for a pattern with these row starts.</summary>
    internal bool HasPattern(int[] rowStarts) => ReferenceEquals(starts, rowStarts);

    /// <summary>Drops all rows, so that as many can be appended again.</summary>
    internal void Restart()
    {
        filled = 0;
        EntriesOf = null;
    }

    /// <summary>The objective whose entries these are, one for one and in its order; null where it is not known to be so.</summary>
    internal object? EntriesOf { get; set; }

    /// <summary>Whether this is a whole matrix whose entries are those of an objective: others of it differ in the values alone.</summary>
    internal bool HasEntriesOf(object objective) => ReferenceEquals(EntriesOf, objective) && filled == Rows;

    /// <summary>Appends the touched elements of a row, which is left in ascending order.</summary>
    internal void Append(GradientRow<T> row)
    {
        row.Sort();
        Span<T> entries = Append(row.Touched);
        for (int e = 0; e < entries.Length; e++)
        {
            entries[e] = row[row.Touched[e]];
        }
    }

    /// <summary>Appends a row with entries in the given columns, which ascend.</summary>
    /// <returns>The values of the entries, to be set.</returns>
    internal Span<T> Append(ReadOnlySpan<int> ascending)
    {
        int at = starts[filled], end = checked(at + ascending.Length);
        if (end > columns.Length)
        {
            int capacity = (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * columns.Length));
            Array.Resize(ref columns, capacity);
            Array.Resize(ref values, capacity);
        }

        ascending.CopyTo(columns.AsSpan(at));
        starts[++filled] = end;
        return values.AsSpan(at, ascending.Length);
    }

    private static void Check(ReadOnlySpan<T> vector, int length, Span<T> product, int productLength)
    {
        if (vector.Length != length)
        {
            throw new ArgumentException($"vector has {vector.Length} elements; this product takes {length}.", nameof(vector));
        }

        if (product.Length != productLength)
        {
            throw new ArgumentException($"product has {product.Length} elements; this product has {productLength}.", nameof(product));
        }

        if (vector.Overlaps(product))
        {
            throw new ArgumentException("The product overlaps the vector; it needs memory of its own.", nameof(product));
        }
    }
}
