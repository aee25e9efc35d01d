using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>Which rows a block of several vectors of examples has.</summary>
public sealed class ExampleBlockTests
{
    /// <summary>Each vector ends where it must: all examples are there once, and the last vector may repeat those before it.</summary>
    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void AllExamplesAreListed(int count)
    {
        const int Lanes = 16;
        Span<int> examples = stackalloc int[64];
        var seen = new List<int>();
        for (int start = 0; start < count; start += examples.Length)
        {
            int listed = ExampleBlock.Fill(examples, new AllRows(count), start, Lanes);
            Assert.Equal(0, listed % Lanes);
            for (int vector = 0; vector < listed; vector += Lanes)
            {
                // What a kernel counts are the lanes from the vector's own position on.
                int position = Math.Min(start + vector, count - Lanes);
                for (int lane = start + vector - position; lane < Lanes; lane++) seen.Add(examples[vector + lane]);
            }
        }

        Assert.Equal(Enumerable.Range(0, count), seen);
    }

    /// <summary>Fewer examples than lanes: the first one stands in for those that are missing.</summary>
    [Fact]
    public void ShortBatchesRepeatTheirFirstExample()
    {
        Span<int> examples = stackalloc int[64];
        Assert.Equal(8, ExampleBlock.Fill(examples, new BatchRows([5, 9, 2]), 0, 8));
        Assert.Equal([5, 5, 5, 5, 5, 5, 9, 2], examples[..8].ToArray());
    }
}
