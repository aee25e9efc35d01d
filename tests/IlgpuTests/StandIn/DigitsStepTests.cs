using DigitsSample;
using ILGPU.Runtime;
using IlgpuStandIn;
using SymbolicGD.IlgpuTests.Host;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>What a step on a generated objective asks of a device.</summary>
public sealed class DigitsStepTests
{
    private const int Count = 300, Pixels = 64, Hidden = 32, Classes = 10, Length = (Pixels * Hidden) + Hidden + (Hidden * Classes) + Classes;

    [Fact]
    public void A_step_of_digits_copies_the_batch_and_launches_few_kernels()
    {
        using var device = new TestDevice(new StandInOptions { MaxThreadsPerGroup = 64, Multiprocessors = 2 });
        Digits.CrossEntropyObjective host = Create();
        using DeviceExampleObjective<float> objective = host.On(device.Accelerator);
        using StepQueue<float> steps = objective.CreateStepQueue();
        using VectorHandle<float> p = objective.Vector(Start()), state = objective.CreateVector(2 * Length);
        var rule = new Adam.Rule<float>(new Adam());
        rule.Prepare(1, 1);
        int[] batch = [.. Enumerable.Range(0, 64)];
        steps.Add(p, batch, state, rule, GradientTransform<float>.None);
        Assert.Equal(1, steps.Read().Applied);

        AcceleratorCounters counters = device.Accelerator.Counters();
        counters.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        steps.Add(p, batch, state, rule, GradientTransform<float>.None);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3, counters.Launches);                           // examples, second pass, update
        Assert.Equal((1, 64 * sizeof(int)), (counters.CopiesToDevice, counters.BytesToDevice));
        Assert.Equal((0, 0, 0, 0, 0), (counters.CopiesToHost, counters.CopiesOnDevice, counters.Fills, counters.HostSynchronizations, counters.Allocations));
        Assert.Equal(1, steps.Read().Applied);
    }

    [Fact]
    public void Digits_trains_to_the_loss_of_the_host()
    {
        using var device = new TestDevice(new StandInOptions { MaxThreadsPerGroup = 64, Multiprocessors = 2 });
        Digits.CrossEntropyObjective host = Create();
        using DeviceExampleObjective<float> objective = host.On(device.Accelerator);
        var options = new FitOptions { BatchSize = 32, Epochs = 1, Seed = 4 };
        FitResult<float> expected = new Adam().Minimize(host, Start(), options), found = new Adam().Minimize(objective, Start(), options);
        Assert.Equal(expected.Steps, found.Steps);
        Assert.Equal(expected.Value, found.Value, 1e-4 * expected.Value);
        Assert.Equal(expected.History[0].Value, found.History[0].Value, 1e-4 * expected.Value);
        Near.Equal(expected.Parameters, found.Parameters, 1e-3f);
    }

    private static Digits.CrossEntropyObjective Create()
    {
        var random = new Random(1);
        return new Digits.CrossEntropyObjective(
            image: (float[])[.. Enumerable.Range(0, Count * Pixels).Select(_ => random.NextSingle())], digit: (int[])[.. Enumerable.Range(0, Count).Select(_ => random.Next(Classes))],
            hidden: Hidden, classes: Classes);
    }

    private static float[] Start()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, Length).Select(_ => 0.2f * (random.NextSingle() - 0.5f))];
    }
}
