using System.Numerics;
using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

/// <summary>The squared norm of touched rows, for every way in which it is added up.</summary>
public sealed class RowNormTests
{
    private const int Rows = 11, Before = 3;

    /// <summary>Rows of one element, of one vector of double and of float, and others.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(21)]
    public void It_is_the_sum_over_the_named_rows_alone(int width)
    {
        for (int count = 0; count <= Rows; count++)
        {
            Check<double>(width, count, 1e-14);
            Check<float>(width, count, 1e-6);
        }
    }

    private static void Check<T>(int width, int count, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int elements = Before + (Rows * width);
        T[] gradient = [.. Enumerable.Range(0, elements + Rows).Select(i => T.CreateChecked(1 + Math.Sin(i)))];
        int[] named = [.. Enumerable.Range(0, count).Select(k => 7 * k % Rows)];
        double rows = named.Sum(row => Enumerable.Range(Before + (row * width), width).Sum(Square)), single = named.Sum(row => Square(elements + row));
        AssertNear(rows, RowNorm.SumOfSquares(gradient, new TouchedRows.Stretches(named, Before, width), -1));
        if (width > 1) AssertNear(rows + single, RowNorm.SumOfSquares(gradient, new TouchedRows.Stretches(named, Before, width), elements));

        double Square(int i) => double.CreateChecked(gradient[i] * gradient[i]);

        void AssertNear(double expected, T actual) => Assert.InRange(double.CreateChecked(actual), expected * (1 - tolerance), expected * (1 + tolerance));
    }
}
