using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>
/// A read-only view of a matrix: rows of equal length, each contiguous, at a fixed distance (the stride) from one another.
/// It lives on the stack, as spans do; <see cref="MatrixMemory{T}"/> is what can be kept.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public readonly ref struct ReadOnlyMatrix<T>
{
    private readonly ReadOnlySpan<T> _values;

    /// <summary>A view of row-major values without gaps.</summary>
    /// <param name="values">Exactly rows · columns values, row after row.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <exception cref="ArgumentException">An extent is negative, or there are not rows · columns values.</exception>
    public ReadOnlyMatrix(ReadOnlySpan<T> values, int rows, int columns)
    {
        MatrixShape.CheckDense(values.Length, rows, columns);
        _values = values;
        Rows = rows;
        Columns = columns;
        Stride = columns;
    }

    /// <summary>A view of rows that are <paramref name="stride"/> elements apart.</summary>
    /// <param name="values">At least (rows − 1) · stride + columns values.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <param name="stride">The distance from one row's first element to the next row's: <paramref name="columns"/> or more.</param>
    /// <exception cref="ArgumentException">An extent is negative, the stride is less than the columns, or there are too few values.</exception>
    public ReadOnlyMatrix(ReadOnlySpan<T> values, int rows, int columns, int stride)
    {
        _values = values[..MatrixShape.CheckStrided(values.Length, rows, columns, stride)];
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>A view of a two-dimensional array.</summary>
    /// <param name="array">The array, which is not copied.</param>
    public ReadOnlyMatrix(T[,] array)
        : this(MatrixShape.Elements(array), array.GetLength(0), array.GetLength(1))
    {
    }

    private ReadOnlyMatrix(ReadOnlySpan<T> values, int rows, int columns, int stride, bool isChecked)
    {
        _ = isChecked;
        _values = values;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns: the length of each row.</summary>
    public int Columns { get; }

    /// <summary>The distance, in elements, from one row's first element to the next row's.</summary>
    public int Stride { get; }

    /// <summary>Whether row follows row without a gap, so that <see cref="AsSpan"/> is possible.</summary>
    public bool IsContiguous => Stride == Columns || Rows <= 1;

    /// <summary>One element.</summary>
    /// <exception cref="IndexOutOfRangeException">Either index is outside of the matrix.</exception>
    public ref readonly T this[int row, int column]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)row >= (uint)Rows || (uint)column >= (uint)Columns) MatrixShape.ThrowIndex(row, column, Rows, Columns);
            return ref Unsafe.Add(ref MemoryMarshal.GetReference(_values), ((nint)row * Stride) + column);
        }
    }

    /// <summary>One row, as a span over the same memory.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such row.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Row(int row)
    {
        if ((uint)row >= (uint)Rows) MatrixShape.ThrowRow(row, Rows);
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetReference(_values), (nint)row * Stride), Columns);
    }

    /// <summary>A part of the matrix: some consecutive rows and columns, over the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the matrix.</exception>
    public ReadOnlyMatrix<T> Slice(int row, int rows, int column, int columns)
    {
        MatrixShape.CheckSlice(row, rows, column, columns, Rows, Columns);
        if (rows == 0 || columns == 0) return new ReadOnlyMatrix<T>([], rows, columns);
        return new ReadOnlyMatrix<T>(_values.Slice((row * Stride) + column, ((rows - 1) * Stride) + columns), rows, columns, Stride, isChecked: true);
    }

    /// <summary>All elements, row after row, over the same memory.</summary>
    /// <exception cref="InvalidOperationException">There are gaps between the rows.</exception>
    public ReadOnlySpan<T> AsSpan() => IsContiguous ? _values : throw MatrixShape.Gaps(Columns, Stride);

    /// <summary>Copies all elements, row by row.</summary>
    /// <param name="destination">As many rows and columns.</param>
    /// <exception cref="ArgumentException">The destination has another shape.</exception>
    public void CopyTo(Matrix<T> destination)
    {
        MatrixShape.CheckSame(Rows, Columns, destination.Rows, destination.Columns);
        for (int i = 0; i < Rows; i++) Row(i).CopyTo(destination.Row(i));
    }

    /// <summary>A copy as a two-dimensional array.</summary>
    public T[,] ToArray()
    {
        var copy = new T[Rows, Columns];
        CopyTo(new Matrix<T>(copy));
        return copy;
    }

    /// <summary>The shape, such as <c>3 × 4</c>.</summary>
    public override string ToString() => MatrixShape.Text(Rows, Columns);

    /// <summary>A view of a two-dimensional array, which is not copied.</summary>
    public static implicit operator ReadOnlyMatrix<T>(T[,] array) => new(array);

    /// <summary>A view of a tensor of two dimensions; a copy of it where its rows are not contiguous.</summary>
    /// <exception cref="ArgumentException">The tensor has not two dimensions.</exception>
    public static implicit operator ReadOnlyMatrix<T>(ReadOnlyTensorSpan<T> tensor)
    {
        (int rows, int columns, int stride) = MatrixShape.OfTensor(tensor.Lengths, tensor.Strides);
        if (rows == 0 || columns == 0) return new ReadOnlyMatrix<T>([], rows, columns);
        if (stride >= 0)
        {
            ref readonly T first = ref tensor.GetPinnableReference();
            return new ReadOnlyMatrix<T>(MemoryMarshal.CreateReadOnlySpan(in first, ((rows - 1) * stride) + columns), rows, columns, stride, isChecked: true);
        }

        var copy = new T[checked(rows * columns)];
        tensor.FlattenTo(copy);
        return new ReadOnlyMatrix<T>(copy, rows, columns);
    }

    /// <summary>A view of a tensor of two dimensions; a copy of it where its rows are not contiguous.</summary>
    /// <exception cref="ArgumentException">The tensor has not two dimensions.</exception>
    public static implicit operator ReadOnlyMatrix<T>(TensorSpan<T> tensor) => (ReadOnlyTensorSpan<T>)tensor;

    /// <summary>A view of a tensor of two dimensions; a copy of it where its rows are not contiguous.</summary>
    /// <exception cref="ArgumentException">The tensor has not two dimensions.</exception>
    public static implicit operator ReadOnlyMatrix<T>(Tensor<T> tensor) =>
        (tensor ?? throw new ArgumentNullException(nameof(tensor))).AsReadOnlyTensorSpan();
}
