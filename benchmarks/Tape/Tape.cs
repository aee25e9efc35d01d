using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Benchmarks.Tape;

/// <summary>
/// The tape of a scalar, operator-overloading reverse mode: per operation two operands and the partial derivative with respect to each,
/// one array for each of the four and one for the adjoints. The arena is allocated once, grows geometrically and is rewound, never freed.
/// </summary>
/// <remarks>One tape, one thread: a static tape keeps <see cref="Real"/> at 16 bytes without a reference.</remarks>
internal static unsafe class Tape
{
    private static int count;
    private static int capacity;
    private static int* left;
    private static int* right;
    private static double* leftPartial;
    private static double* rightPartial;
    private static double* adjoint;

    /// <summary>The number of operations on the tape; <see cref="Rewind"/> goes back to it.</summary>
    internal static int Mark => count;

    internal static void Rewind(int mark) => count = mark;

    /// <summary>An independent variable.</summary>
    internal static Real Variable(double value)
    {
        int index = Push(count, 0, count, 0);
        adjoint[index] = 0;
        return new Real(value, index);
    }

    internal static double Adjoint(Real variable) => adjoint[variable.Index];

    internal static void ClearAdjoint(Real variable) => adjoint[variable.Index] = 0;

    /// <summary>Records f(x) with its derivative. The unused operand is the operation itself, so that the reverse sweep has no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Push(int operand, double partial) => Push(operand, partial, count, 0);

    /// <summary>Records f(x, y) with its two partial derivatives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Push(int first, double firstPartial, int second, double secondPartial)
    {
        int index = count;
        if (index == capacity) Grow();
        left[index] = first;
        right[index] = second;
        leftPartial[index] = firstPartial;
        rightPartial[index] = secondPartial;
        count = index + 1;
        return index;
    }

    /// <summary>
    /// Adds seed·∂result/∂v to the adjoint of every v recorded before <paramref name="mark"/>, and rewinds to it. Adjoints from the mark on
    /// are zero before and after.
    /// </summary>
    internal static void Reverse(Real result, double seed, int mark)
    {
        int* first = left, second = right;
        double* firstPartial = leftPartial, secondPartial = rightPartial, bar = adjoint;
        bar[result.Index] += seed;
        for (int i = count - 1; i >= mark; i--)
        {
            double a = bar[i];
            bar[first[i]] += firstPartial[i] * a;
            bar[second[i]] += secondPartial[i] * a;
            bar[i] = 0;
        }

        count = mark;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Grow()
    {
        int larger = Math.Max(1 << 12, 2 * capacity);
        Enlarge(ref left, larger);
        Enlarge(ref right, larger);
        Enlarge(ref leftPartial, larger);
        Enlarge(ref rightPartial, larger);
        Enlarge(ref adjoint, larger);
        new Span<double>(adjoint + capacity, larger - capacity).Clear();
        capacity = larger;
    }

    private static void Enlarge<T>(ref T* array, int length)
        where T : unmanaged => array = (T*)NativeMemory.Realloc(array, (nuint)length * (nuint)sizeof(T));
}
