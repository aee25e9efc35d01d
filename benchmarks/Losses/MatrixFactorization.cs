using System.Numerics.Tensors;
using SymbolicGD;

namespace Benchmarks.Losses;

/// <summary>A recommender: integers of the data choose the rows of the parameters that an example touches.</summary>
public static partial class MatrixFactorization
{
    [Loss]
    public static float SquaredError(
        [Parameter, Shape("users", "rank")] ReadOnlyMatrix<float> user, [Parameter, Shape("items", "rank")] ReadOnlyMatrix<float> item,
        [Parameter, Shape("users")] ReadOnlySpan<float> userBias, [Parameter, Shape("items")] ReadOnlySpan<float> itemBias,
        [Constant] float l2, int u, int i, float rating)
    {
        float e = userBias[u] + itemBias[i] + TensorPrimitives.Dot(user.Row(u), item.Row(i)) - rating;
        return e * e + l2 * (TensorPrimitives.SumOfSquares(user.Row(u)) + TensorPrimitives.SumOfSquares(item.Row(i)));
    }
}
