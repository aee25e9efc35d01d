using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SymbolicGD.CompilerServices;

/// <summary>Where the rows begin that the examples of a block name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct LaneStarts
{
    internal readonly Vector512<int> Starts;

    internal LaneStarts(Vector512<int> starts) => Starts = starts;
}

/// <content>Elements of an array that each example of a block names by an integer of its own.</content>
public static partial class Lanes
{
    /// <summary>For each of at most 16 examples of a block where its row begins: <paramref name="width"/> · its value of the column.</summary>
    public static LaneStarts Starts<TRows>(ref int column, TRows rows, int position, int width, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        Vector512<int> starts = default;
        ref int start = ref Unsafe.As<Vector512<int>, int>(ref starts);
        for (int lane = 0; lane < lanes; lane++)
        {
            Unsafe.Add(ref start, lane) = Item(ref column, rows, position + lane) * width;
        }

        return new LaneStarts(starts);
    }

    /// <summary>For each of at most 16 examples of a block where its row begins: <paramref name="width"/> · its index.</summary>
    public static LaneStarts Starts<TRows>(TRows rows, int position, int width, int lanes)
        where TRows : struct, IRowSelector, allows ref struct
    {
        Vector512<int> starts = default;
        ref int start = ref Unsafe.As<Vector512<int>, int>(ref starts);
        for (int lane = 0; lane < lanes; lane++)
        {
            Unsafe.Add(ref start, lane) = rows[position + lane] * width;
        }

        return new LaneStarts(starts);
    }

    /// <summary>For each example of a block the element at an offset in its row.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static Vector512<T> Gather<T>(ReadOnlySpan<T> array, in LaneStarts rows, int offset)
        where T : unmanaged
    {
        Unsafe.SkipInit(out Vector512<T> result);
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref result);
        ref int starts = ref Unsafe.As<Vector512<int>, int>(ref Unsafe.AsRef(in rows.Starts));
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            Unsafe.Add(ref lanes, lane) = array[Unsafe.Add(ref starts, lane) + offset];
        }

        return result;
    }

    /// <summary>Adds a value for each example of a block to the element at an offset in its row, in the order of the examples.</summary>
    /// <exception cref="IndexOutOfRangeException">The array has no such element.</exception>
    public static void Scatter<T>(Span<T> array, in LaneStarts rows, int offset, Vector512<T> values)
        where T : unmanaged, INumberBase<T>
    {
        ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref values);
        ref int starts = ref Unsafe.As<Vector512<int>, int>(ref Unsafe.AsRef(in rows.Starts));
        for (int lane = 0; lane < Vector512<T>.Count; lane++)
        {
            array[Unsafe.Add(ref starts, lane) + offset] += Unsafe.Add(ref lanes, lane);
        }
    }
}
