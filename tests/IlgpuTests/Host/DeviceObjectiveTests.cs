using Xunit;

namespace SymbolicGD.IlgpuTests.Host;

/// <summary>An objective on a device computes what the one in host memory does.</summary>
public sealed class DeviceObjectiveTests
{
    public static TheoryData<int, int, int, int, Reduction> Shapes() => new()
    {
        { 16, 1, 1, 1, Reduction.Mean },
        { 16, 1, 100, 3, Reduction.Mean },
        { 16, 1, 1000, 5, Reduction.Sum },
        { 4, 3, 777, 2, Reduction.Mean },
        { 64, 2, 300, 40, Reduction.Mean },
        { 16, 2, 5, 150, Reduction.Sum },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Value_gradient_and_product_are_those_of_the_host(int threads, int multiprocessors, int n, int d, Reduction reduction)
    {
        using var device = new TestAccelerator(threads, multiprocessors);
        ScaledRegression host = ScaledRegression.Create(n, d, reduction);
        using ScaledRegressionOnDevice objective = host.On(device);
        Assert.True(objective.HasSecondOrder);
        Assert.Equal((n, reduction, host.Layout), (objective.ExampleCount, objective.Reduction, objective.Layout));
        float[] start = ScaledRegression.Start(d), expected = new float[d + 2], found = new float[d + 2], direction = [.. start.Select((_, j) => MathF.Sin(j))];
        for (int call = 0; call < 2; call++)
        {
            Near.Equal(host.Value(start), objective.Value(start));
            Near.Equal(host.Gradient(start, expected), objective.Gradient(start, found));
            Near.Equal(expected, found);
            host.HessianVectorProduct(start, direction, expected);
            objective.HessianVectorProduct(start, direction, found);
            Near.Equal(expected, found);
        }

        int[] batch = [.. Enumerable.Range(0, (n + 1) / 2).Select(i => i * 7919 % n), 0, 0];
        Near.Equal(host.Value(start, batch), objective.Value(start, batch));
        Near.Equal(host.Gradient(start, batch, expected), objective.Gradient(start, batch, found));
        Near.Equal(expected, found);
        host.HessianVectorProduct(start, batch, direction, expected);
        using VectorHandle<float> p = objective.Vector(start), v = objective.Vector(direction), product = objective.CreateVector();
        objective.HessianVectorProduct(p, batch, v, product);
        Near.Equal(expected, product.ToArray());

        Near.Equal(host.Value(start, batch.AsSpan()[..1]), objective.Value(p, batch.AsSpan()[..1]));
    }

    [Fact]
    public void Results_are_the_same_in_every_run()
    {
        using var device = new TestAccelerator(16, 3);
        ScaledRegression host = ScaledRegression.Create(1000, 20);
        using ScaledRegressionOnDevice a = host.On(device), b = host.On(device);
        float[] start = ScaledRegression.Start(20), first = new float[22], second = new float[22];
        Assert.Equal(a.Gradient(start, first), b.Gradient(start, second));
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_loss_without_examples_is_one_kernel()
    {
        using var device = new TestAccelerator();
        var host = new Valley(100);
        using ValleyOnDevice objective = host.On(device);
        float[] start = [.. Enumerable.Range(0, 100).Select(i => MathF.Sin(i))], expected = new float[100], found = new float[100];
        Near.Equal(host.Value(start), objective.Value(start));
        Near.Equal(host.Gradient(start, expected), objective.Gradient(start, found));
        Near.Equal(expected, found);
        Assert.False(objective.HasSecondOrder);
        Assert.Throws<InvalidOperationException>(() => objective.HessianVectorProduct(start, start, found));

        host.Steepness = 3;
        Assert.NotEqual(host.Value(start), objective.Value(start), 1e-3f);
        objective.Refresh();
        Near.Equal(host.Value(start), objective.Value(start));
    }

    [Fact]
    public void Data_that_has_changed_is_brought_again()
    {
        using var device = new TestAccelerator();
        ScaledRegression host = ScaledRegression.Create(50, 3);
        using ScaledRegressionOnDevice objective = host.On(device);
        float[] start = ScaledRegression.Start(3);
        float before = objective.Value(start);
        host.X[7] = 100;
        Assert.Equal(before, objective.Value(start));
        objective.Refresh();
        Near.Equal(host.Value(start), objective.Value(start));

        objective.MoreNumbers = 3;
        Assert.Contains("other lengths", Assert.Throws<InvalidOperationException>(objective.Refresh).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_threads_may_call()
    {
        using var device = new TestAccelerator();
        ScaledRegression host = ScaledRegression.Create(200, 4);
        using ScaledRegressionOnDevice objective = host.On(device);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, k =>
        {
            float[] start = [.. ScaledRegression.Start(4).Select(v => v + (0.1f * k))], expected = new float[6], found = new float[6];
            int[] batch = [.. Enumerable.Range(0, 20 + k)];
            for (int call = 0; call < 5; call++)
            {
                Near.Equal(host.Gradient(start, batch, expected), objective.Gradient(start, batch, found));
                Near.Equal(expected, found);
                using VectorHandle<float> p = objective.Vector(start);
                Near.Equal(host.Value(start), objective.Value(p));
                Near.Equal(MathF.Sqrt(start.Sum(v => v * v)), p.Norm());
            }
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_solver_runs_on_the_device(int multiprocessors)
    {
        using var device = new TestAccelerator(16, multiprocessors);
        ScaledRegression host = ScaledRegression.Create(200, 6);
        using ScaledRegressionOnDevice objective = host.On(device);
        float[] start = ScaledRegression.Start(6);
        foreach (ISolver solver in new ISolver[] { new LBfgs(), new NonlinearCg(), new NewtonCg(), new TrustRegion() })
        {
            FitResult<float> expected = solver.Minimize(host, start), found = solver.Minimize(objective, start);
            Assert.True(found.Value <= expected.Value + 1e-5f, $"{found} instead of {expected}");
            Assert.True(found.GradientNorm < 1e-3f, found.ToString());
        }
    }
}
