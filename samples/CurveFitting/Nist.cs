using SymbolicGD;

namespace CurveFitting;

/// <summary>The residuals of 13 nonlinear regressions of the NIST Statistical Reference Datasets, as their files state the models.</summary>
public static partial class Nist
{
    /// <summary>An exponential over a straight line (ultrasonic calibration).</summary>
    [Residual]
    public static double Chwirut2([Parameter] double b1, [Parameter] double b2, [Parameter] double b3, double x, double y) =>
        y - (Math.Exp(-b1 * x) / (b2 + (b3 * x)));

    /// <summary>A power law (radiated energy).</summary>
    [Residual]
    public static double DanWood([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * Math.Pow(x, b2));

    /// <summary>Three cycles, two of them of unknown period, in months (air pressure, El Niño).</summary>
    [Residual]
    public static double Enso([Parameter] ReadOnlySpan<double> b, double x, double y)
    {
        double t = 2 * Math.PI * x;
        double model = b[0] + (b[1] * Math.Cos(t / 12)) + (b[2] * Math.Sin(t / 12))
            + (b[4] * Math.Cos(t / b[3])) + (b[5] * Math.Sin(t / b[3]))
            + (b[7] * Math.Cos(t / b[6])) + (b[8] * Math.Sin(t / b[6]));
        return y - model;
    }

    /// <summary>Two Gaussian peaks on a decaying background: Gauss1 and Gauss2.</summary>
    [Residual]
    public static double Gauss([Parameter] ReadOnlySpan<double> b, double x, double y) =>
        y - (b[0] * Math.Exp(-b[1] * x)) - Peak(b[2], b[3], b[4], x) - Peak(b[5], b[6], b[7], x);

    /// <summary>A cubic over a cubic (thermal expansion of copper).</summary>
    [Residual]
    public static double Hahn1([Parameter] ReadOnlySpan<double> b, double x, double y) =>
        y - ((b[0] + (x * (b[1] + (x * (b[2] + (x * b[3])))))) / (1 + (x * (b[4] + (x * (b[5] + (x * b[6])))))));

    /// <summary>A quadratic over a quadratic (scanning electron microscope).</summary>
    [Residual]
    public static double Kirby2(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, [Parameter] double b5, double x, double y) =>
        y - ((b1 + (b2 * x) + (b3 * x * x)) / (1 + (b4 * x) + (b5 * x * x)));

    /// <summary>Three exponentials, hard to tell apart; amplitudes and rates in turn.</summary>
    [Residual]
    public static double Lanczos3([Parameter] ReadOnlySpan<double> b, double x, double y)
    {
        double residual = y;
        for (int i = 0; i < 3; i++)
        {
            residual -= b[2 * i] * Math.Exp(-b[(2 * i) + 1] * x);
        }

        return residual;
    }

    /// <summary>Two exponentials and a constant.</summary>
    [Residual]
    public static double Mgh17(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, [Parameter] double b5, double x, double y) =>
        y - (b1 + (b2 * Math.Exp(-x * b4)) + (b3 * Math.Exp(-x * b5)));

    /// <summary>Saturation (dental research).</summary>
    [Residual]
    public static double Misra1a([Parameter] double b1, [Parameter] double b2, double x, double y) => y - (b1 * (1 - Math.Exp(-b2 * x)));

    /// <summary>The same data, another curve.</summary>
    [Residual]
    public static double Misra1b([Parameter] double b1, [Parameter] double b2, double x, double y) =>
        y - (b1 * (1 - Math.Pow(1 + (b2 * x / 2), -2)));

    /// <summary>The same data, a third one.</summary>
    [Residual]
    public static double Misra1c([Parameter] double b1, [Parameter] double b2, double x, double y) =>
        y - (b1 * (1 - Math.Pow(1 + (2 * b2 * x), -0.5)));

    /// <summary>A straight line and an arc tangent (quantum defects in iodine).</summary>
    [Residual]
    public static double Roszman1(
        [Parameter] double b1, [Parameter] double b2, [Parameter] double b3, [Parameter] double b4, double x, double y) =>
        y - (b1 - (b2 * x) - (Math.Atan(b3 / (x - b4)) / Math.PI));

    private static double Peak(double height, double center, double width, double x)
    {
        double u = (x - center) / width;
        return height * Math.Exp(-u * u);
    }
}
