using System.Numerics;
using System.Numerics.Tensors;

namespace SymbolicGD;

/// <summary>
/// Evaluates the parts of a call over examples, on one thread or several. Each part has a sum of its own, and sums are added in the order of the parts,
/// so that the result does not depend on who computed what. Belongs to a workspace; what it needs for helpers is kept.
/// </summary>
internal sealed unsafe class PartsRun<T>(ExampleObjective<T> objective, AlignedBuffer<T> ownScratch) : SharedRun
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // So many elements of two sums are a small part of the first cache.
    private const int SegmentLength = 2048;

    private readonly int length = objective.Layout.Length;
    private readonly T[] squares = new T[(objective.Layout.Length + SegmentLength - 1) / SegmentLength]; // the squared norm of each segment of the result
    private T[] values = [];
    private AlignedBuffer<T>[] sums = [];              // of all parts but the first, which sums where the result goes
    private AlignedBuffer<T>[] scratch = [ownScratch]; // of each thread

    // The evaluation in progress. The caller's memory stays where it is as long as it takes.
    private Kind kind;
    private int count;
    private int parts;
    private int threads;
    private T weight;
    private T* parameters;
    private int* batch;                                // null: all examples
    private T* direction;
    private T* output;
    private ISegments? update;

    private enum Kind
    {
        Sum,
        Gradient,
        Product,
        Update,
    }

    /// <summary>An update of parameters, segment by segment.</summary>
    private interface ISegments
    {
        void Run(int start, int length);
    }

    /// <summary>The sum of the losses.</summary>
    public T Sum(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, int count, int parts) => Evaluate(Kind.Sum, parameters, batch, count, parts, T.Zero, [], []);

    /// <summary>The sum of the losses; overwrites the gradient.</summary>
    public T Gradient(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, int count, int parts, T weight, Span<T> gradient) =>
        Evaluate(Kind.Gradient, parameters, batch, count, parts, weight, [], gradient);

    /// <summary>Overwrites the product of the Hessian with a direction.</summary>
    public void Product(ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, int count, int parts, T weight, ReadOnlySpan<T> direction, Span<T> product) =>
        Evaluate(Kind.Product, parameters, batch, count, parts, weight, direction, product);

    /// <summary>The squared norm of the latest gradient or product: the same, to the last bit, on any number of threads.</summary>
    public T SquaredNorm
    {
        get
        {
            T sum = T.Zero;
            foreach (T square in squares) sum += square;
            return sum;
        }
    }

    /// <summary>Updates the parameters by the latest gradient: each by itself, so that it does not matter who does.</summary>
    public void Update<TRule>(Span<T> parameters, ReadOnlySpan<T> gradient, Span<T> state, in TRule rule, T scale, T maxValue)
        where TRule : struct, IUpdateRule<T>
    {
        SegmentUpdate<TRule> work = update as SegmentUpdate<TRule> ?? new SegmentUpdate<TRule>();
        update = work;
        fixed (T* p = parameters, g = gradient, s = state)
        {
            work.Set(p, g, s, length, rule, scale, maxValue);
            (kind, parts) = (Kind.Update, 0);
            Run(Segments, threads);
        }
    }

    private int Segments => squares.Length;

    /// <inheritdoc/>
    protected override void RunUnit(int unit, int thread)
    {
        if (kind == Kind.Update)
        {
            update!.Run(unit * SegmentLength, Math.Min(SegmentLength, length - (unit * SegmentLength)));
            return;
        }

        if (unit < parts)
        {
            RunPart(unit, thread, kind == Kind.Sum ? [] : unit == 0 ? new Span<T>(output, length) : sums[unit - 1].Span);
            return;
        }

        WaitForUnits(parts);
        AddSegment(unit - parts, 1);
    }

    /// <summary>Adds one segment of the sums of parts, in their order, and takes its square while it is in the first cache.</summary>
    private void AddSegment(int index, int fromPart)
    {
        int start = index * SegmentLength, end = Math.Min(length, start + SegmentLength);
        var segment = new Span<T>(output + start, end - start);
        for (int part = fromPart; part < parts; part++)
        {
            TensorPrimitives.Add(segment, sums[threads > 1 ? part - 1 : 0].Span[start..end], segment);
        }

        squares[index] = VectorKernels.Dot(segment, segment);
    }

    private T Evaluate(
        Kind kind, ReadOnlySpan<T> parameters, ReadOnlySpan<int> batch, int count, int parts, T weight, ReadOnlySpan<T> direction, Span<T> output)
    {
        threads = Math.Min(parts, objective.MostThreads);
        Prepare(kind == Kind.Sum ? 0 : threads > 1 ? parts - 1 : 1, threads);
        if (values.Length < parts)
        {
            values = new T[parts];
        }

        fixed (T* p = parameters, d = direction, o = output)
        fixed (int* b = batch)
        {
            (this.kind, this.count, this.parts, this.weight) = (kind, count, parts, weight);
            this.parameters = p;
            this.batch = b;
            this.direction = d;
            this.output = o;
            if (threads > 1)
            {
                Run(parts + (kind == Kind.Sum ? 0 : Segments), threads);
            }
            else
            {
                RunAlone(output);
            }
        }

        T sum = values[0];
        for (int part = 1; part < parts; part++)
        {
            sum += values[part];
        }

        return sum;
    }

    private void RunAlone(Span<T> output)
    {
        RunPart(0, 0, output);
        for (int part = 1; part < parts; part++)
        {
            Span<T> sum = kind == Kind.Sum ? [] : sums[0].Span;
            RunPart(part, 0, sum);
            if (kind == Kind.Sum) continue;
            if (part < parts - 1)
            {
                TensorPrimitives.Add(output, sum, output);
                continue;
            }

            for (int segment = 0; segment < Segments; segment++) AddSegment(segment, part);
        }
    }

    private void RunPart(int part, int thread, Span<T> sum)
    {
        int start = ExampleWork.Start(count, parts, part), size = ExampleWork.Start(count, parts, part + 1) - start;
        ExampleRows rows = batch is null ? new ExampleRows(count, start, size) : new ExampleRows(new ReadOnlySpan<int>(batch + start, count - start), size);
        var point = new ReadOnlySpan<T>(parameters, length);
        Span<T> workspace = scratch[thread].Span;
        switch (kind)
        {
            case Kind.Sum:
                values[part] = objective.Sum(point, rows, workspace);
                break;
            case Kind.Gradient:
                values[part] = objective.SetGradient(point, rows, weight, sum, workspace);
                break;
            default:
                sum.Clear();
                objective.AddProduct(point, rows, weight, new ReadOnlySpan<T>(direction, length), sum, workspace);
                break;
        }
    }

    private sealed class SegmentUpdate<TRule> : ISegments
        where TRule : struct, IUpdateRule<T>
    {
        private T* parameters, gradient, state;
        private nuint stride;
        private TRule rule;
        private T scale, maxValue;

        public void Set(T* parameters, T* gradient, T* state, int stride, TRule rule, T scale, T maxValue)
        {
            this.parameters = parameters;
            this.gradient = gradient;
            this.state = state;
            this.stride = (nuint)stride;
            (this.rule, this.scale, this.maxValue) = (rule, scale, maxValue);
        }

        public void Run(int start, int length) =>
            FusedUpdate.Run(ref parameters[start], ref gradient[start], ref state[start], (nuint)length, stride, rule, scale, maxValue);
    }

    // What is there stays: helpers of an earlier run may still have a number from it.
    private void Prepare(int sumCount, int threads)
    {
        int known = sums.Length;
        if (known < sumCount)
        {
            Array.Resize(ref sums, sumCount);
            for (; known < sumCount; known++)
            {
                sums[known] = new AlignedBuffer<T>(length);
            }
        }

        known = scratch.Length;
        if (known < threads)
        {
            Array.Resize(ref scratch, threads);
            for (; known < threads; known++)
            {
                scratch[known] = new AlignedBuffer<T>(objective.WorkspaceLength);
            }
        }
    }
}
