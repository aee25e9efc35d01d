using System.Numerics;
using System.Numerics.Tensors;

namespace SymbolicGD;

public abstract partial class HostObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostCurvatureSteps = 32;
    private const double CurvatureMargin = 1 / 0.9;

    /// <summary>
    /// <paramref name="product"/> is overwritten with H·<paramref name="direction"/>, H the constant symmetric matrix that bounds the second
    /// derivatives: −H ≤ ∇²f ≤ H. Overridden by smooth objectives.
    /// </summary>
    /// <param name="direction">As long as the parameter vector.</param>
    /// <param name="product">As long as the parameter vector, of undefined content.</param>
    /// <param name="workspace">Scratch memory of the length given to the constructor, of undefined content.</param>
    protected virtual void CurvatureCore(ReadOnlySpan<T> direction, Span<T> product, Span<T> workspace) =>
        throw new NotSupportedException($"{GetType().Name} has no bound on its second derivatives.");

    /// <summary>
    /// The largest eigenvalue of the matrix of <see cref="CurvatureCore"/>, with the margin of <see cref="ISmoothObjective{T}.LipschitzBound"/>: a Lanczos iteration
    /// without reorthogonalization, whose largest Ritz value that does not change (Paige 1976).
    /// </summary>
    protected T LargestCurvature()
    {
        int length = Layout.Length;
        if (length == 0)
        {
            return T.Zero;
        }

        T[] previous = new T[length], current = new T[length], next = new T[length];
        var random = new Xoshiro256(20);
        for (int i = 0; i < length; i++)
        {
            current[i] = T.CreateChecked(random.NextDouble() - 0.5);
        }

        TensorPrimitives.Divide(current, TensorPrimitives.Norm<T>(current), current);
        var diagonal = new List<double>();
        var offDiagonal = new List<double>();
        Workspace<T> workspace = pool.Rent();
        while (true)
        {
            CurvatureCore(current, next, workspace.Scratch);
            T alpha = TensorPrimitives.Dot<T>(current, next);
            diagonal.Add(double.CreateChecked(alpha));
            TensorPrimitives.MultiplyAdd(current, -alpha, next, next);
            if (offDiagonal.Count > 0)
            {
                TensorPrimitives.MultiplyAdd(previous, -T.CreateChecked(offDiagonal[^1]), next, next);
            }

            T beta = TensorPrimitives.Norm<T>(next);
            double scale = diagonal.Max(Math.Abs);
            bool isInvariant = double.CreateChecked(beta) <= 1e-6 * scale;
            if (isInvariant || diagonal.Count == Math.Min(length, MostCurvatureSteps) || !T.IsFinite(beta) || !T.IsFinite(alpha))
            {
                break;
            }

            offDiagonal.Add(double.CreateChecked(beta));
            TensorPrimitives.Divide(next, beta, next);
            (previous, current, next) = (current, next, previous);
        }

        pool.Return(workspace);
        return T.CreateSaturating(CurvatureMargin * Tridiagonal.LargestEigenvalue(diagonal, offDiagonal));
    }
}
