using Benchmarks.Generator;
using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <inheritdoc cref="QuickstartSession"/>
public class GeneratorLatency
{
    private QuickstartSession session = null!;
    private int edit;

    [GlobalSetup]
    public void Setup() => session = new QuickstartSession();

    [Benchmark(Baseline = true)]
    public TimeSpan Full() => session.Full();

    [Benchmark]
    public TimeSpan CommentEdit() => session.CommentEdit(edit++);

    [Benchmark]
    public TimeSpan UnrelatedEdit() => session.UnrelatedEdit(edit++);

    [Benchmark]
    public TimeSpan LossEdit() => session.LossEdit(edit++);
}
