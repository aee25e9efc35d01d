using System.Runtime.Intrinsics;
using ILGPU.Runtime;
using IlgpuStandIn;
using SymbolicGD.IlgpuTests.Host;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>What the host code asks of a device: launches, copies, waits, memory; and what it says when the device fails.</summary>
public sealed class HostCountTests
{
    [Fact]
    public void A_queued_step_copies_indices_and_launches_kernels_and_nothing_else()
    {
        using var device = new TestDevice();
        using ScaledRegressionOnDevice objective = ScaledRegression.Create(500, 20).On(device.Accelerator);
        using StepQueue<float> steps = objective.CreateStepQueue();
        using VectorHandle<float> p = objective.Vector(ScaledRegression.Start(20)), state = objective.CreateVector(2 * 22);
        var rule = new Adam.Rule<float>(new Adam());
        int[] batch = [.. Enumerable.Range(0, 64)];
        rule.Prepare(1, 1);
        for (int i = 0; i < 3; i++)
        {
            steps.Add(p, batch, state, rule, GradientTransform<float>.None);
        }

        steps.Read();
        AcceleratorCounters counters = device.Accelerator.Counters();
        counters.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            steps.Add(p, batch, state, rule, GradientTransform<float>.None);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(10 * 6, counters.Launches);                      // before, examples, second pass, after, squares, update
        Assert.Equal((10, 10 * 64 * sizeof(int)), (counters.CopiesToDevice, counters.BytesToDevice));
        Assert.Equal((0, 0, 0, 0, 0), (counters.CopiesToHost, counters.CopiesOnDevice, counters.Fills, counters.HostSynchronizations, counters.Allocations));
        Assert.Equal(10, steps.Read().Applied);
        Assert.Equal((1, 1), (counters.CopiesToHost, counters.HostSynchronizations));
    }

    [Fact]
    public void A_value_brings_one_number_back()
    {
        using var device = new TestDevice();
        using ScaledRegressionOnDevice objective = ScaledRegression.Create(500, 20).On(device.Accelerator);
        using VectorHandle<float> p = objective.Vector(ScaledRegression.Start(20)), gradient = objective.CreateVector();
        objective.Value(p);
        objective.Gradient(p, gradient);
        AcceleratorCounters counters = device.Accelerator.Counters();
        counters.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        objective.Value(p);
        objective.Gradient(p, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3 + 4, counters.Launches);                       // before, examples, second pass; and after
        Assert.Equal((2, 2 * sizeof(float), 0, 2, 0), (counters.CopiesToHost, counters.BytesToHost, counters.CopiesToDevice, counters.HostSynchronizations, counters.Allocations));
    }

    [Fact]
    public void Solvers_iterate_without_bringing_vectors_to_the_host()
    {
        const int Width = 2000;
        using var device = new TestDevice();
        using ScaledRegressionOnDevice objective = ScaledRegression.Create(20, Width).On(device.Accelerator);
        AcceleratorCounters counters = device.Accelerator.Counters();
        foreach (ISolver solver in new ISolver[] { new LBfgs(), new NonlinearCg(), new NewtonCg(), new TrustRegion() })
        {
            float[] start = ScaledRegression.Start(Width), any = new float[Width + 2];
            objective.Gradient(start, any);                            // compiles kernels and allocates their memory
            objective.HessianVectorProduct(start, start, any);
            counters.Reset();
            FitResult<float> fit = solver.Minimize(objective, start, new FitOptions { Epochs = 5 });
            Assert.True(fit.Epochs >= 2, fit.ToString());
            long vector = (Width + 2) * sizeof(float);
            Assert.Equal((1, vector), (counters.CopiesToDevice, counters.BytesToDevice));                 // the start
            Assert.True(counters.BytesToHost - vector < 100 * counters.CopiesToHost, counters.ToString()); // the result, and numbers
        }
    }

    [Fact]
    public void What_is_made_is_released()
    {
        using var device = new TestDevice();
        using (ScaledRegressionOnDevice first = ScaledRegression.Create(50, 3).On(device.Accelerator))
        {
        }

        AcceleratorCounters counters = device.Accelerator.Counters();
        long before = counters.LiveBuffers;                           // what the accelerator's queue keeps
        ScaledRegressionOnDevice objective = ScaledRegression.Create(50, 3).On(device.Accelerator);
        float[] start = ScaledRegression.Start(3), gradient = new float[5];
        objective.Gradient(start, [1, 2], gradient);
        objective.HessianVectorProduct(start, start, gradient);
        new Adam().Minimize(objective, start, new FitOptions { BatchSize = 5, Epochs = 2 });
        new Adam().Minimize(objective, start, new FitOptions { Epochs = 2 });
        Assert.True(counters.LiveBuffers > before);
        objective.Dispose();
        Assert.Equal(before, counters.LiveBuffers);
    }

    [Theory]
    [InlineData(AcceleratorType.CPU)]
    [InlineData(AcceleratorType.Cuda)]
    [InlineData(AcceleratorType.OpenCL)]
    public void Too_little_memory_is_told_with_sizes(AcceleratorType type)
    {
        using var device = new TestDevice(new StandInOptions { Type = type, MemoryLimit = 10000, MemorySize = 12345 });
        string message = Assert.Throws<InsufficientMemoryException>(() => ScaledRegression.Create(500, 20).On(device.Accelerator)).Message;
        Assert.Contains("the data", message, StringComparison.Ordinal);
        Assert.Contains("42,004", message, StringComparison.Ordinal);
        Assert.Contains("12,345", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_without_algorithms_is_told_what_it_lacks()
    {
        using var device = new TestDevice(new StandInOptions { Type = AcceleratorType.Cuda }, algorithms: false);
        using ScaledRegressionOnDevice objective = ScaledRegression.Create(50, 3).On(device.Accelerator);
        using VectorHandle<float> p = objective.CreateVector(), state = objective.CreateVector(5);
        string message = Assert.Throws<NotSupportedException>(
            () => objective.Step(p, state, new Host.Own.Constants.Rule<float>(new Host.Own.Constants()), GradientTransform<float>.None)).Message;
        Assert.Contains("EnableAlgorithms()", message, StringComparison.Ordinal);
        Assert.Contains("Constants", message, StringComparison.Ordinal);
        Assert.True(objective.Step(p, [1], objective.CreateVector(0), default(Sgd.Rule<float>), GradientTransform<float>.None).Applied, "Sgd needs no such function");
    }

    [Fact]
    public void A_rule_that_does_not_compile_is_named()
    {
        using var device = new TestDevice();
        using ScaledRegressionOnDevice objective = ScaledRegression.Create(50, 3).On(device.Accelerator);
        using VectorHandle<float> p = objective.CreateVector(), none = objective.CreateVector(0);
        string message = Assert.Throws<NotSupportedException>(() => objective.Step(p, none, default(Unfit), GradientTransform<float>.None)).Message;
        Assert.Contains("Unfit+OnKernel", message, StringComparison.Ordinal);
        Assert.Contains("does not compile", message, StringComparison.Ordinal);
    }

    private struct Unfit : IUpdateRule<float>
    {
        public static int StateCount => 0;

        public readonly void Prepare(int step, double learningRateFactor)
        {
        }

        public readonly void Update(ref float parameter, float gradient, ref float state, nuint stride) => parameter -= gradient;

        public readonly void Update(ref Vector512<float> parameter, Vector512<float> gradient, ref float state, nuint stride) => parameter -= gradient;

        public readonly void OnDevice(IDeviceUpdate<float> device) => device.Run(new OnKernel { Factor = 1 });

        private struct OnKernel : IDeviceRule<float>
        {
            public float Factor;

            public readonly void Update(ref float parameter, float gradient, ref float state0, ref float state1, ref float state2, ref float state3) =>
                parameter -= Factor > 0 ? gradient : throw new InvalidOperationException();
        }
    }

    [Fact]
    public void A_lost_device_is_told_and_can_be_let_go()
    {
        var device = new TestDevice(new StandInOptions { Type = AcceleratorType.Cuda, Name = "Unlucky" });
        ScaledRegressionOnDevice objective = ScaledRegression.Create(50, 3).On(device.Accelerator);
        VectorHandle<float> p = objective.CreateVector(), state = objective.CreateVector(0);
        objective.Value(p);
        StepQueue<float> steps = objective.CreateStepQueue();
        steps.Add(p, [1], state, default(Sgd.Rule<float>), GradientTransform<float>.None);
        device.Accelerator.Lose();
        Told(() => objective.Value(p));
        Told(() => steps.Add(p, [1], state, default(Sgd.Rule<float>), GradientTransform<float>.None));
        Told(() => steps.Read());
        Told(() => p.Norm());
        Told(() => p.CopyTo(new float[5]));
        Told(objective.Refresh);
        steps.Dispose();
        p.Dispose();
        objective.Dispose();

        static void Told(Action action) => Assert.Contains("Unlucky", Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_have_no_races()
    {
        using var device = new TestDevice(new StandInOptions { FindRaces = true, Multiprocessors = 2 });
        ScaledRegression host = ScaledRegression.Create(200, 60);
        host.Y[7] = float.NaN;
        using ScaledRegressionOnDevice objective = host.On(device.Accelerator);
        float[] start = ScaledRegression.Start(60), any = new float[62];
        objective.Gradient(start, any);
        objective.HessianVectorProduct(start, start, any);
        Assert.Equal(StopReason.NonFinite, new Adam().Minimize(objective, start, new FitOptions { BatchSize = 20, Epochs = 2 }).StopReason);
        using VectorHandle<float> v = objective.Vector(start);
        v.AddScaled(2, v);
        v.Scale(3);
        Assert.True(v.Dot(v) + v.Norm() + v.NormInfinity() > 0);
    }

    [Fact]
    public void Groups_of_any_order_and_size_agree()
    {
        ScaledRegression host = ScaledRegression.Create(300, 7);
        float[] start = ScaledRegression.Start(7), expected = new float[9], found = new float[9];
        host.Gradient(start, expected);
        foreach (ThreadOrder order in Enum.GetValues<ThreadOrder>())
        {
            foreach (int threads in new[] { 1, 2, 7, 33, 1024 })
            {
                using var device = new TestDevice(new StandInOptions { MaxThreadsPerGroup = threads, Multiprocessors = 5, Order = order });
                using ScaledRegressionOnDevice objective = host.On(device.Accelerator);
                objective.Gradient(start, found);
                Near.Equal(expected, found);
            }
        }
    }
}
