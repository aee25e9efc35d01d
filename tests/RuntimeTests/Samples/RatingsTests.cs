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
