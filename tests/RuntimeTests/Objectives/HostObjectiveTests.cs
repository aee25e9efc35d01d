using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

public sealed class HostObjectiveTests
{
    private readonly Rosenbrock objective = new(3);

    [Fact]
    public void Spans_and_handles_agree()
    {
        double[] point = [-1.2, 1, 0.5], gradient = [double.NaN, double.NaN, double.NaN];
        double value = objective.Gradient(point, gradient);
        using VectorHandle<double> p = objective.CreateVector(), g = objective.CreateVector();
        p.CopyFrom(point);
        g.Fill(double.NaN);
        var onHandle = new double[3];

        Assert.Equal(value, objective.Gradient(p, g));
        g.CopyTo(onHandle);
        Assert.Equal(gradient, onHandle);
        Assert.Equal(value, objective.Value(p));
        Assert.Equal(value, objective.Value(point));
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        Assert.Contains("parameters has 2 elements; the parameter vector has 3", Assert.Throws<ArgumentException>(() => objective.Value([1.0, 2])).Message);
        Assert.Contains("gradient has 4 elements", Assert.Throws<ArgumentException>(() => objective.Gradient(new double[3], new double[4])).Message);
    }

    [Fact]
    public void Overlap_of_point_and_gradient_is_refused()
    {
        var memory = new double[5];
        Assert.Contains("overlaps", Assert.Throws<ArgumentException>(() => objective.Gradient(memory.AsSpan(0, 3), memory.AsSpan(2, 3))).Message);
    }

    [Fact]
    public void A_vector_that_is_not_in_host_memory_is_refused()
    {
        using var elsewhere = new Elsewhere(3);
        Assert.Contains("Elsewhere, which does not lie in host memory", Assert.Throws<ArgumentException>(() => objective.Value(elsewhere)).Message);
        Assert.Throws<ArgumentNullException>(() => objective.Value((VectorHandle<double>)null!));
    }

    [Fact]
    public void Warm_calls_allocate_nothing()
    {
        double[] point = [-1.2, 1, 0.5], gradient = new double[3];
        using VectorHandle<double> p = objective.CreateVector(), state = objective.CreateVector();
        p.CopyFrom(point);
        var rule = new MomentumStruct<double>(1e-6, 0.9);
        rule.Prepare(1, 1);

        Assert.Equal(0, Allocations.Of(() => objective.Value(point)));
        Assert.Equal(0, Allocations.Of(() => objective.Gradient(point, gradient)));
        Assert.Equal(0, Allocations.Of(() => objective.Step(p, state, rule, GradientTransform<double>.None)));
    }

    [Fact]
    public void Concurrent_callers_have_workspaces_of_their_own()
    {
        LeastSquares<double> shared = LeastSquares<double>.Create(500, 3, seed: 1);
        var expected = new double[4];
        double value = shared.Gradient([1, 2, 3, 4], expected);
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var gradient = new double[4];
            double scale = i % 5;
            double[] point = [1 * scale, 2 * scale, 3 * scale, 4 * scale];
            double v = shared.Gradient(point, gradient);
            if (scale == 1)
            {
                Assert.Equal(value, v);
                Assert.Equal(expected, gradient);
            }
        });
    }

    [Fact]
    public void A_workspace_is_aligned_and_as_long_as_asked_for()
    {
        var probe = new WorkspaceProbe(37);
        probe.Value(new double[1]);
        Assert.Equal(37, probe.Length);
        Assert.Equal(0UL, probe.Address % 64);
    }

    [Fact]
    public void An_exception_in_the_function_leaves_the_objective_usable()
    {
        bool fail = true;
        var function = new Function<double>(1, x => fail ? throw new InvalidOperationException("mine") : x[0], _ => [1]);
        Assert.Throws<InvalidOperationException>(() => function.Value([1.0]));
        fail = false;
        Assert.Equal(2, function.Value([2.0]));
    }

    private sealed class WorkspaceProbe(int length) : HostObjective<double>(new ParameterLayout(("x", [])), length)
    {
        public int Length { get; private set; }

        public ulong Address { get; private set; }

        protected override unsafe double ValueCore(ReadOnlySpan<double> parameters, Span<double> workspace)
        {
            Length = workspace.Length;
            fixed (double* first = workspace)
            {
                Address = (ulong)first;
            }

            return 0;
        }

        protected override double GradientCore(ReadOnlySpan<double> parameters, Span<double> gradient, Span<double> workspace) => 0;
    }

    private sealed class Elsewhere(int length) : VectorHandle<double>(length)
    {
        public override void AddScaled(double scale, VectorHandle<double> x) => throw new NotSupportedException();

        public override void CopyFrom(ReadOnlySpan<double> source) => throw new NotSupportedException();

        public override void CopyFrom(VectorHandle<double> source) => throw new NotSupportedException();

        public override void CopyTo(Span<double> destination) => throw new NotSupportedException();

        public override double Dot(VectorHandle<double> other) => throw new NotSupportedException();

        public override void Fill(double value) => throw new NotSupportedException();

        public override double Norm() => throw new NotSupportedException();

        public override double NormInfinity() => throw new NotSupportedException();

        public override void Scale(double scale) => throw new NotSupportedException();

        public override void SetToSum(VectorHandle<double> a, double scale, VectorHandle<double> b) => throw new NotSupportedException();

        public override void SetToProduct(VectorHandle<double> a, VectorHandle<double> b) => throw new NotSupportedException();

        public override void SetToQuotient(VectorHandle<double> a, VectorHandle<double> b) => throw new NotSupportedException();
    }
}
