using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SymbolicGD;

public abstract partial class ExampleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private int leastForParts;      // how many examples have two parts; 0: not known yet
    private int threads = 1;

    /// <summary>
    /// On how many threads at most an evaluation over examples runs; −1: as many as there are processors. The default is 1: only the calling thread.
    /// </summary>
    /// <remarks>
    /// <para>Results are the same to the last bit whatever the number. Examples are split into parts, by their number, the operations that each takes and the number of
    /// parameters; each part has a sum of its own, and the sums are added in the order of the parts. An evaluation that takes less than some 100 µs has one part.</para>
    /// <para>The other threads are those of the <see cref="ThreadPool"/>. The calling thread works too and does not wait for one of them to begin. May be set between calls.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is 0 or below −1.</exception>
    public int MaxDegreeOfParallelism
    {
        get => threads;
        set
        {
            if (value is 0 or < -1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"MaxDegreeOfParallelism is {value}; it must be 1 or more, or −1 for as many threads as there are processors.");
            }

            threads = value;
        }
    }

    /// <summary>Into how many parts an evaluation over so many examples is split. More threads than parts are of no use.</summary>
    /// <param name="examples">The number of examples, or the length of a batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples.</exception>
    public int PartsOf(int examples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        return Parts(examples);
    }

    /// <summary>How much a gradient computes. It decides into how many parts an evaluation is split; by default it is not.</summary>
    /// <remarks>Must not change, nor depend on the machine: results do, in their last bits.</remarks>
    protected virtual ExampleWork WorkCore => default;

    /// <inheritdoc/>
    protected override string DescribeMemory()
    {
        int parts = Parts(ExampleCount);
        return base.DescribeMemory() + (parts == 1 ? string.Empty : string.Create(
            CultureInfo.InvariantCulture,
            $"parts        {parts} over all examples, which up to {parts} threads share; {(long)Layout.Length * Unsafe.SizeOf<T>():N0} bytes for the gradient of each\n"));
    }

    internal int MostThreads => threads < 0 ? Environment.ProcessorCount : threads;

    internal T Sum(ReadOnlySpan<T> parameters, ExampleRows rows, Span<T> workspace) => SumCore(parameters, rows, workspace);

    /// <summary>Overwrites the gradient with that over some of the examples, each times a weight.</summary>
    internal T SetGradient(ReadOnlySpan<T> parameters, ExampleRows rows, T weight, Span<T> gradient, Span<T> workspace)
    {
        int from = 0;
        foreach (int index in OverwrittenBlocks)
        {
            ParameterBlock block = Layout.Blocks[index];
            gradient[from..block.Offset].Clear();
            from = block.Offset + block.Length;
        }

        gradient[from..].Clear();
        return AddGradientCore(parameters, rows, weight, gradient, workspace);
    }

    internal void AddProduct(ReadOnlySpan<T> parameters, ExampleRows rows, T weight, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace) =>
        AddHessianVectorProductCore(parameters, rows, weight, direction, product, workspace);

    /// <inheritdoc/>
    /// <remarks>All examples in one part.</remarks>
    protected sealed override T ValueCore(ReadOnlySpan<T> parameters, Span<T> workspace) => Reduced(SumCore(parameters, Rest([]), workspace), ExampleCount);

    /// <inheritdoc/>
    /// <remarks>All examples in one part.</remarks>
    protected sealed override T GradientCore(ReadOnlySpan<T> parameters, Span<T> gradient, Span<T> workspace)
        => Reduced(SetGradient(parameters, Rest([]), Weight(ExampleCount), gradient, workspace), ExampleCount);

    /// <inheritdoc/>
    /// <remarks>All examples in one part.</remarks>
    protected sealed override void HessianVectorProductCore(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace)
    {
        product.Clear();
        AddHessianVectorProductCore(parameters, Rest([]), Weight(ExampleCount), direction, product, workspace);
    }

    private protected sealed override T ValueAt(ReadOnlySpan<T> parameters, Workspace<T> workspace) => ValueOver(parameters, [], workspace);

    private protected sealed override T GradientAt(ReadOnlySpan<T> parameters, Span<T> gradient, Workspace<T> workspace) =>
        GradientOver(parameters, [], gradient, workspace);

    private protected sealed override void ProductAt(ReadOnlySpan<T> parameters, ReadOnlySpan<T> direction, Span<T> product, Workspace<T> workspace) =>
        ProductOver(parameters, [], direction, product, workspace);

    // Here and below, an empty batch stands for all examples.
    private T ValueOver(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Workspace<T> workspace)
    {
        int count = CountOf(batch), parts = Parts(count);
        return Reduced(
            parts == 1 ? SumCore(parameters, Rest(batch), workspace.Scratch) : workspace.Parts(this).Sum(parameters, batch, count, parts), count);
    }

    // A gradient that is not known to be zero is overwritten.
    private T GradientOver(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient, Workspace<T> workspace, bool isZero = false) =>
        GradientOver(parameters, batch, gradient, workspace, isZero, out _);

    // The squared norm is null where it is not at hand.
    private T GradientOver(
        ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, Span<T> gradient, Workspace<T> workspace, bool isZero, out T? squaredNorm, ReadOnlySpan<int> next = default)
    {
        int count = CountOf(batch), parts = Parts(count);
        squaredNorm = null;
        if (parts > 1)
        {
            PartsRun<T> run = workspace.Parts(this);
            T sum = run.Gradient(parameters, batch, count, parts, Weight(count), gradient);
            squaredNorm = run.SquaredNorm;
            return Reduced(sum, count);
        }

        return Reduced(
            isZero
                ? AddGradientCore(parameters, Rest(batch, next), Weight(count), gradient, workspace.Scratch)
                : SetGradient(parameters, Rest(batch, next), Weight(count), gradient, workspace.Scratch),
            count);
    }

    private void ProductOver(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, ReadOnlySpan<T> direction, Span<T> product, Workspace<T> workspace)
    {
        int count = CountOf(batch), parts = Parts(count);
        if (parts > 1)
        {
            workspace.Parts(this).Product(parameters, batch, count, parts, Weight(count), direction, product);
            return;
        }

        product.Clear();
        AddHessianVectorProductCore(parameters, Rest(batch), Weight(count), direction, product, workspace.Scratch);
    }

    private int CountOf(ReadOnlySpan<int> batch) => batch.IsEmpty ? ExampleCount : batch.Length;

    private ExampleRows Rest(ReadOnlySpan<int> batch, ReadOnlySpan<int> next = default) =>
        batch.IsEmpty ? new ExampleRows(ExampleCount, 0, ExampleCount) : new ExampleRows(Joined(batch, next), batch.Length);

    // A batch with the one after it, where they are neighbours in one list, as those of an epoch are: rows are asked for past the end of the first one.
    private static ReadOnlySpan<int> Joined(ReadOnlySpan<int> batch, ReadOnlySpan<int> next)
    {
        ref int first = ref MemoryMarshal.GetReference(batch), following = ref MemoryMarshal.GetReference(next);
        return !next.IsEmpty && Unsafe.AreSame(ref Unsafe.Add(ref first, batch.Length), ref following)
            ? MemoryMarshal.CreateReadOnlySpan(ref first, batch.Length + next.Length) : batch;
    }

    private T Weight(int count) => Reduction == Reduction.Mean ? T.One / T.CreateChecked(count) : T.One;

    private T Reduced(T sum, int count) => Reduction == Reduction.Mean ? sum / T.CreateChecked(count) : sum;

    private int Parts(int count)
    {
        if (leastForParts == 0)
        {
            leastForParts = LeastForParts();
        }

        return count < leastForParts ? 1 : WorkCore.Parts(count, Layout.Length, Unsafe.SizeOf<T>());
    }

    // More examples have no fewer parts.
    private int LeastForParts()
    {
        ExampleWork work = WorkCore;
        int none = 1, some = int.MaxValue;
        while (some - none > 1)
        {
            int middle = none + ((some - none) / 2);
            (none, some) = work.Parts(middle, Layout.Length, Unsafe.SizeOf<T>()) > 1 ? (none, middle) : (middle, some);
        }

        return some;
    }
}
