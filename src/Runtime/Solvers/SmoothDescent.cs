using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Steps of 1/L for an objective whose gradient has the Lipschitz constant L. On a convex one they are accelerated (Beck and Teboulle 2009,
/// FISTA), and the momentum is dropped where the gradient says that it leads uphill (O'Donoghue and Candès 2015), which makes the rate linear
/// on strongly convex objectives without knowing how strongly.
/// </summary>
/// <remarks>
/// The point of the run is y, where the gradient is taken. With x₊ = y − ∇f(y)/L the next one is y₊ = x₊ + β·(x₊ − x). For any two points an L-smooth f has
/// f(y₊) ≤ f(y) + ∇f(y)·(y₊ − y) + L/2·‖y₊ − y‖²; where that does not hold, L is too small, and doubled.
/// </remarks>
internal sealed class SmoothDescent<T>(IObjective<T> objective, double bound, bool isConvex) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostDoublings = 60;

    private readonly VectorHandle<T> next = objective.CreateVector();
    private readonly VectorHandle<T> move = objective.CreateVector();
    private VectorHandle<T>? last;      // x; none right after a start without momentum
    private double momentum = 1;

    /// <summary>L.</summary>
    public double Bound { get; private set; } = bound;

    /// <summary>Puts the next point into the line's trial.</summary>
    /// <returns>False where no bound makes the descent inequality hold: the gradient does not belong to the value.</returns>
    public bool Step(LineFunction<T> line)
    {
        for (int doublings = 0; doublings < MostDoublings; doublings++)
        {
            next.SetToSum(line.Point, T.CreateSaturating(-1 / Bound), line.Gradient);
            double beta = 0, following = 1;
            if (isConvex)
            {
                if (last is not null)
                {
                    move.SetToSum(next, -T.One, last);
                    if (line.Gradient.Dot(move) > T.Zero)
                    {
                        momentum = 1;
                    }
                }

                following = (1 + Math.Sqrt(1 + (4 * momentum * momentum))) / 2;
                beta = last is null ? 0 : (momentum - 1) / following;
            }

            line.Direction.SetToSum(next, -T.One, line.Point);
            if (beta > 0)
            {
                line.Direction.AddScaled(T.CreateChecked(beta), move);
            }

            line.SetDirection();
            LinePoint trial = line.Evaluate(1);
            double length = double.CreateSaturating(line.Direction.Norm());
            double model = line.Origin.Value + line.Origin.Slope + (Bound / 2 * length * length);
            if (trial.IsFinite && trial.Value <= model + line.Noise)
            {
                if (isConvex)
                {
                    momentum = following;
                    (last ??= objective.CreateVector()).CopyFrom(next);
                }

                return true;
            }

            Bound *= 2;
            momentum = 1;
        }

        return false;
    }

    public void Dispose()
    {
        next.Dispose();
        move.Dispose();
        last?.Dispose();
    }
}
