using Xunit;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>Vectors on a device do what vectors in host memory do.</summary>
public sealed class DeviceVectorTests : IDisposable
{
    private readonly TestAccelerator device = new(16, 2);
    private readonly ValleyOnDevice objective;

    public DeviceVectorTests() => objective = new Valley(3).On(device);

    public void Dispose()
    {
        objective.Dispose();
        device.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(2000)]
    public void Operations_are_those_of_a_vector_in_host_memory(int length)
    {
        float[] x = [.. Enumerable.Range(0, length).Select(i => MathF.Sin(i))], y = [.. Enumerable.Range(0, length).Select(i => MathF.Cos(3 * i))];
        using VectorHandle<float> a = objective.Vector(x), b = objective.Vector(y), c = objective.CreateVector(length);
        using var ha = new HostVector<float>(x);
        using var hb = new HostVector<float>(y);
        using var hc = new HostVector<float>(length);
        Assert.Equal(new float[length], c.ToArray());
        Near.Equal(ha.Dot(hb) + 1, a.Dot(b) + 1);
        Near.Equal(ha.Norm(), a.Norm());
        Assert.Equal(ha.NormInfinity(), a.NormInfinity());
        Both(v => v.SetToSum(ha, 0.5f, hb), v => v.SetToSum(a, 0.5f, b));
        Both(v => v.AddScaled(-3, ha), v => v.AddScaled(-3, a));
        Both(v => v.AddScaled(2, v), v => v.AddScaled(2, v));
        Both(v => v.SetToSum(hb, 2, v), v => v.SetToSum(b, 2, v));
        Both(v => v.Scale(0.25f), v => v.Scale(0.25f));
        Both(v => v.SetToProduct(v, ha), v => v.SetToProduct(v, a));
        Both(v => v.SetToQuotient(ha, hb), v => v.SetToQuotient(a, b));
        Both(v => v.CopyFrom(ha), v => v.CopyFrom(a));
        Both(v => v.CopyFrom(v), v => v.CopyFrom(v));
        Both(v => v.Fill(7), v => v.Fill(7));
        Both(v => v.CopyFrom(y), v => v.CopyFrom(y));

        void Both(Action<VectorHandle<float>> onHost, Action<VectorHandle<float>> onDevice)
        {
            onHost(hc);
            onDevice(c);
            Near.Equal(hc.ToArray(), c.ToArray(), 1e-6f);
        }
    }

    [Theory]
    [InlineData(1e-30f, 1e-30f, 1e-38f)]
    [InlineData(1e30f, 1e30f, 3e37f)]
    [InlineData(1e-30f, 1, 1e30f)]
    [InlineData(1e-25f, 3e-19f, 2e-20f)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 1e-42f, 0)]
    [InlineData(1, 2, 3)]
    public void Norms_neither_overflow_nor_underflow_early(float a, float b, float c)
    {
        using VectorHandle<float> vector = objective.Vector([a, b, -c, a, -b]);
        double expected = Math.Sqrt((2 * (double)a * a) + (2 * (double)b * b) + ((double)c * c));
        Assert.Equal(expected, vector.Norm(), (1e-6 * expected) + float.Epsilon);
        Assert.Equal(MathF.Max(a, MathF.Max(b, c)), vector.NormInfinity());
    }

    [Fact]
    public void Norms_hand_on_what_is_not_finite()
    {
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (int at = 0; at < 100; at += 33)
            {
                var values = new float[100];
                values[1] = 1e30f;
                values[2] = 1e-30f;
                values[50] = 3;
                values[at] = bad;
                using VectorHandle<float> vector = objective.Vector(values);
                Assert.Equal(float.IsNaN(bad) ? bad : float.PositiveInfinity, vector.Norm());
                Assert.Equal(float.IsNaN(bad) ? bad : float.PositiveInfinity, vector.NormInfinity());
            }
        }

        using VectorHandle<float> big = objective.Vector([3e38f, 3e38f]);
        Assert.Equal(float.PositiveInfinity, big.Norm());
    }

    [Fact]
    public void Vectors_of_another_place_are_refused()
    {
        using var elsewhere = new TestAccelerator();
        using ValleyOnDevice other = new Valley(3).On(elsewhere);
        using ValleyOnDevice neighbour = new Valley(3).On(device);
        using VectorHandle<float> mine = objective.CreateVector(), foreign = other.CreateVector(), near = neighbour.CreateVector(), host = new Valley(3).CreateVector();
        Assert.Contains("HostVector", Assert.Throws<ArgumentException>(() => mine.Dot(host)).Message, StringComparison.Ordinal);
        Assert.Contains("lies on the accelerator", Assert.Throws<ArgumentException>(() => mine.AddScaled(1, foreign)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => objective.Value(foreign));
        Assert.Throws<ArgumentException>(() => objective.Value(host));
        Assert.Throws<ArgumentException>(() => objective.Gradient(mine, foreign));
        Assert.Throws<ArgumentException>(() => objective.Gradient(mine, mine));
        Assert.Throws<ArgumentException>(() => new Valley(3).Value(mine));
        Assert.Throws<ArgumentException>(() => mine.CopyFrom(objective.CreateVector(4)));
        Assert.Throws<ArgumentException>(() => mine.CopyFrom(new float[4]));
        Assert.Throws<ArgumentException>(() => mine.CopyTo(new float[2]));
        Assert.Throws<ArgumentException>(() => objective.Value(objective.CreateVector(4)));
        Assert.Throws<ArgumentNullException>(() => mine.Dot(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => objective.CreateVector(-1));
        Assert.Equal(objective.Value(mine), objective.Value(near));
    }

    [Fact]
    public void What_is_disposed_says_so()
    {
        var gone = new TestAccelerator();
        ValleyOnDevice first = new Valley(3).On(gone);
        VectorHandle<float> a = first.CreateVector(), b = first.CreateVector();
        a.Dispose();
        a.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.Norm());
        Assert.Throws<ObjectDisposedException>(() => b.Dot(a));
        Assert.Throws<ObjectDisposedException>(() => first.Value(a));
        first.Value(b);
        first.Dispose();
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Value(b));
        Assert.Throws<ObjectDisposedException>(first.Refresh);
        Assert.Equal(0, b.Norm());

        ValleyOnDevice second = new Valley(3).On(gone);
        StepQueue<float> steps = second.CreateStepQueue();
        VectorHandle<float> c = second.CreateVector(), none = second.CreateVector(0);
        steps.Add(c, [], none, default(Sgd.Rule<float>), GradientTransform<float>.None);
        gone.Device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => b.Norm());
        Assert.Throws<ObjectDisposedException>(() => second.Value(c));
        Assert.Throws<ObjectDisposedException>(() => second.CreateVector());
        Assert.Throws<ObjectDisposedException>(() => new Valley(3).On(gone));
        steps.Dispose();
        second.Dispose();
        b.Dispose();
        c.Dispose();
        none.Dispose();
        gone.Dispose();
    }
}
