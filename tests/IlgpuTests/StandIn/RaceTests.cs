using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>Accesses that nothing orders are found, and others are not taken for such.</summary>
public sealed class RaceTests
{
    [Fact]
    public void A_sum_through_shared_memory_has_no_race() => Run(Sum, 3, 8);

    [Fact]
    public void Atomic_additions_have_no_race() => Run(AddAtomically, 3, 8);

    [Fact]
    public void Reading_what_nobody_writes_is_no_race() => Run(ReadAll, 3, 8);

    [Fact]
    public void Plain_additions_race() => Assert.Contains("Race: element 0 of a buffer of 32", Fails(Add, 1, 2), StringComparison.Ordinal);

    [Fact]
    public void Plain_additions_of_two_groups_race() => Assert.Contains("thread 0 of group 0 writes it, thread 0 of group 1 writes it", Fails(Add, 2, 1), StringComparison.Ordinal);

    [Fact]
    public void A_missing_barrier_is_a_race() => Assert.Contains("of shared memory", Fails(LackBarrier, 1, 4), StringComparison.Ordinal);

    [Fact]
    public void A_plain_read_beside_an_atomic_addition_is_a_race() => Fails(ReadBesideAtomic, 1, 4);

    [Fact]
    public void A_barrier_does_not_order_groups() => Fails(WriteThenReadElsewhere, 2, 2);

    private static void Run(Action<ArrayView<float>> kernel, int grid, int group)
    {
        foreach (var order in Enum.GetValues<ThreadOrder>())
        {
            using var device = new TestDevice(new StandInOptions { FindRaces = true, Order = order, SystemThreads = order == ThreadOrder.DownAndUp });
            using var buffer = device.Accelerator.Allocate1D<float>(32);
            buffer.MemSetToZero();
            var load = device.Accelerator.LoadStreamKernel(kernel);
            load(new KernelConfig(grid, group), buffer.View);
            load(new KernelConfig(grid, group), buffer.View);
        }
    }

    private static string Fails(Action<ArrayView<float>> kernel, int grid, int group) =>
        Assert.Throws<InvalidOperationException>(() => Run(kernel, grid, group)).Message;

    private static void Sum(ArrayView<float> values)
    {
        var parts = SharedMemory.Allocate<float>(16);
        parts[Group.IdxX] = Grid.GlobalLinearIndex + 1;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                parts[Group.IdxX] += parts[Group.IdxX + half];
            }

            Group.Barrier();
        }

        if (Group.IdxX == 0)
        {
            values[Grid.IdxX] = parts[0];
        }
    }

    private static void AddAtomically(ArrayView<float> values) => Atomic.Add(ref values[0], values[1] + 1);

    private static void ReadAll(ArrayView<float> values)
    {
        float sum = 0;
        for (int i = 0; i < 4; i++)
        {
            sum += values[i];
        }

        values[4 + Grid.GlobalLinearIndex] = sum + 1;
    }

    private static void Add(ArrayView<float> values) => values[0] += 1;

    private static void LackBarrier(ArrayView<float> values)
    {
        var parts = SharedMemory.Allocate<float>(16);
        parts[Group.IdxX] = 1;
        values[Group.IdxX] = parts[(Group.IdxX + 1) % Group.DimX];
    }

    private static void ReadBesideAtomic(ArrayView<float> values)
    {
        if (Group.IdxX == 1)
        {
            values[1] = values[0];
        }
        else
        {
            Atomic.Add(ref values[0], 1f);
        }
    }

    private static void WriteThenReadElsewhere(ArrayView<float> values)
    {
        values[Grid.GlobalLinearIndex] = 1;
        Group.Barrier();
        values[8 + Grid.GlobalLinearIndex] = values[(Grid.GlobalLinearIndex + 2) % 4];
    }
}
