using System.Numerics.Tensors;

namespace SymbolicGD;

/// <summary>
/// A matrix that can be kept: row-major memory with its extents, to <see cref="ReadOnlyMatrix{T}"/> what <see cref="ReadOnlyMemory{T}"/> is to
/// <see cref="ReadOnlySpan{T}"/>. Generated objectives take constant matrices in this form.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public readonly struct MatrixMemory<T>
{
    /// <summary>A matrix over row-major memory, which is referenced, not copied.</summary>
    /// <param name="values">Exactly rows · columns values, row after row.</param>
    /// <param name="rows">The number of rows, 0 or more.</param>
    /// <param name="columns">The number of columns, 0 or more.</param>
    /// <exception cref="ArgumentException">An extent is negative, or there are not rows · columns values.</exception>
    public MatrixMemory(ReadOnlyMemory<T> values, int rows, int columns)
    {
        MatrixShape.CheckDense(values.Length, rows, columns);
        Memory = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>A copy of a matrix.</summary>
    /// <param name="matrix">The matrix, of any stride.</param>
    public MatrixMemory(ReadOnlyMatrix<T> matrix)
    {
        var values = new T[matrix.Rows * matrix.Columns];
        matrix.CopyTo(new Matrix<T>(values, matrix.Rows, matrix.Columns));
        Memory = values;
        Rows = matrix.Rows;
        Columns = matrix.Columns;
    }

    /// <summary>All elements, row after row.</summary>
    public ReadOnlyMemory<T> Memory { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>All elements, row after row.</summary>
    public ReadOnlySpan<T> Span => Memory.Span;

    /// <summary>The matrix as a view.</summary>
    public ReadOnlyMatrix<T> View => new(Memory.Span, Rows, Columns);

    /// <summary>The shape, such as <c>3 × 4</c>.</summary>
    public override string ToString() => MatrixShape.Text(Rows, Columns);

    /// <summary>A copy of a two-dimensional array.</summary>
    public static implicit operator MatrixMemory<T>(T[,] array) => new(new ReadOnlyMatrix<T>(array));

    /// <summary>A copy of a tensor of two dimensions and any strides.</summary>
    /// <exception cref="ArgumentException">The tensor has not two dimensions.</exception>
    public static implicit operator MatrixMemory<T>(Tensor<T> tensor) => new((ReadOnlyMatrix<T>)tensor);
}
