using System.Numerics.Tensors;
using SymbolicGD;
using Xunit;

namespace RuntimeTests.Matrices;

public sealed class MatrixTests
{
    private static readonly double[] s_six = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void ADenseViewReadsRowByRow()
    {
        var m = new ReadOnlyMatrix<double>(s_six, 2, 3);
        Assert.Equal((2, 3, 3), (m.Rows, m.Columns, m.Stride));
        Assert.Equal(6, m[1, 2]);
        Assert.Equal([4, 5, 6], m.Row(1).ToArray());
        Assert.Equal(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, m.ToArray());
        Assert.Equal("2 × 3", m.ToString());
    }

    [Fact]
    public void AStrideSkipsWhatLiesBetweenTheRows()
    {
        double[] values = [.. s_six];
        var m = new Matrix<double>(values, 2, 2, stride: 4);
        Assert.Equal([5, 6], m.Row(1).ToArray());
        m[1, 0] = 7;
        m.Row(0).Fill(0);
        Assert.Equal([0, 0, 3, 4, 7, 6], values);
        Assert.False(m.IsContiguous);
        Assert.Throws<InvalidOperationException>(() => new Matrix<double>(values, 2, 2, 4).AsSpan());
        m.Clear();
        Assert.Equal([0, 0, 3, 4, 0, 0], values);
    }

    [Fact]
    public void ATwoDimensionalArrayIsViewedNotCopied()
    {
        double[,] array = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
        Matrix<double> m = array;
        m[2, 1] = 9;
        ReadOnlyMatrix<double> read = m;
        Assert.Equal(9, array[2, 1]);
        Assert.Equal([5, 9], read.Row(2).ToArray());
    }

    [Fact]
    public void ASliceIsAViewOfThePart()
    {
        var m = new Matrix<double>([.. s_six], 2, 3);
        Matrix<double> part = m.Slice(0, 2, 1, 2);
        part[1, 1] = 8;
        Assert.Equal(8, m[1, 2]);
        Assert.Equal(new double[,] { { 2, 3 }, { 5, 8 } }, part.ToArray());
        Assert.Equal(0, m.Slice(2, 0, 0, 3).Rows);
    }

    [Fact]
    public void TensorsAreViewedWhereTheirRowsAreContiguousAndCopiedElsewhere()
    {
        double[] values = [1, 2, 3, 4, 5, 6];
        Tensor<double> tensor = Tensor.Create(values, [2, 3]);
        ReadOnlyMatrix<double> view = tensor;
        Assert.Equal(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, view.ToArray());
        ReadOnlyMatrix<double> strided = new ReadOnlyTensorSpan<double>(values, [2, 2], [3, 1]);
        Assert.Equal(3, strided.Stride);
        Assert.Equal(new double[,] { { 1, 2 }, { 4, 5 } }, strided.ToArray());
        ReadOnlyMatrix<double> turned = new ReadOnlyTensorSpan<double>(values, [3, 2], [1, 3]);
        Assert.Equal(new double[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } }, turned.ToArray());
        ReadOnlyMatrix<double> repeated = new ReadOnlyTensorSpan<double>(values, [2, 3], [0, 1]);
        Assert.Equal(new double[,] { { 1, 2, 3 }, { 1, 2, 3 } }, repeated.ToArray());
        Matrix<double> writable = new TensorSpan<double>(values, [2, 2], [3, 1]);
        writable[1, 1] = 50;
        Assert.Equal(50, values[4]);
        Assert.Throws<ArgumentException>(() => { Matrix<double> _ = new TensorSpan<double>(values, [3, 2], [1, 3]); });
        Assert.Throws<ArgumentException>(() => { ReadOnlyMatrix<double> _ = new ReadOnlyTensorSpan<double>(values, [1, 2, 3]); });
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 3)]
    public void IndicesAreChecked(int row, int column)
    {
        var error = Assert.Throws<IndexOutOfRangeException>(() => new ReadOnlyMatrix<double>(s_six, 2, 3)[row, column]);
        Assert.Contains($"[{row}, {column}]", error.Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => new Matrix<double>(s_six, 2, 3)[row, column]);
        if (row != 0) Assert.Throws<IndexOutOfRangeException>(() => new ReadOnlyMatrix<double>(s_six, 2, 3).Row(row).Length);
    }

    [Fact]
    public void ShapesAreChecked()
    {
        Assert.Contains("6 values", Assert.Throws<ArgumentException>(() => new ReadOnlyMatrix<double>(s_six, 2, 2).Rows).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ReadOnlyMatrix<double>(s_six, -1, -6).Rows);
        Assert.Throws<ArgumentException>(() => new ReadOnlyMatrix<double>(s_six, 65536, 65536).Rows);
        Assert.Throws<ArgumentException>(() => new Matrix<double>(s_six, 2, 3, 2).Rows);
        Assert.Throws<ArgumentException>(() => new Matrix<double>(s_six, 3, 3, 3).Rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Matrix<double>(s_six, 2, 3).Slice(1, 2, 0, 1).Rows);
        Assert.Throws<ArgumentException>(() => new Matrix<double>(s_six, 2, 3).CopyTo(new double[3, 2]));
        Assert.Throws<ArgumentException>(() => new MatrixMemory<double>(s_six, 4, 2));
    }

    [Fact]
    public void MemoryKeepsAMatrix()
    {
        double[,] array = { { 1, 2 }, { 3, 4 } };
        MatrixMemory<double> memory = array;
        array[0, 0] = 9;
        Assert.Equal(1, memory.View[0, 0]);
        Assert.Equal([1, 2, 3, 4], memory.Span.ToArray());
        Assert.Same(s_six, System.Runtime.InteropServices.MemoryMarshal.TryGetArray(new MatrixMemory<double>(s_six, 3, 2).Memory, out var segment) ? segment.Array : null);
        MatrixMemory<double> turned = new(new ReadOnlyTensorSpan<double>(s_six, [3, 2], [1, 3]));
        Assert.Equal([1, 4, 2, 5, 3, 6], turned.Span.ToArray());
    }
}
