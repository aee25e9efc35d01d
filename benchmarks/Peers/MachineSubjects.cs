using Benchmarks.Reports;
using Benchmarks.Workloads;

namespace Benchmarks.Peers;

/// <summary>What the machine itself can do on one thread: the roofs that the workloads are held against.</summary>
internal static class MachineSubjects
{
    /// <summary>More than any cache holds.</summary>
    private const int StreamBytes = 1 << 30;

    internal static IEnumerable<Subject> All()
    {
        yield return new Subject("machine-float", Run(Peak<float>.Run), () => Peak<float>.Flops);
        yield return new Subject("machine-double", Run(Peak<double>.Run), () => Peak<double>.Flops);
        Memory<byte> stream = LargeMemory.Allocate<byte>(StreamBytes);
        yield return new Subject("machine-stream", Run(() => DataPass.Read<byte>(stream.Span)), () => StreamBytes);
    }

    private static Func<double> Run(Action action) => () =>
    {
        action();
        return 0;
    };
}
