using System.Numerics;
using SymbolicGD.CompilerServices;

namespace SymbolicGD;

/// <summary>What one call of an objective works in.</summary>
internal sealed class Workspace<T>(int scratchLength, int gradientLength)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> scratch = new(scratchLength);
    private AlignedBuffer<T>? gradient;
    private AlignedBuffer<T>? direction;
    private AlignedBuffer<T>? sums;
    private TouchedRows? touched;
    private PartsRun<T>? parts;

    public Span<T> Scratch => scratch.Span;

    /// <summary>As long as the parameter vector; not every call needs it, hence made at the first that does.</summary>
    public Span<T> Gradient => (gradient ??= new AlignedBuffer<T>(gradientLength)).Span;

    /// <summary>Another such vector, zero between calls: steps add to some of its rows and clear them.</summary>
    public Span<T> GradientSums => (sums ??= new AlignedBuffer<T>(gradientLength)).Span;

    /// <summary>What names those rows.</summary>
    public TouchedRows Touched(ParameterLayout layout) => touched ??= new TouchedRows(layout);

    /// <summary>What evaluates the examples in several parts.</summary>
    public PartsRun<T> Parts(ExampleObjective<T> objective) => parts ??= new PartsRun<T>(objective, scratch);

    /// <summary>Another such vector.</summary>
    public Span<T> Direction => (direction ??= new AlignedBuffer<T>(gradientLength)).Span;
}

/// <summary>Keeps what the calls of an objective work in, so that a warm one allocates nothing and concurrent callers get their own.</summary>
internal sealed class Pool<TItem>(Func<TItem> create)
    where TItem : class
{
    private readonly TItem?[] others = new TItem?[Math.Max(1, Environment.ProcessorCount - 1)];
    private TItem? first;

    public TItem Rent()
    {
        TItem? item = Interlocked.Exchange(ref first, null);
        for (int i = 0; item is null && i < others.Length; i++)
        {
            item = Interlocked.Exchange(ref others[i], null);
        }

        return item ?? create();
    }

    public void Return(TItem item)
    {
        if (Interlocked.CompareExchange(ref first, item, null) is null)
        {
            return;
        }

        for (int i = 0; i < others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref others[i], item, null) is null)
            {
                return;
            }
        }
    }
}
