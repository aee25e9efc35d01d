using Xunit;

namespace SymbolicGD.RuntimeTests.Objectives;

/// <summary>Who works in what at the same time.</summary>
public sealed class PoolTests
{
    private readonly Pool<Item> pool = new(() => new Item());

    [Fact]
    public void The_first_thread_gets_what_it_returned()
    {
        Item first = pool.Rent();
        pool.Return(first);
        Assert.Same(first, pool.Rent());
    }

    [Fact]
    public void A_call_inside_of_a_call_gets_another_one()
    {
        Item outer = pool.Rent();
        Item inner = pool.Rent();
        Assert.NotSame(outer, inner);
        pool.Return(inner);
        pool.Return(outer);
        Item again = pool.Rent(), other = pool.Rent();
        Assert.NotSame(again, other);
        Assert.Equal(2, new[] { outer, inner, again, other }.Distinct().Count());
    }

    [Fact]
    public void Other_threads_get_others_and_use_them_again()
    {
        Item mine = pool.Rent();
        pool.Return(mine);
        Item? theirs = null, again = null;
        OnThread(() => pool.Return(theirs = pool.Rent()));
        OnThread(() => pool.Return(again = pool.Rent()));
        Assert.NotSame(mine, theirs);
        Assert.Same(theirs, again);
        Assert.Same(mine, pool.Rent());
    }

    [Fact]
    public void What_is_not_returned_is_made_anew()
    {
        pool.Return(pool.Rent());
        Item lost = pool.Rent();
        Item next = pool.Rent();
        Assert.NotSame(lost, next);
        pool.Return(next);
        Assert.Same(next, pool.Rent());
        pool.Return(next);
        Assert.Equal(0, Allocations.Of(() => pool.Return(pool.Rent())));
    }

    [Fact]
    public void No_two_threads_have_one_at_the_same_time()
    {
        var threads = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                Item item = pool.Rent();
                if (Interlocked.Increment(ref item.Users) != 1) Interlocked.Exchange(ref item.Shared, 1);
                Interlocked.Decrement(ref item.Users);
                if (item.Shared != 0) return;
                pool.Return(item);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        for (int i = 0; i < 20; i++) Assert.Equal(0, pool.Rent().Shared);
    }

    private static void OnThread(ThreadStart work)
    {
        var thread = new Thread(work);
        thread.Start();
        thread.Join();
    }

    internal sealed class Item
    {
        public int Users;
        public int Shared;
    }
}
