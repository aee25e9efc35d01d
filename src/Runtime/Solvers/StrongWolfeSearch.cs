using System.Numerics;

namespace SymbolicGD;

/// <summary>
/// A search for the strong Wolfe conditions φ(α) ≤ φ(0) + c₁·α·φ′(0) and |φ′(α)| ≤ c₂·|φ′(0)|: bracketing and zooming with cubic interpolation
/// (Nocedal and Wright 2006, algorithms 3.5 and 3.6), with the safeguards of Moré and Thuente (1994), and the approximate condition of Hager
/// and Zhang (2005) where rounding hides the decrease. Backs out of regions where the function is not finite.
/// </summary>
/// <param name="sufficientDecrease">c₁, between 0 and ½.</param>
/// <param name="curvature">c₂, between c₁ and 1.</param>
internal sealed class StrongWolfeSearch(double sufficientDecrease = 1e-4, double curvature = 0.9) : LineSearch
{
    private const int MostEvaluations = 60;
    private const double LeastExtrapolation = 1.1;       // Moré and Thuente's δ and δ_max in spirit: the next trial is at least
    private const double MostExtrapolation = 10;         // so much, and at most so much, further out
    private const double Margin = 0.1;                   // a trial stays this part of the bracket away from its ends
    private const double Shrinkage = 0.66;               // two trials must shrink the bracket to this, else it is bisected

    public override double? Search<T>(LineFunction<T> line, double firstStep)
    {
        LinePoint origin = line.Origin, previous = origin;
        double step = firstStep, ceiling = double.PositiveInfinity;
        int evaluations = 0;
        while (evaluations < MostEvaluations && step > previous.Step)
        {
            LinePoint trial = line.Evaluate(step);
            evaluations++;
            if (!trial.IsFinite)
            {
                ceiling = step;
                step = previous.Step + (Margin * (step - previous.Step));
                continue;
            }

            if (IsAcceptable(line, trial))
            {
                return step;
            }

            if (!HasDecreased(origin, trial) || (previous.Step > 0 && trial.Value >= previous.Value))
            {
                return Zoom(line, previous, trial, evaluations);
            }

            if (trial.Slope >= 0)
            {
                return Zoom(line, trial, previous, evaluations);
            }

            double next = CubicMinimizer(previous, trial);
            double least = LeastExtrapolation * step, most = MostExtrapolation * step;
            next = next > step ? Math.Clamp(next, least, most) : most;     // no minimizer ahead, or none: as far as allowed
            previous = trial;
            step = next < ceiling ? next : step + (0.5 * (ceiling - step));
        }

        return Settle(line, previous);
    }

    private double? Zoom<T>(LineFunction<T> line, LinePoint low, LinePoint high, int evaluations)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LinePoint origin = line.Origin;
        double width = Math.Abs(high.Step - low.Step), widthBefore = double.PositiveInfinity;
        for (; evaluations < MostEvaluations; evaluations++)
        {
            double step = width > Shrinkage * widthBefore || !high.IsFinite ? double.NaN : CubicMinimizer(low, high);
            double margin = Margin * width, left = Math.Min(low.Step, high.Step);
            step = double.IsFinite(step) ? Math.Clamp(step, left + margin, left + width - margin) : left + (0.5 * width);
            if (step == low.Step || step == high.Step)
            {
                break;                                   // the bracket is as narrow as its numbers allow
            }

            LinePoint trial = line.Evaluate(step);
            if (trial.IsFinite && IsAcceptable(line, trial))
            {
                return step;
            }

            if (!trial.IsFinite || !HasDecreased(origin, trial) || trial.Value >= low.Value)
            {
                high = trial;
            }
            else
            {
                if (trial.Slope * (high.Step - low.Step) >= 0)
                {
                    high = low;
                }

                low = trial;
            }

            widthBefore = width;
            width = Math.Abs(high.Step - low.Step);
        }

        return Settle(line, low);
    }

    // A lower point without the curvature condition is still progress.
    private static double? Settle<T>(LineFunction<T> line, LinePoint lowest)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        lowest.Step > 0 && lowest.Value < line.Origin.Value && line.Evaluate(lowest.Step).IsFinite ? lowest.Step : null;

    private bool HasDecreased(in LinePoint origin, in LinePoint trial) =>
        trial.Value <= origin.Value + (sufficientDecrease * trial.Step * origin.Slope);

    private bool IsAcceptable<T>(LineFunction<T> line, in LinePoint trial)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LinePoint origin = line.Origin;
        return (HasDecreased(origin, trial) && Math.Abs(trial.Slope) <= -curvature * origin.Slope)
            || (trial.Value <= origin.Value + line.Noise
                && trial.Slope <= ((2 * sufficientDecrease) - 1) * origin.Slope
                && trial.Slope >= curvature * origin.Slope);
    }
}
