using Benchmarks.Losses;
using Benchmarks.Native;
using Benchmarks.Tape;
using SymbolicGD;

namespace Benchmarks.Workloads;

/// <summary>
/// An epoch of mini-batch descent over 100,000 ratings of a model of rank 16: gathers, scatters, and steps that update the rows of their batch only.
/// </summary>
internal sealed unsafe class RatingsWorkload : Workload
{
    private const int Ratings = 100_000, Users = 943, Items = 1682, Rank = 16, Batch = 256, Length = (Users + Items) * (Rank + 1);
    private const float Rate = 0.05f, L2 = 0.01f;

    private readonly Memory<int> users = LargeMemory.Allocate<int>(Ratings);
    private readonly Memory<int> items = LargeMemory.Allocate<int>(Ratings);
    private readonly Memory<int> order = LargeMemory.Allocate<int>(Ratings);
    private readonly Memory<float> ratings = LargeMemory.Allocate<float>(Ratings);
    private readonly Memory<float> start = LargeMemory.Allocate<float>(Length);
    private readonly Memory<float> parameters = LargeMemory.Allocate<float>(Length);
    private readonly Memory<float> gradient = LargeMemory.Allocate<float>(Length);
    private readonly Memory<int> rows = LargeMemory.Allocate<int>(2 * (Users + Items));

    internal RatingsWorkload()
    {
        var random = new Random(4);
        float[] truth = new float[(Users + Items) * Rank];
        foreach (ref float value in truth.AsSpan()) value = Normal(random) / 2;
        foreach (ref float value in start.Span) value = Normal(random) / 4;
        for (int k = 0; k < Ratings; k++)
        {
            int u = random.Next(Users), i = random.Next(Items);
            users.Span[k] = u;
            items.Span[k] = i;
            order.Span[k] = k;
            float rating = 0.1f * Normal(random);
            for (int j = 0; j < Rank; j++) rating += truth[(u * Rank) + j] * truth[((Users + i) * Rank) + j];
            ratings.Span[k] = rating;
        }

        random.Shuffle(order.Span);
        var objective = new MatrixFactorization.SquaredErrorObjective(u: users, i: items, rating: ratings, l2: L2, users: Users, rank: Rank, items: Items);
        VectorHandle<float> point = objective.CreateVector(), state = objective.CreateVector(0);
        var rule = new Sgd.Rule<float>(new Sgd { LearningRate = Rate });
        rule.Prepare(1, 1);
        var tape = new TapeRatings(Users, Items, Rank);
        var contenders = new List<Contender>
        {
            new(Contender.Generated, Epoch, () => [.. ToArray(point).Select(value => (double)value)]),
            new(
                Contender.OperatorTape,
                () =>
                {
                    for (int k = 0; k < Length; k++) tape.Parameters[k] = start.Span[k];
                    return tape.Epoch(users.Span, items.Span, ratings.Span, order.Span, Batch, Rate, L2);
                },
                () => tape.Parameters),
        };
        if (NativeKernels.Library is { } c)
        {
            contenders.Add(new(
                Contender.Native,
                () =>
                {
                    start.CopyTo(parameters);
                    return c.Ratings(
                        LargeMemory.Address<int>(users), LargeMemory.Address<int>(items), LargeMemory.Address<float>(ratings), LargeMemory.Address<int>(order), Ratings, Batch,
                        Users, Items, Rate, L2, LargeMemory.Address<float>(parameters), LargeMemory.Address<float>(gradient), LargeMemory.Address<int>(rows));
                },
                () => [.. parameters.ToArray().Select(value => (double)value)]));
        }

        Contenders = contenders;

        double Epoch()
        {
            point.CopyFrom(start.Span);
            float value = 0;
            for (int from = 0; from < Ratings; from += Batch)
            {
                value = objective.Step(point, order.Span.Slice(from, Math.Min(Batch, Ratings - from)), state, rule, GradientTransform<float>.None).Value;
            }

            return value;
        }
    }

    internal override string Name => "ratings";

    internal override string Title => "Matrix factorization, 100,000 ratings, rank 16, batches of 256, float: an epoch of descent";

    internal override IReadOnlyList<Contender> Contenders { get; }

    internal override IReadOnlyList<Target> Targets { get; } = [new(Contender.OperatorTape, 1 / 30.0), new(Contender.Native, 1.05)];

    protected override double Tolerance => 1e-4;

    private static float[] ToArray(VectorHandle<float> vector)
    {
        float[] values = new float[vector.Length];
        vector.CopyTo(values);
        return values;
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
