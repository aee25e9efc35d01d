using System.Globalization;
using System.Runtime.CompilerServices;

namespace SymbolicGD;

public abstract partial class Schedule
{
    /// <summary>Always the same factor.</summary>
    /// <param name="factor">0 or more.</param>
    public static Schedule Constant(double factor = 1) => new Formula($"Constant({Check(factor)})", null, _ => factor);

    /// <summary>gamma^⌊t / every⌋ (PyTorch's StepLR).</summary>
    /// <param name="every">The epochs between two decays.</param>
    /// <param name="gamma">The factor of each decay.</param>
    public static Schedule StepDecay(int every, double gamma = 0.1)
    {
        Positive(every);
        Check(gamma);
        return new Formula($"StepDecay({every}, {gamma})", null, t => Math.Pow(gamma, t / every));
    }

    /// <summary>gamma^(number of milestones ≤ t) (PyTorch's MultiStepLR).</summary>
    /// <param name="gamma">The factor of each decay.</param>
    /// <param name="milestones">The epochs of the decays.</param>
    public static Schedule MultiStep(double gamma, params ReadOnlySpan<int> milestones)
    {
        Check(gamma);
        int[] sorted = milestones.ToArray();
        Array.Sort(sorted);
        return new Formula($"MultiStep({gamma}, {string.Join(", ", sorted)})", null, t =>
        {
            int passed = 0;
            while (passed < sorted.Length && sorted[passed] <= t)
            {
                passed++;
            }

            return Math.Pow(gamma, passed);
        });
    }

    /// <summary>gamma^t (PyTorch's ExponentialLR).</summary>
    /// <param name="gamma">The factor of each epoch.</param>
    public static Schedule Exponential(double gamma)
    {
        Check(gamma);
        return new Formula($"Exponential({gamma})", null, t => Math.Pow(gamma, t));
    }

    /// <summary>
    /// minimum + (1 − minimum)·(1 + cos(π·t / epochs)) / 2 (Loshchilov and Hutter 2017, eq. 5 without restarts; PyTorch's CosineAnnealingLR, which
    /// rises again after <paramref name="epochs"/>, as this does).
    /// </summary>
    /// <param name="epochs">The length of the descent.</param>
    /// <param name="minimum">The lowest factor.</param>
    public static Schedule CosineAnnealing(int epochs, double minimum = 0)
    {
        Positive(epochs);
        Check(minimum);
        return new Formula($"CosineAnnealing({epochs}, {minimum})", epochs, t => Cosine(1, minimum, (double)t / epochs));
    }

    /// <summary>Cosine annealing that starts anew after each period (Loshchilov and Hutter 2017; PyTorch's CosineAnnealingWarmRestarts).</summary>
    /// <param name="period">The length of the first period.</param>
    /// <param name="multiplier">How many times longer each next period is, 1 or more.</param>
    /// <param name="minimum">The lowest factor.</param>
    public static Schedule CosineWarmRestarts(int period, int multiplier = 1, double minimum = 0)
    {
        Positive(period);
        Positive(multiplier);
        Check(minimum);
        return new Formula($"CosineWarmRestarts({period}, {multiplier}, {minimum})", null, t =>
        {
            long start = 0, length = period;
            if (multiplier == 1)
            {
                start = t - (t % period);
            }
            else
            {
                while (t >= start + length)
                {
                    start += length;
                    length *= multiplier;
                }
            }

            return Cosine(1, minimum, (double)(t - start) / length);
        });
    }

    /// <summary>A straight line from one factor to another, and constant after it (PyTorch's LinearLR).</summary>
    /// <param name="epochs">The length of the line.</param>
    /// <param name="from">The factor at 0.</param>
    /// <param name="to">The factor from <paramref name="epochs"/> on.</param>
    public static Schedule Linear(int epochs, double from = 1, double to = 0)
    {
        Positive(epochs);
        Check(from);
        Check(to);
        return new Formula($"Linear({epochs}, {from}, {to})", epochs, t => from + ((to - from) * Math.Min(t, epochs) / epochs));
    }

    /// <summary>A straight line up to 1: <c>WarmUp(5).Then(CosineAnnealing(45))</c>.</summary>
    /// <param name="epochs">The length of the line.</param>
    /// <param name="from">The factor at 0.</param>
    public static Schedule WarmUp(int epochs, double from = 0.01) => Linear(epochs, from, 1);

    /// <summary>(1 − t / epochs)^power, and 0 after it (PyTorch's PolynomialLR).</summary>
    /// <param name="epochs">The length of the descent.</param>
    /// <param name="power">The exponent, above 0.</param>
    public static Schedule Polynomial(int epochs, double power = 1)
    {
        Positive(epochs);
        Check(power);
        return new Formula($"Polynomial({epochs}, {power})", epochs, t => Math.Pow(1 - ((double)Math.Min(t, epochs) / epochs), power));
    }

    /// <summary>
    /// One cycle (Smith and Topin 2018; PyTorch's OneCycleLR): from 1/initialDivisor up to 1, then down to 1/(initialDivisor·finalDivisor). The
    /// optimizer's learning rate is the highest. Made for steps: <c>OneCycle(totalSteps).InSteps()</c>.
    /// </summary>
    /// <param name="length">The number of epochs (or steps) of the cycle, 2 or more.</param>
    /// <param name="rise">The part of the cycle in which the rate rises, between 0 and 1.</param>
    /// <param name="initialDivisor">The highest rate over the first.</param>
    /// <param name="finalDivisor">The first rate over the last.</param>
    /// <param name="linear">Straight lines instead of half cosines.</param>
    /// <param name="threePhase">Down to the first rate symmetrically, and only then to the last.</param>
    public static Schedule OneCycle(
        int length, double rise = 0.3, double initialDivisor = 25, double finalDivisor = 1e4, bool linear = false, bool threePhase = false)
    {
        Positive(length - 1, nameof(length));
        if (!(rise > 0 && rise < 1) || (threePhase && rise > 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(rise), rise, FormattableString.Invariant($"rise is {rise}; it must lie between 0 and {(threePhase ? 0.5 : 1)}."));
        }

        double first = 1 / Above0(initialDivisor), last = first / Above0(finalDivisor);
        double up = (rise * length) - 1, down = threePhase ? (2 * rise * length) - 2 : length - 1, end = length - 1;
        Func<double, double, double, double> anneal = linear ? (from, to, part) => from + ((to - from) * part) : Cosine;
        return new Formula($"OneCycle({length})", length, t =>
        {
            double at = Math.Min(t, end);
            return up > 0 && at <= up ? anneal(first, 1, at / up)
                : at <= down ? anneal(1, threePhase ? first : last, (at - up) / (down - up))
                : anneal(first, last, (at - down) / (end - down));
        });
    }

    private static double Cosine(double from, double to, double part) => to + ((from - to) * (1 + Math.Cos(Math.PI * part)) / 2);

    private static double Check(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} is {value}; it must be finite and 0 or more."));

    private static double Above0(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} is {value}; it must be finite and above 0."));

    private static void Positive(int value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);

    private sealed class Formula(FormattableString name, int? length, Func<int, double> factor) : Schedule
    {
        public override int? Length => length;

        public override double Factor(int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            return factor(index);
        }

        public override string ToString() => name.ToString(CultureInfo.InvariantCulture);
    }
}
