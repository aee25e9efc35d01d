namespace SymbolicGD.Generator.Pipeline.Condition;

/// <summary>A set of reals that holds a value: an interval, with or without its ends, and perhaps without 0.</summary>
internal readonly record struct Interval(double Low, double High, bool IsLowOpen = false, bool IsHighOpen = false, bool HasGapAtZero = false)
{
    public static Interval All { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    public static Interval Positive { get; } = new(0, double.PositiveInfinity, IsLowOpen: true);

    public static Interval NonNegative { get; } = new(0, double.PositiveInfinity);

    public static Interval Of(double value) => double.IsNaN(value) ? All : new(value, value);

    public bool ExcludesZero => HasGapAtZero || Low > 0 || High < 0 || (Low == 0 && IsLowOpen) || (High == 0 && IsHighOpen);

    public bool IsPositive => Low > 0 || (Low == 0 && (IsLowOpen || HasGapAtZero));

    /// <summary>Whether every element is above the bound.</summary>
    public bool IsAbove(double bound) => Low > bound || (Low == bound && IsLowOpen) || (bound == 0 && IsPositive);

    public bool IsBelow(double bound) => High < bound || (High == bound && IsHighOpen);

    public Interval Negated => new(-High, -Low, IsHighOpen, IsLowOpen, HasGapAtZero);

    public static Interval operator +(Interval a, Interval b) => Checked(a.Low + b.Low, a.High + b.High, a.IsLowOpen || b.IsLowOpen, a.IsHighOpen || b.IsHighOpen, false);

    public static Interval operator *(Interval a, Interval b)
    {
        double[] corners = [Times(a.Low, b.Low), Times(a.Low, b.High), Times(a.High, b.Low), Times(a.High, b.High)];
        bool hasGap = a.ExcludesZero && b.ExcludesZero;
        double low = corners.Min(), high = corners.Max();
        return Checked(low, high, hasGap && low == 0, hasGap && high == 0, hasGap);
    }

    public Interval Square()
    {
        double most = Math.Max(Times(Low, Low), Times(High, High));
        bool isOpen = (Math.Abs(Low) <= Math.Abs(High) || IsLowOpen) && (Math.Abs(High) <= Math.Abs(Low) || IsHighOpen) && IsHighOpen | IsLowOpen;
        double least = Low > 0 ? Low * Low : High < 0 ? High * High : 0;
        return new(least, most, least == 0 && ExcludesZero, isOpen, ExcludesZero);
    }

    public Interval Abs()
    {
        if (Low >= 0) return this;
        return High <= 0 ? Negated : new(0, Math.Max(-Low, High), ExcludesZero, -Low == High ? IsLowOpen && IsHighOpen : -Low > High ? IsLowOpen : IsHighOpen, ExcludesZero);
    }

    /// <summary>1/x; anything where 0 lies inside.</summary>
    public Interval Reciprocal()
    {
        if (!ExcludesZero || (Low < 0 && High > 0)) return All with { HasGapAtZero = true };
        return Low >= 0
            ? new(1 / High, Low == 0 ? double.PositiveInfinity : 1 / Low, double.IsInfinity(High) || IsHighOpen, IsLowOpen, true)
            : new(High == 0 ? double.NegativeInfinity : 1 / High, 1 / Low, IsHighOpen, double.IsInfinity(Low) || IsLowOpen, true);
    }

    public Interval Union(Interval other) => new(
        Math.Min(Low, other.Low), Math.Max(High, other.High),
        Low < other.Low ? IsLowOpen : Low > other.Low ? other.IsLowOpen : IsLowOpen && other.IsLowOpen,
        High > other.High ? IsHighOpen : High < other.High ? other.IsHighOpen : IsHighOpen && other.IsHighOpen,
        ExcludesZero && other.ExcludesZero);

    public Interval Intersect(Interval other) => new(
        Math.Max(Low, other.Low), Math.Min(High, other.High),
        Low > other.Low ? IsLowOpen : Low < other.Low ? other.IsLowOpen : IsLowOpen || other.IsLowOpen,
        High < other.High ? IsHighOpen : High > other.High ? other.IsHighOpen : IsHighOpen || other.IsHighOpen,
        HasGapAtZero || other.HasGapAtZero);

    public static Interval Max(Interval a, Interval b) => new(
        Math.Max(a.Low, b.Low), Math.Max(a.High, b.High), a.Low > b.Low ? a.IsLowOpen : a.Low < b.Low ? b.IsLowOpen : a.IsLowOpen || b.IsLowOpen, false,
        (a.IsPositive || b.IsPositive) || (a.ExcludesZero && b.ExcludesZero));

    public static Interval Min(Interval a, Interval b) => Max(a.Negated, b.Negated).Negated;

    /// <summary>The image under an increasing function.</summary>
    public Interval Map(Func<double, double> increasing) => Checked(increasing(Low), increasing(High), IsLowOpen, IsHighOpen, false);

    private static Interval Checked(double low, double high, bool isLowOpen, bool isHighOpen, bool hasGap) => new(
        double.IsNaN(low) ? double.NegativeInfinity : low, double.IsNaN(high) ? double.PositiveInfinity : high, isLowOpen, isHighOpen, hasGap);

    private static double Times(double a, double b) => a == 0 || b == 0 ? 0 : a * b;
}
