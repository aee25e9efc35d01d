using System.Numerics;
using SymbolicGD;

namespace Benchmarks.Peers;

/// <summary>One pass over the examples in a given order, by steps of batches: what all programs do from the same start.</summary>
internal sealed class Epoch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ExampleObjective<T> objective;
    private readonly ReadOnlyMemory<T> start;
    private readonly ReadOnlyMemory<int> order;
    private readonly int batch;
    private readonly VectorHandle<T> point;
    private VectorHandle<T>? state;
    private T[] zeros = [];

    internal Epoch(ExampleObjective<T> objective, ReadOnlyMemory<T> start, ReadOnlyMemory<int> order, int batch)
    {
        (this.objective, this.start, this.order, this.batch) = (objective, start, order, batch);
        point = objective.CreateVector();
    }

    /// <summary>At the end of the latest epoch.</summary>
    internal T[] Parameters
    {
        get
        {
            var values = new T[point.Length];
            point.CopyTo(values);
            return values;
        }
    }

    /// <returns>The loss of the last batch.</returns>
    internal T Run<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<T>
    {
        state ??= objective.CreateVector(TRule.StateCount * point.Length);
        if (zeros.Length != state.Length) zeros = new T[state.Length];
        state.CopyFrom(zeros);
        point.CopyFrom(start.Span);
        T value = T.Zero;
        for (int from = 0, step = 1; from < order.Length; from += batch, step++)
        {
            rule.Prepare(step, 1);
            value = objective.Step(point, Batch(from), state, rule, GradientTransform<T>.None, Batch(from + batch)).Value;
        }

        return value;

        ReadOnlySpan<int> Batch(int start) => start < order.Length ? order.Span.Slice(start, Math.Min(batch, order.Length - start)) : [];
    }
}
