using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using IlgpuStandIn;
using Xunit;

namespace SymbolicGD.IlgpuTests.StandIn;

/// <summary>A kernel that returns at its barriers and goes on behind them computes what it computes in threads that wait there.</summary>
public sealed class StepTests
{
    [Theory]
    [InlineData(nameof(InLoops), true)]
    [InlineData(nameof(InMethods), true)]
    [InlineData(nameof(InAGenericMethod), true)]
    [InlineData(nameof(InABranchThatAllTake), true)]
    [InlineData(nameof(WithAReference), true)]
    [InlineData(nameof(WithChangedArguments), true)]
    [InlineData(nameof(WithASwitch), true)]
    [InlineData(nameof(WithAReferenceToAVariable), false)]
    [InlineData(nameof(InAnExpression), false)]
    [InlineData(nameof(InAMethodWithAReference), false)]
    public void Steps_compute_what_threads_compute(string kernel, bool steps)
    {
        var method = typeof(StepTests).GetMethod(kernel, BindingFlags.Static | BindingFlags.NonPublic)!;
        var action = method.CreateDelegate<Action<ArrayView<double>, Arguments, int>>();
        foreach (int group in (int[])[1, 2, 16])
        {
            Assert.Equal(Run(action, group, systemThreads: true), Run(action, group, systemThreads: false));
        }

        using var device = new TestDevice();
        Assert.Equal(steps, device.Accelerator.RunsInSteps(action));
    }

    private static double[] Run(Action<ArrayView<double>, Arguments, int> kernel, int group, bool systemThreads)
    {
        using var device = new TestDevice(new StandInOptions { SystemThreads = systemThreads });
        using var values = device.Accelerator.Allocate1D(Enumerable.Range(1, 64).Select(i => 1.0 / i).ToArray());
        using var more = device.Accelerator.Allocate1D(Enumerable.Range(1, 64).Select(i => (float)i).ToArray());
        var load = device.Accelerator.LoadStreamKernel(kernel);
        load(new KernelConfig(3, group), values.View, new Arguments { More = more.View, Scale = 2, Count = 5 }, 3);
        load(new KernelConfig(3, group), values.View, new Arguments { More = more.View, Scale = 3, Count = 4 }, 2);
        return values.GetAsArray1D();
    }

    public struct Arguments
    {
        public ArrayView1D<float, Stride1D.Dense> More;
        public double Scale;
        public int Count;
    }

    private interface IOperation
    {
        static abstract double Combine(double a, double b);

        static abstract double Reduce(ArrayView<double> shared);
    }

    private readonly struct Sum : IOperation
    {
        public static double Combine(double a, double b) => a + b;

        public static double Reduce(ArrayView<double> shared) => Tree<Sum>(shared);
    }

    private readonly struct Greatest : IOperation
    {
        public static double Combine(double a, double b) => Math.Max(a, b);

        public static double Reduce(ArrayView<double> shared)
        {
            Group.Barrier();
            double all = Tree<Greatest>(shared);
            Group.Barrier();
            return all;
        }
    }

    private static double Tree<TOperation>(ArrayView<double> shared)
        where TOperation : struct, IOperation
    {
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = TOperation.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        return shared[0];
    }

    private static void Exchange(ArrayView<double> shared, int by)
    {
        double mine = shared[Group.IdxX];
        Group.Barrier();
        shared[(Group.IdxX + by) % Group.DimX] = mine;
        Group.Barrier();
    }

    private static void InLoops(ArrayView<double> values, Arguments arguments, int n)
    {
        var tile = SharedMemory.Allocate<double>(16);
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            tile[Group.IdxX] = values[Group.IdxX] * arguments.Scale;
            Group.Barrier();
            float factor = arguments.More[i];
            for (int j = 0; j < Group.DimX; j++)
            {
                sum += tile[j] * factor;
                if (j % 4 == 1)
                {
                    Group.Barrier();
                }
            }

            Group.Barrier();
        }

        values[16 + (Grid.IdxX * Group.DimX) + Group.IdxX] = sum;
    }

    private static void InMethods(ArrayView<double> values, Arguments arguments, int n)
    {
        var shared = SharedMemory.Allocate<double>(16);
        shared[Group.IdxX] = values[Group.IdxX];
        double kept = arguments.Scale + n;
        Exchange(shared, 1);
        double sum = Tree<Sum>(shared);
        Group.Barrier();
        shared[Group.IdxX] = values[Group.IdxX] * Group.IdxX;
        Exchange(shared, n);
        double other = Tree<Greatest>(shared);
        values[16 + (Grid.IdxX * Group.DimX) + Group.IdxX] = sum + (kept * other);
    }

    private static void InAGenericMethod(ArrayView<double> values, Arguments arguments, int n)
    {
        Generic<Sum>(values, 16);
        Group.Barrier();
        Generic<Greatest>(values, 32);
    }

    private static void Generic<TOperation>(ArrayView<double> values, int offset)
        where TOperation : struct, IOperation
    {
        var shared = SharedMemory.Allocate<double>(16);
        shared[Group.IdxX] = values[Group.IdxX] + offset;
        double all = TOperation.Reduce(shared);
        values[offset + Group.IdxX] = all;
    }

    private static void InABranchThatAllTake(ArrayView<double> values, Arguments arguments, int n)
    {
        var shared = SharedMemory.Allocate<double>(16);
        shared[Group.IdxX] = values[Group.IdxX];
        if (n == 3)
        {
            Group.Barrier();
        }
        else
        {
            Exchange(shared, 3);
        }

        if (Grid.IdxX == 1)
        {
            return;
        }

        Group.Barrier();
        values[16 + Group.IdxX] = shared[(Group.IdxX + 1) % Group.DimX];
    }

    private static void WithAReference(ArrayView<double> values, Arguments arguments, int n)
    {
        ref double mine = ref values[16 + Group.IdxX];
        mine = n;
        Group.Barrier();
        mine += values[16 + ((Group.IdxX + 1) % Group.DimX)];
        Group.Barrier();
        mine *= arguments.Scale;
    }

    private static void WithChangedArguments(ArrayView<double> values, Arguments arguments, int n)
    {
        n += Group.IdxX;
        arguments.Count++;
        values = values.SubView(16, 40);
        values[Group.IdxX] = n;
        Group.Barrier();
        n += arguments.Count;
        double next = values[(Group.IdxX + 1) % Group.DimX];
        Group.Barrier();
        values[Group.IdxX] = n + next;
    }

    private static void WithASwitch(ArrayView<double> values, Arguments arguments, int n)
    {
        for (int i = 0; i < 5; i++)
        {
            switch (i)
            {
                case 0:
                    values[16 + Group.IdxX] = n;
                    Group.Barrier();
                    break;
                case 1:
                    double next = values[16 + ((Group.IdxX + 1) % Group.DimX)];
                    Group.Barrier();
                    values[32 + Group.IdxX] = next + n;
                    break;
                case 3:
                    Group.Barrier();
                    continue;
                default:
                    values[32 + Group.IdxX] += i;
                    break;
            }

            Group.Barrier();
        }
    }

    private static void WithAReferenceToAVariable(ArrayView<double> values, Arguments arguments, int n)
    {
        double sum = 1;
        ref double to = ref sum;
        for (int i = 0; i < n; i++)
        {
            Group.Barrier();
            to += values[Group.IdxX];
        }

        values[16 + Group.IdxX] = sum;
    }

    private static void InAnExpression(ArrayView<double> values, Arguments arguments, int n)
    {
        var shared = SharedMemory.Allocate<double>(16);
        shared[Group.IdxX] = n;
        values[16 + Group.IdxX] = arguments.Scale + Tree<Sum>(shared);
    }

    private static void InAMethodWithAReference(ArrayView<double> values, Arguments arguments, int n)
    {
        double sum = n;
        AddAll(ref sum, values);
        values[16 + Group.IdxX] = sum;
    }

    private static void AddAll(ref double sum, ArrayView<double> values)
    {
        for (int i = 0; i < Group.DimX; i++)
        {
            Group.Barrier();
            sum += values[i];
        }
    }
}
