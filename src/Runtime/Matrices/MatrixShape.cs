using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>The checks that all views of matrices share, with their messages.</summary>
internal static class MatrixShape
{
    public static void CheckDense(int length, int rows, int columns)
    {
        CheckExtents(rows, columns);
        if ((long)rows * columns != length)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"There are {length} values; a matrix of {rows} × {columns} has {(long)rows * columns}."));
        }
    }

    /// <returns>How many of the values belong to the matrix.</returns>
    public static int CheckStrided(int length, int rows, int columns, int stride)
    {
        CheckExtents(rows, columns);
        if (stride < columns)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The stride is {stride}; rows of {columns} columns would overlap."), nameof(stride));
        }

        long needed = rows == 0 || columns == 0 ? 0 : ((long)(rows - 1) * stride) + columns;
        return needed <= length
            ? (int)needed
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"There are {length} values; {rows} rows of {columns} columns with stride {stride} take {needed}."));
    }

    public static void CheckSlice(int row, int rows, int column, int columns, int ofRows, int ofColumns)
    {
        Check(nameof(row), row, rows, ofRows, "rows");
        Check(nameof(column), column, columns, ofColumns, "columns");

        static void Check(string name, int start, int count, int extent, string what)
        {
            if (start < 0 || count < 0 || (long)start + count > extent)
            {
                throw new ArgumentOutOfRangeException(
                    name, start, string.Create(CultureInfo.InvariantCulture, $"{count} {what} from {start} on are not inside a matrix with {extent} {what}."));
            }
        }
    }

    public static void CheckSame(int rows, int columns, int otherRows, int otherColumns)
    {
        if (rows != otherRows || columns != otherColumns)
        {
            throw new ArgumentException($"A matrix of {Text(rows, columns)} cannot be copied to one of {Text(otherRows, otherColumns)}.");
        }
    }

    /// <summary>The elements of a two-dimensional array, which lie row after row.</summary>
    public static Span<T> Elements<T>(T[,] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (!typeof(T).IsValueType && array.GetType() != typeof(T[,])) throw new ArrayTypeMismatchException();
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference((Array)array)), array.Length);
    }

    /// <summary>Rows, columns and row stride of a tensor; the stride is −1 where a row is not contiguous or rows overlap.</summary>
    public static (int Rows, int Columns, int Stride) OfTensor(scoped ReadOnlySpan<nint> lengths, scoped ReadOnlySpan<nint> strides)
    {
        if (lengths.Length != 2)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The tensor has {lengths.Length} dimensions; a matrix has 2."));
        }

        int rows = checked((int)lengths[0]), columns = checked((int)lengths[1]);

        // A dimension of length 1 has stride 0, whatever the memory.
        bool isRowContiguous = columns <= 1 || strides[1] == 1;
        if (rows <= 1) return (rows, columns, isRowContiguous ? columns : -1);
        return (rows, columns, isRowContiguous && strides[0] >= columns ? checked((int)strides[0]) : -1);
    }

    public static Exception NotWritable(scoped ReadOnlySpan<nint> strides) => new ArgumentException(string.Create(
        CultureInfo.InvariantCulture, $"The tensor has strides {strides[0]} and {strides[1]}: its rows are not contiguous, and a copy would lose what is written."));

    public static Exception Gaps(int columns, int stride) => new InvalidOperationException(string.Create(
        CultureInfo.InvariantCulture, $"The rows have {columns} columns and are {stride} elements apart: they are not one span."));

    [DoesNotReturn]
    public static void ThrowIndex(int row, int column, int rows, int columns) => throw new IndexOutOfRangeException(
        string.Create(CultureInfo.InvariantCulture, $"[{row}, {column}] is not inside a matrix of {rows} × {columns}."));

    [DoesNotReturn]
    public static void ThrowRow(int row, int rows) => throw new IndexOutOfRangeException(
        string.Create(CultureInfo.InvariantCulture, $"Row {row} is not inside a matrix with {rows} rows."));

    public static string Text(int rows, int columns) => string.Create(CultureInfo.InvariantCulture, $"{rows} × {columns}");

    private static void CheckExtents(int rows, int columns)
    {
        if (rows < 0 || columns < 0) throw new ArgumentException($"A matrix cannot be {Text(rows, columns)}.");
    }
}
