using System.Numerics;
using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

public sealed class HostVectorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Operations_agree_with_their_definitions(int n)
    {
        Check<double>(n, 1e-12);
        Check<float>(n, 2e-4);
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(1e-300)]
    [InlineData(1e-320)]
    [InlineData(1)]
    public void A_norm_neither_overflows_nor_underflows_early(double scale)
    {
        using var v = new HostVector<double>([3 * scale, 0, -4 * scale]);
        Assert.Equal(5 * scale, v.Norm(), 1e-13 * scale);
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    [InlineData(1e-42f)]
    public void A_norm_of_floats_neither_overflows_nor_underflows_early(float scale)
    {
        using var v = new HostVector<float>([3 * scale, 0, -4 * scale]);
        Assert.Equal(5 * scale, v.Norm(), 1e-5f * scale);
    }

    [Fact]
    public void Norms_hand_on_what_is_not_finite()
    {
        for (int at = 0; at < 20; at++)
        {
            using var v = new HostVector<double>(20);
            v.AsSpan()[at] = double.NaN;
            Assert.True(double.IsNaN(v.Norm()));
            Assert.True(double.IsNaN(v.NormInfinity()));
            v.AsSpan()[at] = double.NegativeInfinity;
            Assert.Equal(double.PositiveInfinity, v.Norm());
            Assert.Equal(double.PositiveInfinity, v.NormInfinity());
        }
    }

    [Fact]
    public void Lengths_must_agree()
    {
        using var v = new HostVector<double>(3);
        using var w = new HostVector<double>(4);
        Assert.Throws<ArgumentException>(() => v.Dot(w));
        Assert.Throws<ArgumentException>(() => v.AddScaled(1, w));
        Assert.Throws<ArgumentException>(() => v.SetToProduct(v, w));
        Assert.Throws<ArgumentException>(() => v.SetToQuotient(w, v));
        Assert.Throws<ArgumentException>(() => v.CopyFrom(new double[2]));
        Assert.Contains("2 elements; the vector has 3", Assert.Throws<ArgumentException>(() => v.CopyTo(new double[2])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new HostVector<double>(-1));
    }

    private static void Check<T>(int n, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] x = Enumerable.Range(0, n).Select(i => T.CreateChecked(Math.Sin(i))).ToArray();
        T[] y = Enumerable.Range(0, n).Select(i => T.CreateChecked(Math.Cos(3 * i))).ToArray();
        using var a = new HostVector<T>(x);
        using var b = new HostVector<T>(y);
        using var c = new HostVector<T>(n);
        Same(x.Zip(y, (p, q) => double.CreateChecked(p) * double.CreateChecked(q)).Sum(), a.Dot(b));
        Same(Math.Sqrt(x.Sum(p => double.CreateChecked(p) * double.CreateChecked(p))), a.Norm());
        Same(x.Select(p => Math.Abs(double.CreateChecked(p))).DefaultIfEmpty(0).Max(), a.NormInfinity());

        T two = T.CreateChecked(2);
        c.SetToSum(a, two, b);
        Assert.Equal(x.Zip(y, (p, q) => p + (two * q)), c.AsSpan().ToArray());
        c.AddScaled(-T.One, c);
        Assert.Equal(0, double.CreateChecked(c.NormInfinity()));
        c.CopyFrom(a);
        c.Scale(two);
        Assert.Equal(x.Select(p => two * p), c.AsSpan().ToArray());
        c.SetToSum(a, -T.One, a);
        Assert.Equal(0, double.CreateChecked(c.NormInfinity()));
        c.SetToProduct(a, b);
        Assert.Equal(x.Zip(y, (p, q) => p * q), c.AsSpan().ToArray());
        c.SetToQuotient(c, b);
        Assert.Equal(x.Zip(y, (p, q) => p * q / q), c.AsSpan().ToArray());
        c.SetToProduct(c, c);
        Assert.Equal(x.Zip(y, (p, q) => p * q / q * (p * q / q)), c.AsSpan().ToArray());

        void Same(double expected, T found) => Assert.Equal(expected, double.CreateChecked(found), tolerance);
    }
}
