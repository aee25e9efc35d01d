using System.Numerics;
using System.Runtime.CompilerServices;
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
    private RowFetch? rows;

    public Span<T> Scratch => scratch.Span;

    /// <summary>As long as the parameter vector; not every call needs it, hence made at the first that does.</summary>
    public Span<T> Gradient => (gradient ??= new AlignedBuffer<T>(gradientLength)).Span;

    /// <summary>Another such vector, zero between calls: steps add to some of its rows and clear them.</summary>
    public Span<T> GradientSums => (sums ??= new AlignedBuffer<T>(gradientLength)).Span;

    /// <summary>What names those rows.</summary>
    public TouchedRows Touched(ParameterLayout layout) => touched ??= new TouchedRows(layout);

    /// <summary>What evaluates the examples in several parts.</summary>
    public PartsRun<T> Parts(ExampleObjective<T> objective) => parts ??= new PartsRun<T>(objective, scratch);

    /// <summary>What is read next.</summary>
    public RowFetch Rows => rows ??= new RowFetch();

    /// <summary>Another such vector.</summary>
    public Span<T> Direction => (direction ??= new AlignedBuffer<T>(gradientLength)).Span;
}

/// <summary>Keeps what the calls of an objective work in, so that a warm one allocates nothing and concurrent callers get their own.</summary>
/// <remarks>
/// The first thread that rents has a place that no other touches, and pays no interlocked operation (two take 14 ns, more than a small kernel). What is not returned,
/// because a call threw, is forgotten and made anew.
/// </remarks>
internal sealed class Pool<TItem>(Func<TItem> create)
    where TItem : class
{
    private readonly TItem?[] others = new TItem?[Math.Max(1, Environment.ProcessorCount)];
    private TItem? owned;       // read and written by the owner alone
    private int owner;          // a thread's number, which another has only when that thread is gone; 0: nobody's yet

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TItem Rent()
    {
        if (Environment.CurrentManagedThreadId == owner && owned is { } item)
        {
            owned = null;
            return item;
        }

        return RentShared();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(TItem item)
    {
        if (Environment.CurrentManagedThreadId == owner && owned is null)
        {
            owned = item;
            return;
        }

        ReturnShared(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TItem RentShared()
    {
        int thread = Environment.CurrentManagedThreadId;
        if (owner == 0)
        {
            Interlocked.CompareExchange(ref owner, thread, 0);
        }

        TItem? item = null;
        for (int i = 0; item is null && i < others.Length; i++)
        {
            item = Interlocked.Exchange(ref others[i], null);
        }

        return item ?? create();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnShared(TItem item)
    {
        for (int i = 0; i < others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref others[i], item, null) is null)
            {
                return;
            }
        }
    }
}
