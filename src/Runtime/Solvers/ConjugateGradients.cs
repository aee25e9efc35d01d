using System.Numerics;

namespace SymbolicGD;

/// <summary>Where conjugate gradients ended.</summary>
internal enum InnerStop
{
    /// <summary>The residual is small enough.</summary>
    Converged,

    /// <summary>Along the last direction the curvature was not positive.</summary>
    NegativeCurvature,

    /// <summary>The solution reached the boundary of the trust region.</summary>
    Boundary,

    /// <summary>Too many products, or cancelled.</summary>
    Interrupted,
}

/// <summary>
/// Conjugate gradients for the Newton equations H·d = −g, truncated (Dembo and Steihaug 1983), also at the boundary of a trust region
/// (Steihaug 1983, Toint 1981). H is only ever multiplied.
/// </summary>
internal sealed class ConjugateGradients<T>(IObjective<T> objective, CurvatureProduct<T> curvature) : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly VectorHandle<T> residual = objective.CreateVector();
    private readonly VectorHandle<T> direction = objective.CreateVector();
    private readonly VectorHandle<T> product = objective.CreateVector();
    private readonly VectorHandle<T> productOfSolution = objective.CreateVector();

    /// <summary>The decrease −(g·d + ½·d·H·d) that the quadratic model promises for the last solution.</summary>
    public double PredictedDecrease { get; private set; }

    /// <summary>Writes an approximate solution to the line's direction.</summary>
    /// <param name="run">Gives point, gradient and cancellation.</param>
    /// <param name="forcing">The residual is small enough at this fraction of ‖g‖.</param>
    /// <param name="radius">No solution is longer; infinite: none. Then negative curvature ends the iteration where it is.</param>
    /// <param name="limit">The largest number of products.</param>
    public InnerStop Solve(DescentRun<T> run, double forcing, double radius, int limit)
    {
        LineFunction<T> line = run.Line;
        VectorHandle<T> solution = line.Direction;
        solution.Fill(T.Zero);
        productOfSolution.Fill(T.Zero);
        residual.CopyFrom(line.Gradient);
        direction.CopyFrom(line.Gradient);
        direction.Scale(-T.One);
        double square = Squared(residual), tolerance = forcing * Math.Sqrt(square);
        InnerStop stop = InnerStop.Interrupted;
        for (int i = 0; i < limit && !(i > 0 && run.IsCancelled); i++)
        {
            line.HessianVectorProduct(curvature, direction, product);
            double along = double.CreateSaturating(direction.Dot(product));
            bool isPositive = along > 0 && double.IsFinite(along);
            double step = isPositive ? square / along : double.PositiveInfinity;
            if (double.IsFinite(radius) && !(ExceedingStep(solution, radius) is var edge && step < edge))
            {
                Move(solution, edge);
                stop = isPositive ? InnerStop.Boundary : InnerStop.NegativeCurvature;
                break;
            }

            if (!isPositive)
            {
                if (i == 0)
                {
                    // Nothing better is known than steepest descent. The curvature, with its sign turned, gives it a length.
                    Move(solution, along < 0 && double.IsFinite(square / along) ? -square / along : 1);
                }

                stop = InnerStop.NegativeCurvature;
                break;
            }

            Move(solution, step);
            residual.AddScaled(T.CreateSaturating(step), product);
            double next = Squared(residual);
            if (Math.Sqrt(next) <= tolerance)
            {
                stop = InnerStop.Converged;
                break;
            }

            direction.Scale(T.CreateSaturating(next / square));
            direction.AddScaled(-T.One, residual);
            square = next;
        }

        PredictedDecrease = -double.CreateSaturating(line.Gradient.Dot(solution)) - (0.5 * double.CreateSaturating(solution.Dot(productOfSolution)));
        return stop;
    }

    /// <summary>g·H·g/‖g‖² at the line's point.</summary>
    public double CurvatureAlongGradient(LineFunction<T> line)
    {
        line.HessianVectorProduct(curvature, line.Gradient, product);
        return double.CreateSaturating(line.Gradient.Dot(product)) / Squared(line.Gradient);
    }

    public void Dispose()
    {
        residual.Dispose();
        direction.Dispose();
        product.Dispose();
        productOfSolution.Dispose();
    }

    private static double Squared(VectorHandle<T> vector)
    {
        double norm = double.CreateSaturating(vector.Norm());
        return norm * norm;
    }

    private void Move(VectorHandle<T> solution, double step)
    {
        solution.AddScaled(T.CreateSaturating(step), direction);
        productOfSolution.AddScaled(T.CreateSaturating(step), product);
    }

    // τ ≥ 0 with ‖solution + τ·direction‖ = radius, from the root formula that does not cancel.
    private double ExceedingStep(VectorHandle<T> solution, double radius)
    {
        double a = Squared(direction), b = double.CreateSaturating(solution.Dot(direction)), c = (radius * radius) - Squared(solution);
        double root = Math.Sqrt(Math.Max(0, (b * b) + (a * c)));
        return b > 0 ? Math.Max(0, c) / (b + root) : (root - b) / a;
    }
}
