using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Levenberg–Marquardt for least squares with a dense Jacobian: each step minimizes ‖r + J·δ‖² + μ·‖D·δ‖², where D holds the norms of J's columns
/// (Marquardt 1963), so that the units of the parameters do not matter, and μ follows the ratio of the decrease to the promised one (Nielsen
/// 1999). Steps are solved for by orthogonal transformations of J, never by way of JᵀJ (Moré 1978).
/// </summary>
/// <remarks>Minimizes <see cref="ResidualObjective{T}"/>s only, which are generated for <c>[Residual]</c>. The result holds standard errors.</remarks>
public sealed class LevenbergMarquardt : ISolver
{
    private const double LeastDamping = 1e-20;
    private const double MostFreeDamping = 1;              // of steps whose smallness says something about the parameters
    private const double Cancellation = 1e3;                // a residual is a difference: its rounding error is that of larger numbers
    private const int MostRejections = 60;

    /// <summary>μ at the start; D makes it relative to JᵀJ.</summary>
    public double InitialDamping { get; init; } = 1e-3;

    /// <summary>
    /// Converged where no cosine of an angle between the residual vector and a column of the Jacobian is larger: a measure of the gradient that
    /// knows no units. 0: never.
    /// </summary>
    public double CosineTolerance { get; init; } = 1e-10;

    /// <summary>Converged where a step changes the parameters by no more than this, relative to their size, both measured by D. 0: never.</summary>
    public double StepTolerance { get; init; } = 1e-10;

    /// <summary>Converged where no element of the gradient is larger; null: 0, since the gradient of least squares has the units of the data.</summary>
    public double? GradientTolerance { get; init; }

    /// <summary>See <see cref="FitOptions.ValueTolerance"/>; 0: never.</summary>
    public double ValueTolerance { get; init; }

    /// <summary>The largest number of iterations, unless <see cref="FitOptions.Epochs"/> says otherwise.</summary>
    public int MaxIterations { get; init; } = 1_000;

    /// <summary>Minimizes ½·Σr².</summary>
    /// <param name="objective">The residuals.</param>
    /// <param name="start">The first point; as long as the parameter vector.</param>
    /// <param name="options">When to stop, reports; what a deterministic solver cannot follow is refused.</param>
    /// <param name="cancellationToken">Ends the run at the next iteration, with the result so far.</param>
    /// <exception cref="ArgumentException">The start has the wrong length, or an option makes no sense here.</exception>
    /// <exception cref="InvalidOperationException">The Jacobian is too large for an array.</exception>
    public LeastSquaresFit<T> Minimize<T>(
        ResidualObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SolverChecks.Positive(InitialDamping, nameof(InitialDamping));
        using var run = new GaussNewtonRun<T>(
            nameof(LevenbergMarquardt), objective, start, options ?? FitOptions.Default, cancellationToken,
            new GaussNewtonTolerances(GradientTolerance, CosineTolerance, StepTolerance, ValueTolerance, MaxIterations));
        if (run.Begin())
        {
            double damping = InitialDamping;
            while (Step(run, ref damping) && run.Advance(isFree: damping <= MostFreeDamping))
            {
            }
        }

        return run.Finish();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The objective has no residuals, the start has the wrong length, or an option makes no sense here.</exception>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Minimize(GaussNewtonRun<T>.RequireResiduals(objective, nameof(LevenbergMarquardt)), start, options, cancellationToken);

    // Finds a step that lowers the value; false where there is none, and the run has been ended.
    private static bool Step<T>(GaussNewtonRun<T> run, ref double damping)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LineFunction<T> line = run.Line;
        double growth = 2;
        bool isRetried = false;
        for (int i = 0; i < MostRejections; i++)
        {
            if (run.SetStep(damping))
            {
                return false;
            }

            double predicted = run.Factor.PredictedDecrease, actual = line.Origin.Value - line.EvaluateValue(1);
            double ratio = actual / predicted;
            if (ratio > 0 && run.TakeTrial())
            {
                double t = (2 * ratio) - 1;
                damping = Math.Max(LeastDamping, damping * Math.Max(1.0 / 3, 1 - (t * t * t)));
                return true;
            }

            double noise = Cancellation * line.Noise;
            if (predicted <= noise && Math.Abs(actual) <= noise)
            {
                if (run.TakeTrialOfSmallerGradient())
                {
                    return true;
                }

                if (damping > MostFreeDamping)
                {
                    break;                                     // even steps this small do not descend
                }

                if (isRetried || damping <= LeastDamping)
                {
                    run.EndAtPrecision();
                    return false;
                }

                isRetried = true;
                damping = LeastDamping;                        // the step may be small for its damping: once more without
                growth = 2;
                continue;
            }

            if (run.EndIfCancelled())
            {
                return false;
            }

            damping *= growth;
            growth *= 2;
        }

        run.Fail();
        return false;
    }
}
