using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Newton's method with a line search, for smooth functions of any number of parameters: H·d = −g is solved by conjugate gradients, as accurately
/// as pays (Eisenstat and Walker 1996, choice 2), and stopped where the curvature is not positive (Nocedal and Wright 2006, algorithm 7.1).
/// Needs Hessian-vector products: <c>[Loss(Order = 2)]</c>, or residuals: see <see cref="UseGaussNewton"/>.
/// </summary>
public sealed class NewtonCg : ISolver
{
    private const double MostForcing = 0.1;                // less accurate steps hardly pay in curved valleys: Rosenbrock's took twice as many
    private const double ForcingFactor = 0.9;

    /// <summary>
    /// Whether the model has JᵀJ in place of the Hessian, where J is the Jacobian of the residuals of a least-squares objective (Gauss–Newton): it needs no
    /// second derivatives, curves nowhere downwards, and is close to the Hessian where residuals are small. The objective is an
    /// <see cref="ILeastSquaresObjective{T}"/> then, as <c>[Residual]</c> gives it.
    /// </summary>
    public bool UseGaussNewton { get; init; }

    /// <summary>c₁ of the line search: φ(α) ≤ φ(0) + c₁·α·φ′(0).</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <summary>c₂ of the line search: |φ′(α)| ≤ c₂·|φ′(0)|.</summary>
    public double Curvature { get; init; } = 0.9;

    /// <summary>The largest number of Hessian-vector products of one iteration; null: twice the number of parameters, at least 20.</summary>
    public int? MaxInnerIterations { get; init; }

    /// <summary>Converged where no element of the gradient is larger; null: 1e-8 for double, 1e-4 for float.</summary>
    public double? GradientTolerance { get; init; }

    /// <summary>See <see cref="FitOptions.ValueTolerance"/>; 0: never.</summary>
    public double ValueTolerance { get; init; }

    /// <summary>The largest number of iterations, unless <see cref="FitOptions.Epochs"/> says otherwise.</summary>
    public int MaxIterations { get; init; } = 10_000;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The objective has first derivatives only, and <see cref="UseGaussNewton"/> is off.</exception>
    /// <exception cref="ArgumentException"><see cref="UseGaussNewton"/> is on, and the objective has no residuals; or <paramref name="start"/> has another length.</exception>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options ??= FitOptions.Default;
        SolverChecks.LineSearch(SufficientDecrease, Curvature);
        SolverChecks.InnerIterations(MaxInnerIterations);
        CurvatureProduct<T> curvature = SecondOrder.Require(objective, UseGaussNewton, nameof(NewtonCg));
        using var run = new DescentRun<T>(
            nameof(NewtonCg), objective, start, options, cancellationToken, GradientTolerance, ValueTolerance, MaxIterations);
        if (!run.Begin())
        {
            return run.Finish();
        }

        LineFunction<T> line = run.Line;
        using var inner = new ConjugateGradients<T>(objective, curvature);
        var search = new StrongWolfeSearch(SufficientDecrease, Curvature);
        int limit = SecondOrder.InnerLimit(MaxInnerIterations, objective);
        double forcing = MostForcing, norm;
        double? step;
        do
        {
            inner.Solve(run, forcing, double.PositiveInfinity, limit);
            step = line.SetDirection() < 0 ? search.Search(line, 1) : null;
            if (step is null)
            {
                SetSteepest(line);                             // the model may be at fault: once more along the gradient itself
                step = search.Search(line, 1 / Math.Max(1, run.GradientNorm));
            }

            if (step is null)
            {
                run.FailSearch();
                break;
            }

            norm = run.GradientNorm;
        }
        while (run.Advance(step.Value) && SetForcing(norm, run.GradientNorm));

        return run.Finish();

        bool SetForcing(double before, double after)
        {
            double ratio = after / before;
            forcing = Math.Min(MostForcing, ForcingFactor * ratio * ratio);
            return true;
        }
    }

    private static void SetSteepest<T>(LineFunction<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        line.Direction.CopyFrom(line.Gradient);
        line.Direction.Scale(-T.One);
        line.SetDirection();
    }
}
