namespace SymbolicGD.RuntimeTests;

/// <summary>
/// What warm code allocates on this thread. The run time itself allocates there now and then while it loads types and compiles code anew: some hundred bytes in one run of many.
/// What the code allocates it allocates in every run, so the least of several runs is measured.
/// </summary>
internal static class Allocations
{
    private const int Runs = 5;

    /// <summary>The bytes of one call of <paramref name="action"/>.</summary>
    public static long Of(Action action)
    {
        Repeat(50, action);
        return Least(() => Repeat(100, action)) / 100;
    }

    /// <summary>The bytes that a run of <paramref name="many"/> iterations allocates more than one of <paramref name="few"/>.</summary>
    public static long Between(int few, int many, Action<int> run)
    {
        run(many);
        return Least(() => run(many)) - Least(() => run(few));
    }

    private static long Least(Action action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Runs; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }
}
