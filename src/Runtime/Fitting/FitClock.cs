using System.Diagnostics;

namespace SymbolicGD;

/// <summary>
/// Time limit and progress reports of a fit. It looks at the clock seldom enough not to be seen in a profile of steps of nanoseconds, and often
/// enough not to be late by more than a few milliseconds, or one step.
/// </summary>
internal sealed class FitClock(FitOptions options)
{
    private static readonly long Often = Stopwatch.Frequency / 1000;      // 1 ms between looks: look half as often
    private static readonly long Seldom = Stopwatch.Frequency / 200;      // 5 ms: look at every step again

    private readonly long limit = options.TimeLimit is { } time ? (long)Math.Min(long.MaxValue / 2, time.TotalSeconds * Stopwatch.Frequency) : long.MaxValue;
    private readonly long interval = (long)Math.Min(long.MaxValue / 2, options.ProgressInterval.TotalSeconds * Stopwatch.Frequency);
    private readonly long start = Stopwatch.GetTimestamp();
    private long lastLook;
    private long lastReport;
    private int stride = 1;
    private int countdown = 1;

    /// <summary>Ticks of <see cref="Stopwatch"/> since the start of the fit.</summary>
    public long Now => Stopwatch.GetTimestamp() - start;

    public TimeSpan Elapsed => ToTime(Now);

    /// <summary>Called once per step: whether it is time for <see cref="Look"/>.</summary>
    public bool IsDue => --countdown <= 0;

    public static TimeSpan ToTime(long ticks) => TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency);

    /// <summary>Looks at the clock.</summary>
    /// <returns>Whether the time is up, and whether a report is due.</returns>
    public (bool TimeIsUp, bool ReportIsDue) Look()
    {
        long now = Now;
        stride = now - lastLook < Often ? Math.Min(2 * stride, 1 << 16) : now - lastLook > Seldom ? 1 : stride;
        countdown = stride;
        lastLook = now;
        bool report = options.Progress is not null && now - lastReport >= interval;
        if (report)
        {
            lastReport = now;
        }

        return (now >= limit, report);
    }
}
