using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>How the stand-in runs the threads of a group.</summary>
public sealed class GroupTests
{
    [Theory]
    [InlineData(1, ThreadOrder.UpAndDown, false)]
    [InlineData(4, ThreadOrder.DownAndUp, false)]
    [InlineData(16, ThreadOrder.UpAndDown, true)]
    [InlineData(64, ThreadOrder.DownAndUp, true)]
    [InlineData(64, ThreadOrder.UpAndDown, false)]
    public void Threads_see_behind_a_barrier_what_others_wrote_before_it(int group, ThreadOrder order, bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { MaxThreadsPerGroup = 64, Order = order, SystemThreads = systemThreads });
        using var result = device.Accelerator.Allocate1D<int>(3 * group);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<int>>(Rotate);

        kernel(new KernelConfig(3, group), result.View);

        Assert.Equal(Enumerable.Range(0, 3 * group).Select(i => ((i % group) + group - 1) % group), result.GetAsArray1D());
    }

    [Fact]
    public void A_missing_barrier_shows_in_one_of_the_orders()
    {
        var results = new[] { ThreadOrder.UpAndDown, ThreadOrder.DownAndUp }.Select(order =>
        {
            using var device = new TestDevice(new StandInOptions { Order = order });
            using var result = device.Accelerator.Allocate1D<int>(8);
            device.Accelerator.LoadStreamKernel<ArrayView<int>>(LackBarrier)(new KernelConfig(1, 8), result.View);
            return result.GetAsArray1D();
        }).ToArray();

        Assert.NotEqual(results[0], results[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thread_that_leaves_while_others_wait_is_an_error(bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { SystemThreads = systemThreads });
        var kernel = device.Accelerator.LoadStreamKernel<int>(LeaveEarly);

        foreach (int who in (int[])[0, 3, 7])
        {
            var error = Assert.Throws<InvalidOperationException>(() => kernel(new KernelConfig(2, 8), who));
            Assert.Contains("Barrier under divergence", error.Message, StringComparison.Ordinal);
        }

        kernel(new KernelConfig(2, 8), 8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Waiting_at_another_barrier_is_an_error(bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { SystemThreads = systemThreads });
        var kernel = device.Accelerator.LoadStreamKernel<int>(WaitElsewhere);

        var error = Assert.Throws<InvalidOperationException>(() => kernel(new KernelConfig(2, 8), 5));
        Assert.Contains("waits at the barrier of line", error.Message, StringComparison.Ordinal);
        kernel(new KernelConfig(2, 8), 8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Waiting_more_often_is_an_error(bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { SystemThreads = systemThreads });
        var kernel = device.Accelerator.LoadStreamKernel<int>(WaitMore);

        Assert.Throws<InvalidOperationException>(() => kernel(new KernelConfig(2, 8), 5));
        kernel(new KernelConfig(2, 8), 8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_exception_of_a_kernel_reaches_the_host(bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { SystemThreads = systemThreads });
        using var result = device.Accelerator.Allocate1D<int>(4);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<int>, int>(Fail);

        var error = Assert.Throws<IndexOutOfRangeException>(() => kernel(new KernelConfig(3, 8), result.View, 4));
        Assert.Contains("Index 7 lies outside of a view of 4 elements", error.Message, StringComparison.Ordinal);
        Assert.Contains("kernel Fail, group (0, 0, 0), thread (7, 0, 0)", error.Message, StringComparison.Ordinal);
        kernel(new KernelConfig(3, 4), result.View, 4);
    }

    private static void Rotate(ArrayView<int> result)
    {
        var mine = SharedMemory.Allocate<int>(64);
        int thread = Group.IdxX;
        mine[thread] = thread;
        for (int i = 1; i < Group.DimX; i++)
        {
            Group.Barrier();
            int next = mine[(thread + 1) % Group.DimX];
            Group.Barrier();
            mine[thread] = next;
        }

        result[(Grid.IdxX * Group.DimX) + thread] = mine[thread];
    }

    private static void LackBarrier(ArrayView<int> result)
    {
        var mine = SharedMemory.Allocate<int>(16);
        mine[Group.IdxX] = Group.IdxX;
        result[Group.IdxX] = mine[(Group.IdxX + 1) % Group.DimX];
    }

    private static void LeaveEarly(int who)
    {
        Group.Barrier();
        if (Group.IdxX == who)
        {
            return;
        }

        Group.Barrier();
    }

    private static void WaitElsewhere(int who)
    {
        if (Group.IdxX == who)
        {
            Group.Barrier();
        }
        else
        {
            Group.Barrier();
        }
    }

    private static void WaitMore(int who)
    {
        int times = Group.IdxX == who ? 3 : 2;
        if (who == 8)
        {
            times = 3;
        }

        for (int i = 0; i < times; i++)
        {
            Group.Barrier();
        }
    }

    private static void Fail(ArrayView<int> result, int first)
    {
        Group.Barrier();
        result[Group.IdxX] = first;
        Group.Barrier();
    }
}
