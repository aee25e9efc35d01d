using System.Numerics;

namespace SymbolicGD;

/// <summary>How much a gradient computes, in additions and multiplications; a library function counts as ten.</summary>
/// <param name="PerExample">For each example.</param>
/// <param name="PerCall">For each part of the examples, however many they are.</param>
public readonly record struct ExampleWork(double PerExample, double PerCall)
{
    // A part takes at least some 50 µs: starting another thread takes 5, and a part costs one thread a tenth of a microsecond.
    private const double LeastPart = 3e6;

    // To clear a sum of the gradient and to add it to another takes as long as so many operations per element.
    private const double PerElement = 20;

    // The share of the time that clearing and adding may take.
    private const double MostOverhead = 0.025;

    // The sums of all parts together stay in the outer cache.
    private const double MostBytes = 4 << 20;
    private const int MostParts = 64;

    // The examples of a block of matrix products.
    private const int LeastExamples = 64;

    // The lanes of the longest vector: parts begin with whole vectors. No coarser, so that they are of almost equal size.
    private const int Granule = 16;

    /// <summary>
    /// Into how many parts an evaluation is split: a power of two. Depends on no property of the machine: each part has a sum of its own, so that
    /// the split decides the rounding.
    /// </summary>
    /// <param name="examples">The number of examples.</param>
    /// <param name="parameters">The number of parameters.</param>
    /// <param name="size">The bytes of a parameter.</param>
    internal int Parts(int examples, int parameters, int size)
    {
        double work = examples * PerExample;
        double most = Math.Min(work / LeastPart, 1 + (MostOverhead * work / (PerCall + (PerElement * parameters))));
        most = Math.Min(most, Math.Max(2, MostBytes / ((double)parameters * size)));
        most = Math.Min(most, Math.Min(MostParts, examples / LeastExamples));
        return most >= 2 ? (int)BitOperations.RoundUpToPowerOf2((uint)most + 1) / 2 : 1;
    }

    /// <summary>The first position of a part; that of the part after the last one is the number of examples.</summary>
    internal static int Start(int examples, int parts, int part) =>
        part == parts ? examples : (int)((long)(examples / Granule) * part / parts) * Granule;
}
