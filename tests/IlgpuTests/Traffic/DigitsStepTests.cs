using DigitsSample;
using ILGPU.Runtime;
using IlgpuStandIn;
using SymbolicGD.IlgpuTests.Parity;
using Xunit;

namespace SymbolicGD.IlgpuTests.Traffic;

/// <summary>What one mini-batch step of the digits network does on a device: how many kernels it launches, what it copies and whether it waits.</summary>
public sealed class DigitsStepTests
{
    private const int Batch = 64;

    [Fact]
    public void A_step_launches_few_kernels_allocates_nothing_and_copies_only_the_indices_of_the_batch()
    {
        var random = new Random(1);
        const int N = 200;
        var objective = new Digits.CrossEntropyObjective(image: Cases.Draw(N * 784, random.NextSingle), digit: Cases.Draw(N, () => random.Next(10)), hidden: 128, classes: 10);
        using var accelerator = new TestAccelerator();
        using DeviceExampleObjective<float> onDevice = objective.On(accelerator.Device);
        using VectorHandle<float> parameters = onDevice.CreateVector(), state = onDevice.CreateVector(Adam.Rule<float>.StateCount * onDevice.Layout.Length);
        parameters.CopyFrom(objective.CreateParameters(Initializer.Xavier(seed: 1)));
        using StepQueue<float> queue = onDevice.CreateStepQueue();
        var rule = new Adam.Rule<float>(new Adam { LearningRate = 1e-3 });
        int[] batch = Cases.Draw(Batch, () => random.Next(N));
        for (int warm = 1; warm <= 2; warm++) Step(warm);

        AcceleratorCounters counters = accelerator.Device.Counters();
        counters.Reset();
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Steps = 3;
        for (int step = 3; step < 3 + Steps; step++) Step(step);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(3 * Steps, counters.Launches);      // the examples, the sums over groups, the update: 8 are allowed
        Assert.Equal(0, counters.Allocations);
        Assert.Equal(0, allocated);
        Assert.Equal(Steps * Batch * sizeof(int), counters.BytesToDevice);
        Assert.Equal(Steps, counters.CopiesToDevice);
        Assert.Equal(0, counters.BytesToHost);
        Assert.Equal(0, counters.HostSynchronizations);

        // Nothing was lost: the queue knows of all steps.
        Assert.Equal(2 + Steps, queue.Read().Applied);

        void Step(int number)
        {
            rule.Prepare(number, 1);
            queue.Add(parameters, batch, state, rule, GradientTransform<float>.None);
        }
    }
}
