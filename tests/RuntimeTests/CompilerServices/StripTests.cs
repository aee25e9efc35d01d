using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SymbolicGD.CompilerServices;
using Xunit;

namespace SymbolicGD.RuntimeTests.CompilerServices;

/// <summary>Four vectors of each of four rows at a time give what one vector of each at a time gives, to the last bit.</summary>
public sealed class StripTests
{
    private readonly Random random = new(5);

    [Fact]
    public void Sums_along_rows_are_those_of_single_vectors()
    {
        float[] rows = Draw<float>(4 * 80), shared = Draw<float>(80);
        double[] wideRows = Draw<double>(4 * 40), wideShared = Draw<double>(40);
        QuadRows<float> four = Rows(rows, 80);
        QuadRows<double> wideFour = Rows(wideRows, 40);
        Quad<float> expected = Vector512<float>.One, sums = Strip.AddProducts(ref shared[0], four, 16, expected);
        Quad<double> wideExpected = Vector512<double>.One, wideSums = Strip.AddProducts(ref wideShared[0], wideFour, 8, wideExpected);
        for (int k = 16; k < 80; k += 16) expected = Quad.FusedMultiplyAdd(Vector512.LoadUnsafe(ref shared[k]), four.Load(k), expected);
        for (int k = 8; k < 40; k += 8) wideExpected = Quad.FusedMultiplyAdd(Vector512.LoadUnsafe(ref wideShared[k]), wideFour.Load(k), wideExpected);
        Same(expected, sums);
        Same(wideExpected, wideSums);
    }

    [Fact]
    public void Sums_over_rows_are_those_of_single_vectors()
    {
        float[] rows = Draw<float>(4 * 80), to = Draw<float>(80), factors = Draw<float>(4);
        double[] wideRows = Draw<double>(4 * 40), wideTo = Draw<double>(40), wideFactors = Draw<double>(4);
        QuadRows<float> four = Rows(rows, 80);
        QuadRows<double> wideFour = Rows(wideRows, 40);
        float[] stored = new float[80];
        double[] wideStored = new double[40];
        Strip.AddRows(Quad.Broadcast(ref factors[0]), four, 16, Quad.Load(ref to[0], 16)).Store(ref stored[0], 16);
        Strip.AddRows(Quad.Broadcast(ref wideFactors[0]), wideFour, 8, Quad.Load(ref wideTo[0], 8)).Store(ref wideStored[0], 8);
        for (int k = 16; k < 80; k += 16)
        {
            Assert.Equal(Quad.AddProducts(Quad.Broadcast(ref factors[0]), four.Load(k), Vector512.LoadUnsafe(ref to[k])), Vector512.LoadUnsafe(ref stored[k]));
        }

        for (int k = 8; k < 40; k += 8)
        {
            Assert.Equal(Quad.AddProducts(Quad.Broadcast(ref wideFactors[0]), wideFour.Load(k), Vector512.LoadUnsafe(ref wideTo[k])), Vector512.LoadUnsafe(ref wideStored[k]));
        }
    }

    [Fact]
    public void Rows_past_a_batch_are_those_of_the_batch_that_follows()
    {
        float[] column = new float[100];
        var rows = new BatchRows([10, 20, 30, 40, 50, 60], 4);
        Assert.Equal(4, rows.Count);
        Assert.True(Unsafe.AreSame(ref column[50], ref Lanes.RowAhead(ref column[0], rows, 4, 1)));
        Assert.True(Unsafe.AreSame(ref column[60], ref Lanes.NextRowAhead(ref column[50], ref column[0], rows, 9, 1)));
    }

    private static QuadRows<T> Rows<T>(T[] values, int width)
        where T : unmanaged => new(ref values[0], ref values[width], ref values[2 * width], ref values[3 * width]);

    private static void Same<T>(Quad<T> expected, Quad<T> actual)
        where T : unmanaged
    {
        Assert.Equal(expected.A, actual.A);
        Assert.Equal(expected.B, actual.B);
        Assert.Equal(expected.C, actual.C);
        Assert.Equal(expected.D, actual.D);
    }

    private T[] Draw<T>(int count)
        where T : System.Numerics.INumber<T> => [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked(random.NextDouble() - 0.5))];
}
