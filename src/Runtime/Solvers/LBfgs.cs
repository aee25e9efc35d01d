using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Limited-memory BFGS over all examples (Nocedal 1980; Nocedal and Wright 2006, algorithms 7.4 and 7.5) with a strong Wolfe line search, and by default a
/// scale for each parameter (Gilbert and Lemaréchal 1989). The vectors stay where the objective computes.
/// </summary>
public sealed class LBfgs : ISolver
{
    /// <summary>How many pairs of steps and gradient differences are kept: twice as many vectors.</summary>
    public int Memory { get; init; } = 20;

    /// <summary>
    /// What the pairs correct: one number, or one for each parameter. The default is <see cref="LBfgsScaling.Diagonal"/>: it does not matter much then in which units the data come.
    /// Where all parameters are alike and each depends on its neighbours (a chain, a grid), <see cref="LBfgsScaling.Scalar"/> can take a quarter fewer evaluations.
    /// </summary>
    public LBfgsScaling Scaling { get; init; } = LBfgsScaling.Diagonal;

    /// <summary>c₁ of the line search: φ(α) ≤ φ(0) + c₁·α·φ′(0).</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <summary>c₂ of the line search: |φ′(α)| ≤ c₂·|φ′(0)|.</summary>
    public double Curvature { get; init; } = 0.9;

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
        SolverChecks.Require(Memory > 0, nameof(Memory), Memory, "must be 1 or more");
        SolverChecks.Require(Enum.IsDefined(Scaling), nameof(Scaling), (double)Scaling, "must be Scalar or Diagonal");
        SolverChecks.LineSearch(SufficientDecrease, Curvature);
        using var run = new DescentRun<T>("LBfgs", objective, start, options, cancellationToken, GradientTolerance, ValueTolerance, MaxIterations);
        if (!run.Begin())
        {
            return run.Finish();
        }

        LineFunction<T> line = run.Line;
        using var pairs = new CurvaturePairs<T>(objective, Memory, Scaling == LBfgsScaling.Diagonal ? new DiagonalModel<T>(objective) : null);
        var search = new StrongWolfeSearch(SufficientDecrease, Curvature);
        double? step;
        do
        {
            step = Search();
            if (step is null && pairs.Count > 0)
            {
                pairs.Clear();                           // the model may be at fault: once more along the gradient itself
                step = Search();
            }

            if (step is null)
            {
                run.FailSearch();
                break;
            }

            pairs.Add(line);
        }
        while (run.Advance(step.Value));

        return run.Finish();

        double? Search()
        {
            pairs.WriteDirection(line);
            double slope = line.SetDirection();
            if (pairs.Count > 0 && !(slope < 0))
            {
                pairs.Clear();
                pairs.WriteDirection(line);
                line.SetDirection();
            }

            return search.Search(line, pairs.Count > 0 ? 1 : 1 / Math.Max(1, run.GradientNorm));
        }
    }
}
