using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The gradient of one example, or one row of a Jacobian: as long as the parameter vector, with a list of the elements that were touched, so that a
/// row with few of them costs what it touches and not what it could.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class GradientRow<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] values;
    private readonly int[] touched;
    private readonly bool[] isTouched;
    private int count;

    /// <param name="length">The length of the parameter vector.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public GradientRow(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        values = new T[length];
        touched = new int[length];
        isTouched = new bool[length];
    }

    /// <summary>The length of the parameter vector.</summary>
    public int Length => values.Length;

    /// <summary>The indices of the elements touched since the last <see cref="Clear"/>, each once, in the order in which they were touched.</summary>
    public ReadOnlySpan<int> Touched => touched.AsSpan(0, count);

    /// <summary>All elements; zero where nothing was touched.</summary>
    public ReadOnlySpan<T> Values => values;

    /// <summary>The element at an index; zero where it was not touched.</summary>
    public T this[int index] => values[index];

    /// <summary>All elements, to be added to where they are touched.</summary>
    internal Span<T> Elements => values;

    /// <summary>Adds to one element.</summary>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is not one of the parameter vector.</exception>
    public void Add(int index, T value)
    {
        Touch(index);
        values[index] += value;
    }

    /// <summary>Touches one element, which is zero if it was not touched before.</summary>
    /// <exception cref="IndexOutOfRangeException"><paramref name="index"/> is not one of the parameter vector.</exception>
    public void Touch(int index)
    {
        if (!isTouched[index])
        {
            isTouched[index] = true;
            touched[count++] = index;
        }
    }

    /// <summary>Touches a block of elements.</summary>
    /// <returns>The block as it is now, zero where it was not touched before: to be added to.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The block does not lie in the parameter vector.</exception>
    public Span<T> Range(int offset, int length)
    {
        Span<T> block = values.AsSpan(offset, length);
        Span<bool> marks = isTouched.AsSpan(offset, length);
        for (int i = 0; i < marks.Length; i++)
        {
            if (!marks[i])
            {
                marks[i] = true;
                touched[count++] = offset + i;
            }
        }

        return block;
    }

    /// <summary>Makes every element zero and untouched; costs what was touched.</summary>
    public void Clear()
    {
        if (count == values.Length)
        {
            Array.Clear(values);
            Array.Clear(isTouched);
        }
        else
        {
            foreach (int index in Touched)
            {
                values[index] = T.Zero;
                isTouched[index] = false;
            }
        }

        count = 0;
    }

    /// <summary>Σ over the touched elements of element·vector.</summary>
    internal T Dot(ReadOnlySpan<T> vector)
    {
        if (count == values.Length)
        {
            return VectorKernels.Dot(values, vector);
        }

        T sum = T.Zero;
        foreach (int index in Touched)
        {
            sum += values[index] * vector[index];
        }

        return sum;
    }

    /// <summary>destination ← destination + scale·row, at the touched elements.</summary>
    internal void AddTo(Span<T> destination, T scale)
    {
        if (count == values.Length)
        {
            VectorKernels.SetToSum(destination, destination, scale, values);
            return;
        }

        foreach (int index in Touched)
        {
            destination[index] += scale * values[index];
        }
    }

    /// <summary>Adds row·rowᵀ to the lower triangle of a matrix, row-major.</summary>
    internal void AddSquareTo(Span<T> matrix)
    {
        int n = values.Length;
        if (count == n)
        {
            for (int i = 0; i < n; i++)
            {
                Span<T> line = matrix.Slice(i * n, i + 1);
                VectorKernels.SetToSum(line, line, values[i], values);
            }

            return;
        }

        Sort();
        for (int a = 0; a < count; a++)
        {
            Span<T> line = matrix.Slice(touched[a] * n, n);
            for (int b = 0; b <= a; b++)
            {
                line[touched[b]] += values[touched[a]] * values[touched[b]];
            }
        }
    }

    /// <summary>Brings <see cref="Touched"/> into ascending order.</summary>
    internal void Sort() => touched.AsSpan(0, count).Sort();
}
