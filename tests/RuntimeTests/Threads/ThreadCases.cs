using System.Numerics;
using SymbolicGD.RuntimeTests.Programs;
using SymbolicGD.RuntimeTests.Samples;

namespace SymbolicGD.RuntimeTests.Threads;

/// <summary>Generated objectives of every kind over drawn data, with a point.</summary>
internal static class ThreadCases
{
    public static readonly string[] Names = ["logistic", "growth", "network", "ratings", "root", "decay"];

    /// <summary>Calls back with the objective of a name, which knows its element type.</summary>
    /// <param name="examples">How many; 0 for some hundred.</param>
    public static TResult Visit<TResult>(string name, int examples, IVisitor<TResult> visitor)
    {
        int n = examples == 0 ? 300 : examples;
        var random = new Random(n + name.Length);
        switch (name)
        {
            case "logistic":
                return visitor.Visit(new OverExamples.LogisticObjective(x: Floats(n * 37), label: Draw(n, () => (float)random.Next(2)), l2: 0.01f), Floats(38));
            case "growth":
                return visitor.Visit(new OverExamples.GrowthObjective(x: Doubles(n), y: Doubles(n)), [1.5, 0.5, 2.0]);
            case "network":
                return visitor.Visit(
                    new OverExamples.NetworkObjective(x: Floats(n * 19), label: Draw(n, () => random.Next(5)), hidden: 13, classes: 5), Floats((19 * 13) + 13 + (13 * 5) + 5));
            case "ratings":
                return visitor.Visit(
                    new Ratings.SquaredErrorObjective(
                        u: Draw(n, () => random.Next(7)), i: Draw(n, () => random.Next(5)), rating: Floats(n), l2: 0.01f, users: 7, rank: 3, items: 5),
                    Floats(12 * 4));
            case "root":
                return visitor.Visit(new OverExamples.RootObjective(x: Doubles(n)), [0.7, 0.3]);
            case "decay":
                return visitor.Visit(new OverExamples.DecayObjective(t: Doubles(n), y: Doubles(n), z: Doubles(n)), [1.5, 0.5, 0.25]);
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such objective.");
        }

        float[] Floats(int count) => Draw(count, () => random.NextSingle() - 0.25f);

        double[] Doubles(int count) => Draw(count, () => random.NextDouble() - 0.25);
    }

    /// <summary>Indices of examples, in any order and more than once.</summary>
    public static int[] Batch(int examples, int length)
    {
        var random = new Random(length);
        return Draw(length, () => random.Next(examples));
    }

    /// <summary>The least number of examples that is split into so many parts.</summary>
    public static int LeastFor<T>(ExampleObjective<T> objective, int parts)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int less = 1, enough = 1 << 28;
        while (enough - less > 1)
        {
            int middle = less + ((enough - less) / 2);
            (less, enough) = objective.PartsOf(middle) >= parts ? (less, middle) : (middle, enough);
        }

        return enough;
    }

    private static T[] Draw<T>(int count, Func<T> next)
    {
        var values = new T[count];
        foreach (ref T value in values.AsSpan()) value = next();
        return values;
    }

    internal interface IVisitor<TResult>
    {
        TResult Visit<T>(ExampleObjective<T> objective, T[] point)
            where T : unmanaged, IFloatingPointIeee754<T>;
    }
}
