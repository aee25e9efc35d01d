using System.Diagnostics;
using System.Numerics;
using ILGPU.Runtime;
using SymbolicGD;

namespace Benchmarks.Device;

/// <summary>Something to do on a device and on the CPU.</summary>
internal abstract class Workload(string name)
{
    public string Name { get; } = name;

    /// <summary>What must pass through the memory of the device once, in bytes; 0 where that is not the bound.</summary>
    public double Bytes { get; init; }

    /// <summary>Additions and multiplications that must be done; 0 where they are not counted.</summary>
    public double Operations { get; init; }

    public abstract Measured Run(Accelerator accelerator, bool withCpu);

    protected const int Repetitions = 5;

    /// <summary>The median of some runs, in milliseconds per call; each run lasts about <paramref name="milliseconds"/>, waiting for the device included.</summary>
    protected static double Median(Action<int> calls, double milliseconds)
    {
        calls(1);
        var watch = Stopwatch.StartNew();
        calls(3);
        int count = (int)Math.Clamp(milliseconds / Math.Max(1e-4, watch.Elapsed.TotalMilliseconds / 3), 1, 20_000);
        double[] times = new double[Repetitions];
        for (int r = 0; r < Repetitions; r++)
        {
            watch.Restart();
            calls(count);
            times[r] = watch.Elapsed.TotalMilliseconds / count;
        }

        Array.Sort(times);
        return times[Repetitions / 2];
    }
}

/// <param name="Device">Milliseconds per call on the device.</param>
/// <param name="Cpu">The same on the CPU, on one thread; NaN where it was not run.</param>
/// <param name="Difference">The largest difference of the results of device and CPU, relative to the largest element.</param>
internal sealed record Measured(double Device, double Cpu, double Difference);

/// <summary>Value and gradient over all examples, with vectors on the device. The value comes back: the host waits in every call.</summary>
internal sealed class GradientWorkload<T>(string name, HostObjective<T> objective, Func<Accelerator, DeviceObjective<T>> on, T[] point) : Workload(name)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override Measured Run(Accelerator accelerator, bool withCpu)
    {
        using DeviceObjective<T> onDevice = on(accelerator);
        using VectorHandle<T> parameters = onDevice.CreateVector(), gradient = onDevice.CreateVector();
        parameters.CopyFrom(point);
        double device = Median(
            count =>
            {
                for (int i = 0; i < count; i++) onDevice.Gradient(parameters, gradient);
            },
            100);
        T[] expected = new T[point.Length], found = new T[point.Length];
        objective.Gradient(point, expected);
        gradient.CopyTo(found);
        double cpu = !withCpu ? double.NaN : Median(
            count =>
            {
                for (int i = 0; i < count; i++) objective.Gradient(point, expected);
            },
            50);
        double largest = expected.Max(v => Math.Abs(double.CreateChecked(v)));
        return new(device, cpu, expected.Zip(found, (a, b) => Math.Abs(double.CreateChecked(a - b))).Max() / largest);
    }
}

/// <summary>Steps of Adam on mini-batches, in the order of a shuffled epoch. The host waits once per run.</summary>
internal sealed class StepWorkload(string name, ExampleObjective<float> objective, Func<Accelerator, DeviceExampleObjective<float>> on, float[] point, int batch) : Workload(name)
{
    public override Measured Run(Accelerator accelerator, bool withCpu)
    {
        int[] order = [.. Enumerable.Range(0, objective.ExampleCount)];
        new Random(1).Shuffle(order);
        using DeviceExampleObjective<float> onDevice = on(accelerator);
        (double device, float[] found) = Steps(onDevice, 100);
        (double cpu, float[] expected) = withCpu ? Steps(objective, 50) : (double.NaN, found);
        return new(device, cpu, expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs));

        (double Time, float[] AfterTen) Steps(IExampleObjective<float> at, double milliseconds)
        {
            var rule = new Adam.Rule<float>(new Adam { LearningRate = 1e-4 });
            using VectorHandle<float> parameters = at.CreateVector(), state = at.CreateVector(Adam.Rule<float>.StateCount * point.Length);
            using StepQueue<float>? queue = (at as IDeferredSteps<float>)?.CreateStepQueue();
            parameters.CopyFrom(point);
            int step = 0, first = 0;
            Do(10);
            float[] afterTen = new float[point.Length];
            parameters.CopyTo(afterTen);
            return (Median(Do, milliseconds), afterTen);

            void Do(int count)
            {
                for (int i = 0; i < count; i++)
                {
                    rule.Prepare(++step, 1);
                    if (first + batch > order.Length) first = 0;
                    ReadOnlySpan<int> rows = order.AsSpan(first, batch);
                    if (queue is null) at.Step(parameters, rows, state, rule, GradientTransform<float>.None);
                    else queue.Add(parameters, rows, state, rule, GradientTransform<float>.None);
                    first += batch;
                }

                queue?.Read();
            }
        }
    }
}
