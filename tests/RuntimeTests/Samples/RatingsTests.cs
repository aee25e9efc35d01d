using System.Numerics.Tensors;
using SymbolicGD;
using Xunit;

namespace SymbolicGD.RuntimeTests.Samples;

/// <summary>Matrix factorization, as a recommender does it: parameters are gathered by index data.</summary>
public static partial class Ratings
{
    [Loss]
    public static float SquaredError(
        [Parameter, Shape("users", "rank")] ReadOnlyMatrix<float> user, [Parameter, Shape("items", "rank")] ReadOnlyMatrix<float> item,
        [Parameter, Shape("users")] ReadOnlySpan<float> userBias, [Parameter, Shape("items")] ReadOnlySpan<float> itemBias,
        [Constant] float l2, int u, int i, float rating)
    {
        float e = Predict(user.Row(u), item.Row(i), userBias[u], itemBias[i]) - rating;
        return e * e + l2 * (TensorPrimitives.SumOfSquares(user.Row(u)) + TensorPrimitives.SumOfSquares(item.Row(i)));
    }

    public static float Predict(ReadOnlySpan<float> user, ReadOnlySpan<float> item, float userBias, float itemBias) =>
        userBias + itemBias + TensorPrimitives.Dot(user, item);
}

public sealed class RatingsTests
{
    private const int Users = 60, Items = 40, Rank = 3;
    private const double Noise = 0.05;

    [Fact]
    public void A_model_of_low_rank_is_found_again()
    {
        // Two thirds of the ratings of a model of rank 3, with noise; the other third is held back.
        var random = new Random(1);
        float[,] tastes = Normal(random, Users, Rank), traits = Normal(random, Items, Rank);
        var known = new List<(int User, int Item, float Rating)>();
        var unknown = new List<(int User, int Item, float Rating)>();
        for (int u = 0; u < Users; u++)
        {
            for (int i = 0; i < Items; i++)
            {
                float rating = TensorPrimitives.Dot(new ReadOnlyMatrix<float>(tastes).Row(u), new ReadOnlyMatrix<float>(traits).Row(i));
                (random.Next(3) > 0 ? known : unknown).Add((u, i, rating + (float)(Noise * Gauss(random))));
            }
        }

        var objective = new Ratings.SquaredErrorObjective(
            u: known.Select(r => r.User).ToArray(), i: known.Select(r => r.Item).ToArray(), rating: known.Select(r => r.Rating).ToArray(),
            l2: 1e-4f, users: Users, rank: Rank, items: Items);
        FitResult<float> fit = new Adam { LearningRate = 0.02 }.Minimize(
            objective,
            objective.CreateParameters(Initializer.Normal(seed: 2, standardDeviation: 0.3)),
            new FitOptions { Epochs = 80, BatchSize = 32, Seed = 3, Schedule = Schedule.CosineAnnealing(epochs: 80) });

        Ratings.SquaredErrorObjective.Parameters p = objective.View(fit.Parameters);
        double error = 0;
        foreach ((int u, int i, float rating) in unknown)
        {
            float e = Ratings.Predict(p.User.Row(u), p.Item.Row(i), p.UserBias[u], p.ItemBias[i]) - rating;
            error += e * e;
        }

        error = Math.Sqrt(error / unknown.Count);
        Assert.InRange(error, 0, 2 * Noise);
    }

    [Fact]
    public void A_batch_touches_the_rows_that_it_names_and_no_others()
    {
        var objective = new Ratings.SquaredErrorObjective(u: new[] { 1, 3, 0 }, i: new[] { 2, 0, 1 }, rating: new float[] { 1, 2, 3 }, l2: 0.1f, users: 5, rank: 2, items: 3);
        Ratings.SquaredErrorObjective.Parameters at = objective.CreateParameters(Initializer.Normal(seed: 1)), gradient = objective.CreateParameters();
        objective.Gradient(at.Values, [1, 1], gradient.AsSpan());
        Matrix<float> user = gradient.User, item = gradient.Item;
        for (int u = 0; u < 5; u++) Assert.Equal(u == 3, user[u, 0] != 0 && user[u, 1] != 0 && gradient.UserBias[u] != 0);
        for (int i = 0; i < 3; i++) Assert.Equal(i == 0, item[i, 0] != 0 && item[i, 1] != 0 && gradient.ItemBias[i] != 0);
    }

    /// <summary>Without state and decay, leaving alone what a batch does not touch changes nothing, to the last bit.</summary>
    [Theory]
    [InlineData(21, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(21, 0.5, double.PositiveInfinity)]
    [InlineData(21, double.PositiveInfinity, 0.01)]
    [InlineData(16, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(16, 0.5, 0.01)]
    [InlineData(1, double.PositiveInfinity, double.PositiveInfinity)]
    public void Plain_descent_is_the_same_whether_or_not_untouched_rows_are_updated(int rank, double maxNorm, double maxValue)
    {
        Ratings.SquaredErrorObjective objective = Random(users: 50, items: 30, rank, ratings: 400);
        FitOptions options = new() { Epochs = 3, BatchSize = 7, Seed = 1, MaxGradientNorm = maxNorm, MaxGradientValue = maxValue };
        Ratings.SquaredErrorObjective.Parameters start = objective.CreateParameters(Initializer.Normal(seed: 1));
        FitResult<float> touched = new Sgd { LearningRate = 0.05 }.Minimize(objective, start, options), all = new Sgd { LearningRate = 0.05 }.Minimize(objective, start, options with { UpdateAllRows = true });
        Assert.All(touched.Parameters.Zip(all.Parameters), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.Equal(all.Value, touched.Value, 1e-5f * all.Value);
        Assert.NotEqual(start.Values.ToArray(), touched.Parameters);
    }

    /// <summary>The touched rows take the step that the rule says; the others and their state do not move.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(32)]
    public void Adam_moves_the_rows_of_a_batch_and_their_state_only(int rank)
    {
        Ratings.SquaredErrorObjective objective = Random(users: 20, items: 10, rank, ratings: 60);
        float[] start = objective.CreateParameters(Initializer.Normal(seed: 1)).Values.ToArray(), expected = [.. start], expectedState = new float[2 * start.Length], gradient = new float[start.Length];
        VectorHandle<float> point = objective.CreateVector(), state = objective.CreateVector(2 * start.Length);
        point.CopyFrom(start);
        var rule = new Adam.Rule<float>(new Adam { LearningRate = 0.1 });
        int[][] batches = [[3, 8, 3], [59], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17], [8]];
        for (int k = 0; k < batches.Length; k++)
        {
            rule.Prepare(k + 1, 1);
            objective.Gradient(expected, batches[k], gradient);
            StepOutcome<float> outcome = objective.Step(point, batches[k], state, rule, GradientTransform<float>.None);
            Assert.True(outcome.Applied);
            Assert.Equal(Math.Sqrt(gradient.Sum(g => (double)g * g)), outcome.GradientNorm, 1e-5);
            for (int e = 0; e < expected.Length; e++)
            {
                if (gradient[e] != 0) rule.Update(ref expected[e], gradient[e], ref expectedState[e], (nuint)expected.Length);
            }
        }

        float[] got = new float[start.Length], gotState = new float[2 * start.Length];
        point.CopyTo(got);
        state.CopyTo(gotState);
        Assert.All(got.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.All(gotState.Zip(expectedState), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
        Assert.Contains(expectedState, s => s == 0);
    }

    /// <summary>Loops over rows rely on the check of their number.</summary>
    [Theory]
    [InlineData(3, 5)]
    [InlineData(16, 5)]
    [InlineData(16, -1)]
    public void Data_that_are_changed_to_name_no_row_are_found_out(int rank, int row)
    {
        int[] users = [1, 3, 0];
        var objective = new Ratings.SquaredErrorObjective(u: users, i: new[] { 2, 0, 1 }, rating: new float[] { 1, 2, 3 }, l2: 0.1f, users: 5, rank: rank, items: 3);
        VectorHandle<float> point = objective.CreateVector(), state = objective.CreateVector(0);
        var rule = new Sgd.Rule<float>(new Sgd());
        rule.Prepare(1, 1);
        users[1] = row;
        Assert.Throws<IndexOutOfRangeException>(() => objective.Step(point, [0, 1, 2], state, rule, GradientTransform<float>.None));
        Assert.Throws<IndexOutOfRangeException>(() => objective.Gradient(new float[point.Length], [1], new float[point.Length]));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    public void A_step_that_is_not_finite_leaves_nothing_behind(int rank)
    {
        Ratings.SquaredErrorObjective objective = Random(users: 20, items: 10, rank, ratings: 60), other = Random(users: 20, items: 10, rank, ratings: 60);
        float[] start = objective.CreateParameters(Initializer.Normal(seed: 1)).Values.ToArray();
        VectorHandle<float> point = objective.CreateVector(), twin = other.CreateVector(), state = objective.CreateVector(0);
        var rule = new Sgd.Rule<float>(new Sgd { LearningRate = 0.1 });
        rule.Prepare(1, 1);
        float[] broken = [.. start];
        Array.Fill(broken, float.MaxValue);
        point.CopyFrom(broken);
        Assert.False(objective.Step(point, [1, 2, 3], state, rule, GradientTransform<float>.None).Applied);
        point.CopyFrom(start);
        twin.CopyFrom(start);
        Assert.Equal(other.Step(twin, [3, 4], state, rule, GradientTransform<float>.None), objective.Step(point, [3, 4], state, rule, GradientTransform<float>.None));
        float[] a = new float[start.Length], b = new float[start.Length];
        point.CopyTo(a);
        twin.CopyTo(b);
        Assert.Equal(b, a);
    }

    /// <summary>A thousand steps on ten ratings each take milliseconds, whether there are fifty users or a million; a thousand passes over all parameters would take many seconds.</summary>
    [Fact]
    public void The_cost_of_a_step_does_not_depend_on_the_number_of_users()
    {
        Ratings.SquaredErrorObjective objective = Random(users: 1_000_000, items: 1000, rank: 16, ratings: 1000);
        VectorHandle<float> point = objective.CreateVector(), state = objective.CreateVector(2 * objective.Layout.Length);
        var rule = new Adam.Rule<float>(new Adam());
        rule.Prepare(1, 1);
        int[] batch = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        objective.Step(point, batch, state, rule, GradientTransform<float>.None);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int k = 0; k < 1000; k++) objective.Step(point, batch, state, rule, GradientTransform<float>.None);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
        Assert.Equal(0, Allocations.Of(() => objective.Step(point, batch, state, rule, GradientTransform<float>.None)));
    }

    private static Ratings.SquaredErrorObjective Random(int users, int items, int rank, int ratings)
    {
        var random = new Random(users);
        return new Ratings.SquaredErrorObjective(
            u: Enumerable.Range(0, ratings).Select(_ => random.Next(users)).ToArray(), i: Enumerable.Range(0, ratings).Select(_ => random.Next(items)).ToArray(),
            rating: Enumerable.Range(0, ratings).Select(_ => (float)random.Next(1, 6)).ToArray(), l2: 0.01f, users: users, rank: rank, items: items);
    }

    [Fact]
    public void Matrices_are_saved_and_loaded_with_their_shapes()
    {
        var objective = new Ratings.SquaredErrorObjective(u: new[] { 1 }, i: new[] { 2 }, rating: new float[] { 1 }, l2: 0.1f, users: 4, rank: 2, items: 3);
        Ratings.SquaredErrorObjective.Parameters saved = objective.CreateParameters(Initializer.Xavier(seed: 1)), loaded = objective.CreateParameters();
        using var stream = new MemoryStream();
        saved.Save(stream);
        stream.Position = 0;
        loaded.Load(stream);
        Assert.Equal(saved.Values, loaded.Values);
        Assert.Contains("\"shape\":[4,2]", System.Text.Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);

        // Fan-in is the number of columns, fan-out that of rows; vectors start at zero.
        float bound = MathF.Sqrt(6f / (4 + 2));
        Assert.All(saved.User.AsSpan().ToArray(), v => Assert.InRange(v, -bound, bound));
        Assert.All(saved.UserBias.ToArray(), v => Assert.Equal(0, v));
    }

    private static float[,] Normal(Random random, int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) values[i, j] = (float)Gauss(random);
        }

        return values;
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
