using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Nonlinear conjugate gradients by Polak and Ribière's formula, restarted where it turns negative (PR+; Gilbert and Nocedal 1992, Nocedal and
/// Wright 2006, section 5.2), with a strong Wolfe line search. Keeps one vector more than steepest descent.
/// </summary>
public sealed class NonlinearCg : ISolver
{
    private const double MostGrowth = 10;                   // of the first step tried over the last one taken

    /// <summary>c₁ of the line search: φ(α) ≤ φ(0) + c₁·α·φ′(0).</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <summary>c₂ of the line search: |φ′(α)| ≤ c₂·|φ′(0)|; below ½, so that the next direction descends.</summary>
    public double Curvature { get; init; } = 0.1;

    /// <summary>Converged where no element of the gradient is larger; null: 1e-8 for double, 1e-4 for float.</summary>
    public double? GradientTolerance { get; init; }

    /// <summary>See <see cref="FitOptions.ValueTolerance"/>; 0: never.</summary>
    public double ValueTolerance { get; init; }

    /// <summary>The largest number of iterations, unless <see cref="FitOptions.Epochs"/> says otherwise.</summary>
    public int MaxIterations { get; init; } = 20_000;

    /// <inheritdoc/>
    public FitResult<T> Minimize<T>(
        IObjective<T> objective, ReadOnlySpan<T> start, FitOptions? options = null, CancellationToken cancellationToken = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        options ??= FitOptions.Default;
        SolverChecks.LineSearch(SufficientDecrease, Curvature, mostCurvature: 0.5);
        using var run = new DescentRun<T>(
            nameof(NonlinearCg), objective, start, options, cancellationToken, GradientTolerance, ValueTolerance, MaxIterations);
        if (!run.Begin())
        {
            return run.Finish();
        }

        LineFunction<T> line = run.Line;
        var search = new StrongWolfeSearch(SufficientDecrease, Curvature);
        Restart(line);
        double firstStep = 1 / Math.Max(1, run.GradientNorm);
        bool isSteepest = true;
        while (true)
        {
            double? step = search.Search(line, firstStep);
            if (step is null && !isSteepest)
            {
                Restart(line);                                 // the conjugate direction may be at fault
                isSteepest = true;
                step = search.Search(line, 1 / Math.Max(1, run.GradientNorm));
            }

            if (step is null)
            {
                run.FailSearch();
                break;
            }

            double slope = line.Origin.Slope, normBefore = run.GradientNorm;
            if (!run.Advance(step.Value))
            {
                break;
            }

            // The former gradient is now the trial's. β = g·(g − g′)/‖g′‖².
            double beta = (run.GradientNorm * run.GradientNorm) - double.CreateSaturating(line.Gradient.Dot(line.TrialGradient));
            beta = Math.Max(0, beta / (normBefore * normBefore));
            line.Direction.Scale(T.CreateSaturating(beta));
            line.Direction.AddScaled(-T.One, line.Gradient);
            isSteepest = beta == 0;
            if (!(line.SetDirection() < 0))
            {
                Restart(line);
                isSteepest = true;
            }

            // The first change of value tried is that of the last step (Nocedal and Wright 2006, eq. 3.60).
            firstStep = step.Value * Math.Min(MostGrowth, slope / line.Origin.Slope);
        }

        return run.Finish();
    }

    private static void Restart<T>(LineFunction<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        line.Direction.CopyFrom(line.Gradient);
        line.Direction.Scale(-T.One);
        line.SetDirection();
    }
}
