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
    private const double Growth = 4;
    private const double HiddenRise = 0.5;
    private const double HiddenFall = 0.9;

    public override double? Search<T>(LineFunction<T> line, double firstStep)
    {
        LinePoint origin = line.Origin;
        double step = firstStep;
        bool hasShrunk = false;
        for (int i = 0; i < MostEvaluations && step > 0; i++)
        {
            LinePoint trial = line.Evaluate(step);
            double factor = MostShrinkage;
            if (trial.IsFinite && Math.Abs(trial.Value - origin.Value) <= line.Noise)
            {
                // Rounding hides a decrease, but the slope shows it, as in the approximate condition of Hager and Zhang (2005, eq. 4.3): it must
                // have fallen, for a step so short that nothing changes is no progress, and not have risen much beyond the minimum.
                if (trial.Slope <= HiddenFall * origin.Slope)
                {
                    if (hasShrunk)
                    {
                        return null;
                    }

                    step *= Growth;
                    continue;
                }

                if (trial.Slope <= -HiddenRise * origin.Slope)
                {
                    return step;
                }

                factor = origin.Slope / (origin.Slope - trial.Slope);
            }
            else if (trial.IsFinite)
            {
                if (trial.Value <= origin.Value + (sufficientDecrease * step * origin.Slope))
                {
                    return step;
                }

                factor = CubicMinimizer(origin, trial) / step;
            }

            step *= double.IsFinite(factor) ? Math.Clamp(factor, LeastShrinkage, MostShrinkage) : MostShrinkage;
            hasShrunk = true;
        }

        return null;
    }
}
