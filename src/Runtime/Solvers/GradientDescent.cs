using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Steepest descent over all examples. Without a learning rate the steps come from what is known of the objective: of an
/// <see cref="ISmoothObjective{T}"/> the step is 1/L, accelerated where it is convex (Nesterov 1983; Beck and Teboulle 2009, with the restart by the
/// gradient of O'Donoghue and Candès 2015); of any other each step is searched by backtracking to sufficient decrease, starting at twice the last
/// step where that was taken at once, else at the last step.
/// </summary>
/// <remarks>A bound L that a step shows to be too small, as rounding or a wrong bound may make it, is doubled.</remarks>
public sealed class GradientDescent : ISolver
{
    private const double Growth = 2;

    /// <summary>The step length; null: 1/L of a smooth objective, else searched. A <see cref="FitOptions.Schedule"/> multiplies it.</summary>
    public double? LearningRate { get; init; }

    /// <summary>c₁ in f(x − α·g) ≤ f(x) − c₁·α·‖g‖².</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <summary>Converged where no element of the gradient is larger; null: 1e-8 for double, 1e-4 for float.</summary>
    public double? GradientTolerance { get; init; }

    /// <summary>See <see cref="FitOptions.ValueTolerance"/>; 0: never.</summary>
    public double ValueTolerance { get; init; }

    /// <summary>The largest number of iterations, unless <see cref="FitOptions.Epochs"/> says otherwise.</summary>
    public int MaxIterations { get; init; } = 10_000;

    /// <inheritdoc/>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options ??= FitOptions.Default;
        SolverChecks.Positive(LearningRate ?? 1, nameof(LearningRate));
        SolverChecks.LineSearch(SufficientDecrease);
        DescentRun<T>.Check(nameof(GradientDescent), options, GradientTolerance, ValueTolerance, MaxIterations, allowSchedule: LearningRate is not null);
        ISmoothObjective<T>? smooth = LearningRate is null ? objective as ISmoothObjective<T> : null;
        double bound = smooth is null ? double.NaN : double.CreateSaturating(smooth.LipschitzBound());
        bool isBounded = bound > 0 && double.IsFinite(bound);
        using var run = new DescentRun<T>(
            nameof(GradientDescent), objective, start, options, cancellationToken, GradientTolerance, ValueTolerance, MaxIterations,
            searchesSteps: LearningRate is null && !isBounded);
        if (!run.Begin())
        {
            return run.Finish();
        }

        LineFunction<T> line = run.Line;
        if (isBounded)
        {
            using var descent = new SmoothDescent<T>(objective, bound, smooth!.IsConvex);
            do
            {
                if (!descent.Step(line))
                {
                    run.FailSearch();
                    break;
                }
            }
            while (run.Advance(1 / descent.Bound));

            return run.Finish();
        }

        var search = new BacktrackingSearch(SufficientDecrease);
        double next = 1 / Math.Max(1, run.GradientNorm), step;
        do
        {
            line.Direction.CopyFrom(line.Gradient);
            line.Direction.Scale(-T.One);
            line.SetDirection();
            if (LearningRate is { } rate)
            {
                step = rate * (options.Schedule?.Factor(run.Iterations) ?? 1);
                line.Evaluate(step);
            }
            else if (search.Search(line, next) is { } found)
            {
                step = found;
                next = found == next ? Growth * found : found;
            }
            else
            {
                run.FailSearch();
                break;
            }
        }
        while (run.Advance(step));

        return run.Finish();
    }
}
