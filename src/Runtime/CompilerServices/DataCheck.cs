using System.ComponentModel;
using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SymbolicGD.CompilerServices;

/// <summary>Checks of data, called by the constructors of generated objectives. Every message names column, row and value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class DataCheck
{
    /// <summary>The number of examples: that of the rows of every column.</summary>
    /// <param name="columns">Name, number of elements and elements per row (1: a scalar per example) of each column.</param>
    /// <exception cref="ArgumentException">A column is empty or ragged, or two columns differ in their number of rows.</exception>
    public static int RowCount(params ReadOnlySpan<(string Column, int Length, int Width)> columns)
    {
        int rows = 0;
        string first = "";
        foreach ((string column, int length, int width) in columns)
        {
            if (length == 0)
            {
                throw new ArgumentException($"Column '{column}' is empty; an objective needs at least one example.", column);
            }

            if (width <= 0 || length % width != 0)
            {
                throw new ArgumentException(Ragged(column, length, width), column);
            }

            if (rows == 0)
            {
                rows = length / width;
                first = column;
            }
            else if (length / width != rows)
            {
                throw new ArgumentException(
                    $"Column '{column}' has {Rows(length, width)}, but column '{first}' has {rows} rows.", column);
            }
        }

        return rows;
    }

    /// <summary>The number of elements per row of a row-major column.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="length">Its number of elements.</param>
    /// <param name="rows">The number of examples, taken from another column.</param>
    /// <param name="extent">The name of the extent that is found.</param>
    /// <exception cref="ArgumentException">The column is empty or ragged.</exception>
    public static int Width(string column, int length, int rows, string extent)
    {
        if (length == 0)
        {
            throw new ArgumentException($"Column '{column}' is empty; an objective needs at least one example.", column);
        }

        if (rows <= 0)
        {
            throw new ArgumentException($"Extent '{extent}' of column '{column}' cannot be found: there are {rows} rows.", column);
        }

        if (length % rows != 0)
        {
            throw new ArgumentException(
                $"Column '{column}' has {length} elements, which is no multiple of its {rows} rows: row {length / Math.Max(1, length / rows)} "
                + $"would have {length % rows} of {(length / rows) + 1} elements of extent '{extent}'.", column);
        }

        return length / rows;
    }

    /// <summary>Checks that two arguments agree in an extent that they share.</summary>
    /// <param name="extent">The extent's name.</param>
    /// <param name="a">One argument.</param>
    /// <param name="lengthA">Its extent.</param>
    /// <param name="b">Another argument.</param>
    /// <param name="lengthB">Its extent.</param>
    /// <exception cref="ArgumentException">The two differ.</exception>
    public static void SameExtent(string extent, string a, int lengthA, string b, int lengthB)
    {
        if (lengthA != lengthB)
        {
            throw new ArgumentException($"Extent '{extent}' is {lengthA} in '{a}' but {lengthB} in '{b}'.", b);
        }
    }

    /// <summary>Checks that no element of a column is NaN or infinite.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="width">Elements per row.</param>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static void Finite<T>(string column, ReadOnlySpan<T> values, int width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (TensorPrimitives.IsFiniteAll(values))
        {
            return;
        }

        int i = 0;
        while (T.IsFinite(values[i]))
        {
            i++;
        }

        string value = values[i].ToString(null, CultureInfo.InvariantCulture);
        throw new ArgumentException(
            width > 1
                ? $"Column '{column}' has {value} in row {i / width}, element {i % width}; data must be finite."
                : $"Column '{column}' has {value} in row {i}; data must be finite.",
            column);
    }

    /// <summary>Checks that every element of an index column lies within the extent that it indexes.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="extent">The extent.</param>
    /// <param name="extentName">Its name.</param>
    /// <param name="width">Elements per row.</param>
    /// <exception cref="ArgumentOutOfRangeException">An element is negative, or the extent or more.</exception>
    public static void Indices(string column, ReadOnlySpan<int> values, int extent, string extentName, int width = 1)
    {
        // As unsigned numbers, negative indices are the largest: one vectorized maximum finds both kinds.
        if (values.IsEmpty || TensorPrimitives.Max(MemoryMarshal.Cast<int, uint>(values)) < (uint)extent)
        {
            return;
        }

        int i = 0;
        while ((uint)values[i] < (uint)extent)
        {
            i++;
        }

        string place = width > 1 ? $"row {i / width}, element {i % width}" : $"row {i}";
        throw new ArgumentOutOfRangeException(
            column, values[i], $"Column '{column}' has {values[i]} in {place}; it indexes extent '{extentName}', which goes from 0 to {extent - 1}.");
    }

    /// <summary>Checks that the counter of a loop stays within the extent that it indexes.</summary>
    /// <param name="counter">The counter's name.</param>
    /// <param name="from">Its first value.</param>
    /// <param name="end">The value before which it stops.</param>
    /// <param name="endName">The name of the extent that it runs over.</param>
    /// <param name="shift">What is added to it where it is an index.</param>
    /// <param name="extent">The extent that it indexes.</param>
    /// <param name="extentName">Its name.</param>
    /// <exception cref="ArgumentException">An index is negative, or the extent or more.</exception>
    public static void Counter(string counter, int from, int end, string endName, int shift, int extent, string extentName)
    {
        if (end > from && (from + shift < 0 || end + shift > extent))
        {
            string index = shift == 0 ? counter : shift > 0 ? $"{counter} + {shift}" : $"{counter} - {-shift}";
            throw new ArgumentException(
                $"The index {index} goes from {from + shift} to {end - 1 + shift}, since {counter} runs over '{endName}'; it indexes extent '{extentName}', "
                + $"which goes from 0 to {extent - 1}.",
                endName);
        }
    }

    /// <summary>Checks an extent that was passed as a number.</summary>
    /// <param name="name">The extent's name.</param>
    /// <param name="value">The extent.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is 0 or negative.</exception>
    public static void Extent(string name, int value)
    {
        if (value <= 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Extent '{name}' is {value}; it must be 1 or more.");
        }
    }

    private static string Ragged(string column, int length, int width) =>
        width <= 0
            ? $"Column '{column}' has {length} elements, but {width} elements per row."
            : $"Column '{column}' has {length} elements, which is no multiple of its {width} elements per row: "
                + $"row {length / width} has {length % width}.";

    private static string Rows(int length, int width) =>
        width == 1 ? $"{length / width} rows" : $"{length / width} rows ({length} elements, {width} per row)";

    /// <summary>Whether every value is at least <paramref name="bound"/>: what a proof of convexity takes of data.</summary>
    public static bool IsAtLeast<T>(ReadOnlySpan<T> values, T bound)
        where T : unmanaged, INumber<T> => values.IsEmpty || TensorPrimitives.Min(values) >= bound;

    /// <summary>Whether every value is at most <paramref name="bound"/>.</summary>
    public static bool IsAtMost<T>(ReadOnlySpan<T> values, T bound)
        where T : unmanaged, INumber<T> => values.IsEmpty || TensorPrimitives.Max(values) <= bound;
}
