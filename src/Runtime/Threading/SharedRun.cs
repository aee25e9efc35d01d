using System.Runtime.ExceptionServices;

namespace SymbolicGD;

/// <summary>
/// Work in numbered units that the calling thread does together with threads of the pool. The caller never waits for a thread to begin: it does itself
/// what nobody else has taken, so that a busy pool costs speed only. Used by one caller at a time; allocates nothing.
/// </summary>
internal abstract class SharedRun : IThreadPoolWorkItem
{
    private const int Closed = 1 << 30;

    private readonly Lock failing = new();
    private int gate = Closed;         // how many helpers have joined; from Closed on nobody may
    private int mostHelpers;
    private int departed;
    private int queued;                // how often this is in the pool's queue
    private int units;
    private int next;
    private int done;
    private int failedUnit;
    private ExceptionDispatchInfo? failure;

    /// <summary>Does one unit. Units are begun in ascending order.</summary>
    /// <param name="unit">From 0.</param>
    /// <param name="thread">0 for the caller, from 1 for helpers: no two run at the same time with one number.</param>
    protected abstract void RunUnit(int unit, int thread);

    /// <summary>Waits until the units below a number are done. To be called by units from that number on.</summary>
    protected void WaitForUnits(int count)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref done) < count) spin.SpinOnce(sleep1Threshold: -1);
    }

    /// <summary>Does all units, by at most so many threads.</summary>
    /// <remarks>After a unit has thrown, those not begun are left out; thrown is the exception of the lowest one, which is that of a single thread.</remarks>
    protected void Run(int count, int threads)
    {
        units = count;
        next = -1;
        done = 0;
        departed = 0;
        failure = null;
        mostHelpers = threads - 1;
        Volatile.Write(ref gate, 0);
        int wanted = Math.Min(threads, count) - 1;
        while (Volatile.Read(ref queued) < wanted)
        {
            Interlocked.Increment(ref queued);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Work(0);
        int joined = Interlocked.Or(ref gate, Closed);
        var spin = default(SpinWait);
        while (Volatile.Read(ref departed) < joined) spin.SpinOnce(sleep1Threshold: -1);
        failure?.Throw();
    }

    /// <summary>A thread of the pool, perhaps after the run that asked for it has ended.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref queued);
        while (true)
        {
            int joined = Volatile.Read(ref gate);
            if (joined >= mostHelpers) return;
            if (Interlocked.CompareExchange(ref gate, joined + 1, joined) != joined) continue;
            Work(joined + 1);
            Interlocked.Increment(ref departed);
            return;
        }
    }

    private void Work(int thread)
    {
        int unit;
        while ((unit = Interlocked.Increment(ref next)) < units)
        {
            try
            {
                if (Volatile.Read(ref failure) is null || unit < Volatile.Read(ref failedUnit)) RunUnit(unit, thread);
            }
            catch (Exception e)
            {
                Fail(unit, e);
            }

            Interlocked.Increment(ref done);
        }
    }

    private void Fail(int unit, Exception e)
    {
        lock (failing)
        {
            if (failure is null || unit < failedUnit)
            {
                failedUnit = unit;
                Volatile.Write(ref failure, ExceptionDispatchInfo.Capture(e));
            }
        }
    }
}
