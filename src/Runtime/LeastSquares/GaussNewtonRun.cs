using System.Globalization;
using System.Numerics;

namespace SymbolicGD;

/// <summary>When a Gauss–Newton method stops.</summary>
/// <param name="Gradient">Largest element of the gradient.</param>
/// <param name="Cosine">Largest cosine between residuals and a column of the Jacobian.</param>
/// <param name="Step">Length of a step relative to the parameters, both scaled.</param>
/// <param name="Value">Relative change of the value.</param>
/// <param name="MaxIterations">Limit of iterations.</param>
internal readonly record struct GaussNewtonTolerances(double? Gradient, double Cosine, double Step, double Value, int MaxIterations);

/// <summary>
/// What the runs of Gauss–Newton methods have in common beyond <see cref="DescentRun{T}"/>: the factored Jacobian, steps made with it, stopping
/// rules that know no units, and the statistics of the result.
/// </summary>
internal sealed class GaussNewtonRun<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ResidualObjective<T> objective;
    private readonly GaussNewtonTolerances tolerances;
    private readonly JacobianEvaluator<T> evaluator;
    private readonly DescentRun<T> run;
    private readonly double[] step;
    private readonly T[] direction;
    private readonly T[] point;

    public GaussNewtonRun(
        string solver, ResidualObjective<T> objective, ReadOnlySpan<T> start, FitOptions options, CancellationToken cancellation,
        GaussNewtonTolerances tolerances)
    {
        FitChecks.Start(objective, start);
        DescentRun<T>.Check(solver, options, tolerances.Gradient, tolerances.Value, tolerances.MaxIterations);
        SolverChecks.Require(tolerances.Cosine >= 0, "CosineTolerance", tolerances.Cosine, "must be 0 or more");
        SolverChecks.Require(tolerances.Step >= 0, "StepTolerance", tolerances.Step, "must be 0 or more");
        this.objective = objective;
        this.tolerances = tolerances;
        int n = start.Length;
        evaluator = new JacobianEvaluator<T>(objective);
        Factor = new JacobianFactor(objective.ResidualCount, n);
        step = new double[n];
        direction = new T[n];
        point = new T[n];
        run = new DescentRun<T>(
            solver, objective, start, options, cancellation, tolerances.Gradient ?? 0, tolerances.Value, tolerances.MaxIterations, evaluator: evaluator);
    }

    public LineFunction<T> Line => run.Line;

    public JacobianFactor Factor { get; }

    /// <exception cref="ArgumentException">The objective has no residuals; the message names solver and remedy.</exception>
    public static ResidualObjective<T> RequireResiduals(IObjective<T> objective, string solver)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective as ResidualObjective<T> ?? throw new ArgumentException(
            $"{solver} minimizes sums of squared residuals; {objective.GetType().Name} has none. Write the loss as a [Residual] method, or use another solver.",
            nameof(objective));
    }

    /// <returns>Whether there is anything to do.</returns>
    public bool Begin() => run.Begin() && Prepare();

    /// <summary>Makes the line's trial, whose gradient is known, the next point.</summary>
    /// <param name="isFree">Whether the step is what the linear model asks for, hardly damped: only then is a small one a sign of convergence.</param>
    /// <param name="length">The part of the step that was taken.</param>
    /// <returns>Whether to go on.</returns>
    public bool Advance(bool isFree, double length = 1) => run.Advance(length) && !(isFree && IsStepSmall()) && Prepare();

    /// <summary>Writes the step for a damping to the line.</summary>
    /// <returns>True if it is no step of descent, and the run has been ended.</returns>
    public bool SetStep(double damping)
    {
        Factor.Solve(damping, step);
        for (int i = 0; i < step.Length; i++)
        {
            direction[i] = T.CreateSaturating(step[i]);
        }

        Line.Direction.CopyFrom(direction);
        if (Line.SetDirection() < 0)
        {
            return false;
        }

        EndSearch();
        return true;
    }

    /// <summary>Computes residuals and Jacobian at the trial.</summary>
    /// <returns>Whether they are finite; else the trial cannot be taken.</returns>
    public bool TakeTrial()
    {
        Line.EvaluateTrialGradient();
        return T.IsFinite(Line.TrialValue) && T.IsFinite(Line.TrialGradient.Norm());
    }

    /// <summary>Takes the trial, whose decrease rounding hides, if the gradient falls, which is known more accurately than the value.</summary>
    public bool TakeTrialOfSmallerGradient()
    {
        double before = ScaledNorm(Line.Gradient);
        return TakeTrial() && ScaledNorm(Line.TrialGradient) < before;
    }

    public bool EndIfCancelled()
    {
        if (run.IsCancelled)
        {
            run.End(StopReason.Cancelled, string.Create(CultureInfo.InvariantCulture, $"cancelled after {run.Iterations} iterations"));
        }

        return run.IsCancelled;
    }

    /// <summary>Ends the run because what a step could still gain is less than the rounding error of the value.</summary>
    public void EndAtPrecision() => run.End(
        StopReason.ValueTolerance,
        string.Create(
            CultureInfo.InvariantCulture,
            $"converged after {run.Iterations} iterations: a further step would lower the value by {Factor.PredictedDecrease:G4}, which is within its rounding error"));

    /// <summary>Ends the run because no step was found, and what one could gain is more than rounding hides.</summary>
    public void Fail() => run.FailSearch();

    /// <summary>Ends the run because no step was found.</summary>
    public void EndSearch()
    {
        if (Factor.PredictedDecrease <= Line.Noise)
        {
            EndAtPrecision();
        }
        else
        {
            Fail();
        }
    }

    public LeastSquaresFit<T> Finish()
    {
        FitResult<T> fit = run.Finish();
        evaluator.Gradient(fit.Parameters, new T[fit.Parameters.Length]);
        Factor.Factor(evaluator.Jacobian, evaluator.Residuals);
        return new LeastSquaresFit<T>(fit, objective, Factor);
    }

    public void Dispose() => run.Dispose();

    private bool Prepare()
    {
        Factor.Factor(evaluator.Jacobian, evaluator.Residuals, keepsLargest: true);
        if (Factor.LargestCosine > tolerances.Cosine || tolerances.Cosine == 0)
        {
            return true;
        }

        run.End(
            StopReason.GradientTolerance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"converged after {run.Iterations} iterations: the residuals are orthogonal to the columns of the Jacobian up to a cosine of {Factor.LargestCosine:G4}, not above {tolerances.Cosine:G4}"));
        return false;
    }

    // ‖D⁻¹·g‖.
    private double ScaledNorm(VectorHandle<T> gradient)
    {
        gradient.CopyTo(direction);
        double sum = 0;
        for (int i = 0; i < direction.Length; i++)
        {
            double element = double.CreateSaturating(direction[i]) / Factor.Scale[i];
            sum += element * element;
        }

        return Math.Sqrt(sum);
    }

    // The scaled lengths of the step taken and of the point it led to.
    private bool IsStepSmall()
    {
        Line.Point.CopyTo(point);
        double size = 0;
        for (int i = 0; i < point.Length; i++)
        {
            double element = Factor.Scale[i] * double.CreateSaturating(point[i]);
            size += element * element;
        }

        size = Math.Sqrt(size);
        if (tolerances.Step == 0 || Factor.ScaledLength > tolerances.Step * size)
        {
            return false;
        }

        run.End(
            StopReason.StepTolerance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"converged after {run.Iterations} iterations: the last step, {Factor.ScaledLength / size:G4} of the parameters, is not above {tolerances.Step:G4}"));
        return true;
    }
}
