using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SymbolicGD;

/// <summary>Checks the batches that objectives over examples are given.</summary>
internal static class BatchCheck
{
    /// <exception cref="ArgumentException">The batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of an example.</exception>
    public static void Indices(ReadOnlySpan<int> batch, int exampleCount)
    {
        if (batch.IsEmpty)
        {
            throw new ArgumentException("The batch is empty; a mean over no examples has no value.", nameof(batch));
        }

        // As unsigned numbers, negative indices are the largest: one vectorized maximum finds both kinds.
        if (TensorPrimitives.Max(MemoryMarshal.Cast<int, uint>(batch)) >= (uint)exampleCount)
        {
            ThrowIndex(batch, exampleCount);
        }
    }

    private static void ThrowIndex(ReadOnlySpan<int> batch, int exampleCount)
    {
        int i = 0;
        while ((uint)batch[i] < (uint)exampleCount)
        {
            i++;
        }

        throw new ArgumentOutOfRangeException(
            nameof(batch), batch[i], $"batch[{i}] is {batch[i]}; the indices of the {exampleCount} examples go from 0 to {exampleCount - 1}.");
    }
}
