using Benchmarks.Reports;
using Benchmarks.Workloads;

namespace Benchmarks.Peers;

/// <summary>What the machine itself can do on one thread: the roofs that the workloads are held against.</summary>
internal static class MachineSubjects
{
    /// <summary>What fits into the first, the second and the third level cache of most machines, and into none.</summary>
    private static readonly (string Name, int Bytes)[] Levels = [("l1", 24 << 10), ("l2", 1 << 20), ("l3", 24 << 20), ("memory", 1 << 30)];

    internal static IEnumerable<Subject> All()
    {
        yield return new Subject("machine-float", Run(Peak<float>.Run), () => Peak<float>.Flops);
        yield return new Subject("machine-double", Run(Peak<double>.Run), () => Peak<double>.Flops);
        foreach ((string name, int bytes) in Levels)
        {
            Memory<byte> data = LargeMemory.Allocate<byte>(bytes);
            yield return new Subject("machine-" + name, Run(() => DataPass.Read<byte>(data.Span)), () => bytes);
        }
    }

    private static Func<double> Run(Action action) => () =>
    {
        action();
        return 0;
    };
}
