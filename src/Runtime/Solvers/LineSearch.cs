using System.Numerics;

namespace SymbolicGD;

/// <summary>Finds a step along a descent direction.</summary>
internal abstract class LineSearch
{
    /// <summary>
    /// Searches from <see cref="LineFunction{T}.Origin"/>. On success the line's trial is at the returned step, and its value there is lower
    /// than at the origin, or equal to it within <see cref="LineFunction{T}.Noise"/>.
    /// </summary>
    /// <param name="line">The line; its direction is one of descent.</param>
    /// <param name="firstStep">The first step tried.</param>
    /// <returns>The step, or null if none was found.</returns>
    public abstract double? Search<T>(LineFunction<T> line, double firstStep)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>
    /// The minimizer of the cubic through two points with their slopes (Nocedal and Wright 2006, eq. 3.59), NaN where it has none.
    /// </summary>
    protected static double CubicMinimizer(in LinePoint a, in LinePoint b)
    {
        double d1 = a.Slope + b.Slope - (3 * (a.Value - b.Value) / (a.Step - b.Step));
        double square = (d1 * d1) - (a.Slope * b.Slope);
        if (!(square >= 0))
        {
            return double.NaN;
        }

        double d2 = Math.CopySign(Math.Sqrt(square), b.Step - a.Step);
        return b.Step - ((b.Step - a.Step) * ((b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2))));
    }
}
