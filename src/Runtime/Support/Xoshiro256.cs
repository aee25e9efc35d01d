using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The generator xoshiro256** 1.0 of Blackman and Vigna (2018), seeded by SplitMix64: the same sequence on every platform and in
/// every version of .NET, which <see cref="Random"/> does not promise.
/// </summary>
internal struct Xoshiro256
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <param name="seed">Any number.</param>
    /// <param name="stream">Another number: streams of one seed are independent.</param>
    public Xoshiro256(ulong seed, ulong stream = 0)
    {
        ulong mixed = seed;
        ulong state = SplitMix(ref mixed) + stream;
        s0 = SplitMix(ref state);
        s1 = SplitMix(ref state);
        s2 = SplitMix(ref state);
        s3 = SplitMix(ref state);
    }

    /// <summary>The generator in a given state, as the reference implementation's tests have it.</summary>
    public static Xoshiro256 FromState(ulong s0, ulong s1, ulong s2, ulong s3) => new() { s0 = s0, s1 = s1, s2 = s2, s3 = s3 };

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform on 0 … bound − 1, without bias (Lemire 2019).</summary>
    public int Next(int bound)
    {
        ulong range = (ulong)bound;
        ulong low;
        ulong high = Math.BigMul(Next(), range, out low);
        if (low < range)
        {
            ulong threshold = (0 - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(Next(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Uniform on [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal, by Marsaglia's polar method; the second number of a pair is dropped.</summary>
    public double NextNormal()
    {
        while (true)
        {
            double u = (2 * NextDouble()) - 1, v = (2 * NextDouble()) - 1;
            double square = (u * u) + (v * v);
            if (square is > 0 and < 1)
            {
                return u * Math.Sqrt(-2 * Math.Log(square) / square);
            }
        }
    }

    /// <summary>Fisher–Yates: every order of <paramref name="values"/> is equally likely.</summary>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
