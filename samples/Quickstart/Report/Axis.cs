namespace Quickstart.Report;

/// <summary>Maps values of one quantity to a length on paper, linearly or by logarithm, and chooses round ticks.</summary>
internal sealed class Axis
{
    private readonly double low;
    private readonly double high;
    private readonly bool logarithmic;

    private Axis(double low, double high, bool logarithmic, double[] ticks)
    {
        this.low = low;
        this.high = high;
        this.logarithmic = logarithmic;
        Ticks = ticks;
    }

    /// <summary>Round values within the range, increasing.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis from <paramref name="low"/> to <paramref name="high"/> with a tick every 1, 2 or 5 times a power of ten.</summary>
    public static Axis Linear(double low, double high, int wantedTicks)
    {
        double rough = (high - low) / wantedTicks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = new[] { 1.0, 2, 5, 10 }.First(factor => factor * power >= rough) * power;
        int first = (int)Math.Ceiling(low / step - 1e-9);
        int last = (int)Math.Floor(high / step + 1e-9);
        return new Axis(low, high, logarithmic: false, [.. Enumerable.Range(first, last - first + 1).Select(k => k * step)]);
    }

    /// <summary>A logarithmic axis that contains both values, widened to round ones; both are positive.</summary>
    public static Axis Logarithmic(double low, double high)
    {
        double decades = Math.Log10(high / low);
        double[] mantissas = decades switch
        {
            > 3 => [1],
            > 1.5 => [1, 2, 5],
            > 0.6 => [1, 1.5, 2, 3, 5, 7],
            _ => [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
        };
        double[] all =
        [
            .. from exponent in Enumerable.Range((int)Math.Floor(Math.Log10(low)) - 1, (int)Math.Ceiling(decades) + 4)
               from mantissa in mantissas
               select mantissa * Math.Pow(10, exponent),
        ];
        double from = all.Last(tick => tick <= low * (1 + 1e-9));
        double to = all.First(tick => tick >= high * (1 - 1e-9));
        return new Axis(from, to, logarithmic: true, [.. all.Where(tick => tick >= from && tick <= to)]);
    }

    /// <summary>Where <paramref name="value"/> lies, 0 at the low end and 1 at the high end.</summary>
    public double Position(double value) =>
        logarithmic ? Math.Log(value / low) / Math.Log(high / low) : (value - low) / (high - low);
}
