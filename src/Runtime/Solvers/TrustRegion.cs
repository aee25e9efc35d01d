using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Newton's method in a trust region, for smooth functions of any number of parameters, convex or not: the quadratic model is minimized within a
/// radius by conjugate gradients that stop at the boundary and follow negative curvature to it (Steihaug 1983, Toint 1981; Nocedal and Wright
/// 2006, algorithms 4.1 and 7.2). Needs Hessian-vector products: <c>[Loss(Order = 2)]</c>, or residuals: see <see cref="UseGaussNewton"/>.
/// </summary>
public sealed class TrustRegion : ISolver
{
    private const double Shrinkage = 0.25;
    private const double Growth = 2;
    private const double Poor = 0.25;
    private const double Good = 0.75;
    private const double MostForcing = 0.5;
    private const int MostRejections = 100;

    /// <summary>
    /// Whether the model has JᵀJ in place of the Hessian, where J is the Jacobian of the residuals of a least-squares objective (Gauss–Newton): it needs no
    /// second derivatives, curves nowhere downwards, and is close to the Hessian where residuals are small. The objective is an
    /// <see cref="ILeastSquaresObjective{T}"/> then, as <c>[Residual]</c> gives it.
    /// </summary>
    public bool UseGaussNewton { get; init; }

    /// <summary>The radius at the start; null: the length of the best step along the gradient.</summary>
    public double? InitialRadius { get; init; }

    /// <summary>The largest radius.</summary>
    public double MaxRadius { get; init; } = double.PositiveInfinity;

    /// <summary>A step is taken where the value falls by more than this part of what the model promises; below 0.25.</summary>
    public double AcceptanceRatio { get; init; } = 1e-4;

    /// <summary>The largest number of Hessian-vector products of one step; null: twice the number of parameters, at least 20.</summary>
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
        SolverChecks.Positive(InitialRadius ?? 1, nameof(InitialRadius));
        SolverChecks.Require(MaxRadius > 0, nameof(MaxRadius), MaxRadius, "must be above 0");
        SolverChecks.Between(AcceptanceRatio, 0, Poor, nameof(AcceptanceRatio));
        SolverChecks.InnerIterations(MaxInnerIterations);
        CurvatureProduct<T> curvature = SecondOrder.Require(objective, UseGaussNewton, nameof(TrustRegion));
        using var run = new DescentRun<T>(
            nameof(TrustRegion), objective, start, options, cancellationToken, GradientTolerance, ValueTolerance, MaxIterations);
        if (!run.Begin())
        {
            return run.Finish();
        }

        using var inner = new ConjugateGradients<T>(objective, curvature);
        int limit = SecondOrder.InnerLimit(MaxInnerIterations, objective);
        double radius = Math.Min(MaxRadius, InitialRadius ?? CauchyLength(run, inner));
        while (Step(run, inner, limit, ref radius) is { } length && run.Advance(length))
        {
        }

        return run.Finish();
    }

    // One step that is taken; tries smaller regions until one is. Null: there is none, and the run has been ended.
    private double? Step<T>(DescentRun<T> run, ConjugateGradients<T> inner, int limit, ref double radius)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LineFunction<T> line = run.Line;
        double forcing = Math.Min(MostForcing, Math.Sqrt(Math.Min(1, run.GradientNorm / run.FirstGradientNorm)));
        for (int i = 0; i < MostRejections; i++)
        {
            InnerStop stop = inner.Solve(run, forcing, radius, limit);
            double length = double.CreateSaturating(line.Direction.Norm()), predicted = inner.PredictedDecrease;
            line.SetDirection();
            if (!double.IsFinite(length) || !(predicted > 0))
            {
                break;
            }

            LinePoint trial = line.Evaluate(1);
            double actual = line.Origin.Value - trial.Value;

            // Where rounding hides the decrease, the slope at the end of the step tells: the model's, or a smaller one.
            bool isHidden = predicted <= line.Noise && Math.Abs(actual) <= line.Noise;
            double ratio = isHidden && Math.Abs(trial.Slope) < Math.Abs(line.Origin.Slope) ? 1 : actual / predicted;
            bool isTaken = trial.IsFinite && ratio > AcceptanceRatio;
            if (!isTaken || ratio < Poor)
            {
                radius = Shrinkage * Math.Min(radius, length);
            }
            else if (ratio > Good && stop is InnerStop.Boundary or InnerStop.NegativeCurvature)
            {
                radius = Math.Min(MaxRadius, Growth * radius);
            }

            if (isTaken)
            {
                return length;
            }

            if (run.IsCancelled)
            {
                run.End(StopReason.Cancelled, string.Create(CultureInfo.InvariantCulture, $"cancelled after {run.Iterations} iterations"));
                return null;
            }
        }

        run.FailSearch();
        return null;
    }

    private static double CauchyLength<T>(DescentRun<T> run, ConjugateGradients<T> inner)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double length = run.GradientNorm / Math.Abs(inner.CurvatureAlongGradient(run.Line));
        return double.IsFinite(length) && length > 0 ? length : Math.Max(1, double.CreateSaturating(run.Line.Point.Norm()));
    }
}
