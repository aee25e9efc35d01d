namespace SymbolicGD.RuntimeTests;

internal static class Allocations
{
    /// <summary>The bytes that this thread allocates in one call of <paramref name="action"/> once it is warm.</summary>
    public static long Of(Action action)
    {
        for (int i = 0; i < 50; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
    }
}
