using Benchmarks.Native;
using Benchmarks.Workloads;
using BenchmarkDotNet.Attributes;

namespace Benchmarks;

/// <summary>The contenders that every workload has. Agreement is checked before anything is timed.</summary>
public abstract class GradientBenchmarks
{
    private Func<double> generated = null!, composed = null!, tape = null!, native = null!;

    private protected abstract Workload Create();

    [GlobalSetup]
    public void Setup()
    {
        Workload workload = Create();
        workload.Check();
        generated = workload[Contender.Generated].Evaluate;
        composed = workload[Contender.Composed].Evaluate;
        tape = workload[Contender.OperatorTape].Evaluate;
        if (NativeKernels.Library is not null) native = workload[Contender.Native].Evaluate;
    }

    [Benchmark(Baseline = true)]
    public double SymbolicGD() => generated();

    [Benchmark]
    public double TensorPrimitives() => composed();

    [Benchmark]
    public double Tape() => tape();

    /// <summary>Filtered out where there is no gcc.</summary>
    [Benchmark]
    public double C() => native();
}

/// <inheritdoc cref="LogisticWorkload"/>
public class LogisticGradient : GradientBenchmarks
{
    private protected override Workload Create() => new LogisticWorkload();
}

/// <inheritdoc cref="RosenbrockWorkload"/>
public class RosenbrockGradient : GradientBenchmarks
{
    private protected override Workload Create() => new RosenbrockWorkload();
}

/// <inheritdoc cref="GrowthWorkload"/>
public class GrowthGradient : GradientBenchmarks
{
    private protected override Workload Create() => new GrowthWorkload();
}
