using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// Backtracking to sufficient decrease: φ(α) ≤ φ(0) + c₁·α·φ′(0) (Armijo 1966; Nocedal and Wright 2006, algorithm 3.1 with the interpolation of
/// section 3.5).
/// </summary>
/// <param name="sufficientDecrease">c₁, between 0 and 1.</param>
internal sealed class BacktrackingSearch(double sufficientDecrease) : LineSearch
{
    private const int MostEvaluations = 60;
    private const double LeastShrinkage = 0.1;
    private const double MostShrinkage = 0.5;

    public override double? Search<T>(LineFunction<T> line, double firstStep)
    {
        LinePoint origin = line.Origin;
        double step = firstStep;
        for (int i = 0; i < MostEvaluations && step > 0; i++)
        {
            LinePoint trial = line.Evaluate(step);
            if (!trial.IsFinite)
            {
                step *= MostShrinkage;
                continue;
            }

            // Where rounding hides the decrease, the slope shows it (Hager and Zhang 2005, eq. 4.3).
            if (trial.Value <= origin.Value + (sufficientDecrease * step * origin.Slope)
                || (trial.Value <= origin.Value + line.Noise && trial.Slope <= ((2 * sufficientDecrease) - 1) * origin.Slope))
            {
                return step;
            }

            double minimizer = CubicMinimizer(origin, trial);
            step = double.IsFinite(minimizer) ? Math.Clamp(minimizer, LeastShrinkage * step, MostShrinkage * step) : MostShrinkage * step;
        }

        return null;
    }
}
