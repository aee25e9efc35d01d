namespace SymbolicGD;

/// <summary>The named blocks of a flat parameter vector, in order and without gaps.</summary>
public sealed class ParameterLayout
{
    /// <param name="blocks">Name and shape of each block; an empty shape is a scalar.</param>
    public ParameterLayout(params ReadOnlySpan<(string Name, int[] Shape)> blocks)
    {
        var list = new ParameterBlock[blocks.Length];
        int offset = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            list[i] = new ParameterBlock(blocks[i].Name, offset, blocks[i].Shape);
            offset = checked(offset + list[i].Length);
        }

        Blocks = list;
        Length = offset;
    }

    /// <summary>The blocks, in the order in which they lie in the vector.</summary>
    public IReadOnlyList<ParameterBlock> Blocks { get; }

    /// <summary>The length of the whole vector.</summary>
    public int Length { get; }

    /// <summary>The name of one element of the vector: <c>bias</c>, <c>weights[3]</c>, <c>w1[2, 5]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not one of the vector.</exception>
    public string NameOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        ParameterBlock block = Blocks.Last(b => b.Offset <= index && b.Length > 0);
        var indices = new int[block.Shape.Count];
        int rest = index - block.Offset;
        for (int axis = indices.Length - 1; axis >= 0; axis--)
        {
            (rest, indices[axis]) = Math.DivRem(rest, block.Shape[axis]);
        }

        return indices.Length == 0 ? block.Name : $"{block.Name}[{string.Join(", ", indices)}]";
    }
}

/// <summary>One named block of a flat parameter vector.</summary>
/// <param name="Name">The name of the argument of the loss.</param>
/// <param name="Offset">Where the block starts in the vector.</param>
/// <param name="Shape">Its extents, slowest first; empty for a scalar.</param>
public sealed record ParameterBlock(string Name, int Offset, IReadOnlyList<int> Shape)
{
    /// <summary>The number of values in the block.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, extent) => checked(product * extent));
}
