namespace Benchmarks.Workloads;

/// <summary>One way of computing a workload's value and gradient.</summary>
/// <param name="Name">As it stands in the tables.</param>
/// <param name="Evaluate">Computes both, returns the value, allocates nothing of its own accord.</param>
/// <param name="Gradient">The gradient of the latest evaluation.</param>
internal sealed record Contender(string Name, Func<double> Evaluate, Func<double[]> Gradient)
{
    internal const string Generated = "SymbolicGD";
    internal const string Composed = "TensorPrimitives";
    internal const string ComposedInBlocks = "TensorPrimitives, blocked";
    internal const string OperatorTape = "tape";
    internal const string Native = "C";
}

/// <summary>An acceptance bound: SymbolicGD takes at most <paramref name="MostTime"/> times as long as <paramref name="Against"/>.</summary>
internal sealed record Target(string Against, double MostTime)
{
    /// <summary>As one would say it: "≥ 4× faster", "≤ 1.2× the time".</summary>
    internal string Text => MostTime < 1 ? Invariant($"≥ {1 / MostTime:0.##}× faster") : Invariant($"≤ {MostTime:0.0#}× its time");
}
