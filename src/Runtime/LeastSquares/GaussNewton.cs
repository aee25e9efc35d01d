using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// The Gauss–Newton method with a line search, for least squares with a dense Jacobian: each step minimizes ‖r + J·δ‖², by orthogonal
/// transformations of J, and is shortened until the value falls enough (Nocedal and Wright 2006, section 10.3). Where J does not determine all
/// parameters, those that it leaves open stay as they are. From a bad start, or with large residuals, <see cref="LevenbergMarquardt"/> is safer.
/// </summary>
/// <remarks>Minimizes <see cref="ResidualObjective{T}"/>s only, which are generated for <c>[Residual]</c>. The result holds standard errors.</remarks>
public sealed class GaussNewton : ISolver
{
    /// <summary>c₁ of the line search: φ(α) ≤ φ(0) + c₁·α·φ′(0).</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <inheritdoc cref="LevenbergMarquardt.CosineTolerance"/>
    public double CosineTolerance { get; init; } = 1e-10;

    /// <inheritdoc cref="LevenbergMarquardt.StepTolerance"/>
    public double StepTolerance { get; init; } = 1e-10;

    /// <inheritdoc cref="LevenbergMarquardt.GradientTolerance"/>
    public double? GradientTolerance { get; init; }

    /// <summary>See <see cref="FitOptions.ValueTolerance"/>; 0: never.</summary>
    public double ValueTolerance { get; init; }

    /// <summary>The largest number of iterations, unless <see cref="FitOptions.Epochs"/> says otherwise.</summary>
    public int MaxIterations { get; init; } = 1_000;

    /// <inheritdoc cref="LevenbergMarquardt.Minimize{T}(ResidualObjective{T}, ReadOnlySpan{T}, FitOptions?, CancellationToken)"/>
    public LeastSquaresFit<T> Minimize<T>(
        ResidualObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SolverChecks.LineSearch(SufficientDecrease);
        using var run = new GaussNewtonRun<T>(
            nameof(GaussNewton), objective, start, options ?? FitOptions.Default, cancellationToken,
            new GaussNewtonTolerances(GradientTolerance, CosineTolerance, StepTolerance, ValueTolerance, MaxIterations));
        var search = new BacktrackingSearch(SufficientDecrease);
        if (run.Begin())
        {
            double? step = null;
            do
            {
                if (run.SetStep(damping: 0))
                {
                    break;
                }

                step = search.Search(run.Line, 1);
                if (step is null)
                {
                    run.EndSearch();
                }
            }
            while (step is { } length && run.Advance(isFree: true, length));
        }

        return run.Finish();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The objective has no residuals, the start has the wrong length, or an option makes no sense here.</exception>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Minimize(GaussNewtonRun<T>.RequireResiduals(objective, nameof(GaussNewton)), start, options, cancellationToken);
}
