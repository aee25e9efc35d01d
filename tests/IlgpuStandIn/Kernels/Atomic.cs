using System.Runtime.CompilerServices;
using ILGPU.Engine;

namespace ILGPU;

/// <summary>Each returns what the target held before.</summary>
public static unsafe class Atomic
{
    /// <summary>Tells the search for races, if there is one, that this access is atomic.</summary>
    private static ref T Note<T>(ref T target)
        where T : unmanaged
    {
        KernelThread.Races?.Atomic((nint)Unsafe.AsPointer(ref target));
        return ref target;
    }

    public static int Add(ref int target, int value) => Interlocked.Add(ref Note(ref target), value) - value;

    public static long Add(ref long target, long value) => Interlocked.Add(ref Note(ref target), value) - value;

    public static uint Add(ref uint target, uint value) => Interlocked.Add(ref Note(ref target), value) - value;

    public static ulong Add(ref ulong target, ulong value) => Interlocked.Add(ref Note(ref target), value) - value;

    public static Index1D Add(ref Index1D target, Index1D value) => Add(ref Unsafe.As<Index1D, int>(ref target), value.X);

    public static float Add(ref float target, float value)
    {
        float old = Volatile.Read(ref Note(ref target));
        while (true)
        {
            float found = Interlocked.CompareExchange(ref target, old + value, old);
            if (BitConverter.SingleToInt32Bits(found) == BitConverter.SingleToInt32Bits(old))
            {
                return old;
            }

            old = found;
        }
    }

    public static double Add(ref double target, double value)
    {
        double old = Volatile.Read(ref Note(ref target));
        while (true)
        {
            double found = Interlocked.CompareExchange(ref target, old + value, old);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(old))
            {
                return old;
            }

            old = found;
        }
    }

    public static int Max(ref int target, int value)
    {
        int old = Volatile.Read(ref Note(ref target));
        for (int found; ; old = found)
        {
            found = Interlocked.CompareExchange(ref target, Math.Max(old, value), old);
            if (found == old)
            {
                return old;
            }
        }
    }

    public static int Min(ref int target, int value)
    {
        int old = Volatile.Read(ref Note(ref target));
        for (int found; ; old = found)
        {
            found = Interlocked.CompareExchange(ref target, Math.Min(old, value), old);
            if (found == old)
            {
                return old;
            }
        }
    }

    public static int Or(ref int target, int value) => Interlocked.Or(ref Note(ref target), value);

    public static int And(ref int target, int value) => Interlocked.And(ref Note(ref target), value);

    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref Note(ref target), value);

    public static long Exchange(ref long target, long value) => Interlocked.Exchange(ref Note(ref target), value);

    public static float Exchange(ref float target, float value) => Interlocked.Exchange(ref Note(ref target), value);

    public static double Exchange(ref double target, double value) => Interlocked.Exchange(ref Note(ref target), value);

    public static int CompareExchange(ref int target, int compare, int value) => Interlocked.CompareExchange(ref Note(ref target), value, compare);

    public static long CompareExchange(ref long target, long compare, long value) => Interlocked.CompareExchange(ref Note(ref target), value, compare);

    public static float CompareExchange(ref float target, float compare, float value) => Interlocked.CompareExchange(ref Note(ref target), value, compare);

    public static double CompareExchange(ref double target, double compare, double value) => Interlocked.CompareExchange(ref Note(ref target), value, compare);
}
