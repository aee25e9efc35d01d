using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

public sealed class DataCheckTests
{
    [Fact]
    public void Rows_are_counted()
    {
        Assert.Equal(3, DataCheck.RowCount(("x", 12, 4), ("y", 3, 1)));
        Assert.Equal(4, DataCheck.Width("x", 12, 3, "features"));
    }

    [Fact]
    public void An_empty_column_is_named()
    {
        Assert.Contains("Column 'y' is empty", Assert.Throws<ArgumentException>(() => DataCheck.RowCount(("x", 12, 4), ("y", 0, 1))).Message);
        Assert.Contains("Column 'x' is empty", Assert.Throws<ArgumentException>(() => DataCheck.Width("x", 0, 3, "features")).Message);
    }

    [Fact]
    public void A_ragged_column_is_named()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => DataCheck.RowCount(("x", 11, 4)));
        Assert.Contains("Column 'x' has 11 elements, which is no multiple of its 4 elements per row: row 2 has 3", e.Message);
        e = Assert.Throws<ArgumentException>(() => DataCheck.Width("x", 11, 3, "features"));
        Assert.Contains("Column 'x' has 11 elements, which is no multiple of its 3 rows", e.Message);
        Assert.Contains("'features'", e.Message);
    }

    [Fact]
    public void Columns_of_different_length_are_named()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => DataCheck.RowCount(("y", 3, 1), ("x", 16, 4)));
        Assert.Contains("Column 'x' has 4 rows (16 elements, 4 per row), but column 'y' has 3 rows", e.Message);
    }

    [Fact]
    public void Extents_that_disagree_are_named()
    {
        DataCheck.SameExtent("features", "w", 4, "x", 4);
        ArgumentException e = Assert.Throws<ArgumentException>(() => DataCheck.SameExtent("features", "w", 4, "x", 5));
        Assert.Contains("Extent 'features' is 4 in 'w' but 5 in 'x'", e.Message);
        Assert.Contains("Extent 'hidden' is 0", Assert.Throws<ArgumentOutOfRangeException>(() => DataCheck.Extent("hidden", 0)).Message);
        DataCheck.Extent("hidden", 1);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void A_value_that_is_not_finite_is_named_with_row_and_element(double value, string text)
    {
        var x = new double[12];
        DataCheck.Finite<double>("x", x, 4);
        x[7] = value;
        Assert.Contains($"Column 'x' has {text} in row 1, element 3", Assert.Throws<ArgumentException>(() => DataCheck.Finite<double>("x", x, 4)).Message);
        Assert.Contains($"Column 'x' has {text} in row 7;", Assert.Throws<ArgumentException>(() => DataCheck.Finite<double>("x", x, 1)).Message);
        var f = new float[50];
        f[49] = (float)value;
        Assert.Contains("row 49", Assert.Throws<ArgumentException>(() => DataCheck.Finite<float>("x", f, 1)).Message);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    public void An_index_out_of_range_is_named_with_its_row(int index)
    {
        int[] column = [0, 9, 3, index];
        DataCheck.Indices("digit", column.AsSpan(0, 3), 10, "classes");
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => DataCheck.Indices("digit", column, 10, "classes"));
        Assert.Contains($"Column 'digit' has {index} in row 3; it indexes extent 'classes', which goes from 0 to 9", e.Message);
    }
}
