using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <content>Elements of an array that each example of a block names by an integer of its own.</content>
public static partial class Lanes
{
    /// <summary>For each example of a block the element <paramref name="width"/> · its value of the column + <paramref name="offset"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static Vector512<T> Gather<T, TRows>(ReadOnlySpan<T> array, ref int column, TRows rows, int position, int width, int offset)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        Unsafe.SkipInit(out Vector512<T> result);
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref result);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            Unsafe.Add(ref lanes, lane) = array[(Item(ref column, rows, position + lane) * width) + offset];
        }

        return result;
    }

    /// <summary>For each example of a block the element <paramref name="width"/> · its index + <paramref name="offset"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static Vector512<T> Gather<T, TRows>(ReadOnlySpan<T> array, TRows rows, int position, int width, int offset)
        where T : unmanaged
        where TRows : struct, IRowSelector, allows ref struct
    {
        Unsafe.SkipInit(out Vector512<T> result);
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref result);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            Unsafe.Add(ref lanes, lane) = array[(rows[position + lane] * width) + offset];
        }

        return result;
    }

    /// <summary>Adds a value for each example of a block to the element <paramref name="width"/> · its value of the column + <paramref name="offset"/>, in the order of the examples.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static void Scatter<T, TRows>(Span<T> array, ref int column, TRows rows, int position, int width, int offset, Vector512<T> values)
        where T : unmanaged, INumberBase<T>
        where TRows : struct, IRowSelector, allows ref struct
    {
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref values);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            array[(Item(ref column, rows, position + lane) * width) + offset] += Unsafe.Add(ref lanes, lane);
        }
    }

    /// <summary>Adds a value for each example of a block to the element <paramref name="width"/> · its index + <paramref name="offset"/>, in the order of the examples.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static void Scatter<T, TRows>(Span<T> array, TRows rows, int position, int width, int offset, Vector512<T> values)
        where T : unmanaged, INumberBase<T>
        where TRows : struct, IRowSelector, allows ref struct
    {
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref values);
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            array[(rows[position + lane] * width) + offset] += Unsafe.Add(ref lanes, lane);
        }
    }
}
